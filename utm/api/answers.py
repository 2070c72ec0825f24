"""Answers: JSON as orjson writes it, and refused plans as the problem they are."""

from typing import Any

import orjson
from fastapi import Request, Response

from utm.plan_records import Answer, FiledAnswer
from utm.problems import CONTENT_TYPE, FieldProblem, Problem, validation_problem
from utm.tracing import current_trace_id


def json_response(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(orjson.dumps(document), status_code=status, headers=headers, media_type="application/json")


def plan_response(answer: Answer | FiledAnswer) -> Response:
    """Return the answer about a plan with its version as ETag; a refused one carries the members of a problem as well."""
    media_type = CONTENT_TYPE if answer.refused else "application/json"
    if isinstance(answer, FiledAnswer):
        content, version = _joined(answer.text, _refused_text(answer)), answer.version
    else:
        content, version = orjson.dumps(_plan_document(answer)), answer.document["version"]
    headers = {"ETag": f'"{version}"', "Cache-Control": "no-store"}
    return Response(content, status_code=answer.status, headers=headers, media_type=media_type)


def batch_item(answer: Answer | FiledAnswer | Problem) -> Any:
    """Return the answer about one plan of a batch, with its status: a plan or a problem."""
    if isinstance(answer, Problem):
        return answer.document(current_trace_id())
    if isinstance(answer, FiledAnswer):
        return orjson.Fragment(_joined(answer.text, _refused_text(answer), orjson.dumps({"status": answer.status})))
    return {**_plan_document(answer), "status": answer.status}


def _plan_document(answer: Answer) -> dict[str, Any]:
    if not answer.refused:
        return answer.document
    decision = orjson.loads(orjson.dumps(answer.document["decision"]))
    refusing = [reason for reason in decision["reasons"] if reason["severity"] == "refuse"]
    why = (refusing[0]["detail"], refusing[0]["detail_zh"]) if refusing else None
    return {**answer.document, **_problem_members(why)}


def _refused_text(answer: FiledAnswer) -> bytes:
    return orjson.dumps(_problem_members(answer.why)) if answer.refused else b"{}"


def _joined(*objects: bytes) -> bytes:
    """Return JSON objects, none with a member of another, as one."""
    return b"{" + b",".join(text[1:-1] for text in objects if text != b"{}") + b"}"


def _problem_members(why: tuple[str, str] | None) -> dict[str, Any]:
    detail, detail_zh = why if why is not None else (None, None)
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
