"""The body of a step on a flight that may belong to another position: a supervisor's reason, and mostly nothing."""

from typing import Annotated

from fastapi import Request
from pydantic import Field

from utm.api.body import ApiModel, parse_json, read_body, validate


class OwnedStepBody(ApiModel):
    """What goes with a step; an empty body, or none, will do."""

    reason: Annotated[str, Field(min_length=5, max_length=500)] | None = None
    """Why a supervisor acts on a flight that another position owns."""


async def reason_of(request: Request) -> str | None:
    """Return the reason that was sent; raises Problem 422 for a body that is none."""
    data = await read_body(request)
    return validate(parse_json(data) if data.strip() else {}, OwnedStepBody).reason
