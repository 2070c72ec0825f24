"""Which times of a pad were offered of late, known to every server on one store.

A file beside the store that servers append to and read on: one line for each departure or arrival that was offered. It is no
reservation and nothing depends on it: a line that is lost lets two be offered the same time, of whom the first to file has it.
Bookings are judged inside the store's write lock, so that each sees what was offered before it, by whichever server.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from airspace.pads import PadEvent

SPREAD_S: Final = 30.0
"""So long a pad's time that was offered to one aircraft is offered to no other: a crowd that asks at once is spread over the
next free times instead of being sent after one of them (ours). It is an offer, no reservation: whoever files first has it."""
_log = structlog.get_logger(__name__)

_MOST_BYTES: Final = 1_000_000
"""A file larger than this is begun anew once all its lines have lapsed."""


class OfferedTimes:
    """What was offered in the last seconds, by site; without a path what this process offered alone."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._read = 0
        self._told: dict[str, list[tuple[float, PadEvent]]] = {}
        """By site: until when, and which departure or arrival."""

    def of_late(self, now_s: float) -> dict[str, list[PadEvent]]:
        """Return what was offered of each site in the last seconds."""
        with _told_if_it_fails():
            self._read_on()
        self._told = {
            site_id: left
            for site_id, told in self._told.items()
            if (left := [item for item in told if now_s < item[0] <= now_s + SPREAD_S])
        }
        with _told_if_it_fails():
            self._trim()
        return {site_id: [event for _, event in told] for site_id, told in self._told.items()}

    def note(self, offered: Iterable[tuple[str, PadEvent]], now_s: float) -> None:
        """Keep departures and arrivals, by site, as offered from now on."""
        lines = [
            (site_id, now_s + SPREAD_S, event.aircraft_id, event.at_s, event.arrival) for site_id, event in offered
        ]
        if self._path is None:
            for line in lines:
                self._take(line)
        elif lines:
            with _told_if_it_fails():
                self._path.touch(mode=0o600)
                with self._path.open("ab", buffering=0) as file:
                    file.write(b"".join(orjson.dumps(line) + b"\n" for line in lines))

    def _take(self, line: Any) -> None:
        site_id, until_s, aircraft_id, at_s, arrival = line
        event = PadEvent(f"offered:{aircraft_id}", aircraft_id, at_s, arrival)
        self._told.setdefault(site_id, []).append((until_s, event))

    def _read_on(self) -> None:
        """Take what was appended since the last look, by this server or another, whole lines only."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._read:  # begun anew by another server
                self._read = 0
            file.seek(self._read)
            added = file.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            try:
                self._take(orjson.loads(line))
            except ValueError:  # cut off by a server that was killed while it wrote
                continue

    def _trim(self) -> None:
        if self._path is not None and not self._told and self._read > _MOST_BYTES:
            os.truncate(self._path, 0)
            self._read = 0


@contextmanager
def _told_if_it_fails() -> Iterator[None]:
    """A disk that fails costs the spreading of a crowd, never the answer to it."""
    try:
        yield
    except OSError as error:
        _log.warning("offered_times_not_shared", reason=str(error))
