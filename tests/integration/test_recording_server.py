"""Recording, replay, flight records and incidents on a real server, a power cut included."""

import asyncio
import csv
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.flying import until
from utm.live_schema import TOPICS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
AsRole = Callable[..., httpx.Client]
CLOSE_DONE = 1000


def token_of(client: httpx.Client) -> str:
    """Return the token a client sends."""
    return str(client.headers["authorization"]).removeprefix("Bearer ")


def text(at: datetime) -> str:
    """Return an instant for a query."""
    return at.isoformat().replace("+00:00", "Z")


@dataclass
class Flight:
    """A flight that was flown in front of a live subscriber."""

    plan_id: str
    aircraft_id: str
    track_id: str = ""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    live: list[dict[str, Any]] = field(default_factory=list)
    skipped: bool = False


def skipped_batches(client: httpx.Client) -> float:
    """Return how many batches of positions slow readers of a server skipped."""
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("hexlane_live_skipped_batches_total "))


async def _listen(url: str, token: str, found: list[dict[str, Any]], stop: asyncio.Event) -> None:
    async with connect(url, subprotocols=["hexlane.live.v1", f"bearer.{token}"], max_size=None) as live:  # type: ignore[list-item]
        await live.send(json.dumps({"subscribe": {"topics": ["tracks"]}}))
        while not stop.is_set():
            try:
                found.append(json.loads(await asyncio.wait_for(live.recv(), 0.2)))
            except TimeoutError:
                continue


async def _until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not what():  # noqa: ASYNC110  (it waits for what another task hears)
            await asyncio.sleep(0.02)


async def _quiet(heard: Callable[[], int]) -> None:
    """Wait until nothing more has been heard for a second and a half: what follows from a position is told by then."""
    async with asyncio.timeout(60):
        before = -1
        while before != (before := heard()):  # noqa: ASYNC110  (it waits for what another task hears)
            await asyncio.sleep(1.5)


async def _fly(server: Server, firm: httpx.Client, centre: httpx.Client, positions: int) -> Flight:
    aircraft = filing.register(firm)
    body = filing.plan(aircraft, datetime.now(UTC) + timedelta(seconds=2))
    answer = await asyncio.to_thread(filing.file, firm, body)
    assert answer.status_code == 201, answer.text
    flight = Flight(answer.json()["plan_id"], aircraft)
    stop = asyncio.Event()
    before = await asyncio.to_thread(skipped_batches, centre)
    url = f"{server.base_url.replace('http', 'ws')}/v1/live"
    listening = asyncio.create_task(_listen(url, token_of(centre), flight.live, stop))
    await _until(lambda: bool(flight.live))  # the snapshot: what comes now is heard

    def heard() -> list[str]:
        told = (item for message in flight.live for item in message["items"])
        return [item["observed_at"] for item in told if item["aircraft_id"] == aircraft]

    answer = await asyncio.to_thread(firm.post, f"/v1/flight-plans/{flight.plan_id}/activate")
    assert answer.status_code == 200, answer.text
    flight.started_at = datetime.now(UTC)
    for number in range(positions):
        lat, lon = filing.place(number * 5.0, 0.0)
        report = {
            "aircraft_id": aircraft,
            "lat_deg": lat,
            "lon_deg": lon,
            "alt_agl_m": 50.0,
            "vel_east_mps": 10.04,
            "heading_deg": 90.123,
            "observed_at": text(datetime.now(UTC)),
        }
        answer = await asyncio.to_thread(firm.post, "/v1/tracks", json=[report])
        assert answer.json()["accepted"] == 1, answer.text
        # Each is told before the next is sent: two within one tick of the feed would be told as one.
        await _until(lambda number=number: len(set(heard())) == number + 1)  # type: ignore[misc]
        await asyncio.sleep(0.3)
    await _quiet(lambda: len(heard()))
    flight.ended_at = datetime.now(UTC)
    stop.set()
    await listening
    flight.skipped = await asyncio.to_thread(skipped_batches, centre) != before
    items = [item for message in flight.live for item in message["items"] if item["aircraft_id"] == aircraft]
    flight.track_id = items[-1]["track_id"]
    return flight


@pytest.fixture(scope="module")
def flown(server: Server, as_role: AsRole) -> Flight:
    """A flight of twelve positions, with what the live feed told of it."""
    return asyncio.run(_fly(server, as_role("operator"), as_role("dispatcher"), 12))


def of_flight(messages: list[dict[str, Any]], flight: Flight) -> list[dict[str, Any]]:
    """Return the items of a flight in increments, in order."""
    return [
        item
        for message in messages
        if message["topic"] == "tracks" and message["kind"] == "increment"
        for item in message["items"]
        if item["aircraft_id"] == flight.aircraft_id
    ]


def played(client: httpx.Client, flight: Flight, **query: Any) -> list[dict[str, Any]]:
    """Return the messages of a replay of a flight."""
    window = {"from": text(flight.started_at), "to": text(flight.ended_at)}
    answer = client.get("/v1/replay", params={**window, **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


# ------------------------------------------------------------------------------------------------------------ replay


def test_replay_is_identical_to_what_was_live(flown: Flight, as_role: AsRole) -> None:
    """Every item the live feed sent during the flight must come again, equal in every field, in the same order."""
    messages = played(as_role("dispatcher"), flown)
    live, replayed = (
        [item for item in of_flight(sent, flown) if item["received_at"] >= text(flown.started_at)]
        for sent in (flown.live, messages)
    )
    assert len({item["observed_at"] for item in live}) == 12
    rest = iter(replayed)
    assert all(item in rest for item in live)  # each as it was, in the order it was
    if not flown.skipped:  # a reader that was slow got newer values in place of some
        assert replayed == live
    assert {message["topic"] for message in messages if message["kind"] == "snapshot"} == set(TOPICS)
    zones = next(message for message in messages if message["topic"] == "zones")
    assert zones["items"]


def test_firms_replay_their_own(flown: Flight, as_role: AsRole) -> None:
    """The firm must see its flight in a replay, another firm nothing of it."""
    assert of_flight(played(as_role("operator", 0), flown), flown)
    other = played(as_role("operator", 1), flown)
    assert not [item for message in other if message["topic"] == "tracks" for item in message["items"]]
    assert flown.plan_id not in json.dumps(other)


def test_a_replay_starts_at_once(flown: Flight, as_role: AsRole) -> None:
    """The first message of a replay must come long before the others, not with them (how soon: tests/bench/recording.py)."""
    window = {"from": text(flown.started_at), "to": text(flown.ended_at), "speed": 1}
    began = time.monotonic()
    with as_role("dispatcher").stream("GET", "/v1/replay", params=window) as answer:
        lines = answer.iter_lines()
        next(lines)
        first_s = time.monotonic() - began
        for _ in lines:
            pass
    assert first_s < (time.monotonic() - began) / 2


@pytest.mark.parametrize(
    ("query", "field_name"),
    [
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "?to"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z"}, "?to"),
        ({"from": "2026-01-01T00:00:00", "to": "2026-01-01T01:00:00Z"}, "?from"),
        ({"to": "2026-01-01T01:00:00Z"}, "?from"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "speed": "61"}, "?speed"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "bbox": "1,2,3"}, "?bbox"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "topics": "weather"}, "?topics"),
    ],
)
def test_bad_windows_are_refused(as_role: AsRole, query: dict[str, str], field_name: str) -> None:
    """A window, speed, area or topic that cannot be played must be a 422 that names it."""
    answer = as_role("dispatcher").get("/v1/replay", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field_name


def test_suppliers_may_not_replay(as_role: AsRole) -> None:
    """Replay belongs to firms and the city."""
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z"}
    assert as_role("supplier").get("/v1/replay", params=window).status_code == 403


async def _played_live(server: Server, client: httpx.Client, *messages: dict[str, Any]) -> tuple[list[Any], int]:
    url = f"{server.base_url.replace('http', 'ws')}/v1/replay/live"
    protocols: Any = ["hexlane.live.v1", f"bearer.{token_of(client)}"]
    async with connect(url, subprotocols=protocols, max_size=None) as live:
        for message in messages:
            await live.send(json.dumps(message))
        found = [json.loads(frame) if isinstance(frame, str) else frame async for frame in live]
    return found, live.close_code or 0


def test_replay_over_a_live_connection(flown: Flight, server: Server, as_role: AsRole) -> None:
    """At twenty times its speed the flight must be over while at twice it still passes, and end with the last position."""
    client = as_role("dispatcher")

    async def both() -> tuple[list[Any], int]:
        window = {"from": text(flown.started_at), "to": text(flown.ended_at)}
        subscribe = {"topics": ["tracks", "plans"]}
        slow, quick = (
            asyncio.create_task(
                _played_live(server, client, {"replay": {**window, "speed": speed}, "subscribe": subscribe})
            )
            for speed in (2, 20)
        )
        found = await quick
        assert not slow.done()
        slow.cancel()
        return found

    messages, code = asyncio.run(both())
    assert code == CLOSE_DONE
    assert messages[0]["kind"] == "snapshot"
    # Twenty times faster, one message tells what several live ticks did, and ages count to the last of them.
    assert {**of_flight(messages, flown)[-1], "link_age_s": 0} == {**of_flight(flown.live, flown)[-1], "link_age_s": 0}


def test_live_replay_says_what_it_cannot_follow(flown: Flight, server: Server, as_role: AsRole) -> None:
    """A message that is not as documented, or names no window, must be answered in words, and the next one counts."""
    window = {"from": text(flown.started_at), "to": text(flown.ended_at), "speed": 60}
    messages, code = asyncio.run(
        _played_live(
            server,
            as_role("dispatcher"),
            {"replay": {"speed": 1000}},
            {"subscribe": {"topics": ["tracks"]}},
            {"replay": window, "encoding": "binary"},
        )
    )
    assert [message["code"] for message in messages[:2]] == ["invalid_message", "validation_failed"]
    assert any(isinstance(message, bytes) for message in messages)
    assert code == CLOSE_DONE


# ---------------------------------------------------------------------------------------------------- flight records


def test_a_flight_has_a_whole_record(flown: Flight, as_role: AsRole) -> None:
    """Plan, versions, decision, track, alerts, advisories, commands and audit lines must be there, with true hashes."""
    record = as_role("operator").get(f"/v1/flight-plans/{flown.plan_id}/record").json()
    parts = (
        "plan", "decision", "versions", "track", "alerts", "advisories", "commands", "audit", "event_reports",
        "applications",
    )  # fmt: skip
    assert set(record) == {"plan_id", "manifest", *parts}
    assert record["plan"]["plan_id"] == flown.plan_id
    assert record["versions"][0]["outcome"] == "approved"
    assert len(record["track"]) == 12
    assert {item["track_id"] for item in record["track"]} == {flown.track_id}
    assert [line["action"] for line in record["audit"]][:1] == ["plan.file"] or record["audit"]
    for name in parts:
        data = json.dumps(record[name], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert hashlib.sha256(data).hexdigest() == record["manifest"]["parts"][name], name


def test_records_are_the_firms_own(flown: Flight, as_role: AsRole) -> None:
    """Another firm must not learn that the flight exists; the city's roles read it; a supplier may not."""
    path = f"/v1/flight-plans/{flown.plan_id}/record"
    assert as_role("operator", 1).get(path).status_code == 404
    assert as_role("dispatcher").get(path).status_code == 200
    assert as_role("regulator").get(path).status_code == 200
    assert as_role("supplier").get(path).status_code == 403
    assert as_role("operator").get("/v1/flight-plans/fp_none/record").status_code == 404
    assert as_role("operator").get(path, params={"format": "pdf"}).status_code == 422


def test_records_in_other_formats(flown: Flight, as_role: AsRole) -> None:
    """GeoJSON holds plan and track as lines, KML both with times, CSV the positions under units."""
    path = f"/v1/flight-plans/{flown.plan_id}/record"
    firm = as_role("operator")
    features = firm.get(path, params={"format": "geojson"}).json()["features"]
    assert [feature["properties"]["kind"] for feature in features] == ["plan", "track"]
    assert len(features[1]["geometry"]["coordinates"]) == 12
    root = ElementTree.fromstring(firm.get(path, params={"format": "kml"}).content)
    assert root.tag == "{http://www.opengis.net/kml/2.2}kml"
    gx = "{http://www.google.com/kml/ext/2.2}"
    assert len(root.findall(f".//{gx}Track/{gx}coord")) == 12
    assert len(root.findall(f".//{gx}Track/{{http://www.opengis.net/kml/2.2}}when")) == 12
    rows = list(csv.reader(io.StringIO(firm.get(path, params={"format": "csv"}).text)))
    assert len(rows) == 13
    assert "alt_hae_m (metres above the ellipsoid)" in rows[0]


# ---------------------------------------------------------------------------------------------------------- incidents


def test_an_incident_has_a_bundle_of_evidence(flown: Flight, as_role: AsRole) -> None:
    """The bundle must hold track, plan, events and audit lines, true hashes, and be the same bytes again."""
    body = {
        "title": "Close to the tower",
        "from": text(flown.started_at - timedelta(seconds=10)),
        "to": text(flown.ended_at),
        "plan_ids": [flown.plan_id],
        "notes": "reported by phone",
    }
    opened = as_role("dispatcher").post("/v1/incidents", json=body)
    assert opened.status_code == 201, opened.text
    incident = opened.json()
    assert incident["title"] == body["title"]
    path = f"/v1/incidents/{incident['incident_id']}"
    assert as_role("regulator").get(path).json() == incident
    assert incident["incident_id"] in {
        item["incident_id"] for item in as_role("dispatcher").get("/v1/incidents").json()["items"]
    }
    first = as_role("regulator").get(f"{path}/bundle")
    assert first.headers["content-type"] == "application/zip"
    assert first.content == as_role("dispatcher").get(f"{path}/bundle").content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert set(manifest["parts"]) == set(archive.namelist()) - {"manifest.json"}
        for name, digest in manifest["parts"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        tracks = archive.read("tracks.csv").decode().splitlines()
        assert sum(flown.track_id in line for line in tracks) == 12
        assert f"plans/{flown.plan_id}.json" in manifest["parts"]
        assert flown.plan_id in archive.read("audit.jsonl").decode()
        events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
        assert any(event["item"].get("plan_id") == flown.plan_id for event in events)


def test_incidents_are_the_centres(flown: Flight, as_role: AsRole) -> None:
    """Firms and suppliers may neither open nor read incidents; bad ones are refused with their fields."""
    body = {"title": "x", "from": text(flown.started_at), "to": text(flown.ended_at)}
    for role in ("operator", "supplier"):
        assert as_role(role).post("/v1/incidents", json=body).status_code == 403
        assert as_role(role).get("/v1/incidents/inc_x/bundle").status_code == 403
    centre = as_role("dispatcher")
    assert centre.get("/v1/incidents/inc_x/bundle").status_code == 404
    late = {**body, "to": text(flown.started_at + timedelta(days=2))}
    assert centre.post("/v1/incidents", json=late).json()["errors"][0]["field"] == "/to"
    assert centre.post("/v1/incidents", json={**body, "bbox": [2, 1, 1, 2]}).json()["errors"][0]["field"] == "/bbox"
    assert centre.post("/v1/incidents", json={**body, "plan_ids": ["fp_none"]}).status_code == 404
    assert centre.post("/v1/incidents", json={"title": "x"}).status_code == 422


# ------------------------------------------------------------------------------------------------------- power cuts


def expect_the_same_picture(server: Server, before: dict[str, Any], flight: Flight) -> None:
    """Check that a server that just started shows the tracks of the one before, in every field that time leaves alone."""
    # Ready comes before the first tick that judges what was brought back, and maybe before its silence is long enough
    # for a loss: it is read until every flight is judged.
    ends_s = time.monotonic() + 90
    with server.client("dispatcher") as centre:
        while True:
            after = {item["track_id"]: item for item in centre.get("/v1/tracks").json()["items"]}
            judged = all(
                item["state"] == "lost"
                and (item["time_deviation_s"] is None) == (before[name]["time_deviation_s"] is None)
                for name, item in after.items()
                if name in before
            )
            if judged or time.monotonic() > ends_s:
                break
            time.sleep(0.1)
    assert flight.track_id in before
    assert after.keys() == before.keys()
    for name, item in after.items():
        timeless = {key: value for key, value in item.items() if key not in ("link_age_s", "state", "row")}
        assert timeless == {key: before[name][key] for key in timeless}
        assert item["state"] == "lost"
        # Its age is told, and it is the time since the position, the restart included.
        assert item["link_age_s"] > before[name]["link_age_s"]


def on_disk(client: httpx.Client, since_s: float) -> bool:
    """Tell whether everything up to an instant of the monotonic clock is on disk, as the server says itself."""
    asked_s = time.monotonic()
    lines = client.get("/metrics").text.splitlines()
    name = "hexlane_recording_flush_lag_seconds "
    return next(float(line.split()[1]) for line in lines if line.startswith(name)) < asked_s - since_s


def test_what_was_recorded_survives_a_power_cut(own_server: Server) -> None:
    """Killed once the server says that it is on disk, the history, the record and the replay must hold every position."""
    own_server.start()
    with own_server.client("operator") as firm, own_server.client("dispatcher") as centre:
        flight = asyncio.run(_fly(own_server, firm, centre, 5))
        flown_s = time.monotonic()
        until(lambda: on_disk(centre, flown_s), 60, "the recording to be on disk")
        seen = {item["track_id"]: item for item in centre.get("/v1/tracks").json()["items"]}
    own_server.kill()
    assert list((own_server.data_dir / "recordings" / "open").glob("*.hxo"))
    own_server.start()
    expect_the_same_picture(own_server, seen, flight)
    with own_server.client("operator") as firm, own_server.client("dispatcher") as centre:
        history = firm.get(f"/v1/tracks/{flight.track_id}/history").json()["items"]
        assert len(history) == 5
        assert history[0]["vel_east_mps"] == 10.04
        assert of_flight(played(centre, flight), flight)[-5:] == of_flight(flight.live, flight)[-5:]
        assert len(firm.get(f"/v1/flight-plans/{flight.plan_id}/record").json()["track"]) == 5
    with own_server.client("operator", 1) as other:
        assert other.get(f"/v1/tracks/{flight.track_id}/history").status_code == 404
