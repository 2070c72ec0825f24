"""A ground station on a wire to a simulated autopilot, with a clock moved by hand."""

from typing import Any

from pymavlink.dialects.v20 import common as mavlink

from sim.autopilot import Autopilot
from sim.flavour import Flavour
from sim.vehicle import Position, Vehicle
from sim.wire import Link, packet_of

HOME = Position(22.54, 113.95, 17.0)
UNDULATION_M = -3.0
LONG = mavlink.MAVLink_command_long_message


class Station:
    """A ground station with an autopilot at the other end of a wire and a clock it moves by hand."""

    def __init__(self, flavour: Flavour = Flavour.PX4, **options: Any) -> None:
        self.now_s = 100.0
        self.vehicle = Vehicle(HOME)
        self.autopilot = Autopilot(
            self.vehicle, system_id=7, undulation_m=UNDULATION_M, now_s=self.now_s, flavour=flavour, **options
        )
        self.theirs = Link(7)
        self.ours = Link(255, 190)

    def say(self, message: Any, peer: object = "gcs") -> list[Any]:
        """Send a message and return the answers."""
        out = self.autopilot.receive(self.theirs, self.ours.frame(packet_of(message)), peer, self.now_s)
        return [m for datagram in out for m in self.ours.parse(datagram, self.now_s)]

    def command(self, number: int, *params: float, target: int = 7, component: int = 1) -> list[Any]:
        """Send a COMMAND_LONG and return the answers."""
        filled = [*params, *[0.0] * (7 - len(params))]
        return self.say(LONG(target, component, number, 0, *filled))

    def result(self, number: int, *params: float, **more: int) -> int | None:
        """Send a COMMAND_LONG and return its acknowledged result, None for silence."""
        acks = [m for m in self.command(number, *params, **more) if m.get_type() == "COMMAND_ACK"]
        assert len(acks) <= 1
        return acks[0].result if acks else None

    def fly(self, seconds: float, tick_s: float = 0.1) -> list[Any]:
        """Let time pass and return what was broadcast."""
        heard: list[Any] = []
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += tick_s
            for datagram in self.theirs.datagrams(self.autopilot.tick(self.now_s)):
                heard.extend(self.ours.parse(datagram, self.now_s))
        return heard

    def airborne(self) -> None:
        """Arm and take off to 30 m, by command."""
        assert self.result(mavlink.MAV_CMD_DO_SET_MODE, 1, 4) in {0, 3}
        assert self.result(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == 0
        z = 50.0 if self.autopilot.flavour is Flavour.PX4 else 30.0
        assert self.result(mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, z) == 0
        self.fly(12.0)
