/** GeoJSON of what a reason, an offer or an alert is about, and the box that holds it. */

import type { ReasonSeverity } from '../api/types'
import { translator } from '../i18n/translate'
import type { Key } from '../i18n/catalogue'

export type Point = readonly [lon_deg: number, lat_deg: number]

/**
 * segment: the part of the plan concerned; other: another plan's path; offer: a counter-offer; predicted: until the closest
 * point; reserved: the outline of what an order would take.
 */
export const focusLines = ['segment', 'other', 'offer', 'predicted', 'reserved'] as const
export type FocusLine = (typeof focusLines)[number]

export interface Focus {
  readonly lines: readonly { readonly kind: FocusLine; readonly points: readonly Point[]; readonly severity?: ReasonSeverity; readonly quiet?: boolean }[]
  readonly place: { readonly at: Point; readonly words: Extract<Key, `focus_${string}`> } | null
  readonly zone_id: string | null
  readonly site_id: string | null
  /** What else stands against it, drawn quieter: places where two are closest, and zones. */
  readonly besides?: { readonly places: readonly Point[]; readonly zone_ids: readonly string[] }
}

const languages = { zh: translator('zh-CN'), en: translator('en') }

export function focusCollection(focus: Focus | null): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = []
  for (const { kind, points, severity, quiet } of focus?.lines ?? []) {
    if (points.length < 2) continue
    features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: points.map((point) => [...point]) }, properties: { kind, severity: severity ?? 'refuse', quiet: quiet ?? false } })
  }
  for (const at of focus?.besides?.places ?? []) features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: [...at] }, properties: { place: true, quiet: true } })
  if (focus?.place != null) {
    const { at, words } = focus.place
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [...at] },
      properties: { place: true, quiet: false, zh: languages.zh(words), en: languages.en(words) },
    })
  }
  return { type: 'FeatureCollection', features }
}

type Box = [number, number, number, number]

/** The box west, south, east, north around the narrowest thing that explains: the place and the part concerned. */
export function focusBounds(
  focus: Focus | null,
  waypoints: readonly { readonly lat_deg: number; readonly lon_deg: number }[],
  zone: GeoJSON.Polygon | GeoJSON.MultiPolygon | null,
): Box | null {
  const lines = focus?.lines ?? []
  const narrow = lines.filter(({ kind }) => kind === 'segment' || kind === 'predicted')
  const points: Point[] = (narrow.length > 0 ? narrow : lines).flatMap((line) => line.points)
  points.push(...waypoints.map(({ lon_deg, lat_deg }): Point => [lon_deg, lat_deg]))
  if (focus?.place != null) points.push(focus.place.at)
  points.push(...(focus?.besides?.places ?? []))
  if (zone !== null && points.length === 0) {
    const rings = zone.type === 'Polygon' ? zone.coordinates : zone.coordinates.flat()
    points.push(...rings.flat().map(([lon, lat]): Point => [lon!, lat!]))
  }
  if (points.length === 0) return null
  const [lons, lats] = [points.map((point) => point[0]), points.map((point) => point[1])]
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}
