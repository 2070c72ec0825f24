"""Quotas: how much of the service one firm may use. Data an admin edits, for all firms or for one.

Standing quotas (plans not over, aircraft, webhooks, clients, sandboxes) answer 403 `quota_exceeded` and say what to give
up; the filings of a day (Beijing time) answer 429 with `Retry-After` until midnight. Plans are counted inside the
transaction that files. Far from its limit a firm is counted anew every few seconds and tallied in between; near it every
filing counts, so two servers cannot both take the last place, and nothing is refused on a tally.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from sqlmodel import Session

from utm.problems import FieldProblem, Problem
from utm.security.directory import Directory
from utm.store.identity_queries import plan_counts
from utm.store.identity_tables import QuotaRow

DEFAULT: Final = "default"
BEIJING: Final = ZoneInfo("Asia/Shanghai")
RECOUNT_S: Final = 5.0
NEAR: Final = 100
"""So close to a limit every filing counts anew."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one organisation may use (numbers are ours: room for a large firm, none for a runaway loop)."""

    live_plans: int = 20_000
    filings_per_day: int = 100_000
    aircraft: int = 10_000
    clients: int = 20
    webhooks: int = 10
    sandboxes: int = 20
    requests_per_s: float | None = None
    """Requests a second each of its clients may send; None: what the server gives everybody."""


NAMES: Final = tuple(item.name for item in fields(Quotas))
WORDS: Final[dict[str, tuple[str, str, str, str]]] = {
    "live_plans": (
        "flight plans that are not over",
        "未结束的飞行计划",
        "End or cancel some",
        "请先结束或取消部分计划",
    ),
    "aircraft": ("registered aircraft", "已登记航空器", "Deregister some", "请先注销部分航空器"),
    "clients": ("clients", "客户端", "Delete one", "请先删除一个"),
    "webhooks": ("webhooks", "Webhook", "Delete one", "请先删除一个"),
    "sandboxes": ("sandboxes", "沙箱", "Delete one", "请先删除一个"),
}


@dataclass(slots=True)
class _Tally:
    live: int
    today: int
    day: str
    counted_s: float


class QuotaDesk:
    """Says what a firm may use, and counts what it does."""

    def __init__(self, directory: Directory, clock: Any) -> None:
        self._directory, self._clock = directory, clock
        self._tallies: dict[str, _Tally] = {}
        self._decoded: tuple[int, dict[str, Quotas]] = (-1, {})

    def of(self, organisation_id: str) -> Quotas:
        """Return an organisation's quotas: its own where it has some, else everybody's."""
        version, known = self._decoded
        if version != self._directory.quotas.version:
            known = {}
            self._decoded = (self._directory.quotas.version, known)
        found = known.get(organisation_id)
        if found is None:
            everybody = _changed(Quotas(), self._directory.quotas.get(DEFAULT))
            found = known[organisation_id] = _changed(everybody, self._directory.quotas.get(organisation_id))
        return found

    def admit_filing(self, session: Session, organisation_id: str) -> None:
        """Take a place for one more plan inside the job that files it; raises Problem 403 or 429 when there is none."""
        quotas = self.of(organisation_id)
        tally = self._tally(session, organisation_id)
        if quotas.live_plans - tally.live < NEAR or quotas.filings_per_day - tally.today < NEAR:
            tally = self._tallies[organisation_id] = self._count(session, organisation_id)
        if tally.today >= quotas.filings_per_day:
            raise self._too_many_today(quotas.filings_per_day)
        if tally.live >= quotas.live_plans:
            raise exceeded("live_plans", quotas.live_plans)
        tally.live += 1
        tally.today += 1

    def check(self, name: str, organisation_id: str, used: int) -> None:
        """Raise Problem 403 when one more would be over a standing quota."""
        limit = getattr(self.of(organisation_id), name)
        if used >= limit:
            raise exceeded(name, limit)

    def usage(self, session: Session, organisation_id: str) -> dict[str, int]:
        """Return how many plans of an organisation are not over, and how many it filed today."""
        counted = self._count(session, organisation_id)
        return {"live_plans": counted.live, "filings_per_day": counted.today}

    def _tally(self, session: Session, organisation_id: str) -> _Tally:
        known = self._tallies.get(organisation_id)
        fresh = (
            known is not None
            and self._clock.monotonic_s() - known.counted_s < RECOUNT_S
            and known.day == _midnight(self._clock.now()).isoformat()
        )
        if known is None or not fresh:
            known = self._tallies[organisation_id] = self._count(session, organisation_id)
        return known

    def _count(self, session: Session, organisation_id: str) -> _Tally:
        day = _midnight(self._clock.now())
        since = day.astimezone(self._clock.now().tzinfo).strftime("%Y-%m-%dT%H:%M:%S")
        live, today = plan_counts(session, organisation_id, since)
        return _Tally(live=live, today=today, day=day.isoformat(), counted_s=self._clock.monotonic_s())

    def _too_many_today(self, limit: int) -> Problem:
        now = self._clock.now()
        wait_s = max(1, int((_midnight(now) + timedelta(days=1) - now).total_seconds()) + 1)
        return Problem(
            "daily_quota_exceeded",
            f"The organisation files at most {limit} plans a day (Beijing time); wait until midnight, or ask an "
            "administrator for a larger quota.",
            f"单位每日（北京时间）最多提交 {limit} 个计划；请等待至零点，或向管理员申请更高配额。",
            errors=[FieldProblem("/filings_per_day", "out_of_range", f"at most {limit}", f"最多 {limit}")],
            headers={"Retry-After": str(wait_s)},
        )


def exceeded(name: str, limit: float) -> Problem:
    """Return the 403 for a standing quota, with the field and what to do."""
    what, what_zh, do, do_zh = WORDS[name]
    return Problem(
        "quota_exceeded",
        f"The organisation may have {limit} {what}. {do}, or ask an administrator for a larger quota.",
        f"单位最多可有 {limit} 个{what_zh}。{do_zh}，或向管理员申请更高配额。",
        errors=[FieldProblem(f"/{name}", "out_of_range", f"at most {limit}", f"最多 {limit}")],
    )


def document(quotas: Quotas) -> dict[str, Any]:
    """Return quotas as JSON values."""
    return asdict(quotas)


def row_of(organisation_id: str, values: Mapping[str, Any], version: int, by: str, now: datetime) -> QuotaRow:
    """Return the row that keeps an organisation's own quotas; what is left out stays everybody's."""
    return QuotaRow(
        organisation_id=organisation_id,
        body=orjson.dumps(dict(values)).decode(),
        version=version,
        updated_at=now.isoformat(),
        updated_by=by,
    )


def own_values(row: QuotaRow | None) -> dict[str, Any]:
    """Return what a row sets."""
    values: dict[str, Any] = {} if row is None else orjson.loads(row.body)
    return values


def _changed(quotas: Quotas, row: QuotaRow | None) -> Quotas:
    values = {name: value for name, value in own_values(row).items() if name in NAMES}
    return replace(quotas, **values)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(BEIJING).date(), time(0), tzinfo=BEIJING)
