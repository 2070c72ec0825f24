"""Faults: values, schedules, and what they come to."""

from random import Random

import pytest

from sim.fault_kinds import KINDS, FaultKind, FaultValueError
from sim.faults import Fault, FaultBox


def box_with(kind: str, *, lasts_s: float | None = None, **values: object) -> FaultBox:
    """A box with one fault from second 10 on, brought to second 10."""
    box = FaultBox(Random(1))
    box.add(Fault.of(kind, starts_at_s=10.0, lasts_s=lasts_s, values=values))
    box.update(10.0)
    return box


def test_a_fault_begins_and_ends_at_its_instants() -> None:
    """A fault must tell once that it began and once that it ended, and work only in between."""
    box = FaultBox(Random(1))
    box.add(Fault.of("lost_link", starts_at_s=10.0, lasts_s=5.0))
    assert box.update(9.9) == []
    assert not box.effects.link_lost
    began = box.update(10.0)
    assert [(c.fault.kind, c.began) for c in began] == [(FaultKind.LOST_LINK, True)]
    assert box.effects.link_lost
    assert box.update(12.0) == []
    ended = box.update(15.0)
    assert [c.began for c in ended] == [False]
    assert not box.effects.link_lost
    assert not box


def test_clearing_tells_that_it_ended() -> None:
    """A fault taken out by hand must end at the next update, one of several by its id."""
    box = FaultBox(Random(1))
    one = box.add(Fault.of("lost_link", starts_at_s=0.0))
    two = box.add(Fault.of("gps_jump", starts_at_s=0.0))
    box.update(1.0)
    assert [f.fault_id for f in box.clear(one.fault_id)] == [one.fault_id]
    assert [f.fault_id for f in box.listed()] == [two.fault_id]
    assert [c.fault.kind for c in box.update(1.1)] == [FaultKind.LOST_LINK]
    assert not box.effects.link_lost
    assert box.effects.east_m == 150.0
    assert box.clear("nothing") == []
    assert len(box.clear()) == 1
    box.update(1.2)
    assert not box


def test_a_lost_link_can_be_one_way() -> None:
    """A link lost downwards must still carry what goes up."""
    box = box_with("lost_link", direction="down")
    assert box.carry("down", 11.0) == ()
    assert box.carry("up", 11.0) == (0.0,)
    assert not box.effects.link_lost


def test_packet_loss_loses_its_share() -> None:
    """Of ten thousand datagrams at 20 % loss about two thousand must be lost, and two losses must combine."""
    box = box_with("packet_loss", loss_pct=20)
    lost = sum(not box.carry("up", 11.0) for _ in range(10_000))
    assert 1800 < lost < 2200
    box.add(Fault.of("packet_loss", starts_at_s=0.0, values={"loss_pct": 50}))
    box.update(12.0)
    assert box.effects.down.loss == pytest.approx(0.6)


def test_delays_come_within_their_bounds_and_double() -> None:
    """Delayed datagrams must come after the delay, within the jitter, and the given share twice."""
    box = box_with("delay", delay_s=1.0, jitter_s=0.5, duplicate_pct=100)
    copies = [box.carry("down", 11.0) for _ in range(200)]
    assert all(len(c) == 2 for c in copies)
    assert all(1.0 <= d <= 1.5 for c in copies for d in c)
    assert any(a > b for a, b in copies)


def test_the_same_seed_loses_the_same_datagrams() -> None:
    """Two boxes of one seed must lose the same datagrams."""
    first, second = (box_with("packet_loss", loss_pct=50) for _ in range(2))
    assert [first.carry("up", 11.0) for _ in range(100)] == [second.carry("up", 11.0) for _ in range(100)]


def test_drift_and_skew_grow_with_time() -> None:
    """A drift must move on with the seconds, a skewed clock run away at its rate."""
    box = box_with("gps_drift", east_mps=2.0, north_mps=-1.0)
    box.update(15.0)
    assert (box.effects.east_m, box.effects.north_m) == (10.0, -5.0)
    box.add(Fault.of("clock_skew", starts_at_s=15.0, values={"offset_s": 3.0, "rate_ppm": 1000.0}))
    box.update(25.0)
    assert box.effects.clock_offset_s == pytest.approx(3.01)


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_kind_has_texts_and_usable_defaults(kind: FaultKind) -> None:
    """Each kind must be described in both languages, and its defaults must be values it accepts."""
    spec = KINDS[kind]
    assert spec.text
    assert spec.text_zh
    assert spec.read({v.name: v.default for v in spec.values}) == spec.read({})
    box_with(kind.value)


@pytest.mark.parametrize(
    ("kind", "values", "name", "why"),
    [
        ("explode", {}, "kind", "there are: lost_link"),
        ("packet_loss", {"loss_pct": 120}, "loss_pct", "between 0 and 100"),
        ("packet_loss", {"loss_pct": True}, "loss_pct", "must be a number"),
        ("packet_loss", {"lost": 5}, "lost", "it has: loss_pct, direction"),
        ("lost_link", {"direction": "sideways"}, "direction", "one of both, up, down"),
        ("gps_jump", {"east_m": float("nan")}, "east_m", "must be a number"),
        ("refuse_commands", {"commands": "rtl"}, "commands", "MAV_CMD numbers"),
    ],
)
def test_wrong_values_are_named(kind: str, values: dict[str, object], name: str, why: str) -> None:
    """A value a kind cannot take must be refused by its name with what it may be."""
    with pytest.raises(FaultValueError, match=why) as refused:
        Fault.of(kind, starts_at_s=0.0, values=values)
    assert refused.value.name == name
