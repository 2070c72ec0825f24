"""A closure that touches many booked missions, on the whole service: `python -m tests.bench.replanning`.

The service runs in simulated time (`sim.deterministic`); a firm's orders are planned and booked, then a zone is published over
their ways. CPU time of one core: giving up what is touched, planning it anew, and booking what was planned.
"""

import argparse
import asyncio
import math
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import numpy as np

from airspace.sites import Site
from sim.deterministic.machine import fast_folder, warm
from sim.deterministic.network import Network
from sim.deterministic.server import Party, Reply, Server
from sim.deterministic.sources import seeded
from sim.deterministic.world import FIRMS
from sim.virtual_time import VirtualClock, VirtualLoop, run
from utm.logistics import booking_round as round_module
from utm.logistics import dispatcher as dispatcher_module
from utm.logistics.orders import NewOrder
from utm.security.authorise import scopes_of
from utm.security.principal import Principal
from utm.services import Services

AUTHORITY = Party("authority", "regulator")
FIRM = FIRMS[0]
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
WINDOW_S = 6_000.0
"""For how long loads become ready: the pads along the line take so many flights no faster."""
T = TypeVar("T")


class Timed:
    """CPU seconds of a coroutine function, over all its calls."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self.calls = 0

    def around(self, work: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        """Return the function, timed; its awaits run nothing else that counts in this bench."""

        async def timed(*args: Any, **more: Any) -> T:
            began, self.calls = time.process_time(), self.calls + 1
            try:
                return await work(*args, **more)
            finally:
                self.spent_s += time.process_time() - began

        return timed


async def _asked(server: Server, party: Party, method: str, path: str, body: Any = None) -> Reply:
    reply = await server.request(party, method, path, body)
    if not reply.ok:
        raise RuntimeError(f"{method} {path}: {reply.body}")
    return reply


async def _course(server: Server, clock: VirtualClock, missions: int) -> None:
    services = await server.start()
    for module in (dispatcher_module, round_module):  # more stands booked than on an ordinary day
        module.BOOK_AHEAD_S = WINDOW_S + 600.0  # type: ignore[attr-defined]
    await _asked(server, AUTHORITY, "PUT", "/v1/policy", {"auto_approve_synthetic_terrain": True})
    await _asked(server, AUTHORITY, "PUT", "/v1/ground-risk/rules", {"noise": {"price": 0.0}})
    await _booked(server, services, clock, missions)
    dispatcher = services.logistics.dispatcher
    given_up, planned, booked = Timed(), Timed(), Timed()
    dispatcher.release_disturbed = given_up.around(dispatcher.release_disturbed)  # type: ignore[method-assign]
    dispatcher._draft = planned.around(dispatcher._draft)  # type: ignore[method-assign]
    dispatcher._booker.task = booked.around(dispatcher._booker.task)  # type: ignore[method-assign]
    before = {item["mission_id"] for item in await _living(server)}
    print(f"{len(before)} missions are booked; orders that wait before the closure: {await _waiting(server)}.")
    zone, touched = _zone(services)
    began = time.process_time()
    await _asked(server, AUTHORITY, "POST", "/v1/zones", zone)
    published_s = time.process_time() - began
    first: tuple[float, float] | None = None
    for _ in range(24):  # two simulated minutes
        await asyncio.sleep(5.0)
        if planned.calls and first is None:
            first = given_up.spent_s, planned.spent_s
    after = {item["mission_id"] for item in await _living(server)}
    assert first is not None
    kept, anew = len(before & after), len(after - before)
    print(
        f"A zone over the ways of {touched} of {len(before)} booked missions (published in {published_s:.2f} s of CPU):"
    )
    print("| step | CPU s |")
    print("|---|---|")
    print(f"| give up what is touched | {first[0]:.2f} |")
    print(f"| plan anew, ways included | {first[1]:.2f} |")
    print(f"| **together** (goal for 200: 2 s) | **{sum(first):.2f}** |")
    causes = await _waiting(server)
    print(f"| book anew ({anew} missions, {booked.calls} tasks asked for) | {booked.spent_s:.2f} |")
    print(f"\n{kept} missions were not touched and stay as booked; orders that wait: {causes}.")
    await server.stop()


async def _waiting(server: Server) -> dict[str, int]:
    """Return how many orders wait, by cause."""
    order = await server.request(FIRM, "GET", "/v1/orders", query="state=created&limit=1000")
    return dict(Counter((item["cause"] or {}).get("code") for item in order.body["items"]))


async def _living(server: Server) -> list[dict[str, Any]]:
    reply = await server.request(FIRM, "GET", "/v1/missions", query="state=booked&limit=1000")
    return list(reply.body["items"])


async def _booked(server: Server, services: Services, clock: VirtualClock, missions: int) -> None:
    """Register a carrier for each order, standing at its origin, and plan all of them at once."""
    rng = Random(5)
    sites = list(services.book.sites.values())
    pairs = [(a, b) for a in sites for b in sites if _crosses(a, b, _line_m(sites))]
    principal = Principal(FIRM.client_id, "operator", FIRM.organisation_id, FIRM.key, scopes=scopes_of("operator"))
    for k in range(round(2.0 * missions)):
        origin, destination = rng.choice(pairs)
        body = {
            "registration": f"UASRP{k:06d}",
            "manufacturer": "Hexlane Simulation",
            "model": "SIM-X4",
            "class": "small",
        }
        aircraft_id = (await _asked(server, FIRM, "POST", "/v1/aircraft", body)).body["aircraft_id"]
        carrier = {"site_id": origin.site_id, "payload_max_kg": 5.0, "battery_wh": 3_200.0}
        await _asked(server, FIRM, "PUT", f"/v1/carriers/{aircraft_id}", carrier)
        order = NewOrder(
            origin.site_id, destination.site_id, 1.0, "standard", clock.now() + timedelta(seconds=rng.uniform(300, WINDOW_S)),
            None, False, False, None,
        )  # fmt: skip
        async with services.logistics.dispatcher.turn:  # none is planned before all are told
            await server.run(lambda found, order=order: found.logistics.orders.create(principal, order))
    for _ in range(3):  # what found its pad taken is planned again
        await server.run(lambda found: found.logistics.dispatcher.plan_for(FIRM.organisation_id), timeout_s=1e6)
        await asyncio.sleep(70.0)


def _line_m(sites: Sequence[Site]) -> float:
    """Return the x of the north-south line that most ways cross: the median of the sites."""
    return float(np.median([site.x_m for site in sites]))


def _crosses(a: Site, b: Site, line_m: float) -> bool:
    """Tell whether two sites lie a delivery apart, on two sides of a line and well off it."""
    if not 2_500.0 <= math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) <= 9_000.0:
        return False
    return (a.x_m - line_m) * (b.x_m - line_m) < 0.0 and min(abs(a.x_m - line_m), abs(b.x_m - line_m)) > 600.0


def _zone(services: Services) -> tuple[dict[str, Any], int]:
    """Return a strip across the city, closed up to 62 m, and how many plans it touches: what was lower must fly higher."""
    sites = list(services.book.sites.values())
    line_m = _line_m(sites)
    y = [site.y_m for site in sites]
    x_m, y_m = [line_m - 200.0, line_m + 200.0], [min(y) - 3_000.0, max(y) + 3_000.0]
    corners = [(x_m[0], y_m[0]), (x_m[1], y_m[0]), (x_m[1], y_m[1]), (x_m[0], y_m[1]), (x_m[0], y_m[0])]
    lats, lons = services.book.region.frame.to_lat_lon(*(np.array(item) for item in zip(*corners, strict=True)))
    properties = {
        "zone_id": "zn_replanning", "name": "Closed", "restriction": "PROHIBITED", "reason": "bench",
        "lower_m": 0, "upper_m": 62, "datum": "AGL",
    }  # fmt: skip
    ring = [[float(lon), float(lat)] for lat, lon in zip(lats, lons, strict=True)]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}
    zone = services.zone_desk.parse(feature)
    touched = len({item.plan.plan_id for item in services.zone_desk.impact(zone).filed})
    return feature, touched


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missions", type=int, default=280, help="orders told are twice as many")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    missions = 20 if options.quick else options.missions
    warm()
    with tempfile.TemporaryDirectory(prefix="hexlane-replanning-", dir=fast_folder()) as folder:
        loop = VirtualLoop(1, longest_thread_s=0.004)
        clock = VirtualClock(loop, NOON)
        server = Server(
            loop=loop, clock=clock, network=Network(loop, Random("net")), folder=Path(folder), parties=[*FIRMS, AUTHORITY],
            rng=Random("server"), rates_hz={},
        )  # fmt: skip
        with seeded(1, clock.unix_s):
            run(_course(server, clock, missions), loop)


if __name__ == "__main__":
    main()
