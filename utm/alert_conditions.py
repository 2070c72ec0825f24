"""From what an analysis found to the conditions alerts are made of: who, which zone, when, in which words."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from airspace.frame import LocalFrame
from airspace.tactical.health import HealthLimits
from airspace.tactical.monitor import Findings
from airspace.tactical.separation import SeparationLimits
from airspace.tracks import RowArray, TrackState
from airspace.zones import Zone
from utm.alert_book import Condition, Party
from utm.alert_rules import RULES, Severity, graver, severity_of
from utm.sky import LivePlan
from utm.telemetry_values import TrackIdentity

_PHYSICAL_H_M: Final = 10.0
_PHYSICAL_V_M: Final = 5.0
_RESTRICTIONS: Final = {
    "PROHIBITED": ("prohibited", "禁飞"),
    "REQ_AUTHORISATION": ("by authorisation only", "须经批准"),
}
_FEED_ZH: Final = {"mavlink": "MAVLink 接收"}
_UNSEEN_S: Final = 20.0
_OVERDUE_S: Final = 60.0


class Identities(Protocol):
    """Says who a row is (`utm.telemetry.Telemetry`)."""

    def identity(self, row: int) -> TrackIdentity:
        """Return who the track of a row is; KeyError when it has left."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the conditions need beside the findings.

    `zones` are numbered as the findings number them; `granted` are zones a plan was approved to enter; `feeds` names the
    feeds by number; `awaited` are plans whose grants are being read: their flights' zones are not judged yet.
    """

    frame: LocalFrame
    zones: Sequence[Zone]
    granted: Mapping[str, frozenset[str]]
    feeds: Sequence[str]
    separation: SeparationLimits
    health: HealthLimits
    awaited: Collection[str] = frozenset()


class Reader:
    """Reads the conditions out of one analysis."""

    def __init__(self, found: Findings, who: Identities, around: Surroundings) -> None:
        self._found, self._who, self._around = found, who, around
        self._identities: dict[int, TrackIdentity | None] = {}

    def conditions(self) -> list[Condition]:
        """Return everything the analysis calls an alert for."""
        readers: tuple[Callable[[], Iterator[Condition]], ...] = (
            self._losses,
            self._zones,
            self._states,
            self._silences,
            self._batteries,
            self._feeds,
        )
        return [condition for read in readers for condition in read()]

    def plans_at_zones(self) -> set[str]:
        """Return the plans of the flights that are, or will be, in zones: their grants must be known to judge them."""
        if not len(self._found.zones.motion):
            return set()
        tracks = np.unique(self._found.flying[self._found.zones.motion]).tolist()
        flights = (self._identity(track) for track in tracks)
        return {who.plan_id for who in flights if who is not None and who.plan_id is not None}

    # -- who ----------------------------------------------------------------------------------------------------------

    def _identity(self, track: int) -> TrackIdentity | None:
        """Return who a track of the frame is, None when it left meanwhile."""
        if track not in self._identities:
            try:
                self._identities[track] = self._who.identity(int(self._found.frame.rows[track]))
            except KeyError:
                self._identities[track] = None
        return self._identities[track]

    @staticmethod
    def _party(who: TrackIdentity) -> Party:
        # A track nobody registered belongs to who reports it: its feeder may know it, and nobody else.
        return Party(who.track_id, who.aircraft_id, who.plan_id, who.operator_id)

    def _places(self, tracks: RowArray) -> tuple[list[float], list[float]]:
        state = self._found.frame.state[tracks]
        lat, lon = self._around.frame.to_lat_lon(state[:, 0], state[:, 1])
        return lat.tolist(), lon.tolist()

    # -- separation -----------------------------------------------------------------------------------------------------

    def _losses(self) -> Iterator[Condition]:
        losses, frame = self._found.losses, self._found.frame
        if not len(losses.a):
            return
        a, b = self._found.flying[losses.a], self._found.flying[losses.b]
        lat, lon = self._around.frame.to_lat_lon(losses.x_m, losses.y_m)
        for k in range(len(a)):
            one, two = int(a[k]), int(b[k])
            # The one that is not where it should be comes first: it is the cause.
            if self._blame(two) > self._blame(one):
                one, two = two, one
            who, other = self._identity(one), self._identity(two)
            if who is None or other is None:
                continue
            vertical = float(losses.vertical_m[k]) * (1.0 if one == int(a[k]) else -1.0)
            yield self._loss(k, one, who, other, vertical, (float(lat[k]), float(lon[k])), frame.now_s)

    def _loss(
        self,
        k: int,
        one: int,
        who: TrackIdentity,
        other: TrackIdentity,
        vertical: float,
        place: tuple[float, float],
        now_s: float,
    ) -> Condition:
        losses, minima = self._found.losses, self._around.separation
        t_in, t_cpa, horizontal = float(losses.t_in_s[k]), float(losses.t_cpa_s[k]), float(losses.horizontal_m[k])
        both = bool(self._found.intent[losses.a[k]] and self._found.intent[losses.b[k]])
        manned = bool(self._found.frame.manned[self._found.flying[[losses.a[k], losses.b[k]]]].any())
        if manned:
            minimum = minima.manned_horizontal_m, minima.manned_vertical_m
        elif both:
            minimum = minima.both_plans_horizontal_m, minima.both_plans_vertical_m
        else:
            minimum = minima.horizontal_m, minima.vertical_m
        severity = self._loss_severity(t_in, t_cpa, horizontal, vertical)
        happened = t_in <= 0.0
        first, second = self._party(who), self._party(other)
        lat, lon = self._places(np.array([one]))
        return Condition(
            "loss_of_separation",
            "|".join(sorted((first.key, second.key))),
            severity,
            _texts(
                **_own(who),
                other=_name(other),
                other_zh=_name_zh(other),
                come="are" if happened else "will come",
                horizontal_m=f"{horizontal:.0f}",
                vertical_m="?" if np.isnan(vertical) else f"{abs(vertical):.0f}",
                minimum_h_m=f"{minimum[0]:.0f}",
                minimum_v_m=f"{minimum[1]:.0f}",
                when="" if happened else f" in {t_cpa:.0f} s",
                when_zh="" if happened else f"将在 {t_cpa:.0f} 秒后",
            ),
            first,
            second,
            lat_deg=lat[0],
            lon_deg=lon[0],
            event_s=now_s + max(t_in, 0.0),
            happened=happened,
            cpa=(*place, now_s + t_cpa, horizontal, None if np.isnan(vertical) else vertical),
            under=(first.key, second.key),
        )

    @staticmethod
    def _loss_severity(t_in: float, t_cpa: float, horizontal: float, vertical: float) -> Severity:
        collision = horizontal < _PHYSICAL_H_M and not abs(vertical) >= _PHYSICAL_V_M
        if t_in <= 0.0:
            return "emergency" if collision or t_cpa > 0.0 else "warning"
        severity = severity_of("severe", t_in)
        return graver(severity, "warning") if collision else severity

    def _blame(self, track: int) -> int:
        order = (
            TrackState.UNKNOWN,
            TrackState.CONTINGENT,
            TrackState.NONCONFORMING,
            TrackState.UNPLANNED,
            TrackState.LOST,
        )
        state = int(self._found.frame.track_state[track])
        return 0 if state == TrackState.CONFORMING else len(order) - order.index(TrackState(state))

    # -- zones --------------------------------------------------------------------------------------------------------

    def _zones(self) -> Iterator[Condition]:
        hits, frame = self._found.zones, self._found.frame
        if not len(hits.motion):
            return
        tracks = self._found.flying[hits.motion]
        lat, lon = self._around.frame.to_lat_lon(hits.x_m, hits.y_m)
        for k, track in enumerate(tracks.tolist()):
            who, zone = self._identity(track), self._around.zones[int(hits.zone[k])]
            if who is None or who.plan_id in self._around.awaited or self._granted(who, zone):
                continue
            t_s = float(hits.t_s[k])
            inside = t_s <= 0.0
            severity: Severity = severity_of("severe" if zone.restriction == "PROHIBITED" else "major", t_s)
            if inside:
                severity = "emergency" if zone.restriction == "PROHIBITED" else "warning"
            party = self._party(who)
            restriction, restriction_zh = _RESTRICTIONS[zone.restriction]
            yield Condition(
                "zone_infringement",
                f"{party.key}|{zone.zone_id}",
                severity,
                _texts(
                    **_own(who),
                    zone=zone.name,
                    zone_zh=zone.name_zh or zone.name,
                    restriction=restriction,
                    restriction_zh=restriction_zh,
                    is_in="is inside" if inside else "will enter",
                    is_in_zh="已进入" if inside else "进入",
                    when="" if inside else f" in {t_s:.0f} s",
                    when_zh="" if inside else f"将在 {t_s:.0f} 秒后",
                ),
                party,
                zone_id=zone.zone_id,
                lat_deg=float(lat[k]),
                lon_deg=float(lon[k]),
                event_s=frame.now_s + t_s,
                happened=inside,
                under=(party.key,),
            )

    def _granted(self, who: TrackIdentity, zone: Zone) -> bool:
        return who.plan_id is not None and zone.zone_id in self._around.granted.get(who.plan_id, frozenset())

    # -- states, silence, batteries -----------------------------------------------------------------------------------

    def _each(
        self,
        kind: str,
        tracks: RowArray,
        texts: Mapping[str, Sequence[str]] | None = None,
        severities: Sequence[Severity] | None = None,
    ) -> Iterator[Condition]:
        if not len(tracks):
            return
        lat, lon = self._places(tracks)
        rule = RULES[kind]
        for k, track in enumerate(tracks.tolist()):
            who = self._identity(track)
            if who is None:
                continue
            party = self._party(who)
            values = {name: column[k] for name, column in (texts or {}).items()}
            yield Condition(
                kind,
                party.key,
                severities[k] if severities is not None else severity_of(rule.consequence_class, None),
                _texts(**_own(who), **values),
                party,
                lat_deg=lat[k],
                lon_deg=lon[k],
                happened=True,
                under=(party.key,),
            )

    def _states(self) -> Iterator[Condition]:
        frame, health = self._found.frame, self._found.health
        states = frame.track_state
        recent = frame.now_s - frame.received_s < self._around.health.feed_silent_most_s
        flying = ~frame.on_ground
        off = np.flatnonzero(states == TrackState.NONCONFORMING)
        yield from self._each("nonconforming", off, self._deviations(off))
        yield from self._each("contingency", np.flatnonzero(states == TrackState.CONTINGENT))
        yield from self._each("unplanned_flight", np.flatnonzero((states == TrackState.UNPLANNED) & recent))
        yield from self._each("unknown_aircraft", np.flatnonzero((states == TrackState.UNKNOWN) & recent & flying))
        yield from self._each("gnss_jump", np.flatnonzero(health.jumped & flying))
        yield from self._each("implausible_motion", np.flatnonzero(health.implausible & flying & recent))

    def _deviations(self, tracks: RowArray) -> dict[str, list[str]]:
        frame = self._found.frame
        columns = (("lateral_m", frame.lateral_m), ("vertical_m", frame.vertical_m), ("temporal_s", frame.temporal_s))
        return {name: [_number(value) for value in column[tracks].tolist()] for name, column in columns}

    def _silences(self) -> Iterator[Condition]:
        frame, health = self._found.frame, self._found.health
        for kind, which, since in (
            ("link_lost", health.link_lost, frame.heard_s),
            ("stale_data", health.stale, frame.received_s),
        ):
            tracks = np.flatnonzero(which)
            silent = [f"{value:.0f}" for value in (frame.now_s - since[tracks]).tolist()]
            yield from self._each(kind, tracks, {"silent_s": silent})

    def _batteries(self) -> Iterator[Condition]:
        frame, health = self._found.frame, self._found.health
        tracks = np.flatnonzero(health.battery_short > 0.0)
        if not len(tracks):
            return
        short, level = health.battery_short[tracks], frame.battery_pct[tracks]
        severities: list[Severity] = ["warning" if empty > 0.0 else "caution" for empty in health.battery_empty[tracks]]
        texts = {
            "battery_pct": [_number(value) for value in level.tolist()],
            "need_pct": [_number(value) for value in (level + short).tolist()],
            "remaining_s": [_number(value) for value in health.remaining_s[tracks].tolist()],
        }
        yield from self._each("low_battery", tracks, texts, severities)

    # -- feeds --------------------------------------------------------------------------------------------------------

    def _feeds(self) -> Iterator[Condition]:
        health, frame = self._found.health, self._found.frame
        for silent in health.silent_feeds:
            name = self._around.feeds[silent.feed]
            yield self._surveillance_lost(name, silent.tracks, silent.known)
        if health.stalled_s:
            yield self._surveillance_lost("centre", np.arange(len(frame.rows)), len(frame.rows))

    def _surveillance_lost(self, name: str, tracks: RowArray, known: int) -> Condition:
        lat, lon = self._places(tracks)
        feed, feed_zh = (
            ("The centre itself", "中心自身") if name == "centre" else (f"The feed {name}", f"数据源 {name}")
        )
        if name in _FEED_ZH:
            feed, feed_zh = "MAVLink reception", _FEED_ZH[name]
        return Condition(
            "surveillance_lost",
            name,
            "emergency" if known >= 100 or name == "centre" else "warning",
            _texts(feed=feed, feed_zh=feed_zh, count=str(len(tracks)), known=str(known)),
            lat_deg=float(np.mean(lat)) if lat else None,
            lon_deg=float(np.mean(lon)) if lon else None,
            happened=True,
            bbox=(min(lon), min(lat), max(lon), max(lat)) if lat else None,
        )


def plan_conditions(
    plans: Sequence[LivePlan],
    unseen_since_s: Mapping[str, float],
    planned_end_s: Mapping[str, float],
    now_s: float,
) -> Iterator[Condition]:
    """Return the conditions of activated plans: no flight to be seen, or one that should have landed.

    `unseen_since_s` tells of plans without a track since when, `planned_end_s` when each was first to end.
    """
    for plan in plans:
        party = Party(None, plan.aircraft_id, plan.plan_id, plan.organisation_id)
        silent_s = now_s - max(unseen_since_s.get(plan.plan_id, now_s), plan.starts_s)
        if silent_s > _UNSEEN_S:
            texts = _texts(plan_id=plan.plan_id, silent_s=f"{silent_s:.0f}")
            yield Condition(
                "plan_without_flight",
                plan.plan_id,
                severity_of("minor", None),
                texts,
                party,
                happened=True,
                under=(party.key,),
            )
        late_s = now_s - planned_end_s.get(plan.plan_id, plan.ends_s)
        if late_s > _OVERDUE_S:
            name = f"The flight {plan.plan_id}", f"航班 {plan.plan_id}"
            texts = _texts(own=name[0], own_zh=name[1], late_s=f"{late_s:.0f}")
            yield Condition(
                "overdue",
                plan.plan_id,
                severity_of("minor", None),
                texts,
                party,
                happened=True,
                under=(party.key,),
            )


def _texts(**values: str) -> dict[str, str]:
    return values


def _number(value: float) -> str:
    return "—" if np.isnan(value) else f"{value:.0f}"


def _own(who: TrackIdentity) -> dict[str, str]:
    """Return the name of a flight: the words of an alert go to its own firm and the centre only."""
    if who.registration is None:
        return {"own": f"the track {who.track_id}", "own_zh": f"航迹 {who.track_id} "}
    return {"own": who.registration, "own_zh": f"{who.registration} "}


def _name(other: TrackIdentity) -> str:
    return other.registration or f"the track {other.track_id}"


def _name_zh(other: TrackIdentity) -> str:
    return other.registration or f"航迹 {other.track_id} "
