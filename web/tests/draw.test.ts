import { expect, test } from 'vitest'
import { ringed } from '../src/api/client'
import type { Corridor, Zone } from '../src/api/types'
import { parsePosition, parsePositions, writePosition } from '../src/draw/coordinates'
import type { ImportedZone } from '../src/api/zones'
import { MOST_DRAWN, previewBox, previewFeatures } from '../src/draw/importPreview'
import { begin, redo, step, undo } from '../src/draw/history'
import { areaKm2, circleRing, corridorRing, faultOf, flatM, geometryOf, shapeOf, type LonLat } from '../src/draw/shape'
import { boxOf, draftOf, emptyDraft, faultsOf, featureOf, helicopterDraft, temporaryOf, type ZoneDraft } from '../src/draw/zoneDraft'
import { instantField, instantMs } from '../src/fields/timeText'

const square: LonLat[] = [[114, 22.5], [114.01, 22.5], [114.01, 22.51], [114, 22.51]]
const now = Date.parse('2026-03-01T00:00:00Z')

test('positions are read as people type them, and what is none is not guessed', () => {
  expect(parsePosition('22.54, 114.06')).toEqual([114.06, 22.54])
  expect(parsePosition('114.06，22.54')).toEqual([114.06, 22.54])
  expect(parsePosition('22.54 114.06')).toEqual([114.06, 22.54])
  expect(parsePosition('E114.06 N22.54')).toEqual([114.06, 22.54])
  const dms = parsePosition(`22°32'24"N 114°03'36"E`)!
  expect(dms[0]).toBeCloseTo(114.06, 9)
  expect(dms[1]).toBeCloseTo(22.54, 9)
  for (const text of ['', '22.54', '22.54, x', '95, 200', '22N, 23N', '1, 2, 3']) expect(parsePosition(text), text).toBeNull()
  expect(parsePosition(writePosition([114.0605, 22.5405]))).toEqual([114.0605, 22.5405])
  expect(parsePositions('22.5,114\n\n22.6,114.1')).toEqual({ points: [[114, 22.5], [114.1, 22.6]] })
  expect(parsePositions('22.5,114\nhere')).toEqual({ wrong: 2 })
})

test('a corridor keeps half its width on both sides, in its bends too', () => {
  const line: LonLat[] = [[114, 22.5], [114.01, 22.5], [114.01, 22.51]]
  const ring = corridorRing(line, 200)
  expect(ring[0]).toEqual(ring[ring.length - 1])
  expect(ring).toHaveLength(7)
  // Square ends, 100 m to each side; the outer corner of a right angle is 100·√2 m away.
  expect(flatM(line[0]!, ring[0]!)).toBeCloseTo(100, 0)
  expect(flatM(line[1]!, ring[1]!)).toBeCloseTo(141.4, 0)
  expect(areaKm2({ kind: 'corridor', points: line, width_m: 200 })).toBeCloseTo(((flatM(line[0]!, line[1]!) + flatM(line[1]!, line[2]!)) * 200) / 1e6, 2)
  expect(corridorRing([line[0]!], 200)).toEqual([])
})

test('a line that runs back on itself still gives a finite outline', () => {
  for (const point of corridorRing([[114, 22.5], [114.01, 22.5], [114, 22.5]], 100)) expect(point.every(Number.isFinite)).toBe(true)
})

test('circles are sent as their centre and radius, polygons closed and counter-clockwise', () => {
  expect(geometryOf({ kind: 'circle', points: [[114, 22.5]], radius_m: 300 })).toEqual({ geometry: { type: 'Point', coordinates: [114, 22.5] }, radius_m: 300 })
  for (const point of circleRing([114, 22.5], 300)) expect(flatM([114, 22.5], point)).toBeCloseTo(300, 3)
  const turned = geometryOf({ kind: 'polygon', points: [...square].reverse() })!.geometry as GeoJSON.Polygon
  const ring = turned.coordinates[0]!
  expect(ring[0]).toEqual(ring[4])
  const twice = ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i]![0]! * y! - x! * ring[i]![1]!, 0)
  expect(twice).toBeGreaterThan(0)
  expect(geometryOf({ kind: 'polygon', points: square.slice(0, 2) })).toBeNull()
})

test('a shape that crosses itself or is not whole says so', () => {
  expect(faultOf({ kind: 'polygon', points: square })).toBeNull()
  expect(faultOf({ kind: 'polygon', points: [square[0]!, square[2]!, square[1]!, square[3]!] })).toBe('crossing')
  expect(faultOf({ kind: 'polygon', points: square.slice(2) })).toBe('few_points')
  expect(faultOf({ kind: 'circle', points: [square[0]!], radius_m: 0 })).toBe('radius')
  expect(faultOf({ kind: 'corridor', points: square.slice(2), width_m: Number.NaN })).toBe('width')
})

test('the service’s circle is drawn as a ring and comes back as the circle it was', () => {
  const zone = ringed({ type: 'Feature', geometry: { type: 'Point', coordinates: [114, 22.5] }, properties: { name: 'x', restriction: 'PROHIBITED', lower_m: 0, upper_m: null, datum: 'AGL', radius_m: 250 } })
  expect(zone.geometry.type).toBe('Polygon')
  expect(shapeOf(zone.geometry, { centre: zone.properties.centre!, radius_m: zone.properties.radius_m! })).toEqual({ kind: 'circle', points: [[114, 22.5]], radius_m: 250 })
  expect(draftOf(zone, now).shape.kind).toBe('circle')
})

test('a published zone comes back from the form as it was', () => {
  const zone: Zone = {
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [[...square, square[0]!].map((point) => [...point])] },
    properties: {
      zone_id: 'zn_1',
      version: 4,
      name: 'Park',
      name_zh: '公园',
      restriction: 'CONDITIONAL',
      lower_m: 0,
      upper_m: 120,
      datum: 'AMSL',
      applicability: [{ starts_at: '2026-03-01T00:00:00.000Z', ends_at: '2026-04-01T00:00:00.000Z', weekly: [{ days: ['SA', 'SU'], from: '09:00', to: '12:00' }] }],
      message: 'Keep out',
    },
  }
  const draft = draftOf(zone, now)
  expect([draft.version, draft.times, draft.from]).toEqual([4, 'weekly', '2026-03-01T08:00'])
  expect(featureOf(draft)).toEqual({
    type: 'Feature',
    geometry: zone.geometry,
    properties: { zone_id: 'zn_1', name: 'Park', name_zh: '公园', message: 'Keep out', restriction: 'CONDITIONAL', lower_m: 0, upper_m: 120, datum: 'AMSL', applicability: zone.properties.applicability },
  })
  const holed = { ...zone, geometry: { type: 'Polygon' as const, coordinates: [zone.geometry.coordinates[0] as number[][], [[114.002, 22.502], [114.004, 22.502], [114.004, 22.504], [114.002, 22.502]]] } }
  expect(draftOf(holed, now).shape.kind).toBe('fixed')
  expect(featureOf(draftOf(holed, now))!.geometry).toEqual(holed.geometry)
})

test('everything that keeps a draft from being sent is named', () => {
  const whole: ZoneDraft = { ...emptyDraft(true, 'polygon', now), name: 'Event', shape: { kind: 'polygon', points: square } }
  expect(faultsOf(whole, now)).toEqual([])
  expect(faultsOf(emptyDraft(false, 'polygon', now), now)).toEqual(['few_points', 'name'])
  expect(faultsOf({ ...whole, lower: '200', upper: '100' }, now)).toEqual(['band'])
  expect(faultsOf({ ...whole, to: whole.from }, now)).toEqual(['times'])
  expect(faultsOf({ ...whole, from: '2026-02-01T08:00', to: '2026-02-01T09:00' }, now)).toEqual(['past'])
  expect(faultsOf({ ...whole, to: '2026-04-20T09:00' }, now)).toEqual(['long'])
  expect(faultsOf({ ...whole, override: 'abc' }, now)).toEqual(['override'])
  expect(temporaryOf(whole)).toMatchObject({ starts_at: '2026-03-02T01:00:00.000Z', category: 'event', lower_m: 0, upper_m: 120 })
  expect(temporaryOf(whole)).not.toHaveProperty('emergency_override')
})

test('fields of date and time are in Beijing', () => {
  expect(instantField(now)).toBe('2026-03-01T08:00')
  expect(instantMs('2026-03-01T08:00')).toBe(now)
  expect(instantMs('tomorrow')).toBeNull()
})

test('a segment is closed from now for half an hour, wide enough to be seen around it', () => {
  const corridor: Corridor = { type: 'Feature', geometry: { type: 'LineString', coordinates: [[114, 22.5], [114.02, 22.5]] }, properties: { corridor_id: 'co_1', name: 'A – B', width_m: 80, lower_m: 40, upper_m: 110, datum: 'AGL', direction: 'both' } }
  const draft = helicopterDraft(corridor, now, { name: 'Helicopter', name_zh: '直升机', reason: 'Manned helicopter' })
  expect(faultsOf(draft, now)).toEqual([])
  expect(temporaryOf(draft)).toMatchObject({ category: 'urgent', emergency_override: { reason: 'Manned helicopter' }, starts_at: '2026-03-01T00:00:00.000Z', ends_at: '2026-03-01T00:30:00.000Z' })
  const box = boxOf(draft.shape)!
  expect(flatM([box[0], box[1]], [box[0], box[3]])).toBeCloseTo(600, -1)
})

test('undo and redo walk through what was, and one drag is one step', () => {
  let history = begin('a')
  history = step(history, 'b')
  history = step(history, 'c', true)
  history = step(history, 'd')
  expect(undo(history).present).toBe('c')
  expect(undo(undo(history)).present).toBe('a')
  expect(redo(undo(history)).present).toBe('d')
  expect(redo(step(undo(history), 'e')).present).toBe('e')
  expect(undo(begin('x')).present).toBe('x')
})

test('zones of a file are drawn as the service read them, circles as rings, named while there are few', () => {
  const common = { zone_id: 'zn_1', restriction: 'PROHIBITED', lower_m: 0, upper_m: 120, datum: 'AGL', line: 3, replaces_version: null } as const
  const round: ImportedZone = { ...common, name: 'Fair', name_zh: '庙会', geometry: { type: 'Point', coordinates: [114, 22.5] }, radius_m: 500 }
  const ring: [number, number][] = [[114.1, 22.5], [114.2, 22.5], [114.2, 22.6], [114.1, 22.5]]
  const plain: ImportedZone = { ...common, name: 'Yard', geometry: { type: 'Polygon', coordinates: [ring] }, radius_m: null }
  const drawn = previewFeatures('zh-CN', [round, plain])
  expect(drawn.map(({ properties }) => properties!['label'])).toEqual(['庙会', 'Yard'])
  const circle = (drawn[0]!.geometry as GeoJSON.Polygon).coordinates[0]!
  expect(circle.length).toBeGreaterThan(20)
  for (const [lon, lat] of circle) expect(flatM([114, 22.5], [lon!, lat!])).toBeCloseTo(500, -1)
  expect(drawn[1]!.geometry).toEqual(plain.geometry)
  const [west, south, east, north] = previewBox([round, plain])!
  expect([west < 113.996, south < 22.496, east, north]).toEqual([true, true, 114.2, 22.6])
  expect(previewBox([])).toBeNull()
  const crowd = previewFeatures('en', Array.from({ length: 2_100 }, () => plain))
  expect([crowd.length, 'label' in crowd[0]!.properties!]).toEqual([MOST_DRAWN, false])
})
