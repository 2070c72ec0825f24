"""What plans were approved to enter is known before their flights are judged, however many there are."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import orjson
import pytest

from airspace.areas import Area
from airspace.geometry4d import Separation
from airspace.policy import Policy
from airspace.schedule import PERMANENT
from airspace.tracks import ObservationBatch
from airspace.zones import Zone
from tests.fakes.live_world import FRAME, LAT, LON, TOLERANCE, World, hover
from utm.alert_watch import Watch
from utm.sky import LivePlan, Sky
from utm.store import plans
from utm.store.geometry_codec import encode
from utm.store.store import Store, StoreUnavailableError
from utm.store.tables import FlightPlanRow
from utm.telemetry_values import TrackIdentity
from utm.zone_grants import WAIT_S, ZoneGrants

FLIGHTS = 1_200
ZONE_ID = "zn_by_leave"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "s.sqlite")
    opened.start()
    yield opened
    opened.close()


def stored(number: int, now_s: float, zones: tuple[str, ...], version: int = 1) -> FlightPlanRow:
    """Return an activated plan that was approved with these zones known."""
    plan = hover(now_s)
    decision = {"outcome": "approved", "reasons": [{"code": "in_zone", "zone_id": zone} for zone in zones]}
    return FlightPlanRow(
        plan_id=f"fp_{number}", plan_no=number + 1, organisation_id="org_a", aircraft_id=f"ac_{number}",
        state="activated", version=version, operation_type="logistics", priority=10, departure_s=now_s - 60,
        starts_s=now_s - 60, ends_s=now_s + 3600, horizontal_m=50.0, vertical_m=15.0, time_buffer_s=10.0,
        policy_version=1, body="{}", decision=orjson.dumps(decision).decode(), authority="{}", volumes="[]",
        h3_cells="[]", geometry=encode(plan), created_at="", updated_at="",
    )  # fmt: skip


def place(number: int) -> tuple[float, float]:
    """Return one of 1,600 places 55 m apart."""
    return LAT + 0.0005 * (number % 40 - 20), LON + 0.0005 * (number // 40 - 20)


def live(row: FlightPlanRow, now_s: float) -> LivePlan:
    lat, lon = place(row.plan_no)
    return LivePlan(
        row.plan_id, row.plan_no, row.organisation_id, row.aircraft_id, row.state, row.version, row.priority,
        row.operation_type, hover(now_s, lat=lat, lon=lon), Separation(), row.starts_s, row.ends_s,
    )  # fmt: skip


async def keep(store: Store, rows: list[FlightPlanRow]) -> None:
    await store.write(lambda session: [plans.insert(session, row) for row in rows])


class Desk:
    """Takes the conditions of every analysis."""

    def __init__(self) -> None:
        self.taken: list[list[Any]] = []

    def take(self, conditions: list[Any], _now_s: float) -> None:
        self.taken.append(list(conditions))

    def entries(self) -> list[str]:
        return [c.party.plan_id for c in self.taken[-1] if c.kind == "zone_infringement"]


async def restarted(store: Store, granted: int) -> tuple[Watch, Desk]:
    """Return a watch just started over a city in which all flights hover in one zone, the first `granted` with leave."""
    world, desk = World(), Desk()
    now_s = world.now_s
    sky = Sky(FRAME, (113.7, 22.3, 114.7, 23.0))
    rows = [stored(number, now_s, (ZONE_ID,) if number < granted else ()) for number in range(FLIGHTS)]
    await keep(store, rows)
    for row in rows:
        plan = live(row, now_s)
        sky.put(plan)
        track = world.picture.open_track(f"trk_{row.plan_no}", now_s=now_s)
        world.picture.bind_aircraft(track, row.aircraft_id)
        world.picture.bind_plan(track, row.plan_id, plan.geometry, TOLERANCE)
        who = TrackIdentity(f"trk_{row.plan_no}", "mavlink", row.aircraft_id, row.plan_id, row.aircraft_id, "org_a")
        world.telemetry._identities[track] = who
    n = np.arange(FLIGHTS)
    nan, zeros, stamp = np.full(FLIGHTS, np.nan), np.zeros(FLIGHTS), np.full(FLIGHTS, now_s)
    places = np.array([place(row.plan_no) for row in rows]).T
    world.picture.ingest(ObservationBatch(n, *places, zeros + 57.0, nan, nan, zeros, zeros, zeros, nan, stamp, stamp))
    north, east = np.array((-0.02, -0.02, 0.02, 0.02)), np.array((-0.02, 0.02, 0.02, -0.02))
    corners = np.column_stack((LAT + north, LON + east))
    zone = Zone(ZONE_ID, "z", "REQ_AUTHORISATION", Area.of_polygons([[corners]], FRAME), 0.0, 120.0, "AGL", PERMANENT)
    book = SimpleNamespace(
        zones={ZONE_ID: SimpleNamespace(zone=zone)}, region=SimpleNamespace(frame=FRAME), policy=Policy()
    )
    return (
        Watch(
            clock=world.clock, store=store, telemetry=world.telemetry, book=book, sky=sky,  # type: ignore[arg-type]
            plan_steps=None, alerts=desk,  # type: ignore[arg-type]
        ),
        desk,
    )  # fmt: skip


async def test_after_a_start_no_flight_is_judged_without_its_approval(store: Store) -> None:
    """Twelve hundred activated flights in one zone: the first analysis names those without leave, and nobody else."""
    watch, desk = await restarted(store, FLIGHTS - 2)
    await watch.tick()
    assert sorted(desk.entries()) == [f"fp_{FLIGHTS - 2}", f"fp_{FLIGHTS - 1}"]


class Deaf:
    """A store that cannot be read until it is told to answer."""

    def __init__(self, store: Store) -> None:
        self._store, self.answers = store, False

    async def read(self, job: Any) -> Any:
        if not self.answers:
            raise StoreUnavailableError("no store")
        return await self._store.read(job)


async def test_a_store_that_does_not_answer_hides_no_entry_for_long(store: Store) -> None:
    """A flight is not judged while its approval cannot be read, for ten seconds; then it counts as having none."""
    await keep(store, [stored(0, 1e9, (ZONE_ID,))])
    deaf = Deaf(store)
    grants = ZoneGrants(deaf, Sky(FRAME, (113.7, 22.3, 114.7, 23.0)))  # type: ignore[arg-type]
    await grants.learn(["fp_0"], 100.0)
    assert grants.awaited == {"fp_0"}
    await grants.learn(["fp_0"], 100.0 + WAIT_S)
    assert (grants.awaited, grants.known) == (set(), {})
    deaf.answers = True
    await grants.learn(["fp_0"], 111.0)
    assert grants.known == {"fp_0": frozenset({ZONE_ID})}


async def test_an_amended_plan_is_read_again_and_an_ended_one_forgotten(store: Store) -> None:
    """What the first version was allowed says nothing about the second; a plan nobody keeps has no grants."""
    now_s, sky = 1e9, Sky(FRAME, (113.7, 22.3, 114.7, 23.0))
    row = stored(0, now_s, (ZONE_ID,))
    await keep(store, [row])
    sky.put(live(row, now_s))
    grants = ZoneGrants(store, sky)
    await grants.learn(["fp_0", "fp_gone"], 0.0)
    assert grants.known == {"fp_0": frozenset({ZONE_ID}), "fp_gone": frozenset()}
    amended = stored(0, now_s, (), version=2)
    await store.write(lambda session: plans.update(session, "fp_0", {"version": 2, "decision": amended.decision}))
    sky.put(live(amended, now_s))
    await grants.learn(["fp_0"], 0.5)
    assert grants.known["fp_0"] == frozenset()
    sky.drop("fp_0")
    grants.forget()
    assert grants.known == {}
