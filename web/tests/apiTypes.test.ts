import { expect, test } from 'vitest'
import type { ActionList, ActionItem, ImportAnswer, TemporaryPreview, TemporaryZone, TemporaryZoneBody, Touched, ZoneImpact } from '../src/api/zones'
import type { Operations } from '../src/api/schema.gen'
import type * as gen from '../src/api/schema.gen'
import type { Alert, CounterOffer, Decision, DecisionReason, DemoUsersAnswer, FlightPlan, Page, SessionAnswer, Track, TrajectoryRoute, VolumesRoute, Waypoint } from '../src/api/types'
import type { Cell } from '../src/map/cellLayer'

/** Compiles only where whatever the service says (the second) can be read as the console's type (the first). */
type Reads<Console, Service extends Console> = [Console, Service]

export type Checked = [
  Reads<Waypoint, gen.WaypointBody>,
  Reads<TrajectoryRoute, gen.TrajectoryRoute>,
  Reads<VolumesRoute, gen.VolumesRoute>,
  Reads<DecisionReason, gen.ReasonAnswer>,
  Reads<CounterOffer, gen.CounterOfferAnswer>,
  Reads<Decision, gen.DecisionAnswer>,
  Reads<FlightPlan, gen.FlightPlanAnswer>,
  Reads<Page<FlightPlan>, Operations['GET /v1/flight-plans']['answer']>,
  Reads<FlightPlan, Operations['POST /v1/flight-plans/{plan_id}/decision']['answer']>,
  // A box is a list of numbers there, four of them here.
  Reads<Omit<Alert, 'bbox'>, gen.AlertItem>,
  Reads<Track, gen.TrackItem>,
  Reads<SessionAnswer, gen.SessionAnswer>,
  Reads<DemoUsersAnswer, gen.DemoUsersAnswer>,
  Reads<Touched, gen.TouchedFlight>,
  Reads<Omit<ZoneImpact, 'counts'>, gen.ZoneImpact>,
  Reads<Pick<ImportAnswer, 'dry_run' | 'valid' | 'zone_ids'>, gen.ZoneImport>,
  Reads<Omit<TemporaryPreview, 'items'>, gen.TemporaryZonePreview>,
  Reads<Omit<TemporaryZone, 'action_list_id' | 'zone'>, gen.TemporaryZone>,
  Reads<Pick<ActionItem, 'plan_id' | 'aircraft_id' | 'organisation_id' | 'action' | 'detail' | 'detail_zh'>, gen.ActionItem>,
  Reads<Pick<ActionList, 'action_list_id' | 'cause_id' | 'state' | 'created_at'>, gen.ActionList>,
  Reads<Cell, gen.CellLoad>,
]
/** And what the console sends is what the service takes. */
export type Sent = [Reads<Omit<gen.TemporaryZoneBody, 'geometry'>, Omit<TemporaryZoneBody, 'geometry'>>]

test('the console’s types agree with those generated from the service (the type check is the test)', () => {
  const checked: readonly [] | Checked | Sent = []
  expect(checked).toEqual([])
})
