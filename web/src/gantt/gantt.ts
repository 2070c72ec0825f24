/** Missions and pads laid out over time: rows, bars, ticks. Pure. */

import type { Mission } from '../api/schema.gen'
import type { Order } from '../api/logistics'
import { lateness } from '../parcel/parcelTimes'

export interface Bar {
  readonly id: string
  readonly mission: Mission
  readonly order: Order | null
  readonly from_ms: number
  readonly to_ms: number
  /** Seconds it departed or is behind its own departure; null when that is not known or nothing to speak of. */
  readonly late_s: number | null
  readonly state: string
  /** Bars that overlap in a row stand on lines of their own. */
  readonly line: number
}

export interface Row {
  readonly id: string
  readonly bars: readonly Bar[]
  readonly lines: number
}

const ms = (text: string | null | undefined): number | null => {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? null : at
}

/** States in which a mission no longer holds anything. */
const gone = new Set(['cancelled', 'expired', 'withdrawn', 'refused'])
const MIN_LATE_S = 60

/** Times as flown where it has flown, else as booked; one that has not left by its time is drawn to now at least. */
function barOf(mission: Mission, order: Order | null, now_ms: number): Omit<Bar, 'line'> | null {
  const [departs, arrives] = [ms(mission.departs_at), ms(mission.arrives_at)]
  if (departs === null || arrives === null || gone.has(mission.state)) return null
  const took_off = ms(mission.took_off_at)
  const landed = ms(mission.landed_at)
  const waits = took_off === null && landed === null && mission.state !== 'completed' && mission.state !== 'failed' && now_ms > departs
  const from_ms = took_off ?? departs
  const shift = took_off !== null ? took_off - departs : waits ? now_ms - departs : 0
  const to_ms = landed ?? Math.max(from_ms + 1_000, arrives + Math.max(0, shift))
  const behind_s = Math.round(shift / 1000)
  const against = order === null ? null : lateness(order, now_ms)
  const promised = against !== null && 'late_s' in against && against.late_s > 0 ? against.late_s : 0
  const late_s = Math.max(behind_s, promised)
  return { id: mission.mission_id, mission, order, from_ms, to_ms, late_s: late_s >= MIN_LATE_S ? late_s : null, state: mission.state }
}

/** A row for each vehicle, also those with nothing to do, in the order given; bars in time, overlapping ones on further lines. */
export function vehicleRows(vehicles: readonly string[], missions: readonly Mission[], orders: ReadonlyMap<string, Order>, now_ms: number): Row[] {
  const of = new Map<string, Omit<Bar, 'line'>[]>(vehicles.map((id) => [id, []]))
  for (const mission of missions) {
    const bar = barOf(mission, mission.order_id === null ? null : (orders.get(mission.order_id) ?? null), now_ms)
    if (bar === null) continue
    const row = of.get(mission.aircraft_id)
    if (row === undefined) of.set(mission.aircraft_id, [bar])
    else row.push(bar)
  }
  return [...of].map(([id, bars]) => {
    const ends: number[] = []
    const placed = [...bars]
      .sort((a, b) => a.from_ms - b.from_ms || a.id.localeCompare(b.id))
      .map((bar): Bar => {
        const free = ends.findIndex((end) => end <= bar.from_ms)
        const line = free === -1 ? ends.length : free
        ends[line] = bar.to_ms
        return { ...bar, line }
      })
    return { id, bars: placed, lines: Math.max(1, ends.length) }
  })
}

export interface Scale {
  readonly from_ms: number
  readonly to_ms: number
  readonly width_px: number
}

export const xOf = ({ from_ms, to_ms, width_px }: Scale, at_ms: number): number => ((at_ms - from_ms) / (to_ms - from_ms)) * width_px

const STEPS_MIN = [5, 10, 15, 30, 60, 120, 180, 360]
const TICK_PX = 90

/** Round instants of Beijing time, far enough apart to be read. */
export function ticks({ from_ms, to_ms, width_px }: Scale): number[] {
  const perPx = (to_ms - from_ms) / width_px
  const step_ms = (STEPS_MIN.find((minutes) => (minutes * 60_000) / perPx >= TICK_PX) ?? 720) * 60_000
  const beijing = 8 * 3_600_000
  const first = Math.ceil((from_ms + beijing) / step_ms) * step_ms - beijing
  const found: number[] = []
  for (let at = first; at <= to_ms; at += step_ms) found.push(at)
  return found
}

/** Share of the battery a mission takes, 0 to 1 and more; null when one of the two is not known. */
export const energyShare = (mission: Mission, battery_wh: number | null | undefined): number | null =>
  mission.energy_wh === null || !battery_wh ? null : mission.energy_wh / battery_wh

const WIDE = /[\u1100-\u115f\u2190-\u21ff\u25a0-\u25ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/

/** As much of a text as a width holds, in letters of 11 px, with an ellipsis where it is cut; nothing where too little is left. */
export function fitting(text: string, width_px: number): string {
  let used = 0
  const letters = [...text]
  for (const [at, letter] of letters.entries()) {
    used += WIDE.test(letter) ? 11 : 6.6
    if (used <= width_px) continue
    const kept = letters.slice(0, Math.max(0, at - 1)).join('').trimEnd()
    return kept.length < 2 ? '' : `${kept}…`
  }
  return text
}
