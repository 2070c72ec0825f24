/** Response times, closest encounters and fairness: what a supervisor compares from day to day. */

import { useMemo } from 'react'
import type { FirmRequests, Operations } from '../../api/statistics'
import type { AlertSeverity } from '../../api/types'
import { useLook } from '../../app/look'
import { CompareChart } from '../../charts/CompareChart'
import { ScatterChart, type Mark, type MarkKind } from '../../charts/ScatterChart'
import { beijingDayTime, instant, localDetail, localName, number, quantity } from '../../i18n/format'

const shapes: Readonly<Record<AlertSeverity, MarkKind['shape']>> = { emergency: 'square', warning: 'triangle', caution: 'diamond', advisory: 'circle' }
const severities = Object.keys(shapes) as readonly AlertSeverity[]

export function ResponseChart({ found }: { readonly found: Operations['alerts']['response_by_severity'] }) {
  const { t, lang } = useLook()
  const seconds = (value: number) => quantity(t, lang, 'unit_s', value)
  return (
    <CompareChart
      label={t('chart_responses_label')}
      names={found.map((item) => t(`severity_${item.severity}`))}
      measures={[
        { name: t('chart_acknowledged'), className: 'series-2', values: found.map((item) => item.acknowledged), words: (value) => number(lang, value) },
        { name: t('chart_median_short'), className: 'series-1', values: found.map((item) => item.median_s), words: seconds, scale: 'seconds' },
        { name: t('chart_p90_short'), className: 'series-3', values: found.map((item) => item.p90_s), words: seconds, scale: 'seconds' },
      ]}
    />
  )
}

export function SeparationChart({ found }: { readonly found: Operations['separation']['closest'] }) {
  const { t, lang } = useLook()
  const marks = useMemo(
    () =>
      found.flatMap((item): Mark[] => {
        if (item.horizontal_m === null || item.vertical_m === null) return []
        const distances = `${quantity(t, lang, 'unit_m', item.horizontal_m)} / ${quantity(t, lang, 'unit_m', item.vertical_m)}`
        return [{ x: item.horizontal_m, y: item.vertical_m, kind: item.severity, words: [t(`severity_${item.severity}`), beijingDayTime(instant(item.at) ?? new Date(0)), distances, localDetail(lang, item)].filter(Boolean).join(' · ') }]
      }),
    [found, t, lang],
  )
  return (
    <>
      <ScatterChart
        label={t('chart_separation_label')}
        xTitle={t('chart_horizontal')}
        yTitle={t('chart_vertical')}
        marks={marks}
        kinds={severities.map((id) => ({ id, name: t(`severity_${id}`), shape: shapes[id], className: `mark-${id}` }))}
      />
      {marks.length < found.length && <p className="note">{t('chart_separation_unplaced', { n: number(lang, found.length - marks.length) })}</p>}
    </>
  )
}

export function FairnessChart({ found }: { readonly found: readonly FirmRequests[] }) {
  const { t, lang } = useLook()
  return (
    <CompareChart
      label={t('chart_fairness_label')}
      names={found.map((item) => localName(lang, item))}
      measures={[
        { name: t('chart_filed'), className: 'series-2', values: found.map((item) => item.requested), words: (value) => number(lang, value) },
        { name: t('chart_approved_short'), className: 'series-1', values: found.map((item) => (item.approved_share === null ? null : item.approved_share * 100)), words: (value) => quantity(t, lang, 'unit_pct', value, 1), full: 100 },
        { name: t('chart_delay_short'), className: 'series-3', values: found.map((item) => item.mean_delay_s), words: (value) => quantity(t, lang, 'unit_s', value) },
      ]}
    />
  )
}
