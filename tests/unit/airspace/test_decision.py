"""Reasons, their catalogue and decisions."""

import string
from datetime import UTC, datetime

import pytest

from airspace.decision import CounterOffer, Decision, decide, decision_to_dict, reason
from airspace.reasons import CATALOGUE, render

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_has_full_sentences_in_both_languages(code: str) -> None:
    """Both are filled from values, end as sentences, and say what to do after what is wrong."""
    text = CATALOGUE[code]
    names = {field for _, field, _, _ in string.Formatter().parse(text.en + text.zh) if field}
    spoken = {name: ("words" if name in _WORDS else 1.0) for name in names}
    en, zh = render(code, **spoken)
    assert "{" not in en + zh
    assert len([part for part in en.split(". ") if part]) >= 2
    assert any("\u4e00" <= char <= "\u9fff" for char in zh)
    assert zh.count("。") >= 2 or "。" in zh.rstrip("words")


_WORDS = {
    "other", "other_zh", "name", "name_zh", "depth", "depth_zh", "message", "message_zh", "authority", "authority_zh",
    "terrain", "what", "what_zh", "role", "role_zh", "site_id", "items", "items_zh",
    "verb", "verb_zh", "at", "frees", "frees_zh", "cell",
}  # fmt: skip


def test_a_reason_without_a_severity_cannot_be_made() -> None:
    """Rules that decide case by case must say which case it is."""
    with pytest.raises(ValueError, match="severity"):
        reason("article27_missing", {"items": "x", "items_zh": "y"})


def test_no_reasons_approve() -> None:
    """An empty list is a clean plan."""
    assert decide([], NOW, 1).outcome == "approved"


def test_counter_offers_carry_a_complete_plan_and_their_cost() -> None:
    """The offer's body can be filed as it stands."""
    offer = CounterOffer(
        "delay", "Leave 30 s later.", {"aircraft_id": "ac_1"}, 30.0, 0.0, None, NOW, "推迟 30 秒起飞。"
    )
    body = decision_to_dict(Decision("refused", NOW, 1, (), (offer,)), 1.0)
    assert body["counter_offers"] == [
        {
            "kind": "delay",
            "detail": "Leave 30 s later.",
            "detail_zh": "推迟 30 秒起飞。",
            "plan": {"aircraft_id": "ac_1"},
            "cost": {"delay_s": 30.0, "extra_m": 0.0, "extra_wh": None},
            "held_until": "2026-03-02T00:00:00Z",
        }
    ]
