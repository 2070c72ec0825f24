"""What an operator copies to a machine."""

import configparser
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.conftest import ROOT
from utm.cli import app

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def _read(unit: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(unit)
    return parser


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_command_that_exists(unit: Path) -> None:
    """Each service's command and options must be ones `hexlane` knows."""
    words = shlex.split(_read(unit)["Service"]["ExecStart"])
    assert Path(words[0]).name == "hexlane"
    shown = CliRunner().invoke(app, [words[1], "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    for option in (word for word in words[2:] if word.startswith("--")):
        assert option in shown.output


def test_every_timer_starts_a_service_that_is_there() -> None:
    """A timer without its service would never judge anything."""
    timers = {unit.stem for unit in (ROOT / "deploy" / "systemd").glob("*.timer")}
    assert timers == {"hexlane-check-separation"}
    assert timers <= {unit.stem for unit in UNITS}
