"""The live feed as an iterator: typed messages, one connection after the other, each resumed where the last ended."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from typing import Any, Final, Protocol

import msgspec
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect as connect_sync

from utm.client.problems import ApiProblem, problem_of
from utm.live_schema import (
    AlertsMessage,
    CommandsMessage,
    ErrorMessage,
    Hello,
    OrdersMessage,
    PlansMessage,
    ServerMessage,
    TracksMessage,
    ZonesMessage,
)

LiveMessage = TracksMessage | AlertsMessage | PlansMessage | ZonesMessage | CommandsMessage | OrdersMessage
Area = Sequence[float] | str | None
"""min_lon, min_lat, max_lon, max_lat in degrees; None is everywhere."""

_PROTOCOL: Final = "hexlane.live.v1"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 10.0
_decoder: Final = msgspec.json.Decoder(ServerMessage)


class LiveRefused(Exception):  # noqa: N818  (named for what happened)
    """The server could not follow the subscription."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class _Feed:
    """Where a feed stands: what is subscribed, the last seq, and how long to wait before the next connection."""

    def __init__(self, base_url: str, topics: Sequence[str], area: Area, since: int | None) -> None:
        self.url = base_url.replace("http", "ws", 1) + "/v1/live"
        self._subscribe: dict[str, Any] = {"topics": list(topics)}
        if area is not None:
            self._subscribe["bbox"] = area if isinstance(area, str) else list(area)
        self.since = since
        self.failures = 0

    def first_message(self) -> str:
        """Return what to say on a new connection."""
        message: dict[str, Any] = {"subscribe": self._subscribe, "encoding": "json"}
        if self.since is not None:
            message["since"] = self.since
        return msgspec.json.encode(message).decode()

    def read(self, frame: str | bytes) -> LiveMessage | None:
        """Return the message of a frame, None for one that is none of the topics; raises LiveRefused."""
        message = _decoder.decode(frame)
        self.failures = 0
        if isinstance(message, ErrorMessage):
            raise LiveRefused(message.code, message.detail)
        self.since = max(message.seq, self.since or 0)
        return None if isinstance(message, Hello) or not isinstance(message, LiveMessage) else message

    def failed(self, error: Exception) -> float:
        """Return how long to wait after a failure; raises the problem where waiting cannot help."""
        if isinstance(error, InvalidStatus):
            problem = _problem(error)
            if problem.status not in (429, 500, 502, 503, 504) and self.failures > 0:
                raise problem from error
            if problem.status in (403, 404, 422):
                raise problem from error
        self.failures += 1
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** (self.failures - 1))
        return pause * random.uniform(0.75, 1.25)  # noqa: S311  (spreads clients, hides nothing)


def _problem(error: InvalidStatus) -> ApiProblem:
    answer = error.response
    try:
        document = msgspec.json.decode(answer.body or b"{}")
    except msgspec.DecodeError:
        document = {}
    return problem_of(answer.status_code, document, answer.headers.get("retry-after"))


class _HasToken(Protocol):
    base_url: str

    def token(self) -> str | None: ...


class _HasAsyncToken(Protocol):
    base_url: str

    async def token(self) -> str | None: ...


def _protocols(token: str | None) -> Any:
    return [_PROTOCOL] + ([] if token is None else [f"bearer.{token}"])


class SyncLive:
    """The feed for a `for` loop."""

    def __init__(self, client: _HasToken, topics: Sequence[str], *, area: Area, since: int | None) -> None:
        self._client, self._feed = client, _Feed(client.base_url, topics, area, since)

    def messages(self) -> Generator[LiveMessage, None, None]:
        """Yield messages for ever."""
        feed = self._feed
        while True:
            try:
                protocols = _protocols(self._client.token())
                with connect_sync(feed.url, subprotocols=protocols, max_size=None) as connection:
                    connection.send(feed.first_message())
                    for frame in connection:
                        message = feed.read(frame)
                        if message is not None:
                            yield message
                    raise ConnectionError("the server ended the connection")
            except (OSError, WebSocketException) as error:
                time.sleep(feed.failed(error))


class AsyncLive:
    """The feed for an `async for` loop."""

    def __init__(self, client: _HasAsyncToken, topics: Sequence[str], *, area: Area, since: int | None) -> None:
        self._client, self._feed = client, _Feed(client.base_url, topics, area, since)

    async def messages(self) -> AsyncGenerator[LiveMessage, None]:
        """Yield messages for ever."""
        feed = self._feed
        while True:
            try:
                protocols = _protocols(await self._client.token())
                async with connect_async(feed.url, subprotocols=protocols, max_size=None) as connection:
                    await connection.send(feed.first_message())
                    async for frame in connection:
                        message = feed.read(frame)
                        if message is not None:
                            yield message
                    raise ConnectionError("the server ended the connection")
            except (OSError, WebSocketException) as error:
                await asyncio.sleep(feed.failed(error))
