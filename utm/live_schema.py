"""The live feed's one schema: every message of `/v1/live`, each field with its unit and datum.

`json_schema()` is what the console's TypeScript types are generated from; binary frames are in `utm.live_frames`;
`docs/live.md` tells the protocol's story. Altitudes name their datum, instants are RFC 3339 in UTC, unknown is null.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from utm.live_sector_items import SectorItem

Topic = Literal["tracks", "alerts", "plans", "zones", "commands", "orders", "advisories", "contingencies", "sectors"]
TOPICS: Final[tuple[Topic, ...]] = (
    "tracks", "alerts", "plans", "zones", "commands", "orders", "advisories", "contingencies", "sectors",
)  # fmt: skip
Encoding = Literal["json", "binary"]
Kind = Literal["snapshot", "increment"]
State = Literal["conforming", "nonconforming", "contingent", "lost", "unplanned", "unknown"]
STATES: Final[tuple[State, ...]] = ("conforming", "nonconforming", "contingent", "lost", "unplanned", "unknown")
"""Names of the state codes 0-5 of the binary format (`airspace.tracks.TrackState`)."""

Text = str | None
Number = float | None


# ----------------------------------------------------------------------------------------------------------- items


class TrackItem(msgspec.Struct, frozen=True):
    """One aircraft in the air or on the ground, as last seen by one source."""

    track_id: Annotated[str, Meta(description="Identity of the track; a new one when a silent aircraft returns.")]
    aircraft_id: Annotated[Text, Meta(description="Registered aircraft, null where it is not registered.")]
    plan_id: Annotated[Text, Meta(description="Activated flight plan, null without one.")]
    source: Annotated[str, Meta(description="mavlink, or what the supplier or operator called its source.")]
    lat_deg: Annotated[float, Meta(description="Latitude, WGS-84, degrees.")]
    lon_deg: Annotated[float, Meta(description="Longitude, WGS-84, degrees.")]
    alt_hae_m: Annotated[Number, Meta(description="Height above the WGS-84 ellipsoid, metres.")]
    alt_amsl_m: Annotated[Number, Meta(description="Height above the geoid (mean sea level), metres.")]
    alt_agl_m: Annotated[Number, Meta(description="True height above ground, metres; null without a terrain model.")]
    vel_east_mps: Annotated[Number, Meta(description="Ground velocity to the east, metres per second.")]
    vel_north_mps: Annotated[Number, Meta(description="Ground velocity to the north, metres per second.")]
    vel_up_mps: Annotated[Number, Meta(description="Climb rate, metres per second, up positive.")]
    heading_deg: Annotated[Number, Meta(description="Where the nose points, degrees clockwise from true north.")]
    state: Annotated[State, Meta(description="How the flight does against its plan.")]
    observed_at: Annotated[datetime, Meta(description="When the position was true, by the mapped clock of its source.")]
    received_at: Annotated[datetime, Meta(description="When this server received the position.")]
    registration: Annotated[Text, Meta(description="Registration mark of the aircraft.")] = None
    operator_name: Annotated[Text, Meta(description="Name of the operating organisation.")] = None
    operator_id: Annotated[Text, Meta(description="Identity of the operating organisation.")] = None
    battery_pct: Annotated[Number, Meta(description="Battery remaining, percent.")] = None
    mode: Annotated[Text, Meta(description="Flight mode in normalised words: mission, hold, rtl, land, ...")] = None
    link_age_s: Annotated[Number, Meta(description="Seconds since anything was heard of it when this was encoded.")] = (
        None
    )
    armed: Annotated[bool | None, Meta(description="Whether the motors may turn.")] = None
    landed: Annotated[bool | None, Meta(description="Whether it stands on the ground, as it says.")] = None
    row: Annotated[int | None, Meta(description="Row that names the track in binary frames.")] = None
    lateral_deviation_m: Annotated[Number, Meta(description="Horizontal distance to the plan, metres.")] = None
    vertical_deviation_m: Annotated[Number, Meta(description="Height above the plan, metres; negative below.")] = None
    time_deviation_s: Annotated[Number, Meta(description="Seconds ahead of the plan; negative is late.")] = None


class IndexItem(msgspec.Struct, frozen=True):
    """Who a row of the binary frames is; sent before the first frame that uses the row and whenever it changes."""

    row: Annotated[int, Meta(description="Row number of the binary frames.")]
    track_id: str
    aircraft_id: Text
    plan_id: Text
    registration: Text
    operator_name: Text
    source: str
    operator_id: Text = None


class AlertItem(msgspec.Struct, frozen=True):
    """Something a dispatcher must know: cause, consequence, action."""

    alert_id: str
    kind: Annotated[str, Meta(description="Stable snake_case code of the cause, such as nonconforming or link_lost.")]
    severity: Literal["advisory", "caution", "warning", "emergency"]
    status: Literal["raised", "escalated", "acknowledged", "shelved", "resolved"]
    raised_at: datetime
    detail: Annotated[str, Meta(description="English text: cause, consequence, action.")]
    detail_zh: Annotated[str, Meta(description="The same in Chinese.")]
    updated_at: datetime | None = None
    track_id: Text = None
    aircraft_id: Text = None
    plan_id: Text = None
    zone_id: Text = None
    lat_deg: Annotated[Number, Meta(description="Where, WGS-84, degrees.")] = None
    lon_deg: Annotated[Number, Meta(description="Where, WGS-84, degrees.")] = None
    acknowledged_by: Text = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    rank: Annotated[
        int | None, Meta(description="Order of attention, smallest first (ISA-18.2 priority, then time).")
    ] = None
    group_id: Annotated[Text, Meta(description="The alert that is the common cause; its own id for the cause.")] = None
    event_at: Annotated[datetime | None, Meta(description="When what it warns of happens; null when unknown.")] = None
    time_to_event_s: Annotated[Number, Meta(description="Seconds from updated_at to event_at; 0: it has happened.")] = (
        None
    )
    cause: Annotated[Text, Meta(description="English: what was found.")] = None
    cause_zh: Text = None
    consequence: Annotated[Text, Meta(description="English: what it may lead to.")] = None
    consequence_zh: Text = None
    action: Annotated[Text, Meta(description="Stable code of the recommended action, such as resolve_conflict.")] = None
    action_text: Annotated[Text, Meta(description="English: what to do.")] = None
    action_text_zh: Text = None
    other_track_id: Annotated[
        Text, Meta(description="The other track of a pair; null for firms when it is foreign.")
    ] = None
    cpa_lat_deg: Annotated[Number, Meta(description="Closest approach, half-way between the two, WGS-84.")] = None
    cpa_lon_deg: Annotated[Number, Meta(description="Closest approach, half-way between the two, WGS-84.")] = None
    cpa_at: Annotated[datetime | None, Meta(description="When the two are closest.")] = None
    horizontal_m: Annotated[Number, Meta(description="Horizontal distance at the closest approach, metres.")] = None
    vertical_m: Annotated[Number, Meta(description="Height of the other over the track there, metres.")] = None
    bbox: Annotated[
        tuple[float, float, float, float] | None,
        Meta(description="Area concerned: min_lon, min_lat, max_lon, max_lat, WGS-84 degrees."),
    ] = None
    operator_id: Annotated[Text, Meta(description="Who operates the aircraft.")] = None
    escalated_at: datetime | None = None
    acknowledged_initials: Text = None
    shelved_until: datetime | None = None
    resolved_by: Annotated[Text, Meta(description="Who resolved it; null when its cause ceased.")] = None


class PlanItem(msgspec.Struct, frozen=True):
    """A flight plan in short; the whole one is at /v1/flight-plans/{plan_id}."""

    plan_id: str
    state: str
    version: int
    aircraft_id: Text
    operator_id: Text
    departure_at: datetime | None
    ends_at: datetime | None
    path: Annotated[
        list[tuple[float, float, float, float]] | None,
        Meta(description="Points [lon_deg, lat_deg, alt_hae_m, seconds after departure_at], WGS-84."),
    ] = None
    origin_site_id: Text = None
    destination_site_id: Text = None
    priority: int | None = None
    operation_type: Text = None


class ZoneItem(msgspec.Struct, frozen=True):
    """A zone: `feature` is the GeoJSON Feature that /v1/zones gives, null once the zone was withdrawn."""

    zone_id: str
    version: int
    feature: dict[str, Any] | None


class CommandItem(msgspec.Struct, frozen=True):
    """Progress of an order to a drone."""

    command_id: str
    aircraft_id: str
    type: str
    status: Literal["queued", "sent", "accepted", "confirmed", "refused", "timed_out"]
    updated_at: datetime
    detail: Text = None
    detail_zh: Text = None
    requested_by: Annotated[
        Text,
        Meta(description="Why it may be given: own_fleet, contingency, nonconforming, alert, zone_action, reason."),
    ] = None
    plan_id: Annotated[Text, Meta(description="The flight it was asked of.")] = None
    new_plan_id: Annotated[Text, Meta(description="The plan a reroute or an upload is about.")] = None
    operator_id: Text = None
    batch_id: Annotated[Text, Meta(description="Common to the orders given to several vehicles at once.")] = None


class OrderItem(msgspec.Struct, frozen=True):
    """A transport order in short."""

    order_id: str
    status: str
    operator_id: Text
    updated_at: datetime
    mission_id: Text = None
    plan_id: Text = None


class AdvisoryItem(msgspec.Struct, frozen=True):
    """Something a firm is told about one of its flights, to be acknowledged where `must_acknowledge` says so."""

    advisory_id: str
    kind: Annotated[str, Meta(description="Stable code, such as nonconforming_nearby, zone or command.")]
    state: Literal["told", "escalated", "acknowledged", "withdrawn"]
    plan_id: Text
    zone_id: Text
    action: Annotated[Text, Meta(description="Stable code of what to do.")]
    priority: Annotated[int, Meta(description="0 news, 1 to be acknowledged, 2 not acknowledged in time.")]
    must_acknowledge: bool
    detail: str
    detail_zh: str
    starts_at: Annotated[Text, Meta(description="From when the flight is concerned, RFC 3339.")]
    ends_at: Text
    raised_at: str
    updated_at: Text
    escalated_at: Text
    acknowledged_at: Text
    acknowledged_by: Text
    withdrawn_at: Text
    operator_id: Text = None


class ContingencyItem(msgspec.Struct, frozen=True):
    """A flight's contingency: what failed, what the flight does about it, and the airspace that takes."""

    contingency_id: str
    plan_id: str
    aircraft_id: str
    kind: Annotated[str, Meta(description="Stable code of what failed, such as lost_link.")]
    procedure: Annotated[str, Meta(description="rtl, land, hold or alternate.")]
    status: Literal["proposed", "open", "ended", "dismissed"]
    version: int
    declared_at: str
    starts_at: Annotated[str, Meta(description="When its first volume begins, RFC 3339.")]
    ends_at: Annotated[str, Meta(description="When its last volume ends, as far as is known.")]
    volumes: Annotated[list[dict[str, Any]], Meta(description="ASTM F3548 Volume4Ds; reserved while it is open.")]
    recommended_action: Annotated[str, Meta(description="Stable code of what the centre should do for the flight.")]
    updated_at: str
    landing_site_id: Text = None
    detected_at: Text = None
    note: Text = None
    ended_at: Text = None
    outcome: Annotated[
        Text, Meta(description="landed, continued:<plan>, ceased, dismissed or how its firm ended it.")
    ] = None
    operator_id: Text = None


ITEM_OF: Final[dict[str, type[msgspec.Struct]]] = {
    "tracks": TrackItem,
    "alerts": AlertItem,
    "plans": PlanItem,
    "zones": ZoneItem,
    "commands": CommandItem,
    "orders": OrderItem,
    "advisories": AdvisoryItem,
    "contingencies": ContingencyItem,
    "index": IndexItem,
}

# -------------------------------------------------------------------------------------------------------- messages

Seq = Annotated[int, Meta(description="The server's one counter; never falls on a connection. Resume with since=seq.")]
MessageKind = Annotated[Kind, Meta(description="snapshot replaces what the topic held, increment adds to it.")]
RemovedIds = Annotated[list[str], Meta(description="Ids no longer there; apply before items.")]


class TracksMessage(msgspec.Struct, frozen=True, tag="tracks", tag_field="topic"):
    """Positions of the area, newest value per track."""

    seq: Seq
    kind: MessageKind
    items: list[TrackItem]
    removed: RemovedIds


class AlertsMessage(msgspec.Struct, frozen=True, tag="alerts", tag_field="topic"):
    """Alerts raised or changed."""

    seq: Seq
    kind: MessageKind
    items: list[AlertItem]
    removed: RemovedIds


class PlansMessage(msgspec.Struct, frozen=True, tag="plans", tag_field="topic"):
    """Flight plans filed or changed."""

    seq: Seq
    kind: MessageKind
    items: list[PlanItem]
    removed: RemovedIds


class ZonesMessage(msgspec.Struct, frozen=True, tag="zones", tag_field="topic"):
    """Zones published, changed or withdrawn."""

    seq: Seq
    kind: MessageKind
    items: list[ZoneItem]
    removed: RemovedIds


class CommandsMessage(msgspec.Struct, frozen=True, tag="commands", tag_field="topic"):
    """Orders to drones and how they fare."""

    seq: Seq
    kind: MessageKind
    items: list[CommandItem]
    removed: RemovedIds


class OrdersMessage(msgspec.Struct, frozen=True, tag="orders", tag_field="topic"):
    """Transport orders."""

    seq: Seq
    kind: MessageKind
    items: list[OrderItem]
    removed: RemovedIds


class AdvisoriesMessage(msgspec.Struct, frozen=True, tag="advisories", tag_field="topic"):
    """Advisories raised, changed, escalated, acknowledged or withdrawn."""

    seq: Seq
    kind: MessageKind
    items: list[AdvisoryItem]
    removed: RemovedIds


class ContingenciesMessage(msgspec.Struct, frozen=True, tag="contingencies", tag_field="topic"):
    """Contingencies proposed, opened, moved, extended, dismissed or ended."""

    seq: Seq
    kind: MessageKind
    items: list[ContingencyItem]
    removed: RemovedIds


class SectorsMessage(msgspec.Struct, frozen=True, tag="sectors", tag_field="topic"):
    """The division changed, or who owns what; for the operations centre only."""

    seq: Seq
    kind: MessageKind
    items: list[SectorItem]
    removed: RemovedIds


class IndexMessage(msgspec.Struct, frozen=True, tag="index", tag_field="topic"):
    """Only with binary encoding: who the rows are."""

    seq: Seq
    kind: MessageKind
    items: list[IndexItem]
    removed: Annotated[list[int], Meta(description="Rows that left the area or the picture; apply before items.")]


class Hello(msgspec.Struct, frozen=True, tag="hello", tag_field="topic"):
    """Sent once when the client asks for it with `{"hello": true}`: what this server offers."""

    seq: Seq
    server_at: Annotated[datetime, Meta(description="The server's clock, to compare one's own with.")]
    tick_s: Annotated[float, Meta(description="Seconds between two increments of positions.")]
    retention_s: Annotated[float, Meta(description="How long events can be resumed with since, seconds.")]
    topics: list[str]
    binary_format: str
    items: list[str] = []


class ErrorMessage(msgspec.Struct, frozen=True, tag="error", tag_field="topic"):
    """A message of the client that could not be followed; what was subscribed before stays."""

    seq: Seq
    code: Annotated[str, Meta(description="Stable snake_case code.")]
    detail: str
    detail_zh: str
    items: list[str] = []


ServerMessage = (
    TracksMessage
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
)


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to send: an area for the positions (none: everywhere) and topics (none: tracks only)."""

    bbox: Annotated[
        tuple[float, float, float, float] | str | None,
        Meta(description="min_lon, min_lat, max_lon, max_lat in degrees, WGS-84."),
    ] = None
    h3: Annotated[list[str] | None, Meta(description="H3 cells of any resolution.")] = None
    topics: list[str] = msgspec.field(default_factory=lambda: ["tracks"])


class ClientMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends: a subscription, in place of the one before."""

    subscribe: Subscribe | None = None
    encoding: Encoding = "json"
    since: Annotated[int | None, Meta(description="The last seq seen; events after it are sent again.")] = None
    hello: bool = False


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of all messages, with their items under `$defs`."""
    (server, _), definitions = msgspec.json.schema_components(
        [ServerMessage, ClientMessage], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hexlane live feed, version 1",
        "description": "Text frames of WS /v1/live. ServerMessage goes to the client, ClientMessage to the server.",
        "$defs": definitions | {"ServerMessage": server},
    }
