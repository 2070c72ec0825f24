"""The life of alerts: conditions come and go, people act, time passes; every step is a value. No I/O, no clock.

    (condition) -> raised

    raised -------> escalated acknowledged shelved resolved
    escalated ----> acknowledged shelved resolved
    acknowledged -> escalated shelved resolved
    shelved ------> raised escalated resolved
    resolved: final

`escalated` comes about by silence (not acknowledged in time) and whenever the severity rises after somebody has
acknowledged or shelved the alert. A shelved alert comes back when its time is over. `resolved` comes about when the
condition has not held for the rule's `clear_after_s`, or by a person; then the condition stays silent until it has
ceased, got graver, or `MUTED_S` have passed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from utm.alert_rules import ESCALATE_AFTER_S, RULES, SEVERITIES, Rule, Severity, order_of

Status = Literal["raised", "escalated", "acknowledged", "shelved", "resolved"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
HandlerAction = Literal["acknowledge", "resolve", "shelve", "unshelve"]
StepName = Literal["raised", "escalated", "acknowledged", "shelved", "unshelved", "resolved", "severity", "group"]

STEPS: Final[dict[Status, dict[HandlerAction, Status]]] = {
    "raised": {"acknowledge": "acknowledged", "shelve": "shelved", "resolve": "resolved"},
    "escalated": {"acknowledge": "acknowledged", "shelve": "shelved", "resolve": "resolved"},
    "acknowledged": {"shelve": "shelved", "resolve": "resolved"},
    "shelved": {"unshelve": "raised", "resolve": "resolved"},
    "resolved": {},
}
"""What a handler's action leads to; anything else is illegal."""

MUTED_S: Final = 300.0
LOWER_AFTER_S: Final = 10.0
RAISED_AT_ONCE: Final = 500
_BLINK_S: Final = 1.2  # a condition may be missing in one analysis and still count as held
_REPUBLISH_S: Final = 2.0
_NOBODY: Final = "-"


@dataclass(frozen=True, slots=True)
class Party:
    """A flight an alert is about."""

    track_id: str | None = None
    aircraft_id: str | None = None
    plan_id: str | None = None
    operator_id: str | None = None

    @property
    def key(self) -> str:
        """What tells flights apart, whichever source reports them."""
        return self.aircraft_id or self.track_id or self.plan_id or _NOBODY


@dataclass(frozen=True, slots=True)
class Condition:
    """Something found at one analysis that calls for an alert.

    `event_s` is the scene second it comes about (None: unknown, or it is the case already: `happened`); `texts` fills
    the rule's templates; `under` are keys of flights that may be the common cause, the likeliest first.
    """

    kind: str
    subject: str
    severity: Severity
    texts: Mapping[str, str]
    party: Party = field(default_factory=Party)
    other: Party | None = None
    zone_id: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    event_s: float | None = None
    happened: bool = False
    cpa: tuple[float, float, float, float, float | None] | None = None
    """Latitude, longitude, scene second, horizontal and vertical distance of the closest approach."""
    bbox: tuple[float, float, float, float] | None = None
    under: tuple[str, ...] = ()


@dataclass(slots=True)
class Alert:
    """One alert; times are scene seconds."""

    alert_id: str
    condition: Condition
    severity: Severity
    status: Status
    raised_s: float
    updated_s: float
    seen_s: float
    waits_since_s: float
    group_id: str
    escalated_s: float | None = None
    acknowledged_s: float | None = None
    acknowledged_by: str | None = None
    initials: str | None = None
    shelved_until_s: float | None = None
    resolved_s: float | None = None
    resolved_by: str | None = None
    lower_since_s: float | None = None
    told_s: float = 0.0
    told_event_s: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Kind and subject: one open alert at a time."""
        return self.condition.kind, self.condition.subject

    @property
    def rule(self) -> Rule:
        """The rule of its kind."""
        return RULES[self.condition.kind]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an alert's life; `actor` None is the system. `durable` steps are stored and audited, others only told."""

    alert: Alert
    name: StepName
    at_s: float
    actor: str | None = None
    organisation_id: str | None = None
    initials: str | None = None
    note: str | None = None
    durable: bool = True


@dataclass(frozen=True, slots=True)
class Illegal:
    """Why a step is not taken: the alert's status and the actions it allows."""

    status: Status
    allowed: tuple[str, ...]


class AlertBook:
    """All open alerts of one city."""

    def __init__(self, ids: Callable[[], str], *, escalation_factor: float = 1.0) -> None:
        self._ids = ids
        self._factor = escalation_factor
        self.open: dict[str, Alert] = {}
        self._by_key: dict[tuple[str, str], Alert] = {}
        self._pending: dict[tuple[str, str], tuple[float, float]] = {}
        self._muted: dict[tuple[str, str], tuple[Severity, float, float]] = {}

    def restore(self, alerts: Iterable[Alert], now_s: float) -> None:
        """Take open alerts over from an earlier run; their conditions get the time to show again."""
        for alert in alerts:
            alert.seen_s = now_s
            self.open[alert.alert_id] = alert
            self._by_key[alert.key] = alert

    # -- conditions and time ----------------------------------------------------------------------------------------

    def update(self, conditions: Iterable[Condition], now_s: float) -> list[Step]:
        """Take everything that holds at `now_s` and return the steps this leads to, in order."""
        steps: list[Step] = []
        fresh: list[Condition] = []
        seen: set[tuple[str, str]] = set()
        for condition in conditions:
            key = condition.kind, condition.subject
            if key in seen:
                continue  # a flight seen by two sources is one flight
            seen.add(key)
            alert = self._by_key.get(key)
            if alert is not None:
                self._renew(alert, condition, now_s, steps)
            elif self._due(key, condition, now_s):
                fresh.append(condition)
        fresh.sort(key=lambda c: (-SEVERITIES.index(c.severity), c.event_s is None, c.event_s or 0.0))
        steps.extend([self._raise(condition, now_s) for condition in fresh[:RAISED_AT_ONCE]])
        self._forget(seen, now_s)
        for alert in tuple(self.open.values()):
            self._age(alert, now_s, steps)
        self._regroup(now_s, steps)
        return steps

    def _due(self, key: tuple[str, str], condition: Condition, now_s: float) -> bool:
        muted = self._muted.get(key)
        if muted is not None:
            severity, until_s, _ = muted
            if now_s < until_s and SEVERITIES.index(condition.severity) <= SEVERITIES.index(severity):
                self._muted[key] = severity, until_s, now_s
                return False
            del self._muted[key]
        rule = RULES[condition.kind]
        first_s, last_s = self._pending.get(key, (now_s, now_s))
        if now_s - last_s > _BLINK_S:
            first_s = now_s
        self._pending[key] = first_s, now_s
        urgent = condition.happened or (condition.event_s is not None and condition.event_s - now_s <= rule.urgent_s)
        return now_s - first_s >= rule.raise_after_s or (urgent and rule.urgent_s > 0)

    def _raise(self, condition: Condition, now_s: float) -> Step:
        alert_id = self._ids()
        alert = Alert(alert_id, condition, condition.severity, "raised", now_s, now_s, now_s, now_s, alert_id)
        self.open[alert_id] = alert
        self._by_key[alert.key] = alert
        self._pending.pop(alert.key, None)
        return self._step(alert, "raised", now_s)

    def _renew(self, alert: Alert, condition: Condition, now_s: float, steps: list[Step]) -> None:
        alert.seen_s = now_s
        alert.condition = condition
        before, after = SEVERITIES.index(alert.severity), SEVERITIES.index(condition.severity)
        if after > before:
            alert.severity, alert.lower_since_s = condition.severity, None
            if alert.status in ("acknowledged", "shelved"):
                alert.status, alert.escalated_s, alert.shelved_until_s = "escalated", now_s, None
                alert.waits_since_s = now_s
                steps.append(self._step(alert, "escalated", now_s))
            else:
                steps.append(self._step(alert, "severity", now_s))
        elif after < before:
            alert.lower_since_s = now_s if alert.lower_since_s is None else alert.lower_since_s
            if now_s - alert.lower_since_s >= LOWER_AFTER_S:
                alert.severity, alert.lower_since_s = condition.severity, None
                steps.append(self._step(alert, "severity", now_s))
        else:
            alert.lower_since_s = None
        if condition.event_s is not None and now_s - alert.told_s >= _REPUBLISH_S:
            told = alert.told_event_s
            if told is None or abs(told - condition.event_s) > _REPUBLISH_S:
                steps.append(self._step(alert, "severity", now_s, durable=False))

    def _forget(self, seen: set[tuple[str, str]], now_s: float) -> None:
        self._pending = {
            key: times for key, times in self._pending.items() if key in seen or now_s - times[1] <= _BLINK_S
        }
        self._muted = {
            key: muted for key, muted in self._muted.items() if now_s - muted[2] <= RULES[key[0]].clear_after_s
        }

    def _age(self, alert: Alert, now_s: float, steps: list[Step]) -> None:
        if now_s - alert.seen_s >= alert.rule.clear_after_s:
            steps.append(self._resolve(alert, now_s))
            return
        if alert.status == "shelved" and alert.shelved_until_s is not None and now_s >= alert.shelved_until_s:
            alert.status, alert.shelved_until_s, alert.waits_since_s = "raised", None, now_s
            steps.append(self._step(alert, "unshelved", now_s))
        limit_s = ESCALATE_AFTER_S[alert.severity]
        if alert.status == "raised" and limit_s is not None and now_s - alert.waits_since_s >= limit_s * self._factor:
            alert.status, alert.escalated_s = "escalated", now_s
            steps.append(self._step(alert, "escalated", now_s))

    def _regroup(self, now_s: float, steps: list[Step]) -> None:
        causes: dict[str, str] = {}
        for alert in self.open.values():
            if alert.rule.cause_of_others and alert.condition.party.key != _NOBODY:
                causes.setdefault(alert.condition.party.key, alert.alert_id)
        firsts: dict[str, str] = {}
        for alert in self.open.values():
            if alert.rule.cause_of_others:
                group = causes.get(alert.condition.party.key, "")
            else:
                under = alert.condition.under
                group = next((causes[key] for key in under if key in causes), "")
                if not group and under:
                    group = firsts.setdefault(under[0], alert.alert_id)
            group = group or alert.alert_id
            if group != alert.group_id:
                alert.group_id = group
                steps.append(self._step(alert, "group", now_s, durable=False))

    # -- people -----------------------------------------------------------------------------------------------------

    def act(
        self,
        alert: Alert,
        action: HandlerAction,
        now_s: float,
        *,
        actor: str,
        organisation_id: str,
        initials: str | None = None,
        note: str | None = None,
        until_s: float | None = None,
    ) -> Step | Illegal:
        """Take a handler's step, or say why not."""
        following = STEPS[alert.status].get(action)
        if following is None:
            return Illegal(alert.status, tuple(STEPS[alert.status]))
        who: dict[str, Any] = {
            "actor": actor, "organisation_id": organisation_id, "initials": initials, "note": note,
        }  # fmt: skip
        if following == "resolved":
            alert.resolved_by = actor
            self._muted[alert.key] = alert.severity, now_s + MUTED_S, now_s
            return self._resolve(alert, now_s, **who)
        alert.status = following
        if following == "raised":
            alert.shelved_until_s, alert.waits_since_s = None, now_s
            return self._step(alert, "unshelved", now_s, **who)
        if following == "acknowledged":
            alert.acknowledged_s, alert.acknowledged_by, alert.initials = now_s, actor, initials
            return self._step(alert, "acknowledged", now_s, **who)
        alert.shelved_until_s = until_s
        return self._step(alert, "shelved", now_s, **who)

    def take_back(self, alert: Alert, before: Alert) -> None:
        """Undo a handler's step that could not be stored."""
        for name in Alert.__slots__:
            setattr(alert, name, getattr(before, name))
        self.open[alert.alert_id] = alert
        self._by_key[alert.key] = alert
        self._muted.pop(alert.key, None)

    def _resolve(self, alert: Alert, now_s: float, **who: Any) -> Step:
        alert.status, alert.resolved_s, alert.shelved_until_s = "resolved", now_s, None
        self.open.pop(alert.alert_id, None)
        self._by_key.pop(alert.key, None)
        return self._step(alert, "resolved", now_s, **who)

    def _step(self, alert: Alert, name: StepName, now_s: float, **more: Any) -> Step:
        alert.updated_s = alert.told_s = now_s
        alert.told_event_s = alert.condition.event_s
        return Step(alert, name, now_s, **more)


def rank_of(alert: Alert, now_s: float) -> int:
    """Return the order of attention, smallest first: what waits before what is handled, grave before light, soon first.

    An escalated alert goes one severity up; where no instant is known it stands in the middle of its severity. What has
    happened, and what has no instant, stands by kind (`utm.alert_rules.HURTS_FIRST`).
    """
    priority = len(SEVERITIES) - 1 - SEVERITIES.index(alert.severity)
    if alert.status == "escalated":
        priority = max(0, priority - 1)
    event_s = alert.condition.event_s
    unknown_s = (0.0 if alert.condition.happened else 500.0) + order_of(alert.condition.kind)
    left_s = unknown_s if alert.condition.happened or event_s is None else max(0.0, event_s - now_s)
    handled = {"acknowledged": 10_000, "shelved": 20_000, "resolved": 30_000}.get(alert.status, 0)
    return handled + priority * 1_000 + min(999, int(left_s))
