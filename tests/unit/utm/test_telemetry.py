"""From bridge events and reports to tracks: whose, which plan, in which order, and who is told."""

import numpy as np
import pytest

from airspace.tracks import IngestCode, PictureLimits, TrackState
from mavlink_bridge import events as ev
from mavlink_bridge.registry import Registry
from tests.fakes.live_world import LAT, LON, TOLERANCE, World, hover, record, vehicle
from tests.unit.mavlink_bridge.frames import Sender
from utm.heard_vehicles import HeardVehicles
from utm.telemetry_values import PositionReport

A, B = vehicle(40001, 7), vehicle(40002, 7)


def report(reference: str, aircraft_id: str | None, t_s: float, *, lat: float = LAT) -> PositionReport:
    """Return a report of a position at an instant."""
    nan = np.nan
    return PositionReport(reference, aircraft_id, (lat, LON, 57.0, nan, nan, 0.0, 0.0, 0.0, nan, t_s), "radar")


def identity_of(world: World, key: ev.VehicleKey) -> str | None:
    """Return the aircraft a vehicle's track is of."""
    return next(
        (
            world.telemetry.identity(row).aircraft_id
            for row in world.picture.snapshot()
            if world.telemetry._owner_of_row[int(row)].key == key  # type: ignore[union-attr]
        ),
        None,
    )


# ---------------------------------------------------------------------------------------------------------- binding


def test_unregistered_vehicle_is_shown_as_unknown():
    """A vehicle nobody registered has a track of its own with the state unknown."""
    world = World()
    world.heartbeat(A)
    world.position(A)
    world.tick()
    assert world.states() == {"trk_1": TrackState.UNKNOWN}
    assert world.telemetry.identity(0).aircraft_id is None


def test_first_peer_with_the_system_id_binds():
    """An aircraft registered by system id alone is the first unsigned peer that uses it, and keeps it."""
    world = World(record("1", 7))
    for key in (A, B):
        world.heartbeat(key)
        world.position(key)
    for _ in range(8):
        world.tick()
        world.position(A)
        world.position(B)
    assert identity_of(world, A) == "ac_1"
    assert identity_of(world, B) is None


def test_second_registration_takes_the_second_peer():
    """Two aircraft with the same system id bind to two peers in the order of registration and appearance."""
    world = World(record("1", 7), record("2", 7))
    for key in (A, B):
        world.position(key)
    world.tick()
    assert (identity_of(world, A), identity_of(world, B)) == ("ac_1", "ac_2")


def test_endpoint_claims_its_peer():
    """A registration that names the endpoint gets that peer, and one by system id alone does not take it away."""
    world = World(record("1", 7), record("2", 7, endpoint="127.0.0.1:40001"))
    for key in (A, B):
        world.position(key)
    world.tick()
    assert (identity_of(world, A), identity_of(world, B)) == ("ac_2", "ac_1")


def test_signed_vehicle_is_its_credential():
    """A signed vehicle is the aircraft of its credential, and no unsigned peer can pass for it."""
    world = World(record("1", 7, credential="ac_1"))
    signed = ev.VehicleKey("key:ac_1", 7)
    world.position(A)
    world.tick()
    assert identity_of(world, A) is None
    world.position(signed)
    world.tick()
    assert identity_of(world, signed) == "ac_1"


def test_registration_after_the_vehicle_spoke():
    """Registering an aircraft whose vehicle is already heard makes its track known, deregistering unknown again."""
    world = World()
    world.position(A)
    world.tick()
    world.directory.put(record("1", 7))
    world.tick()
    assert identity_of(world, A) == "ac_1"
    assert world.states()["trk_1"] == TrackState.UNPLANNED
    world.directory.remove("ac_1")
    world.tick()
    assert world.states()["trk_1"] == TrackState.UNKNOWN


def test_claim_by_a_later_registration_moves_the_binding():
    """A registration naming a peer's endpoint takes it over from one bound by system id alone."""
    world = World(record("1", 7))
    world.position(A)
    world.tick()
    world.directory.put(record("2", 7, endpoint="127.0.0.1:40001"))
    world.position(B)
    world.tick()
    assert (identity_of(world, A), identity_of(world, B)) == ("ac_2", "ac_1")


def test_vehicle_that_came_back_from_another_port_carries_its_track_on():
    """When the bound peer is silent for ten seconds and another with its system id speaks, the track goes on."""
    world = World(record("1", 7))
    world.position(A)
    world.tick()
    world.telemetry.on_events([ev.LinkLost(A, world.unix_s, world.unix_s - 3)])
    world.clock.move(8)
    world.position(B)
    world.tick()
    assert identity_of(world, B) is None
    world.clock.move(3)
    world.position(B, LAT + 0.001)
    world.tick()
    assert set(world.states()) == {"trk_1"}
    assert identity_of(world, B) == "ac_1"
    world.position(B, LAT + 0.002)
    assert world.picture.lat_deg[0] == LAT + 0.002
    world.position(A)  # the old peer speaks again: a stranger now
    world.tick()
    assert identity_of(world, A) is None
    assert identity_of(world, B) == "ac_1"


def test_forgotten_vehicle_keeps_its_track_until_it_is_back():
    """A vehicle the bridge forgot stays on the picture, and its track goes on when it speaks again."""
    world = World(record("1", 7))
    world.position(A)
    world.tick()
    world.telemetry.on_events([ev.VehicleForgotten(A, world.unix_s)])
    assert world.telemetry.link_of("ac_1", world.now_s) is None
    world.tick(30)
    assert list(world.states()) == ["trk_1"]
    world.position(A)
    world.tick()
    assert list(world.states()) == ["trk_1"]
    assert world.telemetry.link_of("ac_1", world.now_s) is not None


# ------------------------------------------------------------------------------------------------- plans and telling


def test_plan_binds_before_and_after_the_track():
    """An activated plan applies to the track that is there and to the one that comes later, until it ends."""
    world = World(record("1", 7))
    world.telemetry.plan_activated("ac_1", "fp_1", hover(world.now_s), TOLERANCE)
    world.position(A)
    world.tick()
    assert world.telemetry.identity(0).plan_id == "fp_1"
    assert world.states() == {"trk_1": TrackState.CONFORMING}
    world.telemetry.plan_ended("ac_1", "fp_other")
    assert world.telemetry.identity(0).plan_id == "fp_1"
    world.telemetry.plan_ended("ac_1", "fp_1")
    world.tick()
    assert world.telemetry.identity(0).plan_id is None
    assert world.states() == {"trk_1": TrackState.UNPLANNED}


def test_the_same_plan_told_again_does_not_reset_judgement():
    """Being told of the plan it flies already leaves a nonconforming flight nonconforming."""
    world = World(record("1", 7))
    plan = hover(world.now_s)
    world.telemetry.plan_activated("ac_1", "fp_1", plan, TOLERANCE)
    for _ in range(3):
        world.position(A, LAT + 0.001)
        world.tick(1)
    assert world.states() == {"trk_1": TrackState.NONCONFORMING}
    world.telemetry.plan_activated("ac_1", "fp_1", hover(plan.starts_s + 60), TOLERANCE)
    world.tick()
    assert world.states() == {"trk_1": TrackState.NONCONFORMING}


def test_contingency_is_kept_for_tracks_to_come():
    """A declared contingency shows on a track that appears after it."""
    world = World(record("1", 7))
    world.telemetry.plan_activated("ac_1", "fp_1", hover(world.now_s), TOLERANCE)
    world.telemetry.set_contingent("ac_1", True)
    world.position(A)
    world.tick()
    assert world.states() == {"trk_1": TrackState.CONTINGENT}


def test_landing_and_links_are_told():
    """A confirmed landing and the loss and return of a link are told with the aircraft's id, once each."""
    world = World(record("1", 7))
    landed: list[str] = []
    links: list[tuple[str, bool]] = []
    world.telemetry.callbacks.landed.append(landed.append)
    world.telemetry.callbacks.link.append(lambda aircraft_id, up: links.append((aircraft_id, up)))
    world.landed(A, "in_air")
    world.position(A)
    world.tick()
    world.landed(A, "on_ground")
    for _ in range(4):
        world.tick(1)
    assert landed == ["ac_1"]
    world.telemetry.on_events([ev.LinkLost(A, world.unix_s, world.unix_s), ev.LinkRecovered(A, world.unix_s, 3.0)])
    assert links == [("ac_1", False), ("ac_1", True)]


def test_a_listener_that_fails_harms_nobody():
    """A callback that raises is counted, and the next one is still told."""
    world = World(record("1", 7))
    told: list[str] = []

    def fail(_: object) -> None:
        raise RuntimeError("broken")

    world.telemetry.callbacks.transition += [fail, lambda change: told.append(change.track_id)]
    world.position(A)
    world.tick()
    assert told == ["trk_1"]
    assert world.telemetry.counters["callback_failures"] == 1


def test_link_of_an_aircraft():
    """The link's state tells vehicle, ages, battery and landed state, unknown as None."""
    world = World(record("1", 7))
    world.heartbeat(A, armed=False, mode="hold")
    world.tick()
    link = world.telemetry.link_of("ac_1", world.now_s)
    assert link is not None
    assert (link.vehicle, link.up, link.armed, link.landed, link.mode) == (A, True, False, None, "hold")
    assert (link.position_age_s, link.lat_deg, link.battery_pct) == (None, None, None)
    assert link.age_s == pytest.approx(0.25, abs=1e-5)
    world.position(A)
    world.telemetry.on_events([ev.Battery(A, world.unix_s, 81.0, None, None, 0, None, None, "battery_status")])
    link = world.telemetry.link_of("ac_1", world.now_s)
    assert link is not None
    assert (link.battery_pct, link.lat_deg) == (81.0, LAT)
    assert world.telemetry.link_of("ac_2", world.now_s) is None


def test_vehicle_without_position_is_not_shown():
    """Heartbeats alone put nothing on the map, least of all at 0, 0."""
    world = World()
    world.heartbeat(A)
    world.tick()
    assert world.states() == {}


def test_full_picture_refuses_newcomers_and_counts():
    """More vehicles than the picture holds are counted and ignored; those inside go on."""
    world = World(picture=PictureLimits(capacity_max=4))
    for i in range(6):
        world.position(vehicle(41000 + i))
    world.tick()
    assert len(world.states()) == 4
    assert world.telemetry.counters["tracks_refused"] >= 2
    world.position(vehicle(41000), LAT + 0.01)
    assert world.picture.lat_deg[0] == LAT + 0.01


# ---------------------------------------------------------------------------------------------------------- clocks


class OneClock:
    """The clock of one vehicle."""

    def __init__(self) -> None:
        self.columns = HeardVehicles()
        self.vehicle = self.columns.open(A)

    def observed_s(self, boot_ms: float, received_s: float) -> float:
        one = np.array([float(boot_ms)]), np.array([np.nan]), np.array([received_s])
        return float(self.columns.observed(np.array([self.vehicle.number]), *one)[0][0])

    @property
    def uncertainty_s(self) -> float:
        return float(self.columns.held["uncertainty_s"][self.vehicle.number])


def test_vehicle_clock_removes_jitter():
    """Positions sent a second apart keep that second however unevenly they arrive."""
    clock = OneClock()
    observed = [
        clock.observed_s(boot, received)
        for boot, received in [(1000, 100.30), (2000, 101.05), (3000, 102.40), (4000, 103.06)]
    ]
    assert np.diff(observed[1:]) == pytest.approx([1.0, 1.0])
    assert observed[1] == pytest.approx(101.05)


def test_vehicle_clock_follows_a_slow_simulation():
    """A clock that runs at half speed never makes positions look older than about a second."""
    clock = OneClock()
    for i in range(200):
        received = 100.0 + i
        seen = clock.observed_s(500 * i, received)
        assert received - 1.01 <= seen <= received


def test_straggler_does_not_pass_for_news():
    """A datagram that was held up for seconds stays as old as it is."""
    clock = OneClock()
    clock.observed_s(10_000, 100.0)
    late = clock.observed_s(7_000, 100.1)
    assert late == pytest.approx(97.0)


def test_an_answer_to_timesync_maps_the_clock():
    """An answer says when positions were true though every message took half a second, and how sure that is."""
    clock = OneClock()
    clock.observed_s(1000, 100.5)
    clock.columns.synced(clock.vehicle, 99.0, 0.02, 100.6)
    assert clock.observed_s(2000, 101.5) == pytest.approx(101.0)
    assert clock.uncertainty_s == pytest.approx(0.02, abs=1e-3)
    assert clock.observed_s(3000, 102.4) == pytest.approx(102.0)


def test_a_poorer_answer_does_not_displace_a_better_one():
    """Of two answers that agree the one with the shorter way counts, until its age makes up for it."""
    clock = OneClock()
    clock.columns.synced(clock.vehicle, 99.0, 0.01, 100.0)
    clock.columns.synced(clock.vehicle, 99.2, 0.30, 110.0)
    assert clock.observed_s(12_000, 111.1) == pytest.approx(111.0)
    clock.columns.synced(clock.vehicle, 105.0, 0.30, 112.0)
    assert clock.observed_s(13_000, 118.1) == pytest.approx(118.0)


def test_a_mapping_that_cannot_be_is_dropped():
    """A mapping that puts an observation after its arrival, or seconds before it, falls back to the arrivals."""
    clock = OneClock()
    clock.columns.synced(clock.vehicle, 100.0, 0.01, 100.0)
    assert clock.observed_s(1000, 100.5) == pytest.approx(100.5)
    clock.columns.synced(clock.vehicle, 90.0, 0.01, 101.0)
    assert clock.observed_s(2000, 101.5) == pytest.approx(101.5)


def test_the_vehicles_utc_maps_its_clock():
    """SYSTEM_TIME tells when positions were true where it agrees with their arrival, and nothing where it does not."""
    world = World()
    world.position(A, time_boot_ms=1000)
    sent_at = world.unix_s - 0.4
    world.telemetry.on_events([ev.ClockSample(A, world.unix_s, sent_at, 1000)])
    world.clock.move(1)
    world.position(A, LAT + 0.001, time_boot_ms=2000)
    assert world.picture.observed_s[0] == pytest.approx(world.now_s - 0.4, abs=1e-3)
    world.telemetry.on_events([ev.ClockSample(A, world.unix_s, sent_at + 86_400.0, 2000)])
    world.clock.move(1)
    world.position(A, LAT + 0.002, time_boot_ms=3000)
    assert world.picture.observed_s[0] == pytest.approx(world.now_s, abs=1e-3)


def test_reboot_starts_the_clock_afresh():
    """After a reboot the time since boot counts from zero and positions are still current."""
    world = World()
    world.position(A, time_boot_ms=500_000)
    world.clock.move(5)
    world.telemetry.on_events([ev.Rebooted(A, world.unix_s, 100, 500_000)])
    world.position(A, LAT + 0.001, time_boot_ms=100)
    assert world.picture.lat_deg[0] == LAT + 0.001
    assert world.picture.observed_s[0] == pytest.approx(world.now_s, abs=1e-3)


# ---------------------------------------------------------------------------------------------------------- reports


def test_reports_open_tracks_and_say_what_became_of_each():
    """Good reports are taken, bad ones named, and a bad one opens no track."""
    world = World(record("1"))
    t = world.now_s
    codes = world.telemetry.report(
        [report("r1", None, t), report("r2", None, t, lat=0.0), report("r3", "ac_1", t), report("r1", None, t)],
        feeder_id="org_s",
        now_s=t,
    )
    assert codes == [IngestCode.ACCEPTED, IngestCode.ACCEPTED, IngestCode.ACCEPTED, IngestCode.DUPLICATE]
    bad = PositionReport("r9", None, (0.0, 0.0, 1.0, np.nan, np.nan, 0.0, 0.0, 0.0, np.nan, t), "radar")
    assert world.telemetry.report([bad], feeder_id="org_s", now_s=t) == [IngestCode.NO_POSITION]
    world.tick()
    assert world.states() == {"r1": TrackState.UNKNOWN, "r2": TrackState.UNKNOWN, "r3": TrackState.UNPLANNED}


def test_two_feeders_may_use_one_name():
    """Two suppliers who call their tracks the same have two tracks, and neither gets the other's."""
    world = World()
    t = world.now_s
    world.telemetry.report([report("r1", None, t)], feeder_id="org_s", now_s=t)
    world.telemetry.report([report("r1", None, t, lat=LAT + 0.1)], feeder_id="org_t", now_s=t)
    names = [world.telemetry.identity(int(row)) for row in world.picture.snapshot()]
    assert [(who.track_id, who.feeder_id) for who in names] == [("r1", "org_s"), ("trk_1", "org_t")]


def test_a_name_is_not_inherited_by_another_feeder():
    """A track's name, once its track is gone, is given again only to who used it before."""
    world = World()
    t = world.now_s
    world.telemetry.report([report("r1", None, t)], feeder_id="org_s", now_s=t)
    world.tick(301)
    assert world.states() == {}
    t = world.now_s
    world.telemetry.report([report("r1", None, t)], feeder_id="org_t", now_s=t)
    assert list(world.states()) == ["trk_1"]
    assert world.telemetry.identity_of_track("r1").feeder_id == "org_s"  # type: ignore[union-attr]


def test_reported_aircraft_takes_its_plan():
    """A reported track of an aircraft with an activated plan flies that plan."""
    world = World(record("1"))
    world.telemetry.plan_activated("ac_1", "fp_1", hover(world.now_s), TOLERANCE)
    world.telemetry.report([report("x", "ac_1", world.now_s)], feeder_id="org_a", now_s=world.now_s)
    world.tick()
    assert world.telemetry.identity(0).plan_id == "fp_1"
    assert world.states() == {"x": TrackState.CONFORMING}


def test_history_is_recorded_in_order():
    """Every accepted observation, and none refused, is in the track's history."""
    world = World()
    for i in (0, 1, 3, 2, 4):
        t = world.now_s
        world.telemetry.report([report("r1", None, t + i - 4, lat=LAT + i / 1000)], feeder_id="org_s", now_s=t)
    found = world.telemetry.recorder.history("r1", -np.inf, np.inf, 100)
    assert found["lat_deg"].tolist() == [LAT + i / 1000 for i in (0, 1, 3, 4)]
    assert len(world.telemetry.recorder.history("r1", -np.inf, np.inf, 2)) == 2
    assert not len(world.telemetry.recorder.history("other", -np.inf, np.inf, 2))


# ------------------------------------------------------------------------------------------------------------ clocks


def test_how_wrong_an_instant_may_be_is_known_of_every_track():
    """Mapped by arrival a position may be 0.25 s off, by TIMESYNC as much as its answer, and a report half a second."""
    world = World()
    world.position(A, time_boot_ms=1_000)
    world.telemetry.report([report("radar-1", None, world.now_s)], feeder_id="org_s", now_s=world.now_s)
    told = {world.telemetry.identity(int(row)).source: row for row in world.picture.snapshot()}
    uncertain_s = world.picture.time_uncertainty_s
    assert (uncertain_s[told["mavlink"]], uncertain_s[told["radar"]]) == (0.25, 0.5)
    world.telemetry.on_events([ev.ClockOffset(A, world.unix_s, world.unix_s - 1.02, 0.01)])
    world.tick()
    world.position(A, time_boot_ms=1_000 + 250)
    assert uncertain_s[told["mavlink"]] == pytest.approx(0.01, abs=1e-4)


def test_the_wrap_of_a_boot_clock_stops_no_track():
    """A vehicle up for 49.7 days must stay where it is in time: its positions are taken over the wrap, in order."""
    world, sender, registry = World(), Sender(1), Registry()
    endpoint = A.link

    def hear(boot_ms: int) -> None:
        for frame in (sender.heartbeat(), sender.position(boot_ms=boot_ms % 2**32)):
            world.telemetry.on_events(registry.feed(endpoint, frame, world.unix_s))

    for step in range(12):
        world.clock.move(0.5)
        hear(2**32 - 2_900 + 500 * step)
        (row,) = world.picture.snapshot()
        assert world.now_s - world.picture.observed_s[row] == pytest.approx(0.0, abs=0.01)
    assert world.picture.counters["accepted"] == 12
    assert registry.counters()["reboots"] == 0
