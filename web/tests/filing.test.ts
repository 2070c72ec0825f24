import { expect, test } from 'vitest'
import { departureAt, emptyPlan, planBody, planFaults } from '../src/filing/planDraft'
import { routeOf } from '../src/filing/routeFile'

const filled = { ...emptyPlan('2026-03-02T09:30'), aircraft_id: 'ac_1', points: [[114, 22.5], [114.01, 22.5]] as const }

test('a departure is Beijing time, and nothing else is one', () => {
  expect(departureAt('2026-03-02T09:30')).toBe('2026-03-02T01:30:00.000Z')
  expect([departureAt(''), departureAt('2026-03-02'), departureAt('2026-13-40T09:30')]).toEqual([null, null, null])
})

test('an empty plan names what is missing, and is not sent', () => {
  expect(planFaults(emptyPlan(''))).toEqual(['aircraft', 'departure', 'points'])
  expect(planFaults({ ...filled, height: ' ', speed: '0', climb: '-1' })).toEqual(['height', 'speed', 'climb'])
  expect(planBody(emptyPlan(''))).toBeNull()
  expect(planFaults(filled)).toEqual([])
})

test('a plan goes up from the ground at its first point and down at its last, or stays at its height', () => {
  const body = planBody({ ...filled, remarks: { ...filled.remarks, crew: ' A. B. ' } })!
  expect(body.route.waypoints.map(({ alt_m, alt_datum, speed_mps }) => [alt_m, alt_datum, speed_mps])).toEqual([[0, 'AGL', 2], [90, 'AGL', undefined], [90, 'AGL', 2], [0, 'AGL', undefined]])
  expect(body.remarks).toEqual({ crew: 'A. B.' })
  const level = planBody({ ...filled, fromGround: false, climb: '', datum: 'AMSL', origin: 'st_a' })!
  expect(level.route.waypoints.map(({ alt_m, alt_datum }) => [alt_m, alt_datum])).toEqual([[90, 'AMSL'], [90, 'AMSL']])
  expect([level.origin_site_id, level.destination_site_id, level.remarks]).toEqual(['st_a', undefined, undefined])
})

test('a way is read out of GeoJSON, a mission and KML; what has none is said to have none', () => {
  const line = { type: 'LineString', coordinates: [[114, 22.5, 30], [114, 22.5, 60], [114.1, 22.6]] }
  const way = [[114, 22.5], [114.1, 22.6]]
  expect(routeOf(JSON.stringify(line))).toEqual(way)
  expect(routeOf(JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] } }, { type: 'Feature', geometry: line }] }))).toEqual(way)
  const items = [[0, 0, 0, null, 0, 0, 20], [0, 0, 0, null, 22.5, 114, 50], [0, 0, 0, null, 22.6, 114.1, 50]].map((params) => ({ params }))
  expect(routeOf(JSON.stringify({ fileType: 'Plan', mission: { items } }))).toEqual(way)
  expect(routeOf('<kml><LineString><tessellate>1</tessellate><coordinates>\n114,22.5,0 114.1,22.6,0\n</coordinates></LineString></kml>')).toEqual(way)
  for (const wrong of ['', '{', '[]', 'null', '{"type":"Point","coordinates":[114,22]}', '{"type":"LineString","coordinates":[[200,99],["a"]]}', '<kml></kml>']) expect(routeOf(wrong)).toBeNull()
})
