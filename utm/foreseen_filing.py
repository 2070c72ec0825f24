"""Files what a helper process judged ahead, when nothing since could have changed it; else judges it again."""

from collections.abc import Callable

import orjson
from sqlmodel import Session

from airspace.capacity import limited
from utm.flight_plans import STATUS_OF, FlightPlans
from utm.foresight import Foreseen, boxes_of
from utm.plan_records import Answer, FiledAnswer, document
from utm.security import Principal
from utm.sky import live_plan
from utm.store import journal, plans
from utm.store.tables import FlightPlanRow

OLDEST_S = 2.0
"""A judgement older than this is made again: its offers might depart too soon to be filed."""

Job = Callable[[Session], Answer | FiledAnswer]


def filing(desk: FlightPlans, principal: Principal, foreseen: Foreseen, key: str | None, otherwise: Job) -> Job:
    """Return the job that files a foreseen judgement; `otherwise` is the job that judges anew."""

    def job(session: Session) -> Answer | FiledAnswer:
        if key is not None and plans.find_key(session, principal.organisation_id, key) is not None:
            return otherwise(session)
        desk.memory.make_current(session, foreseen.cells)
        if not holds(desk, session, foreseen):
            return otherwise(session)
        # Asked here as `FlightPlans` asks it: a helper knows neither this server's clock nor what the firm filed since.
        desk.may_grant()
        desk.admit(session, principal.organisation_id)
        return _keep(desk, session, principal, foreseen, key)

    return job


def holds(desk: FlightPlans, session: Session, foreseen: Foreseen) -> bool:
    """Tell whether a judgement would be the same now, as far as can be told at little cost."""
    if desk.clock.monotonic_s() - foreseen.judged_s > OLDEST_S:
        return False
    since = desk.changes.since(foreseen.seq, journal.latest_change(session))
    if since is None or since.use(foreseen.sites):
        return False
    for flight, changes in zip(foreseen.flights, since.near(boxes_of(foreseen)), strict=True):
        if not changes:
            continue
        if limited(desk.book.policy) or not all(change.adds for change in changes):
            return False
        new = {change.plan_id for change in changes}
        found = desk.sky.conflicts(flight.trajectory, flight.separation)
        if any(other.plan_id in new for _, other in found):
            return False
    return True


def _keep(
    desk: FlightPlans, session: Session, principal: Principal, foreseen: Foreseen, key: str | None
) -> FiledAnswer:
    row = FlightPlanRow(*foreseen.row)
    row.plan_no = plans.next_plan_no(session)
    plans.insert(session, row)
    plans.add_version(
        session,
        plan_id=row.plan_id,
        version=row.version,
        outcome=foreseen.outcome,
        policy_version=row.policy_version,
        body=row.body,
        decision=row.decision,
        judged_at=row.updated_at,
    )
    status = STATUS_OF[foreseen.outcome]
    if key is not None:
        first = plans.FirstAnswer(foreseen.body_hash, row.plan_id, status)
        plans.add_key(session, principal.organisation_id, key, first, row.created_at)
    desk.audit(session, principal, "file", row, {"outcome": foreseen.outcome})
    live = live_plan(row, foreseen.flights[0].trajectory) if foreseen.outcome == "approved" else None
    desk.enter(session, row, live, foreseen.item, foreseen.cells if live else [])
    return FiledAnswer(status, orjson.dumps(document(row)), row.version, foreseen.outcome == "refused", foreseen.why)
