/** What to draw for a reason or an offer. */

import type { CounterOffer, DecisionReason, FlightPlan } from '../api/types'
import type { Focus, Point } from '../map/focusDrawing'
import { segmentPoints, type Closest } from './conflictPlace'
import { severityOf } from './planList'
import { plannedFlight, type PlannedFlight } from './schedule'

const pathOf = (flight: PlannedFlight): Point[] => (flight.schedule?.waypoints ?? []).map(({ lon_deg, lat_deg }): Point => [lon_deg, lat_deg])

export function reasonFocus(flight: PlannedFlight, reason: DecisionReason, other: FlightPlan | null, closest: Closest | null): Focus {
  const segment = segmentPoints(flight, reason.segment)
  return {
    lines: [
      ...(other === null ? [] : [{ kind: 'other' as const, points: pathOf(plannedFlight(other)) }]),
      ...(segment.length === 0 ? [] : [{ kind: 'segment' as const, points: segment, severity: severityOf(reason.severity, flight.plan) }]),
    ],
    place: closest === null ? null : { at: [closest.own.lon_deg, closest.own.lat_deg], words: 'focus_conflict' },
    zone_id: reason.zone_id ?? null,
    site_id: reason.site_id ?? null,
  }
}

/** A reason with the other plan it speaks of, where that was found. */
export interface Conflict {
  readonly reason: DecisionReason
  readonly other: FlightPlan | null
  readonly closest: Closest | null
}

/** All that stands against a plan at once: the chosen reason as it is drawn alone, the others quieter around it. */
export function conflictsFocus(flight: PlannedFlight, conflicts: readonly Conflict[], chosen: number): Focus | null {
  const first = conflicts[chosen]
  if (first === undefined) return null
  const focus = reasonFocus(flight, first.reason, first.other, first.closest)
  const rest = conflicts.filter((_, nth) => nth !== chosen)
  const drawn = rest.map(({ reason, other, closest }) => reasonFocus(flight, reason, other, closest))
  return {
    ...focus,
    // Quiet ones below: what is chosen lies over them.
    lines: [...drawn.flatMap(({ lines }) => lines.map((line) => ({ ...line, quiet: true }))), ...focus.lines],
    besides: {
      places: drawn.flatMap(({ place }) => (place === null ? [] : [place.at])),
      zone_ids: drawn.flatMap(({ zone_id }) => (zone_id === null ? [] : [zone_id])),
    },
  }
}

export function offerFocus(offer: CounterOffer): Focus {
  const plan = { plan_id: '', state: 'draft', version: 0, ...offer.plan } as FlightPlan
  return {
    lines: [{ kind: 'offer', points: pathOf(plannedFlight(plan)) }],
    place: null,
    zone_id: null,
    site_id: offer.plan.destination_site_id ?? null,
  }
}
