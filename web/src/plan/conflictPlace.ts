/**
 * Where a plan and another one come too close.
 *
 * A decision names times, minima and margins, but another firm's plan only by a name that stands for it. Whoever may
 * see all plans finds the other by its geometry: the plan that is where the decision says something is, when it says so.
 */

import type { DecisionReason, FlightPlan, Policy, TrajectoryRoute } from '../api/types'
import { instant } from '../i18n/format'
import { distanceM } from '../live/mercator'
import { plannedFlight, positionAt, type PlannedFlight } from './schedule'

const STEPS = 160
const FINE_STEPS = 20
/** By how much a decision's distance and ours may differ: legs here are great circles, there straight in the city's plane. */
const SLACK_M = 6
const NEAR_DEG = 0.003

export interface Closest {
  readonly own: { readonly lon_deg: number; readonly lat_deg: number }
  readonly other: { readonly lon_deg: number; readonly lat_deg: number }
  readonly at_ms: number
  readonly horizontal_m: number
  /** Null where the two do not share a datum. */
  readonly vertical_m: number | null
}

type Separation = Policy['separation']

function pairAt(own: PlannedFlight, other: PlannedFlight, own_ms: number, other_ms: number): Closest | null {
  if (own.schedule === null || other.schedule === null || own.departure_ms === null || other.departure_ms === null) return null
  const a = positionAt(own.schedule, (own_ms - own.departure_ms) / 1000)
  const b = positionAt(other.schedule, (other_ms - other.departure_ms) / 1000)
  if (a.phase !== 'under_way' || b.phase !== 'under_way') return null
  const same = a.alt_m !== null && b.alt_m !== null && a.alt_datum === b.alt_datum
  return {
    own: { lon_deg: a.lon_deg, lat_deg: a.lat_deg },
    other: { lon_deg: b.lon_deg, lat_deg: b.lat_deg },
    at_ms: own_ms,
    horizontal_m: distanceM(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg),
    vertical_m: same ? Math.abs(a.alt_m! - b.alt_m!) : null,
  }
}

/** How far a pair is from losing separation, in units of the minima; below 1 it is lost. */
const closeness = (pair: Closest, minima: Separation): number =>
  Math.max(pair.horizontal_m / minima.horizontal_m, (pair.vertical_m ?? 0) / minima.vertical_m)

/** The closest pair of instants no more than the time buffer apart, with ours between two; null when the two never meet. */
export function closestPair(
  own: PlannedFlight,
  other: PlannedFlight,
  from_ms: number,
  to_ms: number,
  minima: Separation,
): Closest | null {
  let best: Closest | null = null
  const buffer_ms = minima.time_buffer_s * 1000
  const steps = to_ms > from_ms ? STEPS : 0
  for (let i = 0; i <= steps; i++) {
    const at = from_ms + ((to_ms - from_ms) * i) / Math.max(1, steps)
    for (let j = -FINE_STEPS; j <= FINE_STEPS; j++) {
      const pair = pairAt(own, other, at, at + (buffer_ms * j) / FINE_STEPS)
      if (pair !== null && (best === null || closeness(pair, minima) < closeness(best, minima))) best = pair
    }
  }
  return best
}

/** Whether the boxes around two routes come within some hundred metres: most plans of a city are ruled out here. */
function near(a: FlightPlan, b: FlightPlan): boolean {
  if (a.route?.type !== 'trajectory' || b.route?.type !== 'trajectory') return false
  const span = (plan: TrajectoryRoute, of: 'lat_deg' | 'lon_deg') => {
    const values = plan.waypoints.map((waypoint) => waypoint[of])
    return [Math.min(...values) - NEAR_DEG, Math.max(...values) + NEAR_DEG] as const
  }
  const [r, q] = [a.route, b.route]
  return (['lat_deg', 'lon_deg'] as const).every((of) => span(r, of)[0] <= span(q, of)[1] && span(q, of)[0] <= span(r, of)[1])
}

/** The plan a reason speaks of, among those that fly at its times, and where the two are closest. */
export function findOther(
  own: PlannedFlight,
  reason: DecisionReason,
  among: readonly FlightPlan[],
  minima: Separation,
): { readonly plan: FlightPlan; readonly closest: Closest } | null {
  const [from, to] = [instant(reason.starts_at), instant(reason.ends_at)]
  if (from === null || to === null) return null
  let found: { plan: FlightPlan; closest: Closest } | null = null
  for (const plan of among) {
    if (plan.plan_id === own.plan.plan_id || !near(own.plan, plan)) continue
    const closest = closestPair(own, plannedFlight(plan), from.getTime(), to.getTime(), minima)
    if (closest === null || closest.horizontal_m > minima.horizontal_m + SLACK_M) continue
    if ((closest.vertical_m ?? 0) > minima.vertical_m + SLACK_M) continue
    if (found === null || closeness(closest, minima) < closeness(found.closest, minima)) found = { plan, closest }
  }
  return found
}

/** The waypoints from one index to another, kept inside the route. */
export function segmentPoints(flight: PlannedFlight, segment: readonly [number, number] | null | undefined): [number, number][] {
  const waypoints = flight.schedule?.waypoints ?? []
  if (segment === null || segment === undefined || waypoints.length < 2) return []
  const first = Math.max(0, Math.min(segment[0], segment[1], waypoints.length - 2))
  const last = Math.min(waypoints.length - 1, Math.max(segment[0], segment[1], first + 1))
  return waypoints.slice(first, last + 1).map(({ lon_deg, lat_deg }) => [lon_deg, lat_deg])
}
