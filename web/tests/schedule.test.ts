import { expect, test } from 'vitest'
import type { FlightPlan, TrajectoryRoute, Waypoint } from '../src/api/types'
import { plannedAt, plannedFlight, positionAt, scheduleOf } from '../src/plan/schedule'

const waypoint = (more: Partial<Waypoint>): Waypoint => ({ lat_deg: 22.55, lon_deg: 114, alt_m: 0, alt_datum: 'AGL', ...more })
const route = (waypoints: Waypoint[]): TrajectoryRoute => ({ type: 'trajectory', cruise_speed_mps: 10, waypoints })

test('a leg lasts its 3-D length over the speed of the waypoint it starts from, after the hold', () => {
  const climb = scheduleOf(route([waypoint({ hold_s: 5, speed_mps: 2 }), waypoint({ alt_m: 60 }), waypoint({ alt_m: 60, lat_deg: 22.56 })]))!
  expect(climb.arrive_s[1]).toBeCloseTo(35)
  expect(climb.duration_s).toBeCloseTo(35 + 111.195, 0)
  expect(positionAt(climb, 4).alt_m).toBe(0)
  expect(positionAt(climb, 20).alt_m).toBeCloseTo(30)
})

test('given times hold when every waypoint has one', () => {
  const timed = scheduleOf(route([waypoint({ t_s: 10 }), waypoint({ lon_deg: 114.01, t_s: 20 })]))!
  expect(positionAt(timed, 0).phase).toBe('before')
  expect(positionAt(timed, 15).lon_deg).toBeCloseTo(114.005)
  expect(positionAt(timed, 21).phase).toBe('after')
})

test('between waypoints of different datums the planned altitude is unknown', () => {
  const mixed = scheduleOf(route([waypoint({ alt_m: 50 }), waypoint({ lon_deg: 114.01, alt_m: 60, alt_datum: 'AMSL' })]))!
  expect(positionAt(mixed, mixed.duration_s / 2).alt_m).toBeNull()
})

test('a route without two points or without a speed has no schedule', () => {
  expect(scheduleOf(route([waypoint({})]))).toBeNull()
  expect(scheduleOf({ ...route([waypoint({}), waypoint({ lat_deg: 22.6 })]), cruise_speed_mps: 0 })).toBeNull()
})

test('a plan is placed in time by its departure, and one in the shifted GCJ-02 grid is not drawn', () => {
  const plan = { plan_id: 'fp_1', state: 'activated', version: 1, departure_at: '2026-01-01T00:00:00Z', route: route([waypoint({}), waypoint({ lat_deg: 22.56 })]) } as FlightPlan
  const start = Date.parse('2026-01-01T00:00:00Z')
  expect(plannedAt(plannedFlight(plan), start + 55_600)!.lat_deg).toBeCloseTo(22.555, 4)
  expect(plannedFlight({ ...plan, route: { ...(plan.route as TrajectoryRoute), crs: 'GCJ02' } }).schedule).toBeNull()
  const { departure_at: _none, ...timeless } = plan
  expect(plannedAt(plannedFlight(timeless), start)).toBeNull()
})
