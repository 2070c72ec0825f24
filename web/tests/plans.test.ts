import { expect, test } from 'vitest'
import { offerKinds, planStates, reasonSeverities, type DecisionReason, type FlightPlan } from '../src/api/types'
import { writeUrl, readUrl } from '../src/app/urlState'
import { keyFor } from '../src/i18n/translate'
import { focusBounds, focusCollection } from '../src/map/focusDrawing'
import { closestPair, findOther, segmentPoints } from '../src/plan/conflictPlace'
import { countReasons, joinPages, planFilters, statesOf } from '../src/plan/planList'
import { conflictsFocus, offerFocus, reasonFocus } from '../src/plan/reasonFocus'
import { plannedFlight } from '../src/plan/schedule'

const MINIMA = { horizontal_m: 50, vertical_m: 15, time_buffer_s: 15 }
const START = '2026-03-01T00:00:00Z'
const T0 = Date.parse(START)

/** A plan along straight legs through [lat, lon, altitude AGL] at 10 m/s. */
const plan = (plan_id: string, points: readonly (readonly [number, number, number])[], departure_at = START, more: Partial<FlightPlan> = {}): FlightPlan => ({
  plan_id,
  state: 'approved',
  version: 1,
  departure_at,
  route: {
    type: 'trajectory',
    cruise_speed_mps: 10,
    waypoints: points.map(([lat_deg, lon_deg, alt_m]) => ({ lat_deg, lon_deg, alt_m, alt_datum: 'AGL' as const })),
  },
  ...more,
})
// Both pass 22.5 N 114.0 E after about 1,112 s (one degree of latitude is 111.2 km).
const south = plan('south', [[22.4, 114, 60], [22.6, 114, 60]])
const west = plan('west', [[22.5, 113.8918, 60], [22.5, 114.1082, 60]])
const above = plan('above', [[22.5, 113.8918, 90], [22.5, 114.1082, 90]])
const late = plan('late', [[22.5, 113.8918, 60], [22.5, 114.1082, 60]], '2026-03-01T00:10:00Z')
const reason: DecisionReason = {
  code: 'conflict_with_plan',
  detail: 'Too close.',
  segment: [0, 1],
  starts_at: '2026-03-01T00:18:00Z',
  ends_at: '2026-03-01T00:19:00Z',
  other_plan_ref: 'ref_x',
}

test('every filter asks for the states it names, and together they ask for all', () => {
  expect(statesOf('all')).toEqual([])
  expect(planFilters.flatMap((filter) => [...statesOf(filter)]).sort()).toEqual([...planStates].sort())
})

test('pages join without doubles, latest departure first', () => {
  const joined = joinPages([[south, late], [{ ...south, version: 2 }, west]])
  expect(joined.map(({ plan_id }) => plan_id)).toEqual(['late', 'south', 'west'])
  expect(joined[1]!.version).toBe(1)
})

test('reasons are counted by severity, and one without counts as what it led to', () => {
  const decision = { outcome: 'refused' as const, decided_at: START, reasons: [reason, { ...reason, severity: 'warning' as const }] }
  expect(countReasons({ ...south, decision })).toEqual({ refuse: 1, pending: 0, warning: 1 })
  expect(countReasons(south)).toEqual({ refuse: 0, pending: 0, warning: 0 })
})

test('everything the service can name has words', () => {
  for (const severity of reasonSeverities) {
    expect(keyFor('reason_severity_', severity)).not.toBeNull()
    expect(keyFor('reason_count_', severity)).not.toBeNull()
  }
  for (const kind of offerKinds) expect(keyFor('offer_kind_', kind)).not.toBeNull()
  for (const filter of planFilters) expect(keyFor('plans_filter_', filter)).not.toBeNull()
})

test('the plan a reason speaks of is the one that is there at its times, and the place is where they meet', () => {
  const found = findOther(plannedFlight(south), reason, [south, above, late, west], MINIMA)!
  expect(found.plan.plan_id).toBe('west')
  expect(found.closest.own.lat_deg).toBeCloseTo(22.5, 3)
  expect(found.closest.own.lon_deg).toBeCloseTo(114, 6)
  expect(found.closest.horizontal_m).toBeLessThan(20)
  expect(findOther(plannedFlight(south), reason, [above, late], MINIMA)).toBeNull()
  expect(findOther(plannedFlight(south), { ...reason, starts_at: null }, [west], MINIMA)).toBeNull()
})

test('flights that are never in the air together have no closest pair', () => {
  const next = plan('next', [[22.4, 114, 60], [22.6, 114, 60]], '2026-03-02T00:00:00Z')
  expect(closestPair(plannedFlight(south), plannedFlight(next), T0, T0 + 60_000, MINIMA)).toBeNull()
})

test('a segment is drawn between its waypoints and never leaves the route', () => {
  const flight = plannedFlight(plan('p', [[22, 114, 0], [22, 114, 60], [22.1, 114, 60], [22.1, 114.1, 60]]))
  expect(segmentPoints(flight, [1, 2])).toEqual([[114, 22], [114, 22.1]])
  expect(segmentPoints(flight, [2, 99])).toEqual([[114, 22.1], [114.1, 22.1]])
  expect(segmentPoints(flight, [3, 3])).toEqual([[114, 22.1], [114.1, 22.1]])
  expect(segmentPoints(flight, null)).toEqual([])
})

test('all conflicts of a plan are drawn: the chosen one in full, the others quieter, each with its path and closest point', () => {
  const own = plannedFlight(south)
  const { closest } = findOther(own, reason, [west], MINIMA)!
  const conflicts = [
    { reason, other: west, closest },
    { reason: { ...reason, zone_id: 'zn_1', other_plan_ref: null }, other: null, closest: null },
    { reason, other: { ...west, plan_id: 'again' }, closest },
  ]
  const focus = conflictsFocus(own, conflicts, 1)!
  expect(focus.zone_id).toBe('zn_1')
  expect(focus.place).toBeNull()
  expect(focus.besides).toEqual({ places: [focus.besides!.places[0], focus.besides!.places[0]], zone_ids: [] })
  expect(focus.lines.filter(({ kind }) => kind === 'other').map(({ quiet }) => quiet)).toEqual([true, true])
  // What is chosen lies over the others.
  expect(focus.lines.at(-1)).toMatchObject({ kind: 'segment' })
  expect(focus.lines.at(-1)!.quiet).toBeUndefined()
  const other = conflictsFocus(own, conflicts, 0)!
  expect(other.besides!.zone_ids).toEqual(['zn_1'])
  const drawn = focusCollection(other).features.map(({ properties }) => [properties!['kind'] ?? 'place', properties!['quiet']])
  expect(drawn.filter(([kind]) => kind === 'place')).toEqual([['place', true], ['place', false]])
  expect(conflictsFocus(own, [], 0)).toBeNull()
})

test('a reason draws its segment, the other path and the place; an offer draws its route', () => {
  const own = plannedFlight(south)
  const { closest } = findOther(own, reason, [west], MINIMA)!
  const focus = reasonFocus(own, { ...reason, zone_id: 'zn_1' }, west, closest)
  expect(focus.lines.map(({ kind }) => kind)).toEqual(['other', 'segment'])
  expect(focus.zone_id).toBe('zn_1')
  expect(focusCollection(focus).features.map(({ geometry }) => geometry.type)).toEqual(['LineString', 'LineString', 'Point'])
  expect(focusBounds(focus, [], null)).toEqual([114, 22.4, 114, 22.6])
  const zone: GeoJSON.Polygon = { type: 'Polygon', coordinates: [[[113, 22], [115, 22], [115, 23], [113, 22]]] }
  expect(focusBounds({ lines: [], place: null, zone_id: 'zn_1', site_id: null }, [], zone)).toEqual([113, 22, 115, 23])
  expect(focusBounds(null, [], null)).toBeNull()
  const offer = { kind: 'route' as const, detail: '', plan: { departure_at: START, route: west.route! }, cost: { delay_s: 0, extra_m: 0, extra_wh: 0 } }
  expect(offerFocus(offer).lines[0]!.points).toHaveLength(2)
})

test('a plan stands in the address and leaves it again', () => {
  const search = writeUrl('?lang=en', { plan_id: 'fp_1' })
  expect(readUrl(search).plan_id).toBe('fp_1')
  expect(writeUrl(search, { plan_id: null })).toBe('?lang=en')
})
