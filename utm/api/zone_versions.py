"""`/v1/zone-versions`: every change of every zone, so that any of them can be looked at and taken back."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response

from utm.api.answers import json_response
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import zone_versions

router = APIRouter(prefix="/v1/zone-versions", tags=["airspace"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("zone_version.read"))]


@router.get("", summary="Every change of zones", response_model=None, responses=problem_responses(401, 403, 422))
async def list_zone_versions(
    _: Reader,
    services: App,
    zone_id: Annotated[str | None, Query(max_length=64, description="Of this zone alone.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return changes, newest first: the zone as it was from then on, or that it was withdrawn.

    To go back to a version, publish its feature again with PUT (or POST once it is withdrawn).
    """
    position = decode_cursor(cursor, int)
    before = None if position is None else position[0]
    rows = await services.store.read(
        lambda session: zone_versions.page(session, zone_id=zone_id, before=before, limit=limit + 1)
    )
    shown, following = page_of(rows, limit, lambda row: (row.change_no,))
    items = [
        {
            "zone_id": row.zone_id,
            "version": row.version,
            "at": row.at,
            "by": row.by,
            "withdrawn": bool(row.withdrawn),
            "in_force": row.zone_id in services.book.zones and services.book.zones[row.zone_id].version == row.version,
            "feature": orjson.loads(row.feature),
        }
        for row in shown
    ]
    return json_response({"items": items, "next_cursor": following}, headers={"Cache-Control": "no-store"})
