"""`/v1/system`: feeds and the health of every dependency; `/v1/policy/versions`: the rules that ever held."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from utm.api.answers import json_response
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import airspace_records
from utm.store.tables import PolicyRow
from utm.system_report import feeds, health

router = APIRouter(prefix="/v1", tags=["operations"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("system.read"))]
_NO_STORE = {"Cache-Control": "no-store"}


@router.get("/system/feeds", summary="Every feed", response_model=None, responses=problem_responses(401, 403))
async def read_feeds(_: Reader, services: App) -> Response:
    """Return each MAVLink address and track feed with rate, loss and age, and the links that lose most."""
    return json_response(feeds(services), headers=_NO_STORE)


@router.get("/system/health", summary="Every dependency", response_model=None, responses=problem_responses(401, 403))
async def read_health(_: Reader, services: App) -> Response:
    """Return the state of store, clock, MAVLink, recorder, terrain, weather, webhooks, authority and reporting."""
    return json_response(await health(services), headers=_NO_STORE)


@router.get(
    "/policy/versions",
    summary="Earlier policies",
    response_model=None,
    responses=problem_responses(401, 403, 422),
)
async def list_policies(
    _: Annotated[Principal, Depends(require("policy.read"))], services: App, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Return every version of the policy, newest first, with what changed from the one before."""
    position = decode_cursor(cursor, int)
    before = None if position is None else position[0]

    def job(session: Session) -> list[PolicyRow]:
        return airspace_records.policies_page(session, before=before, limit=limit + 1)

    rows = await services.store.read(job)
    shown, following = page_of(rows, limit, lambda row: (row.version,))
    items = [_version(row, rows[i + 1] if i + 1 < len(rows) else None) for i, row in enumerate(shown)]
    return json_response({"items": items, "next_cursor": following})


def _version(row: PolicyRow, older: PolicyRow | None) -> dict[str, Any]:
    body = orjson.loads(row.body)
    former = {} if older is None else orjson.loads(older.body)
    changed = sorted(
        name for name in {*body, *former} - {"version"} if older is not None and body.get(name) != former.get(name)
    )
    return {
        "version": row.version,
        "published_at": row.published_at,
        "published_by": row.published_by,
        "changed": changed,
        "policy": body,
    }
