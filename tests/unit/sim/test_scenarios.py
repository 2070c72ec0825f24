"""Scenario files: what ships can be read, and what is wrong is named with its line and field."""

import json
import math
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer

from sim.cli import demo
from sim.failsafe import LinkWatch
from sim.fault_kinds import FaultKind
from sim.flavour import Flavour
from sim.scenarios.model import Expectation
from sim.scenarios.observer import holds
from sim.scenarios.promises import Promises
from sim.scenarios.reader import ScenarioError, load, read, shipped
from sim.scenarios.run import specs_of

WHOLE = """\
title: A test
title_zh: 测试
duration: 2:30
fleet:
  - {name: a, count: 6, payload_kg: 1.5, temperature_c: -5, battery_pct: 80, link_failsafe: silence}
  - {name: wings, count: 2, airframe: vtol}
traffic: {shape: workday, scale: 0.5, from_hour: 7.5, hour: 01:00}
wind:
  from_deg: 270
  speed_mps: 5
  fronts:
    - {at: 1:00, from_deg: 0, speed_mps: 10, gust_mps: 3, ramp: 20}
faults:
  - {name: one, at: 0:30, on: a-2, fault: gps_jump, for: 10, values: {east_m: 40}}
  - {name: many, at: 45, on: a, count: 2, fault: lost_link}
zones:
  - {name: z, at: 1:10, for: 10:00, circle: {lat_deg: 22.6, lon_deg: 114.0, radius_m: 1500}, execute_after: 2}
expect:
  - {text: up, that: airborne, at_least: 3, by: 1:00}
  - {text: seen, that: alert, kind: gnss_jump, on: one, after: one, within: 10}
  - {text: home, that: mode, is: [rtl, land], on: many, after: many, within: 30}
"""


@pytest.mark.parametrize("name", list(shipped()))
def test_what_ships_can_be_read_and_is_told_in_both_languages(name: str) -> None:
    """Every shipped scenario must be readable, have titles in both languages, and expect something."""
    scenario = load(name)
    assert scenario.name == name
    assert scenario.title
    assert scenario.title_zh
    assert scenario.what
    assert scenario.expectations
    assert len(specs_of(scenario.fleet)) == scenario.drones


def test_the_scenarios_that_were_promised_ship() -> None:
    """A lost link, a temporary zone, a crowded one, a jump, a sag, a front and a whole day must be there."""
    assert set(shipped()) >= {
        "corridor-lost-link",
        "temporary-zone",
        "crowded-zone",
        "gps-jump",
        "battery-sag",
        "wind-front",
        "whole-day",
    }
    assert load("temporary-zone").zones[0].circle.radius_m == 3000.0
    assert load("temporary-zone").drones > 200
    (inside,) = [item for item in load("crowded-zone").expectations if item.that == "inside_zone"]
    assert inside.at_least == 200


def test_a_whole_scenario_is_read() -> None:
    """Every part must arrive with its units and defaults."""
    s = read(WHOLE, "whole")
    assert s.duration_s == 150.0
    assert s.fleet[0].link_watch is LinkWatch.SILENCE
    assert (s.fleet[0].payload_kg, s.fleet[0].temperature_c, s.fleet[0].battery_pct) == (1.5, -5.0, 80.0)
    assert s.fleet[1].autopilots == "px4"
    assert (s.traffic.hour_s, s.traffic.from_hour) == (60.0, 7.5)
    assert (s.weather.east_mps, s.weather.north_mps) == pytest.approx((5.0, 0.0))
    assert s.weather.field(1000.0).fronts[0].at_s == 1060.0
    one = s.faults[0].fault
    assert (one.kind, one.starts_at_s, one.ends_at_s) == (FaultKind.GPS_JUMP, 30.0, 40.0)
    assert one.values == {"east_m": 40.0, "north_m": 0.0, "up_m": 0.0}
    assert s.faults[1].fault.ends_at_s is None
    assert s.zones[0].execute_after_s == 2.0
    assert [(e.from_s, e.by_s) for e in s.expectations] == [(0.0, 60.0), (30.0, 40.0), (45.0, 75.0)]


def test_a_fleet_is_named_and_mixed() -> None:
    """Vehicles must be named group-number from 1, and every fifth of a mixed group be ArduPilot-like."""
    specs = specs_of(read(WHOLE, "whole").fleet)
    assert [s.name for s in specs] == ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "wings-1", "wings-2"]
    assert [s.flavour is Flavour.ARDUPILOT for s in specs] == [False] * 4 + [True] + [False] * 3


HEAD = "title: t\nduration: 60\nfleet: [{name: a, count: 1}]\n"


@pytest.mark.parametrize(
    ("text", "line", "field", "why"),
    [
        ("", 1, "", "empty"),
        ("title: [", 1, "", "is no YAML"),
        ("a: &x 1\nb: *x\n", 1, "", "anchors"),
        ("title: t\nduration: 60\n", 1, "", "needs fleet"),
        (HEAD + "speed: 3\n", 4, "speed", "is not known here; known are: title"),
        (HEAD + "title: again\n", 4, "title", "is given twice"),
        (HEAD + "seed: 1.5\n", 4, "seed", "whole number"),
        ("title: t\nduration: soon\nfleet: [{name: a, count: 1}]\n", 2, "duration", "seconds, mm:ss or h:mm:ss"),
        ("title: t\nduration: 60\nfleet:\n  - name: a\n    count: 0\n", 5, "fleet[0].count", "out of range"),
        ("title: t\nduration: 60\nfleet:\n  - {name: a b, count: 1}\n", 4, "fleet[0].name", "letters"),
        (
            "title: t\nduration: 60\nfleet:\n  - {name: a, count: 1}\n  - {name: a, count: 1}\n",
            5,
            "fleet[1].name",
            "is the name of another one",
        ),
        (HEAD + "wind: {from_deg: 400}\n", 4, "wind.from_deg", "0 to 360"),
        (HEAD + "traffic: {where: anywhere}\n", 4, "traffic", "needs within"),
        (HEAD + "faults:\n  - {name: f, at: 1, on: a, fault: explode}\n", 5, "faults[0].fault", "is not one of"),
        (
            HEAD + "faults:\n  - {name: f, at: 1, on: a, fault: delay, values: {delay_s: 99}}\n",
            5,
            "faults[0].values.delay_s",
            "between 0 and 60",
        ),
        (HEAD + "faults:\n  - {name: f, at: 1, on: b, fault: lost_link}\n", 5, "faults[0].on", "no group"),
        (HEAD + "faults:\n  - {name: f, at: 1, on: a-2, fault: lost_link}\n", 5, "faults[0].on", "no group"),
        (HEAD + "expect:\n  - {text: x, that: airborne, at_least: 1}\n", 5, "expect[0]", "needs by, or within"),
        (HEAD + "expect:\n  - {text: x, that: airborne, at_least: 1, by: 90}\n", 5, "expect[0].by", "after the"),
        (HEAD + "expect:\n  - {text: x, that: mode, is: [rtl], on: g, by: 9}\n", 5, "expect[0].on", "no fault"),
        (
            HEAD + "expect:\n  - {text: x, that: airborne, at_least: 1, after: g, within: 5}\n",
            5,
            "expect[0].after",
            "name of no fault and no zone",
        ),
    ],
)
def test_what_is_wrong_is_named_with_line_and_field(text: str, line: int, field: str, why: str) -> None:
    """Each fault must be reported at its line, with its field, and say what would be right."""
    with pytest.raises(ScenarioError) as refused:
        read(text, "x")
    fault = refused.value.faults[0]
    assert (fault.line, fault.field) == (line, field)
    assert why in fault.why


def test_all_faults_are_told_at_once() -> None:
    """A file with three faults must name all three in one go, in the order of their lines."""
    text = dedent("""\
        title: t
        duration: never
        seed: x
        fleet:
          - {name: a, count: 1, airframe: balloon}
        """)
    with pytest.raises(ScenarioError) as refused:
        read(text, "x")
    assert [f.field for f in refused.value.faults] == ["duration", "seed", "fleet[0].airframe"]
    assert str(refused.value).count("\n") == 2


def test_expectations_hold_as_they_say() -> None:
    """At least, at most and states must each be judged their way; nothing seen is no state."""
    e = Expectation("", "airborne", 0, 1, at_least=3.0)
    assert holds(e, 3.0)
    assert not holds(e, 2.0)
    e = Expectation("", "inside_zone", 0, 1, at_most=0.0)
    assert holds(e, 0.0)
    assert not holds(e, 1.0)
    assert not holds(e, float("nan"))
    e = Expectation("", "mode", 0, 1, is_=("rtl", "land"))
    assert holds(e, ["rtl", "land"])
    assert not holds(e, ["rtl", "hold"])
    assert not holds(e, [])


def test_an_expectation_may_begin_at_a_time() -> None:
    """`after` takes a time as well as the name of a fault, so that what holds from the start does not count."""
    found = read(
        """\
title: A front
duration: 4:00
fleet: [{name: c, count: 2}]
expect:
  - {text: the air moves, that: airspeed_mps, at_least: 3, after: 02:30, by: 04:00}
""",
        "front",
    )
    (expected,) = found.expectations
    assert (expected.from_s, expected.by_s) == (150.0, 240.0)


@pytest.mark.parametrize("written", ["12:00", "09:30", "1:02:00"])
def test_a_time_needs_no_quotes_wherever_it_stands(written: str) -> None:
    """YAML reads some times as numbers: `after` must take them as every other field does."""
    expectation = f"expect:\n  - {{text: later, that: airborne, at_least: 1, after: {written}, by: 2:00:00}}\n"
    text = "title: t\nduration: 2:00:00\nseed: 1\nfleet: [{name: a, count: 1}]\n" + expectation
    (found,) = read(text, "times").expectations
    assert found.from_s == {"12:00": 720.0, "09:30": 570.0, "1:02:00": 3720.0}[written]


class Centre:
    """Answers what the service would, from a dictionary of paths."""

    def __init__(self) -> None:
        self.found: dict[str, list[dict[str, Any]]] = {"/v1/contingencies": [], "/v1/advisories": []}

    async def items(self, path: str, query: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        wanted = (query or {}).get("plan_id")
        return [item for item in self.found[path] if wanted in (None, item["plan_id"])]


async def test_promised_times_are_known_once_everybody_was_told() -> None:
    """A time counts from when the contingency was seen, to the last one in its way; advisories of before are no answer."""
    centre, promises = Centre(), Promises()
    api: Any = centre
    await promises.read(api, {"lost": ["fp_a"]})
    assert math.isnan(promises.seconds("volume_s", "lost"))
    centre.found["/v1/contingencies"] = [
        {
            "contingency_id": "ct_1",
            "plan_id": "fp_a",
            "state": "open",
            "detected_at": "2026-06-01T01:00:00Z",
            "declared_at": "2026-06-01T01:00:01.5Z",
            "affected": [{"plan_id": "fp_b"}, {"plan_id": "fp_c"}],
        }
    ]
    told = {"kind": "contingency_nearby", "plan_id": "fp_b", "raised_at": "2026-06-01T01:00:02Z"}
    before = {"kind": "contingency_nearby", "plan_id": "fp_c", "raised_at": "2026-06-01T00:50:00Z"}
    other = {"kind": "zone", "plan_id": "fp_c", "raised_at": "2026-06-01T01:00:01Z"}
    centre.found["/v1/advisories"] = [told, before, other]
    await promises.read(api, {"lost": ["fp_a"]})
    assert promises.seconds("volume_s", "lost") == 1.5
    assert math.isnan(promises.seconds("told_s", "lost"))
    centre.found["/v1/advisories"] += [{**before, "raised_at": "2026-06-01T01:00:06Z"}]
    await promises.read(api, {"lost": ["fp_a"]})
    assert promises.seconds("told_s", "lost") == 6.0
    promises.settled("fire", 12.0)
    promises.settled("fire", 30.0)
    assert promises.seconds("settled_s", "fire") == 12.0


def test_a_demonstration_of_a_scenario_that_is_not_there_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong with a scenario must be told before a server is started for it."""
    with pytest.raises(typer.Exit) as ended:
        demo(scenario="no-such-scenario", data_dir=tmp_path, as_json=True)
    assert ended.value.exit_code == 1
    failed = json.loads(capsys.readouterr().out)
    assert failed["event"] == "failed"
    assert "no-such-scenario" in failed["detail"]
    assert list(tmp_path.iterdir()) == []
