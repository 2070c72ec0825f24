"""`WS /v1/live` and `GET /v1/events`: the live feed at the edge of the service.

Rules of a connection: a message that cannot be followed is answered by an error message and what was subscribed before
goes on; after `MAX_FAULTS` of them, or more than `MAX_MESSAGES` messages in `PER_S` seconds, or one of more than
`MAX_MESSAGE_BYTES`, the connection is closed. The writer ends with its connection, whatever ends it.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Annotated, Final

import msgspec
import orjson
from fastapi import APIRouter, Depends, Query, Request, Response, WebSocket, WebSocketDisconnect

from utm.live import ClientClosed, LiveClient, LiveHub, Subscription
from utm.live_area import Area, AreaError, Everywhere, parse_bbox, parse_cells
from utm.live_schema import TOPICS, ClientMessage, Topic
from utm.problems import Problem
from utm.security import Principal, authenticate_websocket, permits, require
from utm.security.web import SUBPROTOCOL
from utm.tracing import current_trace_id

MAX_MESSAGE_BYTES: Final = 256 * 1024
MAX_MESSAGES: Final = 30
PER_S: Final = 10.0
MAX_FAULTS: Final = 20
MAX_CONNECTIONS: Final = 2_000
MAX_CONNECTIONS_PER_CALLER: Final = 50
CLOSE_BAD_MESSAGES: Final = 1008
CLOSE_TOO_BIG: Final = 1009
CLOSE_FAILED: Final = 1011
CLOSE_TOO_MANY: Final = 4429

router = APIRouter(tags=["Live"])
_decoder = msgspec.json.Decoder(ClientMessage)


class _Refused(Exception):  # noqa: N818  (a message, answered in words)
    """A client's message that cannot be followed."""

    def __init__(self, code: str, detail: str, detail_zh: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.detail_zh = code, detail, detail_zh


def _hub(app_holder: Request | WebSocket) -> LiveHub:
    hub: LiveHub = app_holder.app.state.services.hub
    return hub


@router.websocket("/v1/live")
async def live(websocket: WebSocket) -> None:
    """Serve one live connection; without a valid token the handshake itself answers 401."""
    principal = await authenticate_websocket(websocket)
    hub = _hub(websocket)
    problem = _refusal(principal, hub)
    if principal is None or problem is not None:
        await websocket.send_denial_response((problem or Problem("unauthenticated")).response(current_trace_id()))
        return
    offered = websocket.scope.get("subprotocols", [])
    client = hub.connect(principal)
    try:
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        await _serve(websocket, client)
    finally:
        client.close()


def _refusal(principal: Principal | None, hub: LiveHub) -> Problem | None:
    if principal is None:
        return Problem("unauthenticated")
    if not permits(principal, "live.read"):
        return Problem("insufficient_scope")
    if hub.clients >= MAX_CONNECTIONS:
        return Problem("service_unavailable")
    if hub.clients_of(principal.subject) >= MAX_CONNECTIONS_PER_CALLER:
        return Problem("too_many_requests")
    return None


async def _serve(websocket: WebSocket, client: LiveClient) -> None:
    """Read and write until either side ends, then leave no task behind."""
    reader = asyncio.create_task(_read(websocket, client), name="live-reader")
    writer = asyncio.create_task(_write(websocket, client), name="live-writer")
    ender = asyncio.create_task(client.ended(), name="live-ender")
    tasks = (reader, writer, ender)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, ClientClosed):
            # A client that does not read would never take the close frame either: do not wait for it long.
            with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                await asyncio.wait_for(websocket.close(outcome.code, outcome.reason), 1.0)
            return
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
            raise outcome


async def _write(websocket: WebSocket, client: LiveClient) -> None:
    while True:
        frame = await client.next_frame()
        if isinstance(frame, str):
            await websocket.send_text(frame)
        else:
            await websocket.send_bytes(frame)


async def _read(websocket: WebSocket, client: LiveClient) -> None:
    loop = asyncio.get_running_loop()
    recent: deque[float] = deque(maxlen=MAX_MESSAGES)
    faults = 0
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        now_s = loop.time()
        if len(recent) == MAX_MESSAGES and now_s - recent[0] < PER_S:
            raise ClientClosed(CLOSE_TOO_MANY, f"more than {MAX_MESSAGES} messages in {PER_S:g} s")
        recent.append(now_s)
        text = message.get("text")
        data = text.encode() if text is not None else message.get("bytes") or b""
        if len(data) > MAX_MESSAGE_BYTES:
            raise ClientClosed(CLOSE_TOO_BIG, f"message of more than {MAX_MESSAGE_BYTES} bytes")
        try:
            await _follow(data, client)
        except _Refused as refused:
            faults += 1
            if faults >= MAX_FAULTS:
                raise ClientClosed(CLOSE_BAD_MESSAGES, "too many messages that could not be followed") from None
            client.say_error(refused.code, refused.detail, refused.detail_zh)


async def _follow(data: bytes, client: LiveClient) -> None:
    try:
        message = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _Refused(
            "invalid_message", f"The message is not as documented: {error}.", f"消息格式不符合文档：{error}。"
        ) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _Refused(
            "malformed_json", f"The message is not JSON: {error}.", f"消息不是合法的 JSON：{error}。"
        ) from None
    if message.hello:
        client.say_hello()
    if message.subscribe is None:
        return
    topics: list[Topic] = []
    for name in message.subscribe.topics:
        found = next((topic for topic in TOPICS if topic == name), None)
        if found is None:
            raise _Refused(
                "unknown_topic",
                f"There is no topic {name[:40]!r}; topics are {', '.join(TOPICS)}.",
                f"没有主题 {name[:40]!r}；可用主题：{'、'.join(TOPICS)}。",
            )
        if found not in topics:
            topics.append(found)
    subscription = Subscription(_area(message), tuple(topics), message.encoding, message.since)
    try:
        await client.subscribe(subscription)
    except Problem as problem:
        raise ClientClosed(CLOSE_FAILED, f"snapshot failed: {problem.code}") from problem


def _area(message: ClientMessage) -> Area:
    assert message.subscribe is not None
    bbox, cells = message.subscribe.bbox, message.subscribe.h3
    if bbox is not None and cells is not None:
        raise _Refused("invalid_area", "Send bbox or h3, not both.", "bbox 与 h3 只能提供其一。")
    try:
        if bbox is not None:
            return parse_bbox(bbox)
        return Everywhere() if cells is None else parse_cells(cells)
    except AreaError as error:
        raise _Refused(error.code, error.detail, error.detail_zh) from None


@router.get("/v1/events", summary="Events of the live feed by long poll")
async def events(
    request: Request,
    principal: Annotated[Principal, Depends(require("live.read"))],
    since: Annotated[int | None, Query(description="The seq of the last answer; leave out to start now.")] = None,
    topics: Annotated[str | None, Query(description="Topics separated by commas; all but tracks by default.")] = None,
    wait_s: Annotated[float, Query(ge=0, le=30, description="How long to wait for an event, seconds.")] = 20.0,
    wait: Annotated[float | None, Query(ge=0, le=30, description="The same, shorter to write.")] = None,
) -> Response:
    """Return the events after `since` (not positions), waiting for one; the messages are those of `/v1/live`.

    `complete` false says that events between were forgotten: read the present state anew and go on from `seq`.
    """
    hub = _hub(request)
    wanted = frozenset(TOPICS) - {"tracks"} if topics is None else frozenset(topics.split(","))
    unknown = sorted(wanted - (frozenset(TOPICS) - {"tracks"}))
    if unknown:
        raise Problem(
            "invalid_parameter",
            f"?topics: {unknown[0][:40]!r} is no topic of events.",
            f"?topics：{unknown[0][:40]!r} 不是事件主题。",
        )
    if since is None:
        return _page([], hub.seq, complete=True)
    deadline = asyncio.get_running_loop().time() + (wait_s if wait is None else wait)
    start = since
    while True:
        missed = hub.missed(start)
        if missed is None:
            return _page([], hub.seq, complete=False)
        frames = [record.frame for record in missed if record.topic in wanted and record.visible_for(principal)]
        start = missed[-1].seq if missed else start
        left_s = deadline - asyncio.get_running_loop().time()
        if frames or left_s <= 0 or hub.closed:
            return _page(frames, start, complete=True)
        await hub.wait_for_events(start, left_s)


def _page(frames: list[str], seq: int, *, complete: bool) -> Response:
    tail = orjson.dumps({"seq": seq, "complete": complete, "next_cursor": None})
    body = b'{"items":[' + ",".join(frames).encode() + b"]," + tail[1:]
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
