"""`/v1/replay/range` and `/v1/replay/distance`: what is recorded, and how far apart two flights were."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from airspace.timebase import to_scene_s
from utm.api.answers import json_response
from utm.api.body import Instant
from utm.api.openapi import problem_responses
from utm.api.replay import MAX_WINDOW
from utm.live import sees_track
from utm.problems import FieldProblem, not_found, validation_problem
from utm.recording.columns import IDENTITY, Rows, instant, us_of
from utm.replay_distance import apart, document, path_of
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/replay", tags=["Replay"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("replay.read"))]


@router.get(
    "/range",
    summary="From when to when there are recordings",
    response_model=None,
    responses=problem_responses(401, 403),
)
async def recorded_range(_: Reader, services: App) -> Response:
    """Return the first and the newest instant recorded; both null while there is nothing."""
    recordings = services.recording.recordings
    now_us = us_of(to_scene_s(services.clock.now()))

    def bounds() -> tuple[int, int] | None:
        files = recordings.segment_files(0, now_us)
        first_hour = recordings.segment(files[0]) if files else None
        first = [info.first_us for info in first_hour.slices] if first_hour is not None else []
        recent = recordings.pieces(now_us - 3_600_000_000, now_us)
        ends = [piece.last_us for piece in recent] or [
            info.last_us
            for path in files[-1:]
            if (held := recordings.segment(path)) is not None
            for info in held.slices
        ]
        starts = first or [piece.first_us for piece in recent]
        return (min(starts), max(ends)) if starts and ends else None

    found = await services.recording.read(bounds)
    told = (
        (None, None) if found is None else tuple(instant(value).isoformat().replace("+00:00", "Z") for value in found)
    )
    return json_response({"from": told[0], "to": told[1]}, headers={"Cache-Control": "no-store"})


@router.get(
    "/distance",
    summary="How far apart two flights were",
    response_model=None,
    responses=problem_responses(401, 403, 404, 422),
)
async def read_distance(
    principal: Reader,
    services: App,
    track_a: Annotated[str, Query(max_length=100, description="One track.")],
    track_b: Annotated[str, Query(max_length=100, description="The other.")],
    from_at: Annotated[Instant, Query(alias="from", description="Beginning of the window, RFC 3339.")],
    to_at: Annotated[Instant, Query(alias="to", description="End of the window, at most 24 hours later.")],
) -> Response:
    """Return horizontal, vertical (ellipsoidal heights) and straight distance over time, and the closest approach.

    `minimum` is the separation that holds by the present policy. A track that the caller may not see, or that nothing
    is recorded of in the window, is not found.
    """
    if not from_at <= to_at <= from_at + MAX_WINDOW:
        detail, detail_zh = (
            "must not be before from nor more than 24 hours after",
            "不得早于 from，也不得晚于其 24 小时",
        )
        raise validation_problem([FieldProblem("?to", "out_of_range", detail, detail_zh)], code="invalid_parameter")
    from_us, to_us = us_of(to_scene_s(from_at)), us_of(to_scene_s(to_at))
    recordings, frame = services.recording.recordings, services.book.region.frame

    def measured() -> dict[str, Any]:
        paths = []
        for track_id in (track_a, track_b):
            parts = [
                rows
                for rows in recordings.observations(from_us, to_us, track_id=track_id)
                if _visible(rows, track_id, principal)
            ]
            if not parts:
                raise not_found("track", "航迹", track_id)
            paths.append(path_of(parts, frame))
        return document(apart(*paths))

    found = await services.recording.read(measured)
    least = services.book.policy.separation
    minimum = {"horizontal_m": least.horizontal_m, "vertical_m": least.vertical_m}
    return json_response({"track_a": track_a, "track_b": track_b, **found, "minimum": minimum})


def _visible(rows: Rows, track_id: str, principal: Principal) -> bool:
    """Tell whether the caller might have seen this track, as whoever it was taken for in these rows."""
    numbers = set(rows.data[IDENTITY].tolist())
    identities = [rows.names.identities[number] for number in numbers]
    return all(sees_track(principal, who) for who in identities if who.track_id == track_id)
