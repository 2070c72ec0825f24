"""A closure that touches 200 booked missions, on the whole service: `python -m tests.bench.replanning`.

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
from utm.logistics.orders import NewOrder
from utm.security.authorise import scopes_of
from utm.security.principal import Principal
from utm.services import Services

AUTHORITY = Party("authority", "regulator")
FIRM = FIRMS[0]
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
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
    await _asked(server, AUTHORITY, "PUT", "/v1/policy", {"auto_approve_synthetic_terrain": True})
    await _asked(server, AUTHORITY, "PUT", "/v1/ground-risk/rules", {"noise": {"price": 0.0}})
    await _booked(server, services, clock, missions)
    dispatcher = services.logistics.dispatcher
    given_up, planned, booked = Timed(), Timed(), Timed()
    dispatcher.release_disturbed = given_up.around(dispatcher.release_disturbed)  # type: ignore[method-assign]
    dispatcher._draft = planned.around(dispatcher._draft)  # type: ignore[method-assign]
    dispatcher._booker.task = booked.around(dispatcher._booker.task)  # type: ignore[method-assign]
    before = {item["mission_id"] for item in await _living(server)}
    zone, touched = _zone(services, missions)
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
    print(f"| **together** (goal: 2 s) | **{sum(first):.2f}** |")
    order = await server.request(FIRM, "GET", "/v1/orders", query="state=created&limit=1000")
    causes = Counter((item["cause"] or {}).get("code") for item in order.body["items"])
    print(f"| book anew ({anew} missions, {booked.calls} tasks asked for) | {booked.spent_s:.2f} |")
    print(f"\n{kept} missions were not touched and stay as booked; orders that wait: {dict(causes)}.")
    await server.stop()


async def _living(server: Server) -> list[dict[str, Any]]:
    reply = await server.request(FIRM, "GET", "/v1/missions", query="state=booked&limit=1000")
    return list(reply.body["items"])


async def _booked(server: Server, services: Services, clock: VirtualClock, missions: int) -> None:
    """Register a carrier for each order, standing at its origin, and plan all of them at once."""
    rng = Random(5)
    sites = list(services.book.sites.values())
    pairs = [(a, b) for a in sites for b in sites if _passes_by(a, b, _middle(sites))]
    principal = Principal(FIRM.client_id, "operator", FIRM.organisation_id, FIRM.key, scopes=scopes_of("operator"))
    for k in range(round(1.5 * missions)):
        origin, destination = rng.choice(pairs)
        body = {
            "registration": f"UASRP{k:06d}",
            "manufacturer": "Hexlane Simulation",
            "model": "SIM-X4",
            "class": "small",
        }
        aircraft_id = (await _asked(server, FIRM, "POST", "/v1/aircraft", body)).body["aircraft_id"]
        carrier = {"site_id": origin.site_id, "payload_max_kg": 5.0, "battery_wh": 1_600.0}
        await _asked(server, FIRM, "PUT", f"/v1/carriers/{aircraft_id}", carrier)
        order = NewOrder(
            origin.site_id, destination.site_id, 1.0, "standard", clock.now() + timedelta(seconds=rng.uniform(300, 840)),
            None, False, False, None,
        )  # fmt: skip
        async with services.logistics.dispatcher.turn:  # none is planned before all are told
            await server.run(lambda found, order=order: found.logistics.orders.create(principal, order))
    await server.run(lambda found: found.logistics.dispatcher.plan_for(FIRM.organisation_id), timeout_s=1e6)


def _middle(sites: Sequence[Site]) -> tuple[float, float]:
    """Return the busiest place between the sites: the site that most others lie around."""
    near = {
        site.site_id: sum(math.dist((site.x_m, site.y_m), (o.x_m, o.y_m)) < 6_000.0 for o in sites) for site in sites
    }
    best = max(sites, key=lambda site: (near[site.site_id], site.site_id))
    return best.x_m, best.y_m


def _passes_by(a: Site, b: Site, middle: tuple[float, float]) -> bool:
    """Tell whether the straight way between two sites passes near a place that lies well off both of them."""
    ends = np.array([[a.x_m, a.y_m], [b.x_m, b.y_m]]) - np.array(middle)
    far = np.hypot(ends[:, 0], ends[:, 1])
    leg = ends[1] - ends[0]
    length = float(np.hypot(*leg))
    if not 4_000.0 <= length <= 12_000.0 or far.min() < 2_700.0:
        return False
    along = float(np.clip(-(ends[0] @ leg) / length**2, 0.0, 1.0))
    return float(np.hypot(*(ends[0] + along * leg))) < 2_200.0


def _zone(services: Services, missions: int) -> tuple[dict[str, Any], int]:
    """Return a circle around the middle of the ways, as small as it may be to touch so many missions, and how many it does."""
    sites = list(services.book.sites.values())
    x, y = _middle(sites)
    lats, lons = services.book.region.frame.to_lat_lon(np.array([x]), np.array([y]))
    lat, lon, touched = float(lats[0]), float(lons[0]), 0
    for radius_m in range(200, 6_000, 100):
        feature = _feature(lat, lon, float(radius_m))
        zone = services.zone_desk.parse(feature)
        touched = len({item.plan.plan_id for item in services.zone_desk.impact(zone).filed})
        if touched >= missions:
            return feature, touched
    raise RuntimeError(f"no circle touches {missions}: at most {touched}")


def _feature(lat: float, lon: float, radius_m: float) -> dict[str, Any]:
    properties = {
        "zone_id": "zn_replanning", "name": "Closed", "restriction": "PROHIBITED", "reason": "bench",
        "lower_m": 30, "upper_m": 120, "datum": "AGL", "radius_m": radius_m,
    }  # fmt: skip
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missions", type=int, default=200)
    options = parser.parse_args()
    warm()
    with tempfile.TemporaryDirectory(prefix="hexlane-replanning-", dir=fast_folder()) as folder:
        loop = VirtualLoop(1, longest_thread_s=0.004)
        clock = VirtualClock(loop, NOON)
        server = Server(
            loop=loop, clock=clock, network=Network(loop, Random("net")), folder=Path(folder), parties=[*FIRMS, AUTHORITY],
            rng=Random("server"), rates_hz={},
        )  # fmt: skip
        with seeded(1, clock.unix_s):
            run(_course(server, clock, options.missions), loop)


if __name__ == "__main__":
    main()
