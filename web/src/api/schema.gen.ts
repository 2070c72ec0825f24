/** Made by `python web/dev/make_api_types.py` from the service's OpenAPI document. Do not edit. */

/** A flight on a list, with what is recommended for it and how that stands. */
export interface ActionItem {
  readonly item_id?: string | null
  readonly plan_id: string
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly flight: string
  readonly action: string
  readonly state?: string | null
  readonly enters_at?: string | null
  readonly leaves_at?: string | null
  readonly method?: string | null
  readonly command_id?: string | null
  readonly advisory_id?: string | null
  readonly requested_by?: string | null
  readonly executed_at?: string | null
  readonly deadline_at?: string | null
  readonly finished_at?: string | null
  readonly detail?: string | null
  readonly detail_zh?: string | null
}

/** A list of actions. */
export interface ActionList {
  readonly action_list_id: string
  readonly cause_kind: string
  readonly cause_id: string
  readonly state: string
  readonly version: number
  readonly created_at: string
  readonly created_by: string
  readonly updated_at: string
  readonly counts: Readonly<Record<string, number>>
  readonly items: readonly ActionItem[]
}

/** A list of actions in short. */
export interface ActionListSummary {
  readonly action_list_id: string
  readonly cause_kind: string
  readonly cause_id: string
  readonly state: string
  readonly version: number
  readonly created_at: string
  readonly created_by: string
  readonly updated_at: string
  readonly counts: Readonly<Record<string, number>>
}

/** Lists of actions, newest first. */
export interface ActionLists {
  readonly items: readonly ActionListSummary[]
  readonly next_cursor: string | null
}

/** Advisories, newest first. */
export interface Advisories {
  readonly items: readonly Advisory[]
  readonly next_cursor: string | null
}

/** What a firm is told about its flight. */
export interface Advisory {
  readonly advisory_id: string
  readonly kind: string
  readonly state: string
  readonly plan_id: string | null
  readonly zone_id: string | null
  readonly action: string | null
  readonly priority: number | null
  readonly must_acknowledge: boolean
  readonly detail: string
  readonly detail_zh: string
  readonly starts_at: string | null
  readonly ends_at: string | null
  readonly counter_offers: readonly CounterOfferAnswer[]
  readonly raised_at: string
  readonly updated_at: string | null
  readonly escalated_at: string | null
  readonly acknowledged_at: string | null
  readonly acknowledged_by: string | null
  readonly withdrawn_at: string | null
}

/** A registered aircraft. */
export interface AircraftAnswer {
  readonly aircraft_id: string
  readonly registration: string
  readonly organisation_id: string
  readonly manufacturer: string
  readonly model: string
  readonly class: string
  readonly mavlink: MavlinkAnswer | null
  readonly max_speed_mps: number | null
  readonly max_climb_mps: number | null
  readonly max_descent_mps: number | null
  readonly max_accel_mps2: number | null
  readonly endurance_s: number | null
  readonly empty_mass_kg?: number | null
  readonly mtow_kg?: number | null
  readonly max_height_agl_m?: number | null
  readonly airspace_keeping?: boolean | null
  readonly reliable_surveillance?: boolean | null
  readonly micro_power_radio?: boolean | null
  readonly agricultural?: boolean | null
  readonly max_radius_m?: number | null
  /** It is of the agricultural class (Order 761, Article 62): declared so, its numbers within limits. */
  readonly agricultural_by_numbers?: boolean
  /** Numbers that would decide that. */
  readonly agricultural_missing?: readonly string[]
  /** Which of that class's limits it exceeds. */
  readonly agricultural_because?: readonly string[]
  /** The class its numbers give (Order 761, Article 62), by which it is judged; null: undecided. */
  readonly class_by_numbers?: string | null
  /** Numbers that would decide its class. */
  readonly class_missing?: readonly string[]
  /** Which limits of lower classes it exceeds. */
  readonly class_because?: readonly string[]
  readonly performance: PerformanceAnswer
  readonly active: boolean
  readonly version: number
}

/** An aircraft to register for the caller's own firm. */
export interface AircraftBody {
  readonly aircraft_id?: string | null
  /** The registration mark of CCAR-92, 92.211: UAS and 8 letters or digits. */
  readonly registration: string
  readonly manufacturer: string
  readonly model: string
  readonly class: 'micro' | 'light' | 'small' | 'medium' | 'large'
  readonly mavlink?: MavlinkBody | null
  readonly max_speed_mps?: number | null
  readonly max_climb_mps?: number | null
  readonly max_descent_mps?: number | null
  /** Along and across the track; where it is given, a plan's times are checked against turns and starts from rest. */
  readonly max_accel_mps2?: number | null
  /** How long a full battery flies it at cruise, unloaded; until a flight shows its own rate, the low-battery alert reckons with it (half an hour where it is not told). */
  readonly endurance_s?: number | null
  readonly empty_mass_kg?: number | null
  /** Largest take-off mass. */
  readonly mtow_kg?: number | null
  /** The true height it cannot exceed; asked of micro aircraft. */
  readonly max_height_agl_m?: number | null
  /** It can be kept within an airspace. */
  readonly airspace_keeping?: boolean | null
  /** It can be watched reliably. */
  readonly reliable_surveillance?: boolean | null
  /** Its radio is micro-power short-range equipment; asked of micro aircraft. */
  readonly micro_power_radio?: boolean | null
  /** It is made for work in agriculture, forestry, animal husbandry or fishery alone. */
  readonly agricultural?: boolean | null
  /** How far from its place of take-off it can fly; asked of agricultural aircraft. */
  readonly max_radius_m?: number | null
}

/** One page of aircraft. */
export interface AircraftList {
  readonly items: readonly AircraftAnswer[]
  readonly next_cursor: string | null
}

/** Changes to an aircraft: an absent field stays, null takes it away where it is optional. */
export interface AircraftPatch {
  readonly manufacturer?: string | null
  readonly model?: string | null
  readonly mavlink?: MavlinkPatch | null
  readonly max_speed_mps?: number | null
  readonly max_climb_mps?: number | null
  readonly max_descent_mps?: number | null
  /** Along and across the track; where it is given, a plan's times are checked against turns and starts from rest. */
  readonly max_accel_mps2?: number | null
  /** How long a full battery flies it at cruise, unloaded; until a flight shows its own rate, the low-battery alert reckons with it (half an hour where it is not told). */
  readonly endurance_s?: number | null
  readonly empty_mass_kg?: number | null
  /** Largest take-off mass. */
  readonly mtow_kg?: number | null
  /** The true height it cannot exceed; asked of micro aircraft. */
  readonly max_height_agl_m?: number | null
  /** It can be kept within an airspace. */
  readonly airspace_keeping?: boolean | null
  /** It can be watched reliably. */
  readonly reliable_surveillance?: boolean | null
  /** Its radio is micro-power short-range equipment; asked of micro aircraft. */
  readonly micro_power_radio?: boolean | null
  /** It is made for work in agriculture, forestry, animal husbandry or fishery alone. */
  readonly agricultural?: boolean | null
  /** How far from its place of take-off it can fly; asked of agricultural aircraft. */
  readonly max_radius_m?: number | null
}

/** What applies at a place: zones, the height in every datum, the ceiling, grid codes. */
export interface AirspaceAt {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly alt_agl_m: number
  readonly alt_amsl_m: number
  readonly alt_hae_m: number
  readonly at: string
  readonly h3_cell: string
  readonly beidou_codes: Readonly<Record<string, string>>
  readonly h3_cells: Readonly<Record<string, string>>
  readonly ceiling_agl_m: number | null
  readonly terrain: Readonly<Record<string, unknown>>
  readonly zones: readonly Feature[]
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
  readonly updated_at?: string | null
  readonly track_id?: string | null
  readonly aircraft_id?: string | null
  readonly plan_id?: string | null
  readonly zone_id?: string | null
  /** Where, WGS-84, degrees. */
  readonly lat_deg?: number | null
  /** Where, WGS-84, degrees. */
  readonly lon_deg?: number | null
  readonly acknowledged_by?: string | null
  readonly acknowledged_at?: string | null
  readonly resolved_at?: string | null
  /** Order of attention, smallest first (ISA-18.2 priority, then time). */
  readonly rank?: number | null
  /** The alert that is the common cause; its own id for the cause. */
  readonly group_id?: string | null
  /** When what it warns of happens; null when unknown. */
  readonly event_at?: string | null
  /** Seconds from updated_at to event_at; 0: it has happened. */
  readonly time_to_event_s?: number | null
  /** English: what was found. */
  readonly cause?: string | null
  readonly cause_zh?: string | null
  /** English: what it may lead to. */
  readonly consequence?: string | null
  readonly consequence_zh?: string | null
  /** Stable code of the recommended action, such as resolve_conflict. */
  readonly action?: string | null
  /** English: what to do. */
  readonly action_text?: string | null
  readonly action_text_zh?: string | null
  /** The other track of a pair; null for firms when it is foreign. */
  readonly other_track_id?: string | null
  /** Closest approach, half-way between the two, WGS-84. */
  readonly cpa_lat_deg?: number | null
  /** Closest approach, half-way between the two, WGS-84. */
  readonly cpa_lon_deg?: number | null
  /** When the two are closest. */
  readonly cpa_at?: string | null
  /** Horizontal distance at the closest approach, metres. */
  readonly horizontal_m?: number | null
  /** Height of the other over the track there, metres. */
  readonly vertical_m?: number | null
  /** Area concerned: min_lon, min_lat, max_lon, max_lat, WGS-84 degrees. */
  readonly bbox?: readonly number[] | null
  /** Who operates the aircraft. */
  readonly operator_id?: string | null
  readonly escalated_at?: string | null
  readonly acknowledged_initials?: string | null
  readonly shelved_until?: string | null
  /** Who resolved it; null when its cause ceased. */
  readonly resolved_by?: string | null
}

/** Alerts of a kind, by severity. */
export interface AlertKindCount {
  readonly kind: string
  readonly total: number
  readonly emergency: number
  readonly warning: number
  readonly caution: number
  readonly advisory: number
}

/** The position of an open alert. */
export interface AlertOwner {
  readonly alert_id: string
  readonly position_id: string
  readonly why: 'sector' | 'alert' | 'transfer'
}

/** Alerts; `seq` is where /v1/live goes on. */
export interface AlertPage {
  readonly items: readonly AlertItem[]
  readonly next_cursor: string | null
  readonly seq: number
}

/** How long alerts of a severity waited for somebody. */
export interface AlertResponse {
  readonly severity: 'emergency' | 'warning' | 'caution' | 'advisory'
  readonly acknowledged: number
  readonly median_s: number | null
  readonly p90_s: number | null
}

/** A step of an alert's life; who took it is told to the city's roles. */
export interface AlertStep {
  readonly step: string
  readonly at: string
  readonly severity: string
  readonly actor?: string | null
  readonly initials?: string | null
  readonly note?: string | null
}

/** What a dispatcher adds to a step; an empty body will do. */
export interface AlertStepBody {
  /** Of the person, where several work under one account. */
  readonly initials?: string | null
  readonly note?: string | null
}

/** An alert and every step of its life. */
export type AlertWithSteps = AlertItem & { readonly steps: readonly AlertStep[] }

/** What an alternative would be, and how filing it would be judged now. */
export interface AlternativeAnswer {
  readonly offer: CounterOfferAnswer
  readonly decision: DecisionAnswer
}

/** What would be let fly: a whole plan, such as one of the engine's counter-offers, or another time and height. */
export interface AlternativeBody {
  /** A complete body, of the same aircraft. */
  readonly plan?: Readonly<Record<string, unknown>> | null
  /** Departure later, or earlier where negative. */
  readonly delay_s?: number
  /** Waypoints of at least 20 m higher, or lower where negative; lower ones are take-off and landing. */
  readonly climb_m?: number
  /** The firm reads it. */
  readonly reason?: string | null
}

/** A height above the WGS-84 ellipsoid as ASTM F3548 writes it. */
export interface Altitude {
  readonly value: number
  readonly reference?: 'W84'
  readonly units?: 'M'
}

/** Where an application stands, as its applicant sees it. */
export interface Application {
  readonly application_id: string
  readonly state: 'pending' | 'approved' | 'refused'
  readonly kind: 'operator' | 'supplier' | 'sandbox'
  readonly name: string
  readonly created_at: string
  readonly decided_at: string | null
  readonly reason: string | null
  readonly organisation_id: string | null
  readonly client_id: string | null
  /** Until when the first secret can be collected. */
  readonly collect_until: string | null
  readonly collected_at: string | null
}

/** A firm that asks to be let in. */
export interface ApplicationBody {
  readonly name: string
  readonly name_zh?: string | null
  /** `sandbox` is for a developer: flights in a separate sky. */
  readonly kind?: 'operator' | 'supplier' | 'sandbox'
  /** The firm's number in the register of companies (统一社会信用代码). */
  readonly registration?: string | null
  readonly contact_name: string
  readonly contact_email: string
  readonly contact_phone?: string | null
  /** What the firm means to do, for whoever decides. */
  readonly statement?: string
}

/** An application as an admin sees it. */
export interface ApplicationDetail {
  readonly application_id: string
  readonly state: 'pending' | 'approved' | 'refused'
  readonly kind: 'operator' | 'supplier' | 'sandbox'
  readonly name: string
  readonly created_at: string
  readonly decided_at: string | null
  readonly reason: string | null
  readonly organisation_id: string | null
  readonly client_id: string | null
  /** Until when the first secret can be collected. */
  readonly collect_until: string | null
  readonly collected_at: string | null
  readonly name_zh: string
  /** What else the applicant said. */
  readonly contact: Readonly<Record<string, unknown>>
  readonly decided_by: string | null
}

/** Applications in the order they came. */
export interface ApplicationPage {
  readonly items: readonly ApplicationDetail[]
  readonly next_cursor: string | null
}

/** Letting a firm in. */
export interface ApprovalBody {
  readonly entitlements?: readonly ('standing_approval' | 'priority_over_50')[]
  readonly reason?: string | null
}

/** How many wait, by kind. */
export interface ApprovalCounts {
  readonly plan: number
  readonly release: number
  readonly standing_approval: number
  readonly overdue: number
}

/** What is decided: `released` for a release, `withdrawn` for a standing approval that was in force. */
export interface ApprovalDecisionBody {
  readonly outcome: 'approved' | 'refused' | 'released' | 'withdrawn'
  readonly reason?: string | null
}

/** One entry; of a plan with the form of Article 27. */
export interface ApprovalDetail {
  readonly approval_id: string
  /** plan, release or standing_approval. */
  readonly kind: string
  readonly state: string
  readonly plan_id: string | null
  readonly standing_approval_id: string | null
  readonly organisation_id: string
  readonly organisation_name: string
  readonly aircraft_id: string | null
  readonly registration: string | null
  readonly aircraft_class: string | null
  readonly operation_type: string | null
  readonly priority: number | null
  readonly departure_at: string | null
  readonly ends_at: string | null
  readonly plan_state: string | null
  readonly plan_version: number | null
  readonly application: string | null
  readonly triggers: readonly string[]
  readonly reasons: readonly ReasonAnswer[]
  readonly missing_items: readonly Article27Missing[]
  readonly readiness_reported_at: string | null
  readonly readiness_late: boolean
  readonly released_at: string | null
  /** Of a standing approval. */
  readonly envelope?: Readonly<Record<string, unknown>> | null
  readonly submitted_at: string | null
  readonly due_at: string | null
  readonly overdue: boolean
  readonly adapter: string
  readonly delivery: AuthorityDelivery
  readonly decided_at: string | null
  readonly decided_by: string | null
  readonly decision_reason: string | null
  readonly policy_version: number | null
  readonly form?: readonly Article27Item[] | null
}

/** Something that waits for a decision, or was decided; what is a flight's alone is null of a standing approval. */
export interface ApprovalEntry {
  readonly approval_id: string
  /** plan, release or standing_approval. */
  readonly kind: string
  readonly state: string
  readonly plan_id: string | null
  readonly standing_approval_id: string | null
  readonly organisation_id: string
  readonly organisation_name: string
  readonly aircraft_id: string | null
  readonly registration: string | null
  readonly aircraft_class: string | null
  readonly operation_type: string | null
  readonly priority: number | null
  readonly departure_at: string | null
  readonly ends_at: string | null
  readonly plan_state: string | null
  readonly plan_version: number | null
  readonly application: string | null
  readonly triggers: readonly string[]
  readonly reasons: readonly ReasonAnswer[]
  readonly missing_items: readonly Article27Missing[]
  readonly readiness_reported_at: string | null
  readonly readiness_late: boolean
  readonly released_at: string | null
  /** Of a standing approval. */
  readonly envelope?: Readonly<Record<string, unknown>> | null
  readonly submitted_at: string | null
  readonly due_at: string | null
  readonly overdue: boolean
  readonly adapter: string
  readonly delivery: AuthorityDelivery
  readonly decided_at: string | null
  readonly decided_by: string | null
  readonly decision_reason: string | null
  readonly policy_version: number | null
}

/** The queue, soonest due first, or what was decided, newest first. */
export interface Approvals {
  readonly items: readonly ApprovalEntry[]
  readonly next_cursor: string | null
  readonly counts?: ApprovalCounts | null
}

/** An item of Article 27 as the authority reads it. */
export interface Article27Item {
  readonly item: number
  readonly title: string
  readonly title_zh: string
  readonly field: string
  readonly required: boolean
  readonly given: boolean
  /** What was filed under it. */
  readonly value: unknown
}

/** An item of Article 27 that is missing. */
export interface Article27Missing {
  readonly item: number
  readonly field: string
  readonly title: string
  readonly title_zh: string
  readonly detail: string
  readonly detail_zh: string
}

/** Which sectors go to which positions: all of one to another combines, some of them splits. */
export interface AssignmentsBody {
  /** Positions by sector. */
  readonly assignments: Readonly<Record<string, string>>
  readonly note?: string
}

/** How the outside authority stands to the plan. */
export interface AuthorityAnswer {
  readonly application: 'not_needed' | 'standing' | 'submitted' | 'approved' | 'refused'
  readonly readiness_reported_at?: string | null
  readonly released_at?: string | null
}

/** How the application reaches the authority's own system. */
export interface AuthorityDelivery {
  readonly state: string
  readonly attempts: number
  readonly reference: string | null
  readonly error: string | null
  readonly next_attempt_at: string | null
}

/** Where flights take off and land. */
export interface BaseBody {
  readonly lat_deg: number
  readonly lon_deg: number
}

/** One answer per plan, in order: a plan as above, or a problem. */
export interface BatchAnswer {
  readonly items: readonly (Readonly<Record<string, unknown>>)[]
}

/** Up to 500 flight plans, judged in order. */
export interface BatchBody {
  readonly plans: readonly (Readonly<Record<string, unknown>>)[]
}

/** Batteries. */
export interface Batteries {
  readonly items: readonly Battery[]
  readonly next_cursor: string | null
}

/** A battery with its cycles. */
export interface Battery {
  readonly battery_id: string
  readonly organisation_id: string
  readonly label: string
  readonly state: string
  readonly capacity_wh: number
  readonly cycles: number
  readonly cycles_max: number
  readonly updated_at: string
}

/** A battery to take into the book. */
export interface BatteryBody {
  readonly label: string
  readonly capacity_wh: number
  readonly cycles?: number
  readonly cycles_max?: number
}

/** Changes to a battery. */
export interface BatteryPatch {
  readonly label?: string | null
  readonly state?: 'ready' | 'charging' | 'retired' | null
  readonly cycles?: number | null
}

/** A cell of GB/T 39409-2020. */
export interface BeidouCell {
  readonly code: string
  readonly level: number
  readonly bbox: readonly number[]
  readonly centre: Place
  readonly neighbours: readonly string[]
  readonly geometry: Shape
}

/** A camera that looks straight down, its wider side across the flight. */
export interface CameraBody {
  readonly sensor_width_mm: number
  readonly sensor_height_mm: number
  readonly focal_mm: number
  readonly image_width_px: number
  readonly image_height_px: number
}

/** What an aircraft can carry. */
export interface Carrier {
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly version: number
  readonly state: 'available' | 'maintenance' | 'out_of_service'
  readonly site_id: string
  readonly payload_max_kg: number
  readonly mass_kg: number
  readonly hover_w: number
  readonly cruise_w: number
  readonly cruise_mps: number
  readonly battery_wh: number
  readonly reserve_share: number
  readonly turn_s: number
  readonly dangerous_goods: boolean
  readonly cold_chain: boolean
  readonly flown_s: number
  readonly maintenance_after_s: number | null
  readonly updated_at: string
}

/** What an aircraft can carry; what is not told is the usual value of its class. */
export interface CarrierBody {
  /** Where it stands while no mission says otherwise. */
  readonly site_id: string
  readonly state?: 'available' | 'maintenance' | 'out_of_service'
  readonly payload_max_kg?: number | null
  /** Without payload, with battery. */
  readonly mass_kg?: number | null
  readonly hover_w?: number | null
  readonly cruise_w?: number | null
  readonly cruise_mps?: number | null
  readonly battery_wh?: number | null
  /** What stays in the battery after landing. */
  readonly reserve_share?: number | null
  /** Between landing and the next take-off: unloading, a battery changed or charged. */
  readonly turn_s?: number | null
  readonly dangerous_goods?: boolean
  readonly cold_chain?: boolean
  /** Seconds in the air after which it is not planned with until it was maintained. */
  readonly maintenance_after_s?: number | null
}

/** Carriers. */
export interface Carriers {
  readonly items: readonly StandingCarrier[]
  readonly next_cursor: string | null
}

/** Flights over a cell. */
export interface CellFlights {
  readonly cell: string
  readonly flights: number
}

/** How many flights one cell takes at once, between two hours of the day in Beijing time. */
export interface CellLimitBody {
  /** H3 cell of resolution 8. */
  readonly cell: string
  /** 0 closes the cell. */
  readonly max_flights: number
  /** 0 to 23, included; absent: 0. */
  readonly from_hour?: number | null
  /** 0 to 24, not included; absent: 24. At or before from_hour: over midnight. */
  readonly to_hour?: number | null
  readonly source?: string | null
  readonly [more: string]: unknown
}

/** An H3 cell with the flights planned in it. */
export interface CellLoad {
  readonly cell: string
  readonly load: number
  readonly ceiling_agl_m: number | null
  readonly status: 'open' | 'closed'
}

/** Cells of an area. */
export interface CellLoads {
  readonly items: readonly CellLoad[]
  readonly next_cursor: string | null
}

/** Flights through a cell of resolution 8. */
export interface CellUse {
  readonly h3: string
  readonly flights: number
  readonly flights_per_h: number
}

/** What filing would answer at this moment; nothing is kept, so there is no id. */
export interface CheckedPlan {
  readonly aircraft_id: string
  readonly operation_type: 'logistics' | 'inspection' | 'survey' | 'emergency' | 'public_safety' | 'environment' | 'other'
  /** Over 50 needs an entitlement. */
  readonly priority?: number
  /** RFC 3339 with offset; when the first waypoint is left. */
  readonly departure_at: string
  readonly route: TrajectoryRoute | VolumesRoute
  readonly origin_site_id?: string | null
  readonly destination_site_id?: string | null
  readonly alternate_site_ids?: readonly string[]
  readonly contingency?: ContingencyBody | null
  /** The items of Article 27 and anything else; kept as given. */
  readonly remarks?: Readonly<Record<string, unknown>> | null
  /** What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind. */
  readonly special_conditions?: readonly ('network_relay' | 'dropping_or_dangerous' | 'over_crowds' | 'moving_vehicle' | 'distributed_or_swarm')[] | null
  /** An emergency or public-safety task in special urgency, which applies at any time (Article 29). */
  readonly urgency?: 'special' | null
  readonly plan_id?: string | null
  readonly organisation_id: string
  readonly state: 'draft' | 'pending' | 'approved' | 'refused' | 'activated' | 'nonconforming' | 'contingent' | 'ended' | 'cancelled' | 'withdrawn' | 'expired'
  readonly version: number
  readonly decision: DecisionAnswer
  readonly authority: AuthorityAnswer
  readonly rule_clock?: RuleClockAnswer | null
  readonly volumes: readonly Volume4D[]
  readonly h3_cells: readonly string[]
  readonly starts_at: string
  readonly ends_at: string
  readonly created_at: string
  readonly updated_at: string
  readonly activated_at?: string | null
  readonly ended_at?: string | null
}

/** A checklist with all its steps. */
export interface Checklist {
  readonly checklist_id: string
  readonly kind: 'surveillance' | 'centre'
  readonly state: 'open' | 'closed'
  readonly cause: string
  readonly opened_at: string
  readonly opened_name: string
  readonly closed_at: string | null
  readonly closed_name: string | null
  readonly note: string
  readonly steps: readonly ChecklistStep[]
}

/** Which list is needed. */
export interface ChecklistBody {
  /** surveillance: a feed or all of them are silent; centre: this service fails or failed. */
  readonly kind: 'surveillance' | 'centre'
  readonly cause?: string
}

/** The end of a list. */
export interface ChecklistCloseBody {
  readonly note?: string
}

/** A list that the present state calls for. */
export interface ChecklistNeed {
  readonly kind: 'surveillance' | 'centre'
  readonly cause: string
  readonly alert_id: string | null
}

/** A step: ticked with when and by whom, or null. */
export interface ChecklistStep {
  readonly step: string
  readonly at: string | null
  readonly name: string | null
  readonly note: string
}

/** Checklists. */
export interface Checklists {
  readonly items: readonly Checklist[]
  readonly next_cursor: string | null
}

/** What is needed, and what is open. */
export interface ChecklistsNow {
  readonly needed: readonly ChecklistNeed[]
  readonly open: readonly Checklist[]
}

/** A circle as ASTM F3548 writes it. */
export interface Circle {
  readonly center: LatLngPoint
  readonly radius: Radius
}

/** A program that calls the API. */
export interface Client {
  readonly client_id: string
  readonly organisation_id: string
  readonly role: string
  readonly name: string
  /** Oldest first. */
  readonly credentials: readonly ClientCredential[]
}

/** A program to bring in. */
export interface ClientBody {
  readonly name: string
  /** Admins only; absent: the role of the caller. */
  readonly role?: 'operator' | 'dispatcher' | 'regulator' | 'supplier' | 'admin' | null
  /** Admins only; absent: the caller's own. */
  readonly organisation_id?: string | null
}

/** One way a program shows who it is; never the secret itself. */
export interface ClientCredential {
  readonly credential_id: string
  readonly kind: 'secret' | 'api_key' | 'public_key' | 'certificate'
  readonly name: string
  /** null: made with the client. */
  readonly created_at: string | null
  /** null: until it is revoked. */
  readonly expires_at: string | null
  /** SHA-256 of a certificate or public key, base64url. */
  readonly thumbprint: string | null
}

/** Programs. */
export interface Clients {
  readonly items: readonly Client[]
  readonly next_cursor: string | null
}

/** A code of the authenticator app. */
export interface CodeBody {
  readonly code: string
}

/** An approved application and the first secret of its client. */
export interface CollectedSecret {
  readonly application_id: string
  readonly state: 'pending' | 'approved' | 'refused'
  readonly kind: 'operator' | 'supplier' | 'sandbox'
  readonly name: string
  readonly created_at: string
  readonly decided_at: string | null
  readonly reason: string | null
  readonly organisation_id: string | null
  readonly client_id: string | null
  /** Until when the first secret can be collected. */
  readonly collect_until: string | null
  readonly collected_at: string | null
  /** Shown this once. */
  readonly client_secret: string | null
}

/** An order to a vehicle with every transition. */
export interface Command {
  readonly command_id: string
  readonly aircraft_id: string
  readonly type: string
  readonly status: 'queued' | 'sent' | 'accepted' | 'confirmed' | 'refused' | 'timed_out'
  readonly state: 'queued' | 'sent' | 'accepted' | 'confirmed' | 'refused' | 'timed_out'
  readonly updated_at: string
  readonly detail: string | null
  readonly detail_zh: string | null
  readonly requested_by: string | null
  readonly plan_id: string | null
  readonly new_plan_id: string | null
  readonly operator_id: string | null
  readonly batch_id: string | null
  readonly params: Readonly<Record<string, unknown>>
  readonly circumstance: Readonly<Record<string, unknown>>
  readonly requested_at: string
  readonly deadline_at: string
  readonly overridden: boolean
  readonly effect: Readonly<Record<string, unknown>>
  readonly steps: readonly CommandStep[]
  readonly requested_by_subject?: string | null
  readonly override_reason?: string | null
}

/** An order to one vehicle. */
export interface CommandBody {
  /** Dispatchers: why, where the flight itself gives no cause. */
  readonly reason?: string | null
  /** Dispatchers: why a conflict is accepted; audited. */
  readonly override?: string | null
  /** From the answer to the first step. */
  readonly confirmation_token?: string | null
  readonly type: 'hold' | 'resume' | 'rtl' | 'land' | 'land_at_site' | 'reroute' | 'upload_plan' | 'upload_geofence' | 'set_message_rates'
  /** hold: where, WGS-84; absent: where it is. */
  readonly lat_deg?: number | null
  readonly lon_deg?: number | null
  /** hold: how high; absent: as high as it is. */
  readonly alt_m?: number | null
  readonly alt_datum?: 'AGL' | 'AMSL' | 'HAE' | null
  /** hold: how long the place is reserved at first. */
  readonly duration_s?: number | null
  /** land_at_site: where. */
  readonly site_id?: string | null
  /** upload_plan, upload_geofence, reroute: a plan filed already. */
  readonly plan_id?: string | null
  /** reroute: the body of a new plan, filed with the command. */
  readonly plan?: Readonly<Record<string, unknown>> | null
  /** set_message_rates: MAVLink message names and their rates in Hz. */
  readonly rates?: Readonly<Record<string, number>> | null
}

/** What orders would do, and the token that confirms them. */
export interface CommandCheck {
  readonly effects: readonly CommandEffect[]
  readonly confirmation_required: boolean
  readonly confirmation_token: string | null
  readonly confirmation_expires_at: string | null
}

/** What an order would do. */
export interface CommandEffect {
  readonly aircraft_id: string
  readonly type: string
  readonly detail: string
  readonly detail_zh: string
  readonly allowed: boolean
  readonly confirmation_required?: boolean | null
  readonly volumes?: readonly Volume4D[] | null
  readonly starts_at?: string | null
  readonly ends_at?: string | null
  readonly reasons?: readonly ReasonAnswer[] | null
  readonly affected?: readonly (Readonly<Record<string, unknown>>)[] | null
  readonly recommended?: Readonly<Record<string, unknown>> | null
  readonly decision?: Readonly<Record<string, unknown>> | null
  readonly problem?: string | null
}

/** A transition of an order. */
export interface CommandStep {
  readonly state: string
  readonly at: string
  readonly detail: string
  readonly detail_zh: string
}

/** Orders to vehicles, newest first. */
export interface Commands {
  readonly items: readonly Command[]
  readonly next_cursor: string | null
}

/** Codes that each open the account once without the app; shown once. */
export interface ConfirmAnswer {
  readonly recovery_codes: readonly string[]
}

/** Whom to call about a firm's flights. */
export interface Contact {
  readonly organisation_id: string
  readonly duty_name: string | null
  readonly phone: string | null
  readonly radio: string | null
  readonly email: string | null
  readonly updated_at?: string | null
}

/** Whom to call about a firm's flights; absent or null: not said. */
export interface ContactBody {
  /** Who or what post answers. */
  readonly duty_name?: string | null
  readonly phone?: string | null
  /** Channel or talk group. */
  readonly radio?: string | null
  readonly email?: string | null
}

/** Contingencies, newest first. */
export interface Contingencies {
  readonly items: readonly Contingency[]
  readonly next_cursor: string | null
}

/** A flight that cannot go on as planned, and the airspace it takes; the city's roles see who is in its way. */
export interface Contingency {
  readonly contingency_id: string
  readonly plan_id: string
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly kind: string
  readonly procedure: string
  readonly state: 'proposed' | 'open' | 'ended' | 'dismissed'
  readonly version: number
  readonly declared_at: string
  readonly detected_at: string | null
  readonly note: string | null
  readonly landing_site_id: string | null
  readonly starts_at: string
  readonly ends_at: string
  readonly volumes: readonly Volume4D[]
  readonly recommended_action: string
  readonly updated_at: string
  readonly ended_at: string | null
  readonly outcome: string | null
  readonly declared_by?: string | null
  readonly action_list_id?: string | null
  readonly affected?: readonly (Readonly<Record<string, unknown>>)[] | null
}

/** What the aircraft does by itself when something fails. */
export interface ContingencyBody {
  readonly lost_link?: 'rtl' | 'land' | 'hold' | 'alternate' | null
  /** Height of the return above the landing place; absent: as high as it flew. */
  readonly rtl_altitude_agl_m?: number | null
  /** Where lost_link alternate lands; absent: the first of alternate_site_ids. */
  readonly alternate_site_id?: string | null
  /** How rtl returns: straight (the default), or back along the route. */
  readonly return_route?: 'direct' | 'reverse' | null
}

/** What failed, and what the flight does about it. */
export interface ContingencyDeclaration {
  readonly kind: 'lost_link' | 'nonconformance' | 'low_energy' | 'gnss_loss' | 'pad_blocked' | 'engine_failure' | 'emergency'
  /** Absent: as filed, or what the kind of failure leaves. */
  readonly procedure?: 'rtl' | 'land' | 'hold' | 'alternate' | null
  readonly note?: string | null
}

/** Flights that kept to a corridor, and how far they flew in it. */
export interface CorridorFlights {
  readonly corridor_id: string
  readonly name: string
  readonly name_zh: string | null
  readonly flights: number
  readonly flown_km: number
}

/** Flights that kept to a corridor, and how far they flew in it. */
export interface CorridorUse {
  readonly corridor_id: string
  readonly name: string
  readonly name_zh: string | null
  readonly flights: number
  readonly flown_km: number
  readonly flights_per_h: number
}

/** What an offer costs against the plan as filed. */
export interface CostAnswer {
  readonly delay_s: number
  readonly extra_m: number
  readonly extra_wh: number | null
}

/** A plan that would be approved as it stands. */
export interface CounterOfferAnswer {
  readonly kind: 'delay' | 'altitude' | 'route' | 'site'
  readonly detail: string
  readonly detail_zh: string
  readonly plan: FlightPlanBody
  readonly cost: CostAnswer
  readonly held_until?: string | null
}

/** One more way for a program to show who it is. */
export interface CredentialBody {
  readonly kind: 'secret' | 'api_key' | 'public_key' | 'certificate'
  readonly name: string
  readonly expires_at?: string | null
  /** For a public_key: an RSA, P-256, P-384 or Ed25519 key as a JSON Web Key, without its private half. */
  readonly public_jwk?: Readonly<Record<string, unknown>> | null
  /** For a certificate: what the client will show in the TLS handshake. */
  readonly certificate_pem?: string | null
}

/** A crew, and how many vehicles it may have in the air at a time. */
export interface Crew {
  readonly crew_id: string
  readonly organisation_id: string
  readonly label: string
  readonly state: string
  readonly vehicles_max: number
  readonly updated_at: string
}

/** A crew, and how many vehicles it may have in the air at a time. */
export interface CrewBody {
  readonly label: string
  readonly vehicles_max: number
  readonly state?: 'on_duty' | 'off_duty'
}

/** Changes to a crew. */
export interface CrewPatch {
  readonly label?: string | null
  readonly vehicles_max?: number | null
  readonly state?: 'on_duty' | 'off_duty' | null
}

/** Crews. */
export interface Crews {
  readonly items: readonly Crew[]
  readonly next_cursor: string | null
}

/** The judgement of a plan. */
export interface DecisionAnswer {
  readonly outcome: 'approved' | 'pending' | 'refused'
  readonly decided_at: string
  readonly took_ms: number
  readonly policy_version: number
  /** The minima this plan is held to: horizontal_m, vertical_m, time_buffer_s. */
  readonly separation?: Readonly<Record<string, number>> | null
  readonly reasons: readonly ReasonAnswer[]
  readonly counter_offers: readonly CounterOfferAnswer[]
}

/** What a human decides about a pending plan. */
export interface DecisionBody {
  readonly outcome: 'approved' | 'refused'
  readonly reason?: string | null
}

/** How deliveries fared; organisation_id is null in totals. */
export interface Deliveries {
  readonly organisation_id: string | null
  readonly created: number
  readonly delivered: number
  readonly failed: number
  readonly returned: number
  readonly cancelled: number
  readonly open: number
  readonly on_time_share: number | null
  readonly promises_kept_share: number | null
  readonly mean_wait_s: number | null
  readonly flights: number
  readonly positioning_share: number | null
  readonly length_km: number
  readonly energy_wh_per_km: number | null
  readonly carriers: number
  readonly carrier_use_share: number | null
  readonly cost_per_delivery: number | null
  readonly causes: Readonly<Record<string, number>>
  readonly late: number
  readonly late_causes: Readonly<Record<string, number>>
}

/** An event on its way to a webhook. */
export interface Delivery {
  readonly delivery_id: string
  readonly event_id: string
  readonly topic: string
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly attempts: number
  readonly status: number | null
  readonly error: string | null
  readonly created_at: string
  readonly ended_at: string | null
}

/** A fault that comes to a simulated vehicle. */
export interface DemoFault {
  readonly fault_id: string
  readonly kind: string
  readonly in_force: boolean
  readonly starts_in_s: number
  readonly ends_in_s: number | null
  readonly values: Readonly<Record<string, unknown>>
}

/** A fault that is to come to a simulated vehicle. */
export interface DemoFaultBody {
  /** The vehicle's id, or its aircraft_id. */
  readonly vehicle_id: string
  /** A kind that GET names. */
  readonly kind: string
  /** Absent: at once. */
  readonly starts_in_s?: number | null
  /** Absent: until it is deleted. */
  readonly lasts_s?: number | null
  /** Values of the kind; absent ones are defaults. */
  readonly values?: Readonly<Record<string, number | string>> | null
}

/** Kinds of fault, and the simulated vehicles with the faults each has. */
export interface DemoFaults {
  readonly kinds: readonly (Readonly<Record<string, unknown>>)[]
  readonly vehicles: readonly (Readonly<Record<string, unknown>>)[]
}

/** The ids of the faults that went. */
export interface DemoFaultsGone {
  readonly cleared: readonly string[]
}

/** Which of the demonstration's people to be. */
export interface DemoSignInBody {
  readonly role: 'operator' | 'dispatcher' | 'regulator' | 'supplier' | 'admin'
}

/** One of the demonstration's people. */
export interface DemoUser {
  readonly role: 'operator' | 'dispatcher' | 'regulator' | 'supplier' | 'admin'
  readonly name: string
}

/** Who a visitor of the demonstration can be without a password. */
export interface DemoUsersAnswer {
  readonly users: readonly DemoUser[]
  readonly auto_login: boolean
}

/** One thing the service leans on. */
export interface DependencyHealth {
  readonly name: string
  readonly state: 'ready' | 'degraded' | 'failing' | 'off'
  readonly why: string | null
  readonly why_zh: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

/** The answer about design inspection, as far as it is documented by its members; more may come. */
export interface DesignInspection {
  readonly kind?: string | null
  readonly height_agl_m?: number | null
  readonly gsd_cm?: unknown
  readonly footprint_m?: unknown
  readonly line_spacing_m?: unknown
  readonly picture_every_m?: unknown
  readonly heading_deg?: unknown
  readonly area_m2?: unknown
  readonly length_m?: number | null
  readonly pictures?: number | null
  readonly ends_at?: string | null
  readonly flights?: readonly DesignInspectionFlight[] | null
}

/** The answer about design inspection flight, as far as it is documented by its members; more may come. */
export interface DesignInspectionFlight {
  readonly departure_at?: string | null
  readonly lasts_s?: number | null
  readonly length_m?: number | null
  readonly pictures?: number | null
  readonly plan?: Readonly<Record<string, unknown>> | null
}

/** What a round of planning decided. */
export interface DispatchReport {
  readonly organisation_id: string
  readonly planned: readonly (Readonly<Record<string, unknown>>)[]
  readonly waiting: readonly (Readonly<Record<string, unknown>>)[]
  readonly cost?: number | null
  readonly gap?: number | null
}

/** One way to reach one person or team. */
export interface DutyContactBody {
  readonly name: string
  readonly channel: 'webhook' | 'email' | 'sms' | 'dingtalk' | 'wecom'
  /** A URL, an e-mail address, or a telephone number with its country code. */
  readonly address: string
  /** Of a DingTalk robot that signs. A webhook gets its own, shown once. */
  readonly secret?: string | null
  readonly language?: 'zh' | 'en'
  /** 1 is told at once, 2 when nobody answered, 3 when still nobody did. */
  readonly level?: 1 | 2 | 3
  readonly topics?: readonly ('advisories' | 'alerts' | 'reports' | 'approvals')[]
  /** The least severity of alerts it is told of. */
  readonly severity?: 'advisory' | 'caution' | 'warning' | 'emergency'
  /** When it is on duty; empty: always. */
  readonly hours?: readonly (Readonly<Record<string, unknown>>)[]
  readonly active?: boolean
}

/** Changes to a contact; absent fields stay. */
export interface DutyContactPatch {
  readonly name?: string
  readonly address?: string
  readonly secret?: string
  readonly language?: 'zh' | 'en'
  readonly level?: 1 | 2 | 3
  readonly topics?: readonly ('advisories' | 'alerts' | 'reports' | 'approvals')[]
  readonly severity?: 'advisory' | 'caution' | 'warning' | 'emergency'
  /** Periods as a zone's applicability, in Beijing time. */
  readonly hours?: readonly (Readonly<Record<string, unknown>>)[]
  readonly active?: boolean
}

/** Somebody who is told outside the console; the secret is never shown again. */
export interface DutyContactShown {
  readonly contact_id: string
  readonly organisation_id: string
  readonly name: string
  readonly channel: string
  readonly address: string
  readonly has_secret: boolean
  readonly language: string
  readonly level: number
  readonly topics: readonly string[]
  readonly severity: string
  readonly hours: readonly (Readonly<Record<string, unknown>>)[]
  readonly on_duty: boolean
  readonly active: boolean
  /** Whether this deployment can use the channel. */
  readonly available: boolean
  readonly version: number
  readonly created_at: string
  readonly last_ok_at: string | null
  readonly last_error: string | null
}

/** Contacts. */
export interface DutyContacts {
  readonly items: readonly DutyContactShown[]
  readonly next_cursor: string | null
}

/** A message to a contact. */
export interface DutyMessage {
  readonly message_id: string
  readonly contact_id: string
  readonly contact_name: string | null
  readonly channel: string
  readonly kind: string
  readonly ref: string | null
  readonly level: number
  readonly title: string
  readonly text: string
  /** waiting, sending, delivered or dead. */
  readonly state: string
  readonly attempts: number
  readonly status: number | null
  readonly error: string | null
  readonly created_at: string
  readonly ended_at: string | null
  readonly next_attempt_at: string | null
}

/** Messages, newest first. */
export interface DutyMessages {
  readonly items: readonly DutyMessage[]
  readonly next_cursor: string | null
}

/** Why less notice is given than the rules ask for; it stands in the audit trail. */
export interface EmergencyOverride {
  readonly reason: string
}

/** A predicted loss of separation; its words are null for a firm, because they name the other flight. */
export interface Encounter {
  readonly alert_id: string
  readonly at: string
  readonly severity: string
  readonly horizontal_m: number | null
  readonly vertical_m: number | null
  readonly detail: string | null
  readonly detail_zh: string | null
}

/** What the authenticator app needs; shown once. */
export interface EnrolAnswer {
  /** Base 32, to be typed where no QR code can be read. */
  readonly secret: string
  /** What the QR code says; a link that opens the app on the same device. */
  readonly otpauth_uri: string
  /** The QR code as an SVG image, for the app's camera. */
  readonly qr_svg: string
}

/** The password, once more. */
export interface EnrolBody {
  readonly password: string
}

/** A line of the log. */
export interface EntryBody {
  readonly kind?: 'note' | 'traffic' | 'weather' | 'equipment' | 'airspace' | 'person'
  readonly text: string
}

/** A report that is owed after an event, or was filed. */
export interface EventReport {
  readonly report_id: string
  readonly organisation_id: string
  readonly plan_id: string | null
  readonly aircraft_id: string | null
  readonly kind: string
  /** open, due, filed or waived. */
  readonly state: string
  readonly event_at: string
  readonly landed_at: string | null
  readonly due_at: string | null
  readonly overdue: boolean
  readonly filed_at: string | null
  readonly filed_by: string | null
  readonly late: boolean | null
  readonly reason: string | null
  readonly report: Readonly<Record<string, unknown>> | null
  readonly policy_version: number | null
}

/** The report on an event that affected safety. */
export interface EventReportBody {
  /** What happened, in the firm's own words. */
  readonly narrative: string
  readonly causes?: string | null
  /** What was done, and what is done so that it ceases. */
  readonly measures?: string | null
  readonly injuries?: number | null
  readonly damage?: string | null
}

/** Reports, newest first. */
export interface EventReports {
  readonly items: readonly EventReport[]
  readonly next_cursor: string | null
}

/** Messages of the live feed after `since`. */
export interface Events {
  readonly items: readonly (Readonly<Record<string, unknown>>)[]
  readonly seq: number
  readonly complete: boolean
  readonly next_cursor: string | null
}

/** Which actions of a list to carry out, and the token of the second step. */
export interface ExecuteBody {
  /** Absent: all that wait. */
  readonly items?: readonly string[] | null
  readonly confirmation_token?: string | null
  /** Why a supervisor acts on flights of other positions. */
  readonly reason?: string | null
}

/** Every firm the caller may see, by id, and all of those together. */
export interface FairnessAnswer {
  readonly from_at: string
  readonly to_at: string
  readonly items: readonly FirmFairness[]
  readonly totals: FirmFairness
}

/** A GeoJSON Feature. */
export interface Feature {
  readonly type: 'Feature'
  readonly id: string
  readonly geometry: Shape
  readonly properties: Readonly<Record<string, unknown>>
}

/** A GeoJSON Feature: a Point with the properties of a site, or a LineString with those of a corridor. */
export interface FeatureBody {
  readonly type: 'Feature'
  readonly id?: string | null
  readonly geometry: Readonly<Record<string, unknown>>
  readonly properties: Readonly<Record<string, unknown>>
}

/** A problem of a file, with its place. */
export interface FileProblem {
  readonly field: string
  readonly line: number | null
  readonly code: string
  readonly severity: string
  readonly detail: string
  readonly detail_zh: string
}

/** What a breach does to a plan that is filed without a booking, by type of operation: nothing is asked (`off`), it is `told` as a warning, or it does `refuse`; what is left out keeps its value. */
export interface FiledBody {
  readonly logistics?: 'off' | 'told' | 'refuse' | null
  readonly inspection?: 'off' | 'told' | 'refuse' | null
  readonly survey?: 'off' | 'told' | 'refuse' | null
  readonly emergency?: 'off' | 'told' | 'refuse' | null
  readonly public_safety?: 'off' | 'told' | 'refuse' | null
  readonly environment?: 'off' | 'told' | 'refuse' | null
  readonly other?: 'off' | 'told' | 'refuse' | null
}

/** What a breach of ground risk does to a plan that is filed without a booking, by type of operation. */
export interface FiledShown {
  readonly logistics: 'off' | 'told' | 'refuse'
  readonly inspection: 'off' | 'told' | 'refuse'
  readonly survey: 'off' | 'told' | 'refuse'
  readonly emergency: 'off' | 'told' | 'refuse'
  readonly public_safety: 'off' | 'told' | 'refuse'
  readonly environment: 'off' | 'told' | 'refuse'
  readonly other: 'off' | 'told' | 'refuse'
}

/** How the requests of one firm fared. */
export interface FirmFairness {
  /** null in the totals. */
  readonly organisation_id: string | null
  readonly name: string | null
  readonly name_zh: string | null
  /** Plans filed; one filed from a counter-offer is a request of its own. */
  readonly requested: number
  /** Approved at once or after somebody decided, whatever became of the flight. */
  readonly approved: number
  readonly refused: number
  readonly pending: number
  /** Given up or expired before anybody decided. */
  readonly lapsed: number
  /** Approved, then withdrawn for a zone or a flight of higher priority. */
  readonly displaced: number
  /** Approved plans that are a counter-offer the firm was made. */
  readonly offers_taken: number
  /** Of those approved or refused. */
  readonly approved_share: number | null
  /** Of approved plans: how much later than first asked for they depart, 0 without an offer. */
  readonly mean_delay_s: number | null
  /** Most frequent first. */
  readonly refusals: readonly RefusalShare[]
}

/** Aircraft and sites at an instant. */
export interface FleetState {
  readonly at: string
  readonly vehicles: readonly VehicleState[]
  readonly sites: readonly SiteState[]
}

/** Plans that were to depart in an hour or day; the share of nothing is null. */
export interface FlightBucket {
  readonly starts_at: string
  readonly filed: number
  readonly flown: number
  readonly refused: number
  readonly cancelled: number
  readonly on_time_share: number | null
}

/** The owner of one flight, and the transfer that waits. */
export interface FlightOwner {
  readonly track_id: string
  readonly aircraft_id: string | null
  readonly plan_id: string | null
  readonly registration: string | null
  readonly position_id: string
  readonly sector_id: string | null
  readonly why: 'sector' | 'alert' | 'transfer'
  readonly sector_position_id: string
  readonly transfer: TransferShown | null
}

/** A flight plan with its state, its decision and the airspace it reserves. */
export interface FlightPlanAnswer {
  readonly aircraft_id: string
  readonly operation_type: 'logistics' | 'inspection' | 'survey' | 'emergency' | 'public_safety' | 'environment' | 'other'
  /** Over 50 needs an entitlement. */
  readonly priority?: number
  /** RFC 3339 with offset; when the first waypoint is left. */
  readonly departure_at: string
  readonly route: TrajectoryRoute | VolumesRoute
  readonly origin_site_id?: string | null
  readonly destination_site_id?: string | null
  readonly alternate_site_ids?: readonly string[]
  readonly contingency?: ContingencyBody | null
  /** The items of Article 27 and anything else; kept as given. */
  readonly remarks?: Readonly<Record<string, unknown>> | null
  /** What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind. */
  readonly special_conditions?: readonly ('network_relay' | 'dropping_or_dangerous' | 'over_crowds' | 'moving_vehicle' | 'distributed_or_swarm')[] | null
  /** An emergency or public-safety task in special urgency, which applies at any time (Article 29). */
  readonly urgency?: 'special' | null
  readonly plan_id: string
  readonly organisation_id: string
  readonly state: 'draft' | 'pending' | 'approved' | 'refused' | 'activated' | 'nonconforming' | 'contingent' | 'ended' | 'cancelled' | 'withdrawn' | 'expired'
  readonly version: number
  readonly decision: DecisionAnswer
  readonly authority: AuthorityAnswer
  readonly rule_clock?: RuleClockAnswer | null
  readonly volumes: readonly Volume4D[]
  readonly h3_cells: readonly string[]
  readonly starts_at: string
  readonly ends_at: string
  readonly created_at: string
  readonly updated_at: string
  readonly activated_at?: string | null
  readonly ended_at?: string | null
}

/** A flight plan as filed. */
export interface FlightPlanBody {
  readonly aircraft_id: string
  readonly operation_type: 'logistics' | 'inspection' | 'survey' | 'emergency' | 'public_safety' | 'environment' | 'other'
  /** Over 50 needs an entitlement. */
  readonly priority?: number
  /** RFC 3339 with offset; when the first waypoint is left. */
  readonly departure_at: string
  readonly route: TrajectoryRoute | VolumesRoute
  readonly origin_site_id?: string | null
  readonly destination_site_id?: string | null
  readonly alternate_site_ids?: readonly string[]
  readonly contingency?: ContingencyBody | null
  /** The items of Article 27 and anything else; kept as given. */
  readonly remarks?: Readonly<Record<string, unknown>> | null
  /** What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind. */
  readonly special_conditions?: readonly ('network_relay' | 'dropping_or_dangerous' | 'over_crowds' | 'moving_vehicle' | 'distributed_or_swarm')[] | null
  /** An emergency or public-safety task in special urgency, which applies at any time (Article 29). */
  readonly urgency?: 'special' | null
}

/** A page of flight plans, latest departure first. */
export interface FlightPlanPage {
  readonly items: readonly FlightPlanAnswer[]
  readonly next_cursor?: string | null
}

/** A flight's whole record, with the SHA-256 of each part. */
export interface FlightRecord {
  readonly plan_id: string
  readonly manifest: Readonly<Record<string, unknown>>
}

/** A reference to something a flight yielded; the thing itself stays with the firm. */
export interface FlightResult {
  readonly result_id: string
  readonly plan_id: string
  readonly kind: string
  readonly url: string
  readonly sha256: string | null
  readonly size_bytes: number | null
  readonly note: string | null
  readonly added_at: string
}

/** What a flight yielded, oldest first. */
export interface FlightResults {
  readonly items: readonly FlightResult[]
  readonly next_cursor: string | null
}

/** An imported forecast. */
export interface Forecast {
  readonly forecast_id: string
  readonly source: string
  readonly state: 'current' | 'replaced' | 'withdrawn'
  readonly issued_at: string
  readonly valid_from: string
  readonly valid_to: string
  readonly steps: number
  readonly cells: number
  readonly samples: number
  readonly reach_m: number
  readonly imported_at: string
  readonly imported_by: string
}

/** What an import would do. */
export interface ForecastCheck {
  readonly usable: boolean
  readonly why_not: string | null
  readonly samples: number
  readonly valid_from: string | null
  readonly valid_to: string | null
  /** Share of the city's cells with a value, 0 to 1. */
  readonly cells_covered: number | null
  readonly errors: readonly FileProblem[]
  readonly warnings: readonly FileProblem[]
}

/** The newest imports. */
export interface Forecasts {
  readonly items: readonly Forecast[]
  readonly next_cursor: string | null
}

/** What the weather says of a flight. */
export interface GoNoGo {
  readonly outcome: 'go' | 'no_go' | 'unknown'
  readonly causes: readonly WeatherCause[]
  readonly source: string | null
  readonly synthetic: boolean | null
  readonly forecast_id: string | null
  readonly limits_version: number
}

/** A point by its BeiDou codes of every level and its H3 cells of every resolution, and in both datums. */
export interface Grid {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly gcj02: Place
  readonly beidou_codes: Readonly<Record<string, string>>
  readonly h3_cells: Readonly<Record<string, string>>
  readonly beidou: BeidouCell | null
  readonly h3?: H3Cell | null
}

/** A limit of ground risk that a way breaks. */
export interface GroundBreach {
  readonly code: 'ground_exposed' | 'ground_unknown' | 'impact_energy'
  readonly severity: 'refuse' | 'warning'
  readonly detail: string
  readonly detail_zh: string
  readonly ground: GroundValues
}

/** Limits of ground risk; what is left out keeps its value. */
export interface GroundLimitsBody {
  /** Width of the ground buffer per metre of the greatest height. */
  readonly buffer_ratio?: number | null
  readonly exposed_per_km2_most?: number | null
  /** Share of the people of the grid that are in the open. */
  readonly exposed_share?: number | null
  readonly impact_energy_j_most?: number | null
  /** Whether a breach refuses; else it is told only. */
  readonly enforced?: boolean | null
  /** Whether a breach of density over a made-up grid refuses, too. */
  readonly enforced_on_synthetic?: boolean | null
}

/** The limits of ground risk. */
export interface GroundLimitsShown {
  readonly buffer_ratio: number
  readonly exposed_per_km2_most: number
  readonly exposed_share: number
  readonly impact_energy_j_most: number
  readonly enforced: boolean
  readonly enforced_on_synthetic: boolean
}

/** Rules to publish; groups and members left out keep their value. */
export interface GroundRulesBody {
  readonly ground_risk?: GroundLimitsBody | null
  readonly noise?: NoisePriceBody | null
  readonly sound_power_db?: SoundPowerBody | null
  readonly filed?: FiledBody | null
  /** Where a number is from, by its name; null takes one away. */
  readonly sources?: Readonly<Record<string, string | null>> | null
}

/** Rules of ground risk and noise with their sources. */
export interface GroundRulesShown {
  readonly version: number
  readonly ground_risk: GroundLimitsShown
  readonly noise: NoisePriceShown
  readonly sound_power_db: Readonly<Record<string, number>>
  readonly filed: FiledShown
  readonly sources: Readonly<Record<string, string>>
}

/** An area no flight is activated in. */
export interface GroundStop {
  readonly ground_stop_id: string
  readonly geometry: Shape
  readonly radius_m: number | null
  readonly until: string
  readonly reason: string | null
  readonly declared_at: string
  readonly declared_by?: string | null
}

/** Nothing is activated in the area until then. */
export interface GroundStopBody {
  /** GeoJSON Polygon, MultiPolygon, or Point with radius_m. */
  readonly geometry: Readonly<Record<string, unknown>>
  readonly radius_m?: number | null
  readonly until: string
  readonly reason: string
}

/** Ground stops that stand. */
export interface GroundStops {
  readonly items: readonly GroundStop[]
  readonly next_cursor: string | null
}

/** What is measured of a breach; the place is the centre of the densest square. */
export interface GroundValues {
  readonly value: number | null
  readonly limit: number
  readonly buffer_m: number
  readonly lat_deg: number | null
  readonly lon_deg: number | null
  readonly population: string
  readonly synthetic: boolean
}

/** An H3 cell. */
export interface H3Cell {
  readonly cell: string
  readonly resolution: number
  readonly geometry: Shape
}

/** The signature of who comes. */
export interface HandoverSignBody {
  readonly initials: string
}

/** The process is up. */
export interface Health {
  readonly status: string
}

/** An offer on hold: its body, filed by the same firm until then, is approved. */
export interface HeldOfferAnswer {
  readonly plan_id: string
  readonly index: number
  readonly held_until: string
  readonly offer: CounterOfferAnswer
}

/** Every live plan a policy would invalidate, by departure. */
export interface ImpactAnswer {
  /** The version in force, which the change was compared with. */
  readonly policy_version: number
  /** The whole policy as it would be. */
  readonly policy: Readonly<Record<string, unknown>>
  /** The kinds of rule by which plans were judged. */
  readonly checks: readonly string[]
  readonly counts: ImpactCounts
  readonly filed: readonly (Readonly<Record<string, unknown>>)[]
  readonly airborne: readonly (Readonly<Record<string, unknown>>)[]
  readonly took_ms: number
}

/** How many live plans a policy touches. */
export interface ImpactCounts {
  /** Live plans judged; 0 when the change can touch none. */
  readonly judged: number
  /** Of those it would invalidate, the ones not yet activated. */
  readonly filed: number
  readonly airborne: number
  /** Of those it would invalidate, the ones it would refuse. */
  readonly refused: number
  /** The others: somebody would have to decide. */
  readonly pending: number
  readonly by_reason: Readonly<Record<string, number>>
}

/** A forecast just put in force. */
export interface ImportedForecast {
  /** null: the made-up field holds. */
  readonly forecast_id: string | null
  readonly source: string
  /** Whether the values are made up. */
  readonly synthetic: boolean
  readonly issued_at: string
  readonly valid_from: string
  readonly valid_to: string
  readonly steps: number
  readonly cells: number
  readonly warnings: readonly FileProblem[]
}

/** What a file says, as a body that can be filed. */
export interface ImportedPlan {
  readonly format: string
  readonly dry_run: boolean
  /** Whether plan can be filed as it stands. */
  readonly complete: boolean
  /** What no file of this format holds and must be added to plan. */
  readonly missing: readonly string[]
  /** The body for POST /v1/flight-plans; null where an error stands. */
  readonly plan: Readonly<Record<string, unknown>> | null
  readonly summary: Readonly<Record<string, unknown>>
  readonly errors: readonly (Readonly<Record<string, unknown>>)[]
  readonly warnings: readonly (Readonly<Record<string, unknown>>)[]
}

/** The grid now in force. */
export interface ImportedPopulation {
  /** null: the made-up grid holds. */
  readonly grid_id: string | null
  readonly source: string
  /** Whether the grid is made up. */
  readonly synthetic: boolean
  readonly square_m: number
  readonly squares: number
  readonly known_share: number
  readonly people: number
  readonly warnings: readonly (Readonly<Record<string, unknown>>)[]
}

/** What somebody looks into. */
export interface Incident {
  readonly incident_id: string
  readonly title: string
  readonly from: string
  readonly to: string
  readonly bbox: readonly number[] | null
  readonly plan_ids: readonly string[]
  readonly notes: string
  readonly created_at: string
  readonly created_by: string
  readonly organisation_id: string
}

/** What to look into: a window of at most 24 hours, and perhaps a place and flights. */
export interface IncidentBody {
  readonly title: string
  readonly from: string
  readonly to: string
  /** min_lon, min_lat, max_lon, max_lat in WGS-84 degrees; everywhere without it. */
  readonly bbox?: readonly number[] | null
  /** Flights to include, beside those seen in the window and place. */
  readonly plan_ids?: readonly string[]
  readonly notes?: string
}

/** Incidents, newest first. */
export interface Incidents {
  readonly items: readonly Incident[]
  readonly next_cursor: string | null
}

/** What came of reported positions. */
export interface IngestAnswer {
  readonly accepted: number
  readonly rejected: readonly IngestFault[]
  readonly flagged: readonly IngestFault[]
}

/** A position that was not taken, or taken with a remark. */
export interface IngestFault {
  readonly index: number
  readonly code: string
  readonly detail: string
}

/** What is to be inspected and how. */
export interface InspectionBody {
  readonly aircraft_id: string
  /** emergency: to places in the order given, by priority, as soon as may be. */
  readonly kind: 'area' | 'line' | 'points' | 'emergency'
  /** GeoJSON, WGS-84: a Polygon for an area, a LineString for a line, a MultiPoint for points and emergencies. */
  readonly geometry: Readonly<Record<string, unknown>>
  readonly base?: BaseBody | null
  readonly base_site_id?: string | null
  /** Absent in an emergency: as soon as the policy lets one be filed. All others name it. */
  readonly departure_at?: string | null
  readonly height_agl_m?: number | null
  /** Instead of a height: the coarsest a pixel may be; needs the camera. */
  readonly gsd_cm?: number | null
  readonly camera?: CameraBody | null
  readonly front_overlap?: number
  readonly side_overlap?: number
  readonly line_spacing_m?: number | null
  /** Of the lines over an area, by the compass; absent: along its long side. */
  readonly heading_deg?: number | null
  /** How much beside a line is to be covered. */
  readonly width_m?: number | null
  /** How long each point is looked at; absent: 20 s, in an emergency 120 s. */
  readonly hold_s?: number | null
  readonly speed_mps?: number
  readonly longest_flight_s?: number | null
  /** On the ground between two flights: a battery changed. */
  readonly interval_s?: number
  readonly operation_type?: 'inspection' | 'survey' | 'emergency' | 'public_safety' | 'environment' | null
  /** Absent: 0, in an emergency 90. More than 50 needs a firm that is entitled to it, and displaces flights of less. */
  readonly priority?: number | null
  readonly remarks?: Readonly<Record<string, unknown>> | null
}

/** Public keys (RFC 7517), newest first. */
export interface Jwks {
  readonly keys: readonly (Readonly<Record<string, unknown>>)[]
}

/** A point as ASTM F3548 writes it. */
export interface LatLngPoint {
  /** WGS-84 degrees north. */
  readonly lat: number
  /** WGS-84 degrees east. */
  readonly lng: number
}

/** What some aircraft may fly in; exactly the limit is allowed, null or absent sets none. Without class, manufacturer and model it holds for all. */
export interface LimitEntry {
  readonly aircraft_class?: 'micro' | 'light' | 'small' | 'medium' | 'large' | null
  readonly manufacturer?: string | null
  readonly model?: string | null
  readonly wind_mps?: number | null
  readonly gust_mps?: number | null
  readonly rain_mm_h?: number | null
  readonly visibility_least_m?: number | null
  readonly temperature_least_c?: number | null
  readonly temperature_most_c?: number | null
  readonly lightning_per_km2_h?: number | null
  readonly source?: string | null
}

/** Limits to publish; the list is replaced whole, other fields keep their value where absent. */
export interface LimitsBody {
  readonly limits?: readonly LimitEntry[] | null
  /** How long before departure go or no go is said: 300 s, T-5 min, unless changed. */
  readonly decide_before_s?: number | null
  /** Whether a flight that would break a limit gets the first departure that breaks none. */
  readonly automatic_delay?: boolean | null
  readonly longest_delay_s?: number | null
}

/** The link of one vehicle. */
export interface LinkOfVehicle {
  readonly endpoint: string
  readonly system_id: number
  readonly up: boolean
  readonly rate_hz: number
  readonly position_rate_hz: number
  readonly loss_pct: number
  readonly age_s: number
}

/** The data link to an aircraft; null where nothing is known. */
export interface LinkReport {
  readonly aircraft_id: string
  readonly up: boolean | null
  readonly endpoint: string | null
  readonly mavlink_version: number | null
  readonly signed: boolean | null
  readonly heard_age_s: number | null
  readonly heartbeat_age_s: number | null
  readonly position_age_s: number | null
  readonly position_delay_s: number | null
  readonly clock_uncertainty_s: number | null
  readonly frames: number | null
  readonly lost: number | null
  readonly loss_pct: number | null
  readonly rate_hz: number | null
  readonly position_rate_hz: number | null
}

/** A line of a shift log. */
export interface LogEntry {
  readonly at: string
  readonly actor: string
  readonly name: string
  readonly kind: string
  readonly text: string
}

/** How deliveries fared, by firm, in all, by site, cell and corridor. */
export interface LogisticsStatistics {
  readonly from_at: string
  readonly to_at: string
  readonly items: readonly Deliveries[]
  readonly totals: Deliveries
  readonly sites: readonly SiteUse[]
  readonly cells: readonly CellUse[]
  readonly corridors: readonly CorridorUse[]
}

/** One item per vehicle, in order. */
export interface MassAnswer {
  readonly items: readonly MassItemAnswer[]
}

/** Orders to several vehicles, judged jointly and always confirmed. */
export interface MassBody {
  /** Dispatchers: why, where the flight itself gives no cause. */
  readonly reason?: string | null
  /** Dispatchers: why a conflict is accepted; audited. */
  readonly override?: string | null
  /** From the answer to the first step. */
  readonly confirmation_token?: string | null
  readonly commands: readonly MassItem[]
}

/** An order to one of several vehicles. */
export interface MassItem {
  readonly type: 'hold' | 'resume' | 'rtl' | 'land' | 'land_at_site' | 'reroute' | 'upload_plan' | 'upload_geofence' | 'set_message_rates'
  /** hold: where, WGS-84; absent: where it is. */
  readonly lat_deg?: number | null
  readonly lon_deg?: number | null
  /** hold: how high; absent: as high as it is. */
  readonly alt_m?: number | null
  readonly alt_datum?: 'AGL' | 'AMSL' | 'HAE' | null
  /** hold: how long the place is reserved at first. */
  readonly duration_s?: number | null
  /** land_at_site: where. */
  readonly site_id?: string | null
  /** upload_plan, upload_geofence, reroute: a plan filed already. */
  readonly plan_id?: string | null
  /** reroute: the body of a new plan, filed with the command. */
  readonly plan?: Readonly<Record<string, unknown>> | null
  /** set_message_rates: MAVLink message names and their rates in Hz. */
  readonly rates?: Readonly<Record<string, number>> | null
  readonly aircraft_id: string
}

/** What came of the order to one of several vehicles. */
export interface MassItemAnswer {
  readonly aircraft_id: string
  readonly command: Command | null
  readonly problem: Readonly<Record<string, unknown>> | null
}

/** How the vehicle is recognised on MAVLink. */
export interface MavlinkAnswer {
  readonly system_id: number
  readonly endpoint: string | null
  /** Whether a signing key is held; the key itself is never returned. */
  readonly signed: boolean
}

/** How the vehicle is recognised on MAVLink. */
export interface MavlinkBody {
  readonly system_id: number
  /** IP:PORT of the peer; without it and without a key, the first unsigned peer using the system id. */
  readonly endpoint?: string | null
  /** 32 bytes, hexadecimal or base64; never returned. */
  readonly signing_key?: string | null
}

/** One address vehicles report to. */
export interface MavlinkFeed {
  readonly address: string
  readonly vehicles: number
  readonly vehicles_up: number
  readonly rate_hz: number
  readonly position_rate_hz: number
  readonly frames: number
  readonly lost: number
  readonly loss_pct: number | null
  readonly age_s: number | null
  readonly signed: number
}

/** Changes to how the vehicle is recognised; null takes a value away, an absent one stays. */
export interface MavlinkPatch {
  readonly system_id?: number | null
  readonly endpoint?: string | null
  readonly signing_key?: string | null
}

/** A flight booked whole. */
export interface Mission {
  readonly mission_id: string
  readonly organisation_id: string
  readonly kind: string
  readonly state: string
  readonly version: number
  readonly plan_id: string
  readonly order_id: string | null
  readonly aircraft_id: string
  readonly battery_id: string | null
  readonly crew_id: string | null
  readonly origin_site_id: string | null
  readonly destination_site_id: string | null
  readonly alternate_site_id: string | null
  readonly departs_at: string
  readonly arrives_at: string
  readonly took_off_at: string | null
  readonly landed_at: string | null
  readonly length_m: number
  readonly energy_wh: number | null
  readonly held_until: string | null
  readonly why?: unknown
  readonly cause: string | null
  readonly created_at: string
  readonly updated_at: string
}

/** A flight to book whole: its plan, and what it needs beside. */
export interface MissionBody {
  /** A body as of POST /v1/flight-plans; only a plan that is approved at once is booked. */
  readonly plan: Readonly<Record<string, unknown>>
  readonly battery_id?: string | null
  readonly crew_id?: string | null
  /** A pad is kept there for the time of the landing. */
  readonly alternate_site_id?: string | null
  /** What the flight takes; compared with the battery. */
  readonly energy_wh?: number | null
  /** Keep everything for so long only, unless the booking is confirmed before. */
  readonly hold_s?: number | null
  readonly kind?: 'delivery' | 'positioning' | 'return' | 'inspection' | 'other'
}

/** A mission with its flight plan. */
export interface MissionWithPlan {
  readonly mission_id: string
  readonly organisation_id: string
  readonly kind: string
  readonly state: string
  readonly version: number
  readonly plan_id: string
  readonly order_id: string | null
  readonly aircraft_id: string
  readonly battery_id: string | null
  readonly crew_id: string | null
  readonly origin_site_id: string | null
  readonly destination_site_id: string | null
  readonly alternate_site_id: string | null
  readonly departs_at: string
  readonly arrives_at: string
  readonly took_off_at: string | null
  readonly landed_at: string | null
  readonly length_m: number
  readonly energy_wh: number | null
  readonly held_until: string | null
  readonly why?: unknown
  readonly cause: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly plan: FlightPlanAnswer
}

/** Missions, newest first. */
export interface Missions {
  readonly items: readonly Mission[]
  readonly next_cursor: string | null
}

/** A GeoJSON FeatureCollection of sites (Points) and corridors (LineStrings). */
export interface NetworkBody {
  readonly type: 'FeatureCollection'
  readonly features: readonly FeatureBody[]
}

/** What an import does, by id. */
export interface NetworkDifference {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
  readonly withdrawn: readonly string[]
}

/** A site or corridor in force: a GeoJSON Feature. */
export interface NetworkFeature {
  readonly type: 'Feature'
  readonly id: string
  readonly geometry: Shape
  readonly properties: Readonly<Record<string, unknown>>
  /** What If-Match of a change names; 0: as the city's data pack has it. */
  readonly version: number
}

/** Sites or corridors as a GeoJSON FeatureCollection that is also a list. */
export interface NetworkFeatures {
  readonly type: 'FeatureCollection'
  readonly features: readonly NetworkFeature[]
  readonly items: readonly NetworkFeature[]
  readonly next_cursor: string | null
}

/** What an import of the network did, or with dry_run would do. */
export interface NetworkImport {
  readonly dry_run: boolean
  readonly mode: 'merge' | 'replace'
  readonly usable: boolean
  readonly errors: readonly (Readonly<Record<string, unknown>>)[]
  readonly warnings: readonly (Readonly<Record<string, unknown>>)[]
  readonly sites: NetworkDifference
  readonly corridors: NetworkDifference
  /** Filed flights whose pad is closed now, at most 500. */
  readonly plan_ids: readonly string[]
}

/** An application just made. */
export interface NewApplication {
  readonly application_id: string
  readonly state: 'pending' | 'approved' | 'refused'
  readonly kind: 'operator' | 'supplier' | 'sandbox'
  readonly name: string
  readonly created_at: string
  readonly decided_at: string | null
  readonly reason: string | null
  readonly organisation_id: string | null
  readonly client_id: string | null
  /** Until when the first secret can be collected. */
  readonly collect_until: string | null
  readonly collected_at: string | null
  /** Shown this once: follows the application and collects the secret. */
  readonly claim_token: string
}

/** A program just brought in. */
export interface NewClient {
  readonly client_id: string
  readonly organisation_id: string
  readonly role: string
  readonly name: string
  /** Oldest first. */
  readonly credentials: readonly ClientCredential[]
  /** Shown this once. */
  readonly client_secret: string
}

/** A credential just added. */
export interface NewCredential {
  readonly client_id: string
  readonly credential_id: string
  readonly kind: 'secret' | 'api_key' | 'public_key' | 'certificate'
  /** Of a secret or an API key, shown this once. */
  readonly secret?: string | null
}

/** A contact just added. */
export interface NewDutyContact {
  readonly contact_id: string
  readonly organisation_id: string
  readonly name: string
  readonly channel: string
  readonly address: string
  readonly has_secret: boolean
  readonly language: string
  readonly level: number
  readonly topics: readonly string[]
  readonly severity: string
  readonly hours: readonly (Readonly<Record<string, unknown>>)[]
  readonly on_duty: boolean
  readonly active: boolean
  /** Whether this deployment can use the channel. */
  readonly available: boolean
  readonly version: number
  readonly created_at: string
  readonly last_ok_at: string | null
  readonly last_error: string | null
  /** Of a webhook, shown this once. */
  readonly secret?: string | null
}

/** A password just set. */
export interface NewPassword {
  readonly user_id: string
  /** Shown this once; null where one was sent. */
  readonly password: string | null
}

/** A person just brought in. */
export interface NewPerson {
  readonly user_id: string
  readonly organisation_id: string
  readonly role: string
  readonly name: string
  /** A second factor is asked for. */
  readonly totp: boolean
  /** By an OpenID provider: has no password here. */
  readonly signs_in_elsewhere: boolean
  /** Shown this once, where none was sent. */
  readonly password?: string | null
}

/** A tool just brought in. */
export interface NewRelyingParty {
  readonly client_id: string
  readonly name: string
  readonly redirect_uris: readonly string[]
  /** It keeps no secret. */
  readonly public: boolean
  /** Shown this once; null for a public tool. */
  readonly client_secret: string | null
}

/** A sandbox just made. */
export interface NewSandbox {
  readonly organisation_id: string
  readonly name: string
  readonly sandbox_of: string | null
  readonly clients: readonly string[]
  readonly client_id: string
  /** Shown this once. */
  readonly client_secret: string
}

/** Noise in one cell; unknown levels and people are null. */
export interface NoiseCell {
  readonly cell: string
  readonly seconds_at_reference: number
  readonly laeq_db: number | null
  readonly people_per_km2: number | null
  readonly people: number | null
}

/** Noise exposure of a window, the loudest cells first. */
export interface NoiseExposure {
  readonly from_at: string
  readonly to_at: string
  readonly cell_resolution: number
  readonly reference_m: number
  readonly nearest_m: number
  readonly cells: readonly NoiseCell[]
  readonly population: RoutePopulation
}

/** What noise costs a route; what is left out keeps its value. */
export interface NoisePriceBody {
  /** Metres more per metre over 10,000 people per square kilometre; 0: noise costs nothing. */
  readonly price?: number | null
  readonly reference_db?: number | null
  readonly reach_m?: number | null
  readonly detour_share_most?: number | null
}

/** What noise costs a route. */
export interface NoisePriceShown {
  readonly price: number
  readonly reference_db: number
  readonly reach_m: number
  readonly detour_share_most: number
}

/** Where a track was at an instant. */
export interface Observation {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly alt_hae_m: number | null
  readonly alt_amsl_m: number | null
  readonly vel_east_mps: number | null
  readonly vel_north_mps: number | null
  readonly vel_up_mps: number | null
  readonly heading_deg: number | null
  readonly observed_at: string
  readonly received_at: string
}

/** An alert somebody must still see to. */
export interface OpenAlert {
  readonly alert_id: string
  readonly kind: string
  readonly severity: string
  readonly status: string
  readonly detail: string | null
  readonly detail_zh: string | null
  readonly track_id: string | null
  readonly plan_id: string | null
  readonly at: string
  /** Of a shelved one: until when. */
  readonly until?: string | null
}

/** A command under way. */
export interface OpenCommand {
  readonly command_id: string
  readonly aircraft_id: string
  readonly type: string
  readonly state: string
  readonly at: string
}

/** A contingency under way. */
export interface OpenContingency {
  readonly contingency_id: string
  readonly plan_id: string | null
  readonly kind: string
  readonly state: string
  readonly at: string
}

/** How many there are of each kind; the lists hold at most 200. */
export interface OpenCounts {
  readonly alerts: number
  readonly shelved: number
  readonly contingencies: number
  readonly pending: number
  readonly commands: number
}

/** A plan that waits for a decision. */
export interface OpenDecision {
  readonly plan_id: string
  readonly organisation_id: string
  /** Its departure, as filed. */
  readonly at: string
}

/** The embedded OpenID provider (OpenID Connect Discovery 1.0). */
export interface OpenIdConfiguration {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly userinfo_endpoint: string
  readonly jwks_uri: string
  readonly response_types_supported: readonly string[]
  readonly response_modes_supported: readonly string[]
  readonly grant_types_supported: readonly string[]
  readonly subject_types_supported: readonly string[]
  readonly id_token_signing_alg_values_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly code_challenge_methods_supported: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly claims_supported: readonly string[]
  readonly authorization_response_iss_parameter_supported: boolean
}

/** What a shift leaves open. */
export interface OpenItems {
  readonly counts: OpenCounts
  readonly alerts: readonly OpenAlert[]
  readonly shelved: readonly OpenAlert[]
  readonly contingencies: readonly OpenContingency[]
  readonly pending: readonly OpenDecision[]
  readonly commands: readonly OpenCommand[]
}

/** A firm that flies. */
export interface OperatorAnswer {
  readonly organisation_id: string
  readonly name: string
  readonly name_zh: string
  readonly active: boolean
  readonly entitlements: readonly string[]
  readonly aircraft_count: number
}

/** One page of operators. */
export interface OperatorList {
  readonly items: readonly OperatorAnswer[]
  readonly next_cursor: string | null
}

/** Something to be brought from one site to another. */
export interface Order {
  readonly order_id: string
  readonly organisation_id: string
  readonly state: string
  readonly version: number
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly at_site_id: string | null
  readonly via_site_ids: readonly string[]
  readonly payload_kg: number
  readonly priority_class: 'medical' | 'express' | 'standard'
  readonly plan_priority: number
  readonly ready_at: string
  readonly deliver_by: string | null
  readonly dangerous_goods: boolean
  readonly cold_chain: boolean
  readonly reference: string | null
  readonly promise: Promise | null
  readonly expected_at: string | null
  readonly in_time: boolean | null
  readonly delivered_at: string | null
  readonly mission_id: string | null
  readonly plan_id: string | null
  readonly aircraft_id: string | null
  readonly why: Readonly<Record<string, unknown>> | null
  readonly cause: Words | null
  readonly created_at: string
  readonly updated_at: string
}

/** Something to be brought from one site to another. */
export interface OrderBody {
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly payload_kg: number
  readonly priority_class?: 'medical' | 'express' | 'standard'
  /** When it can be collected; absent: now. */
  readonly ready_at?: string | null
  readonly deliver_by?: string | null
  readonly dangerous_goods?: boolean
  readonly cold_chain?: boolean
  /** The firm's own name for it. */
  readonly reference?: string | null
  /** Hubs at which it changes vehicles, in this order; without any, one is found where nobody flies it in one go. */
  readonly via_site_ids?: readonly string[]
}

/** A step of an order's story. */
export interface OrderEvent {
  readonly at: string
  readonly state: string
  readonly actor: string
  readonly detail: string
  readonly detail_zh: string
  readonly mission_id: string | null
}

/** A transport order that a zone would keep up: its flight is touched, or one of its sites lies inside. */
export interface OrderKeptUp {
  readonly order_id: string
  readonly organisation_id: string
  readonly state: string
  readonly priority_class: string
  readonly reference: string | null
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly deliver_by: string | null
  readonly promised_at: string | null
  readonly plan_id: string | null
  readonly because: 'flight' | 'site'
  readonly flight: 'airborne' | 'filed' | null
  readonly sites_inside: readonly string[]
}

/** An order with its whole story. */
export interface OrderStory {
  readonly order_id: string
  readonly organisation_id: string
  readonly state: string
  readonly version: number
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly at_site_id: string | null
  readonly via_site_ids: readonly string[]
  readonly payload_kg: number
  readonly priority_class: 'medical' | 'express' | 'standard'
  readonly plan_priority: number
  readonly ready_at: string
  readonly deliver_by: string | null
  readonly dangerous_goods: boolean
  readonly cold_chain: boolean
  readonly reference: string | null
  readonly promise: Promise | null
  readonly expected_at: string | null
  readonly in_time: boolean | null
  readonly delivered_at: string | null
  readonly mission_id: string | null
  readonly plan_id: string | null
  readonly aircraft_id: string | null
  readonly why: Readonly<Record<string, unknown>> | null
  readonly cause: Words | null
  readonly created_at: string
  readonly updated_at: string
  readonly story: readonly OrderEvent[]
}

/** Orders, newest first. */
export interface Orders {
  readonly items: readonly Order[]
  readonly next_cursor: string | null
}

/** The organisation somebody belongs to. */
export interface OrganisationAnswer {
  readonly organisation_id: string
  readonly name: string
  readonly name_zh: string
}

/** An office or a firm to bring in without an application. */
export interface OrganisationBody {
  readonly name: string
  readonly name_zh?: string | null
  /** What its people and programs are. */
  readonly role: 'operator' | 'dispatcher' | 'regulator' | 'supplier' | 'admin'
  readonly entitlements?: readonly ('standing_approval' | 'priority_over_50')[]
}

/** A firm, an office or a sandbox. */
export interface OrganisationShown {
  readonly organisation_id: string
  readonly name: string
  readonly name_zh: string
  readonly kind: 'operator' | 'centre' | 'authority' | 'supplier' | 'administration'
  readonly entitlements: readonly string[]
  /** The organisation a sandbox was made for; null: no sandbox. */
  readonly sandbox_of: string | null
  readonly active: boolean
}

/** Every firm, office and sandbox. */
export interface OrganisationsShown {
  readonly items: readonly OrganisationShown[]
  readonly next_cursor: string | null
}

/** A flight with its owner: `sector_position_id` is whose sector it is in, `why` the owner is another. */
export interface OwnedFlightShown {
  readonly track_id: string
  readonly aircraft_id: string | null
  readonly plan_id: string | null
  readonly registration: string | null
  readonly position_id: string
  readonly sector_id: string | null
  readonly why: 'sector' | 'alert' | 'transfer'
  readonly sector_position_id: string
}

/** What goes with a step; an empty body, or none, will do. */
export interface OwnedStepBody {
  /** Why a supervisor acts on a flight that another position owns. */
  readonly reason?: string | null
}

/** What came of the packets. */
export interface PacketsAnswer {
  /** How many were decoded. */
  readonly packets: number
  /** How many became positions. */
  readonly accepted: number
  /** Errors: `offset` in the bytes sent, or `index` among the decoded packets, with a code. */
  readonly rejected: readonly (Readonly<Record<string, unknown>>)[]
  readonly rejected_count: number
  /** Accepted packets that report an emergency or a failure. */
  readonly flagged: readonly (Readonly<Record<string, unknown>>)[]
  /** With dry_run: what the packets say. */
  readonly decoded?: readonly (Readonly<Record<string, unknown>>)[] | null
}

/** A new password. */
export interface PasswordBody {
  /** Absent: one is made and shown once. */
  readonly password?: string | null
}

/** The password as it is, and as it is to be. */
export interface PasswordChangeBody {
  readonly current: string
  readonly password: string
}

/** People who may sign in. */
export interface People {
  readonly items: readonly Person[]
  readonly next_cursor: string | null
}

/** The fastest it flies level, climbs and descends: as registered, else the usual values of its class. */
export interface PerformanceAnswer {
  readonly max_speed_mps: number
  readonly max_climb_mps: number
  readonly max_descent_mps: number
}

/** A person who may sign in. */
export interface Person {
  readonly user_id: string
  readonly organisation_id: string
  readonly role: string
  readonly name: string
  /** A second factor is asked for. */
  readonly totp: boolean
  /** By an OpenID provider: has no password here. */
  readonly signs_in_elsewhere: boolean
}

/** A point, WGS-84. */
export interface Place {
  readonly lat_deg: number
  readonly lon_deg: number
}

/** What the weather says of a plan. */
export interface PlanGoNoGo {
  readonly plan_id: string
  readonly departure_at: string
  /** null: the plan is over. */
  readonly now: GoNoGo | null
  /** The first departure that breaks no limit. */
  readonly clears_at: string | null
  readonly said: readonly SaidGoNoGo[]
}

/** The rules in force. */
export interface PolicyAnswer {
  readonly version: number
  readonly separation: SeparationAnswer
  readonly tolerance: Readonly<Record<string, number>>
  readonly separation_rules: readonly SeparationRuleBody[]
  readonly weather: string
  readonly wind: WindBody | null
  readonly ceiling_agl_m: number
  readonly sources: Readonly<Record<string, string>>
  /** After a change: what it does to the plans that stand. */
  readonly impact?: ImpactCounts | null
  readonly [more: string]: unknown
}

/** Fields of the policy to change; those left out keep their value, lists are replaced whole. */
export interface PolicyBody {
  readonly version?: number | null
  readonly separation?: SeparationBody | null
  readonly tolerance?: ToleranceBody | null
  readonly separation_rules?: readonly SeparationRuleBody[] | null
  readonly weather?: string | null
  readonly wind?: WindBody | null
  readonly ceiling_agl_m?: number | null
  readonly ceiling_exempt_operations?: readonly string[] | null
  /** warning or pending. */
  readonly conditional_zones?: string | null
  readonly free_flight_allowed?: boolean | null
  readonly off_site_allowed?: boolean | null
  readonly night_flight_allowed?: boolean | null
  /** warning or refuse. */
  readonly missing_climb?: string | null
  /** What a plan meets whose lost-link procedure cannot be flown: warning, pending or refuse. */
  readonly lost_link_route?: string | null
  /** What is taken where a plan files no procedure: rtl, land or hold. */
  readonly default_lost_link?: string | null
  /** Failures that become contingencies by themselves: lost_link, nonconformance, low_energy, gnss_loss; the others are proposed. */
  readonly contingencies?: readonly string[] | null
  /** What flights in the way of a contingency get: advise, propose or command. */
  readonly contingency_response?: string | null
  /** What approved plans that have not started get there: withdraw or advise. */
  readonly contingency_filed_plans?: string | null
  /** After so long off its plan a flight is a contingency. */
  readonly nonconformance_limit_s?: number | null
  /** After so long without acknowledgement a dispatcher is called. */
  readonly advisory_silence_s?: number | null
  /** How long before it begins a temporary zone must be published. */
  readonly zone_notice_s?: number | null
  /** The same for a military or emergency one. */
  readonly zone_urgent_notice_s?: number | null
  /** The rule clock of Order 761; fields left out keep their value. */
  readonly rules?: RulebookBody | null
  /** Flights in a resolution-8 cell at once; null: no limit. */
  readonly max_flights_per_cell?: number | null
  readonly cell_limits?: readonly CellLimitBody[] | null
  /** Departures in any 60 minutes, for each pad of a site. */
  readonly max_departures_per_pad_h?: number | null
  /** How long before departure a pad is occupied. */
  readonly pad_prep_s?: number | null
  /** How long after departure and before arrival it is. */
  readonly pad_clear_s?: number | null
  /** How long after arrival it is. */
  readonly pad_turn_around_s?: number | null
  readonly max_priority_commercial?: number | null
  /** Where a number comes from, by field; null: take away. */
  readonly sources?: Readonly<Record<string, string | null>> | null
  readonly [more: string]: unknown
}

/** The answer about policy preset order761, as far as it is documented by its members; more may come. */
export interface PolicyPresetOrder761 {
  readonly readiness_lead_s?: number | null
  readonly rules?: PolicyPresetOrder761Rules | null
}

/** The answer about policy preset order761 rules, as far as it is documented by its members; more may come. */
export interface PolicyPresetOrder761Rules {
  readonly application_days_before?: number | null
  readonly application_by?: string | null
  readonly decision_by?: string | null
  readonly late_application?: string | null
  readonly late_standing_filing?: string | null
  readonly emergency_apply_s?: number | null
  readonly emergency_decide_s?: number | null
  readonly late_readiness?: string | null
  readonly report_within_s?: number | null
  readonly report_events?: readonly string[] | null
  readonly exempt_classes?: readonly string[] | null
  readonly suitable_ceiling_agl_m?: number | null
  readonly state_operations?: readonly string[] | null
  readonly state_ceiling_agl_m?: number | null
  readonly assumed_triggers?: Readonly<Record<string, unknown>> | null
  readonly class_limits?: Readonly<Record<string, unknown>> | null
  readonly agricultural_limits?: Readonly<Record<string, unknown>> | null
  readonly agricultural_operations?: readonly string[] | null
}

/** A policy that holds or held; `changed` names the members that differ from the version before. */
export interface PolicyVersion {
  readonly version: number
  readonly published_at: string
  readonly published_by: string
  readonly changed: readonly string[]
  readonly policy: Readonly<Record<string, unknown>>
}

/** Every version of the policy. */
export interface PolicyVersions {
  readonly items: readonly PolicyVersion[]
  readonly next_cursor: string | null
}

/** A simple polygon as ASTM F3548 writes it; the last vertex does not repeat the first. */
export interface Polygon {
  readonly vertices: readonly LatLngPoint[]
}

/** People on the ground by cell. */
export interface Population {
  /** null: the made-up grid holds. */
  readonly grid_id: string | null
  readonly source: string
  /** Whether the grid is made up. */
  readonly synthetic: boolean
  readonly square_m: number
  readonly squares: number
  readonly known_share: number
  readonly people: number
  readonly resolution: number
  readonly items: readonly PopulationCell[]
  readonly next_cursor: string | null
}

/** The mean density of a cell. */
export interface PopulationCell {
  readonly h3: string
  readonly people_per_km2: number
}

/** What a dry run read. */
export interface PopulationCheck {
  readonly usable: boolean
  readonly why_not: string | null
  readonly items: number
  readonly known_share: number | null
  readonly people: number | null
  readonly errors: readonly (Readonly<Record<string, unknown>>)[]
  readonly warnings: readonly (Readonly<Record<string, unknown>>)[]
}

/** An imported grid. */
export interface PopulationGridItem {
  readonly grid_id: string
  readonly source: string
  readonly state: 'current' | 'replaced' | 'withdrawn'
  readonly items: number
  readonly known_share: number
  readonly people: number
  readonly imported_at: string
  readonly imported_by: string
}

/** Imported grids, newest first. */
export interface PopulationGrids {
  readonly items: readonly PopulationGridItem[]
  readonly next_cursor: string | null
}

/** A working position of the operations centre. */
export interface PositionBody {
  readonly name: string
  readonly name_zh?: string | null
  /** Whether who works there may change the division and, with a reason, act on any flight. */
  readonly supervises?: boolean
  /** Accounts that may sign on; none: every dispatcher. */
  readonly people?: readonly string[]
}

/** What a position has to watch. */
export interface PositionLoad {
  readonly position_id: string
  readonly name: string
  readonly name_zh: string
  readonly supervises: boolean
  readonly people: readonly PositionPerson[]
  readonly sector_ids: readonly string[]
  readonly flights: number
  readonly alerts: number
  readonly alerts_waiting: number
  readonly offered_to: number
  readonly offered_by: number
}

/** Somebody who works at a position. */
export interface PositionPerson {
  readonly name: string
  readonly since_at: string
}

/** A working position. */
export interface PositionShown {
  readonly position_id: string
  readonly name: string
  readonly name_zh: string
  readonly supervises: boolean
  readonly people: readonly string[]
  readonly staff: readonly PositionPerson[]
}

/** Working positions. */
export interface PositionsShown {
  readonly items: readonly PositionShown[]
  readonly next_cursor: string | null
}

export interface Problem {
  /** Stable URI ending in the code. */
  readonly type: string
  /** Stable, snake_case. */
  readonly code: string
  readonly title: string
  readonly title_zh?: string
  readonly status: number
  /** What is wrong and what to do. */
  readonly detail: string
  readonly detail_zh: string
  readonly errors: readonly ({ readonly field: string; readonly code: string; readonly detail: string; readonly detail_zh?: string | null })[]
  readonly retryable: boolean
  readonly trace_id: string | null
}

/** A flight's heights against the ground, zones and corridors: one value per sample in each column. */
export interface Profile {
  readonly plan_id: string
  readonly version: number
  readonly terrain: Readonly<Record<string, unknown>>
  readonly tolerance_m: number
  readonly length_m: number | null
  readonly samples: Readonly<Record<string, readonly unknown[]>> | null
  readonly zones: readonly (Readonly<Record<string, unknown>>)[]
  readonly corridors: readonly (Readonly<Record<string, unknown>>)[]
}

/** When an order will be there, and how sure that is. */
export interface Promise {
  readonly deliver_at: string
  readonly probability: number
  readonly flights_seen: number
  readonly kept: boolean | null
}

/** Where else people may sign in. */
export interface Provider {
  readonly name: string
  /** Address to send the browser to. */
  readonly start: string
}

/** Every way to sign in beside name and password. */
export interface ProvidersAnswer {
  readonly providers: readonly Provider[]
}

/** A site or corridor now in force: its GeoJSON Feature. */
export interface PublishedFeature {
  readonly type: 'Feature'
  readonly id: string
  readonly geometry: Readonly<Record<string, unknown>>
  readonly properties: Readonly<Record<string, unknown>>
  readonly version: number
  /** Filed flights whose pad is closed now, at most 500. */
  readonly plan_ids: readonly string[]
}

/** A corridor in the fields a regulator reads; metres, true heights (null: the ground is not known). */
export interface PublishedRoute {
  readonly wayId: string
  readonly wayName: string
  readonly wayNameEn: string
  readonly width: number
  readonly points: readonly RoutePoint[]
  readonly minHeight: number | null
  readonly maxHeight: number | null
  readonly heightKind: 'AGL' | 'AMSL' | 'HAE'
  readonly direction: 'forward' | 'both'
  readonly layer: string | null
  readonly capacity: number | null
  readonly speed: number | null
  readonly length: number
  readonly demonstration: boolean
}

/** The published routes. */
export interface PublishedRoutes {
  readonly items: readonly PublishedRoute[]
  readonly next_cursor: string | null
}

/** A temporary zone with its list of actions. */
export interface PublishedTemporaryZone {
  readonly zone_id: string
  readonly category: 'event' | 'urgent'
  readonly emergency_override?: unknown
  readonly starts_at: string
  readonly ends_at: string
  readonly published_at: string
  readonly published_by: string
  readonly action_list_id: string | null
  readonly zone: Feature
  readonly action_list: ActionList
  readonly orders: readonly OrderKeptUp[]
}

/** What an organisation may use; what is left out is what everybody may. */
export interface QuotaBody {
  readonly live_plans?: number | null
  readonly filings_per_day?: number | null
  readonly aircraft?: number | null
  readonly clients?: number | null
  readonly webhooks?: number | null
  readonly sandboxes?: number | null
  readonly requests_per_s?: number | null
}

/** What an organisation uses. */
export interface QuotaUse {
  readonly live_plans: number
  readonly filings_per_day: number
  readonly aircraft: number
  readonly clients: number
  readonly webhooks: number
  readonly sandboxes: number
}

/** What an organisation may use. */
export interface QuotaValues {
  readonly live_plans: number
  readonly filings_per_day: number
  readonly aircraft: number
  readonly clients: number
  readonly webhooks: number
  readonly sandboxes: number
  /** Of each client; null: the server's. */
  readonly requests_per_s: number | null
}

/** What an organisation may use, and what of it is used. */
export interface Quotas {
  /** `default` for everybody's. */
  readonly organisation_id: string
  /** 0: nothing was ever set here. */
  readonly version: number
  readonly quotas: QuotaValues
  /** Which of them are set for this organisation; the others are everybody's. */
  readonly set_here: readonly string[]
  /** Absent for `default`. */
  readonly used?: QuotaUse | null
}

/** A radius as ASTM F3548 writes it. */
export interface Radius {
  readonly value: number
  readonly units?: 'M'
}

/** Whether the server is able to serve, with each dependency's state. */
export interface Readiness {
  readonly ready: boolean
  readonly dependencies: Readonly<Record<string, unknown>>
}

/** Why a plan was refused, is pending, or what it is warned of. */
export interface ReasonAnswer {
  readonly code: string
  readonly severity: 'refuse' | 'pending' | 'warning'
  readonly detail: string
  readonly detail_zh: string
  readonly zone_id?: string | null
  readonly other_plan_ref?: string | null
  readonly site_id?: string | null
  readonly rule?: string | null
  readonly segment?: readonly [number, number] | null
  readonly starts_at?: string | null
  readonly ends_at?: string | null
  readonly horizontal_margin_m?: number | null
  readonly vertical_margin_m?: number | null
  /** The full cell, where capacity is the reason. */
  readonly h3_cell?: string | null
  /** When the stay at the pad or in the cell could begin. */
  readonly frees_at?: string | null
  /** Seconds after departure at which each waypoint can be reached; may be filed as t_s. */
  readonly attainable_s?: readonly number[] | null
  /** Each missing item of Article 27: item, field, title, title_zh, detail, detail_zh. */
  readonly items?: readonly (Readonly<Record<string, unknown>>)[] | null
  /** false where changes were looked for and none gets rid of this reason; else left out. */
  readonly curable?: boolean | null
}

/** The carrier an order is given to. */
export interface ReassignBody {
  readonly aircraft_id: string
}

/** Refusing a firm. */
export interface RefusalBody {
  /** The applicant reads it. */
  readonly reason: string
}

/** A cause of refusals; a plan refused for several counts under each. */
export interface RefusalCause {
  readonly code: string
  readonly plans: number
  readonly share: number
}

/** A cause of refusals; a plan refused for several counts under each. */
export interface RefusalShare {
  readonly code: string
  readonly plans: number
  /** Of the firm's refused plans. */
  readonly share: number
}

/** Tools whose users sign in here. */
export interface RelyingParties {
  readonly items: readonly RelyingParty[]
  readonly next_cursor: string | null
}

/** A tool whose users sign in here. */
export interface RelyingParty {
  readonly client_id: string
  readonly name: string
  readonly redirect_uris: readonly string[]
  /** It keeps no secret. */
  readonly public: boolean
}

/** A tool whose users sign in here. */
export interface RelyingPartyBody {
  readonly name: string
  readonly redirect_uris: readonly string[]
  /** true: it keeps no secret (a page or an app); PKCE is asked of every tool. */
  readonly public?: boolean
}

/** Password and code: what an open console alone must not be enough for. */
export interface RemovalBody {
  readonly password: string
  readonly code: string
}

/** Which events to send again. */
export interface ReplayBody {
  /** Absent: what is dead, and nothing else. */
  readonly from?: string | null
  /** Absent: now. */
  readonly to?: string | null
}

/** The answer about replay distance, as far as it is documented by its members; more may come. */
export interface ReplayDistance {
  readonly track_a?: string | null
  readonly track_b?: string | null
  readonly at?: readonly string[] | null
  readonly horizontal_m?: readonly number[] | null
  readonly vertical_m?: readonly number[] | null
  readonly distance_m?: readonly number[] | null
  readonly closest?: ReplayDistanceClosest | null
  readonly minimum?: ReplayDistanceMinimum | null
}

/** The answer about replay distance closest, as far as it is documented by its members; more may come. */
export interface ReplayDistanceClosest {
  readonly at?: string | null
  readonly horizontal_m?: number | null
  readonly vertical_m?: number | null
  readonly distance_m?: number | null
}

/** The answer about replay distance minimum, as far as it is documented by its members; more may come. */
export interface ReplayDistanceMinimum {
  readonly horizontal_m?: number | null
  readonly vertical_m?: number | null
}

/** The answer about replay range, as far as it is documented by its members; more may come. */
export interface ReplayRange {
  readonly from?: string | null
  readonly to?: string | null
}

/** How requests for airspace fared. */
export interface Requests {
  readonly requested: number
  readonly approved: number
  readonly refused: number
  readonly pending: number
  readonly lapsed: number
  readonly displaced: number
  readonly offers_taken: number
  readonly approved_share: number | null
  readonly mean_delay_s: number | null
  readonly refusals: readonly (Readonly<Record<string, unknown>>)[]
}

/** Ways of one flight that would be approved now. */
export interface Reroutes {
  readonly aircraft_id: string
  readonly plan_id: string
  readonly items: readonly Way[]
}

/** A result kept elsewhere. */
export interface ResultBody {
  readonly kind: 'images' | 'video' | 'orthophoto' | 'point_cloud' | 'report' | 'other'
  /** Where it is; nothing is fetched from there. */
  readonly url: string
  readonly sha256?: string | null
  readonly size_bytes?: number | null
  readonly note?: string | null
}

/** Which tokens to void. */
export interface RevocationBody {
  /** Absent: all issued until now. */
  readonly issued_until?: string | null
}

/** How soon the new key signs. */
export interface RotationBody {
  /** false: it is published for ten minutes first, so that whoever keeps our keys knows it. */
  readonly at_once?: boolean
}

/** The air at departure over the origin; where the wind blows to. */
export interface RouteAir {
  readonly wind_east_mps: number
  readonly wind_north_mps: number
  readonly temperature_c: number | null
  readonly synthetic: boolean
}

/** From where to where, with what. */
export interface RouteBody {
  readonly origin_site_id: string
  readonly destination_site_id: string
  /** A carrier of your firm; its mass, energy and speed are taken. Absent: the usual values of the class. */
  readonly aircraft_id?: string | null
  readonly aircraft_class?: 'micro' | 'light' | 'small' | 'medium' | 'large'
  readonly payload_kg?: number
  /** Zones within an hour of it are gone around; absent: now. */
  readonly departure_at?: string | null
}

/** What a way means to the ground. */
export interface RouteGround {
  readonly allowed: boolean
  readonly height_agl_m: number
  readonly buffer_m: number
  readonly exposed_per_km2: number | null
  readonly exposed_mean_per_km2: number | null
  readonly impact_energy_j: number | null
  readonly breaches: readonly GroundBreach[]
}

/** The way at one level, or why there is none. */
export interface RouteLevel {
  readonly level_agl_m: number
  readonly found: boolean
  readonly cause: 'no_way' | 'ground_risk' | 'site_closed' | null
  readonly detail: string | null
  readonly detail_zh: string | null
  readonly length_m: number | null
  readonly shortest_m: number | null
  readonly lasts_s: number | null
  readonly energy_wh: number | null
  readonly within_energy: boolean
  readonly corridor_ids: readonly string[]
  readonly ground: RouteGround | null
  readonly noise: RouteNoise
  readonly waypoints: readonly (Readonly<Record<string, unknown>>)[]
}

/** How loud a way is; levels in dB(A). */
export interface RouteNoise {
  readonly sound_power_db: number
  readonly passage_db: number
  readonly loudest_db: number
  readonly cost_m: number | null
}

/** A place of a route, WGS-84 degrees. */
export interface RoutePoint {
  readonly lon: number
  readonly lat: number
}

/** The grid a way was judged by. */
export interface RoutePopulation {
  readonly grid_id: string | null
  readonly source: string
  readonly synthetic: boolean
}

/** Ways between two sites, level by level. */
export interface Routes {
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly departure_at: string
  readonly free_flight: boolean
  readonly mass_kg: number
  /** What a flight may take at this temperature, the reserve left out. */
  readonly usable_wh: number
  readonly air: RouteAir
  /** Speed over ground in this air: the cruise speed, less against a wind the aircraft cannot make up for. */
  readonly over_ground_mps: number
  readonly reserve_share: number
  readonly rules_version: number
  readonly population: RoutePopulation
  readonly would_pass: readonly number[]
  readonly levels: readonly RouteLevel[]
}

/** What the rule clock found for the plan, and how the authority decided. */
export interface RuleClockAnswer {
  /** Why no application is needed (Article 31). */
  readonly exemption?: 'suitable_airspace' | 'agricultural' | 'state_task' | null
  /** The envelope it flies under; null for a whole fleet. */
  readonly standing_approval_id?: string | null
  /** Items of Article 31(2) that hold. */
  readonly triggers?: readonly ('network_relay' | 'dropping_or_dangerous' | 'over_crowds' | 'moving_vehicle' | 'distributed_or_swarm')[]
  /** They are assumed of its kind: the plan declares none. */
  readonly triggers_assumed?: boolean
  readonly apply_by?: string | null
  readonly decision_by?: string | null
  readonly readiness_by?: string | null
  readonly readiness_late?: boolean
  readonly decided_at?: string | null
  readonly decided_by?: string | null
  readonly reason?: string | null
  /** What the outside authority calls the application. */
  readonly reference?: string | null
  /** The version of the policy the authority's decision fell under. */
  readonly policy_version?: number | null
}

/** When a separation rule holds: all that is given must hold. */
export interface RuleConditions {
  readonly operation_type?: string | null
  /** micro, light, small, medium or large. */
  readonly aircraft_class?: string | null
  /** The flight, with its tolerance, enters this corridor. */
  readonly corridor_id?: string | null
  /** The flight, with its tolerance, enters this zone while it is active. */
  readonly zone_id?: string | null
  /** The weather now in force, such as strong_wind. */
  readonly weather?: string | null
  readonly [more: string]: unknown
}

/** The rule clock: who applies, by when, and what is owed afterwards. Every field: docs/rules.md. */
export interface RulebookBody {
  readonly application_days_before?: number | null
  /** HH:MM in Beijing; an application arrives before it. */
  readonly application_by?: string | null
  /** HH:MM in Beijing of the same day. */
  readonly decision_by?: string | null
  /** off, warning, pending or refuse. */
  readonly late_application?: string | null
  /** off, warning, pending or refuse. */
  readonly late_standing_filing?: string | null
  readonly emergency_apply_s?: number | null
  readonly emergency_decide_s?: number | null
  /** mark or refuse. */
  readonly late_readiness?: string | null
  readonly report_within_s?: number | null
  readonly report_events?: readonly string[] | null
  readonly exempt_classes?: readonly string[] | null
  readonly suitable_ceiling_agl_m?: number | null
  readonly state_operations?: readonly string[] | null
  readonly state_ceiling_agl_m?: number | null
  readonly assumed_triggers?: Readonly<Record<string, readonly string[]>> | null
  readonly class_limits?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null
  readonly [more: string]: unknown
}

/** The running log and what is open now. */
export interface RunningShift {
  readonly log: ShiftLog | null
  readonly open_items: OpenItems
}

/** What was said, and done, of a flight before its departure. */
export interface SaidGoNoGo {
  readonly plan_version: number
  readonly judged_at: string
  readonly outcome: string
  readonly action: string | null
  readonly causes?: readonly (Readonly<Record<string, unknown>>)[] | null
}

/** A firm for one developer, in a separate sky. */
export interface Sandbox {
  readonly organisation_id: string
  readonly name: string
  readonly sandbox_of: string | null
  readonly clients: readonly string[]
}

/** A sandbox to make. */
export interface SandboxBody {
  readonly name: string
}

/** Sandboxes. */
export interface Sandboxes {
  readonly items: readonly Sandbox[]
  readonly next_cursor: string | null
}

/** The division at work: load per position, transfers that wait, owners of alerts. */
export interface SectorBoard {
  readonly version: number
  readonly in_use: boolean
  readonly position_id: string | null
  readonly supervises: boolean
  readonly positions: readonly PositionLoad[]
  readonly outside_sectors: number
  readonly unwatched: UnwatchedFlights
  readonly transfers: readonly TransferShown[]
  readonly alert_owners: readonly AlertOwner[]
  readonly held: readonly OwnedFlightShown[]
}

/** A part of the city: either a GeoJSON Polygon or MultiPolygon, or H3 cells of one resolution. */
export interface SectorBody {
  /** Kept from version to version; made where left out. */
  readonly sector_id?: string | null
  readonly name: string
  readonly name_zh?: string | null
  readonly position_id: string
  readonly geometry?: Readonly<Record<string, unknown>> | null
  readonly cells?: readonly string[] | null
  /** The sector holds what flies from here on, over the datum; absent: from the ground. */
  readonly lower_m?: number | null
  /** The sector holds what flies below this; absent: without bound. Sectors one above the other share their ground. */
  readonly upper_m?: number | null
  readonly datum?: 'AGL' | 'AMSL' | 'HAE'
}

/** A version of the division of the city. */
export interface SectorLayout {
  readonly version: number
  readonly in_use: boolean
  readonly sectors: readonly SectorShown[]
  readonly fallback_position_id: string
  readonly transfer_timeout_s: number
  readonly note: string
  readonly published_at: string | null
  readonly published_by: string | null
  readonly published_name: string | null
}

/** The whole division; the first sector of the list that holds a place has it. */
export interface SectorLayoutBody {
  /** False: one position owns everything, as before any version. */
  readonly in_use?: boolean
  readonly sectors: readonly SectorBody[]
  /** Owns what lies in no sector. */
  readonly fallback_position_id: string
  /** How long a transfer waits for an answer before it goes back to the giver. */
  readonly transfer_timeout_s?: number
  readonly note?: string
}

/** Versions of the division. */
export interface SectorLayouts {
  readonly items: readonly SectorLayout[]
  readonly next_cursor: string | null
}

/** A part of the city with its position. */
export interface SectorShown {
  readonly sector_id: string
  readonly name: string
  readonly name_zh: string | null
  readonly position_id: string
  readonly geometry: Readonly<Record<string, unknown>> | null
  readonly cells: readonly string[] | null
  readonly lower_m: number | null
  readonly upper_m: number | null
  readonly datum: 'AGL' | 'AMSL' | 'HAE'
}

/** Minima between two flights. */
export interface SeparationAnswer {
  readonly horizontal_m: number
  readonly vertical_m: number
  readonly time_buffer_s: number
}

/** Minima between two flights; a pair is held to the larger of the two. */
export interface SeparationBody {
  readonly horizontal_m?: number | null
  readonly vertical_m?: number | null
  readonly time_buffer_s?: number | null
}

/** Larger minima for some flights; the largest of the default and every rule that holds counts, field by field. */
export interface SeparationRuleBody {
  readonly when: RuleConditions
  /** Any of horizontal_m, vertical_m, time_buffer_s. */
  readonly separation: Readonly<Record<string, unknown>>
  readonly source?: string | null
  readonly [more: string]: unknown
}

/** Metadata of the authorisation server (RFC 8414). */
export interface ServerMetadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly jwks_uri: string
  readonly grant_types_supported: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly service_documentation: string
}

/** Who is signed in, and the token to send as X-CSRF-Token with every POST, PUT, PATCH and DELETE. */
export interface SessionAnswer {
  readonly user: UserAnswer
  readonly csrf_token: string
}

/** A GeoJSON geometry. */
export interface Shape {
  readonly type: string
  readonly coordinates: readonly unknown[]
}

/** How long not to be reminded of it. */
export interface ShelveBody {
  /** Of the person, where several work under one account. */
  readonly initials?: string | null
  readonly note?: string | null
  /** At most 12 hours ahead; 15 minutes when left out. */
  readonly until?: string | null
}

/** A shift log. */
export interface ShiftLog {
  readonly handover_id: string
  readonly number: number
  /** open, offered or closed. */
  readonly state: string
  readonly opened_at: string
  readonly opened_by: string
  readonly opened_name: string
  readonly previous_id: string | null
  readonly remarks: string
  readonly signed_out: Signature | null
  readonly signed_in: Signature | null
  /** What was open when it was signed out. */
  readonly items: OpenItems | null
  readonly entries: readonly LogEntry[]
}

/** Shift logs, newest first, without their entries. */
export interface ShiftLogs {
  readonly items: readonly ShiftLog[]
  readonly next_cursor: string | null
}

/** Name and password, and a one-time code where a second factor was set up. */
export interface SignInBody {
  readonly name: string
  readonly password: string
  /** Six digits of the authenticator app, or a recovery code; asked for by 401 totp_required. */
  readonly code?: string | null
}

/** The signature of who leaves. */
export interface SignOutBody {
  /** One to four letters. */
  readonly initials: string
  readonly remarks?: string
}

/** Who signed, and when. */
export interface Signature {
  readonly at: string
  readonly by: string
  readonly name: string
  readonly initials: string
}

/** A key access tokens are or were signed with. */
export interface SigningKeyShown {
  readonly kid: string
  readonly state: 'signing' | 'next' | 'published'
  readonly created_at: string
  readonly signs_from: string
}

/** Signing keys, newest first. */
export interface SigningKeys {
  readonly items: readonly SigningKeyShown[]
  readonly next_cursor: string | null
}

/** A site now. */
export interface SiteState {
  readonly site_id: string
  readonly name: string
  readonly name_zh: string | null
  readonly open: boolean
  readonly pads: number
  readonly pads_free: number
  readonly next_free_at: string | null
  readonly stays_ahead: number
}

/** Take-offs and landings at a site; null where the site is not known any more. */
export interface SiteUse {
  readonly site_id: string
  readonly movements: number
  readonly pads: number | null
  readonly pad_use_share: number | null
}

/** How many pads of a site are free in each stretch of time, and the stays of the caller's own flights. */
export interface Slots {
  readonly site_id: string
  readonly name: string
  readonly name_zh: string | null
  readonly open: boolean
  readonly pads: number
  readonly from: string
  readonly to: string
  readonly occupancy: Readonly<Record<string, number>>
  readonly items: readonly (Readonly<Record<string, unknown>>)[]
  readonly stays: readonly (Readonly<Record<string, unknown>>)[]
  readonly next_cursor: string | null
}

/** Sound power by class, dB(A) re 1 pW; null takes a value away: then it follows from the mass. */
export interface SoundPowerBody {
  readonly micro?: number | null
  readonly light?: number | null
  readonly small?: number | null
  readonly medium?: number | null
  readonly large?: number | null
}

/** An envelope under which routine flights need no application of their own. */
export interface StandingApproval {
  readonly standing_approval_id: string
  readonly organisation_id: string
  readonly state: string
  readonly version: number
  readonly name: string
  readonly lower_agl_m: number
  readonly upper_agl_m: number
  readonly geometry?: Shape | null
  readonly radius_m?: number | null
  readonly applicability?: readonly (Readonly<Record<string, unknown>>)[] | null
  readonly aircraft_ids?: readonly string[] | null
  readonly operation_types?: readonly string[] | null
  readonly applied_at: string
  readonly decided_at: string | null
  readonly decided_by: string | null
  readonly reason: string | null
  /** The policy it was decided under. */
  readonly policy_version?: number | null
}

/** The envelope a firm applies for. */
export interface StandingApprovalBody {
  readonly name: string
  /** GeoJSON Polygon, MultiPolygon, or Point with radius_m; absent: the whole area served. */
  readonly geometry?: Readonly<Record<string, unknown>> | null
  readonly radius_m?: number | null
  /** True height. */
  readonly lower_agl_m?: number
  /** True height. */
  readonly upper_agl_m: number
  /** Periods as of a zone; absent: always. */
  readonly applicability?: readonly (Readonly<Record<string, unknown>>)[] | null
  /** Absent: the firm's whole fleet. */
  readonly aircraft_ids?: readonly string[] | null
  readonly operation_types?: readonly string[] | null
}

/** Standing approvals. */
export interface StandingApprovals {
  readonly items: readonly StandingApproval[]
  readonly next_cursor: string | null
}

/** A carrier with where it stands from when on. */
export interface StandingCarrier {
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly version: number
  readonly state: 'available' | 'maintenance' | 'out_of_service'
  readonly site_id: string
  readonly payload_max_kg: number
  readonly mass_kg: number
  readonly hover_w: number
  readonly cruise_w: number
  readonly cruise_mps: number
  readonly battery_wh: number
  readonly reserve_share: number
  readonly turn_s: number
  readonly dangerous_goods: boolean
  readonly cold_chain: boolean
  readonly flown_s: number
  readonly maintenance_after_s: number | null
  readonly updated_at: string
  readonly free_site_id: string | null
  readonly free_at: string | null
  readonly mission_id: string | null
  readonly maintenance_due: boolean
}

/** A day filed under a standing approval. */
export interface StandingDay {
  readonly standing_day_id: string
  /** null: the whole fleet's. */
  readonly standing_approval_id: string | null
  readonly organisation_id: string
  readonly date: string
  readonly flights: number
  /** Slots that plans of the day hold. */
  readonly taken: number
  readonly filed_at: string
  readonly filed_by: string
  readonly filed_late: boolean
  readonly note: string | null
  readonly policy_version: number
}

/** How many flights a firm will take slots for on a day. */
export interface StandingDayBody {
  /** The Beijing day. */
  readonly date: string
  readonly flights: number
  readonly note?: string | null
}

/** Filed days, soonest first. */
export interface StandingDays {
  readonly items: readonly StandingDay[]
  readonly next_cursor: string | null
}

/** What a regulator decides. */
export interface StandingDecisionBody {
  readonly outcome: 'approved' | 'refused' | 'withdrawn'
  readonly reason?: string | null
}

/** The city's indicators; for a firm its own. */
export interface Statistics {
  readonly from_at: string
  readonly to_at: string
  readonly plans: Readonly<Record<string, number>>
  readonly requests: Requests
  readonly deliveries: Deliveries
}

/** How operations fare in a window. */
export interface StatisticsOperations {
  readonly from_at: string
  readonly to_at: string
  readonly flights: StatisticsOperationsFlights
  readonly requests: StatisticsOperationsRequests
  readonly firms: readonly StatisticsOperationsFirm[]
  readonly alerts: StatisticsOperationsAlerts
  readonly separation: StatisticsOperationsSeparation
  readonly airspace: StatisticsOperationsAirspace
  readonly deliveries: Deliveries
}

/** Use of corridors and cells by the newest flights that flew. */
export interface StatisticsOperationsAirspace {
  readonly flights: number
  readonly corridors: readonly CorridorFlights[]
  readonly cell_resolution: number
  readonly cells: readonly CellFlights[]
}

/** Alerts and how long they waited for somebody, and lasted. */
export interface StatisticsOperationsAlerts {
  readonly total: number
  readonly kinds: readonly AlertKindCount[]
  readonly acknowledged: number
  readonly not_acknowledged: number
  readonly median_response_s: number | null
  readonly p90_response_s: number | null
  readonly response_by_severity: readonly AlertResponse[]
  readonly median_duration_s: number | null
}

/** How the requests of one firm fared. */
export interface StatisticsOperationsFirm {
  readonly requested: number
  readonly approved: number
  readonly refused: number
  readonly pending: number
  readonly lapsed: number
  readonly displaced: number
  readonly offers_taken: number
  readonly approved_share: number | null
  readonly mean_delay_s: number | null
  readonly refusals: readonly RefusalCause[]
  readonly organisation_id: string
  readonly name: string
  readonly name_zh: string | null
}

/** Flights over time and how departures kept their time. */
export interface StatisticsOperationsFlights {
  readonly departed: number
  readonly on_time: number
  readonly on_time_share: number | null
  readonly on_time_within_s: number
  readonly median_delay_s: number | null
  readonly p90_delay_s: number | null
  readonly series: readonly FlightBucket[]
}

/** How requests for airspace fared. */
export interface StatisticsOperationsRequests {
  readonly requested: number
  readonly approved: number
  readonly refused: number
  readonly pending: number
  readonly lapsed: number
  readonly displaced: number
  readonly offers_taken: number
  readonly approved_share: number | null
  readonly mean_delay_s: number | null
  readonly refusals: readonly RefusalCause[]
}

/** Predicted losses of separation, the closest first. */
export interface StatisticsOperationsSeparation {
  readonly predicted_losses: number
  readonly closest: readonly Encounter[]
}

/** Every feed. */
export interface SystemFeeds {
  readonly at: string
  readonly mavlink: readonly MavlinkFeed[]
  readonly worst_links: readonly LinkOfVehicle[]
  readonly tracks: readonly TrackFeed[]
  readonly counters: Readonly<Record<string, number>>
}

/** Every dependency, the gravest first. */
export interface SystemHealth {
  readonly at: string
  readonly items: readonly DependencyHealth[]
}

/** A zone for a while. */
export interface TemporaryZone {
  readonly zone_id: string
  readonly category: 'event' | 'urgent'
  readonly emergency_override?: unknown
  readonly starts_at: string
  readonly ends_at: string
  readonly published_at: string
  readonly published_by: string
  readonly action_list_id: string | null
  readonly zone: Feature
}

/** A zone for a while; geometry and heights as of any zone. */
export interface TemporaryZoneBody {
  readonly name: string
  readonly name_zh?: string | null
  readonly zone_id?: string | null
  /** GeoJSON Polygon, MultiPolygon, or Point with radius_m. */
  readonly geometry: Readonly<Record<string, unknown>>
  readonly radius_m?: number | null
  readonly restriction?: 'PROHIBITED' | 'REQ_AUTHORISATION'
  readonly lower_m?: number
  /** Absent: unlimited. */
  readonly upper_m?: number | null
  readonly datum?: 'AGL' | 'AMSL' | 'HAE'
  readonly starts_at: string
  readonly ends_at: string
  /** Which notice holds: 24 h for an event, 30 min for a military or emergency one. */
  readonly category?: 'event' | 'urgent'
  readonly emergency_override?: EmergencyOverride | null
  readonly reason?: string | null
  readonly message?: string | null
  readonly message_zh?: string | null
}

/** What a temporary zone would do. */
export interface TemporaryZonePreview {
  readonly starts_at: string
  readonly ends_at: string
  readonly airborne: number
  readonly filed: number
  readonly orders: readonly OrderKeptUp[]
  readonly items: readonly ActionItem[]
}

/** Temporary zones that have not ended. */
export interface TemporaryZones {
  readonly items: readonly TemporaryZone[]
  readonly next_cursor: string | null
}

/** A step done, or a tick taken back. */
export interface TickBody {
  readonly done?: boolean
  /** When it was done, where that could not be sent then; now when left out. */
  readonly at?: string | null
  readonly note?: string
}

/** An instant as ASTM F3548 writes it. */
export interface Time {
  readonly value: string
  readonly format?: 'RFC3339'
}

/** What happened to a flight, oldest first. */
export interface Timeline {
  readonly plan_id: string
  readonly items: readonly TimelineEvent[]
}

/** Something that happened to a flight. */
export interface TimelineEvent {
  readonly at: string
  readonly kind: string
  readonly what: string
  readonly severity: string | null
  readonly actor: string | null
  readonly detail: string | null
  readonly detail_zh: string | null
  readonly ref: string | null
}

/** A fresh access token. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type?: string
  /** Seconds the token is valid for. */
  readonly expires_in: number
  /** What it was issued for, separated by spaces. */
  readonly scope: string
}

/** An error in the format of RFC 6749, section 5.2. */
export interface TokenError {
  /** invalid_request, invalid_client, unsupported_grant_type or invalid_scope. */
  readonly error: string
  readonly error_description: string
  readonly trace_id?: string | null
}

/** What a flight may deviate and still conform. */
export interface ToleranceBody {
  readonly horizontal_m?: number | null
  readonly vertical_m?: number | null
  readonly time_s?: number | null
}

/** Where the second factor stands. */
export interface TotpAnswer {
  /** off, enrolled (not yet confirmed) or on. */
  readonly state: string
  readonly recovery_codes_left: number
}

/** A flight a zone would touch. */
export interface TouchedFlight {
  readonly plan_id: string
  readonly organisation_id: string
  readonly aircraft_id: string
  readonly state: string
  readonly operation_type: string
  readonly priority: number
  readonly enters_at: string
  readonly leaves_at: string
  readonly action: string
}

/** One source of positions; rate and refusals of those sent over the API alone. */
export interface TrackFeed {
  readonly source: string
  readonly feeder_id: string | null
  readonly feeder: string | null
  readonly feeder_zh: string | null
  readonly tracks: number
  readonly age_s: number | null
  readonly median_age_s: number | null
  readonly rate_hz: number | null
  readonly refused: number | null
  readonly refused_pct: number | null
}

/** Where a track has been. */
export interface TrackHistory {
  readonly track_id: string
  readonly items: readonly Observation[]
  readonly next_cursor: string | null
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
  readonly registration?: string | null
  /** Name of the operating organisation. */
  readonly operator_name?: string | null
  /** Identity of the operating organisation. */
  readonly operator_id?: string | null
  /** Battery remaining, percent. */
  readonly battery_pct?: number | null
  /** Flight mode in normalised words: mission, hold, rtl, land, ... */
  readonly mode?: string | null
  /** Seconds since anything was heard of it when this was encoded. */
  readonly link_age_s?: number | null
  /** Whether the motors may turn. */
  readonly armed?: boolean | null
  /** Whether it stands on the ground, as it says. */
  readonly landed?: boolean | null
  /** Row that names the track in binary frames. */
  readonly row?: number | null
  /** Horizontal distance to the plan, metres. */
  readonly lateral_deviation_m?: number | null
  /** Height above the plan, metres; negative below. */
  readonly vertical_deviation_m?: number | null
  /** Seconds ahead of the plan; negative is late. */
  readonly time_deviation_s?: number | null
}

/** Newest positions; `seq` is where /v1/live goes on. */
export interface TrackPage {
  readonly items: readonly TrackItem[]
  readonly next_cursor: string | null
  readonly seq: number
}

/** A route flown waypoint to waypoint. */
export interface TrajectoryRoute {
  readonly type: 'trajectory'
  /** What lat_deg and lon_deg are given in. */
  readonly crs?: 'WGS84' | 'GCJ02' | 'CGCS2000'
  /** Speed of every leg whose first waypoint names none. */
  readonly cruise_speed_mps: number
  /** At least 2, at most 2000. */
  readonly waypoints: readonly WaypointBody[]
}

/** What is offered: exactly one of aircraft_id, track_id and alert_id. An alert about a flight goes with the flight. */
export interface TransferBody {
  readonly aircraft_id?: string | null
  readonly track_id?: string | null
  readonly alert_id?: string | null
  readonly to_position_id: string
  readonly note?: string
}

/** An offer of a flight or alert from one position to another. */
export interface TransferShown {
  readonly transfer_id: string
  readonly subject_kind: 'flight' | 'alert'
  readonly subject_id: string
  readonly from_position_id: string
  readonly to_position_id: string
  readonly state: 'offered' | 'accepted' | 'declined' | 'withdrawn' | 'timed_out'
  readonly offered_at: string
  readonly offered_name: string
  readonly expires_at: string
  readonly decided_at: string | null
  readonly decided_name: string | null
  readonly note: string
}

/** Transfers. */
export interface TransfersShown {
  readonly items: readonly TransferShown[]
  readonly next_cursor: string | null
}

/** Flights whose position has nobody signed on. */
export interface UnwatchedFlights {
  readonly flights: number
  readonly items: readonly OwnedFlightShown[]
}

/** What the weather says of a flight that departs soon. */
export interface UpcomingGoNoGo {
  readonly outcome: 'go' | 'no_go' | 'unknown'
  readonly causes: readonly WeatherCause[]
  readonly source: string | null
  readonly synthetic: boolean | null
  readonly forecast_id: string | null
  readonly limits_version: number
  readonly plan_id: string
  readonly organisation_id: string
  readonly aircraft_id: string
  readonly departure_at: string
}

/** Flights that depart soon, soonest first. */
export interface UpcomingGoNoGos {
  readonly items: readonly UpcomingGoNoGo[]
  readonly next_cursor: string | null
}

/** Who is signed in. */
export interface UserAnswer {
  readonly user_id: string
  readonly name: string
  readonly role: 'operator' | 'dispatcher' | 'regulator' | 'supplier' | 'admin'
  readonly organisation: OrganisationAnswer
}

/** A person to bring in. */
export interface UserBody {
  readonly name: string
  readonly organisation_id: string
  /** Absent: one is made and shown once. */
  readonly password?: string | null
}

/** What a tool is told of the person who signed in. */
export interface UserInfo {
  readonly sub: string
  readonly name: string
  readonly preferred_username: string
  readonly role: string
  readonly groups: readonly string[]
  readonly organisation_id: string
}

/** An aircraft now; what is not known of it is null. */
export interface VehicleState {
  readonly aircraft_id: string
  readonly registration: string
  readonly organisation_id: string
  readonly manufacturer: string
  readonly model: string
  readonly class: string
  /** The plan it flies. */
  readonly plan_id: string | null
  readonly link_up: boolean | null
  readonly heard_age_s: number | null
  readonly loss_pct: number | null
  readonly position_delay_s: number | null
  readonly battery_pct: number | null
  readonly armed: boolean | null
  readonly landed: boolean | null
  readonly mode: string | null
  readonly carrier_state: string | null
  readonly site_id: string | null
  readonly flown_s: number | null
  readonly maintenance_after_s: number | null
  readonly maintenance_due: boolean | null
}

/** Until when the tokens of a program are void. */
export interface VoidedTokens {
  readonly client_id: string
  readonly issued_until: string
}

/** An area with an altitude band: exactly one of the two outlines. */
export interface Volume3D {
  readonly outline_polygon?: Polygon | null
  readonly outline_circle?: Circle | null
  readonly altitude_lower: Altitude
  readonly altitude_upper: Altitude
}

/** A volume with a time window (ASTM F3548-21). */
export interface Volume4D {
  readonly volume: Volume3D
  readonly time_start: Time
  readonly time_end: Time
}

/** An operation that keeps within volumes. */
export interface VolumesRoute {
  readonly type: 'volumes'
  readonly volumes: readonly Volume4D[]
}

/** Why no report is owed. */
export interface WaiverBody {
  readonly reason: string
}

/** A way a flight in the air could take instead; `plan` is the body of a reroute. */
export interface Way {
  readonly kind: 'rest' | 'around' | 'direct' | 'site'
  readonly site_id: string | null
  readonly detail: string
  readonly detail_zh: string
  readonly arrives_at: string
  readonly length_m: number
  readonly plan: Readonly<Record<string, unknown>>
}

/** A point the flight passes; legs between waypoints are straight and flown at constant speed. */
export interface WaypointBody {
  /** WGS-84 degrees north. */
  readonly lat_deg: number
  /** WGS-84 degrees east. */
  readonly lon_deg: number
  /** Metres in the datum of alt_datum. */
  readonly alt_m: number
  /** AGL: true height above ground; AMSL: above the geoid (EGM96); HAE: above the WGS-84 ellipsoid. */
  readonly alt_datum: 'AGL' | 'AMSL' | 'HAE'
  /** Speed of the leg that starts here, along its 3-D length. */
  readonly speed_mps?: number | null
  /** Seconds hovered here before the leg starts. */
  readonly hold_s?: number | null
  /** Seconds after departure_at; where every waypoint has it, these times hold instead of speeds. */
  readonly t_s?: number | null
}

/** The weather at an instant. */
export interface Weather {
  /** null: the made-up field holds. */
  readonly forecast_id: string | null
  readonly source: string
  /** Whether the values are made up. */
  readonly synthetic: boolean
  readonly issued_at: string
  readonly valid_from: string
  readonly valid_to: string
  readonly steps: number
  readonly cells: number
  readonly at: string
  readonly resolution: number
  readonly quantities: readonly string[]
  readonly items: readonly WeatherItem[]
}

/** The weather of a place, step by step. */
export interface WeatherAt {
  /** null: the made-up field holds. */
  readonly forecast_id: string | null
  readonly source: string
  /** Whether the values are made up. */
  readonly synthetic: boolean
  readonly issued_at: string
  readonly valid_from: string
  readonly valid_to: string
  readonly steps: number
  readonly cells: number
  readonly h3: string
  readonly items: readonly WeatherAtItem[]
}

/** The weather of a place during one step. */
export interface WeatherAtItem {
  readonly wind_mps: number | null
  readonly wind_from_deg: number | null
  readonly gust_mps: number | null
  readonly rain_mm_h: number | null
  readonly visibility_m: number | null
  readonly temperature_c: number | null
  readonly lightning_per_km2_h: number | null
  readonly from: string
  readonly to: string
}

/** The weather now in force over the city. */
export interface WeatherBody {
  /** normal, or a condition that separation rules refer to, such as strong_wind. */
  readonly weather: string
  /** null: not known; absent: as it was. */
  readonly wind?: WindBody | null
}

/** A limit that is broken on the way. */
export interface WeatherCause {
  readonly code?: string | null
  readonly detail: string
  readonly detail_zh: string
  readonly quantity: string
  readonly value: number
  readonly limit: number
  readonly h3_cell: string
  readonly starts_at: string
  readonly ends_at: string
}

/** The weather of a cell. */
export interface WeatherItem {
  readonly wind_mps: number | null
  readonly wind_from_deg: number | null
  readonly gust_mps: number | null
  readonly rain_mm_h: number | null
  readonly visibility_m: number | null
  readonly temperature_c: number | null
  readonly lightning_per_km2_h: number | null
  readonly h3: string
}

/** What aircraft may fly in; the more particular entry holds, field by field. */
export interface WeatherLimit {
  readonly aircraft_class?: string | null
  readonly manufacturer?: string | null
  readonly model?: string | null
  readonly wind_mps?: number | null
  readonly gust_mps?: number | null
  readonly rain_mm_h?: number | null
  readonly visibility_least_m?: number | null
  readonly temperature_least_c?: number | null
  readonly temperature_most_c?: number | null
  readonly lightning_per_km2_h?: number | null
  readonly source?: string | null
}

/** The limits in force. */
export interface WeatherLimitsShown {
  readonly version: number
  readonly decide_before_s: number
  readonly automatic_delay: boolean
  readonly longest_delay_s: number
  readonly limits: readonly WeatherLimit[]
}

/** Where events go, and how that fares. */
export interface Webhook {
  readonly webhook_id: string
  readonly organisation_id: string
  readonly url: string
  readonly topics: readonly string[]
  readonly state: 'unverified' | 'active' | 'off' | 'refused'
  readonly cause: string | null
  readonly version: number
  readonly created_at: string
  readonly verified_at: string | null
  readonly last_delivered_at: string | null
}

/** Where events are to go, and which. */
export interface WebhookBody {
  /** https, a public address (a deployment may allow others). */
  readonly url: string
  /** Absent: every topic. */
  readonly topics?: readonly ('alerts' | 'plans' | 'zones' | 'commands' | 'orders' | 'advisories' | 'contingencies')[] | null
}

/** Deliveries, newest first. */
export interface WebhookDeliveries {
  readonly items: readonly Delivery[]
  readonly next_cursor: string | null
}

/** Changes to a webhook; another URL is verified anew. */
export interface WebhookPatch {
  readonly url?: string | null
  readonly topics?: readonly ('alerts' | 'plans' | 'zones' | 'commands' | 'orders' | 'advisories' | 'contingencies')[] | null
  /** false keeps events waiting, true sends them. */
  readonly active?: boolean | null
}

/** How many events were queued again. */
export interface WebhookReplay {
  readonly webhook_id: string
  readonly queued: number
  /** There are more; ask again from the last one. */
  readonly more: boolean
  readonly oldest_kept_at: string | null
}

/** A webhook with the secret its requests are signed with, shown once. */
export interface WebhookWithSecret {
  readonly webhook_id: string
  readonly organisation_id: string
  readonly url: string
  readonly topics: readonly string[]
  readonly state: 'unverified' | 'active' | 'off' | 'refused'
  readonly cause: string | null
  readonly version: number
  readonly created_at: string
  readonly verified_at: string | null
  readonly last_delivered_at: string | null
  readonly secret: string
}

/** The organisation's webhooks. */
export interface Webhooks {
  readonly items: readonly Webhook[]
  readonly next_cursor: string | null
}

/** The wind flights are planned with. */
export interface WindBody {
  readonly speed_mps: number
  /** Where it comes from, degrees clockwise from true north. */
  readonly from_deg: number
  readonly [more: string]: unknown
}

/** A cause by its code, in both languages. */
export interface Words {
  readonly code?: string | null
  readonly detail: string
  readonly detail_zh: string
}

/** A UAS zone as a GeoJSON Feature. */
export interface ZoneBody {
  readonly type: 'Feature'
  /** Polygon or MultiPolygon [lon, lat], or Point with radius_m. */
  readonly geometry: Readonly<Record<string, unknown>>
  readonly properties: ZoneProperties
}

/** Zones as a GeoJSON FeatureCollection. */
export interface ZoneCollection {
  readonly type: 'FeatureCollection'
  readonly features: readonly ZoneBody[]
}

/** What a zone would do to filed plans, airborne flights and transport orders. */
export interface ZoneImpact {
  readonly filed: readonly TouchedFlight[]
  readonly airborne: readonly TouchedFlight[]
  readonly orders: readonly OrderKeptUp[]
  readonly counts: Readonly<Record<string, number>>
}

/** What came of an import, or with dry_run would come of it. */
export interface ZoneImport {
  readonly dry_run: boolean
  readonly format: string
  readonly valid: number
  readonly zone_ids: readonly string[]
  readonly errors: readonly (Readonly<Record<string, unknown>>)[]
  readonly warnings: readonly (Readonly<Record<string, unknown>>)[]
  readonly zones?: readonly (Readonly<Record<string, unknown>>)[] | null
  readonly impact?: Readonly<Record<string, unknown>> | null
}

/** The ED-269 attributes of a zone. */
export interface ZoneProperties {
  readonly zone_id?: string | null
  readonly name: string
  readonly name_zh?: string | null
  readonly restriction: 'PROHIBITED' | 'REQ_AUTHORISATION' | 'CONDITIONAL' | 'NO_RESTRICTION'
  readonly reason?: string | null
  readonly lower_m: number
  /** null: unlimited. */
  readonly upper_m?: number | null
  readonly datum: 'AGL' | 'AMSL' | 'HAE'
  /** Periods {starts_at, ends_at, weekly: [{days: [MO..SU], from: '08:00', to: '18:00'}]}, weekly times in Beijing time; absent: permanent. */
  readonly applicability?: readonly (Readonly<Record<string, unknown>>)[] | null
  readonly authority?: string | null
  readonly message?: string | null
  readonly message_zh?: string | null
  /** Radius of a circle, whose geometry is a Point. */
  readonly radius_m?: number | null
  readonly [more: string]: unknown
}

/** One change of a zone; `in_force` tells whether it is what holds now. */
export interface ZoneVersion {
  readonly zone_id: string
  readonly version: number
  readonly at: string
  readonly by: string
  readonly withdrawn: boolean
  readonly in_force: boolean
  readonly feature: Readonly<Record<string, unknown>>
}

/** Changes of zones. */
export interface ZoneVersions {
  readonly items: readonly ZoneVersion[]
  readonly next_cursor: string | null
}

/** What each operation takes and answers; `unknown` where the document leaves it open. */
export interface Operations {
  readonly 'GET /.well-known/jwks.json': { readonly body: undefined; readonly answer: Jwks }
  readonly 'GET /.well-known/oauth-authorization-server': { readonly body: undefined; readonly answer: ServerMetadata }
  readonly 'GET /.well-known/openid-configuration': { readonly body: undefined; readonly answer: OpenIdConfiguration }
  readonly 'GET /healthz': { readonly body: undefined; readonly answer: Health }
  readonly 'GET /oauth/authorize': { readonly body: undefined; readonly answer: unknown }
  readonly 'POST /oauth/authorize': { readonly body: unknown; readonly answer: unknown }
  readonly 'POST /oauth/revoke': { readonly body: unknown; readonly answer: unknown }
  readonly 'POST /oauth/token': { readonly body: unknown; readonly answer: TokenAnswer }
  readonly 'GET /oauth/userinfo': { readonly body: undefined; readonly answer: UserInfo }
  readonly 'GET /readyz': { readonly body: undefined; readonly answer: Readiness }
  readonly 'GET /v1/action-lists': { readonly body: undefined; readonly answer: ActionLists }
  readonly 'GET /v1/action-lists/{action_list_id}': { readonly body: undefined; readonly answer: ActionList }
  readonly 'POST /v1/action-lists/{action_list_id}/execute': { readonly body: ExecuteBody; readonly answer: ActionList }
  readonly 'GET /v1/advisories': { readonly body: undefined; readonly answer: Advisories }
  readonly 'POST /v1/advisories/{advisory_id}/acknowledge': { readonly body: undefined; readonly answer: Advisory }
  readonly 'GET /v1/aircraft': { readonly body: undefined; readonly answer: AircraftList }
  readonly 'POST /v1/aircraft': { readonly body: AircraftBody; readonly answer: AircraftAnswer }
  readonly 'GET /v1/aircraft/{aircraft_id}': { readonly body: undefined; readonly answer: AircraftAnswer }
  readonly 'PATCH /v1/aircraft/{aircraft_id}': { readonly body: AircraftPatch; readonly answer: AircraftAnswer }
  readonly 'DELETE /v1/aircraft/{aircraft_id}': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/aircraft/{aircraft_id}/commands': { readonly body: CommandBody; readonly answer: CommandCheck | Command }
  readonly 'POST /v1/aircraft/{aircraft_id}/commands/check': { readonly body: CommandBody; readonly answer: CommandCheck }
  readonly 'GET /v1/aircraft/{aircraft_id}/link': { readonly body: undefined; readonly answer: LinkReport }
  readonly 'GET /v1/aircraft/{aircraft_id}/reroutes': { readonly body: undefined; readonly answer: Reroutes }
  readonly 'GET /v1/airspace/at': { readonly body: undefined; readonly answer: AirspaceAt }
  readonly 'GET /v1/airspace/cells': { readonly body: undefined; readonly answer: CellLoads }
  readonly 'GET /v1/airspace/grid': { readonly body: undefined; readonly answer: Grid }
  readonly 'GET /v1/alerts': { readonly body: undefined; readonly answer: AlertPage }
  readonly 'GET /v1/alerts/{alert_id}': { readonly body: undefined; readonly answer: AlertWithSteps }
  readonly 'POST /v1/alerts/{alert_id}/acknowledge': { readonly body: AlertStepBody; readonly answer: AlertItem }
  readonly 'POST /v1/alerts/{alert_id}/resolve': { readonly body: AlertStepBody; readonly answer: AlertItem }
  readonly 'POST /v1/alerts/{alert_id}/shelve': { readonly body: ShelveBody; readonly answer: AlertItem }
  readonly 'POST /v1/alerts/{alert_id}/unshelve': { readonly body: AlertStepBody; readonly answer: AlertItem }
  readonly 'GET /v1/applications': { readonly body: undefined; readonly answer: ApplicationPage }
  readonly 'POST /v1/applications': { readonly body: ApplicationBody; readonly answer: NewApplication }
  readonly 'GET /v1/applications/{application_id}': { readonly body: undefined; readonly answer: ApplicationDetail }
  readonly 'POST /v1/applications/{application_id}/approve': { readonly body: ApprovalBody; readonly answer: ApplicationDetail }
  readonly 'POST /v1/applications/{application_id}/refuse': { readonly body: RefusalBody; readonly answer: ApplicationDetail }
  readonly 'POST /v1/applications/{application_id}/secret': { readonly body: undefined; readonly answer: CollectedSecret }
  readonly 'GET /v1/applications/{application_id}/status': { readonly body: undefined; readonly answer: Application }
  readonly 'GET /v1/approvals': { readonly body: undefined; readonly answer: Approvals }
  readonly 'GET /v1/approvals/{approval_id}': { readonly body: undefined; readonly answer: ApprovalDetail }
  readonly 'POST /v1/approvals/{approval_id}/decision': { readonly body: ApprovalDecisionBody; readonly answer: ApprovalDetail }
  readonly 'GET /v1/batteries': { readonly body: undefined; readonly answer: Batteries }
  readonly 'POST /v1/batteries': { readonly body: BatteryBody; readonly answer: Battery }
  readonly 'PATCH /v1/batteries/{battery_id}': { readonly body: BatteryPatch; readonly answer: Battery }
  readonly 'GET /v1/carriers': { readonly body: undefined; readonly answer: Carriers }
  readonly 'GET /v1/carriers/{aircraft_id}': { readonly body: undefined; readonly answer: StandingCarrier }
  readonly 'PUT /v1/carriers/{aircraft_id}': { readonly body: CarrierBody; readonly answer: Carrier }
  readonly 'GET /v1/checklists': { readonly body: undefined; readonly answer: Checklists }
  readonly 'POST /v1/checklists': { readonly body: ChecklistBody; readonly answer: Checklist }
  readonly 'GET /v1/checklists/current': { readonly body: undefined; readonly answer: ChecklistsNow }
  readonly 'POST /v1/checklists/{checklist_id}/close': { readonly body: ChecklistCloseBody; readonly answer: Checklist }
  readonly 'POST /v1/checklists/{checklist_id}/steps/{step}': { readonly body: TickBody; readonly answer: Checklist }
  readonly 'GET /v1/clients': { readonly body: undefined; readonly answer: Clients }
  readonly 'POST /v1/clients': { readonly body: ClientBody; readonly answer: NewClient }
  readonly 'GET /v1/clients/{client_id}': { readonly body: undefined; readonly answer: Client }
  readonly 'DELETE /v1/clients/{client_id}': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/clients/{client_id}/credentials': { readonly body: CredentialBody; readonly answer: NewCredential }
  readonly 'DELETE /v1/clients/{client_id}/credentials/{credential_id}': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/clients/{client_id}/revoke-tokens': { readonly body: RevocationBody; readonly answer: VoidedTokens }
  readonly 'GET /v1/commands': { readonly body: undefined; readonly answer: Commands }
  readonly 'POST /v1/commands/mass': { readonly body: MassBody; readonly answer: CommandCheck | MassAnswer }
  readonly 'GET /v1/commands/{command_id}': { readonly body: undefined; readonly answer: Command }
  readonly 'GET /v1/contingencies': { readonly body: undefined; readonly answer: Contingencies }
  readonly 'GET /v1/contingencies/{contingency_id}': { readonly body: undefined; readonly answer: Contingency }
  readonly 'POST /v1/contingencies/{contingency_id}/accept': { readonly body: OwnedStepBody; readonly answer: Contingency }
  readonly 'POST /v1/contingencies/{contingency_id}/dismiss': { readonly body: OwnedStepBody; readonly answer: Contingency }
  readonly 'GET /v1/corridors': { readonly body: undefined; readonly answer: NetworkFeatures }
  readonly 'PUT /v1/corridors/{corridor_id}': { readonly body: FeatureBody; readonly answer: PublishedFeature }
  readonly 'DELETE /v1/corridors/{corridor_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/crews': { readonly body: undefined; readonly answer: Crews }
  readonly 'POST /v1/crews': { readonly body: CrewBody; readonly answer: Crew }
  readonly 'PATCH /v1/crews/{crew_id}': { readonly body: CrewPatch; readonly answer: Crew }
  readonly 'GET /v1/demo/faults': { readonly body: undefined; readonly answer: DemoFaults }
  readonly 'POST /v1/demo/faults': { readonly body: DemoFaultBody; readonly answer: DemoFault }
  readonly 'DELETE /v1/demo/faults': { readonly body: undefined; readonly answer: DemoFaultsGone }
  readonly 'GET /v1/duty/contacts': { readonly body: undefined; readonly answer: DutyContacts }
  readonly 'POST /v1/duty/contacts': { readonly body: DutyContactBody; readonly answer: NewDutyContact }
  readonly 'GET /v1/duty/contacts/{contact_id}': { readonly body: undefined; readonly answer: DutyContactShown }
  readonly 'PATCH /v1/duty/contacts/{contact_id}': { readonly body: DutyContactPatch; readonly answer: DutyContactShown }
  readonly 'DELETE /v1/duty/contacts/{contact_id}': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/duty/contacts/{contact_id}/test': { readonly body: undefined; readonly answer: DutyMessage }
  readonly 'GET /v1/duty/messages': { readonly body: undefined; readonly answer: DutyMessages }
  readonly 'POST /v1/duty/messages/{message_id}/retry': { readonly body: undefined; readonly answer: DutyMessage }
  readonly 'GET /v1/duty/now': { readonly body: undefined; readonly answer: DutyContacts }
  readonly 'GET /v1/event-reports': { readonly body: undefined; readonly answer: EventReports }
  readonly 'GET /v1/event-reports/{report_id}': { readonly body: undefined; readonly answer: EventReport }
  readonly 'POST /v1/event-reports/{report_id}/file': { readonly body: EventReportBody; readonly answer: EventReport }
  readonly 'POST /v1/event-reports/{report_id}/waive': { readonly body: WaiverBody; readonly answer: EventReport }
  readonly 'GET /v1/events': { readonly body: undefined; readonly answer: Events }
  readonly 'GET /v1/fleet/state': { readonly body: undefined; readonly answer: FleetState }
  readonly 'GET /v1/flight-plans': { readonly body: undefined; readonly answer: FlightPlanPage }
  readonly 'POST /v1/flight-plans': { readonly body: FlightPlanBody; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/batch': { readonly body: BatchBody; readonly answer: BatchAnswer }
  readonly 'POST /v1/flight-plans/check': { readonly body: FlightPlanBody; readonly answer: CheckedPlan }
  readonly 'POST /v1/flight-plans/import': { readonly body: unknown; readonly answer: ImportedPlan }
  readonly 'GET /v1/flight-plans/{plan_id}': { readonly body: undefined; readonly answer: FlightPlanAnswer }
  readonly 'PUT /v1/flight-plans/{plan_id}': { readonly body: FlightPlanBody; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/activate': { readonly body: undefined; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/alternative': { readonly body: AlternativeBody; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/alternative/check': { readonly body: AlternativeBody; readonly answer: AlternativeAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/cancel': { readonly body: undefined; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/confirm': { readonly body: undefined; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/contingency': { readonly body: ContingencyDeclaration; readonly answer: Contingency }
  readonly 'POST /v1/flight-plans/{plan_id}/decision': { readonly body: DecisionBody; readonly answer: FlightPlanAnswer }
  readonly 'POST /v1/flight-plans/{plan_id}/end': { readonly body: OwnedStepBody; readonly answer: FlightPlanAnswer }
  readonly 'GET /v1/flight-plans/{plan_id}/export': { readonly body: undefined; readonly answer: Readonly<Record<string, unknown>> }
  readonly 'GET /v1/flight-plans/{plan_id}/go-no-go': { readonly body: undefined; readonly answer: PlanGoNoGo }
  readonly 'POST /v1/flight-plans/{plan_id}/offers/{index}/hold': { readonly body: undefined; readonly answer: HeldOfferAnswer }
  readonly 'GET /v1/flight-plans/{plan_id}/profile': { readonly body: undefined; readonly answer: Profile }
  readonly 'GET /v1/flight-plans/{plan_id}/record': { readonly body: undefined; readonly answer: FlightRecord }
  readonly 'POST /v1/flight-plans/{plan_id}/release': { readonly body: undefined; readonly answer: FlightPlanAnswer }
  readonly 'GET /v1/flight-plans/{plan_id}/results': { readonly body: undefined; readonly answer: FlightResults }
  readonly 'POST /v1/flight-plans/{plan_id}/results': { readonly body: ResultBody; readonly answer: FlightResult }
  readonly 'DELETE /v1/flight-plans/{plan_id}/results/{result_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/flight-plans/{plan_id}/timeline': { readonly body: undefined; readonly answer: Timeline }
  readonly 'GET /v1/ground-risk/rules': { readonly body: undefined; readonly answer: GroundRulesShown }
  readonly 'PUT /v1/ground-risk/rules': { readonly body: GroundRulesBody; readonly answer: GroundRulesShown }
  readonly 'GET /v1/ground-stops': { readonly body: undefined; readonly answer: GroundStops }
  readonly 'POST /v1/ground-stops': { readonly body: GroundStopBody; readonly answer: GroundStop }
  readonly 'DELETE /v1/ground-stops/{ground_stop_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/handovers': { readonly body: undefined; readonly answer: ShiftLogs }
  readonly 'POST /v1/handovers': { readonly body: undefined; readonly answer: ShiftLog }
  readonly 'GET /v1/handovers/current': { readonly body: undefined; readonly answer: RunningShift }
  readonly 'GET /v1/handovers/{handover_id}': { readonly body: undefined; readonly answer: ShiftLog }
  readonly 'POST /v1/handovers/{handover_id}/entries': { readonly body: EntryBody; readonly answer: ShiftLog }
  readonly 'POST /v1/handovers/{handover_id}/sign-in': { readonly body: HandoverSignBody; readonly answer: ShiftLog }
  readonly 'POST /v1/handovers/{handover_id}/sign-out': { readonly body: SignOutBody; readonly answer: ShiftLog }
  readonly 'POST /v1/identification/packets': { readonly body: { readonly packets: readonly string[] }; readonly answer: PacketsAnswer }
  readonly 'GET /v1/incidents': { readonly body: undefined; readonly answer: Incidents }
  readonly 'POST /v1/incidents': { readonly body: IncidentBody; readonly answer: Incident }
  readonly 'GET /v1/incidents/{incident_id}': { readonly body: undefined; readonly answer: Incident }
  readonly 'GET /v1/incidents/{incident_id}/bundle': { readonly body: undefined; readonly answer: unknown }
  readonly 'POST /v1/inspections': { readonly body: InspectionBody; readonly answer: DesignInspection }
  readonly 'GET /v1/missions': { readonly body: undefined; readonly answer: Missions }
  readonly 'POST /v1/missions': { readonly body: MissionBody; readonly answer: MissionWithPlan }
  readonly 'GET /v1/missions/{mission_id}': { readonly body: undefined; readonly answer: MissionWithPlan }
  readonly 'POST /v1/missions/{mission_id}/cancel': { readonly body: undefined; readonly answer: Mission }
  readonly 'POST /v1/missions/{mission_id}/confirm': { readonly body: undefined; readonly answer: Mission }
  readonly 'GET /v1/network/export': { readonly body: undefined; readonly answer: Readonly<Record<string, unknown>> }
  readonly 'POST /v1/network/import': { readonly body: NetworkBody; readonly answer: NetworkImport }
  readonly 'GET /v1/operators': { readonly body: undefined; readonly answer: OperatorList }
  readonly 'GET /v1/operators/{organisation_id}': { readonly body: undefined; readonly answer: OperatorAnswer }
  readonly 'GET /v1/operators/{organisation_id}/contact': { readonly body: undefined; readonly answer: Contact }
  readonly 'PUT /v1/operators/{organisation_id}/contact': { readonly body: ContactBody; readonly answer: Contact }
  readonly 'GET /v1/orders': { readonly body: undefined; readonly answer: Orders }
  readonly 'POST /v1/orders': { readonly body: OrderBody; readonly answer: OrderStory }
  readonly 'POST /v1/orders/dispatch': { readonly body: undefined; readonly answer: DispatchReport }
  readonly 'GET /v1/orders/{order_id}': { readonly body: undefined; readonly answer: OrderStory }
  readonly 'POST /v1/orders/{order_id}/cancel': { readonly body: undefined; readonly answer: Order }
  readonly 'POST /v1/orders/{order_id}/reassign': { readonly body: ReassignBody; readonly answer: Order }
  readonly 'POST /v1/orders/{order_id}/release': { readonly body: undefined; readonly answer: Order }
  readonly 'POST /v1/orders/{order_id}/retry': { readonly body: undefined; readonly answer: Order }
  readonly 'GET /v1/organisations': { readonly body: undefined; readonly answer: OrganisationsShown }
  readonly 'POST /v1/organisations': { readonly body: OrganisationBody; readonly answer: OrganisationShown }
  readonly 'GET /v1/policy': { readonly body: undefined; readonly answer: PolicyAnswer }
  readonly 'PUT /v1/policy': { readonly body: PolicyBody; readonly answer: PolicyAnswer }
  readonly 'POST /v1/policy/impact': { readonly body: PolicyBody; readonly answer: ImpactAnswer }
  readonly 'GET /v1/policy/presets/order_761': { readonly body: undefined; readonly answer: PolicyPresetOrder761 }
  readonly 'GET /v1/policy/versions': { readonly body: undefined; readonly answer: PolicyVersions }
  readonly 'PUT /v1/policy/weather': { readonly body: WeatherBody; readonly answer: PolicyAnswer }
  readonly 'GET /v1/population': { readonly body: undefined; readonly answer: Population }
  readonly 'GET /v1/population/grids': { readonly body: undefined; readonly answer: PopulationGrids }
  readonly 'POST /v1/population/grids': { readonly body: string; readonly answer: PopulationCheck | ImportedPopulation }
  readonly 'DELETE /v1/population/grids/{grid_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/positions': { readonly body: undefined; readonly answer: PositionsShown }
  readonly 'POST /v1/positions': { readonly body: PositionBody; readonly answer: PositionShown }
  readonly 'POST /v1/positions/sign-off': { readonly body: undefined; readonly answer: null }
  readonly 'PUT /v1/positions/{position_id}': { readonly body: PositionBody; readonly answer: PositionShown }
  readonly 'DELETE /v1/positions/{position_id}': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/positions/{position_id}/sign-on': { readonly body: undefined; readonly answer: PositionShown }
  readonly 'GET /v1/quotas/own': { readonly body: undefined; readonly answer: Quotas }
  readonly 'GET /v1/quotas/{organisation_id}': { readonly body: undefined; readonly answer: Quotas }
  readonly 'PUT /v1/quotas/{organisation_id}': { readonly body: QuotaBody; readonly answer: Quotas }
  readonly 'GET /v1/relying-parties': { readonly body: undefined; readonly answer: RelyingParties }
  readonly 'POST /v1/relying-parties': { readonly body: RelyingPartyBody; readonly answer: NewRelyingParty }
  readonly 'DELETE /v1/relying-parties/{client_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/replay': { readonly body: undefined; readonly answer: unknown }
  readonly 'GET /v1/replay/distance': { readonly body: undefined; readonly answer: ReplayDistance }
  readonly 'GET /v1/replay/range': { readonly body: undefined; readonly answer: ReplayRange }
  readonly 'GET /v1/routes': { readonly body: undefined; readonly answer: PublishedRoutes | Readonly<Record<string, unknown>> | readonly unknown[] }
  readonly 'POST /v1/routes': { readonly body: RouteBody; readonly answer: Routes }
  readonly 'GET /v1/sandboxes': { readonly body: undefined; readonly answer: Sandboxes }
  readonly 'POST /v1/sandboxes': { readonly body: SandboxBody; readonly answer: NewSandbox }
  readonly 'DELETE /v1/sandboxes/{organisation_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/sectors': { readonly body: undefined; readonly answer: SectorLayout }
  readonly 'PUT /v1/sectors': { readonly body: SectorLayoutBody; readonly answer: SectorLayout }
  readonly 'POST /v1/sectors/assignments': { readonly body: AssignmentsBody; readonly answer: SectorLayout }
  readonly 'GET /v1/sectors/board': { readonly body: undefined; readonly answer: SectorBoard }
  readonly 'GET /v1/sectors/owner': { readonly body: undefined; readonly answer: FlightOwner }
  readonly 'GET /v1/sectors/versions': { readonly body: undefined; readonly answer: SectorLayouts }
  readonly 'GET /v1/sectors/versions/{version}': { readonly body: undefined; readonly answer: SectorLayout }
  readonly 'GET /v1/session': { readonly body: undefined; readonly answer: SessionAnswer }
  readonly 'POST /v1/session': { readonly body: SignInBody; readonly answer: SessionAnswer }
  readonly 'DELETE /v1/session': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/session/demo': { readonly body: DemoSignInBody; readonly answer: SessionAnswer }
  readonly 'GET /v1/session/demo-users': { readonly body: undefined; readonly answer: DemoUsersAnswer }
  readonly 'GET /v1/session/oidc': { readonly body: undefined; readonly answer: unknown }
  readonly 'GET /v1/session/oidc/callback': { readonly body: undefined; readonly answer: unknown }
  readonly 'PUT /v1/session/password': { readonly body: PasswordChangeBody; readonly answer: null }
  readonly 'GET /v1/session/providers': { readonly body: undefined; readonly answer: ProvidersAnswer }
  readonly 'GET /v1/session/totp': { readonly body: undefined; readonly answer: TotpAnswer }
  readonly 'POST /v1/session/totp': { readonly body: EnrolBody; readonly answer: EnrolAnswer }
  readonly 'DELETE /v1/session/totp': { readonly body: RemovalBody; readonly answer: null }
  readonly 'POST /v1/session/totp/confirm': { readonly body: CodeBody; readonly answer: ConfirmAnswer }
  readonly 'GET /v1/signing-keys': { readonly body: undefined; readonly answer: SigningKeys }
  readonly 'POST /v1/signing-keys': { readonly body: RotationBody; readonly answer: SigningKeys }
  readonly 'DELETE /v1/signing-keys/{kid}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/sites': { readonly body: undefined; readonly answer: NetworkFeatures }
  readonly 'GET /v1/sites/{site_id}': { readonly body: undefined; readonly answer: NetworkFeature }
  readonly 'PUT /v1/sites/{site_id}': { readonly body: FeatureBody; readonly answer: PublishedFeature }
  readonly 'DELETE /v1/sites/{site_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/sites/{site_id}/slots': { readonly body: undefined; readonly answer: Slots }
  readonly 'GET /v1/standing-approvals': { readonly body: undefined; readonly answer: StandingApprovals }
  readonly 'POST /v1/standing-approvals': { readonly body: StandingApprovalBody; readonly answer: StandingApproval }
  readonly 'GET /v1/standing-approvals/{standing_approval_id}': { readonly body: undefined; readonly answer: StandingApproval }
  readonly 'GET /v1/standing-approvals/{standing_approval_id}/days': { readonly body: undefined; readonly answer: StandingDays }
  readonly 'POST /v1/standing-approvals/{standing_approval_id}/days': { readonly body: StandingDayBody; readonly answer: StandingDay }
  readonly 'POST /v1/standing-approvals/{standing_approval_id}/decision': { readonly body: StandingDecisionBody; readonly answer: StandingApproval }
  readonly 'GET /v1/statistics': { readonly body: undefined; readonly answer: Statistics }
  readonly 'GET /v1/statistics/fairness': { readonly body: undefined; readonly answer: FairnessAnswer }
  readonly 'GET /v1/statistics/logistics': { readonly body: undefined; readonly answer: LogisticsStatistics }
  readonly 'GET /v1/statistics/noise': { readonly body: undefined; readonly answer: NoiseExposure }
  readonly 'GET /v1/statistics/operations': { readonly body: undefined; readonly answer: StatisticsOperations }
  readonly 'GET /v1/statistics/report': { readonly body: undefined; readonly answer: StatisticsOperations }
  readonly 'GET /v1/system/feeds': { readonly body: undefined; readonly answer: SystemFeeds }
  readonly 'GET /v1/system/health': { readonly body: undefined; readonly answer: SystemHealth }
  readonly 'GET /v1/temporary-zones': { readonly body: undefined; readonly answer: TemporaryZones }
  readonly 'POST /v1/temporary-zones': { readonly body: TemporaryZoneBody; readonly answer: TemporaryZonePreview | PublishedTemporaryZone }
  readonly 'DELETE /v1/temporary-zones/{zone_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/tracks': { readonly body: undefined; readonly answer: TrackPage }
  readonly 'POST /v1/tracks': { readonly body: { readonly items: readonly ({ readonly track_id?: string | null; readonly aircraft_id?: string | null; readonly source?: string | null; readonly lat_deg: number; readonly lon_deg: number; readonly alt_hae_m?: number | null; readonly alt_amsl_m?: number | null; readonly alt_agl_m?: number | null; readonly vel_east_mps?: number | null; readonly vel_north_mps?: number | null; readonly vel_up_mps?: number | null; readonly heading_deg?: number | null; readonly observed_at: string; readonly battery_pct?: number | null; readonly landed?: boolean | null; readonly plan_id?: string | null; readonly state?: string | null; readonly received_at?: string | null })[] }; readonly answer: IngestAnswer }
  readonly 'GET /v1/tracks/{track_id}/history': { readonly body: undefined; readonly answer: TrackHistory }
  readonly 'GET /v1/transfers': { readonly body: undefined; readonly answer: TransfersShown }
  readonly 'POST /v1/transfers': { readonly body: TransferBody; readonly answer: TransferShown }
  readonly 'POST /v1/transfers/{transfer_id}/accept': { readonly body: undefined; readonly answer: TransferShown }
  readonly 'POST /v1/transfers/{transfer_id}/decline': { readonly body: undefined; readonly answer: TransferShown }
  readonly 'POST /v1/transfers/{transfer_id}/withdraw': { readonly body: undefined; readonly answer: TransferShown }
  readonly 'GET /v1/users': { readonly body: undefined; readonly answer: People }
  readonly 'POST /v1/users': { readonly body: UserBody; readonly answer: NewPerson }
  readonly 'DELETE /v1/users/{user_id}': { readonly body: undefined; readonly answer: null }
  readonly 'POST /v1/users/{user_id}/password': { readonly body: PasswordBody; readonly answer: NewPassword }
  readonly 'DELETE /v1/users/{user_id}/totp': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/weather': { readonly body: undefined; readonly answer: Weather }
  readonly 'GET /v1/weather/at': { readonly body: undefined; readonly answer: WeatherAt }
  readonly 'GET /v1/weather/forecasts': { readonly body: undefined; readonly answer: Forecasts }
  readonly 'POST /v1/weather/forecasts': { readonly body: string; readonly answer: ForecastCheck | ImportedForecast }
  readonly 'DELETE /v1/weather/forecasts/{forecast_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/weather/go-no-go': { readonly body: undefined; readonly answer: UpcomingGoNoGos }
  readonly 'GET /v1/weather/limits': { readonly body: undefined; readonly answer: WeatherLimitsShown }
  readonly 'PUT /v1/weather/limits': { readonly body: LimitsBody; readonly answer: WeatherLimitsShown }
  readonly 'GET /v1/webhooks': { readonly body: undefined; readonly answer: Webhooks }
  readonly 'POST /v1/webhooks': { readonly body: WebhookBody; readonly answer: WebhookWithSecret }
  readonly 'GET /v1/webhooks/{webhook_id}': { readonly body: undefined; readonly answer: Webhook }
  readonly 'PATCH /v1/webhooks/{webhook_id}': { readonly body: WebhookPatch; readonly answer: Webhook }
  readonly 'DELETE /v1/webhooks/{webhook_id}': { readonly body: undefined; readonly answer: null }
  readonly 'GET /v1/webhooks/{webhook_id}/deliveries': { readonly body: undefined; readonly answer: WebhookDeliveries }
  readonly 'POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry': { readonly body: undefined; readonly answer: Delivery }
  readonly 'POST /v1/webhooks/{webhook_id}/replay': { readonly body: ReplayBody; readonly answer: WebhookReplay }
  readonly 'POST /v1/webhooks/{webhook_id}/rotate': { readonly body: undefined; readonly answer: WebhookWithSecret }
  readonly 'GET /v1/zone-versions': { readonly body: undefined; readonly answer: ZoneVersions }
  readonly 'GET /v1/zones': { readonly body: undefined; readonly answer: ZoneCollection | Readonly<Record<string, unknown>> | readonly unknown[] }
  readonly 'POST /v1/zones': { readonly body: ZoneBody; readonly answer: ZoneBody }
  readonly 'GET /v1/zones/export': { readonly body: undefined; readonly answer: Readonly<Record<string, unknown>> }
  readonly 'POST /v1/zones/impact': { readonly body: ZoneBody; readonly answer: ZoneImpact }
  readonly 'POST /v1/zones/import': { readonly body: ZoneCollection; readonly answer: ZoneImport }
  readonly 'GET /v1/zones/{zone_id}': { readonly body: undefined; readonly answer: ZoneBody }
  readonly 'PUT /v1/zones/{zone_id}': { readonly body: ZoneBody; readonly answer: ZoneBody }
  readonly 'DELETE /v1/zones/{zone_id}': { readonly body: undefined; readonly answer: null }
}
