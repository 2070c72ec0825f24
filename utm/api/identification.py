"""`POST /v1/identification/packets`: operational identification (GB 46750-2025) as received off the air or a network."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from airspace.timebase import to_scene_s
from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_bytes, read_body
from utm.api.openapi import problem_responses
from utm.identification import Received, packet_document
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/identification", tags=["Tracks"])

MAX_BODY_BYTES: Final = 2 << 20
MAX_PACKETS: Final = 10_000
MAX_LISTED: Final = 1_000


class PacketsBody(ApiModel):
    """Packets as text."""

    packets: list[str] = Field(max_length=MAX_PACKETS, description="Each in hexadecimal, FF first.")


class PacketsAnswer(ApiModel):
    """What came of the packets."""

    packets: int = Field(description="How many were decoded.")
    accepted: int = Field(description="How many became positions.")
    rejected: list[dict[str, Any]] = Field(
        description="Errors: `offset` in the bytes sent, or `index` among the decoded packets, with a code."
    )
    rejected_count: int
    flagged: list[dict[str, Any]] = Field(description="Accepted packets that report an emergency or a failure.")
    decoded: list[dict[str, Any]] | None = Field(None, description="With dry_run: what the packets say.")


@router.post(
    "/packets",
    status_code=202,
    summary="Report identification packets",
    response_model=None,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "application/json": {"schema": PacketsBody.model_json_schema()},
            },
        }
    },
    responses={202: {"model": PacketsAnswer}, **problem_responses(401, 403, 413, 415, 422)},
)
async def report_packets(
    request: Request,
    principal: Annotated[Principal, Depends(require("track.write"))],
    services: Annotated[Services, Depends(services_of)],
    dry_run: Annotated[bool, Query(description="Decode and judge only; nothing reaches the picture.")] = False,
) -> Response:
    """Take packets one behind the other, as bytes or in hexadecimal; what cannot be read costs only itself.

    A packet becomes a position of the aircraft whose registration ends in its item 002, or of an unknown one; a firm may
    report its own aircraft only.
    """
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    data = await read_body(request, limit_bytes=MAX_BODY_BYTES)
    if kind == "application/json":
        data = _from_hex(parse_bytes(data, PacketsBody))
    elif kind != "application/octet-stream":
        detail = f"{kind[:80]!r} is not read here; send application/octet-stream, or application/json with packets."
        raise Problem("unsupported_media_type", detail, "请发送 application/octet-stream，或含 packets 的 JSON。")
    desk = services.identification
    found = await desk.receive(data, principal, to_scene_s(services.clock.now()), dry_run=dry_run)
    return json_response(_answer(found, dry_run=dry_run), 202)


def _from_hex(body: PacketsBody) -> bytes:
    pieces, faults = [], []
    for index, text in enumerate(body.packets):
        try:
            pieces.append(bytes.fromhex(text))
        except ValueError:
            reason = "is no hexadecimal"
            faults.append(FieldProblem(f"/packets/{index}", "invalid_value", reason, "不是十六进制文本"))
    if faults:
        raise validation_problem(faults)
    return b"".join(pieces)


def _answer(found: Received, *, dry_run: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "packets": len(found.packets),
        "accepted": found.accepted,
        "rejected": found.rejected[:MAX_LISTED],
        "rejected_count": len(found.rejected),
        "flagged": found.flagged[:MAX_LISTED],
    }
    if dry_run:
        answer["decoded"] = [packet_document(packet) for packet in found.packets[:MAX_LISTED]]
    return answer
