"""What an order would do, as values: the vehicle it goes to, the effect, who is affected, what is better, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from airspace.decision import Reason, reason_to_dict
from airspace.geometry4d import Prism, Separation, Trajectory4D
from airspace.intent import Path
from airspace.region import Region
from airspace.timebase import from_scene_s
from airspace.volumes import prism_to_volume4d
from utm.command_values import TWO_STEP, CommandRequest, Said
from utm.command_volumes import Motion, Spot, ends_s, starts_s
from utm.fleet import Aircraft
from utm.plan_records import rfc3339
from utm.problems import Problem
from utm.sky import LivePlan
from utm.telemetry_values import LinkStatus


@dataclass(frozen=True, slots=True)
class Affected:
    """A flight, an offer on hold or another order in the way: its name as the asker may know it."""

    ref: str
    aircraft_id: str | None
    organisation_id: str | None
    state: str
    starts_s: float
    horizontal_m: float
    vertical_m: float
    conditional: bool
    """Only in the way if another vehicle of the same order does not follow it."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A better order: what to send instead, in words and as a body."""

    request: CommandRequest
    said: Said


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a flight that goes on: its way, the body that says so, and the whole plan with the hold in it."""

    flight: Trajectory4D
    body: Mapping[str, Any]
    retimed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A flight that goes on after a hold, ready to be judged; `later_s` is how much later than filed it is."""

    rest: Rest
    path: Path
    later_s: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one order would do."""

    request: CommandRequest
    said: Said
    prisms: tuple[Prism, ...] = ()
    h3_cells: tuple[str, ...] = ()
    separation: Separation | None = None
    reasons: tuple[Reason, ...] = ()
    affected: tuple[Affected, ...] = ()
    advice: Advice | None = None
    plan: Mapping[str, Any] | None = None
    """For reroute and upload: the decision on the plan, as the API writes it."""
    rest: Rest | None = None
    """For resume: the rest of the flight's way at its new times."""

    @property
    def window(self) -> tuple[float, float] | None:
        """The first and the last instant of what it takes; None where that is nothing."""
        if self.rest is not None:
            return self.rest.flight.starts_s, self.rest.flight.ends_s
        return (starts_s(self.prisms), ends_s(self.prisms)) if self.prisms else None

    @property
    def refusing(self) -> list[Reason]:
        """What stands in the way unless somebody overrides it."""
        return [item for item in self.reasons if item.severity == "refuse"]

    @property
    def two_step(self) -> bool:
        """Whether it is asked twice."""
        return self.request.type in TWO_STEP

    def document(self, region: Region) -> dict[str, Any]:
        """Return it as the API writes it."""
        shown = [prism_to_volume4d(prism, region) for prism in self.prisms]
        window = self.window
        return {
            "aircraft_id": self.request.aircraft_id,
            "type": self.request.type,
            "detail": self.said.en,
            "detail_zh": self.said.zh,
            "allowed": not self.refusing,
            "confirmation_required": self.two_step,
            "volumes": shown,
            "starts_at": None if window is None else rfc3339(from_scene_s(window[0])),
            "ends_at": None if window is None else rfc3339(from_scene_s(window[1])),
            "reasons": [reason_to_dict(item) for item in self.reasons],
            "affected": [
                {
                    "ref": item.ref,
                    "aircraft_id": item.aircraft_id,
                    "organisation_id": item.organisation_id,
                    "state": item.state,
                    "starts_at": rfc3339(from_scene_s(item.starts_s)),
                    "horizontal_m": round(item.horizontal_m, 1),
                    "vertical_m": round(item.vertical_m, 1),
                    "conditional": item.conditional,
                }
                for item in self.affected
            ],
            "recommended": None
            if self.advice is None
            else {
                "aircraft_id": self.advice.request.aircraft_id,
                "type": self.advice.request.type,
                **self.advice.request.params,
                "detail": self.advice.said.en,
                "detail_zh": self.advice.said.zh,
            },
            "decision": None if self.plan is None else dict(self.plan),
            "retimed_plan": None if self.rest is None else dict(self.rest.retimed),
        }


@dataclass(frozen=True, slots=True)
class Target:
    """A vehicle with everything an order to it is judged by."""

    aircraft: Aircraft
    link: LinkStatus
    plan: LivePlan | None
    """The flight it is on."""
    motion: Motion | None
    """None without a position of the last seconds."""
    autopilot: int
    vehicle_type: int
    home: Spot | None
    return_height_m: float | None
    """HAE of a return to launch, where the autopilot's own setting is known."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where and when (scene seconds) the new plan of a reroute begins."""

    start: Spot
    departs_s: float


def impossible(en: str, zh: str) -> Problem:
    """Return the 409 for an order that does not fit the vehicle's state."""
    return Problem("command_not_possible", en, zh)


_SAID: Final[dict[str, tuple[str, str]]] = {
    "hold": ("{who} stops and holds here.", "{who}停止前进并在此处悬停/盘旋。"),
    "hold_at": ("{who} flies to the place given and holds there.", "{who}飞往指定位置并在该处悬停/盘旋。"),
    "resume": ("{who} continues its mission.", "{who}继续执行任务。"),
    "resume_later": (
        "{who} continues its mission; what is left of its plan takes place {later_s} s later.",
        "{who}继续执行任务；计划剩余部分推迟 {later_s} 秒。",
    ),
    "rtl": ("{who} returns to its launch place and lands.", "{who}返航并在起飞点降落。"),
    "land": ("{who} lands where it is, on whatever is below.", "{who}就地降落，无论下方是何物。"),
    "land_at_site": ("{who} flies to the site {site} and lands there.", "{who}飞往起降点 {site} 并降落。"),
    "reroute": (
        "{who} holds, is given the new plan's mission, and flies on by it.",
        "{who}悬停，接收新计划的任务后继续飞行。",
    ),
    "upload_plan": ("The plan's mission replaces the mission on {who}.", "将该计划的任务写入{who}，替换现有任务。"),
    "upload_geofence": (
        "The zones around the route become the geofence of {who}.",
        "将航线周边区域写入{who}的地理围栏。",
    ),
    "set_message_rates": ("{who} sends the messages named at the rates given.", "{who}按指定频率发送所列消息。"),
}


def said_of(target: Target, request: CommandRequest, later_s: float | None = None) -> Said:
    """Return one sentence about what a vehicle will do; `later_s` is by how much a plan is moved."""
    placed = request.type == "hold" and bool(set(request.params) & {"lat_deg", "alt_m"})
    en, zh = _SAID["hold_at" if placed else request.type if later_s is None else "resume_later"]
    values = {"who": target.aircraft.registration, "site": request.params.get("site_id", "")}
    values["later_s"] = f"{later_s or 0.0:.0f}"
    return Said(en.format(**values), zh.format(**values))
