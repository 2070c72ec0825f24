"""The demonstration's traffic: N drones over the demo's firms, filing and flying without end.

Drones are spread over the sites, firms over the drones. First filings follow one another a fraction of a second apart,
so that the first drone is in the air a few seconds after the start and all are within half a minute or so.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from sim.airframes import FILED_CRUISE_MPS, DroneSpec, make_autopilot
from sim.api_client import ApiError, Client, Credentials, FirmApi
from sim.firm import Firm, Member, Notify, Pads, Tally, cancelled
from sim.flavour import Flavour
from sim.net import Fleet, parse_address
from sim.routes import RouteBook, SitePlace
from sim.world import World

STAGGER_S: Final = 0.4
FIRST_PORT: Final = 24600
REGISTRATIONS: Final = "UASHX"
_MAX_SYSTEM_IDS: Final = 250
_ARDUPILOT_EVERY: Final = 5


@dataclass(slots=True)
class Traffic:
    """Drones in the air and the firms that fly them."""

    fleet: Fleet
    firms: list[Firm]
    tally: Tally
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def member(self, name: str) -> Member | None:
        """Return the drone of a name with what its firm knows of it."""
        return next((m for f in self.firms for m in f.members if m.drone.name == name), None)

    @property
    def airborne(self) -> int:
        """Drones off the ground."""
        return sum(not d.autopilot.vehicle.on_ground for d in self.fleet.drones)

    def status(self) -> dict[str, Any]:
        """Return counts for people and scripts."""
        c = self.fleet.counters
        return {
            "drones": len(self.fleet.drones),
            "airborne": self.airborne,
            **self.tally.as_dict(),
            "messages_sent": c.sent_messages,
            "datagrams_dropped": c.dropped_datagrams,
            "late_ticks": c.late_ticks,
            "api_outages": sum(f.api.outages for f in self.firms),
        }

    async def run(self) -> None:
        """Wait for the firms, which work for ever; raises what one of them could not go on after."""
        done, _ = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    async def close(self) -> None:
        """Stop filing and flying."""
        await cancelled(self.tasks)
        await self.fleet.close()
        for firm in self.firms:
            await firm.close()


async def start_traffic(
    credentials_path: Path,
    *,
    count: int = 50,
    base_url: str | None = None,
    bridge: str | None = None,
    city: str = "shenzhen",
    seed: int = 1,
    first_port: int = FIRST_PORT,
    notify: Notify | None = None,
    world: World | None = None,
    speed: float = 1.0,
    transport: httpx.AsyncBaseTransport | None = None,
    specs: Sequence[DroneSpec] | None = None,
    arrange: Callable[[RouteBook, Random], None] | None = None,
    stagger_s: float = STAGGER_S,
    before_flying: Callable[[Traffic], None] | None = None,
    fleet: Fleet | None = None,
    registrations: str = REGISTRATIONS,
) -> Traffic:
    """Start `count` drones (or those of `specs`) over the operators of a credentials file.

    Raises ApiError or ValueError saying what is wrong. The server must be ready. `base_url` and `bridge` ("host:port")
    override what the file says; `arrange` may change where they fly; `stagger_s` lies between their first filings;
    `before_flying` is called when all are registered; `fleet` is another than one over UDP. `registrations` is what the
    registrations begin with: traffics that fly beside one another need different ones.
    """
    credentials = Credentials.read(credentials_path)
    operators = credentials.of_role("operator")
    if not operators:
        raise ValueError(f"{credentials_path} names no operator")
    rng = Random(seed)
    ground = world if world is not None else await asyncio.to_thread(World.of_city, city, seed=seed)
    fleet = fleet or Fleet(bridge=parse_address(bridge or credentials.mavlink_udp), speed=speed)
    pads, tally = Pads(), Tally()
    firms = [
        Firm(
            client.organisation,
            FirmApi(
                base_url or credentials.base_url,
                _fresh(credentials_path, client),
                rng=Random(rng.random()),
                transport=transport,
            ),
            world=ground,
            fleet=fleet,
            pads=pads,
            rng=Random(rng.random()),
            notify=notify or _ignore,
            tally=tally,
        )
        for client in operators
    ]
    traffic = Traffic(fleet, firms, tally)
    try:
        book = await firms[0].read_city()
        for firm in firms:
            firm.book = book
        if arrange is not None:
            arrange(book, rng)
        chosen = demo_specs(count) if specs is None else specs
        pauses = _place_drones(
            firms,
            book,
            ground,
            specs=chosen,
            rng=rng,
            first_port=first_port,
            stagger_s=stagger_s,
            registrations=registrations,
        )
        fleet.start()
        async with asyncio.TaskGroup() as group:
            for firm in firms:
                group.create_task(firm.register())
    except BaseExceptionGroup as faults:
        await traffic.close()
        raise ApiError("; ".join(str(f) for f in faults.exceptions)) from faults
    except BaseException:
        await traffic.close()
        raise
    if before_flying is not None:
        before_flying(traffic)
    loop = asyncio.get_running_loop()
    traffic.tasks = [loop.create_task(f.fly(p), name=f.name) for f, p in zip(firms, pauses, strict=True)]
    return traffic


def _ignore(event: str, fields: dict[str, Any]) -> None:
    """Tell nobody."""


def _fresh(path: Path, first: Client) -> Callable[[], Client]:
    """Return the firm's present credentials at each call: a demo server writes new ones when it starts."""
    known = first

    def client() -> Client:
        nonlocal known
        try:
            same = [c for c in Credentials.read(path).of_role("operator") if c.organisation == first.organisation]
        except (OSError, ValueError):
            return known  # being rewritten at this moment; the next try reads it whole
        known = next((c for c in same if c.client_id == known.client_id), same[0] if same else known)
        return known

    return client


def demo_specs(count: int) -> list[DroneSpec]:
    """Return the demonstration's drones: multirotors, one in five with an ArduPilot-like autopilot."""
    return [
        DroneSpec(
            f"demo{i}",
            flavour=Flavour.ARDUPILOT if i % _ARDUPILOT_EVERY == _ARDUPILOT_EVERY - 1 else Flavour.PX4,
            streams_unasked=True,
        )
        for i in range(count)
    ]


def _place_drones(
    firms: list[Firm],
    book: RouteBook,
    world: World,
    *,
    specs: Sequence[DroneSpec],
    rng: Random,
    first_port: int,
    stagger_s: float,
    registrations: str,
) -> list[list[float]]:
    """Put drones on the sites, two at most on one, and return each firm's drones' pauses before they first file."""
    stands = _stands(book, len(specs), rng)
    pauses: list[list[float]] = [[] for _ in firms]
    fleet = firms[0].fleet
    now_s = fleet.clock()
    for i, (spec, site) in enumerate(zip(specs, stands, strict=True)):
        at = world.ground(site.lat_deg, site.lon_deg)
        autopilot = make_autopilot(world, spec, system_id=i % _MAX_SYSTEM_IDS + 1, at=at, now_s=now_s)
        drone = fleet.add(autopilot, port=first_port + i if first_port else 0, name=spec.name)
        firm = firms[i % len(firms)]
        member = Member(drone, f"{registrations}{i:06d}", site.site_id, cruise_mps=FILED_CRUISE_MPS[spec.airframe])
        firm.members.append(member)
        firm.pads.take(site.site_id)
        pauses[i % len(firms)].append(i * stagger_s)
    return pauses


def _stands(book: RouteBook, count: int, rng: Random) -> list[SitePlace]:
    """Return a site for each drone: every site once in a random order, then those with more pads again."""
    sites = list(book.sites.values())
    rng.shuffle(sites)
    stands: list[SitePlace] = []
    level = 1
    while len(stands) < count:
        # One pad of each site is left for those that come, as long as there are sites enough.
        ring = [s for s in sites if s.pads > level] if level > 1 else sites
        if not ring:
            raise ValueError(f"{len(sites)} sites have no room for {count} drones")
        stands.extend(ring[: count - len(stands)])
        level += 1
    return stands
