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
  readonly organisation?: string | { readonly name: string; readonly name_zh?: string | null } | null
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
    readonly altitude_lower?: { readonly value: number; readonly reference: string } | null
    readonly altitude_upper?: { readonly value: number; readonly reference: string } | null
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

export interface DecisionReason {
  readonly code: string
  readonly severity?: 'refuse' | 'pending' | 'warning'
  readonly detail: string
  readonly detail_zh?: string
}

export interface FlightPlan {
  readonly plan_id: string
  readonly state: PlanState
  readonly version: number
  readonly aircraft_id?: string
  readonly operation_type?: string
  readonly priority?: number
  readonly departure_at?: string
  readonly starts_at?: string
  readonly ends_at?: string
  readonly activated_at?: string | null
  readonly route?: TrajectoryRoute | VolumesRoute
  readonly origin_site_id?: string | null
  readonly destination_site_id?: string | null
  readonly decision?: {
    readonly outcome: 'approved' | 'pending' | 'refused'
    readonly decided_at: string
    readonly took_ms?: number
    readonly reasons: readonly DecisionReason[]
  }
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
