/** A flight plan while it is filled in: what is wrong with it, and what the service is sent. Pure. */

import type { Datum, FlightPlan, TrajectoryRoute, Waypoint } from '../api/types'
import type { LonLat } from '../draw/shape'
import { instantMs } from '../fields/timeText'
import { operationKinds, type OperationKind } from '../live/trackFilter'

export const remarkNames = ['crew', 'communications', 'c2_link', 'cns'] as const
export type RemarkName = (typeof remarkNames)[number]

export interface PlanDraft {
  readonly aircraft_id: string
  readonly operation: OperationKind
  /** As a field of date and time writes it, Beijing time. */
  readonly departure: string
  readonly points: readonly LonLat[]
  readonly height: string
  readonly datum: Datum
  readonly speed: string
  /** Up from the ground at the first point and down to it at the last, at this speed. */
  readonly fromGround: boolean
  readonly climb: string
  readonly origin: string
  readonly destination: string
  readonly remarks: Readonly<Record<RemarkName, string>>
}

export const emptyPlan = (departure: string): PlanDraft => ({
  aircraft_id: '',
  operation: operationKinds[0],
  departure,
  points: [],
  height: '90',
  datum: 'AGL',
  speed: '10',
  fromGround: true,
  climb: '2',
  origin: '',
  destination: '',
  remarks: { crew: '', communications: '', c2_link: '', cns: '' },
})

export type PlanFault = 'aircraft' | 'departure' | 'points' | 'height' | 'speed' | 'climb'

/** The instant a departure stands for, RFC 3339; null where it is none. */
export function departureAt(text: string): string | null {
  const at = instantMs(text)
  return at === null ? null : new Date(at).toISOString()
}

const positive = (text: string): boolean => text.trim() !== '' && Number(text) > 0 && Number.isFinite(Number(text))

export function planFaults(draft: PlanDraft): readonly PlanFault[] {
  const found: PlanFault[] = []
  if (draft.aircraft_id === '') found.push('aircraft')
  if (departureAt(draft.departure) === null) found.push('departure')
  if (draft.points.length < 2) found.push('points')
  if (draft.height.trim() === '' || !Number.isFinite(Number(draft.height))) found.push('height')
  if (!positive(draft.speed)) found.push('speed')
  if (draft.fromGround && !positive(draft.climb)) found.push('climb')
  return found
}

function waypointsOf(draft: PlanDraft): readonly Waypoint[] {
  const [up, climb] = [Number(draft.height), Number(draft.climb)]
  const aloft = draft.points.map(([lon, lat]): Waypoint => ({ lat_deg: Number(lat.toFixed(7)), lon_deg: Number(lon.toFixed(7)), alt_m: up, alt_datum: draft.datum }))
  const [first, last] = [aloft[0], aloft[aloft.length - 1]]
  if (!draft.fromGround || first === undefined || last === undefined) return aloft
  const ground = (at: Waypoint): Waypoint => ({ ...at, alt_m: 0, alt_datum: 'AGL' })
  return [{ ...ground(first), speed_mps: climb }, ...aloft.slice(0, -1), { ...last, speed_mps: climb }, ground(last)]
}

/** What the service is sent; null while something is missing. */
export interface PlanBody {
  readonly aircraft_id: string
  readonly operation_type: OperationKind
  readonly departure_at: string
  readonly route: TrajectoryRoute
  readonly origin_site_id?: string
  readonly destination_site_id?: string
  readonly remarks?: Readonly<Partial<Record<RemarkName, string>>>
}

export function planBody(draft: PlanDraft): PlanBody | null {
  const departure_at = departureAt(draft.departure)
  if (departure_at === null || planFaults(draft).length > 0) return null
  const told = remarkNames.filter((name) => draft.remarks[name].trim() !== '')
  return {
    aircraft_id: draft.aircraft_id,
    operation_type: draft.operation,
    departure_at,
    route: { type: 'trajectory', cruise_speed_mps: Number(draft.speed), waypoints: waypointsOf(draft) },
    ...(draft.origin === '' ? {} : { origin_site_id: draft.origin }),
    ...(draft.destination === '' ? {} : { destination_site_id: draft.destination }),
    ...(told.length === 0 ? {} : { remarks: Object.fromEntries(told.map((name) => [name, draft.remarks[name].trim()])) }),
  }
}

/** A plan that is not filed, as the panels and the map take one. */
export const unfiled = (body: PlanBody, answer: Pick<FlightPlan, 'decision'> | null = null): FlightPlan => ({ plan_id: '', state: 'draft', version: 0, ...body, ...(answer?.decision === undefined ? {} : { decision: answer.decision }) })
