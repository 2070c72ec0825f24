"""A firm sees its own things whole and others' not at all, through every door of the API; planted leaks are found."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.conftest import Server
from tests.fakes import filing, flying
from tests.fakes.filing import text
from tests.fakes.flying import until
from tests.fakes.planted_server import PlantedServer
from tests.fakes.tenancy import HIDDEN, LETTERS, MATRIX, SOCKETS
from tests.fakes.tenancy_walk import Walk
from tests.fakes.two_firms import Firm, TwoFirms, report, seed, seed_offices, two_firms
from utm.app import create_app
from utm.security.authorise import PERMISSIONS
from utm.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
TOLD_LIVE = ("plan", "flown_plan", "track", "alert", "command", "order")
CLOSED = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-31T00:00:00Z"}


def _token(client: httpx.Client) -> str:
    return str(client.headers["authorization"]).removeprefix("Bearer ")


def _routes(listed: Iterable[Any]) -> Iterator[Any]:
    """Return every route of an application, those of included routers too."""
    for route in listed:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _routes(inner.routes)


class Listener:
    """Everything one caller gets over `WS /v1/live`, in both encodings, as text and bytes."""

    def __init__(self, city: TwoFirms, client: httpx.Client, encoding: str) -> None:
        self.url = city.server.base_url.replace("http", "ws") + "/v1/live"
        self.protocols = ["hexlane.live.v1", f"bearer.{_token(client)}"]
        self.encoding = encoding
        self.frames: list[bytes] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop."""
        async with connect(self.url, subprotocols=self.protocols, max_size=None) as live:  # type: ignore[arg-type]
            topics = ["tracks", "alerts", "plans", "zones", "commands", "orders"]
            await live.send(json.dumps({"subscribe": {"topics": topics}, "encoding": self.encoding}))
            while not stop.is_set():
                try:
                    frame = await asyncio.wait_for(live.recv(), 0.2)
                except TimeoutError:
                    continue
                self.frames.append(frame if isinstance(frame, bytes) else frame.encode())

    def has(self, owner: Firm) -> bool:
        """Tell whether one of everything that is told live of a firm was told."""
        told = b"\n".join(self.frames)
        return all(owner.ids[kind].encode() in told for kind in TOLD_LIVE)

    def leaks(self, owner: Firm) -> list[str]:
        """Return the private strings of a firm that were told, however a frame is written."""
        told = b"\n".join(self.frames)
        return sorted(item for item in owner.private if item.encode() in told or json.dumps(item).encode() in told)


async def _listened(city: TwoFirms, work: Any) -> list[tuple[str, int, Listener]]:
    """Listen as both firms and the supplier while something is done in another thread."""
    callers = [("operator", 0, city.firms[0].client), ("operator", 1, city.firms[1].client)]
    callers.append(("supplier", -1, city.client("supplier")))
    found = [(role, nth, Listener(city, client, kind)) for role, nth, client in callers for kind in ("json", "binary")]
    stop = asyncio.Event()
    tasks = [asyncio.create_task(listener.run(stop)) for _, _, listener in found]
    try:
        await asyncio.to_thread(work)
        for role, nth, listener in found:
            if role == "operator" and listener.encoding == "json":
                await asyncio.to_thread(
                    until, lambda nth=nth, of=listener: of.has(city.firms[nth]), 60, "the live feed"
                )
        await asyncio.sleep(1.0)
    finally:
        stop.set()
        await asyncio.gather(*tasks)
    return found


def _fill(server: Server, city: TwoFirms) -> list[tuple[str, int, Listener]]:
    """Give both firms and the offices one of everything, listening meanwhile."""

    def work() -> None:
        with flying.flying(server) as fleet:
            for firm in city.firms:
                seed(city, firm, fleet)
            seed_offices(city)
            for firm in city.firms:
                report(firm)

    return asyncio.run(_listened(city, work))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TwoFirms, list[tuple[str, int, Listener]]]]:
    """A city in which both firms own everything, with what was told live meanwhile."""
    running = Server(tmp_path_factory.mktemp("tenancy"))
    running.start()
    try:
        with two_firms(running) as city:
            yield city, _fill(running, city)
    finally:
        running.stop()


def test_every_endpoint_has_its_line_in_the_matrix(tmp_path: Path) -> None:
    """An endpoint nobody has said the rule of must fail here, and so must a line for one that is gone."""
    app = create_app(Settings(data_dir=tmp_path, demo=True, mavlink_udp_port=None))
    documented, sockets, hidden = set(), set(), set()
    for route in _routes(app.routes):
        if isinstance(route, WebSocketRoute):
            sockets.add(route.path)
        elif isinstance(route, APIRoute) and route.include_in_schema:
            documented |= {f"{method} {route.path}" for method in route.methods - {"HEAD"}}
        elif isinstance(route, Route):
            hidden.add(route.path)
        else:
            assert isinstance(route, Mount), route
    hidden -= {endpoint.partition(" ")[2] for endpoint in documented}
    said = (
        "tests/fakes/tenancy.py says nothing about {names}. Add to {table}, in that file, a line such as\n"
        '    "{first}": Rule("odra", own={{"plan_id": "plan"}}),\n'
        "with the letters of the roles that may take it; `own` where the path names a firm's thing, `shows` where the "
        "answer lists some, `body` where it reads one; see the class Rule. A new kind of thing is seeded in "
        "tests/fakes/two_firms.py."
    )
    unknown = sorted(documented - set(MATRIX))
    assert not unknown, said.format(names=unknown, first=unknown[0], table="MATRIX")
    unknown = sorted(sockets - set(SOCKETS))
    assert not unknown, said.format(names=unknown, first=unknown[0], table="SOCKETS")
    unknown = sorted(hidden - HIDDEN)
    assert not unknown, said.format(names=unknown, first=unknown[0], table="HIDDEN")
    gone = sorted(set(MATRIX) - documented) + sorted(set(SOCKETS) - sockets)
    assert not gone, f"tests/fakes/tenancy.py has lines for endpoints that are gone: {gone}"


def test_the_matrix_and_the_one_place_that_authorises_agree(tmp_path: Path) -> None:
    """The roles of each line must be those of the action its route asks for: two people have said the same."""
    app = create_app(Settings(data_dir=tmp_path, demo=True, mavlink_udp_port=None))
    names = {role: letter for letter, role in LETTERS.items()}
    differ = []
    for route in _routes(app.routes):
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        asked = [getattr(item.call, "hexlane_action", None) for item in route.dependant.dependencies]
        actions = [item for item in asked if item is not None]
        for method in route.methods - {"HEAD"}:
            rule = MATRIX.get(f"{method} {route.path}")
            if rule is not None and actions:
                allowed = {names[role] for role in PERMISSIONS[actions[0]]}
                if set(rule.roles) != allowed:
                    differ.append(f"{method} {route.path}: {actions[0]} admits {sorted(allowed)}, not {rule.roles}")
    assert not differ, "\n".join(differ)


def test_no_endpoint_tells_a_firm_of_another(filled: tuple[TwoFirms, Any]) -> None:
    """Every endpoint, as nobody, every role and both firms: no private string, no 404 that differs, no wrong door."""
    city, _ = filled
    document = httpx.get(f"{city.server.base_url}/openapi.json", timeout=30).json()
    walk = Walk(city, document)
    walk.denied()
    assert not walk.faults, "\n".join(map(str, walk.faults))
    assert walk.tried > 6 * len(walk.operations)
    walk.admitted()
    assert not walk.faults, "\n".join(map(str, walk.faults))


def test_the_live_feed_tells_a_firm_of_itself_alone(filled: tuple[TwoFirms, list[tuple[str, int, Listener]]]) -> None:
    """In JSON and in binary, while the other firm filed, flew and was commanded, nothing private of it was sent."""
    city, heard = filled
    for role, nth, listener in heard:
        assert listener.frames, (role, nth, listener.encoding)
        for owner in city.firms:
            if owner.nth != nth:
                assert not listener.leaks(owner), (role, nth, listener.encoding)
            elif listener.encoding == "json":
                told = b"\n".join(listener.frames).decode()
                for kind in TOLD_LIVE:
                    assert owner.ids[kind] in told, (kind, role, nth)


def test_events_and_webhooks_tell_a_firm_of_itself_alone(filled: tuple[TwoFirms, Any]) -> None:
    """Long poll and webhooks must bring a firm its own events and none with a private string of the other."""
    city, _ = filled
    kinds = ("plan", "flown_plan", "alert", "order")
    for firm in city.firms:
        other = city.firms[1 - firm.nth]
        until(lambda firm=firm: all(firm.ids[kind] in firm.receiver.text() for kind in kinds), 60, "the deliveries")  # type: ignore[misc]
        received = firm.receiver.text()
        for kind in kinds:
            assert firm.ids[kind] in received, kind
        assert not other.leaks(received)
        polled = filing.send(firm.client, "GET", "/v1/events", params={"since": city.office["seq"], "wait_s": 0})
        assert firm.ids["plan"] in polled.text
        assert not other.leaks(polled.text)


def test_replay_tells_a_firm_of_itself_alone(filled: tuple[TwoFirms, Any]) -> None:
    """What was recorded, as lines and as a connection, must show each firm what it might have seen and no more."""
    city, _ = filled
    window = {"from": text(city.started_at - timedelta(minutes=1)), "to": text(datetime.now(UTC))}
    for firm in city.firms:
        other = city.firms[1 - firm.nth]

        def lines(firm: Firm = firm) -> str:
            return filing.send(firm.client, "GET", "/v1/replay", params=window).text

        until(lambda firm=firm, lines=lines: firm.ids["track"] in lines(), 30, "the recording")  # type: ignore[misc]
        assert not other.leaks(lines())
        for encoding in ("json", "binary"):
            played = asyncio.run(_replayed(city, firm.client, window, encoding))
            assert played
            assert not [item for item in other.private if item.encode() in played]


async def _replayed(city: TwoFirms, client: httpx.Client, window: dict[str, str], encoding: str) -> bytes:
    url = city.server.base_url.replace("http", "ws") + "/v1/replay/live"
    frames: list[bytes] = []
    protocols: Any = ["hexlane.live.v1", f"bearer.{_token(client)}"]
    async with connect(url, subprotocols=protocols, max_size=None) as live:
        topics = ["tracks", "alerts", "plans", "zones", "commands", "orders"]
        control = {**window, "speed": 60}
        await live.send(json.dumps({"replay": control, "subscribe": {"topics": topics}, "encoding": encoding}))
        for _ in range(20):
            try:
                frame = await asyncio.wait_for(live.recv(), 1.5 if frames else 60)
            except TimeoutError:
                break
            frames.append(frame if isinstance(frame, bytes) else frame.encode())
    return b"\n".join(frames)


def test_the_socket_for_positions_takes_a_firms_own_aircraft_only(filled: tuple[TwoFirms, Any]) -> None:
    """Over the ingest socket another firm's aircraft must be as unknown as one that never was."""
    city, _ = filled
    owner, other = city.firms

    async def sent(aircraft_id: str) -> Any:
        url = city.server.base_url.replace("http", "ws") + "/v1/tracks/ingest"
        protocols: Any = ["hexlane.live.v1", f"bearer.{_token(other.client)}"]
        at = {**filing.point(0, 0), "aircraft_id": aircraft_id, "observed_at": text(datetime.now(UTC))}
        record = {name: at[name] for name in ("lat_deg", "lon_deg", "aircraft_id", "observed_at")} | {"alt_agl_m": 50}
        async with connect(url, subprotocols=protocols) as socket:
            await socket.send(json.dumps({"items": [record]}))
            return json.loads(await asyncio.wait_for(socket.recv(), 10))

    foreign, absent = asyncio.run(sent(owner.ids["aircraft"])), asyncio.run(sent("ac_never_was"))
    assert foreign["problem"]["code"] == absent["problem"]["code"] == "not_found"
    assert not [item for item in owner.leaks(json.dumps(foreign)) if item != owner.ids["aircraft"]]


@pytest.mark.parametrize("path", sorted(SOCKETS))
def test_sockets_open_to_the_roles_of_the_matrix(filled: tuple[TwoFirms, Any], path: str) -> None:
    """Each role must be let in or turned away as the matrix says, and a stranger always."""
    city, _ = filled

    async def opens(client: httpx.Client | None) -> int:
        protocols: Any = ["hexlane.live.v1"] + ([f"bearer.{_token(client)}"] if client else [])
        try:
            async with connect(city.server.base_url.replace("http", "ws") + path, subprotocols=protocols):
                return 101
        except InvalidStatus as refused:
            return int(refused.response.status_code)

    for letter, role in LETTERS.items():
        expected = 101 if letter in SOCKETS[path] else 403
        assert asyncio.run(opens(city.client(role))) == expected, role
    assert asyncio.run(opens(None)) == 401


def test_counts_do_not_move_when_another_firm_acts(filled: tuple[TwoFirms, Any]) -> None:
    """Lists and statistics of a firm must stay to the byte as they were while the other files, orders and registers."""
    city, _ = filled
    watcher, actor = city.firms
    now = datetime.now(UTC)
    window = {"from": text(now - timedelta(days=10)), "to": text(now + timedelta(days=10))}
    doors = ["/v1/operators", "/v1/aircraft", "/v1/flight-plans", "/v1/orders", "/v1/missions", "/v1/carriers"]
    doors += ["/v1/batteries", "/v1/crews", "/v1/standing-approvals", "/v1/webhooks", "/v1/commands"]
    timed = ["/v1/statistics", "/v1/statistics/logistics", "/v1/statistics/fairness"]

    def seen() -> dict[str, Any]:
        found: dict[str, Any] = {path: filing.send(watcher.client, "GET", path).json() for path in doors}
        for item in found["/v1/carriers"]["items"]:
            del item["free_at"]  # one that stands is free from now on
        return found | {path: filing.send(watcher.client, "GET", path, params=window).json() for path in timed}

    before = seen()

    def quiet() -> bool:
        nonlocal before
        then, before = before, seen()
        return then == before

    try:
        until(quiet, 90, "a watcher whose own things stand still")
    except AssertionError:
        then = seen()
        raise AssertionError(
            {path: (then[path], before[path]) for path in then if then[path] != before[path]}
        ) from None
    aircraft = filing.register(actor.client)
    at = datetime.now(UTC) + timedelta(days=7)
    filing.expect_approved(actor.client, filing.plan(aircraft, at))
    order = {"origin_site_id": "st_buji", "destination_site_id": "st_dongmen", "payload_kg": 900}
    assert actor.client.post("/v1/orders", json=order).status_code == 201
    assert actor.client.post("/v1/batteries", json={"label": "x", "capacity_wh": 1}).status_code == 201
    after = seen()
    moved = {path for path in after if after[path] != before[path]}

    def moves_by_itself() -> bool:
        """What the watcher owns is planned anew each minute: what that alone moves too says nothing of the other."""
        now = seen()
        moved.difference_update({path for path in moved if now[path] != after[path]})
        return not moved

    until(moves_by_itself, 90, f"what moved as the other acted to move without it: {sorted(moved)}")


# -- planted leaks -----------------------------------------------------------------------------------------------------

TAMPERING = """
import utm.security
import utm.security.authorise as rules
{leak}
for name in ("may_read_of", "visible_organisation"):
    setattr(utm.security, name, getattr(rules, name))
"""
LEAKS = {
    "things read by id": "rules.may_read_of = lambda principal, owner: True",
    "lists": "rules.visible_organisation = lambda principal: None",
    "the live feed": (
        "import utm.live as live\n"
        "live.EventRecord.visible_for = lambda self, principal: True\n"
        "live.sees_track = lambda principal, identity: True"
    ),
}


@pytest.mark.long
def test_planted_leaks_are_found(tmp_path: Path) -> None:
    """With the authoriser tampered with, the same walk must report leaks by id, in lists, and on the live feed."""
    running = PlantedServer(tmp_path)
    running.plant = TAMPERING.format(leak="\n".join(LEAKS.values()))
    running.start()
    try:
        with two_firms(running) as city:
            heard = _fill(running, city)
            walk = Walk(city, httpx.get(f"{running.base_url}/openapi.json", timeout=30).json())
            walk.denied()
            found = {fault.endpoint for fault in walk.faults}
            assert {"GET /v1/flight-plans/{plan_id}", "GET /v1/aircraft/{aircraft_id}"} <= found
            assert {"GET /v1/flight-plans", "GET /v1/orders", "GET /v1/statistics/fairness"} <= found
            assert {"GET /v1/events", "GET /v1/tracks"} <= found
            for role, nth, listener in heard:
                leaked = [item for owner in city.firms if owner.nth != nth for item in listener.leaks(owner)]
                assert leaked, (role, nth, listener.encoding)
    finally:
        running.stop()
