"""Files what a helper process judged ahead, when nothing since could have changed it; else judges it again."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from sqlmodel import Session

from airspace.capacity import limited
from utm.flight_plans import STATUS_OF, FlightPlans
from utm.foresight import Asked, Foreseen, boxes_of, foresee_all
from utm.plan_records import Answer, FiledAnswer, document_text
from utm.problems import Problem
from utm.security import Principal
from utm.sky import live_plan
from utm.store import journal, plans
from utm.store.store import JoinedJob, taken_actions
from utm.store.tables import FlightPlanRow

OLDEST_S = 2.0
"""A judgement older than this is made again: its offers might depart too soon to be filed."""

Job: TypeAlias = Callable[[Session], Answer | FiledAnswer]
Action: TypeAlias = Callable[[], None]


def filing(
    desk: FlightPlans,
    principal: Principal,
    foreseen: Foreseen | None,
    key: str | None,
    otherwise: Job,
    asked: Asked | None = None,
) -> "Filing":
    """Return the job that files a foreseen judgement; `otherwise` is the job that judges anew.

    `asked` is the body where nobody judged it ahead: jobs that run together then have it judged together.
    """
    if foreseen is not None and key is not None and foreseen.body_hash is None:
        foreseen = None  # it was judged as one without a key
    return Filing(desk, principal, foreseen, key, otherwise, asked)


def judging_ahead(desk: FlightPlans, asked: Sequence[Asked]) -> Callable[[Session], list[Foreseen | None]]:
    """Return the job that judges bodies as a helper would and keeps nothing; None is what must be judged when filed."""

    def job(session: Session) -> list[Foreseen | None]:
        found = foresee_all(desk, asked, journal.latest_change(session))
        cells = {cell for item in found if isinstance(item, Foreseen) for cell in item.cells}
        if desk.memory.make_current(session, cells):  # judged by a memory that had missed a change
            return [None] * len(found)
        return [item if isinstance(item, Foreseen) else None for item in found]

    return job


@dataclass(slots=True, eq=False)
class Filing(JoinedJob):
    """A plan to be filed, judged ahead or to be judged with those it is run with."""

    desk: FlightPlans
    principal: Principal
    foreseen: Foreseen | None
    key: str | None
    otherwise: Job
    asked: Asked | None = None

    def __call__(self, session: Session) -> Answer | FiledAnswer:
        """File it alone."""
        desk, principal, foreseen, key = self.desk, self.principal, self.foreseen, self.key
        if foreseen is None or (
            key is not None and plans.find_key(session, principal.organisation_id, key) is not None
        ):
            return self.otherwise(session)
        desk.memory.make_current(session, foreseen.cells)
        if not holds(desk, session, foreseen):
            return self.otherwise(session)
        # Asked here as `FlightPlans` asks it: a helper knows neither this server's clock nor what the firm filed since.
        desk.may_grant()
        desk.admit(session, principal.organisation_id)
        return _keep(desk, session, principal, foreseen, key)

    def together(self, session: Session, jobs: Sequence["Filing"]) -> list[tuple[FiledAnswer, list[Action]]]:
        """File as many of the first as are judged and nothing since could have changed, each after the one before."""
        _judge_together(self.desk, session, jobs)
        known: set[tuple[str, str]] = set()
        first = list(itertools.takewhile(lambda job: _is_new(session, job, known), jobs))
        cells = {cell for job in first if job.foreseen is not None for cell in job.foreseen.cells}
        if len(first) < 2:
            return []
        if self.desk.memory.make_current(session, cells):
            for job in jobs:
                job.foreseen = None  # judged by a memory that had missed a change
            return []
        return _keep_together(self.desk, session, first)


def _is_new(session: Session, job: Filing, known: set[tuple[str, str]]) -> bool:
    if job.foreseen is None:
        return False
    if job.key is None:
        return True
    name = job.principal.organisation_id, job.key
    if name in known or plans.find_key(session, *name) is not None:
        return False
    known.add(name)
    return True


def _judge_together(desk: FlightPlans, session: Session, jobs: Sequence[Filing]) -> None:
    """Judge those that nobody judged, on the sky as it is now, none knowing of the others: `holds` compares them."""
    places = [(job, job.asked) for job in jobs if job.foreseen is None and job.asked is not None]
    if not places:
        return
    found = foresee_all(desk, [asked for _, asked in places], journal.latest_change(session))
    for (job, _), judged in zip(places, found, strict=True):
        job.asked = None
        if isinstance(judged, Foreseen):
            job.foreseen, job.key = judged, job.key or judged.key


def _keep_together(
    desk: FlightPlans, session: Session, jobs: Sequence[Filing]
) -> list[tuple[FiledAnswer, list[Action]]]:
    """Do for many what `_keep` does for one, kind by kind, so that each statement and table is come to once."""
    kept: list[tuple[Filing, Foreseen, FlightPlanRow]] = []
    changes: list[tuple[int, str, Sequence[str]]] = []
    for job in jobs:
        foreseen = job.foreseen
        if foreseen is None or not holds(desk, session, foreseen):
            break
        try:
            desk.may_grant()
            desk.admit(session, job.principal.organisation_id)
        except Problem:
            break  # told to whom it concerns when it runs alone
        row = FlightPlanRow(*foreseen.row)
        row.plan_no = plans.next_plan_no(session)
        plans.insert(session, row)  # at once: quotas are counted from the plans there are
        live = live_plan(row, foreseen.flights[0].trajectory) if foreseen.outcome == "approved" else None
        touched = foreseen.cells if live else []
        noted = partial(desk.memory.note_soon, session, touched)
        changes.append((desk.place(session, row.plan_id, live, noted, boxes_of(foreseen)[0]), row.plan_id, touched))
        kept.append((job, foreseen, row))
    if not kept:
        return []
    plans.add_first_versions(session, [row for _, _, row in kept], [item.outcome for _, item, _ in kept])
    for job, foreseen, row in kept:
        if job.key is not None and foreseen.body_hash is not None:
            first = plans.FirstAnswer(foreseen.body_hash, row.plan_id, STATUS_OF[foreseen.outcome])
            plans.add_key(session, job.principal.organisation_id, job.key, first, row.created_at)
    lines = [desk.audit_line(job.principal, "file", row, {"outcome": item.outcome}) for job, item, row in kept]
    journal.record_audits(session, lines)
    journal.write_changes(session, "plan", changes)
    actions = []
    for _, foreseen, row in kept:
        desk.publish(session, row, foreseen.item)
        actions.append(taken_actions(session))
    answers = [_answer(foreseen, row) for _, foreseen, row in kept]
    return list(zip(answers, actions, strict=True))


def _answer(foreseen: Foreseen, row: FlightPlanRow) -> FiledAnswer:
    refused = foreseen.outcome == "refused"
    return FiledAnswer(STATUS_OF[foreseen.outcome], document_text(row), row.version, refused, foreseen.why)


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
    plans.add_first_versions(session, [row], [foreseen.outcome])
    if key is not None and foreseen.body_hash is not None:
        first = plans.FirstAnswer(foreseen.body_hash, row.plan_id, STATUS_OF[foreseen.outcome])
        plans.add_key(session, principal.organisation_id, key, first, row.created_at)
    desk.audit(session, principal, "file", row, {"outcome": foreseen.outcome})
    live = live_plan(row, foreseen.flights[0].trajectory) if foreseen.outcome == "approved" else None
    desk.enter(session, row, live, foreseen.item, foreseen.cells if live else [])
    return _answer(foreseen, row)
