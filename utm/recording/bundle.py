"""Evidence: the whole record of a flight, and the bundle of an incident, with hashes that show tampering.

A part of a record is JSON with keys sorted and no spaces; its hash is SHA-256 over those bytes. The same records give
the same parts, and the same bundle, to the byte.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from sqlmodel import Session

from airspace.timebase import from_scene_s
from utm.advisories import advisory_document
from utm.live_area import Area
from utm.plan_records import document, rfc3339
from utm.recording.columns import IDENTITY, RecordedEvent, Rows, instant
from utm.recording.export import Item, by_track, csv_lines, geojson_lines
from utm.recording.reader import Recordings
from utm.store import journal, notices, plans, rules
from utm.store.rule_tables import NO_LIMIT_S, ApplicationRow, EventReportRow
from utm.store.sql import as_values
from utm.store.tables import FlightPlanRow

_MARGIN_US: Final = 60 * 1_000_000
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
Visible = Callable[[RecordedEvent], bool]


@dataclass(frozen=True, slots=True)
class Window:
    """A closed window of unix microseconds."""

    from_us: int
    to_us: int


def canonical(value: Any) -> bytes:
    """Return the bytes a part is hashed as."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def manifest(hashes: dict[str, str]) -> dict[str, Any]:
    """Return the SHA-256 of each part, and of the list of them."""
    listed = dict(sorted(hashes.items()))
    whole = hashlib.sha256(canonical(listed)).hexdigest()
    return {"algorithm": "sha-256", "canonical": "JSON, keys sorted, no spaces, UTF-8", "parts": listed, "whole": whole}


# --------------------------------------------------------------------------------------------------------- flights


@dataclass(frozen=True, slots=True)
class StoredFlight:
    """What the store holds of a flight, as documents."""

    row: FlightPlanRow
    plan: dict[str, Any]
    versions: list[dict[str, Any]]
    advisories: list[dict[str, Any]]
    audit: list[dict[str, Any]]
    applications: list[dict[str, Any]] = field(default_factory=list)
    """What the outside authority was asked, and what it decided under which version of the policy."""
    event_reports: list[dict[str, Any]] = field(default_factory=list)


def stored_flight(session: Session, plan_id: str) -> StoredFlight | None:
    """Return what the store holds of a flight, None when there is no such plan."""
    row = plans.get(session, plan_id)
    if row is None:
        return None
    versions = [
        {
            "attempt": version.attempt,
            "version": version.version,
            "outcome": version.outcome,
            "policy_version": version.policy_version,
            "judged_at": version.judged_at,
            "body": orjson.loads(version.body),
            "decision": orjson.loads(version.decision),
        }
        for version in plans.versions_of(session, plan_id)
    ]
    told = notices.advisories(session, organisation_id=None, plan_id=plan_id, before=None, limit=10_000)
    return StoredFlight(
        row,
        orjson.loads(orjson.dumps(document(row))),
        versions,
        [orjson.loads(orjson.dumps(advisory_document(item))) for item in reversed(told)],
        [as_values(line) for line in journal.audit_of(session, plan_id)],
        [_asked(item) for item in rules.applications_of(session, plan_id)],
        [_owed(item) for item in rules.reports_of_plan(session, plan_id)],
    )


def _asked(row: ApplicationRow) -> dict[str, Any]:
    names = (
        "application_id", "plan_version", "adapter", "state", "submitted_at", "decided_at", "decided_by", "reason",
        "reference", "policy_version",
    )  # fmt: skip
    due_at = rfc3339(from_scene_s(row.due_s)) if row.due_s < NO_LIMIT_S else None
    return {**{name: getattr(row, name) for name in names}, "due_at": due_at}


def _owed(row: EventReportRow) -> dict[str, Any]:
    names = ("report_id", "kind", "event_at", "landed_at", "state", "filed_at", "filed_by", "reason", "policy_version")
    due_at = None if row.due_s is None else rfc3339(from_scene_s(row.due_s))
    report = None if row.report is None else orjson.loads(row.report)
    return {**{name: getattr(row, name) for name in names}, "due_at": due_at, "report": report}


def flown(row: FlightPlanRow, now_us: int) -> Window | None:
    """Return when a plan was in the air, None when it never was."""
    if row.activated_at is None:
        return None
    return Window(_us(row.activated_at), now_us if row.ended_at is None else _us(row.ended_at))


def _us(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1e6)


def flight_parts(recordings: Recordings, flight: StoredFlight, now_us: int, visible: Visible) -> dict[str, Any]:
    """Return the parts of a flight's record by name: the store's, and those recorded while it was activated.

    Of alerts and commands each step is told, as it was published.
    """
    track: list[Item] = []
    alerts: list[dict[str, Any]] = []
    commands: list[dict[str, Any]] = []
    window = flown(flight.row, now_us)
    if window is not None:
        rows = recordings.observations(window.from_us, window.to_us, aircraft_id=flight.row.aircraft_id)
        track = [item for listed in by_track(rows).values() for item in listed]
        track.sort(key=lambda item: (item["observed_at"], item["track_id"]))
        around = Window(window.from_us - _MARGIN_US, window.to_us + _MARGIN_US)
        alerts = _events_about(recordings, around, flight.row, "alerts", visible)
        commands = _events_about(recordings, around, flight.row, "commands", visible)
    return {
        "plan": flight.plan,
        "decision": flight.plan["decision"],
        "versions": flight.versions,
        "track": track,
        "alerts": alerts,
        "advisories": flight.advisories,
        "applications": flight.applications,
        "event_reports": flight.event_reports,
        "commands": commands,
        "audit": flight.audit,
    }


def _events_about(
    recordings: Recordings, window: Window, row: FlightPlanRow, topic: str, visible: Visible
) -> list[dict[str, Any]]:
    """Return the events about a flight, or about its aircraft while it flew."""
    found = []
    for event in recordings.events(window.from_us, window.to_us, frozenset({topic})):
        item = orjson.loads(bytes(event.item))
        plan_id = item.get("plan_id")
        about = plan_id == row.plan_id or (plan_id is None and item.get("aircraft_id") == row.aircraft_id)
        if about and visible(event):
            found.append({"at": rfc3339(instant(event.at_us)), **item})
    return found


# ------------------------------------------------------------------------------------------------------- incidents


def plans_seen(parts: Iterable[Rows]) -> tuple[set[str], int]:
    """Return the plans the recorded positions were flown under, and how many positions there are."""
    seen: set[str] = set()
    count = 0
    for rows in parts:
        count += len(rows)
        for number in np.unique(rows.data[IDENTITY]).tolist():
            plan_id = rows.names.identities[number].plan_id
            if plan_id is not None:
                seen.add(plan_id)
    return seen, count


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """What the store holds of an incident: itself, its flights, the audit lines of its window."""

    incident: dict[str, Any]
    flights: list[StoredFlight]
    audit: list[dict[str, Any]]


def write_bundle(path: Path, recordings: Recordings, stored: StoredIncident, window: Window, area: Area | None) -> None:
    """Write the bundle of an incident: a zip of its parts and of `manifest.json`; the same bytes for the same records.

    Parts are written as they are read: memory holds one slice of the recording at a time.
    """

    def positions() -> Iterator[Rows]:
        return recordings.observations(window.from_us, window.to_us, area=area)

    def events() -> Iterator[bytes]:
        for event in recordings.events(window.from_us, window.to_us):
            item = orjson.loads(bytes(event.item))
            yield canonical({"at": rfc3339(instant(event.at_us)), "topic": event.topic, "item": item}) + b"\n"

    parts: dict[str, Iterable[bytes]] = {
        "audit.jsonl": (canonical(line) + b"\n" for line in stored.audit),
        "events.jsonl": events(),
        "incident.json": [canonical(stored.incident)],
        "tracks.csv": (text.encode() for text in csv_lines(positions())),
        "tracks.geojson": (text.encode() for text in geojson_lines(positions())),
    }
    for flight in stored.flights:
        told = {
            "plan": flight.plan,
            "versions": flight.versions,
            "advisories": flight.advisories,
            "audit": flight.audit,
        }
        parts[f"plans/{flight.row.plan_id}.json"] = [canonical(told)]
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, pieces in sorted(parts.items()):
            hashes[name] = _write(archive, name, pieces)
        told_about = {"incident_id": stored.incident["incident_id"], **manifest(hashes)}
        _write(archive, "manifest.json", [canonical(told_about)])


def _write(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    """Write one file of a zip; return its SHA-256."""
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    digest = hashlib.sha256()
    with archive.open(entry, "w", force_zip64=True) as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()
