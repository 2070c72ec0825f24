"""`/v1/replay`: any recorded window again: as lines of JSON for scripts, as a live connection for the console.

Both speak the messages of `/v1/live`, each text message with the instant `at` it was live. What a caller may see is what
it might have seen: operators their own tracks, suppliers what they feed, the city's roles everything.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Depends, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from msgspec import Meta

from airspace.timebase import to_scene_s
from utm.api.body import Instant
from utm.api.openapi import problem_responses
from utm.live_area import Area, AreaError, Everywhere, parse_bbox, parse_cells
from utm.live_schema import TOPICS, Encoding, ErrorMessage, Subscribe, Topic
from utm.live_views import Frame
from utm.problems import FieldProblem, Problem, validation_problem
from utm.recording.columns import us_of
from utm.recording.desk import RecordingDesk
from utm.replay import Replay, ReplayWish
from utm.security import Principal, authenticate_websocket, permits, require
from utm.security.web import SUBPROTOCOL
from utm.services import Services, services_of
from utm.tracing import current_trace_id

MAX_WINDOW: Final = timedelta(hours=24)
SLOWEST: Final = 0.25
FASTEST: Final = 60.0
FRAME_S: Final = 0.1
MAX_MESSAGE_BYTES: Final = 256 * 1024
CLOSE_DONE: Final = 1000

router = APIRouter(prefix="/v1/replay", tags=["Replay"])


# ---------------------------------------------------------------------------------------------------- lines of JSON


@router.get(
    "",
    summary="Play a recorded window again, as lines of JSON",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The messages of `/v1/live`, one a line, each with `at`",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        },
        **problem_responses(401, 403, 422, 429),
    },
)
async def replay(
    principal: Annotated[Principal, Depends(require("replay.read"))],
    services: Annotated[Services, Depends(services_of)],
    from_at: Annotated[Instant, Query(alias="from", description="Beginning of the window, RFC 3339.")],
    to_at: Annotated[Instant, Query(alias="to", description="End of the window, at most 24 hours later.")],
    bbox: Annotated[str | None, Query(max_length=200, description="min_lon,min_lat,max_lon,max_lat.")] = None,
    topics: Annotated[str | None, Query(max_length=100, description="Separated by commas; by default all.")] = None,
    speed: Annotated[
        float | None, Query(ge=SLOWEST, le=FASTEST, description="Times real time; as fast as it can by default.")
    ] = None,
) -> StreamingResponse:
    """Return the window's messages: a snapshot of each topic at its beginning, then what happened, in order.

    Messages are made as they are read, so that a window of any size costs the same memory.
    """
    wish = _wish(from_at, to_at, _area(bbox), _topics(topics))
    desk = services.recording
    desk.check_room()
    lines = _lines(desk, principal, wish, speed)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


async def _lines(
    desk: RecordingDesk, principal: Principal, wish: ReplayWish, speed: float | None
) -> AsyncIterator[bytes]:
    with desk.replaying():
        playing = _replay(desk, principal, wish)
        yield _joined(await desk.read(playing.begin))
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        while (at_us := playing.next_us) is not None:
            if speed is not None:
                due_s = started_s + (at_us - wish.from_us) / 1e6 / speed
                await asyncio.sleep(max(0.0, due_s - loop.time()))
            frames = await desk.read(partial(playing.step, at_us))
            if frames:
                yield _joined(frames)


def _joined(frames: list[Frame]) -> bytes:
    return b"".join(frame.encode() + b"\n" for frame in frames if isinstance(frame, str))


def _replay(desk: RecordingDesk, principal: Principal, wish: ReplayWish) -> Replay:
    region = desk.region
    return Replay(desk.recordings, principal, wish, frame=region.frame, altitudes=region.altitude)


def _wish(from_at: datetime, to_at: datetime, area: Area, topics: tuple[Topic, ...]) -> ReplayWish:
    if to_at < from_at:
        fault = FieldProblem("?to", "out_of_range", "must not be before from", "不得早于 from")
        raise validation_problem([fault], code="invalid_parameter")
    if to_at - from_at > MAX_WINDOW:
        fault = FieldProblem("?to", "out_of_range", "must be at most 24 hours after from", "不得晚于 from 24 小时")
        raise validation_problem([fault], code="invalid_parameter")
    return ReplayWish(us_of(to_scene_s(from_at)), us_of(to_scene_s(to_at)), area, topics)


def _area(bbox: str | None) -> Area:
    if bbox is None:
        return Everywhere()
    try:
        return parse_bbox(bbox)
    except AreaError as error:
        fault = FieldProblem("?bbox", "invalid_value", error.detail, error.detail_zh)
        raise validation_problem([fault], code="invalid_bbox") from None


def _topics(text: str | None) -> tuple[Topic, ...]:
    if text is None:
        return TOPICS
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    if not wanted or any(name not in TOPICS for name in wanted):
        fault = FieldProblem.of("?topics", "invalid_choice", choices=", ".join(TOPICS))
        raise validation_problem([fault], code="invalid_parameter")
    return tuple(topic for topic in TOPICS if topic in wanted)


# -------------------------------------------------------------------------------------------------- live connection


class ReplayControl(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to play and how; what is left out stays as it was."""

    from_at: Annotated[datetime, Meta(tz=True)] | None = msgspec.field(default=None, name="from")
    to_at: Annotated[datetime, Meta(tz=True)] | None = msgspec.field(default=None, name="to")
    speed: Annotated[float, Meta(ge=SLOWEST, le=FASTEST)] | None = None
    paused: bool | None = None


class ReplayMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client of `/v1/replay/live` sends; the first one names the window."""

    replay: ReplayControl = msgspec.field(default_factory=ReplayControl)
    subscribe: Subscribe | None = None
    encoding: Encoding = "json"


_decoder = msgspec.json.Decoder(ReplayMessage)


class _Player:
    """One connection's replay: where it is, how fast it goes."""

    def __init__(self, desk: RecordingDesk, principal: Principal) -> None:
        self.desk, self.principal = desk, principal
        self.playing: Replay | None = None
        self.fresh: list[Frame] = []
        self.changed = asyncio.Event()
        self._wish: ReplayWish | None = None
        self._speed, self._paused = 1.0, False
        self._from_us, self._since_s = 0, 0.0

    def at_us(self) -> int:
        """Return the instant of the recording that is due now."""
        if self._paused:
            return self._from_us
        return self._from_us + int((asyncio.get_running_loop().time() - self._since_s) * self._speed * 1e6)

    async def follow(self, message: ReplayMessage) -> None:
        """Do what a message says; raises Problem for a window, area or topic that cannot be played."""
        control, before = message.replay, self._wish
        again = message.subscribe is not None or control.from_at is not None or before is None
        now_us = self.at_us()
        if again:
            wish = self._next_wish(message, now_us)
            playing = _replay(self.desk, self.principal, wish)
            self.fresh = await self.desk.read(playing.begin)
            self._wish, self.playing = wish, playing
            now_us = wish.from_us
        self._from_us, self._since_s = now_us, asyncio.get_running_loop().time()
        if control.speed is not None:
            self._speed = control.speed
        if control.paused is not None:
            self._paused = control.paused
        self.changed.set()

    def _next_wish(self, message: ReplayMessage, now_us: int) -> ReplayWish:
        control, before = message.replay, self._wish
        if before is None and (control.from_at is None or control.to_at is None):
            fault = FieldProblem.of("/replay/from" if control.from_at is None else "/replay/to", "required")
            raise validation_problem([fault])
        asked = message.subscribe
        area = _subscribed_area(asked) if asked is not None else before.area if before else Everywhere()
        topics = _topics(",".join(asked.topics)) if asked is not None else before.topics if before else ("tracks",)
        from_us = now_us if control.from_at is None else us_of(to_scene_s(control.from_at))
        to_us = us_of(to_scene_s(control.to_at)) if control.to_at is not None else before.to_us if before else from_us
        if not from_us <= to_us <= from_us + int(MAX_WINDOW.total_seconds() * 1e6):
            detail = "must not be before from nor more than 24 hours after"
            fault = FieldProblem("/replay/to", "out_of_range", detail, "不得早于 from，也不得晚于其 24 小时")
            raise validation_problem([fault])
        encoding = message.encoding if asked is not None or before is None else before.encoding
        return ReplayWish(from_us, to_us, area, topics, encoding)

    async def next_frames(self) -> list[Frame] | None:
        """Wait for what is due and return it, None at the end of the window."""
        while True:
            self.changed.clear()
            if self.fresh:
                fresh, self.fresh = self.fresh, []
                return fresh
            playing = self.playing
            if playing is None or (self._paused and not playing.ended):
                await self.changed.wait()
                continue
            due_us = playing.next_us
            if due_us is None:
                return None
            wait_s = (due_us - self.at_us()) / 1e6 / self._speed
            if wait_s > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), max(wait_s, 0.001))
                continue
            frames = await self.desk.read(partial(playing.step, self.at_us(), together=True))
            if self.playing is playing and frames:
                return frames


def _subscribed_area(asked: Subscribe) -> Area:
    try:
        if asked.bbox is not None:
            return parse_bbox(asked.bbox)
        return Everywhere() if asked.h3 is None else parse_cells(asked.h3)
    except AreaError as error:
        fault = FieldProblem("/subscribe", "invalid_value", error.detail, error.detail_zh)
        raise validation_problem([fault]) from None


@router.websocket("/live")
async def replay_live(websocket: WebSocket) -> None:
    """Play a window at 0.25 to 60 times its speed through the live messages; 401 without a valid token."""
    principal = await authenticate_websocket(websocket)
    desk: RecordingDesk = websocket.app.state.services.recording
    problem = None if principal is not None and permits(principal, "replay.read") else Problem("unauthenticated")
    if principal is not None and problem is not None:
        problem = Problem("insufficient_scope" if principal.role != "supplier" else "forbidden")
    if principal is None or problem is not None:
        await websocket.send_denial_response((problem or Problem("unauthenticated")).response(current_trace_id()))
        return
    try:
        with desk.replaying():
            offered = websocket.scope.get("subprotocols", [])
            await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
            await _serve(websocket, _Player(desk, principal))
    except Problem as full:
        await websocket.send_denial_response(full.response(current_trace_id()))


async def _serve(websocket: WebSocket, player: _Player) -> None:
    reader = asyncio.create_task(_read(websocket, player), name="replay-reader")
    writer = asyncio.create_task(_write(websocket, player), name="replay-writer")
    tasks = (reader, writer)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
            raise outcome


async def _write(websocket: WebSocket, player: _Player) -> None:
    loop = asyncio.get_running_loop()
    while (frames := await player.next_frames()) is not None:
        sent_s = loop.time()
        for frame in frames:
            if isinstance(frame, str):
                await websocket.send_text(frame)
            else:
                await websocket.send_bytes(frame)
        # However fast the replay, the client gets at most ten messages of positions a second.
        await asyncio.sleep(max(0.0, FRAME_S - (loop.time() - sent_s)))
    await websocket.close(CLOSE_DONE, "end of the window")


async def _read(websocket: WebSocket, player: _Player) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        data = text.encode() if text is not None else message.get("bytes") or b""
        if len(data) > MAX_MESSAGE_BYTES:
            await websocket.close(1009, f"message of more than {MAX_MESSAGE_BYTES} bytes")
            return
        try:
            await player.follow(_decoder.decode(data))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            detail = f"The message is not as documented: {error}."
            await _say(websocket, "invalid_message", detail, f"消息格式不符合文档：{error}。")
        except Problem as problem:
            await _say(websocket, problem.code, problem.detail, problem.detail_zh)


async def _say(websocket: WebSocket, code: str, detail: str, detail_zh: str) -> None:
    await websocket.send_text(msgspec.json.encode(ErrorMessage(0, code, detail, detail_zh)).decode())
