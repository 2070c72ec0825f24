"""The command line: help everywhere, JSON for scripts, exit codes that mean something."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.fakes.desk import Desk
from utm import cli
from utm.store import plans

runner = CliRunner()


@pytest.mark.parametrize(
    "command", [[], ["serve"], ["check-separation"], ["openapi"], ["export"], ["export", "plans"], ["export", "audit"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    """--help must say what a command does."""
    done = runner.invoke(cli.app, [*command, "--help"])
    assert done.exit_code == 0
    assert "Usage" in done.stdout
    assert len(done.stdout) > 150


async def test_check_separation_says_it_with_its_exit_code(desk: Desk) -> None:
    """0 and a sentence when all is well; 1, the two plans and the distance when it is not; JSON when asked."""
    folder = str(desk.services.settings.data_dir)
    first, second = await desk.filed(), await desk.filed()
    done = runner.invoke(cli.app, ["check-separation", "--data-dir", folder])
    assert (done.exit_code, "0 conflicts" in done.stdout) == (0, True), done.output
    await desk.services.store.write(lambda session: plans.update(session, second, {"state": "approved"}))
    done = runner.invoke(cli.app, ["check-separation", "--data-dir", folder])
    assert done.exit_code == 1
    assert first in done.stdout
    assert second in done.stdout
    done = runner.invoke(cli.app, ["check-separation", "--json", "--data-dir", folder])
    assert done.exit_code == 1
    assert {json.loads(done.stdout)["conflicts"][0][name] for name in ("plan_a", "plan_b")} == {first, second}


async def test_exports_go_to_files_and_to_standard_output(desk: Desk, tmp_path: Path) -> None:
    """A file name writes a file; - writes the records alone to standard output."""
    plan_id = await desk.filed()
    folder = str(desk.services.settings.data_dir)
    done = runner.invoke(cli.app, ["export", "plans", str(tmp_path / "p.jsonl"), "--data-dir", folder])
    assert done.exit_code == 0, done.output
    assert plan_id in (tmp_path / "p.jsonl").read_text()
    done = runner.invoke(cli.app, ["export", "zones", "-", "--data-dir", folder])
    assert json.loads(done.stdout)["type"] == "FeatureCollection"


def test_a_missing_store_is_told_in_words(tmp_path: Path) -> None:
    """No traceback, no new store, an exit code that says failure."""
    folder = tmp_path / "none"
    for command in (["check-separation"], ["export", "plans", "-"]):
        done = runner.invoke(cli.app, [*command, "--data-dir", str(folder)])
        assert done.exit_code != 0
        assert not isinstance(done.exception, Exception), done.exception
    assert not folder.exists()


def test_the_openapi_document_is_printed() -> None:
    """`hexlane openapi` must print the same document a server gives, without starting one."""
    done = runner.invoke(cli.app, ["openapi"])
    assert done.exit_code == 0, done.output
    assert "/v1/flight-plans" in json.loads(done.stdout)["paths"]
