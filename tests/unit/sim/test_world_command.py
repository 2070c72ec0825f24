"""`hexlane sim world`: what it tells of its seeds, and that it runs them."""

import json
import subprocess
import sys

import pytest
import typer

from sim.deterministic.command import _conclude


def report(seed: int, *broken: str, cpu_s: float = 60.0) -> dict[str, object]:
    """Return what a worker reports of a seed of one simulated hour."""
    violations = [{"at_s": 12.5, "rule": rule, "detail": "two plans"} for rule in broken]
    return {
        "seed": seed, "ok": not broken, "violations": violations, "vehicles": 100, "simulated_s": 3600.0,
        "cpu_s": cpu_s, "times_real": 60.0, "digest": "00", "counts": {"firms": {"departed": 7}},
        "last_events": ["10.0 filed", "12.5 commit"],
    }  # fmt: skip


def test_a_failing_seed_is_the_first_line_and_says_how_to_see_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Of several failing seeds the first must open the report, with what repeats it, what broke, and what came before."""
    with pytest.raises(typer.Exit) as ended:
        _conclude([report(9, "separation"), report(3), report(4, "a plan's life")], 10.0, asked=3, as_json=False)
    assert ended.value.exit_code == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FAILING SEED 4 ")
    assert "--seeds 1 --seed-from 4" in lines[0]
    assert "a plan's life: two plans" in lines[1]
    assert any("12.5 commit" in line for line in lines)
    assert "also failed: 9" in "\n".join(lines)


def test_the_speed_is_simulated_time_by_processor_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Three simulated hours for 180 CPU-seconds must be told as 60 times real time, and nothing broken ends with 0."""
    _conclude([report(1), report(2), report(3)], 90.0, asked=3, as_json=True)
    total = json.loads(capsys.readouterr().out)
    assert total["failing_seed"] is None
    assert (total["times_real"], total["simulated_h"], total["vehicle_h"], total["flights"]) == (60.0, 3.0, 300.0, 21)


def test_a_seed_that_was_not_run_is_a_failure() -> None:
    """A worker that died with its seed must not leave a report that looks whole."""
    with pytest.raises(typer.Exit):
        _conclude([report(1)], 10.0, asked=2, as_json=True)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_few_seeds_break_nothing_and_print_their_speed() -> None:
    """The command in its short form: two seeds, everything that may go wrong, every invariant, no violation."""
    command = [sys.executable, "-m", "utm.cli", "sim", "world", "--seeds", "2", "--hours", "0.1", "--vehicles", "20"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, timeout=800)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    *seeds, total = [json.loads(line) for line in done.stdout.splitlines()]
    assert [found["violations"] for found in seeds] == [[], []]
    assert total["flights"] > 0
    assert total["times_real"] > 0
