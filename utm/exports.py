"""`hexlane export`: records of a store written to files."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson
from rich.progress import track
from sqlmodel import Session

from airspace.lifecycle import PlanState
from utm.plan_records import document
from utm.settings import Settings
from utm.store import airspace_records, journal, plans
from utm.store.sql import as_values
from utm.store.store import Store


@contextmanager
def _opened(output: Path) -> Iterator[IO[bytes]]:
    if str(output) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as file:
            yield file


def _write_lines(output: Path, rows: Iterable[Any], what: str) -> int:
    written = 0
    with _opened(output) as file:
        for row in track(rows, description=what, disable=not sys.stderr.isatty()):
            file.write(orjson.dumps(row) + b"\n")
            written += 1
    return written


def write_plans(settings: Settings, output: Path, states: list[str]) -> int:
    """Write plans in the states (all when none is given) as JSON lines; return how many."""
    wanted = states or [str(state) for state in PlanState]

    def rows(session: Session) -> list[dict[str, Any]]:
        return [document(row) for row in plans.with_states(session, wanted)]

    return _write_lines(output, _read(settings, rows), "Writing plans")


def write_zones(settings: Settings, output: Path) -> int:
    """Write the zones in force as a GeoJSON FeatureCollection; return how many."""
    features = _read(
        settings, lambda session: [orjson.loads(row.feature) for row in airspace_records.zones_in_force(session)]
    )
    with _opened(output) as file:
        file.write(orjson.dumps({"type": "FeatureCollection", "features": features}, option=orjson.OPT_INDENT_2))
    return len(features)


def write_audit(settings: Settings, output: Path) -> tuple[int, int | None]:
    """Write the audit trail as JSON lines; return how many and the first line that breaks the hash chain."""
    rows = _read(settings, lambda session: list(journal.all_audit(session)))
    written = _write_lines(output, (as_values(row) for row in rows), "Writing the audit trail")
    return written, journal.first_broken_line(rows)


def _read(settings: Settings, job: Any) -> Any:
    if not settings.database_path.is_file():
        raise SystemExit(f"There is no store at {settings.database_path}; give --data-dir.")
    store = Store(settings.database_path)
    try:
        return store.read_now(job)
    finally:
        store.close()
