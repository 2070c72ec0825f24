"""Forgetting by policy: whole segment files go once everything in them is old enough."""

from datetime import datetime, timedelta
from pathlib import Path

from utm.recording.reader import hour_of


def remove_before(folder: Path, now: datetime, *, days: int) -> list[Path]:
    """Remove every segment whose hour ended more than `days` days ago; return what was removed."""
    oldest = now - timedelta(days=days)
    removed = []
    for path in sorted(folder.glob("????-??-??/T*.hxs")):
        hour = hour_of(path)
        if hour is not None and hour + timedelta(hours=1) < oldest:
            path.unlink(missing_ok=True)
            removed.append(path)
    for day in {path.parent for path in removed}:
        if not any(day.iterdir()):
            day.rmdir()
    return removed
