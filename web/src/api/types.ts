/**
 * The service's HTTP bodies as the console reads them, shaped after the public API.
 *
 * Kept in one file so that types generated from the service's OpenAPI document can take its place.
 * Whatever the service may leave out or not know is optional or null here; nothing is ever assumed to be 0.
 */

export type Role = 'operator' | 'dispatcher' | 'regulator' | 'supplier' | 'admin'

export interface SessionUser {
  readonly name: string
  readonly role: Role
  readonly organisation?: string | { readonly organisation_id?: string; readonly name: string; readonly name_zh?: string | null } | null
}

export interface SessionAnswer {
  readonly user: SessionUser
  readonly csrf_token: string
}

export interface DemoUsersAnswer {
  readonly users: readonly { readonly role: Role; readonly name: string }[]
  readonly auto_login: boolean
}

export interface Problem {
  readonly type?: string
  readonly code: string
  readonly title?: string
  readonly status?: number
  readonly detail?: string
  readonly detail_zh?: string
  readonly retryable?: boolean
  readonly trace_id?: string
  readonly errors?: readonly { readonly field?: string; readonly code: string; readonly detail?: string; readonly detail_zh?: string }[]
  /** Flights of other positions, when the city is divided among them. */
  readonly aircraft_ids?: readonly string[]
  /** What stands in the way, when a plan was refused. */
  readonly decision?: Decision
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor?: string | null
}

export type TrackState = 'conforming' | 'nonconforming' | 'contingent' | 'lost' | 'unplanned' | 'unknown'

export interface Track {
  readonly track_id: string
  readonly aircraft_id: string | null
  readonly plan_id: string | null
  readonly source: string
  readonly lat_deg: number
  readonly lon_deg: number
  readonly alt_hae_m: number | null
  readonly alt_amsl_m: number | null
  readonly alt_agl_m: number | null
  readonly vel_east_mps: number | null
  readonly vel_north_mps: number | null
  readonly vel_up_mps: number | null
  readonly heading_deg: number | null
  readonly state: TrackState
  readonly observed_at: string
  readonly received_at: string
  readonly registration?: string | null
  readonly operator_name?: string | null
  readonly operator_id?: string | null
  readonly battery_pct?: number | null
  readonly mode?: string | null
  readonly link_age_s?: number | null
  readonly armed?: boolean | null
  readonly landed?: boolean | null
  readonly lateral_deviation_m?: number | null
  readonly vertical_deviation_m?: number | null
  readonly time_deviation_s?: number | null
}

export type Datum = 'AGL' | 'AMSL' | 'HAE'

export interface Waypoint {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly alt_m: number
  readonly alt_datum: Datum
  readonly speed_mps?: number | null
  readonly hold_s?: number | null
  readonly t_s?: number | null
}

export interface TrajectoryRoute {
  readonly type: 'trajectory'
  readonly crs?: 'WGS84' | 'GCJ02' | 'CGCS2000'
  readonly cruise_speed_mps: number
  readonly waypoints: readonly Waypoint[]
}

export interface Volume4D {
  readonly volume: {
    readonly outline_polygon?: { readonly vertices: readonly { readonly lat: number; readonly lng: number }[] } | null
    readonly outline_circle?: unknown
    readonly altitude_lower?: { readonly value: number; readonly reference?: string } | null
    readonly altitude_upper?: { readonly value: number; readonly reference?: string } | null
  }
  readonly time_start?: { readonly value: string } | null
  readonly time_end?: { readonly value: string } | null
}

export interface VolumesRoute {
  readonly type: 'volumes'
  readonly volumes: readonly Volume4D[]
}

export const planStates = [
  'draft',
  'pending',
  'approved',
  'refused',
  'activated',
  'nonconforming',
  'contingent',
  'ended',
  'cancelled',
  'withdrawn',
  'expired',
] as const

export type PlanState = (typeof planStates)[number]

export const reasonSeverities = ['refuse', 'pending', 'warning'] as const

export type ReasonSeverity = (typeof reasonSeverities)[number]

export interface DecisionReason {
  readonly code: string
  readonly severity?: ReasonSeverity
  readonly detail: string
  readonly detail_zh?: string
  readonly zone_id?: string | null
  /** The plan's own id where the asker may know it, else a name that stands for it. */
  readonly other_plan_ref?: string | null
  readonly site_id?: string | null
  readonly rule?: string | null
  /** Indices of the waypoints the affected part runs between. */
  readonly segment?: readonly [number, number] | null
  readonly starts_at?: string | null
  readonly ends_at?: string | null
  /** How much more than the minimum is kept; negative falls short of it. */
  readonly horizontal_margin_m?: number | null
  readonly vertical_margin_m?: number | null
  readonly curable?: boolean | null
}

export const offerKinds = ['delay', 'altitude', 'route', 'site'] as const

export interface CounterOffer {
  readonly kind: (typeof offerKinds)[number]
  readonly detail: string
  readonly detail_zh?: string
  readonly plan: { readonly departure_at?: string; readonly route?: TrajectoryRoute | VolumesRoute; readonly destination_site_id?: string | null }
  readonly cost: { readonly delay_s: number; readonly extra_m: number; readonly extra_wh: number | null }
  readonly held_until?: string | null
}

export type Outcome = 'approved' | 'pending' | 'refused'

export interface Decision {
  readonly outcome: Outcome
  readonly decided_at: string
  readonly took_ms?: number
  readonly policy_version?: number
  readonly reasons: readonly DecisionReason[]
  readonly counter_offers?: readonly CounterOffer[]
}

export interface FlightPlan {
  readonly plan_id: string
  readonly state: PlanState
  readonly version: number
  readonly aircraft_id?: string
  readonly organisation_id?: string
  readonly operation_type?: string
  readonly priority?: number
  readonly departure_at?: string
  readonly starts_at?: string
  readonly ends_at?: string
  readonly activated_at?: string | null
  readonly route?: TrajectoryRoute | VolumesRoute
  readonly origin_site_id?: string | null
  readonly destination_site_id?: string | null
  readonly decision?: Decision
  readonly volumes?: readonly Volume4D[]
}

export type Restriction = 'PROHIBITED' | 'REQ_AUTHORISATION' | 'CONDITIONAL' | 'NO_RESTRICTION'

export interface WeeklyTime {
  readonly days?: readonly string[]
  readonly from?: string
  readonly to?: string
}

export interface ZoneProperties {
  readonly zone_id?: string
  readonly name: string
  readonly name_zh?: string
  readonly restriction: Restriction
  readonly reason?: string | null
  readonly lower_m: number | null
  readonly upper_m: number | null
  readonly datum: Datum
  readonly applicability?: readonly {
    readonly starts_at?: string
    readonly ends_at?: string
    readonly weekly?: readonly WeeklyTime[]
  }[]
  readonly authority?: string | null
  readonly message?: string | null
  readonly message_zh?: string | null
  readonly source?: string | null
  readonly demonstration?: boolean
  readonly version?: number
  readonly published_at?: string
  /** Of a circle. */
  readonly radius_m?: number
  readonly centre?: readonly [lon_deg: number, lat_deg: number]
}

export interface Feature<G extends GeoJSON.Geometry, P> {
  readonly type: 'Feature'
  readonly geometry: G
  readonly properties: P
}

export type Zone = Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon, ZoneProperties>

export interface CorridorProperties {
  readonly corridor_id: string
  readonly name: string
  readonly name_zh?: string
  readonly width_m: number
  readonly lower_m: number
  readonly upper_m: number
  readonly datum: Datum
  readonly direction: 'both' | 'forward' | 'backward'
}

export type Corridor = Feature<GeoJSON.LineString, CorridorProperties>

export interface SiteProperties {
  readonly site_id: string
  readonly name: string
  readonly name_zh?: string
  readonly kind?: string
  readonly pads?: number | null
  readonly elevation_amsl_m?: number | null
  readonly demonstration?: boolean
}

export type Site = Feature<GeoJSON.Point, SiteProperties>

export const alertSeverities = ['emergency', 'warning', 'caution', 'advisory'] as const

export type AlertSeverity = (typeof alertSeverities)[number]

export interface Alert {
  readonly alert_id: string
  readonly kind: string
  readonly severity: AlertSeverity
  readonly status: 'raised' | 'escalated' | 'acknowledged' | 'shelved' | 'resolved'
  readonly raised_at: string
  readonly detail: string
  readonly detail_zh: string
  readonly updated_at?: string | null
  readonly track_id?: string | null
  readonly aircraft_id?: string | null
  readonly plan_id?: string | null
  readonly zone_id?: string | null
  readonly lat_deg?: number | null
  readonly lon_deg?: number | null
  readonly acknowledged_by?: string | null
  readonly acknowledged_at?: string | null
  readonly acknowledged_initials?: string | null
  readonly shelved_until?: string | null
  /** Order of attention, smallest first. */
  readonly rank?: number | null
  /** The alert that is the common cause; its own id for the cause. */
  readonly group_id?: string | null
  readonly event_at?: string | null
  /** Seconds from updated_at to event_at; 0 when it has happened. */
  readonly time_to_event_s?: number | null
  readonly cause?: string | null
  readonly cause_zh?: string | null
  readonly consequence?: string | null
  readonly consequence_zh?: string | null
  /** Stable code of what is recommended. */
  readonly action?: string | null
  readonly action_text?: string | null
  readonly action_text_zh?: string | null
  readonly operator_id?: string | null
  readonly other_track_id?: string | null
  readonly cpa_lat_deg?: number | null
  readonly cpa_lon_deg?: number | null
  readonly cpa_at?: string | null
  readonly horizontal_m?: number | null
  readonly vertical_m?: number | null
  readonly bbox?: readonly [number, number, number, number] | null
}

export interface Aircraft {
  readonly aircraft_id: string
  readonly registration: string
  readonly organisation_id?: string
}

export interface Operator {
  readonly organisation_id: string
  readonly name: string
  readonly name_zh?: string | null
}

export interface Policy {
  readonly version: number
  readonly separation: { readonly horizontal_m: number; readonly vertical_m: number; readonly time_buffer_s: number }
}
