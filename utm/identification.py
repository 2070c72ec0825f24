"""Identification packets of GB 46750-2025 as tracks: whose aircraft, which values, and counts of everything refused."""

import asyncio
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from airspace.identification import (
    UNKNOWN,
    IdentificationPacket,
    PacketError,
    Position,
    Unknown,
    decode_stream,
)
from airspace.tracks import IngestCode
from utm.fleet import Aircraft, Fleet
from utm.security import Principal, may_read_of
from utm.telemetry import Telemetry
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, PositionReport

SOURCE: Final = "gb46750"
MARK: Final = "UAS"
"""Registration marks are UAS and 8 characters (CCAR-92.211); a packet carries the last 8."""
_GROUND, _AIR = 1, 2
_EMERGENCY: Final = frozenset({3, 5})
_FAILED: Final = frozenset({4, 5})
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 7_258_118_400_000  # the years 2000 to 2200

_REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "mandatory_missing": ("mandatory items are missing: {items}", "缺少必报项：{items}"),
    "position_unknown": ("the packet says that the aircraft's position is unknown", "报文中航空器位置未知"),
    "altitude_unknown": ("neither item 013 nor 011 with 007 gives a height", "第 013 项及 011 与 007 项均未给出高度"),
    "time_unknown": ("the packet says that its time is unknown or absurd", "报文时间未知或不合理"),
    "not_found": ("there is no aircraft of that registration that you may report", "没有您可上报的该登记号航空器"),
    "identity_missing": ("neither product ID nor registration is given", "未给出产品识别码或登记号"),
    "duplicate": ("the track already holds an observation of that instant", "该航迹已有此时刻的观测"),
    "out_of_order": ("the track already holds a later observation", "该航迹已有更晚的观测"),
    "too_old": ("observed too long ago to be part of the live picture", "观测时间过早，不再属于实时态势"),
    "picture_full": ("the picture holds as many tracks as it can; send it again later", "态势已满，请稍后重发"),
}  # fmt: skip
_INGEST: Final[dict[IngestCode | None, str]] = {
    IngestCode.DUPLICATE: "duplicate",
    IngestCode.OUT_OF_ORDER: "out_of_order",
    IngestCode.OUT_OF_RANGE: "position_unknown",
    IngestCode.NO_POSITION: "position_unknown",
    IngestCode.TOO_OLD: "too_old",
    None: "picture_full",
}


class RefusedError(Exception):
    """A packet that cannot become a position."""

    def __init__(self, code: str, **values: object) -> None:
        detail, detail_zh = _REFUSALS[code]
        super().__init__(code)
        self.code, self.detail, self.detail_zh = code, detail.format(**values), detail_zh.format(**values)


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a body of packets."""

    packets: list[IdentificationPacket]
    accepted: int
    rejected: list[dict[str, Any]]
    flagged: list[dict[str, Any]]


class IdentificationDesk:
    """Takes packets from suppliers and operators; counters, and refusals and flags by code, are shown in /metrics."""

    def __init__(self, telemetry: Telemetry, fleet: Fleet) -> None:
        self._telemetry, self._fleet = telemetry, fleet
        self.counters: Counter[str] = Counter(packets=0, accepted=0)
        self.refused: Counter[str] = Counter()
        self.flagged: Counter[str] = Counter()

    async def receive(self, data: bytes, principal: Principal, now_s: float, *, dry_run: bool = False) -> Received:
        """Decode packets one behind the other and report each as a position; with `dry_run` only say what would be."""
        packets, errors = await asyncio.to_thread(decode_stream, data)
        rejected = [_error_document(offset, error) for offset, error in errors]
        flagged: list[dict[str, Any]] = []
        reports: list[PositionReport] = []
        places: list[int] = []
        by_mark = {aircraft.registration: aircraft for aircraft in self._fleet.all()}
        for index, packet in enumerate(packets):
            try:
                reports.append(_report_of(packet, self._aircraft_of(packet, principal, by_mark)))
                places.append(index)
            except RefusedError as error:
                rejected.append(
                    {"index": index, "code": error.code, "detail": error.detail, "detail_zh": error.detail_zh}
                )
                continue
            flagged += [{"index": index, "code": code, "detail": detail} for code, detail in _flags(packet)]
        accepted = len(reports)
        if not dry_run:
            codes = self._telemetry.report(reports, feeder_id=principal.organisation_id, now_s=now_s)
            for index, result in zip(places, codes, strict=True):
                if result is not IngestCode.ACCEPTED:
                    accepted -= 1
                    why = RefusedError(_INGEST[result])
                    values = {"code": why.code, "detail": why.detail, "detail_zh": why.detail_zh}
                    rejected.append({"index": index, **values})
            self.counters["packets"] += len(packets)
            self.counters["accepted"] += accepted
            self.refused.update(entry["code"] for entry in rejected)
            self.flagged.update(entry["code"] for entry in flagged)
        return Received(packets, accepted, rejected, flagged)

    def _aircraft_of(
        self, packet: IdentificationPacket, principal: Principal, by_mark: dict[str, Aircraft]
    ) -> Aircraft | None:
        """Return the registered aircraft a packet names; a firm may speak for its own only, a supplier for any."""
        mark = (packet.registration8 or "").strip("\0")
        aircraft = by_mark.get(MARK + mark) if mark else None
        if principal.role != "supplier" and (aircraft is None or not may_read_of(principal, aircraft.organisation_id)):
            raise RefusedError("not_found")
        return aircraft


def _report_of(packet: IdentificationPacket, aircraft: Aircraft | None) -> PositionReport:
    reference = (packet.product_id or "").strip("\0") or (packet.registration8 or "").strip("\0")
    if not reference:
        raise RefusedError("identity_missing")
    if packet.missing:
        raise RefusedError("mandatory_missing", items=", ".join(f"{number:03d}" for number in packet.missing))
    if not isinstance(packet.position, Position):
        raise RefusedError("position_unknown")
    if not isinstance(packet.unix_ms, int) or not _EARLIEST_MS <= packet.unix_ms <= _LATEST_MS:
        raise RefusedError("time_unknown")
    speed, track = _number(packet.ground_speed_mps), _number(packet.track_deg)
    east, north = speed * math.sin(math.radians(track)), speed * math.cos(math.radians(track))
    values = (
        packet.position.lat_deg,
        packet.position.lon_deg,
        _height_hae_m(packet),
        math.nan,
        math.nan,
        east,
        north,
        _number(packet.vel_up_mps),
        math.nan,  # a track is where it goes, not where its nose points
        packet.unix_ms / 1000.0 - UNIX_OF_SCENE_ZERO_S,
    )
    landed = {_GROUND: True, _AIR: False}.get(packet.status if packet.status is not None else 0)
    return PositionReport(reference, None if aircraft is None else aircraft.aircraft_id, values, SOURCE, landed)


def _height_hae_m(packet: IdentificationPacket) -> float:
    """Return the geodetic height, else that of the take-off point and the height above it."""
    own, base, above = packet.alt_hae_m, packet.station_alt_hae_m, packet.height_m
    if isinstance(own, float):
        return own
    if packet.station_kind == 0 and isinstance(base, float) and isinstance(above, float):
        return base + above
    raise RefusedError("altitude_unknown")


def _number(value: float | Unknown | None) -> float:
    return value if isinstance(value, float) else math.nan


def _flags(packet: IdentificationPacket) -> list[tuple[str, str]]:
    found = []
    if packet.status in _EMERGENCY:
        found.append(("emergency", "the aircraft says that it is in an emergency"))
    if packet.status in _FAILED:
        found.append(("identification_failed", "the aircraft says that its identification system failed"))
    return found


def _error_document(offset: int, error: PacketError) -> dict[str, Any]:
    return {
        "offset": offset,
        "code": error.code,
        "item": error.item,
        "detail": error.detail,
        "detail_zh": error.detail_zh,
    }


def packet_document(packet: IdentificationPacket) -> dict[str, Any]:
    """Return a packet as JSON: items that are not there left out, unknown ones null."""
    shown: dict[str, Any] = {}
    for name in packet.__slots__:
        value = getattr(packet, name)
        if value is None or name in ("more_flags", "more_content"):
            continue
        if isinstance(value, Position):
            value = {"lon_deg": value.lon_deg, "lat_deg": value.lat_deg}
        shown[name] = None if value is UNKNOWN else value
    return shown
