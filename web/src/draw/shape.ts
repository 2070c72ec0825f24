/**
 * What a person draws: a polygon, a circle or a corridor, and the GeoJSON it becomes.
 *
 * Offsets are worked out in a plane tangent at the shape's first point (metres east and north): over the few
 * kilometres of a zone that is within centimetres of the ellipsoid.
 */

export type LonLat = readonly [lon_deg: number, lat_deg: number]

export type Shape =
  | { readonly kind: 'polygon'; readonly points: readonly LonLat[] }
  | { readonly kind: 'circle'; readonly points: readonly LonLat[]; readonly radius_m: number }
  | { readonly kind: 'corridor'; readonly points: readonly LonLat[]; readonly width_m: number }
  /** Single places, each by itself. */
  | { readonly kind: 'places'; readonly points: readonly LonLat[] }
  /** An area of several parts or with holes: shown and kept as it is, not edited by its vertices. */
  | { readonly kind: 'fixed'; readonly points: readonly LonLat[]; readonly geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon }

export const drawnKinds = ['polygon', 'circle', 'corridor'] as const
export type DrawnKind = (typeof drawnKinds)[number]

export const emptyShape = (kind: DrawnKind | 'places'): Shape =>
  kind === 'polygon' || kind === 'places' ? { kind, points: [] } : kind === 'circle' ? { kind, points: [], radius_m: 500 } : { kind, points: [], width_m: 100 }

const M_PER_DEG = 111_195
const perLon = (lat_deg: number) => M_PER_DEG * Math.cos((lat_deg * Math.PI) / 180)

export const toPlane = ([lon0, lat0]: LonLat, [lon, lat]: LonLat): [number, number] => [(lon - lon0) * perLon(lat0), (lat - lat0) * M_PER_DEG]
export const fromPlane = ([lon0, lat0]: LonLat, [x, y]: readonly [number, number]): LonLat => [lon0 + x / perLon(lat0), lat0 + y / M_PER_DEG]

export const flatM = (a: LonLat, b: LonLat): number => Math.hypot(...toPlane(a, b))

/** The ring of a circle, closed, for drawing only: the service keeps the circle itself. */
export function circleRing(centre: LonLat, radius_m: number, corners = 72): LonLat[] {
  return Array.from({ length: corners + 1 }, (_, i) => {
    const angle = (2 * Math.PI * (i % corners)) / corners
    return fromPlane(centre, [radius_m * Math.sin(angle), radius_m * Math.cos(angle)])
  })
}

const MITRE_LIMIT = 2

/** The outline of a line with a width, its ends cut square, its bends mitred up to twice the half width. */
export function corridorRing(points: readonly LonLat[], width_m: number): LonLat[] {
  const origin = points[0]
  if (origin === undefined || points.length < 2) return []
  const flat = points.map((point) => toPlane(origin, point)).filter((point, i, all) => i === 0 || Math.hypot(point[0] - all[i - 1]![0], point[1] - all[i - 1]![1]) > 0.01)
  if (flat.length < 2) return []
  const half = width_m / 2
  const normals = flat.slice(1).map(([x, y], i) => {
    const [px, py] = flat[i]!
    const length = Math.hypot(x - px, y - py)
    return [-(y - py) / length, (x - px) / length] as const
  })
  const side = (sign: 1 | -1): [number, number][] =>
    flat.map(([x, y], i) => {
      const before = normals[Math.max(0, i - 1)]!
      const after = normals[Math.min(normals.length - 1, i)]!
      const [nx, ny] = [before[0] + after[0], before[1] + after[1]]
      const length = Math.hypot(nx, ny)
      // Where the line turns back on itself there is no mitre; the last leg's own side is taken.
      const [ux, uy] = length < 1e-6 ? after : [nx / length, ny / length]
      const stretch = length < 1e-6 ? 1 : Math.min(MITRE_LIMIT, 1 / Math.max(0.01, ux * after[0] + uy * after[1]))
      return [x + sign * ux * half * stretch, y + sign * uy * half * stretch]
    })
  const ring = [...side(1), ...side(-1).reverse()].map((point) => fromPlane(origin, point))
  return [...ring, ring[0]!]
}

/** The ring a shape is drawn as, closed; empty while there is too little of it. */
export function ringOf(shape: Shape): readonly LonLat[] {
  if (shape.kind === 'circle') return shape.points[0] === undefined ? [] : circleRing(shape.points[0], shape.radius_m)
  if (shape.kind === 'corridor') return corridorRing(shape.points, shape.width_m)
  if (shape.kind === 'fixed' || shape.kind === 'places') return []
  return shape.points.length < 3 ? [] : [...shape.points, shape.points[0]!]
}

const round = ([lon, lat]: LonLat): [number, number] => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]

/** What the service is sent: polygons counter-clockwise, circles as a point with a radius. Null while the shape is not whole. */
export function geometryOf(shape: Shape): { readonly geometry: GeoJSON.Geometry; readonly radius_m: number | null } | null {
  if (shape.kind === 'fixed') return { geometry: shape.geometry, radius_m: null }
  if (shape.kind === 'circle') {
    const centre = shape.points[0]
    return centre === undefined || !(shape.radius_m > 0) ? null : { geometry: { type: 'Point', coordinates: round(centre) }, radius_m: shape.radius_m }
  }
  const ring = ringOf(shape)
  if (ring.length < 4) return null
  const turned = signedArea(ring) < 0 ? [...ring].reverse() : ring
  return { geometry: { type: 'Polygon', coordinates: [turned.map(round)] }, radius_m: null }
}

function signedArea(ring: readonly LonLat[]): number {
  let twice = 0
  for (let i = 1; i < ring.length; i++) twice += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1]
  return twice / 2
}

/** Square kilometres. */
export function areaKm2(shape: Shape): number | null {
  if (shape.kind === 'circle') return (Math.PI * shape.radius_m ** 2) / 1e6
  const ring = ringOf(shape)
  const origin = ring[0]
  if (origin === undefined) return null
  const flat = ring.map((point) => toPlane(origin, point))
  return Math.abs(signedArea(flat)) / 1e6
}

const crosses = (a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean => {
  const side = (p: LonLat, q: LonLat, r: LonLat) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

export const shapeFaults = ['few_points', 'crossing', 'radius', 'width'] as const
export type ShapeFault = (typeof shapeFaults)[number]

/** What is wrong with a shape, seen at once; the service judges the rest. */
export function faultOf(shape: Shape): ShapeFault | null {
  if (shape.kind === 'fixed') return null
  if (shape.kind === 'places') return shape.points.length === 0 ? 'few_points' : null
  if (shape.kind === 'circle') return shape.points.length === 0 ? 'few_points' : shape.radius_m > 0 && shape.radius_m <= 100_000 ? null : 'radius'
  if (shape.points.length < (shape.kind === 'polygon' ? 3 : 2)) return 'few_points'
  if (shape.kind === 'corridor' && !(shape.width_m > 0 && shape.width_m <= 20_000)) return 'width'
  const ring = ringOf(shape)
  for (let i = 1; i < ring.length; i++)
    for (let j = i + 2; j < ring.length; j++) if (crosses(ring[i - 1]!, ring[i]!, ring[j - 1]!, ring[j]!)) return 'crossing'
  return null
}

/** The shape of a published zone: a circle where it was one, a polygon of one ring, else fixed. */
export function shapeOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon | GeoJSON.Point, circle: { readonly centre: LonLat; readonly radius_m: number } | null): Shape {
  if (circle !== null) return { kind: 'circle', points: [circle.centre], radius_m: circle.radius_m }
  if (geometry.type === 'Point') return { kind: 'circle', points: [geometry.coordinates as unknown as LonLat], radius_m: 500 }
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.length === 1 ? geometry.coordinates[0]! : []
  if (rings.length !== 1) return { kind: 'fixed', points: [], geometry }
  return { kind: 'polygon', points: rings[0]!.slice(0, -1).map((point): LonLat => [point[0]!, point[1]!]) }
}

export const withPoints = (shape: Shape, points: readonly LonLat[]): Shape => ({ ...shape, points })
