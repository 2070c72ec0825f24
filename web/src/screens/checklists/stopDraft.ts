/** A ground stop while it is written: the whole city, or a circle about a place. Pure. */

import type { NewGroundStop } from '../../api/groundStops'
import { city } from '../../city/shenzhen'
import { parsePosition } from '../../draw/coordinates'

export interface StopDraft {
  readonly whole: boolean
  readonly place: string
  readonly radius_km: string
  readonly minutes: string
  readonly reason: string
}

export const emptyStop: StopDraft = { whole: true, place: '', radius_km: '5', minutes: '30', reason: '' }
const MOST_KM = 100
const MOST_MINUTES = 24 * 60

/** What is sent for a draft; null while something of it is missing. */
export function stopOf(draft: StopDraft, now_ms: number): NewGroundStop | null {
  const [radius_km, minutes] = [Number(draft.radius_km), Number(draft.minutes)]
  const reason = draft.reason.trim()
  if (reason === '' || !(minutes > 0 && minutes <= MOST_MINUTES)) return null
  const rest = { until: new Date(now_ms + minutes * 60_000).toISOString(), reason }
  if (draft.whole) {
    const [west, south, east, north] = city.feed_bbox
    return { ...rest, geometry: { type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] } }
  }
  const at = parsePosition(draft.place)
  if (at === null || !(radius_km > 0 && radius_km <= MOST_KM)) return null
  return { ...rest, geometry: { type: 'Point', coordinates: [at[0], at[1]] }, radius_m: radius_km * 1000 }
}
