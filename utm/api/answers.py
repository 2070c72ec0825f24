"""Answers: JSON as orjson writes it, and refused plans as the problem they are."""

from typing import Any

import orjson
from fastapi import Request, Response

from utm.plan_records import Answer
from utm.problems import CONTENT_TYPE, FieldProblem, Problem, validation_problem
from utm.tracing import current_trace_id


def json_response(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(orjson.dumps(document), status_code=status, headers=headers, media_type="application/json")


def plan_document(answer: Answer) -> dict[str, Any]:
    """Return the document of an answer about a plan; a refused one carries the members of a problem as well."""
    if not answer.refused:
        return answer.document
    return {**answer.document, **_problem_members(answer)}


def plan_response(answer: Answer) -> Response:
    """Return the answer about a plan with its version as ETag."""
    media_type = CONTENT_TYPE if answer.refused else "application/json"
    headers = {"ETag": f'"{answer.document["version"]}"', "Cache-Control": "no-store"}
    return Response(
        orjson.dumps(plan_document(answer)), status_code=answer.status, headers=headers, media_type=media_type
    )


def _problem_members(answer: Answer) -> dict[str, Any]:
    decision = orjson.loads(orjson.dumps(answer.document["decision"]))
    refusing = [reason for reason in decision["reasons"] if reason["severity"] == "refuse"]
    detail = refusing[0]["detail"] if refusing else None
    detail_zh = refusing[0]["detail_zh"] if refusing else None
    members = Problem("plan_refused", detail, detail_zh).document(current_trace_id())
    members.pop("status")
    return members


def if_match(request: Request, *, required: bool) -> int | None:
    """Return the version If-Match names; raises Problem 428 when it is needed and missing, 422 when malformed."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        if required and given is None:
            raise Problem("precondition_required")
        return None
    text = given.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        detail = 'must be the version as a number, such as "3"'
        raise validation_problem(
            [FieldProblem("header:If-Match", "invalid_value", detail, '须为版本号，例如 "3"')], code="invalid_parameter"
        )
    return int(text)


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key, or None; raises Problem 422 for one that is empty or too long."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 255:
        fault = FieldProblem(
            "header:Idempotency-Key", "too_long", "must have 1 to 255 characters", "长度须为 1 至 255 个字符"
        )
        raise validation_problem([fault], code="invalid_parameter")
    return key
