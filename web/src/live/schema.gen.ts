// Made by `python -m utm.live_codegen` from utm/live_schema.py and utm/live_frames.py. Do not edit.

/** Positions of the area, newest value per track. */
export interface TracksMessage {
  readonly topic: 'tracks'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly TrackItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** One aircraft in the air or on the ground, as last seen by one source. */
export interface TrackItem {
  /** Identity of the track; a new one when a silent aircraft returns. */
  readonly track_id: string
  /** Registered aircraft, null where it is not registered. */
  readonly aircraft_id: string | null
  /** Activated flight plan, null without one. */
  readonly plan_id: string | null
  /** mavlink, or what the supplier or operator called its source. */
  readonly source: string
  /** Latitude, WGS-84, degrees. */
  readonly lat_deg: number
  /** Longitude, WGS-84, degrees. */
  readonly lon_deg: number
  /** Height above the WGS-84 ellipsoid, metres. */
  readonly alt_hae_m: number | null
  /** Height above the geoid (mean sea level), metres. */
  readonly alt_amsl_m: number | null
  /** True height above ground, metres; null without a terrain model. */
  readonly alt_agl_m: number | null
  /** Ground velocity to the east, metres per second. */
  readonly vel_east_mps: number | null
  /** Ground velocity to the north, metres per second. */
  readonly vel_north_mps: number | null
  /** Climb rate, metres per second, up positive. */
  readonly vel_up_mps: number | null
  /** Where the nose points, degrees clockwise from true north. */
  readonly heading_deg: number | null
  /** How the flight does against its plan. */
  readonly state: 'conforming' | 'contingent' | 'lost' | 'nonconforming' | 'unknown' | 'unplanned'
  /** When the position was true, by the mapped clock of its source. */
  readonly observed_at: string
  /** When this server received the position. */
  readonly received_at: string
  /** Registration mark of the aircraft. */
  readonly registration: string | null
  /** Name of the operating organisation. */
  readonly operator_name: string | null
  /** Identity of the operating organisation. */
  readonly operator_id: string | null
  /** Battery remaining, percent. */
  readonly battery_pct: number | null
  /** Flight mode in normalised words: mission, hold, rtl, land, ... */
  readonly mode: string | null
  /** Seconds since anything was heard of it when this was encoded. */
  readonly link_age_s: number | null
  /** Whether the motors may turn. */
  readonly armed: boolean | null
  /** Whether it stands on the ground, as it says. */
  readonly landed: boolean | null
  /** Row that names the track in binary frames. */
  readonly row: number | null
  /** Horizontal distance to the plan, metres. */
  readonly lateral_deviation_m: number | null
  /** Height above the plan, metres; negative below. */
  readonly vertical_deviation_m: number | null
  /** Seconds ahead of the plan; negative is late. */
  readonly time_deviation_s: number | null
}

/** Alerts raised or changed. */
export interface AlertsMessage {
  readonly topic: 'alerts'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly AlertItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** Something a dispatcher must know: cause, consequence, action. */
export interface AlertItem {
  readonly alert_id: string
  /** Stable snake_case code of the cause, such as nonconforming or link_lost. */
  readonly kind: string
  readonly severity: 'advisory' | 'caution' | 'emergency' | 'warning'
  readonly status: 'acknowledged' | 'escalated' | 'raised' | 'resolved' | 'shelved'
  readonly raised_at: string
  /** English text: cause, consequence, action. */
  readonly detail: string
  /** The same in Chinese. */
  readonly detail_zh: string
  readonly updated_at: string | null
  readonly track_id: string | null
  readonly aircraft_id: string | null
  readonly plan_id: string | null
  readonly zone_id: string | null
  /** Where, WGS-84, degrees. */
  readonly lat_deg: number | null
  /** Where, WGS-84, degrees. */
  readonly lon_deg: number | null
  readonly acknowledged_by: string | null
  readonly acknowledged_at: string | null
  readonly resolved_at: string | null
  /** Order of attention, smallest first (ISA-18.2 priority, then time). */
  readonly rank: number | null
  /** The alert that is the common cause; its own id for the cause. */
  readonly group_id: string | null
  /** When what it warns of happens; null when unknown. */
  readonly event_at: string | null
  /** Seconds from updated_at to event_at; 0: it has happened. */
  readonly time_to_event_s: number | null
  /** English: what was found. */
  readonly cause: string | null
  readonly cause_zh: string | null
  /** English: what it may lead to. */
  readonly consequence: string | null
  readonly consequence_zh: string | null
  /** Stable code of the recommended action, such as resolve_conflict. */
  readonly action: string | null
  /** English: what to do. */
  readonly action_text: string | null
  readonly action_text_zh: string | null
  /** The other track of a pair; null for firms when it is foreign. */
  readonly other_track_id: string | null
  /** Closest approach, half-way between the two, WGS-84. */
  readonly cpa_lat_deg: number | null
  /** Closest approach, half-way between the two, WGS-84. */
  readonly cpa_lon_deg: number | null
  /** When the two are closest. */
  readonly cpa_at: string | null
  /** Horizontal distance at the closest approach, metres. */
  readonly horizontal_m: number | null
  /** Height of the other over the track there, metres. */
  readonly vertical_m: number | null
  /** Area concerned: min_lon, min_lat, max_lon, max_lat, WGS-84 degrees. */
  readonly bbox: readonly [number, number, number, number] | null
  /** Who operates the aircraft. */
  readonly operator_id: string | null
  readonly escalated_at: string | null
  readonly acknowledged_initials: string | null
  readonly shelved_until: string | null
  /** Who resolved it; null when its cause ceased. */
  readonly resolved_by: string | null
}

/** Flight plans filed or changed. */
export interface PlansMessage {
  readonly topic: 'plans'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly PlanItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** A flight plan in short; the whole one is at /v1/flight-plans/{plan_id}. */
export interface PlanItem {
  readonly plan_id: string
  readonly state: string
  readonly version: number
  readonly aircraft_id: string | null
  readonly operator_id: string | null
  readonly departure_at: string | null
  readonly ends_at: string | null
  /** Points [lon_deg, lat_deg, alt_hae_m, seconds after departure_at], WGS-84. */
  readonly path: readonly (readonly [number, number, number, number])[] | null
  readonly origin_site_id: string | null
  readonly destination_site_id: string | null
  readonly priority: number | null
  readonly operation_type: string | null
}

/** Zones published, changed or withdrawn. */
export interface ZonesMessage {
  readonly topic: 'zones'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly ZoneItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** A zone: `feature` is the GeoJSON Feature that /v1/zones gives, null once the zone was withdrawn. */
export interface ZoneItem {
  readonly zone_id: string
  readonly version: number
  readonly feature: Readonly<Record<string, unknown>> | null
}

/** Orders to drones and how they fare. */
export interface CommandsMessage {
  readonly topic: 'commands'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly CommandItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** Progress of an order to a drone. */
export interface CommandItem {
  readonly command_id: string
  readonly aircraft_id: string
  readonly type: string
  readonly status: 'accepted' | 'confirmed' | 'queued' | 'refused' | 'sent' | 'timed_out'
  readonly updated_at: string
  readonly detail: string | null
  readonly detail_zh: string | null
  /** Why it may be given: own_fleet, contingency, nonconforming, alert, zone_action, reason. */
  readonly requested_by: string | null
  /** The flight it was asked of. */
  readonly plan_id: string | null
  /** The plan a reroute or an upload is about. */
  readonly new_plan_id: string | null
  readonly operator_id: string | null
  /** Common to the orders given to several vehicles at once. */
  readonly batch_id: string | null
}

/** Transport orders. */
export interface OrdersMessage {
  readonly topic: 'orders'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly OrderItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** A transport order in short. */
export interface OrderItem {
  readonly order_id: string
  readonly status: string
  readonly operator_id: string | null
  readonly updated_at: string
  readonly mission_id: string | null
  readonly plan_id: string | null
}

/** Advisories raised, changed, escalated, acknowledged or withdrawn. */
export interface AdvisoriesMessage {
  readonly topic: 'advisories'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly AdvisoryItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** Something a firm is told about one of its flights, to be acknowledged where `must_acknowledge` says so. */
export interface AdvisoryItem {
  readonly advisory_id: string
  /** Stable code, such as nonconforming_nearby, zone or command. */
  readonly kind: string
  readonly state: 'acknowledged' | 'escalated' | 'told' | 'withdrawn'
  readonly plan_id: string | null
  readonly zone_id: string | null
  /** Stable code of what to do. */
  readonly action: string | null
  /** 0 news, 1 to be acknowledged, 2 not acknowledged in time. */
  readonly priority: number
  readonly must_acknowledge: boolean
  readonly detail: string
  readonly detail_zh: string
  /** From when the flight is concerned, RFC 3339. */
  readonly starts_at: string | null
  readonly ends_at: string | null
  readonly raised_at: string
  readonly updated_at: string | null
  readonly escalated_at: string | null
  readonly acknowledged_at: string | null
  readonly acknowledged_by: string | null
  readonly withdrawn_at: string | null
  readonly operator_id: string | null
}

/** Contingencies proposed, opened, moved, extended, dismissed or ended. */
export interface ContingenciesMessage {
  readonly topic: 'contingencies'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly ContingencyItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** A flight's contingency: what failed, what the flight does about it, and the airspace that takes. */
export interface ContingencyItem {
  readonly contingency_id: string
  readonly plan_id: string
  readonly aircraft_id: string
  /** Stable code of what failed, such as lost_link. */
  readonly kind: string
  /** rtl, land, hold or alternate. */
  readonly procedure: string
  readonly status: 'dismissed' | 'ended' | 'open' | 'proposed'
  readonly version: number
  readonly declared_at: string
  /** When its first volume begins, RFC 3339. */
  readonly starts_at: string
  /** When its last volume ends, as far as is known. */
  readonly ends_at: string
  /** ASTM F3548 Volume4Ds; reserved while it is open. */
  readonly volumes: readonly (Readonly<Record<string, unknown>>)[]
  /** Stable code of what the centre should do for the flight. */
  readonly recommended_action: string
  readonly updated_at: string
  readonly landing_site_id: string | null
  readonly detected_at: string | null
  readonly note: string | null
  readonly ended_at: string | null
  /** landed, continued:<plan>, ceased, dismissed or how its firm ended it. */
  readonly outcome: string | null
  readonly operator_id: string | null
}

/** The division changed, or who owns what; for the operations centre only. */
export interface SectorsMessage {
  readonly topic: 'sectors'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly SectorItem[]
  /** Ids no longer there; apply before items. */
  readonly removed: readonly string[]
}

/** The city as it is divided now: who works where, who owns what, what is offered to whom. */
export interface SectorItem {
  /** Always `city`. */
  readonly division_id: string
  readonly version: number
  /** False: one position owns everything. */
  readonly in_use: boolean
  readonly positions: readonly PositionItem[]
  /** Flights in no sector. */
  readonly outside_sectors: number
  readonly unwatched: UnwatchedItem
  readonly transfers: readonly TransferItem[]
  readonly alert_owners: readonly AlertOwnerItem[]
  /** Flights of another position than their sector's. */
  readonly held: readonly OwnedFlightItem[]
  /** Tracks that another position owns than in the message before, 500 at most. */
  readonly moved: readonly string[]
}

/** What a position of the centre has to watch. */
export interface PositionItem {
  readonly position_id: string
  readonly name: string
  readonly name_zh: string
  readonly supervises: boolean
  readonly people: readonly PositionPersonItem[]
  readonly sector_ids: readonly string[]
  readonly flights: number
  readonly alerts: number
  /** Alerts that nobody has acknowledged. */
  readonly alerts_waiting: number
  /** Transfers that wait for its answer. */
  readonly offered_to: number
  /** Transfers it waits for. */
  readonly offered_by: number
}

/** Somebody who works at a position. */
export interface PositionPersonItem {
  readonly name: string
  readonly since_at: string
}

/** Flights whose position has nobody signed on; of the items 200 at most. */
export interface UnwatchedItem {
  readonly flights: number
  readonly items: readonly OwnedFlightItem[]
}

/** A flight with the position that owns it. */
export interface OwnedFlightItem {
  readonly track_id: string
  readonly aircraft_id: string | null
  readonly plan_id: string | null
  readonly registration: string | null
  readonly position_id: string
  readonly sector_id: string | null
  readonly why: 'alert' | 'sector' | 'transfer'
  /** The position whose sector it is in. */
  readonly sector_position_id: string
}

/** A flight or alert that one position offers to another. */
export interface TransferItem {
  readonly transfer_id: string
  readonly subject_kind: 'alert' | 'flight'
  readonly subject_id: string
  readonly from_position_id: string
  readonly to_position_id: string
  readonly state: 'accepted' | 'declined' | 'offered' | 'timed_out' | 'withdrawn'
  readonly offered_at: string
  readonly offered_name: string
  readonly expires_at: string
  readonly note: string
}

/** The position that owns an open alert. */
export interface AlertOwnerItem {
  readonly alert_id: string
  readonly position_id: string
  readonly why: 'alert' | 'sector' | 'transfer'
}

/** Only with binary encoding: who the rows are. */
export interface IndexMessage {
  readonly topic: 'index'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** snapshot replaces what the topic held, increment adds to it. */
  readonly kind: 'increment' | 'snapshot'
  readonly items: readonly IndexItem[]
  /** Rows that left the area or the picture; apply before items. */
  readonly removed: readonly number[]
}

/** Who a row of the binary frames is; sent before the first frame that uses the row and whenever it changes. */
export interface IndexItem {
  /** Row number of the binary frames. */
  readonly row: number
  readonly track_id: string
  readonly aircraft_id: string | null
  readonly plan_id: string | null
  readonly registration: string | null
  readonly operator_name: string | null
  readonly source: string
  readonly operator_id: string | null
}

/** Sent once when the client asks for it with `{"hello": true}`: what this server offers. */
export interface Hello {
  readonly topic: 'hello'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** The server's clock, to compare one's own with. */
  readonly server_at: string
  /** Seconds between two increments of positions. */
  readonly tick_s: number
  /** How long events can be resumed with since, seconds. */
  readonly retention_s: number
  readonly topics: readonly string[]
  readonly binary_format: string
  readonly items: readonly string[]
}

/** A message of the client that could not be followed; what was subscribed before stays. */
export interface ErrorMessage {
  readonly topic: 'error'
  /** The server's one counter; never falls on a connection. Resume with since=seq. */
  readonly seq: number
  /** Stable snake_case code. */
  readonly code: string
  readonly detail: string
  readonly detail_zh: string
  readonly items: readonly string[]
}

/** What a client sends: a subscription, in place of the one before. */
export interface ClientMessage {
  readonly subscribe?: Subscribe | null
  readonly encoding?: 'binary' | 'json'
  /** The last seq seen; events after it are sent again. */
  readonly since?: number | null
  readonly hello?: boolean
}

/** What to send: an area for the positions (none: everywhere) and topics (none: tracks only). */
export interface Subscribe {
  /** min_lon, min_lat, max_lon, max_lat in degrees, WGS-84. */
  readonly bbox?: readonly [number, number, number, number] | string | null
  /** H3 cells of any resolution. */
  readonly h3?: readonly string[] | null
  readonly topics?: readonly string[]
}

export type ServerMessage =
  | TracksMessage
  | AlertsMessage
  | PlansMessage
  | ZonesMessage
  | CommandsMessage
  | OrdersMessage
  | AdvisoriesMessage
  | ContingenciesMessage
  | SectorsMessage
  | IndexMessage
  | Hello
  | ErrorMessage

/** First bytes of a binary frame, "HXL2", read as a little-endian u32. */
export const MAGIC = 0x324c5848
export const BINARY_VERSION = 2
export const HEADER_BYTES = 32
export const BYTES_PER_TRACK = 22
/** Where the header's fields begin. */
export const HEADER_AT = { magic: 0, version: 4, kind: 5, reserved1: 6, count: 8, reserved2: 12, seq: 16, tick_unix_ms: 24 } as const
/** What stands for unknown, by the column's type. */
export const UNKNOWN = { int16: -32768, uint16: 65535 } as const

/** Names of the state codes, in their order. */
export const stateNames = ['conforming', 'nonconforming', 'contingent', 'lost', 'unplanned', 'unknown'] as const
export type StateName = (typeof stateNames)[number]

/** The columns of a binary frame, n values each; those not unpacked from its tags are views into its buffer. */
export interface TrackColumns {
  readonly row: Uint32Array
  readonly state: Uint8Array
  /** age_s in steps of 0.1. */
  readonly age_ds: Uint8Array
  /** lat_deg in steps of 1e-07. */
  readonly lat_1e7: Int32Array
  /** lon_deg in steps of 1e-07. */
  readonly lon_1e7: Int32Array
  /** alt_hae_m in steps of 0.1; -32768 is unknown. */
  readonly alt_hae_dm: Int16Array
  /** vel_east_mps in steps of 0.01; -32768 is unknown. */
  readonly vel_east_cmps: Int16Array
  /** vel_north_mps in steps of 0.01; -32768 is unknown. */
  readonly vel_north_cmps: Int16Array
  /** vel_up_mps in steps of 0.01; -32768 is unknown. */
  readonly vel_up_cmps: Int16Array
  /** heading_deg in steps of 0.01; 65535 is unknown. */
  readonly heading_cdeg: Uint16Array
}

/** Return the columns of a frame of n tracks; the buffer must be as long as n says. */
export function columnsOf(buffer: ArrayBuffer, n: number): TrackColumns {
  const tag = new Uint32Array(buffer, HEADER_BYTES, n)
  const row = new Uint32Array(n)
  const state = new Uint8Array(n)
  const age_ds = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const bits = tag[i]!
    row[i] = bits & 0x1fffff
    state[i] = (bits >>> 21) & 0x7
    age_ds[i] = (bits >>> 24) & 0xff
  }
  return {
    row,
    state,
    age_ds,
    lat_1e7: new Int32Array(buffer, HEADER_BYTES + 4 * n, n),
    lon_1e7: new Int32Array(buffer, HEADER_BYTES + 8 * n, n),
    alt_hae_dm: new Int16Array(buffer, HEADER_BYTES + 12 * n, n),
    vel_east_cmps: new Int16Array(buffer, HEADER_BYTES + 14 * n, n),
    vel_north_cmps: new Int16Array(buffer, HEADER_BYTES + 16 * n, n),
    vel_up_cmps: new Int16Array(buffer, HEADER_BYTES + 18 * n, n),
    heading_cdeg: new Uint16Array(buffer, HEADER_BYTES + 20 * n, n),
  }
}
