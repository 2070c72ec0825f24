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

export function offerFocus(offer: CounterOffer): Focus {
  const plan = { plan_id: '', state: 'draft', version: 0, ...offer.plan } as FlightPlan
  return {
    lines: [{ kind: 'offer', points: pathOf(plannedFlight(plan)) }],
    place: null,
    zone_id: null,
    site_id: offer.plan.destination_site_id ?? null,
  }
}
