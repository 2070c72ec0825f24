"""Orders that no carrier can fly in one go: by way of which site they can be brought in two."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Job

MOST_TRIED = 12
"""So many sites are looked at, those least out of the way first (ours)."""


def hub_for(job: Job, carriers: Sequence[Carrier], flights: Flights, candidates: Iterable[str]) -> str | None:
    """Return the site by way of which a job takes least time in the air, or None.

    `candidates` are sites where a load can change vehicles, those least out of the way first.
    """
    best: tuple[float, str] | None = None
    for site_id in list(candidates)[:MOST_TRIED]:
        if site_id in (job.origin_site_id, job.destination_site_id):
            continue
        first = _shortest(replace(job, destination_site_id=site_id), carriers, flights)
        second = None if first is None else _shortest(replace(job, origin_site_id=site_id), carriers, flights)
        if first is not None and second is not None and (best is None or (first + second, site_id) < best):
            best = first + second, site_id
    return None if best is None else best[1]


def _shortest(job: Job, carriers: Sequence[Carrier], flights: Flights) -> float | None:
    """Return the seconds of the fastest flight of a job, None where no carrier of its firm can fly it."""
    legs = [leg.lasts_s for carrier in carriers if (leg := flights.loaded(job, carrier)) is not None]
    return min(legs, default=None)
