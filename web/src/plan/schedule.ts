/**
 * Where a planned flight should be at an instant.
 *
 * Straight legs at constant speed; a leg lasts its 3-D length divided by the speed of the waypoint it starts from (else
 * the cruise speed), `hold_s` hovers first; where every waypoint has `t_s`, those times hold instead.
 */

import type { Datum, FlightPlan, TrajectoryRoute, Waypoint } from '../api/types'
import { distanceM } from '../live/mercator'

/** Arrival at and departure from each waypoint, seconds after the plan's departure. */
export interface Schedule {
  readonly waypoints: readonly Waypoint[]
  readonly arrive_s: readonly number[]
  readonly leave_s: readonly number[]
  readonly length_m: number
  readonly duration_s: number
}

export interface PlannedPosition {
  readonly phase: 'before' | 'under_way' | 'after'
  readonly lat_deg: number
  readonly lon_deg: number
  /** Null where the waypoints on both sides do not share a datum. */
  readonly alt_m: number | null
  readonly alt_datum: Datum | null
  /** Index of the waypoint the leg starts from. */
  readonly leg: number
}

function legLengthM(a: Waypoint, b: Waypoint): number {
  const flat_m = distanceM(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg)
  return a.alt_datum === b.alt_datum ? Math.hypot(flat_m, b.alt_m - a.alt_m) : flat_m
}

/** Work out the times of a route; null when it has fewer than two waypoints or no usable speed. */
export function scheduleOf(route: TrajectoryRoute): Schedule | null {
  const { waypoints } = route
  if (waypoints.length < 2) return null
  const arrive_s: number[] = [0]
  const leave_s: number[] = []
  let length_m = 0
  const timed = waypoints.every((waypoint) => typeof waypoint.t_s === 'number')
  for (let i = 0; i < waypoints.length; i++) {
    const here = waypoints[i]!
    if (timed) arrive_s[i] = here.t_s!
    leave_s[i] = arrive_s[i]! + (timed ? 0 : (here.hold_s ?? 0))
    const next = waypoints[i + 1]
    if (next === undefined) break
    const leg_m = legLengthM(here, next)
    length_m += leg_m
    if (timed) continue
    const speed_mps = here.speed_mps ?? route.cruise_speed_mps
    if (!(speed_mps > 0)) return null
    arrive_s[i + 1] = leave_s[i]! + leg_m / speed_mps
  }
  return { waypoints, arrive_s, leave_s, length_m, duration_s: leave_s[leave_s.length - 1]! }
}

/** The planned position `after_s` seconds after departure; held at the ends before and after. */
export function positionAt(schedule: Schedule, after_s: number): PlannedPosition {
  const { waypoints, arrive_s, leave_s } = schedule
  const last = waypoints.length - 1
  const standing = (index: number, phase: PlannedPosition['phase']): PlannedPosition => {
    const { lat_deg, lon_deg, alt_m, alt_datum } = waypoints[index]!
    return { phase, lat_deg, lon_deg, alt_m, alt_datum, leg: Math.min(index, last - 1) }
  }
  if (after_s < arrive_s[0]!) return standing(0, 'before')
  if (after_s > leave_s[last]!) return standing(last, 'after')
  for (let i = 0; i <= last; i++) {
    if (after_s <= leave_s[i]!) return standing(i, 'under_way')
    if (i < last && after_s < arrive_s[i + 1]!) {
      const [a, b] = [waypoints[i]!, waypoints[i + 1]!]
      const part = (after_s - leave_s[i]!) / (arrive_s[i + 1]! - leave_s[i]!)
      const same = a.alt_datum === b.alt_datum
      return {
        phase: 'under_way',
        lat_deg: a.lat_deg + (b.lat_deg - a.lat_deg) * part,
        lon_deg: a.lon_deg + (b.lon_deg - a.lon_deg) * part,
        alt_m: same ? a.alt_m + (b.alt_m - a.alt_m) * part : null,
        alt_datum: same ? a.alt_datum : null,
        leg: i,
      }
    }
  }
  return standing(last, 'under_way')
}

/** The instant a plan's clock starts from, Unix ms, or null. */
export function departureMs(plan: FlightPlan): number | null {
  const at = Date.parse(plan.departure_at ?? plan.starts_at ?? '')
  return Number.isNaN(at) ? null : at
}

/** A plan with what can be worked out from it once. */
export interface PlannedFlight {
  readonly plan: FlightPlan
  readonly schedule: Schedule | null
  readonly departure_ms: number | null
}

export function plannedFlight(plan: FlightPlan): PlannedFlight {
  const route = plan.route
  // The map is WGS-84; a route kept in the shifted GCJ-02 grid would be drawn 600 m off.
  const drawable = route?.type === 'trajectory' && route.crs !== 'GCJ02'
  return { plan, schedule: drawable ? scheduleOf(route) : null, departure_ms: departureMs(plan) }
}

/** Where the flight should be at an instant, or null when its times are not known. */
export function plannedAt(flight: PlannedFlight, now_ms: number): PlannedPosition | null {
  if (flight.schedule === null || flight.departure_ms === null) return null
  return positionAt(flight.schedule, (now_ms - flight.departure_ms) / 1000)
}
