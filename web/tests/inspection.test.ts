import { expect, test } from 'vitest'
import type { Inspection } from '../src/api/inspections'
import { withPoints } from '../src/draw/shape'
import { cameraOf, emptyInspection, inspectionAsked, inspectionFaults, inspectionPreview, ofKind, type InspectionDraft } from '../src/inspection/inspectionDraft'
import { resultBody } from '../src/inspection/results'

const square = [[114.26, 22.71], [114.264, 22.71], [114.264, 22.713], [114.26, 22.713]] as const
const whole = (kind: InspectionDraft['kind'] = 'area'): InspectionDraft => {
  const empty = emptyInspection(kind)
  return { ...empty, shape: withPoints(empty.shape, square), aircraft_id: 'ac_1', base_site_id: 'st_1', departs: '2031-03-02T09:00' }
}

test('an area is asked for as a closed ring, with its camera, overlaps as shares and times in their units', () => {
  const asked = inspectionAsked({ ...whole(), longest_min: '15', heading: '30' })
  expect(inspectionFaults(whole())).toEqual([])
  expect(asked.geometry.type).toBe('Polygon')
  expect((asked.geometry as GeoJSON.Polygon).coordinates[0]).toHaveLength(5)
  expect(asked).toMatchObject({ gsd_cm: 2, front_overlap: 0.75, side_overlap: 0.65, longest_flight_s: 900, interval_s: 600, heading_deg: 30, departure_at: '2031-03-02T01:00:00.000Z' })
  expect(asked).not.toHaveProperty('height_agl_m')
  expect(asked).not.toHaveProperty('hold_s')
})

test('the places drawn stay when another template is chosen, and each template asks for what is its own', () => {
  const line = ofKind(whole(), 'line')
  expect(line.shape.points).toEqual(square)
  expect(inspectionAsked(line)).toMatchObject({ geometry: { type: 'LineString' }, width_m: 40 })
  const points = inspectionAsked({ ...ofKind(line, 'points'), hold: '30' })
  expect(points).toMatchObject({ geometry: { type: 'MultiPoint' }, hold_s: 30 })
  expect(points).not.toHaveProperty('width_m')
})

test('only an emergency may leave its time open; what is missing is named', () => {
  expect(inspectionFaults({ ...whole('emergency'), departs: '' })).toEqual([])
  expect(inspectionAsked({ ...whole('emergency'), departs: '' })).not.toHaveProperty('departure_at')
  expect(inspectionFaults({ ...whole('points'), departs: '' })).toEqual(['departs'])
  expect(inspectionFaults(emptyInspection('area'))).toEqual(['few_points', 'aircraft', 'base', 'departs'])
  expect(inspectionFaults({ ...whole(), camera: 'none' })).toEqual(['camera', 'spacing'])
  expect(inspectionFaults({ ...whole(), camera: 'own' })).toEqual(['camera'])
  expect(inspectionFaults({ ...whole(), speed: '' })).toEqual(['number'])
})

test('a camera of one\'s own is its five numbers', () => {
  const own = { sensor_width_mm: '13.2', sensor_height_mm: '8.8', focal_mm: '8.8', image_width_px: '5472', image_height_px: '3648' }
  expect(cameraOf({ ...whole(), camera: 'own', own })).toEqual({ sensor_width_mm: 13.2, sensor_height_mm: 8.8, focal_mm: 8.8, image_width_px: 5472, image_height_px: 3648 })
})

test('the preview draws every flight and the ground one picture covers, across its line; or one flight alone', () => {
  const at = (lon_deg: number, lat_deg: number) => ({ lon_deg, lat_deg, alt_m: 60 })
  const flight = { departure_at: '', lasts_s: 1, length_m: 1, pictures: 1, plan: { route: { waypoints: [at(114.26, 22.71), at(114.26, 22.71), at(114.26, 22.711), at(114.26, 22.715), at(114.26, 22.71)] } } }
  const found: Inspection = { kind: 'area', height_agl_m: 60, gsd_cm: 2, footprint_m: [90, 60], line_spacing_m: 30, picture_every_m: 15, heading_deg: 0, area_m2: 1, length_m: 1, pictures: 2, ends_at: '', flights: [flight, flight] }
  const drawn = inspectionPreview(found, null)
  expect(drawn.map(({ geometry }) => geometry.type)).toEqual(['LineString', 'LineString', 'Polygon'])
  const ring = (drawn[2]!.geometry as GeoJSON.Polygon).coordinates[0]!
  const span = (axis: 0 | 1) => Math.max(...ring.map((point) => point[axis]!)) - Math.min(...ring.map((point) => point[axis]!))
  // The flight goes north: 90 m from west to east, 60 m along it.
  expect(span(0) * 111_195 * Math.cos((22.713 * Math.PI) / 180)).toBeCloseTo(90, 0)
  expect(span(1) * 111_195).toBeCloseTo(60, 0)
  expect((ring[0]![1]! + ring[2]![1]!) / 2).toBeCloseTo(22.713, 5)
  expect(inspectionPreview(found, 1)).toHaveLength(2)
})

test('a result is an address with a scheme, and a whole SHA-256 or none', () => {
  const typed = { kind: 'images', url: ' s3://bucket/flight-1/ ', sha256: '', note: '' } as const
  expect(resultBody(typed)).toEqual({ kind: 'images', url: 's3://bucket/flight-1/' })
  expect(resultBody({ ...typed, url: 'bucket/flight-1' })).toBeNull()
  expect(resultBody({ ...typed, sha256: 'abc' })).toBeNull()
  expect(resultBody({ ...typed, sha256: 'A'.repeat(64), note: ' first ' })).toMatchObject({ sha256: 'a'.repeat(64), note: 'first' })
})
