/** Zones of a file before they are published, as the map shows them. Pure. */

import type { ImportedZone } from '../api/zones'
import { localName } from '../i18n/format'
import type { Lang } from '../i18n/translate'
import { ringOf, shapeOf, type LonLat, type Shape } from './shape'
import { boxOf } from './zoneDraft'

type Box = [number, number, number, number]

/** More than these would cover the map: the rest is in the list. */
export const MOST_DRAWN = 2_000
/** Names of more than these would cover each other. */
const MOST_NAMED = 60

const shape = ({ geometry, radius_m }: ImportedZone): Shape =>
  shapeOf(geometry, geometry.type === 'Point' ? { centre: geometry.coordinates as unknown as LonLat, radius_m: radius_m ?? 0 } : null)

const outline = (zone: ImportedZone): GeoJSON.Geometry => {
  const { geometry } = zone
  return geometry.type === 'Point' ? { type: 'Polygon', coordinates: [ringOf(shape(zone)).map((point) => [...point])] } : geometry
}

/** The outlines of zones, named while there are few of them. */
export const previewFeatures = (lang: Lang, zones: readonly ImportedZone[]): readonly GeoJSON.Feature[] =>
  zones.slice(0, MOST_DRAWN).map((zone): GeoJSON.Feature => ({ type: 'Feature', geometry: outline(zone), properties: { bad: false, ...(zones.length > MOST_NAMED ? {} : { label: localName(lang, zone) }) } }))

/** The box around zones; null around none. */
export function previewBox(zones: readonly ImportedZone[]): Box | null {
  const boxes = zones.map((zone) => boxOf(shape(zone))).filter((box) => box !== null)
  if (boxes.length === 0) return null
  const side = (nth: number, pick: (...values: number[]) => number) => boxes.reduce((found, box) => pick(found, box[nth]!), boxes[0]![nth]!)
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)]
}
