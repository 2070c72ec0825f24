"""What the world judges of the airspace that orders and contingencies reserve: each case small enough to see."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pytest

from airspace.lifecycle import PlanState
from airspace.timebase import to_scene_s
from sim.judged_boxes import Box, box_of
from sim.order_invariants import OrderInvariants, Row
from utm.judge import JudgedPlan

BEGINS = to_scene_s(datetime(2025, 1, 1, tzinfo=UTC))
MINIMA = (50.0, 15.0, 15.0)


def flight(ref: str, *corners: tuple[float, float, float]) -> JudgedPlan:
    """A way at 60 m over (x m, y m, second)."""
    rows = [(*a[:2], 60.0, a[2], *b[:2], 60.0, b[2]) for a, b in itertools.pairwise(corners)]
    return JudgedPlan(ref, np.array(rows), (), *MINIMA)


@dataclass
class Plan:
    """What is known of a plan, as far as it is asked here."""

    judged: JudgedPlan
    state: PlanState = PlanState.ACTIVATED
    plan_id: str = "fp_own"
    aircraft_id: str = "ac_own"
    extended: bool = False

    @property
    def box(self) -> Box:
        """Where and when it is."""
        return box_of(self.judged)


class Checked:
    """The invariants, told of a contingency at 100 s that crosses x = 1,000 m at 150 s and x = 5,000 m at 550 s."""

    def __init__(self, *plans: Plan) -> None:
        self.now_s, self.broken, self.excused = 100.0, list[str](), Counter[str]()
        way = flight("ct_lost", (1_000.0, -1_000.0, 100.0), (1_000.0, 1_000.0, 200.0), (5_000.0, 1_000.0, 500.0))
        self.lost = JudgedPlan(
            "ct_lost", np.vstack([way.legs, [[5e3, 1e3, 60.0, 500.0, 5e3, -1e3, 60.0, 600.0]]]), (), *MINIMA
        )
        self.rules = OrderInvariants(
            lambda ref, body, separation, ends_s: replace(self.lost, plan_ref=ref),
            self._break,
            self._excuse,
            lambda: BEGINS + self.now_s,
        )
        self.rules.take(Row("ct_lost", "contingency", "ac_lost", "{}", MINIMA, BEGINS + 600.0), plans)

    def _excuse(self, what: str) -> None:
        self.excused[what] += 1

    def _break(self, rule: str, detail: str) -> None:
        self.broken.append(rule)


EAST = ((0.0, 0.0, 50.0), (2_000.0, 0.0, 250.0))


def test_a_meeting_that_was_cleared_ahead_is_not_found_again_behind() -> None:
    """An order that changes what lies ahead of a flight finds no fault in the legs it has flown."""
    own = Plan(flight("fp_own", *EAST, (4_000.0, 0.0, 450.0)))
    checked = Checked(own)
    assert checked.excused == {"way_being_cleared": 1}
    checked.now_s, own.judged = 300.0, flight("fp_own", *EAST, (4_000.0, 0.0, 850.0))
    checked.rules.meets(own, "changed")
    assert (checked.broken, checked.excused) == ([], {"way_being_cleared": 2})


def test_a_meeting_ahead_is_a_loss_though_a_nearer_one_lies_behind() -> None:
    """Of each pair the judge tells the closest meeting only: what is excused behind must not hide one that is to come."""
    own = Plan(flight("fp_own", *EAST, (4_000.0, 0.0, 450.0)))
    checked = Checked(own)
    checked.now_s, own.judged = 300.0, flight("fp_own", *EAST, (5_000.0, 0.0, 550.0), (7_000.0, 0.0, 750.0))
    own.judged.legs[1:, [2, 6]] += 10.0
    checked.rules.meets(own, "changed")
    assert (checked.broken, checked.excused) == (["separation"], {"way_being_cleared": 1})


def test_a_way_flown_that_the_contingency_is_yet_to_cross_is_a_loss() -> None:
    """Legs just flown stay reserved for the time buffer: a contingency still on its way there is not past them."""
    own = Plan(flight("fp_own", *EAST, (4_900.0, 0.0, 540.0)))
    checked = Checked(own)
    checked.now_s, own.judged = 545.0, flight("fp_own", *EAST, (4_900.0, 0.0, 540.0))
    own.judged.legs[1:, [2, 6]] += 14.0
    own.judged.legs[1:, 4] += 100.0
    checked.rules.meets(own, "changed")
    assert checked.broken == ["separation"]


@pytest.mark.parametrize(
    ("what", "now_s", "way"),
    [
        ("it lies ahead still", 120.0, (*EAST, (4_000.0, 0.0, 850.0))),
        ("the flown legs were moved", 300.0, ((0.0, 10.0, 50.0), (2_000.0, 10.0, 250.0), (4_000.0, 0.0, 850.0))),
        ("it is another meeting", 300.0, ((0.0, 3_000.0, 50.0), (3_000.0, 0.0, 350.0), (6_000.0, 0.0, 650.0))),
    ],
)
def test_any_other_meeting_is_a_loss(what: str, now_s: float, way: tuple[tuple[float, float, float], ...]) -> None:
    """A changed plan that meets a contingency ahead, elsewhere, or on legs that were moved breaks separation."""
    own = Plan(flight("fp_own", *EAST, (4_000.0, 0.0, 450.0)))
    checked = Checked(own)
    checked.now_s, own.judged = now_s, flight("fp_own", *way)
    checked.rules.meets(own, "changed")
    assert checked.broken == ["separation"], what


def test_a_plan_not_in_the_air_is_never_cleared() -> None:
    """What has not started is withdrawn from a contingency's way: to find it there is a loss, also when looked at again."""
    own = Plan(flight("fp_own", *EAST), PlanState.APPROVED)
    checked = Checked(own)
    checked.now_s = 300.0
    checked.rules.meets(own, "approved")
    assert checked.broken == ["separation", "separation"]


def test_what_has_ended_excuses_nothing() -> None:
    """A contingency declared anew under the same name is judged as if it had never been."""
    own = Plan(flight("fp_own", *EAST))
    checked = Checked(own)
    checked.rules.take(Row("ct_lost", "contingency"), [own])
    checked.rules.take(Row("ct_lost", "contingency", "ac_lost", "{}", MINIMA, BEGINS + 600.0), [])
    checked.now_s = 300.0
    checked.rules.meets(own, "changed")
    assert checked.broken == ["separation"]


def longer(checked: Checked, *plans: Plan) -> None:
    """The contingency is over its place at x = 5,000 m, y = -1,000 m until 900 s instead of 600 s."""
    late = flight("ct_lost", (5_000.0, -1_000.0, 600.0), (5_000.0, -1_000.0, 900.0))
    checked.lost = JudgedPlan("ct_lost", np.vstack([checked.lost.legs, late.legs]), (), *MINIMA)
    checked.rules.take(Row("ct_lost", "contingency", "ac_lost", "{}", MINIMA, BEGINS + 900.0), plans)


INTO_THE_REST = ((5_000.0, -2_000.0, 600.0), (5_000.0, 0.0, 800.0))


def test_a_meeting_of_an_extension_is_not_found_again_behind() -> None:
    """A flight that a contingency's longer stay met in the air is changed by an order later: its flown legs stand."""
    own = Plan(flight("fp_own", *INTO_THE_REST, (5_000.0, 2_000.0, 1_000.0)))
    checked = Checked()
    longer(checked, own)
    checked.now_s, own.judged = 850.0, flight("fp_own", *INTO_THE_REST, (5_000.0, 2_000.0, 1_400.0))
    checked.rules.meets(own, "changed")
    assert (checked.broken, checked.excused) == ([], {"way_being_cleared": 1})


def test_a_meeting_of_an_extension_that_lies_ahead_is_a_loss() -> None:
    """The same flight, changed before it gets there, may not be sent on into the longer stay."""
    own = Plan(flight("fp_own", *INTO_THE_REST))
    checked = Checked()
    longer(checked, own)
    checked.now_s, own.judged = 650.0, flight("fp_own", *INTO_THE_REST, (5_000.0, 2_000.0, 1_400.0))
    checked.rules.meets(own, "changed")
    assert checked.broken == ["separation"]


@pytest.mark.parametrize("known_before", [True, False])
def test_nobody_is_activated_into_an_extension(known_before: bool) -> None:
    """A plan that had not started when the contingency was given longer may not start into it, nor one filed after."""
    own = Plan(flight("fp_own", *INTO_THE_REST), PlanState.APPROVED)
    checked = Checked()
    longer(checked, *[own] * known_before)
    own.state = PlanState.ACTIVATED
    checked.rules.meets(own, "activated")
    assert checked.broken == ["separation"]


def test_what_a_flight_off_its_plan_met_is_not_found_again_behind() -> None:
    """Where a flight off its plan was foreseen to come counts for one in the air that passed as meetings cleared do."""
    own = Plan(flight("fp_own", *EAST, (4_000.0, 0.0, 450.0)))
    checked = Checked()
    checked.rules.take(Row("ct_lost", "contingency"), [])
    checked.rules.take(Row("nc_lost", "contingency", "ac_lost", "{}", MINIMA, BEGINS + 600.0, predicted=True), [own])
    checked.now_s, own.judged = 300.0, flight("fp_own", *EAST, (4_000.0, 0.0, 850.0))
    checked.rules.meets(own, "changed")
    assert (checked.broken, checked.excused) == ([], {"order_accepted": 1, "way_being_cleared": 1})
