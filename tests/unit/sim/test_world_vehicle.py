"""A vehicle of the deterministic world: its short cuts say and do what the long ways would."""

import asyncio
from collections.abc import Iterator
from math import exp, sqrt
from random import Random

import pytest

from mavlink_bridge import codec, outgoing
from sim.deterministic.network import Network
from sim.deterministic.vehicles import WorldVehicle, endpoint_of
from sim.flightpath import FlightPath, Node
from sim.virtual_time import VirtualLoop, run
from sim.wind import Gusts
from sim.wire import Link
from sim.world import World

NANOSECONDS = 1_764_000_000_123_456_789


class Stage:
    """One vehicle on the ground, and what it sends."""

    def __init__(self) -> None:
        self.loop = VirtualLoop(1)
        network = Network(self.loop, Random(1))
        self.sent: list[bytes] = []
        network.to_server = lambda _, datagram, *rest, **more: self.sent.append(datagram)  # type: ignore[method-assign]
        ground = World.of_city(seed=1)
        autopilot = ground.autopilot("v", system_id=3, at=ground.ground(22.54, 114.05), now_s=1000.0)
        self.vehicle = WorldVehicle("v", autopilot, endpoint_of(0), network, lambda: 1000.0 + self.loop.time())


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Close the loop of the stage."""
    made = Stage()
    yield made
    if not made.loop.is_closed():
        made.loop.close()


def test_the_answer_to_a_question_for_the_time_is_the_autopilot_s(stage: Stage) -> None:
    """TIMESYNC is answered without parsing it whole, byte for byte as the autopilot answers it."""
    values = codec.wire_values(outgoing.TIMESYNC, {"tc1": 0, "ts1": NANOSECONDS})
    question = codec.encode(
        outgoing.TIMESYNC, values, sequence=7, system_id=255, component_id=190, version=2, signed=False
    )
    stage.vehicle.receive(question)
    assert stage.sent == stage.vehicle.autopilot.receive(Link(3), question, "bridge", 1000.0)


def test_rest_is_told_at_the_turn_in_which_it_comes(stage: Stage) -> None:
    """Who waits for a vehicle to stand hears of it at its first turn at rest; one that stands already is at rest at once."""
    vehicle = stage.vehicle

    async def course() -> list[bool]:
        seen = [vehicle.rest().done()]
        assert vehicle.autopilot.arm(1000.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5.0):
                await vehicle.rest()
        waiting = vehicle.rest()
        vehicle.tick()
        seen.append(waiting.done())
        vehicle.autopilot.vehicle.disarm(1005.0)
        vehicle.tick()
        return [*seen, waiting.done()]

    assert run(course(), stage.loop) == [True, False, True]


def test_gusts_are_those_of_two_draws_of_a_gaussian() -> None:
    """A step draws its pair at once: the same numbers as two calls of `Random.gauss`."""
    gusts, noise = Gusts(Random(5)), Random(5)
    east = north = 0.0
    keep = exp(-0.25 / 4.0)
    kick = 1.5 * sqrt(1.0 - keep * keep)
    for _ in range(50):
        gusts.step(1.5, 4.0, 0.25)
        east = keep * east + kick * noise.gauss(0, 1)
        north = keep * north + kick * noise.gauss(0, 1)
        assert (gusts.east_mps, gusts.north_mps) == (east, north)


def test_a_path_says_the_same_whenever_it_is_asked() -> None:
    """What it remembers of the leg asked for last changes no answer, in whichever order instants come."""
    nodes = [Node(10.0 * k, 22.5 + 0.001 * k, 114.0 + 0.002 * (k % 3), 30.0 + 5.0 * k) for k in range(8)]
    path, instants = FlightPath(nodes), [0.37 * k - 5.0 for k in range(240)]
    expected = {at: FlightPath(nodes).at(at) for at in instants}
    Random(3).shuffle(shuffled := list(instants))
    for at in (*instants, *shuffled):
        assert path.at(at) == expected[at]
