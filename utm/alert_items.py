"""Alerts as the API and the live feed show them, and as the store keeps them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import orjson

from airspace.timebase import from_scene_s, to_scene_s
from utm.alert_book import Alert, Condition, Party, rank_of
from utm.alert_rules import RULES, Text
from utm.live_schema import AlertItem
from utm.store.alert_tables import AlertRow


class _Dash(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return "—"


def _fill(text: Text, values: Mapping[str, str]) -> tuple[str, str]:
    known = _Dash(values)
    english = text.en.format_map(known)
    return english[:1].upper() + english[1:], text.zh.format_map(known)


def _instant(scene_s: float | None) -> datetime | None:
    return None if scene_s is None else from_scene_s(scene_s)


def item_of(alert: Alert) -> AlertItem:
    """Return the whole alert, as the centre sees it."""
    found = alert.condition
    left_s = None if found.event_s is None else round(max(0.0, found.event_s - alert.updated_s), 1)
    cpa = found.cpa
    return AlertItem(
        alert_id=alert.alert_id,
        kind=found.kind,
        severity=alert.severity,
        status=alert.status,
        raised_at=from_scene_s(alert.raised_s),
        updated_at=from_scene_s(alert.updated_s),
        track_id=found.party.track_id,
        aircraft_id=found.party.aircraft_id,
        plan_id=found.party.plan_id,
        zone_id=found.zone_id,
        lat_deg=_rounded(found.lat_deg, 7),
        lon_deg=_rounded(found.lon_deg, 7),
        acknowledged_by=alert.acknowledged_by,
        acknowledged_at=_instant(alert.acknowledged_s),
        resolved_at=_instant(alert.resolved_s),
        rank=rank_of(alert, alert.updated_s),
        group_id=alert.group_id,
        event_at=_instant(found.event_s),
        time_to_event_s=0.0 if found.happened else left_s,
        action=alert.rule.action,
        other_track_id=None if found.other is None else found.other.track_id,
        cpa_lat_deg=None if cpa is None else _rounded(cpa[0], 7),
        cpa_lon_deg=None if cpa is None else _rounded(cpa[1], 7),
        cpa_at=None if cpa is None else from_scene_s(cpa[2]),
        horizontal_m=None if cpa is None else _rounded(cpa[3], 1),
        vertical_m=None if cpa is None else _rounded(cpa[4], 1),
        bbox=found.bbox,
        operator_id=found.party.operator_id,
        escalated_at=_instant(alert.escalated_s),
        acknowledged_initials=alert.initials,
        shelved_until=_instant(alert.shelved_until_s),
        resolved_by=alert.resolved_by,
        **_words(found.kind, found.texts),
    )


def _words(kind: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of an item that hold words, by name."""
    rule = RULES[kind]
    cause, cause_zh = _fill(rule.cause, texts)
    consequence, consequence_zh = _fill(rule.consequence, texts)
    advice, advice_zh = _fill(rule.advice, texts)
    return {
        "cause": cause,
        "cause_zh": cause_zh,
        "consequence": consequence,
        "consequence_zh": consequence_zh,
        "action_text": advice,
        "action_text_zh": advice_zh,
        "detail": f"{cause} {consequence} {advice}",
        "detail_zh": f"{cause_zh}{consequence_zh}{advice_zh}",
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def firms_of(condition: Condition) -> frozenset[str]:
    """Return the operators an alert concerns."""
    parties = (condition.party, condition.other)
    return frozenset(p.operator_id for p in parties if p is not None and p.operator_id is not None)


def is_shared(condition: Condition) -> bool:
    """Tell whether a firm must not see all of the alert, because another flight's identity stands in it."""
    other = condition.other
    return other is not None and other.operator_id != condition.party.operator_id


def seen_by(
    item: AlertItem, party: Party, other: Party | None, texts: Mapping[str, str], organisation_id: str
) -> AlertItem:
    """Return the alert as one firm may see it: its own flight whole, the other one only as an aircraft near it.

    Distances and the place of the closest approach stay: they are what it must act on.
    """
    if other is None or party.operator_id == other.operator_id:
        return item
    mine = party if party.operator_id == organisation_id else other
    swapped = mine is not party
    if swapped:
        texts = {**texts, "own": texts.get("other", "—"), "own_zh": texts.get("other_zh", "—")}
    texts = {**texts, "other": "another aircraft", "other_zh": "另一架航空器"}
    return msgspec.structs.replace(
        item,
        track_id=mine.track_id,
        aircraft_id=mine.aircraft_id,
        plan_id=mine.plan_id,
        operator_id=mine.operator_id,
        other_track_id=None,
        vertical_m=-item.vertical_m if swapped and item.vertical_m is not None else item.vertical_m,
        lat_deg=item.cpa_lat_deg if swapped else item.lat_deg,
        lon_deg=item.cpa_lon_deg if swapped else item.lon_deg,
        acknowledged_by=None,
        acknowledged_initials=None,
        resolved_by=None,
        **_words(item.kind, texts),
    )


# ----------------------------------------------------------------------------------------------------------- rows


class _Kept(msgspec.Struct, frozen=True):
    """What the row keeps beside the item, to take an open alert up again after a restart."""

    party: Party
    other: Party | None
    texts: dict[str, str]
    under: tuple[str, ...]
    waits_since_s: float


def row_of(alert: Alert) -> AlertRow:
    """Return the row that keeps an alert."""
    found = alert.condition
    kept = _Kept(found.party, found.other, dict(found.texts), found.under, alert.waits_since_s)
    return AlertRow(
        alert_id=alert.alert_id,
        kind=found.kind,
        subject=found.subject,
        severity=alert.severity,
        status=alert.status,
        raised_s=alert.raised_s,
        updated_s=alert.updated_s,
        organisations=f" {' '.join(sorted(firms_of(found)))} ",
        other=msgspec.json.encode(kept).decode(),
        document=msgspec.json.encode(item_of(alert)).decode(),
    )


def item_of_row(row: AlertRow) -> AlertItem:
    """Return the alert a row keeps, as the centre sees it."""
    return msgspec.json.decode(row.document, type=AlertItem)


def item_of_row_for(row: AlertRow, organisation_id: str | None) -> AlertItem:
    """Return the alert a row keeps as a firm may see it, or whole for None."""
    item = item_of_row(row)
    if organisation_id is None:
        return item
    kept = msgspec.json.decode(row.other, type=_Kept)
    return seen_by(item, kept.party, kept.other, kept.texts, organisation_id)


def alert_of_row(row: AlertRow) -> Alert | None:
    """Return the open alert a row keeps, None for a kind that is known no more."""
    if row.kind not in RULES:
        return None
    item, kept = item_of_row(row), msgspec.json.decode(row.other, type=_Kept)

    def scene(at: datetime | None) -> float | None:
        return None if at is None else to_scene_s(at)

    condition = Condition(
        row.kind,
        row.subject,
        item.severity,
        kept.texts,
        kept.party,
        kept.other,
        item.zone_id,
        item.lat_deg,
        item.lon_deg,
        scene(item.event_at),
        bbox=item.bbox,
        under=kept.under,
    )
    return Alert(
        row.alert_id,
        condition,
        item.severity,
        item.status,
        row.raised_s,
        row.updated_s,
        row.updated_s,
        kept.waits_since_s,
        item.group_id or row.alert_id,
        scene(item.escalated_at),
        scene(item.acknowledged_at),
        item.acknowledged_by,
        item.acknowledged_initials,
        scene(item.shelved_until),
    )


def document_of(item: AlertItem) -> Any:
    """Return the JSON document of an alert, for an answer."""
    return orjson.Fragment(msgspec.json.encode(item))
