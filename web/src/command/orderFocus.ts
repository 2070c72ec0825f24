/** The airspace that a checked order would take, as outlines on the map. */

import type { Effect, EffectVolume } from '../api/commands'
import type { Focus, Point } from '../map/focusDrawing'

const CORNERS = 36
const METRES_PER_DEGREE = 111_320

function circle(lat_deg: number, lon_deg: number, radius_m: number): Point[] {
  const up = radius_m / METRES_PER_DEGREE
  const across = up / Math.max(Math.cos((lat_deg * Math.PI) / 180), 0.01)
  return Array.from({ length: CORNERS + 1 }, (_, k): Point => {
    const angle = (2 * Math.PI * k) / CORNERS
    return [lon_deg + across * Math.sin(angle), lat_deg + up * Math.cos(angle)]
  })
}

function outline({ volume }: EffectVolume): Point[] {
  const ring = volume.outline_polygon?.vertices ?? []
  if (ring.length > 2) return [...ring, ring[0]!].map(({ lng, lat }): Point => [lng, lat])
  const round = volume.outline_circle
  return round == null ? [] : circle(round.center.lat, round.center.lng, round.radius.value)
}

/** Everything these orders would reserve; null when they take no airspace. */
export function orderFocus(effects: readonly Effect[]): Focus | null {
  const lines = effects.flatMap((effect) =>
    (effect.volumes ?? []).map(outline).flatMap((points) => (points.length < 2 ? [] : [{ kind: 'reserved' as const, points }])),
  )
  return lines.length === 0 ? null : { lines, place: null, zone_id: null, site_id: null }
}
