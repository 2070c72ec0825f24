/** Indicators: how the city's operations fare, in charts a person reads and tables a keyboard reads. */

import { useEffect, useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import { getNoise, getOperations, type Noise, type Operations } from '../../api/statistics'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { replaceParam } from '../../app/urlState'
import { BarChart } from '../../charts/BarChart'
import { ChartCard } from '../../charts/ChartCard'
import { RankChart } from '../../charts/RankChart'
import { TimeField } from '../../fields/TimeField'
import { readTime } from '../../fields/timeText'
import { beijingDay, beijingDayTime, instant, localDetail, localName, number, quantity } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { Icon } from '../../ui/icons'
import { problemWords } from '../../ui/problem'
import { DeliveryCharts } from './DeliveryCharts'
import { FairnessChart, ResponseChart, SeparationChart } from './PeopleCharts'
import './indicators.css'

const spans = ['day', 'week', 'month', 'on'] as const
type Span = (typeof spans)[number]

const DAY_MS = 86_400_000
const lengthMs: Readonly<Record<Span, number>> = { day: DAY_MS, week: 7 * DAY_MS, month: 31 * DAY_MS, on: DAY_MS }
const AGAIN_MS = 60_000

interface Window {
  readonly from_ms: number
  readonly to_ms: number
}

function windowOf(span: Span, day: string, now_ms: number): Window {
  const start = span === 'on' ? Date.parse(`${day}T00:00:00+08:00`) : now_ms - lengthMs[span]
  return { from_ms: start, to_ms: start + lengthMs[span] }
}

interface Found {
  readonly operations: Operations | null
  readonly noise: Noise | null
  readonly problem: Problem | null
}

function useIndicators(span: Span, day: string, minute: number, withNoise: boolean): Found {
  const [found, setFound] = useState<Found>({ operations: null, noise: null, problem: null })
  useEffect(() => {
    let current = true
    const { from_ms, to_ms } = windowOf(span, day, minute * AGAIN_MS)
    void getOperations(from_ms, to_ms).then((answer) => {
      if (current) setFound((before) => ({ ...before, operations: answer.ok ? answer.value : before.operations, problem: answer.ok ? null : answer.problem }))
    })
    if (withNoise && to_ms - from_ms <= DAY_MS) {
      void getNoise(from_ms, to_ms).then((answer) => {
        if (current) setFound((before) => ({ ...before, noise: answer.ok ? answer.value : null }))
      })
    } else setFound((before) => ({ ...before, noise: null }))
    return () => {
      current = false
    }
  }, [span, day, minute, withNoise])
  return found
}

export default function IndicatorsScreen() {
  const { t, lang } = useLook()
  const { now_ms, session } = useConsole()
  const today = beijingDay(now_ms)
  const [span, setSpan] = useState<Span>(() => spans.find((item) => item === new URLSearchParams(window.location.search).get('span')) ?? 'day')
  const [day, setDay] = useState(() => new URLSearchParams(window.location.search).get('day') ?? today)
  // What stands in the field; only a day that is there to be asked for becomes the day shown.
  const [typed, setTyped] = useState(day)
  useEffect(() => {
    replaceParam('span', span)
    replaceParam('day', span === 'on' ? day : null)
  }, [span, day])
  const whole = session.user.role !== 'operator'
  const minute = Math.floor(now_ms / AGAIN_MS)
  const { operations, noise, problem } = useIndicators(span, day, minute, whole)
  const shown = windowOf(span, day, minute * AGAIN_MS)
  const report = (query: string) => `/v1/statistics/report?${query}&lang=${lang}`
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('screen_indicators')}</h1>
        <div className="span-choice" role="group" aria-label={t('indicators_window')}>
          {spans.map((item) => (
            <Button key={item} className="quiet-button" aria-pressed={item === span} onPress={() => setSpan(item)}>
              {t(`indicators_${item}`)}
            </Button>
          ))}
        </div>
        <div className="day-choice">
          <TimeField
            label={t('indicators_date')}
            kind="day"
            value={typed}
            last={today}
            onChange={(next) => {
              setTyped(next)
              if (readTime('day', next) !== next || next > today) return
              setDay(next)
              setSpan('on')
            }}
          />
        </div>
        {operations !== null && (
          <p className="quiet">{t('indicators_span', { from: beijingDayTime(new Date(operations.from_at)), to: beijingDayTime(new Date(operations.to_at)) })}</p>
        )}
        <div className="reports">
          <ReportLinks name={`${t('indicators_report_day')} ${day}`} href={report(`day=${day}`)} />
          <ReportLinks name={`${t('indicators_report_month')} ${day.slice(0, 7)}`} href={report(`month=${day.slice(0, 7)}`)} />
        </div>
      </div>
      <div className="page-body">
        {problem !== null && (
          <p className="aged" role="alert">
            {t('indicators_failed', { reason: problemWords(t, lang, problem) })}
          </p>
        )}
        {operations === null ? problem === null && <p className="quiet">{t('value_waiting')}</p> : <Charts found={operations} noise={noise} whole={whole} />}
        <DeliveryCharts from_ms={shown.from_ms} to_ms={shown.to_ms} />
        <p className="note">{t('indicators_report_note')}</p>
      </div>
    </div>
  )
}

/** A report to read in a page of its own, and beside it the same as a PDF to keep. */
function ReportLinks({ name, href }: { readonly name: string; readonly href: string }) {
  const { t } = useLook()
  return (
    <span className="report-links">
      <a className="quiet-button" target="_blank" rel="noreferrer" href={href}>
        {name}
      </a>
      <a className="quiet-button" download href={`${href}&format=pdf`} aria-label={t('indicators_report_pdf', { name })}>
        <Icon name="download" /> PDF
      </a>
    </span>
  )
}

const pct = (share: number | null): number | null => (share === null ? null : Math.round(share * 1000) / 10)

function Charts({ found, noise, whole }: { readonly found: Operations; readonly noise: Noise | null; readonly whole: boolean }) {
  const { t, lang } = useLook()
  const { flights, requests, alerts, separation, airspace, firms, from_at, to_at } = found
  const span = { from_at, to_at }
  const hourly = Date.parse(to_at) - Date.parse(from_at) <= 2 * DAY_MS
  const kind = (name: string) => {
    const key = keyFor('alertkind_', name)
    return key === null ? name : t(key)
  }
  const cause = (code: string) => {
    const key = keyFor('cause_', code)
    return key === null ? code : t(key)
  }
  const severity = (name: 'emergency' | 'warning' | 'caution' | 'advisory') => t(`severity_${name}`)
  const figures = [
    [t('figure_flown'), number(lang, flights.departed)],
    [t('figure_on_time', { n: number(lang, flights.on_time_within_s) }), quantity(t, lang, 'unit_pct', pct(flights.on_time_share), 1)],
    [t('figure_approved'), quantity(t, lang, 'unit_pct', pct(requests.approved_share), 1)],
    [t('figure_losses'), number(lang, separation.predicted_losses)],
    [t('figure_response'), alerts.median_response_s == null ? t('figure_response_none') : quantity(t, lang, 'unit_s', alerts.median_response_s, 0)],
    [t('figure_unanswered'), number(lang, alerts.not_acknowledged)],
  ] as const
  const when = (text: string) => {
    const at = new Date(text)
    return hourly ? beijingDayTime(at).slice(0, 16) : beijingDay(at)
  }
  const rest = useMemo(() => flights.series.map((item) => Math.max(0, item.filed - item.flown - item.refused - item.cancelled)), [flights])
  return (
    <>
      <dl className="key-figures" aria-label={t('indicators_key')}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="charts">
        <ChartCard
          {...span}
          title={t('chart_flights')}
          table={{
            heads: [t('chart_when'), t('chart_filed'), t('chart_flown'), t('chart_refused'), t('chart_cancelled'), t('chart_on_time')],
            rows: flights.series.map((item) => [when(item.starts_at), item.filed, item.flown, item.refused, item.cancelled, pct(item.on_time_share)]),
          }}
        >
          <BarChart
            label={t('chart_flights_label')}
            ticks={flights.series.map((item) => (hourly ? when(item.starts_at).slice(11) : when(item.starts_at).slice(5)))}
            names={flights.series.map((item) => when(item.starts_at))}
            series={[
              { name: t('chart_flown'), className: 'series-1', values: flights.series.map((item) => item.flown) },
              { name: t('chart_refused'), className: 'series-3', values: flights.series.map((item) => item.refused) },
              { name: t('chart_cancelled'), className: 'series-2', values: flights.series.map((item) => item.cancelled) },
              { name: t('chart_other'), className: 'series-4', values: rest },
            ]}
          />
        </ChartCard>
        <ChartCard {...span} title={t('chart_refusals')} note={t('chart_refusals_note')} table={{ heads: [t('chart_cause'), t('chart_plans'), '%'], rows: requests.refusals.map((item) => [cause(item.code), item.plans, pct(item.share)]) }}>
          <RankChart label={t('chart_refusals')} items={requests.refusals.map((item) => ({ name: cause(item.code), value: item.plans }))} />
        </ChartCard>
        <ChartCard
          {...span}
          title={t('chart_alerts')}
          table={{
            heads: [t('chart_kind'), t('chart_total'), severity('emergency'), severity('warning'), severity('caution'), severity('advisory')],
            rows: alerts.kinds.map((item) => [kind(item.kind), item.total, item.emergency, item.warning, item.caution, item.advisory]),
          }}
        >
          <RankChart label={t('chart_alerts')} items={alerts.kinds.map((item) => ({ name: kind(item.kind), value: item.total }))} />
        </ChartCard>
        <ChartCard
          {...span}
          title={t('chart_responses')}
          note={t('chart_responses_note')}
          table={{
            heads: [t('chart_severity'), t('chart_acknowledged'), t('chart_median'), t('chart_p90')],
            rows: alerts.response_by_severity.map((item) => [severity(item.severity), item.acknowledged, item.median_s, item.p90_s]),
          }}
        >
          <ResponseChart found={alerts.response_by_severity} />
        </ChartCard>
        <ChartCard
          {...span}
          title={t('chart_separation')}
          note={t('chart_separation_note')}
          table={{
            heads: [t('chart_when'), t('chart_severity'), t('chart_horizontal'), t('chart_vertical'), t('chart_said')],
            rows: separation.closest.map((item) => [beijingDayTime(instant(item.at) ?? new Date(0)), severity(item.severity), item.horizontal_m, item.vertical_m, localDetail(lang, item)]),
          }}
        >
          <SeparationChart found={separation.closest} />
        </ChartCard>
        <ChartCard
          {...span}
          title={t('chart_corridors')}
          note={t('chart_use_note', { n: number(lang, airspace.flights) })}
          table={{
            heads: [t('chart_corridor'), t('chart_count'), t('chart_km')],
            rows: airspace.corridors.filter((item) => item.flights > 0).map((item) => [localName(lang, item), item.flights, item.flown_km]),
          }}
        >
          <RankChart label={t('chart_corridors')} items={airspace.corridors.filter((item) => item.flights > 0).map((item) => ({ name: localName(lang, item), value: item.flights }))} />
        </ChartCard>
        <ChartCard {...span} title={t('chart_cells')} note={t('chart_use_note', { n: number(lang, airspace.flights) })} table={{ heads: [t('chart_cell'), t('chart_count')], rows: airspace.cells.map((item) => [item.cell, item.flights]) }}>
          <RankChart label={t('chart_cells')} items={airspace.cells.map((item) => ({ name: item.cell, value: item.flights }))} />
        </ChartCard>
        {whole && (
          <ChartCard
            {...span}
            title={t('chart_noise')}
            note={!hourly ? t('chart_noise_long') : noise?.population.synthetic === true ? `${t('chart_noise_note')} ${t('chart_noise_synthetic')}` : t('chart_noise_note')}
            table={{
              heads: [t('chart_cell'), t('chart_noise_level'), t('chart_noise_people'), t('chart_noise_value')],
              rows: (noise?.cells ?? []).map((item) => [item.cell, item.laeq_db, item.people, item.seconds_at_reference]),
            }}
          >
            <RankChart label={t('chart_noise')} items={(noise?.cells ?? []).flatMap((item) => (item.laeq_db === null ? [] : [{ name: item.cell, value: item.laeq_db }]))} />
          </ChartCard>
        )}
        <ChartCard
          {...span}
          title={t('chart_fairness')}
          note={t('chart_fairness_note')}
          table={{
            heads: [t('chart_firm'), t('chart_filed'), t('chart_approved_pct'), t('chart_refused'), t('chart_displaced'), t('chart_offers'), t('chart_mean_delay')],
            rows: firms.filter((item) => item.requested > 0).map((item) => [localName(lang, item), item.requested, pct(item.approved_share), item.refused, item.displaced, item.offers_taken, item.mean_delay_s]),
          }}
        >
          <FairnessChart found={firms.filter((item) => item.requested > 0)} />
        </ChartCard>
      </div>
    </>
  )
}
