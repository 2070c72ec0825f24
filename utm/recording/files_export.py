"""`hexlane export tracks`: recorded positions to a file, of any window, while a server records or without one."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from airspace.timebase import to_scene_s
from utm.live_area import Area
from utm.recording import export
from utm.recording.columns import Rows, us_of
from utm.recording.reader import Recordings
from utm.settings import Settings


def write_tracks(
    settings: Settings,
    output: Path,
    *,
    from_at: datetime,
    to_at: datetime,
    format_name: str,
    area: Area | None = None,
    track_id: str | None = None,
    aircraft_id: str | None = None,
) -> int:
    """Write the positions observed in a window; return how many. SystemExit for a format or folder that is not there."""
    recordings = Recordings(settings.recordings_path)
    if not settings.recordings_path.is_dir():
        raise SystemExit(f"There are no recordings at {settings.recordings_path}; give --data-dir.")
    written = 0

    def rows() -> Iterator[Rows]:
        nonlocal written
        window = (us_of(to_scene_s(from_at)), us_of(to_scene_s(to_at)))
        for found in recordings.observations(*window, track_id=track_id, aircraft_id=aircraft_id, area=area):
            written += len(found)
            yield found

    pieces = _pieces(format_name, rows())
    if str(output) == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as file:
            for piece in pieces:
                file.write(piece)
    if recordings.damaged:
        print(f"{recordings.damaged} damaged slices were left out", file=sys.stderr)
    return written


def _pieces(format_name: str, rows: Iterator[Rows]) -> Iterator[bytes]:
    match format_name:
        case "csv":
            return (text.encode() for text in export.csv_lines(rows))
        case "geojson":
            return (text.encode() for text in export.geojson_lines(rows))
        case "tlog":
            return export.tlog_records(rows)
        case "kml":
            return iter([export.kml("Hexlane tracks", export.by_track(rows), {})])
        case "json":
            return export.json_lines(rows)
        case _:
            raise SystemExit(f"There is no format {format_name!r}; choose one of {', '.join(export.FORMATS)}.")
