/** Ground stops as the map draws them: areas with a sign that says until when and why. Pure. */

import type { GroundStop } from '../api/groundStops'
import { city } from '../city/shenzhen'
import { circleRing, flatM, type LonLat } from '../draw/shape'
import { beijingTime } from '../i18n/format'
import { translator } from '../i18n/translate'
import { contains, labelPoint } from './geometry'

type Area = GeoJSON.Polygon | GeoJSON.MultiPolygon

const said = { zh: translator('zh-CN'), en: translator('en') }
/** Of a longer reason the map shows the beginning; the banner and the list have all of it. */
const REASON_LETTERS = 24

/** Those that still hold at an instant, the one that ends first before the others. */
export const standing = (stops: readonly GroundStop[], now_ms: number): readonly GroundStop[] =>
  stops.filter(({ until }) => Date.parse(until) > now_ms).sort((a, b) => Date.parse(a.until) - Date.parse(b.until))

const centreOf = ({ geometry }: GroundStop): LonLat | null => (geometry.type === 'Point' ? (geometry.coordinates as unknown as LonLat) : null)

/** The area of a stop; a circle becomes a ring, for drawing only. */
function areaOf(stop: GroundStop): Area | null {
  const centre = centreOf(stop)
  if (centre !== null) return { type: 'Polygon', coordinates: [circleRing(centre, stop.radius_m ?? 0).map(([lon, lat]) => [lon, lat])] }
  return stop.geometry.type === 'Polygon' || stop.geometry.type === 'MultiPolygon' ? stop.geometry : null
}

/** Whether a place lies inside a stop, degrees. */
export function stopCovers(stop: GroundStop, lon_deg: number, lat_deg: number): boolean {
  const centre = centreOf(stop)
  if (centre !== null) return flatM(centre, [lon_deg, lat_deg]) <= (stop.radius_m ?? 0)
  const area = areaOf(stop)
  return area !== null && contains(area, lon_deg, lat_deg)
}

/** Whether a stop covers all of the city that is shown at first. */
export function stopsCity(stop: GroundStop): boolean {
  const [west, south, east, north] = city.home_bbox
  return [west, east].every((lon) => [south, north].every((lat) => stopCovers(stop, lon, lat)))
}

/** West, south, east and north of a stop, degrees; of the whole city the part that is looked at. */
export function stopBox(stop: GroundStop): [number, number, number, number] {
  const area = areaOf(stop)
  if (area === null || stopsCity(stop)) return [...city.home_bbox]
  const points = (area.type === 'Polygon' ? [area.coordinates] : area.coordinates).flatMap((rings) => rings[0] ?? [])
  const [lons, lats] = [points.map((point) => point[0]!), points.map((point) => point[1]!)]
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

function words(lang: 'zh' | 'en', { until, reason }: GroundStop): string {
  const letters = [...reason.trim()]
  const short = letters.length > REASON_LETTERS ? `${letters.slice(0, REASON_LETTERS - 1).join('')}…` : letters.join('')
  return said[lang]('map_stop', { time: beijingTime(Date.parse(until)).slice(0, 5), reason: short })
}

/** One collection for each source of the style. */
export function stopCollections(stops: readonly GroundStop[]): Record<'stops' | 'stop-points', GeoJSON.FeatureCollection> {
  const drawn = stops.flatMap((stop) => {
    const area = areaOf(stop)
    return area === null ? [] : [{ stop, area }]
  })
  const features = (of: (item: (typeof drawn)[number]) => GeoJSON.Geometry): GeoJSON.FeatureCollection => ({
    type: 'FeatureCollection',
    features: drawn.map((item) => ({ type: 'Feature', geometry: of(item), properties: { zh: words('zh', item.stop), en: words('en', item.stop) } })),
  })
  return {
    stops: features(({ area }) => area),
    'stop-points': features(({ stop, area }) => ({ type: 'Point', coordinates: [...(centreOf(stop) ?? (stopsCity(stop) ? [city.origin.lon_deg, city.origin.lat_deg] : labelPoint(area)))] })),
  }
}
