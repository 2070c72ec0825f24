/** The way of a flight out of a file: GeoJSON, a mission of QGroundControl, or KML. Heights and times of the file are not taken. Pure. */

import type { LonLat } from '../draw/shape'

const isPlace = (lon: unknown, lat: unknown): boolean => typeof lon === 'number' && typeof lat === 'number' && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && !(lon === 0 && lat === 0)

const places = (pairs: readonly (readonly unknown[])[]): readonly LonLat[] => pairs.flatMap(([lon, lat]) => (isPlace(lon, lat) ? [[lon as number, lat as number] as const] : []))

interface Json {
  readonly type?: unknown
  readonly features?: readonly Json[]
  readonly geometry?: Json | null
  readonly coordinates?: unknown
  readonly mission?: { readonly items?: readonly { readonly params?: readonly unknown[] }[] }
}

function lineOf(value: Json | null | undefined): readonly LonLat[] {
  if (value == null || typeof value !== 'object') return []
  // Commands without a place have zeros there.
  if (Array.isArray(value.mission?.items)) return places(value.mission.items.map(({ params }) => [params?.[5], params?.[4]]))
  if (value.type === 'FeatureCollection') return (value.features ?? []).map(lineOf).find((line) => line.length > 1) ?? []
  if (value.type === 'Feature') return lineOf(value.geometry)
  return value.type === 'LineString' && Array.isArray(value.coordinates) ? places(value.coordinates as readonly (readonly unknown[])[]) : []
}

/** The first line of a file with two points or more; null where there is none. */
export function routeOf(text: string): readonly LonLat[] | null {
  const kml = /<LineString[^]*?<coordinates>([^<]*)<\/coordinates>/i.exec(text)?.[1]
  let found: readonly LonLat[] = []
  if (kml !== undefined) found = places(kml.trim().split(/\s+/).map((part) => part.split(',').map(Number)))
  else {
    try {
      found = lineOf(JSON.parse(text) as Json)
    } catch {
      return null
    }
  }
  // The same place twice in a row is one point of the way.
  const line = found.filter(([lon, lat], at) => at === 0 || lon !== found[at - 1]![0] || lat !== found[at - 1]![1])
  return line.length < 2 ? null : line
}
