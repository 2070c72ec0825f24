"""The live feed over real sockets: handshake, snapshot and increments, resuming, slow clients, bad messages."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import PATIENCE_S
from tests.fakes.live_world import LAT, LON, World, application, position, record, vehicle
from utm.clock import SystemClock
from utm.live import CLOSE_OVERFLOW, LiveLimits
from utm.live_frames import decode_tracks
from utm.live_schema import OrderItem

pytestmark = pytest.mark.slow
A, B = vehicle(40001, 1), vehicle(40002, 2)


@dataclass
class Site:
    """A served world."""

    world: World
    port: int
    server: uvicorn.Server
    connections: list[ClientConnection] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def dial(self, token: str | None = "dispatcher.org_centre", **options: Any) -> ClientConnection:
        """Open a live connection."""
        protocols = ["hexlane.live.v1"] + ([f"bearer.{token}"] if token else [])
        connection = await connect(
            f"ws://127.0.0.1:{self.port}/v1/live", subprotocols=protocols, max_size=None, compression=None, **options
        )
        self.connections.append(connection)
        return connection

    def fly(self, lat: float = LAT) -> None:
        """Report a position of vehicle A."""
        self.world.position(A, lat)


@asynccontextmanager
async def served(*records: Any, limits: LiveLimits | None = None) -> AsyncIterator[Site]:
    """Serve a world on a port the system chooses."""
    world = World(*records, clock=SystemClock(), limits=limits or LiveLimits(tick_s=0.05))
    config = uvicorn.Config(
        application(world),
        log_level="warning",
        lifespan="off",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)  # a slow client shows sooner
    sock.bind(("127.0.0.1", 0))
    await world.hub.start()
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110  (uvicorn offers no event to wait for)
        await asyncio.sleep(0.01)
    site = Site(world, sock.getsockname()[1], server)
    try:
        yield site
    finally:
        for connection in site.connections:
            await connection.close()
        await world.hub.close()
        server.should_exit = True
        await asyncio.wait_for(task, 60)


async def ask(connection: ClientConnection, **message: Any) -> None:
    """Send a client message."""
    await connection.send(json.dumps(message))


async def get(connection: ClientConnection, timeout_s: float = 60) -> Any:
    """Return the next frame, text decoded."""
    frame = await asyncio.wait_for(connection.recv(), timeout_s)
    return json.loads(frame) if isinstance(frame, str) else frame


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110  (it waits for what other tasks do)
            await asyncio.sleep(0.01)


def order(number: int) -> OrderItem:
    """Return an order."""
    return OrderItem(f"ord_{number}", "open", "org_a", datetime.now(UTC))


# --------------------------------------------------------------------------------------------------------- handshake


@pytest.mark.parametrize("token", [None, "nobody.org_x"])
async def test_handshake_without_valid_token_is_401(token):
    """Without a valid token the handshake itself answers 401 as a problem, and nothing is accepted."""
    async with served() as site:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await site.dial(token)
        response = refused.value.response
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
        assert json.loads(response.body)["code"] == "unauthenticated"
        assert site.world.hub.clients == 0


async def test_only_the_protocol_is_echoed():
    """The server selects hexlane.live.v1 and never echoes the token."""
    async with served() as site:
        connection = await site.dial()
        assert connection.subprotocol == "hexlane.live.v1"


async def test_session_cookie_counts_from_our_own_pages_only():
    """A session cookie opens the feed from the console's origin, and not from a page of another one."""
    async with served() as site:
        cookie = {"Cookie": "hexlane_session=dispatcher.org_centre"}
        url = f"ws://127.0.0.1:{site.port}/v1/live"
        own = await connect(url, additional_headers=cookie, origin="http://console.test", compression=None)
        await own.close()
        with pytest.raises(websockets.InvalidStatus) as refused:
            await connect(url, additional_headers=cookie, origin="http://evil.test", compression=None)
        assert refused.value.response.status_code == 401


# ------------------------------------------------------------------------------------------------------------- feed


async def test_snapshot_increments_and_bbox():
    """A client gets a snapshot of its box, then increments with rising seq, and nothing from outside."""
    async with served(record("1", 1)) as site:
        site.fly()
        site.world.position(B, LAT + 0.5)
        await asyncio.sleep(0.1)
        connection = await site.dial()
        box = [LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1]
        await ask(connection, subscribe={"bbox": box, "topics": ["tracks"]})
        first = await get(connection)
        assert (first["topic"], first["kind"]) == ("tracks", "snapshot")
        assert [item["aircraft_id"] for item in first["items"]] == ["ac_1"]
        seq = first["seq"]
        for i in range(1, 4):
            site.fly(LAT + i / 1000)
            message = await get(connection)
            assert message["kind"] == "increment"
            assert message["seq"] > seq
            assert message["items"][0]["lat_deg"] == pytest.approx(LAT + i / 1000)
            seq = message["seq"]


async def test_binary_feed():
    """With binary encoding an index message and a frame of 22 bytes a drone come, and then increments."""
    async with served(record("1", 1)) as site:
        site.fly()
        await asyncio.sleep(0.1)
        connection = await site.dial()
        await ask(connection, subscribe={"topics": ["tracks"]}, encoding="binary")
        index, frame = await get(connection), await get(connection)
        assert index["topic"] == "index"
        assert index["items"][0]["aircraft_id"] == "ac_1"
        assert decode_tracks(frame)[3]["lat_deg"].tolist() == pytest.approx([LAT])
        site.fly(LAT + 0.001)
        frame = await get(connection)
        assert len(frame) == 32 + 22
        assert decode_tracks(frame)[0] == "increment"


async def test_operators_are_isolated():
    """Each firm sees its own aircraft only, over sockets as over HTTP."""
    async with served(record("1", 1, firm="org_a"), record("2", 2, firm="org_b")) as site:
        site.fly()
        site.world.position(B)
        await asyncio.sleep(0.1)
        for firm, aircraft in (("org_a", ["ac_1"]), ("org_b", ["ac_2"]), ("org_c", [])):
            connection = await site.dial(f"operator.{firm}")
            await ask(connection, subscribe={})
            assert [item["aircraft_id"] for item in (await get(connection))["items"]] == aircraft
            async with httpx.AsyncClient(base_url=site.url, timeout=PATIENCE_S) as http:
                answer = await http.get("/v1/tracks", headers={"Authorization": f"Bearer operator.{firm}"})
            assert [item["aircraft_id"] for item in answer.json()["items"]] == aircraft


async def test_resume_with_since():
    """After a broken connection `since` brings every event missed, once, before the live ones go on."""
    async with served() as site:
        connection = await site.dial()
        await ask(connection, subscribe={"topics": ["orders"]})
        await get(connection)
        site.world.hub.publish("orders", order(1))
        since = (await get(connection))["seq"]
        await connection.close()
        for i in (2, 3):
            site.world.hub.publish("orders", order(i))
        connection = await site.dial()
        await ask(connection, subscribe={"topics": ["orders"]}, since=since)
        got = [await get(connection), await get(connection)]
        site.world.hub.publish("orders", order(4))
        got.append(await get(connection))
        assert [message["items"][0]["order_id"] for message in got] == ["ord_2", "ord_3", "ord_4"]
        assert {message["kind"] for message in got} == {"increment"}


async def test_slow_client_loses_positions_only_and_slows_nobody():
    """A client that stops reading skips positions but gets every event, while another is served on time."""
    async with served(limits=LiveLimits(tick_s=0.02)) as site:
        for i in range(400):
            site.world.position(vehicle(50000 + i, 1), LAT + i / 10000)
        await asyncio.sleep(0.1)
        narrow = socket.create_connection(("127.0.0.1", site.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        slow = await site.dial(max_queue=1, sock=narrow)
        quick = await site.dial()
        for connection in (slow, quick):
            await ask(connection, subscribe={"topics": ["tracks", "orders"]})
        assert (await get(quick))["topic"] == "tracks"
        assert (await get(quick))["topic"] == "orders"
        for step in range(60):
            now = site.world.unix_s
            site.world.telemetry.on_events(
                [position(vehicle(50000 + i, 1), now, LAT + i / 10000, LON + step / 1000) for i in range(400)]
            )
            site.world.hub.publish("orders", order(step))
            # Served on time: it has all of this step before there is a next one, though the other has read nothing yet.
            wanted = {"tracks", "orders"}
            while wanted:
                message = await get(quick)
                items = message["items"]
                of_step = (
                    all(abs(item["lon_deg"] - LON - step / 1000) < 1e-6 for item in items)
                    if message["topic"] == "tracks"
                    else [item["order_id"] for item in items] == [f"ord_{step}"]
                )
                wanted -= {message["topic"]} if of_step else set()
        seen, last_lon, seqs = [], 0.0, []
        while len(seen) < 60 or last_lon < LON + 0.059 - 1e-9:
            message = await get(slow)
            seqs.append(message["seq"])
            if message["topic"] == "orders" and message["kind"] == "increment":
                seen.append(message["items"][0]["order_id"])
            elif message["topic"] == "tracks":
                last_lon = max(item["lon_deg"] for item in message["items"])
        assert seen == [f"ord_{i}" for i in range(60)]
        assert seqs == sorted(seqs)
        assert site.world.hub.counters["skipped_batches"] > 5


async def test_client_that_never_reads_is_ended_and_the_server_stops_cleanly():
    """Events piling up end a stalled connection and leave the hub; the server then stops without hanging."""
    async with served(limits=LiveLimits(tick_s=0.05, mailbox_bytes=200_000)) as site:
        stuck = await site.dial(max_queue=1)
        await ask(stuck, subscribe={"topics": ["alerts"]})
        await get(stuck)
        stuck.transport.pause_reading()
        big = OrderItem("x" * 50_000, "open", None, datetime.now(UTC))
        for _ in range(400):
            site.world.hub.publish("alerts", big)
            await asyncio.sleep(0)
        assert site.world.hub.counters["mailbox_overflows"] == 1
        await until(lambda: site.world.hub.clients == 0)
        stuck.transport.abort()
        site.connections.clear()
        polite = await site.dial()
        await ask(polite, subscribe={"topics": ["tracks"]})
        await get(polite)
        await site.world.hub.close()
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await get(polite)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert CLOSE_OVERFLOW == 4408


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "malformed_json"),
        ("[1]", "invalid_message"),
        ('{"subscribe": {"bbox": [1, 2, 3]}}', "invalid_message"),
        ('{"subscribe": {"bbox": [3, 1, 2, 2]}}', "invalid_bbox"),
        ('{"subscribe": {"bbox": [22.5, 114.0, 22.6, 114.2]}}', "invalid_bbox"),
        ('{"subscribe": {"h3": ["zzz"]}}', "invalid_h3"),
        ('{"subscribe": {"h3": [], "bbox": [1, 2, 3, 4]}}', "invalid_area"),
        ('{"subscribe": {"topics": ["weather"]}}', "unknown_topic"),
        ('{"subscribe": {}, "since": "yesterday"}', "invalid_message"),
        ('{"subscribe": {}, "encoding": "xml"}', "invalid_message"),
        ("NaN", "malformed_json"),
        ("[" * 100_000, "invalid_message"),
    ],
)
async def test_bad_messages_are_answered(message, code):
    """A message that cannot be followed is answered with its code, and the subscription before goes on."""
    async with served() as site:
        site.fly()
        await asyncio.sleep(0.1)
        connection = await site.dial()
        await ask(connection, subscribe={})
        await get(connection)
        await connection.send(message)
        answer = await get(connection)
        assert (answer["topic"], answer["code"]) == ("error", code)
        assert answer["detail"]
        assert answer["detail_zh"]
        site.fly(LAT + 0.001)
        assert (await get(connection))["topic"] == "tracks"


async def test_hello_is_answered_when_asked():
    """A client that asks is told what the server offers."""
    async with served() as site:
        connection = await site.dial()
        await ask(connection, hello=True)
        answer = await get(connection)
        assert (answer["topic"], answer["tick_s"], answer["binary_format"]) == ("hello", 0.05, "HXL2")


@pytest.mark.parametrize(("count", "text", "code"), [(25, "nonsense", 1008), (40, '{"hello":true}', 4429)])
async def test_abuse_ends_the_connection(count, text, code):
    """Too many bad or too many messages end the connection with a code that says so."""
    async with served() as site:
        connection = await site.dial()

        async def abuse() -> None:
            for _ in range(count):
                await connection.send(text)
            while True:
                await get(connection)

        with pytest.raises(websockets.ConnectionClosed) as closed:
            await abuse()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code


async def test_oversized_message_ends_the_connection():
    """A message beyond the limit ends the connection with the code for too big."""
    async with served() as site:
        connection = await site.dial()
        await connection.send(" " * 300_000)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await get(connection)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_no_task_is_left_behind():
    """When connections end, from either side, their reader and writer tasks end with them."""
    async with served() as site:
        for _ in range(5):
            connection = await site.dial()
            await ask(connection, subscribe={})
            await get(connection)
            await connection.close()
        abrupt = await site.dial()
        await ask(abrupt, subscribe={})
        await get(abrupt)
        abrupt.transport.abort()
        theirs = {"live-reader", "live-writer", "live-ender"}
        await until(lambda: not theirs & {task.get_name() for task in asyncio.all_tasks()})
        await until(lambda: site.world.hub.clients == 0)
        assert not theirs & {task.get_name() for task in asyncio.all_tasks()}


async def test_events_by_long_poll():
    """/v1/events waits for an event, gives those of the caller, and says when some were forgotten."""
    async with served() as site, httpx.AsyncClient(base_url=site.url, timeout=10) as http:
        who = {"Authorization": "Bearer operator.org_a"}
        start = (await http.get("/v1/events", headers=who)).json()
        waiting = asyncio.create_task(http.get("/v1/events", headers=who, params={"since": start["seq"], "wait_s": 5}))
        await asyncio.sleep(0.1)
        site.world.hub.publish("orders", order(1), visible_to={"org_b"})
        await asyncio.sleep(0.1)
        assert not waiting.done()
        site.world.hub.publish("orders", order(2), visible_to={"org_a"})
        page = (await waiting).json()
        assert [m["items"][0]["order_id"] for m in page["items"]] == ["ord_2"]
        assert page["complete"]
        assert page["seq"] == page["items"][-1]["seq"]
        gone = (await http.get("/v1/events", headers=who, params={"since": 5})).json()
        assert (gone["items"], gone["complete"]) == ([], False)
        bad = await http.get("/v1/events", headers=who, params={"since": 5, "topics": "tracks"})
        assert bad.status_code == 422


# ------------------------------------------------------------------------------------------------------------ tracks


def report(**more: Any) -> dict[str, Any]:
    """Return a good report."""
    return {
        "track_id": "r-1",
        "lat_deg": LAT,
        "lon_deg": LON,
        "alt_agl_m": 50.0,
        "observed_at": datetime.now(UTC).isoformat(),
    } | more


SUPPLIER = {"Authorization": "Bearer supplier.org_s"}
FIRM = {"Authorization": "Bearer operator.org_a"}


@asynccontextmanager
async def http_of(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of a site."""
    async with httpx.AsyncClient(base_url=site.url, timeout=20) as http:
        yield http


async def test_supplier_reports_are_tracks():
    """A supplier's positions are tracks of its own: listed, live, with a history, unknown without an aircraft."""
    async with served(record("1", 1)) as site, http_of(site) as http:
        connection = await site.dial("supplier.org_s")
        await ask(connection, subscribe={})
        assert (await get(connection))["items"] == []
        for body in ({"items": [report(source="radar-3")]}, [report(alt_agl_m=51)]):
            await asyncio.sleep(0.01)
            body_of = body["items"] if isinstance(body, dict) else body
            body_of[0]["observed_at"] = datetime.now(UTC).isoformat()
            answer = await http.post("/v1/tracks", json=body, headers=SUPPLIER)
            assert answer.status_code == 202, answer.text
            assert answer.json() == {"accepted": 1, "rejected": [], "flagged": []}
        live = await get(connection)
        assert live["items"][0]["track_id"] == "r-1"
        (item,) = (await http.get("/v1/tracks", headers=SUPPLIER)).json()["items"]
        assert (item["source"], item["state"], item["aircraft_id"]) == ("radar-3", "unknown", None)
        assert (item["alt_agl_m"], item["alt_amsl_m"], item["alt_hae_m"]) == (51.0, 61.0, 58.0)
        page = (await http.get("/v1/tracks/r-1/history", headers=SUPPLIER)).json()
        assert [entry["alt_hae_m"] for entry in page["items"]] == [57.0, 58.0]
        first = (await http.get("/v1/tracks/r-1/history", headers=SUPPLIER, params={"limit": 1})).json()
        more = {"limit": 1, "cursor": first["next_cursor"]}
        second = (await http.get("/v1/tracks/r-1/history", headers=SUPPLIER, params=more)).json()
        assert [p["items"][0]["alt_hae_m"] for p in (first, second)] == [57.0, 58.0]
        assert second["next_cursor"] is None
        for path in ("/v1/tracks/r-1/history", "/v1/tracks/none/history"):
            answer = await http.get(path, headers=FIRM)
            assert answer.status_code == 404


async def test_reports_are_judged_one_by_one():
    """Good reports are taken and each bad one is listed by index with a stable code."""
    async with served(record("1", 1, firm="org_a"), record("2", 2, firm="org_b")) as site, http_of(site) as http:
        at = datetime.now(UTC)
        items = [
            report(aircraft_id="ac_1", observed_at=at.isoformat()),
            report(aircraft_id="ac_2"),
            report(aircraft_id="ac_9"),
            report(),
            report(aircraft_id="ac_1", lat_deg=91),
            report(aircraft_id="ac_1", observed_at="2026-03-01T04:00:00"),
            report(aircraft_id="ac_1", observed_at=(at - timedelta(hours=1)).isoformat()),
            report(aircraft_id="ac_1", lat_deg=0, lon_deg=0),
            report(aircraft_id="ac_1", alt_agl_m=None),
            report(aircraft_id="ac_1", observed_at=at.isoformat()),
            report(aircraft_id="ac_1", observed_at=(at - timedelta(seconds=1)).isoformat()),
            report(aircraft_id="ac_1", speed=3),
            report(aircraft_id="ac_1", landed=1),
            "nonsense",
            report(aircraft_id="ac_1", observed_at=(at + timedelta(hours=1)).isoformat()),
        ]
        answer = await http.post("/v1/tracks", json={"items": items}, headers=FIRM)
        assert answer.status_code == 202
        body = answer.json()
        assert body["accepted"] == 2
        assert [(entry["index"], entry["code"]) for entry in body["rejected"]] == [
            (1, "not_found"),
            (2, "not_found"),
            (3, "aircraft_required"),
            (4, "out_of_range"),
            (5, "naive_time"),
            (6, "too_old"),
            (7, "no_position"),
            (8, "altitude_required"),
            (9, "duplicate"),
            (10, "out_of_order"),
            (11, "unknown_field"),
            (12, "wrong_type"),
            (13, "wrong_type"),
        ]
        assert [entry["index"] for entry in body["flagged"]] == [14]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ('{"items": [{"lat_deg": NaN}]}', 422, "not_finite_number"),
        ('{"items": 5}', 422, "validation_failed"),
        ("{}", 422, "validation_failed"),
        ('{"items": [], "more": 1}', 422, "validation_failed"),
        ("", 422, "malformed_json"),
        (json.dumps({"items": [report(lat_deg=91)]}), 422, "validation_failed"),
        (json.dumps({"items": [report(aircraft_id="ac_2")]}), 404, "not_found"),
        (json.dumps({"items": [1] * 10_001}), 422, "validation_failed"),
        (" " * (9 << 20), 413, "body_too_large"),
    ],
)
async def test_bodies_that_are_wrong_as_a_whole(content, status, code):
    """A body nothing of which can be taken is refused as a whole, as a problem with a code."""
    async with served(record("2", 2, firm="org_b")) as site, http_of(site) as http:
        answer = await http.post("/v1/tracks", content=content, headers=FIRM | {"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_roles_decide_before_the_body():
    """Who may not report is told so whatever the body; who may not read is asked for a token."""
    async with served() as site, http_of(site) as http:
        dispatcher = {"Authorization": "Bearer dispatcher.org_centre"}
        assert (await http.post("/v1/tracks", content="nonsense", headers=dispatcher)).status_code == 403
        assert (await http.post("/v1/tracks", content="nonsense")).status_code == 401
        assert (await http.get("/v1/tracks")).status_code == 401


async def test_list_of_tracks_is_narrowed():
    """bbox and since narrow the list, cursors page through it, and bad parameters are named."""
    async with served() as site, http_of(site) as http:
        who = {"Authorization": "Bearer dispatcher.org_centre"}
        for i in range(5):
            site.world.position(vehicle(50000 + i), LAT + i / 100)
        box = f"{LON - 0.1},{LAT - 0.001},{LON + 0.1},{LAT + 0.011}"
        answer = await http.get("/v1/tracks", headers=who, params={"bbox": box})
        assert len(answer.json()["items"]) == 2
        seen, cursor = [], None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await http.get("/v1/tracks", headers=who, params=params)).json()
            seen += [item["track_id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [f"trk_{i}" for i in range(1, 6)]
        late = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
        assert (await http.get(f"/v1/tracks?since={late}", headers=who)).json()["items"] == []
        early = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        assert len((await http.get("/v1/tracks", headers=who, params={"since": early})).json()["items"]) == 5
        for params in ({"bbox": "1,2,3"}, {"since": "yesterday"}, {"since": "2026-03-01T04:00:00"}, {"cursor": "?"}):
            answer = await http.get("/v1/tracks", headers=who, params=params)
            assert answer.status_code == 422
