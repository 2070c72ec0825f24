"""Orders that go the same way at about the same time share a flight."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from dispatch.jobs import Job

APART_S: Final = 300.0
"""Orders that are ready further apart than this do not wait for each other (ours)."""
MOST: Final = 4
"""As many loads find room in one flight (ours)."""


def batched(jobs: Iterable[Job], now_s: float, possible: Callable[[Job], bool]) -> list[Job]:
    """Return the jobs with those joined that go from one site to another of one firm at about the same time.

    A joined job is ready when its last load is, due when the first is, and weighs as all of them together. Dangerous goods
    always go alone. `possible` tells whether any carrier takes a joined job.
    """
    groups: dict[tuple[str, str, str, bool], list[Job]] = {}
    out: list[Job] = []
    for job in sorted(jobs, key=lambda item: (item.ready_s, item.order_id)):
        if job.dangerous_goods:
            out.append(job)
            continue
        key = (job.organisation_id, job.origin_site_id, job.destination_site_id, job.cold_chain)
        groups.setdefault(key, []).append(job)
    for group in groups.values():
        out.extend(_joined(group, now_s, possible))
    return out


def _joined(group: Sequence[Job], now_s: float, possible: Callable[[Job], bool]) -> list[Job]:
    done: list[Job] = []
    for job in group:
        last = done[-1] if done else None
        joined = None if last is None or len(last.order_ids) >= MOST else _together(last, job, now_s)
        if joined is not None and possible(joined):
            done[-1] = joined
        else:
            done.append(job)
    return done


def _together(a: Job, b: Job, now_s: float) -> Job | None:
    """Return two jobs as one; None where one would wait too long for the other."""
    if max(b.ready_s, now_s) - max(a.ready_s, now_s) > APART_S:
        return None
    dues = [due for due in (a.deliver_by_s, b.deliver_by_s) if due is not None]
    return replace(
        a,
        order_id=f"{a.order_id}+{b.order_id}",
        payload_kg=a.payload_kg + b.payload_kg,
        ready_s=max(a.ready_s, b.ready_s),
        weight=a.weight + b.weight,
        deliver_by_s=min(dues) if dues else None,
        order_ids=(*a.order_ids, *b.order_ids),
    )
