/** What to draw for an alert: the two paths to the closest point, or the place it is about. */

import type { Alert } from '../api/types'
import type { Focus, Point } from '../map/focusDrawing'

/** Where a track is now; null when that is not known. */
export type PlaceOf = (trackId: string) => Point | null

export function alertFocus(alert: Alert, placeOf: PlaceOf): Focus | null {
  const { cpa_lat_deg, cpa_lon_deg, lat_deg, lon_deg, track_id, other_track_id, zone_id } = alert
  const base = { lines: [], place: null, zone_id: zone_id ?? null, site_id: null }
  if (cpa_lat_deg != null && cpa_lon_deg != null) {
    const cpa: Point = [cpa_lon_deg, cpa_lat_deg]
    const places = [track_id, other_track_id].map((id) => (id == null ? null : placeOf(id)))
    const lines = places.flatMap((place) => (place === null ? [] : [{ kind: 'predicted' as const, points: [place, cpa] }]))
    return { ...base, lines, place: { at: cpa, words: 'focus_closest' } }
  }
  if (zone_id != null) return base
  if (track_id == null && lat_deg != null && lon_deg != null) return { ...base, place: { at: [lon_deg, lat_deg], words: 'focus_alert' } }
  return null
}
