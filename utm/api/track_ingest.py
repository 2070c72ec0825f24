"""`WS /v1/tracks/ingest`: positions of firms and suppliers over one connection, in the records of `POST /v1/tracks`.

Each text message is the body of a `POST /v1/tracks`, `{"items": [...]}` or a bare list, optionally with an `id` of the
sender's; each is answered in its order by what the POST would answer, `{"id", "accepted", "rejected", "flagged"}`, or by
`{"id", "problem": {...}}` where nothing of it was taken. Each message counts as one request of the caller.

A sender that does not read its answers is not read from either: nothing piles up here. After `MAX_FAULTS` messages in a
row that were no records, or one of more than `MAX_BODY_BYTES`, the connection is closed; so it is when the token is no
longer good.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any, Final

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from utm.api.body import parse_json
from utm.api.tracks import MAX_BODY_BYTES, take_reports
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal, authenticate_websocket, permits
from utm.security.web import SUBPROTOCOL
from utm.services import Services
from utm.tracing import current_trace_id

MAX_FAULTS: Final = 20
MAX_CONNECTIONS_PER_CALLER: Final = 10
MAX_ID_CHARS: Final = 64
REAUTHENTICATE_EVERY_S: Final = 30.0
CLOSE_BAD_MESSAGES: Final = 1008
CLOSE_TOO_BIG: Final = 1009
CLOSE_UNAUTHENTICATED: Final = 4401

router = APIRouter(tags=["Tracks"])
_open: Counter[str] = Counter()


@router.websocket("/v1/tracks/ingest")
async def ingest(websocket: WebSocket) -> None:
    """Take positions until the sender ends; without a token for it the handshake itself answers 401 or 403."""
    principal = await authenticate_websocket(websocket)
    problem = _refusal(principal)
    if principal is None or problem is not None:
        await websocket.send_denial_response((problem or Problem("unauthenticated")).response(current_trace_id()))
        return
    offered = websocket.scope.get("subprotocols", [])
    _open[principal.subject] += 1
    try:
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        with suppress(WebSocketDisconnect):
            code, reason = await _serve(websocket, principal)
            await websocket.close(code, reason)
    finally:
        _open[principal.subject] -= 1
        if _open[principal.subject] <= 0:
            del _open[principal.subject]


def _refusal(principal: Principal | None) -> Problem | None:
    if principal is None:
        return Problem("unauthenticated")
    if not permits(principal, "track.write"):
        return Problem("insufficient_scope")
    if _open[principal.subject] >= MAX_CONNECTIONS_PER_CALLER:
        return Problem("too_many_requests")
    return None


async def _serve(websocket: WebSocket, principal: Principal) -> tuple[int, str]:
    """Answer message after message; returns why the connection is to be closed."""
    services: Services = websocket.app.state.services
    loop = asyncio.get_running_loop()
    checked_s, faults = loop.time(), 0
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        if loop.time() - checked_s > REAUTHENTICATE_EVERY_S:
            checked_s = loop.time()
            if await authenticate_websocket(websocket) is None:
                return CLOSE_UNAUTHENTICATED, "the token is no longer good"
        text = message.get("text")
        data = text.encode() if text is not None else message.get("bytes") or b""
        if len(data) > MAX_BODY_BYTES:
            return CLOSE_TOO_BIG, f"message of more than {MAX_BODY_BYTES} bytes"
        name: object = None
        try:
            services.identity.take_request(principal).raise_if_refused()
            document = parse_json(data)
            name, document = _named(document)
            answer, faults = take_reports(services, document, principal), 0
        except Problem as problem:
            faults += problem.status == 422
            answer = {"problem": problem.document(current_trace_id())}
        await websocket.send_text(orjson.dumps({"id": name, **answer}).decode())
        if faults >= MAX_FAULTS:
            return CLOSE_BAD_MESSAGES, "too many messages that were no records"


def _named(document: Any) -> tuple[object, Any]:
    """Return the sender's id of a message and the message without it; raises Problem 422."""
    if not isinstance(document, dict) or "id" not in document:
        return None, document
    name = document["id"]
    if not (name is None or isinstance(name, int) or (isinstance(name, str) and len(name) <= MAX_ID_CHARS)):
        expected = {"expected": f"a number or a text of at most {MAX_ID_CHARS}", "expected_zh": "数字或短文本"}
        raise validation_problem([FieldProblem.of("/id", "wrong_type", **expected)])
    return name, {key: value for key, value in document.items() if key != "id"}
