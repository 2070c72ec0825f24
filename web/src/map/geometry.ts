/** Small plane geometry for drawing: where a label goes, what a runway covers. */

import type { Runway } from '../city/shenzhen'

type Ring = readonly (readonly number[])[]

const insideRing = (x: number, y: number, ring: Ring): boolean => {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as [number, number]
    const [xj, yj] = ring[j] as [number, number]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

const insidePolygon = (x: number, y: number, rings: readonly Ring[]): boolean =>
  rings.length > 0 && insideRing(x, y, rings[0]!) && !rings.slice(1).some((hole) => insideRing(x, y, hole))

function distanceToRings(x: number, y: number, rings: readonly Ring[]): number {
  let best = Number.POSITIVE_INFINITY
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = ring[i - 1] as [number, number]
      const [bx, by] = ring[i] as [number, number]
      const dx = bx - ax
      const dy = by - ay
      const length2 = dx * dx + dy * dy
      const along = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length2))
      best = Math.min(best, Math.hypot(x - ax - along * dx, y - ay - along * dy))
    }
  }
  return best
}

const polygonsOf = (geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): readonly (readonly Ring[])[] =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates

/** Whether a point lies in the area, [lon, lat]. */
export const contains = (geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon, lon_deg: number, lat_deg: number): boolean =>
  polygonsOf(geometry).some((rings) => insidePolygon(lon_deg, lat_deg, rings))

/** Extent of an area in square degrees, to tell the smaller of two. */
export function extentOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): number {
  let total = 0
  for (const rings of polygonsOf(geometry)) {
    const ring = rings[0] ?? []
    let twice = 0
    for (let i = 1; i < ring.length; i++) twice += ring[i - 1]![0]! * ring[i]![1]! - ring[i]![0]! * ring[i - 1]![1]!
    total += Math.abs(twice) / 2
  }
  return total
}

const GRID = 16

/** A point well inside an area: of a grid over its box, the one farthest from any edge. */
export function labelPoint(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): [number, number] {
  let best: [number, number] = [0, 0]
  let margin = -1
  for (const rings of polygonsOf(geometry)) {
    const outer = rings[0] ?? []
    const xs = outer.map((point) => point[0]!)
    const ys = outer.map((point) => point[1]!)
    const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
    if (margin < 0 && outer.length > 0) best = [outer[0]![0]!, outer[0]![1]!]
    for (let i = 1; i < GRID; i++) {
      for (let j = 1; j < GRID; j++) {
        const x = west + ((east - west) * i) / GRID
        const y = south + ((north - south) * j) / GRID
        if (!insidePolygon(x, y, rings)) continue
        const here = distanceToRings(x, y, rings)
        if (here > margin) {
          margin = here
          best = [x, y]
        }
      }
    }
  }
  return best
}

const METRES_PER_DEG = 111_195

/** The rectangle a runway covers, widened by `margin_m` on all sides. */
export function runwayOutline(runway: Runway, margin_m = 0): [number, number][] {
  const [[lon1, lat1], [lon2, lat2]] = runway.ends
  const shrink = Math.cos(((lat1 + lat2) / 2) * (Math.PI / 180))
  const dx = (lon2 - lon1) * shrink * METRES_PER_DEG
  const dy = (lat2 - lat1) * METRES_PER_DEG
  const length = Math.hypot(dx, dy)
  const along: [number, number] = [dx / length, dy / length]
  const half = runway.width_m / 2 + margin_m
  const corner = (lon: number, lat: number, end: number, side: number): [number, number] => {
    const x = along[0] * margin_m * end - along[1] * half * side
    const y = along[1] * margin_m * end + along[0] * half * side
    return [lon + x / (METRES_PER_DEG * shrink), lat + y / METRES_PER_DEG]
  }
  const first = corner(lon1, lat1, -1, 1)
  return [first, corner(lon2, lat2, 1, 1), corner(lon2, lat2, 1, -1), corner(lon1, lat1, -1, -1), first]
}
