"""What is watched while a scenario runs: the truth of the vehicles, and what the service says of them."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.api_client import FirmApi
from sim.demo_traffic import Traffic
from sim.firm import Member
from sim.geodesy import distance_m, metres_per_degree
from sim.scenarios.model import Expectation, Scenario
from sim.scenarios.promises import OF_FAULTS, OF_ZONES, Promises

_OPEN = frozenset({"proposed", "executing"})
_SLACK_M = 0.3
"""Layers lie exactly one separation apart: a vehicle that flies a few centimetres low has not lost it."""
LOW_M = 5.0
"""Below this height above the ground nobody is counted as near anybody: pads lie side by side."""


@dataclass(slots=True)
class Observer:
    """Samples the traffic; `targets` are the vehicles each fault has come to."""

    scenario: Scenario
    traffic: Traffic
    centre: FirmApi | None
    horizontal_m: float = 50.0
    vertical_m: float = 15.0
    targets: dict[str, list[str]] = field(default_factory=dict)
    near: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """Pairs that were nearer than the minima, with when and how near they were seen first."""
    alerts: list[dict[str, Any]] = field(default_factory=list)
    tracks: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    action_lists: dict[str, str] = field(default_factory=dict)
    """The list of actions of each zone."""
    actions: dict[str, list[str]] = field(default_factory=dict)
    """The states of those actions."""
    published_s: dict[str, float] = field(default_factory=dict)
    """When each zone was published, by the fleet's clock."""
    promises: Promises = field(default_factory=Promises)
    flown: dict[str, list[str]] = field(default_factory=dict)
    """The plans that the vehicles of each fault flew when it came to them."""

    async def read_minima(self) -> None:
        """Ask the service for the separation minima."""
        if self.centre is None:
            return
        reply = await self.centre.get("/v1/policy")
        if reply.ok:
            separation = reply.body["separation"]
            self.horizontal_m, self.vertical_m = float(separation["horizontal_m"]), float(separation["vertical_m"])

    def look(self, now_s: float) -> None:
        """Note which vehicles are nearer to each other than the minima, by the truth."""
        up = [d for d in self.traffic.fleet.drones if not d.autopilot.vehicle.on_ground]
        if len(up) < 2:
            return
        vehicles = [d.autopilot.vehicle for d in up]
        north_m, east_m = metres_per_degree(vehicles[0].lat_deg)
        x = np.array([v.lon_deg for v in vehicles]) * east_m
        y = np.array([v.lat_deg for v in vehicles]) * north_m
        z = np.array([v.alt_hae_m for v in vehicles])
        high = z - np.array([v.ground_hae_m for v in vehicles]) > LOW_M
        flat2 = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
        close = flat2 < (self.horizontal_m - _SLACK_M) ** 2
        close &= (np.abs(z[:, None] - z) < self.vertical_m - _SLACK_M) & high & high[:, None]
        for i, j in np.argwhere(np.triu(close, 1)):
            pair = (up[i].name, up[j].name)
            if pair not in self.near:
                self.near[pair] = {
                    "vehicles": list(pair),
                    "at_s": round(now_s, 1),
                    "horizontal_m": round(float(flat2[i, j]) ** 0.5, 1),
                    "vertical_m": round(float(abs(z[i] - z[j])), 1),
                    "above_ground_m": [round(v.alt_hae_m - v.ground_hae_m, 1) for v in (vehicles[i], vehicles[j])],
                    "modes": [v.mode.value for v in (vehicles[i], vehicles[j])],
                }

    async def ask(self) -> None:
        """Read alerts, and the tracks and plans of the vehicles that faults have come to."""
        if self.centre is None:
            return
        wanted = {e.that for e in self.scenario.expectations}
        if wanted & {"alert", "alerts"}:
            self.alerts = [a for a in await self.centre.items("/v1/alerts") if a.get("state") != "resolved"]
        members = [m for names in self.targets.values() for name in names if (m := self.traffic.member(name))]
        if "track_state" in wanted and members:
            items = await self.centre.items("/v1/tracks")
            self.tracks = {t["aircraft_id"]: t["state"] for t in items if t.get("aircraft_id")}
        if wanted & ({"actions", "open_actions"} | OF_ZONES):
            await self._ask_actions(self.centre)
        if wanted & OF_FAULTS:
            await self.promises.read(self.centre, self._plans_of_faults())
        if "plan_state" in wanted:
            for member in members:
                if member.plan_id:
                    reply = await self.centre.get(f"/v1/flight-plans/{member.plan_id}")
                    if reply.ok:
                        self.plans[member.drone.name] = str(reply.body["state"])

    async def _ask_actions(self, centre: FirmApi) -> None:
        for zone, list_id in self.action_lists.items():
            reply = await centre.get(f"/v1/action-lists/{list_id}")
            if reply.ok:
                self.actions[zone] = [str(item["state"]) for item in reply.body["items"]]
                if not _OPEN & set(self.actions[zone]):
                    self.promises.settled(zone, self.traffic.fleet.clock() - self.published_s[zone])

    def _plans_of_faults(self) -> dict[str, list[str]]:
        """Return the plans flown by each fault's vehicles when it came."""
        for name, names in self.targets.items():
            if name not in self.flown:
                members = [m for vehicle in names if (m := self.traffic.member(vehicle)) is not None]
                self.flown[name] = [m.plan_id for m in members if m.plan_id]
        return self.flown

    def value(self, e: Expectation) -> float | list[str]:
        """Return what an expectation is about: a number, or the states of a fault's vehicles."""
        if e.that in OF_FAULTS | OF_ZONES:
            return self.promises.seconds(e.that, e.on or e.zone)
        vehicles = [d.autopilot.vehicle for d in self.traffic.fleet.drones]
        tally = self.traffic.tally
        if e.that == "airborne":
            return float(self.traffic.airborne)
        if e.that == "landed":
            return float(tally.flown)
        if e.that == "filed":
            return float(tally.filed)
        if e.that == "approved_share":
            return tally.approved / tally.filed if tally.filed else 0.0
        if e.that == "separation_losses":
            return float(len(self.near))
        if e.that == "airspeed_mps":
            up = [v.airspeed_mps for v in vehicles if not v.on_ground]
            return sum(up) / len(up) if up else 0.0
        if e.that == "inside_zone":
            circle = next(z.circle for z in self.scenario.zones if z.name == e.zone)
            return float(
                sum(
                    not v.on_ground
                    and distance_m(v.lat_deg, v.lon_deg, circle.lat_deg, circle.lon_deg) < circle.radius_m
                    for v in vehicles
                )
            )
        if e.that in {"actions", "open_actions"}:
            if e.zone not in self.actions:
                return math.nan
            states = self.actions[e.zone]
            return float(sum(s in _OPEN for s in states) if e.that == "open_actions" else len(states))
        if e.that == "alerts":
            return float(sum(a["kind"] == e.kind for a in self.alerts))
        return self._states(e)

    def _states(self, e: Expectation) -> list[str]:
        out = []
        for name in self.targets.get(e.on, []):
            member = self.traffic.member(name)
            if member is None:
                continue
            vehicle = member.drone.autopilot.vehicle
            if e.that == "mode":
                out.append(vehicle.mode.value)
            elif e.that == "on_ground":
                out.append("yes" if vehicle.on_ground else "no")
            elif e.that == "track_state":
                out.append(self.tracks.get(member.aircraft_id, "none"))
            elif e.that == "plan_state":
                out.append(self.plans.get(name, "none"))
            else:
                out.append("yes" if self._alerted(member, e.kind) else "no")
        return out

    def _alerted(self, member: Member, kind: str) -> bool:
        known = {member.aircraft_id, member.plan_id or ""}
        return any(a["kind"] == kind and known & _names_in(a) for a in self.alerts)


def _names_in(value: Any) -> set[str]:
    """Return every text in a JSON value: an alert names its flights in several ways."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set().union(*(_names_in(v) for v in value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*(_names_in(v) for v in value)) if value else set()
    return set()


def holds(e: Expectation, value: float | list[str]) -> bool:
    """Whether a value is what an expectation wants."""
    if isinstance(value, list):
        wanted = e.is_ or ("yes",)
        return bool(value) and all(v in wanted for v in value)
    if e.at_least is not None:
        return value >= e.at_least
    return e.at_most is not None and value <= e.at_most
