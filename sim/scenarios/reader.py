"""A scenario file, read and checked: every fault is named with its line and its field."""

from collections.abc import Callable
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from sim.airframes import Airframe
from sim.failsafe import LinkWatch
from sim.fault_kinds import KINDS, FaultKind, FaultValueError
from sim.faults import Fault
from sim.load import SHAPES
from sim.scenarios.model import (
    Autopilots,
    Circle,
    Expectation,
    Group,
    PlannedFault,
    Scenario,
    TemporaryZone,
    Traffic,
    Weather,
    Where,
)
from sim.scenarios.promises import OF_FAULTS, OF_ZONES
from sim.scenarios.spots import FieldFault, ScenarioError, Spot, root_of
from sim.wind import CITY_EXPONENT, Front, Layer, blowing_from

__all__ = ["ScenarioError", "load", "read", "shipped"]

MAX_DRONES: Final = 2000
THAT: Final = {
    "airborne": "vehicles in the air",
    "landed": "flights that have come down",
    "filed": "plans filed",
    "approved_share": "share of the filed plans that were approved",
    "separation_losses": "pairs that were nearer than the minima, by the truth",
    "inside_zone": "vehicles in the air inside a zone of the scenario",
    "actions": "actions recommended for a zone's flights",
    "open_actions": "those of them that are neither confirmed nor escalated nor withdrawn",
    "alerts": "open alerts of a kind",
    "alert": "a vehicle of a fault has an open alert of a kind",
    "track_state": "the state of the track of a fault's vehicle",
    "plan_state": "the state of the plan of a fault's vehicle",
    "mode": "the flight mode of a fault's vehicle, by the truth",
    "on_ground": "a fault's vehicle stands on the ground",
    "airspeed_mps": "mean airspeed of the vehicles in the air",
    "volume_s": "seconds from seeing the contingency of a fault's flight to its volumes being reserved",
    "told_s": "seconds from seeing it to the last flight in its way having an advisory or an order",
    "list_s": "seconds that publishing a zone took, with its list of actions",
    "settled_s": "seconds from publishing a zone until every action is confirmed, escalated or withdrawn",
}
"""What an expectation can be about."""
_LISTS: Final = frozenset({"fleet", "faults", "zones", "expect"})
_NEEDS_FAULT: Final = frozenset({"alert", "track_state", "plan_state", "mode", "on_ground"}) | OF_FAULTS
_NEEDS_ZONE: Final = frozenset({"inside_zone", "actions", "open_actions"}) | OF_ZONES
_NEEDS_IS: Final = frozenset({"track_state", "plan_state", "mode"})
T = TypeVar("T")


def shipped() -> dict[str, Path]:
    """Return the scenarios that come with the product, by name."""
    folder = Path(str(resources.files("sim.scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load(name_or_path: str) -> Scenario:
    """Return a scenario by the name of a shipped one or the path of a file; raises OSError, ScenarioError."""
    known = shipped()
    path = known.get(name_or_path) or Path(name_or_path)
    if not path.is_file():
        raise FileNotFoundError(f"{name_or_path} is neither a file nor a shipped scenario: {', '.join(known)}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise ScenarioError(path.name, [FieldFault(1, "", f"is not UTF-8: {wrong.reason}")]) from None
    return read(text, path.stem)


def read(text: str, name: str) -> Scenario:
    """Return the scenario a text stands for; raises ScenarioError with every fault found."""
    faults: list[FieldFault] = []
    root = root_of(text, name, faults)
    scenario = root.try_read(lambda spot: _scenario(spot, name))
    if scenario is not None and not faults:
        _cross_check(scenario, root, faults)
    if faults or scenario is None:
        raise ScenarioError(name, sorted(faults, key=lambda f: f.line))
    return scenario


def _scenario(root: Spot, name: str) -> Scenario:
    known = ("title", "title_zh", "what", "city", "seed", "duration", "fleet", "traffic", "wind", "faults", "zones")
    f = root.fields((*known, "expect"), needed=("title", "duration", "fleet"))
    return Scenario(
        name=name,
        title=_of(f, "title", Spot.text, ""),
        title_zh=_of(f, "title_zh", Spot.text, ""),
        what=_of(f, "what", Spot.text, ""),
        city=_of(f, "city", Spot.text, "shenzhen"),
        seed=_of(f, "seed", lambda s: s.whole(0, 2**31), 1),
        duration_s=_of(f, "duration", Spot.seconds, 60.0),
        fleet=tuple(_of(f, "fleet", lambda s: s.each(_group), [])),
        traffic=_of(f, "traffic", _traffic, Traffic()),
        weather=_of(f, "wind", _weather, Weather()),
        faults=tuple(_of(f, "faults", lambda s: s.each(_fault), [])),
        zones=tuple(_of(f, "zones", lambda s: s.each(_zone), [])),
        expectations=tuple(
            _of(f, "expect", lambda s: s.each(lambda e: _expectation(e, f)), []),
        ),
    )


def _of(fields: dict[str, Spot], name: str, read_it: Callable[[Spot], Any], default: T) -> T:
    """Read a field, its default when it is absent or was noted as a fault."""
    spot = fields.get(name)
    value: T | None = None if spot is None else spot.try_read(read_it)
    return default if value is None else value


def _group(spot: Spot) -> Group:
    f = spot.fields(
        ("name", "count", "airframe", "autopilot", "payload_kg", "temperature_c", "battery_pct", "link_failsafe"),
        needed=("name", "count"),
    )
    autopilots: Autopilots = _of(f, "autopilot", lambda s: s.word(("px4", "ardupilot", "mixed")), "mixed")
    airframe = Airframe(_of(f, "airframe", lambda s: s.word(tuple(Airframe)), "multirotor"))
    if airframe is Airframe.FIXED_WING:
        f["airframe"].wrong("fixed_wing cannot fly the vertical take-offs that firms file; take vtol")
    if airframe is Airframe.VTOL and "autopilot" in f and autopilots != "px4":
        f["autopilot"].wrong("a vtol is simulated with px4 only")
    return Group(
        name=_of(f, "name", lambda s: s.key(), "?"),
        count=_of(f, "count", lambda s: s.whole(1, MAX_DRONES), 1),
        airframe=airframe,
        autopilots="px4" if airframe is Airframe.VTOL else autopilots,
        payload_kg=_of(f, "payload_kg", lambda s: s.number(0, 10), 0.0),
        temperature_c=_of(f, "temperature_c", lambda s: s.number(-30, 50), 25.0),
        battery_pct=_of(f, "battery_pct", lambda s: s.number(15, 100), 100.0),
        link_watch=LinkWatch(_of(f, "link_failsafe", lambda s: s.word([w.value for w in LinkWatch]), "fault")),
    )


def _circle(spot: Spot) -> Circle:
    f = spot.fields(("lat_deg", "lon_deg", "radius_m"), needed=("lat_deg", "lon_deg", "radius_m"))
    return Circle(f["lat_deg"].number(-90, 90), f["lon_deg"].number(-180, 180), f["radius_m"].number(10, 200_000))


def _traffic(spot: Spot) -> Traffic:
    f = spot.fields(("shape", "scale", "from_hour", "hour", "where", "within", "stagger", "shortest_m", "longest_m"))
    where: Where = _of(f, "where", lambda s: s.word(("sites", "anywhere")), "sites")
    within = _of(f, "within", _circle, None)
    if where == "anywhere" and within is None and "within" not in f:
        spot.wrong("where: anywhere needs within, the circle to fly in")
    return Traffic(
        shape=_of(f, "shape", lambda s: s.word(("steady", *SHAPES)), "steady"),
        scale=_of(f, "scale", lambda s: s.number(0.001, 100), 1.0),
        from_hour=_of(f, "from_hour", lambda s: s.number(0, 23.99), 0.0),
        hour_s=_of(f, "hour", lambda s: s.seconds(3600.0), 3600.0),
        where=where,
        within=within,
        stagger_s=_of(f, "stagger", lambda s: s.number(0.0, 60.0), 0.4),
        shortest_m=_of(f, "shortest_m", lambda s: s.number(200, 20_000), 900.0),
        longest_m=_of(f, "longest_m", lambda s: s.number(300, 30_000), 7000.0),
    )


def _blow(f: dict[str, Spot]) -> tuple[float, float]:
    return blowing_from(
        _of(f, "from_deg", lambda s: s.number(0, 360), 0.0), _of(f, "speed_mps", lambda s: s.number(0, 40), 0.0)
    )


def _weather(spot: Spot) -> Weather:
    f = spot.fields(("from_deg", "speed_mps", "gust_mps", "exponent", "profile", "fronts"))
    east, north = _blow(f)
    layers: list[Layer] = _of(f, "profile", lambda s: s.each(_layer), [])
    if any(a.above_ground_m >= b.above_ground_m for a, b in pairwise(layers)):
        f["profile"].wrong("heights must rise from layer to layer")
    return Weather(
        east,
        north,
        _of(f, "gust_mps", lambda s: s.number(0, 20), 0.0),
        _of(f, "exponent", lambda s: s.number(0, 0.6), CITY_EXPONENT),
        tuple(layers),
        tuple(_of(f, "fronts", lambda s: s.each(_front), [])),
    )


def _layer(spot: Spot) -> Layer:
    f = spot.fields(("above_ground_m", "from_deg", "speed_mps"), needed=("above_ground_m", "from_deg", "speed_mps"))
    return Layer(f["above_ground_m"].number(0, 2000), *_blow(f))


def _front(spot: Spot) -> Front:
    f = spot.fields(
        ("at", "from_deg", "speed_mps", "gust_mps", "ramp", "moves"), needed=("at", "from_deg", "speed_mps")
    )
    east, north = _blow(f)
    front = (f["at"].seconds(), east, north, _of(f, "gust_mps", lambda s: s.number(0, 20), 0.0))
    ramp_s = _of(f, "ramp", Spot.seconds, 60.0)
    if "moves" not in f:
        return Front(*front, ramp_s=ramp_s)
    m = f["moves"].fields(
        ("lat_deg", "lon_deg", "towards_deg", "speed_mps"), needed=("lat_deg", "lon_deg", "towards_deg", "speed_mps")
    )
    return Front(
        *front,
        ramp_s=ramp_s,
        lat_deg=m["lat_deg"].number(-90, 90),
        lon_deg=m["lon_deg"].number(-180, 180),
        towards_deg=m["towards_deg"].number(0, 360),
        moves_mps=m["speed_mps"].number(0.5, 60),
    )


def _fault(spot: Spot) -> PlannedFault:
    f = spot.fields(
        ("name", "at", "on", "count", "airborne", "fault", "for", "values"), needed=("name", "at", "on", "fault")
    )
    kind = FaultKind(f["fault"].word(tuple(FaultKind)))
    values: dict[str, object] = {}
    if "values" in f:
        for name, value in f["values"].mapping().items():
            values[name] = value.value()
            try:
                KINDS[kind].read({name: values[name]})
            except FaultValueError as wrong:
                value.wrong(str(wrong))
    lasts_s = f["for"].seconds() if "for" in f else None
    if lasts_s is not None and lasts_s <= 0:
        f["for"].wrong("must be longer than 0 s")
    return PlannedFault(
        name=f["name"].text(longest=40),
        fault=Fault.of(kind, starts_at_s=f["at"].seconds(), lasts_s=lasts_s, values=values),
        on=f["on"].text(longest=60),
        count=f["count"].whole(1, MAX_DRONES) if "count" in f else None,
        airborne=f["airborne"].truth() if "airborne" in f else True,
    )


def _zone(spot: Spot) -> TemporaryZone:
    f = spot.fields(
        ("name", "at", "for", "circle", "restriction", "lower_m", "upper_m", "execute_after"),
        needed=("name", "at", "for", "circle"),
    )
    low, high = (
        _of(f, "lower_m", lambda s: s.number(0, 6000), 0.0),
        _of(f, "upper_m", lambda s: s.number(1, 6000), 120.0),
    )
    if low >= high:
        spot.wrong("lower_m must be below upper_m")
    return TemporaryZone(
        name=f["name"].text(longest=40),
        at_s=f["at"].seconds(),
        lasts_s=f["for"].seconds(),
        circle=_circle(f["circle"]),
        restriction=_of(f, "restriction", lambda s: s.word(("PROHIBITED", "REQ_AUTHORISATION")), "PROHIBITED"),
        lower_m=low,
        upper_m=high,
        execute_after_s=f["execute_after"].seconds(3600.0) if "execute_after" in f else None,
    )


def _expectation(spot: Spot, scenario: dict[str, Spot]) -> Expectation:
    f = spot.fields(
        ("text", "that", "after", "within", "by", "at_least", "at_most", "is", "kind", "on", "zone"),
        needed=("text", "that"),
    )
    that = f["that"].word(tuple(THAT))
    if ("by" in f) == ("within" in f):
        spot.wrong("needs by, or within with after")
    from_s = 0.0
    if "after" in f:
        from_s = _moment(f["after"], scenario)
    if "within" in f and "after" not in f:
        spot.wrong("within needs after, the name of a fault or a zone")
    by_s = from_s + f["within"].seconds() if "within" in f else f["by"].seconds()
    numbers = [n for n in ("at_least", "at_most") if n in f]
    if that in _NEEDS_IS:
        if "is" not in f:
            spot.wrong(f"{that} needs is, a list of states")
    elif (that not in _NEEDS_FAULT or that in OF_FAULTS) and len(numbers) != 1:
        spot.wrong("needs at_least or at_most")
    if that in _NEEDS_FAULT and "on" not in f:
        spot.wrong(f"{that} needs on, the name of a fault")
    if that in {"alert", "alerts"} and "kind" not in f:
        spot.wrong(f"{that} needs kind, such as link_lost")
    if that in _NEEDS_ZONE and "zone" not in f:
        spot.wrong(f"{that} needs zone, the name of one of the scenario's zones")
    return Expectation(
        text=f["text"].text(),
        that=that,
        from_s=from_s,
        by_s=by_s,
        at_least=f["at_least"].number(0, 1e9) if "at_least" in f else None,
        at_most=f["at_most"].number(0, 1e9) if "at_most" in f else None,
        is_=tuple(s.text() for s in f["is"].items()) if "is" in f else (),
        kind=f["kind"].text() if "kind" in f else "",
        on=f["on"].text() if "on" in f else "",
        zone=f["zone"].text() if "zone" in f else "",
    )


def _moment(spot: Spot, scenario: dict[str, Spot]) -> float:
    """Return when a fault or a zone of a name begins, or the time given (mm:ss)."""
    if ":" in spot.written and spot.written.replace(":", "").isdigit():
        return spot.seconds()
    name = spot.text()
    for part in ("faults", "zones"):
        for item in scenario[part].items() if part in scenario else []:
            fields = item.mapping()
            if "name" in fields and fields["name"].try_read(Spot.text) == name and "at" in fields:
                return fields["at"].seconds()
    spot.wrong(f"{name!r} is the name of no fault and no zone of this scenario")


def _cross_check(scenario: Scenario, root: Spot, faults: list[FieldFault]) -> None:
    """Note what does not fit together, at the line of the item that refers to something missing."""
    lines = {name: [i.line for i in spot.items()] for name, spot in root.mapping().items() if name in _LISTS}

    def note(section: str, index: int, field: str, why: str) -> None:
        faults.append(FieldFault(lines[section][index], f"{section}[{index}].{field}", why))

    def twice(section: str, names: list[str]) -> None:
        for i, name in enumerate(names):
            if name in names[:i]:
                note(section, i, "name", f"{name!r} is the name of another one")

    groups = [group.name for group in scenario.fleet]
    names, zones = [f.name for f in scenario.faults], [z.name for z in scenario.zones]
    twice("fleet", groups)
    twice("faults", names)
    twice("zones", zones)
    if scenario.drones > MAX_DRONES:
        note("fleet", len(groups) - 1, "count", f"{scenario.drones} drones in all; there may be {MAX_DRONES}")
    for i, fault in enumerate(scenario.faults):
        if fault.on not in {*groups, "all"} and not _is_one_of(fault.on, scenario):
            note("faults", i, "on", f"{fault.on!r} is no group, group-number or all")
        if fault.fault.starts_at_s > scenario.duration_s:
            note("faults", i, "at", "is after the scenario's end")
    for i, e in enumerate(scenario.expectations):
        if e.on and e.on not in names:
            note("expect", i, "on", f"{e.on!r} is the name of no fault")
        if e.zone and e.zone not in zones:
            note("expect", i, "zone", f"{e.zone!r} is the name of no zone")
        if e.by_s > scenario.duration_s:
            note("expect", i, "by", "is judged after the scenario's end")


def _is_one_of(name: str, scenario: Scenario) -> bool:
    """Whether a name is that of a vehicle: its group's and its number from 1."""
    group, _, number = name.rpartition("-")
    return number.isdigit() and any(g.name == group and 1 <= int(number) <= g.count for g in scenario.fleet)
