"""The life of alerts: hysteresis, escalation, shelving, muting, grouping, ranking; legal and illegal steps."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utm.alert_book import STATUSES, STEPS, AlertBook, Condition, Illegal, Party, Step, rank_of
from utm.alert_items import alert_of_row, item_of, item_of_row, item_of_row_for, row_of
from utm.alert_rules import ESCALATE_AFTER_S, RULES, SEVERITIES, severity_of


def book(**more: Any) -> AlertBook:
    ids = (f"al_{number}" for number in count(1))
    return AlertBook(lambda: next(ids), **more)


def about(name: str, kind: str = "nonconforming", severity: Any = "warning", **more: Any) -> Condition:
    party = Party(f"trk_{name}", f"ac_{name}", f"fp_{name}", f"org_{name}")
    return Condition(kind, f"ac_{name}", severity, {"own": name, "own_zh": name}, party, happened=True, **more)


def pair(one: str, two: str, *, in_s: float | None = None, now_s: float = 0.0, severity: Any = "caution") -> Condition:
    parties = [Party(f"trk_{name}", f"ac_{name}", f"fp_{name}", f"org_{name}") for name in (one, two)]
    texts = {"own": one, "other": two, "own_zh": one, "other_zh": two, "horizontal_m": "20", "vertical_m": "3"}
    return Condition(
        "loss_of_separation", f"ac_{one}|ac_{two}", severity, texts, *parties,
        lat_deg=22.5, lon_deg=114.0, event_s=None if in_s is None else now_s + in_s,
        cpa=(22.6, 114.1, now_s + 40, 20.0, 3.0), under=(f"ac_{one}", f"ac_{two}"),
    )  # fmt: skip


def names(steps: Any) -> list[tuple[str, str]]:
    return [(step.alert.condition.subject, step.name) for step in steps if step.durable]


def test_raised_after_its_time_and_resolved_after_its_time() -> None:
    """A far conflict must hold for half a second; once gone it is resolved after eight seconds, not before."""
    desk = book()
    assert names(desk.update([pair("a", "b", in_s=50)], 0.0)) == []
    assert names(desk.update([pair("a", "b", in_s=50)], 0.5)) == [("ac_a|ac_b", "raised")]
    assert names(desk.update([], 6.0)) == []
    assert names(desk.update([pair("a", "b", in_s=50)], 7.0)) == []
    assert names(desk.update([], 14.9)) == []
    assert names(desk.update([], 15.0)) == [("ac_a|ac_b", "resolved")]
    assert desk.open == {}


def test_an_urgent_conflict_is_raised_at_once() -> None:
    """Ten seconds ahead nobody waits for a second look."""
    assert names(book().update([pair("a", "b", in_s=10)], 0.0)) == [("ac_a|ac_b", "raised")]


def test_a_blink_of_one_analysis_neither_raises_nor_resets() -> None:
    """Held, missing once, held again counts as held; seen once and gone counts as nothing."""
    desk = book()
    desk.update([about("a", "unknown_aircraft")], 0.0)
    desk.update([], 0.5)
    desk.update([about("a", "unknown_aircraft")], 1.0)
    desk.update([about("a", "unknown_aircraft")], 1.5)
    assert names(desk.update([about("a", "unknown_aircraft")], 2.0)) == [("ac_a", "raised")]
    other = book()
    other.update([about("a", "unknown_aircraft")], 0.0)
    assert names(other.update([about("a", "unknown_aircraft")], 5.0)) == []


def test_one_alert_per_kind_and_subject() -> None:
    """The same flight seen by two sources, or for minutes, is one alert."""
    desk = book()
    steps = desk.update([about("a"), about("a")], 0.0)
    for second in range(1, 10):
        steps += desk.update([about("a")], float(second))
    assert names(steps) == [("ac_a", "raised")]


def test_silence_escalates_in_time_and_an_acknowledgement_stops_it() -> None:
    """A warning not acknowledged within a minute escalates once; an acknowledged one does not."""
    desk = book()
    first = desk.update([about("a"), about("b")], 0.0)
    alert = next(step.alert for step in first if step.alert.condition.subject == "ac_b")
    desk.act(alert, "acknowledge", 10.0, actor="usr_x", organisation_id="org_c", initials="LW")
    steps = []
    for second in range(1, 200):
        steps += desk.update([about("a"), about("b")], float(second))
    assert names(steps) == [("ac_a", "escalated")]
    assert ESCALATE_AFTER_S["warning"] == 60
    assert next(iter(desk.open.values())).escalated_s == 60


def test_getting_graver_brings_a_handled_alert_back() -> None:
    """Acknowledged or shelved, an alert whose severity rises escalates at once; falling needs ten seconds."""
    desk = book()
    (alert,) = [s.alert for s in desk.update([about("a", severity="caution")], 0.0)]
    desk.act(alert, "shelve", 1.0, actor="u", organisation_id="o", until_s=900.0)
    assert names(desk.update([about("a", severity="emergency")], 2.0)) == [("ac_a", "escalated")]
    assert (alert.status, alert.severity) == ("escalated", "emergency")
    steps = []
    for half in range(3, 30):
        steps += desk.update([about("a", severity="caution")], float(half))
    assert names(steps)[0] == ("ac_a", "severity")
    assert alert.severity == "caution"


def test_a_shelved_alert_comes_back_by_itself() -> None:
    """When its time is over it is raised again and waits anew."""
    desk = book()
    (alert,) = [s.alert for s in desk.update([about("a")], 0.0)]
    desk.act(alert, "shelve", 1.0, actor="u", organisation_id="o", until_s=3.0)
    assert names(desk.update([about("a")], 2.0)) == []
    assert names(desk.update([about("a")], 3.0)) == [("ac_a", "unshelved")]
    assert alert.status == "raised"


def test_shelving_is_taken_back() -> None:
    """It waits for somebody again at once, escalates from then on, and can be taken back once only."""
    desk = book()
    (alert,) = [s.alert for s in desk.update([about("a")], 0.0)]
    desk.act(alert, "shelve", 1.0, actor="u", organisation_id="o", until_s=900.0)
    step = desk.act(alert, "unshelve", 5.0, actor="u", organisation_id="o", initials="LW")
    assert isinstance(step, Step)
    assert (step.name, step.initials, alert.status, alert.shelved_until_s) == ("unshelved", "LW", "raised", None)
    escalated = [second for second in range(6, 80) if names(desk.update([about("a")], float(second)))]
    assert escalated == [5 + ESCALATE_AFTER_S["warning"]]
    again = desk.act(alert, "unshelve", 80.0, actor="u", organisation_id="o")
    assert again == Illegal("escalated", ("acknowledge", "shelve", "resolve"))


def test_resolved_by_hand_it_stays_silent_while_its_cause_lasts() -> None:
    """It returns when the cause came anew, got graver, or lasts longer than five minutes."""
    for graver, gap, expected in ((False, 0, []), (True, 0, ["raised"]), (False, 20, ["raised"])):
        desk = book()
        (alert,) = [s.alert for s in desk.update([about("a", severity="caution")], 0.0)]
        desk.act(alert, "resolve", 1.0, actor="u", organisation_id="o")
        assert names(desk.update([about("a", severity="caution")], 1.5)) == []
        if gap:
            desk.update([], 2.0)
            desk.update([], 2.0 + gap)
        again = desk.update([about("a", severity="emergency" if graver else "caution")], 3.0 + gap)
        assert [name for _, name in names(again)] == expected
    desk = book()
    (alert,) = [s.alert for s in desk.update([about("a")], 0.0)]
    desk.act(alert, "resolve", 0.0, actor="u", organisation_id="o")
    raised = [second for second in range(1, 400) if names(desk.update([about("a")], float(second)))]
    assert raised[0] == 300


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", ["acknowledge", "shelve", "unshelve", "resolve"])
def test_every_step_from_every_status(status: Any, action: Any) -> None:
    """What the table allows is taken, everything else refused with what is allowed."""
    desk = book()
    (alert,) = [s.alert for s in desk.update([about("a")], 0.0)]
    alert.status = status
    result = desk.act(alert, action, 1.0, actor="u", organisation_id="o", until_s=9.0)
    if action in STEPS[status]:
        assert alert.status == STEPS[status][action]
    else:
        assert result == Illegal(status, tuple(STEPS[status]))
        assert alert.status == status


def test_effects_are_grouped_under_their_cause() -> None:
    """Conflicts of a flight that left its plan hang under that alert, and under the first of them when it ends."""
    desk = book()
    conflicts = [pair("a", "b", in_s=10), pair("a", "c", in_s=12)]
    desk.update([about("a"), *conflicts], 0.0)
    by_subject = {alert.condition.subject: alert for alert in desk.open.values()}
    cause = by_subject["ac_a"]
    assert {alert.group_id for alert in desk.open.values()} == {cause.alert_id}
    for second in range(1, 6):
        desk.update(conflicts, float(second))
    groups = {alert.group_id for alert in desk.open.values()}
    assert len(groups) == 1
    assert groups <= set(desk.open)


def test_the_order_of_attention() -> None:
    """Waiting before handled, grave before light, soon before late; an escalated one counts one severity more."""
    desk = book()
    conditions = [
        pair("a", "b", in_s=10, severity="emergency"),
        pair("c", "d", in_s=14, severity="emergency"),
        about("e"),
        pair("f", "g", in_s=19, severity="caution"),
    ]
    desk.update(conditions, 0.0)
    ordered = sorted(desk.open.values(), key=lambda alert: rank_of(alert, 0.0))
    assert [alert.condition.subject for alert in ordered] == ["ac_a|ac_b", "ac_c|ac_d", "ac_e", "ac_f|ac_g"]
    desk.act(ordered[0], "acknowledge", 1.0, actor="u", organisation_id="o")
    assert rank_of(ordered[0], 1.0) > max(rank_of(alert, 1.0) for alert in ordered[1:])
    before = rank_of(ordered[2], 1.0)
    ordered[2].status = "escalated"
    assert rank_of(ordered[2], 1.0) == before - 1000


def test_a_flood_is_raised_over_several_analyses_the_gravest_first() -> None:
    """Two thousand strangers at once do not drown the one collision."""
    desk = book()
    flood = [about(f"s{i}", "gnss_jump", "caution") for i in range(2_000)]
    first = desk.update([*flood, pair("a", "b", in_s=5, severity="emergency")], 0.0)
    assert len(first) == 500
    assert first[0].alert.condition.kind == "loss_of_separation"
    for half in range(1, 5):
        desk.update([*flood, pair("a", "b", in_s=5, severity="emergency")], half / 2)
    assert len(desk.open) == 2_001


def test_severity_follows_consequence_and_time() -> None:
    """The less time, the graver; never lighter for a graver consequence."""
    for grave, light in (("severe", "major"), ("major", "minor")):
        for seconds in (None, 5.0, 20.0, 50.0, 500.0):
            one, two = severity_of(grave, seconds), severity_of(light, seconds)  # type: ignore[arg-type]
            assert SEVERITIES.index(one) >= SEVERITIES.index(two)
    assert [severity_of("severe", t) for t in (10.0, 25.0, 55.0)] == ["emergency", "warning", "caution"]


def test_every_rule_speaks_both_languages_and_names_an_action() -> None:
    """Cause, consequence and advice stand in English and Chinese; no code is missing; templates can be filled."""
    for kind, rule in RULES.items():
        desk = book()
        held = [Condition(kind, "x", "warning", {}, happened=True)]
        desk.update(held, 0.0)
        desk.update(held, 1.0)
        for second in range(2, 9):
            desk.update(held, float(second))
        (alert,) = desk.open.values()
        item = item_of(alert)
        for english, chinese in ((item.cause, item.cause_zh), (item.consequence, item.consequence_zh)):
            assert english is not None
            assert english.rstrip().endswith(".")
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese or "")
        assert item.action == rule.action
        assert item.action.isidentifier()


def test_a_dispatcher_is_never_sent_to_a_path_of_the_api() -> None:
    """Alerts are read by people: no text names a request, and every instant in one says whose clock it is."""
    for kind, rule in RULES.items():
        for text in (rule.cause, rule.consequence, rule.advice):
            assert "/v1/" not in text.en + text.zh, kind
            for field in ("{at}", "{until}", "{due}"):
                assert text.en.count(field) == text.en.count(f"{field} Beijing time"), kind
                assert text.zh.count(field) == text.zh.count(f"北京时间 {field}"), kind


def test_what_is_stored_comes_back() -> None:
    """A row gives back the item as it was, and an open alert that lives on."""
    desk = book()
    desk.update([pair("a", "b", in_s=10)], 100.0)
    (alert,) = desk.open.values()
    row = row_of(alert)
    assert item_of_row(row) == item_of(alert)
    again = alert_of_row(row)
    assert again is not None
    assert (again.key, again.status, again.group_id) == (alert.key, "raised", alert.alert_id)
    other = book()
    other.restore([again], 200.0)
    assert names(other.update([], 204.0)) == []
    assert names(other.update([], 208.0)) == [("ac_a|ac_b", "resolved")]


def test_a_firm_sees_its_own_side_only() -> None:
    """The other firm's aircraft, plan, track and mark stand nowhere in what a firm is given; the geometry does."""
    desk = book()
    desk.update([pair("AAA", "BBB", in_s=10)], 0.0)
    (alert,) = desk.open.values()
    row = row_of(alert)
    assert row.organisations == " org_AAA org_BBB "
    mine, theirs = item_of_row_for(row, "org_AAA"), item_of_row_for(row, "org_BBB")
    assert "BBB" not in str(mine)
    assert "AAA" not in str(theirs)
    assert (mine.aircraft_id, theirs.aircraft_id) == ("ac_AAA", "ac_BBB")
    assert (mine.vertical_m, theirs.vertical_m) == (3.0, -3.0)
    assert mine.cpa_lat_deg == theirs.cpa_lat_deg == 22.6
    assert "another aircraft" in (theirs.cause or "")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from("abc")), st.sampled_from([None, "acknowledge", "shelve", "unshelve", "resolve"])
        ),
        max_size=40,
    )
)
def test_no_history_breaks_the_book(history: list[tuple[set[str], Any]]) -> None:
    """Whatever comes and goes and is done, there is one open alert per key, none resolved, and all steps are legal."""
    desk, now_s = book(), 0.0
    for present, action in history:
        now_s += 1.0
        for step in desk.update([about(name) for name in sorted(present)], now_s):
            assert step.alert.status in STATUSES
        for alert in list(desk.open.values())[:1]:
            if action is not None:
                desk.act(alert, action, now_s, actor="u", organisation_id="o", until_s=now_s + 3)
        assert len({alert.key for alert in desk.open.values()}) == len(desk.open)
        assert all(alert.status != "resolved" for alert in desk.open.values())
