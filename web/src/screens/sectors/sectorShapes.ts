/** Sectors between what the service keeps and what the map draws. */

import { cellsToMultiPolygon } from 'h3-js'
import type { SectorShape } from '../../api/sectors'
import type { LonLat } from '../../draw/shape'
import { localName, number } from '../../i18n/format'
import type { Lang, Translate } from '../../i18n/translate'

/** The ground of a sector; null while it is not drawn. */
export function groundOf(sector: SectorShape): GeoJSON.Polygon | GeoJSON.MultiPolygon | null {
  if (sector.geometry != null) return sector.geometry
  if (sector.cells == null) return null
  return { type: 'MultiPolygon', coordinates: cellsToMultiPolygon([...sector.cells], true) }
}

/** The band of a sector in words with its datum; empty where it holds every height. */
export function bandOf({ lower_m, upper_m, datum }: SectorShape, t: Translate, lang: Lang): string {
  const [lower, upper] = [lower_m ?? null, upper_m ?? null]
  const over = datum ?? 'AGL'
  if (lower !== null && upper !== null) return t('sectors_band', { lower: number(lang, lower), upper: number(lang, upper), datum: over })
  if (upper !== null) return t('sectors_band_below', { upper: number(lang, upper), datum: over })
  return lower === null ? '' : t('sectors_band_above', { lower: number(lang, lower), datum: over })
}

/** Outlines and names of sectors, for looking at. */
export function featuresOf(sectors: readonly SectorShape[], t: Translate, lang: Lang, nameOf: (positionId: string) => string): GeoJSON.Feature[] {
  return sectors.flatMap((sector): GeoJSON.Feature[] => {
    const geometry = groundOf(sector)
    if (geometry === null) return []
    const band = bandOf(sector, t, lang)
    const name = localName(lang, { name: sector.name, name_zh: sector.name_zh ?? null })
    const label = `${name}\n${nameOf(sector.position_id)}${band === '' ? '' : `\n${band}`}`
    const middle = middleOf(geometry)
    const area: GeoJSON.Feature = { type: 'Feature', geometry, properties: { bad: false } }
    return middle === null ? [area] : [area, { type: 'Feature', geometry: { type: 'Point', coordinates: [...middle] }, properties: { label } }]
  })
}

/** Where the name goes: the middle of the corners of the first part. */
function middleOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): LonLat | null {
  const ring = geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0]?.[0]
  if (ring === undefined || ring.length < 2) return null
  const corners = ring.slice(0, -1)
  const sum = corners.reduce<[number, number]>(([x, y], point) => [x + point[0]!, y + point[1]!], [0, 0])
  return [sum[0] / corners.length, sum[1] / corners.length]
}
