"""Scenarios in simulated time: the shipped ones meet what they expect, and a seed does again what it did."""

from typing import Any

import pytest

from sim.scenarios.reader import load, read
from sim.scenarios.simulated import run_simulated

pytestmark = pytest.mark.timeout(1200)

SMALL = """\
title: One link is lost
duration: 4:00
seed: 7
fleet: [{name: c, count: 4, autopilot: px4}]
traffic: {stagger: 0.2}
wind: {from_deg: 90, speed_mps: 2, gust_mps: 0.5}
faults:
  - {name: lost, at: 40, on: c, count: 1, fault: lost_link, for: 40}
expect:
  - {text: some fly, that: airborne, at_least: 1, by: 2:00}
  - {text: the loss is an alert, that: alert, kind: link_lost, on: lost, after: lost, within: 15}
  - {text: it becomes a contingency, that: plan_state, is: [contingent], on: lost, after: lost, within: 20}
  - {text: its airspace is reserved in time, that: volume_s, at_most: 2, on: lost, after: lost, within: 20}
  - {text: who is in its way is told in time, that: told_s, at_most: 5, on: lost, after: lost, within: 30}
"""


def test_a_scenario_in_simulated_time_meets_its_expectations_and_repeats_itself() -> None:
    """The service must see the fault, the expectations must be judged, and the same seed must give the same report."""
    told: list[tuple[str, dict[str, Any]]] = []
    found = read(SMALL, "small")
    first = run_simulated(found, lambda event, fields: told.append((event, fields)), until_met=True)
    assert first.failure is None
    assert first.passed, first.as_dict()
    (fault,) = [fields for event, fields in told if event == "fault"]
    assert fault["vehicles"][0].startswith("c-")
    again = run_simulated(found, lambda *_: None, until_met=True)
    assert again.as_dict() == first.as_dict()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    ["corridor-lost-link", "gps-jump", "battery-sag", "wind-front", "temporary-zone", "crowded-zone", "whole-day"],
)
def test_a_shipped_scenario_meets_its_expectations(name: str) -> None:
    """Whoever runs a shipped scenario must see what it promises."""
    report = run_simulated(load(name), lambda *_: None)
    assert report.passed, report.as_dict()
