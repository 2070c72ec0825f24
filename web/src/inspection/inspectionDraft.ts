/** An inspection while it is filled in: what is wrong with it, what the service is asked, and what of the answer is drawn. */

import type { Camera, Inspection, InspectionAsked, InspectionKind } from '../api/inspections'
import { emptyShape, faultOf, flatM, fromPlane, geometryOf, toPlane, withPoints, type LonLat, type Shape, type ShapeFault } from '../draw/shape'
import { instantMs } from '../fields/timeText'

/** Usual cameras by what they are made of; a firm with another one types its numbers. */
export const cameras = {
  inch: { sensor_width_mm: 13.2, sensor_height_mm: 8.8, focal_mm: 8.8, image_width_px: 5472, image_height_px: 3648 },
  four_thirds: { sensor_width_mm: 17.3, sensor_height_mm: 13, focal_mm: 12.3, image_width_px: 5280, image_height_px: 3956 },
  full_frame: { sensor_width_mm: 35.9, sensor_height_mm: 24, focal_mm: 35, image_width_px: 8192, image_height_px: 5460 },
} as const satisfies Record<string, Camera>
export type CameraChoice = keyof typeof cameras | 'own' | 'none'
export const cameraChoices = ['inch', 'four_thirds', 'full_frame', 'own', 'none'] as const satisfies readonly CameraChoice[]
export const cameraFields = ['sensor_width_mm', 'sensor_height_mm', 'focal_mm', 'image_width_px', 'image_height_px'] as const

/** What a person fills in, all of it text; empty: the service's own value. */
export interface InspectionDraft {
  readonly kind: InspectionKind
  readonly shape: Shape
  readonly aircraft_id: string
  readonly base_site_id: string
  /** Beijing time, as a field of date and time has it. */
  readonly departs: string
  readonly by: 'height' | 'gsd'
  readonly height: string
  readonly gsd: string
  readonly camera: CameraChoice
  readonly own: Readonly<Record<(typeof cameraFields)[number], string>>
  readonly front_pct: string
  readonly side_pct: string
  readonly spacing: string
  readonly heading: string
  readonly width: string
  readonly hold: string
  readonly speed: string
  readonly longest_min: string
  readonly interval_min: string
  readonly priority: string
}

const shapeKind = (kind: InspectionKind): 'polygon' | 'corridor' | 'places' => (kind === 'area' ? 'polygon' : kind === 'line' ? 'corridor' : 'places')
const shapeFor = (kind: InspectionKind): Shape => {
  const shape = emptyShape(shapeKind(kind))
  return shape.kind === 'corridor' ? { ...shape, width_m: 40 } : shape
}

export const emptyInspection = (kind: InspectionKind): InspectionDraft => ({
  kind,
  shape: shapeFor(kind),
  aircraft_id: '',
  base_site_id: '',
  departs: '',
  by: kind === 'area' ? 'gsd' : 'height',
  height: '60',
  gsd: '2',
  camera: 'inch',
  own: { sensor_width_mm: '', sensor_height_mm: '', focal_mm: '', image_width_px: '', image_height_px: '' },
  front_pct: '75',
  side_pct: '65',
  spacing: '',
  heading: '',
  width: '40',
  hold: '',
  speed: '8',
  longest_min: '',
  interval_min: '10',
  priority: '',
})

/** The same inspection by another template: what both ask for is kept, the places too. */
export const ofKind = (draft: InspectionDraft, kind: InspectionKind): InspectionDraft => ({
  ...draft,
  kind,
  shape: withPoints(shapeFor(kind), draft.shape.points),
})

const amount = (text: string): number | null => (text.trim() === '' ? null : Number(text))
const between = (text: string, least: number, most: number): boolean => {
  const value = amount(text)
  return value !== null && value >= least && value <= most
}
const orEmpty = (text: string, least: number, most: number): boolean => text.trim() === '' || between(text, least, most)

export function cameraOf(draft: InspectionDraft): Camera | null {
  if (draft.camera === 'none') return null
  if (draft.camera !== 'own') return cameras[draft.camera]
  const numbers = cameraFields.map((name) => Number(draft.own[name]))
  if (numbers.some((value) => !(value > 0))) return null
  return Object.fromEntries(cameraFields.map((name, i) => [name, numbers[i]!])) as unknown as Camera
}

export type InspectionFault = 'aircraft' | 'base' | 'departs' | 'height' | 'gsd' | 'camera' | 'overlap' | 'spacing' | 'width' | 'number' | ShapeFault

/** What is wrong, seen at once; the service judges the rest. */
export function inspectionFaults(draft: InspectionDraft): readonly InspectionFault[] {
  const found: InspectionFault[] = []
  const drawn = faultOf(draft.shape)
  if (drawn !== null) found.push(drawn)
  if (draft.aircraft_id === '') found.push('aircraft')
  if (draft.base_site_id === '') found.push('base')
  if (instantMs(draft.departs) === null && !(draft.kind === 'emergency' && draft.departs === '')) found.push('departs')
  if (draft.by === 'height' && !between(draft.height, 1, 1000)) found.push('height')
  if (draft.by === 'gsd' && !between(draft.gsd, 0.1, 1000)) found.push('gsd')
  const camera = cameraOf(draft)
  if ((draft.camera === 'own' || draft.by === 'gsd') && camera === null) found.push('camera')
  if (!between(draft.front_pct, 0, 95) || !between(draft.side_pct, 0, 95)) found.push('overlap')
  if (draft.kind === 'area' && camera === null && draft.camera === 'none' && draft.spacing.trim() === '') found.push('spacing')
  if (draft.kind === 'line' && !between(draft.width, 0.1, 2000)) found.push('width')
  const numbers = [orEmpty(draft.spacing, 1, 5000), orEmpty(draft.heading, 0, 360), orEmpty(draft.hold, 0, 3600), between(draft.speed, 0.1, 50), orEmpty(draft.longest_min, 1, 1440), orEmpty(draft.interval_min, 0, 1440), orEmpty(draft.priority, 0, 100)]
  if (numbers.includes(false)) found.push('number')
  return found
}

const round = ([lon, lat]: LonLat): [number, number] => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]

function geometryAsked({ kind, shape }: InspectionDraft): InspectionAsked['geometry'] {
  if (kind === 'line') return { type: 'LineString', coordinates: shape.points.map(round) }
  if (kind !== 'area') return { type: 'MultiPoint', coordinates: shape.points.map(round) }
  return geometryOf(shape)!.geometry as GeoJSON.Polygon
}

/** What the service is asked; call it only without faults. */
export function inspectionAsked(draft: InspectionDraft): InspectionAsked {
  const camera = cameraOf(draft)
  const departs = instantMs(draft.departs)
  const given = <K extends string>(name: K, text: string, times = 1) => {
    const value = amount(text)
    return value === null ? {} : ({ [name]: value * times } as Record<K, number>)
  }
  const places = draft.kind === 'points' || draft.kind === 'emergency'
  return {
    aircraft_id: draft.aircraft_id,
    kind: draft.kind,
    geometry: geometryAsked(draft),
    base_site_id: draft.base_site_id,
    ...(departs === null ? {} : { departure_at: new Date(departs).toISOString() }),
    ...(draft.by === 'gsd' ? given('gsd_cm', draft.gsd) : given('height_agl_m', draft.height)),
    ...(camera === null ? {} : { camera, front_overlap: Number(draft.front_pct) / 100, side_overlap: Number(draft.side_pct) / 100 }),
    ...(places ? given('hold_s', draft.hold) : given('line_spacing_m', draft.spacing)),
    ...(draft.kind === 'area' ? given('heading_deg', draft.heading) : {}),
    ...(draft.kind === 'line' ? given('width_m', draft.width) : {}),
    ...given('speed_mps', draft.speed),
    ...given('longest_flight_s', draft.longest_min, 60),
    ...given('interval_s', draft.interval_min, 60),
    ...given('priority', draft.priority),
  }
}

/** What of an answer is drawn: the way of each flight, and what the first picture covers. `chosen` draws one flight only. */
export function inspectionPreview(found: Inspection, chosen: number | null): readonly GeoJSON.Feature[] {
  const flights = chosen === null ? found.flights : found.flights.slice(chosen, chosen + 1)
  const ways = flights.map((flight): GeoJSON.Feature => ({
    type: 'Feature',
    geometry: { type: 'LineString', coordinates: flight.plan.route.waypoints.map(({ lon_deg, lat_deg }) => [lon_deg, lat_deg]) },
    properties: { bad: false },
  }))
  const picture = flights[0] === undefined ? null : pictureOf(found, flights[0].plan.route.waypoints)
  return picture === null ? ways : [...ways, picture]
}

/** The ground one picture covers in the middle of the first leg that is photographed. */
function pictureOf(found: Inspection, waypoints: Inspection['flights'][number]['plan']['route']['waypoints']): GeoJSON.Feature | null {
  // The base, the climb above it, and then what is looked at.
  const [from, to] = [waypoints[2], waypoints[3]]
  if (found.footprint_m === null || from === undefined || to === undefined) return null
  const at: LonLat = [from.lon_deg, from.lat_deg]
  const [east, north] = toPlane(at, [to.lon_deg, to.lat_deg])
  const length = flatM(at, [to.lon_deg, to.lat_deg])
  const [ux, uy] = length < 0.01 ? [0, 1] : [east / length, north / length]
  const [across, along] = found.footprint_m
  const places = found.kind === 'points' || found.kind === 'emergency'
  const centre = places ? [0, 0] : [east / 2, north / 2]
  const corner = (a: number, b: number) => [...fromPlane(at, [centre[0]! + ux * a * along + uy * b * across, centre[1]! + uy * a * along - ux * b * across])]
  const ring = [corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)]
  return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]!]] }, properties: { bad: false } }
}
