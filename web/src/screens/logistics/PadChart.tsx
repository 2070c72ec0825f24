/** Sites over time: how many pads are free in each stretch, and who stands on one. */

import type { Slots } from '../../api/schema.gen'
import { useLook } from '../../app/look'
import { xOf, type Scale } from '../../gantt/gantt'
import { keyFor } from '../../i18n/translate'
import { Grid, HEAD, hourMinute } from './GanttChart'

export const PAD_ROW_PX = 34

interface Props {
  readonly sites: readonly Slots[]
  readonly scale: Scale
  readonly now_ms: number
  readonly nameOf: (aircraftId: string) => string
}

interface Stay {
  readonly starts_at: string
  readonly ends_at: string
  readonly kind: string
  readonly aircraft_id: string
}

interface Stretch {
  readonly starts_at: string
  readonly ends_at: string
  readonly pads_free: number
}

export function PadChart({ sites, scale, now_ms, nameOf }: Props) {
  const { t } = useLook()
  const height = HEAD + sites.length * PAD_ROW_PX
  const box = (from: string, to: string) => {
    const [x0, x1] = [Date.parse(from), Date.parse(to)].map((at) => Math.max(0, Math.min(scale.width_px, xOf(scale, at)))) as [number, number]
    return { x: x0, width: Math.max(0, x1 - x0) }
  }
  return (
    <svg className="gantt" width={scale.width_px} height={height} role="group" aria-label={t('logistics_sites')}>
      <Grid scale={scale} height={height} now_ms={now_ms} />
      {sites.map((site, index) => {
        const y = HEAD + index * PAD_ROW_PX
        const pads = Number(site.pads)
        return (
          <g key={site.site_id}>
            <line x1={0} x2={scale.width_px} y1={y} y2={y} className="gantt-line" />
            {(site.items as unknown as readonly Stretch[]).map((item) => {
              const taken = pads - item.pads_free
              return taken <= 0 ? null : (
                <rect key={item.starts_at} {...box(item.starts_at, item.ends_at)} y={y + PAD_ROW_PX - 3 - (24 * taken) / Math.max(1, pads)} height={(24 * taken) / Math.max(1, pads)} className="pad-taken" data-full={item.pads_free === 0}>
                  <title>{t('logistics_pads_free', { free: item.pads_free, pads })}</title>
                </rect>
              )
            })}
            {(site.stays as unknown as readonly Stay[]).map((stay) => {
              const kind = keyFor('logistics_stay_', stay.kind)
              const at = box(stay.starts_at, stay.ends_at)
              const words = t('logistics_stay', { kind: kind === null ? stay.kind : t(kind), name: nameOf(stay.aircraft_id), from: hourMinute(Date.parse(stay.starts_at)), to: hourMinute(Date.parse(stay.ends_at)) })
              return (
                <g key={`${stay.starts_at} ${stay.aircraft_id} ${stay.kind}`} role="img" aria-label={words}>
                  <title>{words}</title>
                  <path className="pad-stay" data-kind={stay.kind} d={`M${at.x} ${y + 6}h${Math.max(3, at.width)}`} />
                </g>
              )
            })}
          </g>
        )
      })}
    </svg>
  )
}
