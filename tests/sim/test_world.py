"""The deterministic world finds nothing in the service as it is, finds what is planted, and does so again from the seed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.deterministic.trouble import Rates
from sim.deterministic.world import Scenario, run_world
from tests.sim import planted
from tests.sim.planted import QUIET

pytestmark = pytest.mark.timeout(900)  # many worlds share a machine: what is slow is not wrong

ROUGH = replace(Rates(), crash=20.0, restart=10.0, slow_disk=15.0, failing_disk=20.0, lost_link=3.0, clock_step=10.0)
FLIGHTS_ONLY: dict[str, float] = {}


def test_a_rough_world_breaks_nothing_and_repeats_itself() -> None:
    """With crashes, failing disks, lost links and a clock that is set wrong nothing is broken, twice in the same way."""
    scenario = Scenario(vehicles=6, hours=0.07, rates=ROUGH)
    first, again = run_world(3, scenario), run_world(3, scenario)
    assert first.violations == []
    assert (first.digest, first.counts) == (again.digest, again.counts)
    assert first.counts["server_starts"] > 1
    assert first.counts["firms"]["departed"] > 0


def test_another_seed_is_another_world() -> None:
    """The digest tells two worlds apart."""
    scenario = Scenario(vehicles=2, hours=0.02, rates=QUIET, city_per_hour=FLIGHTS_ONLY)
    assert run_world(1, scenario).digest != run_world(2, scenario).digest


@pytest.mark.parametrize(
    ("plant", "rule", "seed", "scenario"),
    [
        (
            planted.no_time_buffer,
            "separation",
            1,
            Scenario(vehicles=40, hours=0.15, rates=QUIET, city_per_hour=FLIGHTS_ONLY),
        ),
        (
            planted.forgetful_store,
            "nothing approved is forgotten",
            1,
            Scenario(vehicles=6, hours=0.3, rates=replace(QUIET, crash=60.0), city_per_hour=FLIGHTS_ONLY),
        ),
        (
            planted.endless_command,
            "every command ends",
            1,
            Scenario(vehicles=5, hours=0.3, rates=replace(QUIET, lost_link=60.0), city_per_hour={"order": 400.0}),
        ),
        (
            planted.blind_book,
            "no drone is told to enter a closed zone",
            1,
            Scenario(vehicles=12, hours=0.3, rates=QUIET, city_per_hour={"zone": 400.0}),
        ),
        (
            planted.stuck_alerts,
            "every alert resolves or has a cause",
            1,
            Scenario(vehicles=4, hours=0.3, rates=replace(QUIET, lost_link=40.0), city_per_hour=FLIGHTS_ONLY),
        ),
    ],
)
def test_a_planted_bug_is_found(
    plant: Callable[[pytest.MonkeyPatch], None],
    rule: str,
    seed: int,
    scenario: Scenario,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each planted bug is reported under the rule it breaks, from its seed."""
    plant(monkeypatch)
    report = run_world(seed, replace(scenario, stop_at_first=True))
    assert rule in {violation.rule for violation in report.violations}, report.as_dict()
