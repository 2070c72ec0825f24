"""Which zones plans were approved to enter, read when a flight is about to enter one.

Nothing is loaded ahead: after a start with ten thousand activated plans a thousand flights may be in zones they were
approved for, and each of them must be judged by its approval from the first analysis on.
"""

from collections.abc import Collection
from functools import partial
from typing import Final

import orjson
import structlog
from sqlmodel import Session

from utm.sky import Sky
from utm.store import plans as plan_records
from utm.store.store import Store, StoreUnavailableError

WAIT_S: Final = 10.0
"""For how long a flight's zones are not judged while its approval cannot be read; then it counts as having none (ours)."""
_AT_ONCE: Final = 500

_log = structlog.get_logger(__name__)


class ZoneGrants:
    """What is known of the plans flights near zones are on; `known` and `awaited` change in place."""

    def __init__(self, store: Store, sky: Sky) -> None:
        self._store, self._sky = store, sky
        self.known: dict[str, frozenset[str]] = {}
        self.awaited: set[str] = set()
        self._versions: dict[str, int | None] = {}
        self._wanted_since_s: dict[str, float] = {}

    async def learn(self, plan_ids: Collection[str], now_s: float) -> None:
        """Read the grants of these plans where they are not known or the plan was amended since; those of others stay."""
        versions = {plan_id: self._version(plan_id) for plan_id in plan_ids}
        missing = [key for key, version in versions.items() if key not in self.known or self._versions[key] != version]
        self._wanted_since_s = {key: self._wanted_since_s.get(key, now_s) for key in missing}
        for first in range(0, len(missing), _AT_ONCE):
            part = missing[first : first + _AT_ONCE]
            try:
                found = await self._store.read(partial(_grants, part))
            except StoreUnavailableError as error:
                _log.warning("grants_unknown", reason=str(error), plans=len(missing) - first)
                break
            for plan_id in part:
                self.known[plan_id] = found.get(plan_id, frozenset())
                self._versions[plan_id] = versions[plan_id]
                del self._wanted_since_s[plan_id]
        # A stranger to the store must not hide a flight in a prohibited zone for ever.
        self.awaited.clear()
        for plan_id, since_s in self._wanted_since_s.items():
            if now_s - since_s < WAIT_S:
                self.awaited.add(plan_id)

    def forget(self) -> None:
        """Forget the plans that are no longer live."""
        for plan_id in [plan_id for plan_id in self.known if self._sky.get(plan_id) is None]:
            del self.known[plan_id], self._versions[plan_id]

    def _version(self, plan_id: str) -> int | None:
        plan = self._sky.get(plan_id)
        return None if plan is None else plan.version


def _grants(plan_ids: Collection[str], session: Session) -> dict[str, frozenset[str]]:
    decisions = plan_records.decisions(session, plan_ids)
    return {plan_id: zones_in(decision) for plan_id, decision in decisions.items()}


def zones_in(decision: str) -> frozenset[str]:
    """Return the zones an approved plan's decision names: it was approved with them known."""
    reasons = orjson.loads(decision).get("reasons", ())
    return frozenset(reason["zone_id"] for reason in reasons if reason.get("zone_id"))
