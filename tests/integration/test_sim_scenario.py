"""A scenario against a real server: traffic files and flies, a fault comes, expectations are judged by what is seen."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.scenarios.reader import read
from sim.scenarios.run import ScenarioRun
from tests.conftest import ROOT, Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

JUMP = """\
title: One jumps
duration: 5:00
fleet: [{name: c, count: 6, autopilot: px4, payload_kg: 1}]
traffic: {stagger: 0.2}
wind: {from_deg: 90, speed_mps: 2, gust_mps: 0.5}
faults:
  - {name: jump, at: 5, on: c, count: 1, fault: gps_jump, for: 60, values: {east_m: 400}}
expect:
  - {text: some fly, that: airborne, at_least: 1, by: 4:00}
  - {text: the jump is seen, that: alert, kind: gnss_jump, on: jump, by: 5:00}
"""


@pytest.mark.long
async def test_a_fault_of_a_scenario_reaches_the_alerts(server: Server) -> None:
    """A jump must come to a vehicle on its way, be seen by the service as an alert of that flight, and be judged met."""
    told: list[tuple[str, dict[str, Any]]] = []
    run = ScenarioRun(
        read(JUMP, "jump"),
        server.data_dir / "demo-credentials.json",
        notify=lambda event, fields: told.append((event, fields)),
        until_met=True,
    )
    report = await run.run()
    assert report.failure is None
    assert [v.as_dict()["met"] for v in report.verdicts] == [True, True]
    assert report.passed
    (fault,) = [fields for event, fields in told if event == "fault"]
    assert fault["vehicles"][0].startswith("c-")
    assert report.as_dict()["traffic"]["departed"] >= 1


async def test_the_command_names_mistakes_by_line(tmp_path: Path) -> None:
    """`hexlane sim scenario` with a wrong file must exit with 1 and name line and field, without a traceback."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("title: t\nduration: 60\nfleet:\n  - {name: a, count: many}\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "utm.cli", "sim", "scenario", str(wrong), "--json",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    failed = json.loads(out.splitlines()[-1])
    assert failed["detail"].startswith("wrong, line 4: fleet[0].count: must be a number")
    assert process.returncode == 1
    assert b"Traceback" not in err


async def test_the_command_lists_what_ships(tmp_path: Path) -> None:
    """`hexlane sim scenarios --json` must name the shipped scenarios with their size, from any folder."""
    process = await asyncio.create_subprocess_exec(
        ROOT / ".venv/bin/hexlane", "sim", "scenarios", "--json",
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    listed = [json.loads(line) for line in out.splitlines()]
    assert {"corridor-lost-link", "temporary-zone", "whole-day"} <= {item["name"] for item in listed}
    assert all(item["drones"] > 0 for item in listed)
