"""`AsyncClient`: the API for programs that run an event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from utm.client.live import Area, AsyncLive, LiveMessage
from utm.client.operations import AsyncOperations
from utm.client.problems import ApiProblem, Unreachable
from utm.client.requests import Call, ClientSecret, Retries, TokenBox


class AsyncClient(AsyncOperations):
    """A caller of one server: a method for every operation, tokens and retries inside. Use it in an `async with` block."""

    def __init__(
        self,
        base_url: str,
        credentials: ClientSecret | None = None,
        *,
        token: str | None = None,
        retries: Retries | None = None,
        timeout_s: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._credentials, self._retries, self._sleep = credentials, retries or Retries(), sleep
        self._box, self._lock = TokenBox(token), asyncio.Lock()
        self._http = httpx.AsyncClient(base_url=self.base_url, timeout=timeout_s, transport=transport)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def token(self) -> str | None:
        """Return a token that is good for a while, fetching one where needed; None without credentials."""
        async with self._lock:
            found = self._box.take(time.monotonic())
            if found is not None or self._credentials is None:
                return found
            auth = (self._credentials.client_id, self._credentials.client_secret)
            form = self._credentials.form()
            answer = await self._patiently(lambda: self._http.post("/oauth/token", data=form, auth=auth))
            return self._box.put(answer, time.monotonic())

    def live(
        self,
        topics: Sequence[str] = ("tracks",),
        *,
        area: Area = None,
        since: int | None = None,
    ) -> AsyncGenerator[LiveMessage, None]:
        """Return an endless iterator over the live feed's messages; it reconnects and resumes; `aclose` it at the end."""
        return AsyncLive(self, topics, area=area, since=since).messages()

    async def download(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """Return a path's answer as it came: files in every format, beside the typed answers."""
        found: bytes = await self._call("GET", path, results={200: bytes}, query=query, idempotent=True)
        return found

    async def _call(self, method: str, path_template: str, **more: Any) -> Any:
        call = Call.of(method, path_template, **more)
        renewed = False
        for attempt in range(self._retries.attempts):
            try:
                return await self._once(call)
            except ApiProblem as problem:
                if attempt + 1 == self._retries.attempts:
                    raise
                if TokenBox.is_over(problem) and self._credentials is not None and not renewed:
                    renewed = True
                    self._box.drop()
                elif call.may_repeat(problem):
                    await self._sleep(self._retries.pause_s(attempt, problem.retry_after_s))
                else:
                    raise
            except httpx.TransportError as error:
                if attempt + 1 == self._retries.attempts or not call.may_repeat_after(error):
                    raise Unreachable(f"{method} {self.base_url}{call.url}: {error!r}") from error
                await self._sleep(self._retries.pause_s(attempt, None))
        raise AssertionError("every attempt returns or raises")

    async def _once(self, call: Call) -> Any:
        token = await self.token()
        headers = call.headers | ({} if token is None else {"Authorization": f"Bearer {token}"})
        answer = await self._http.request(
            call.method, call.url, params=call.params, headers=headers, content=call.content
        )
        return call.value_of(answer)

    async def _patiently(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Send until the server is there and asks for no more patience."""
        for attempt in range(self._retries.attempts):
            last = attempt + 1 == self._retries.attempts
            try:
                answer = await send()
            except httpx.TransportError as error:
                if last:
                    raise Unreachable(f"{self.base_url}/oauth/token: {error!r}") from error
                await self._sleep(self._retries.pause_s(attempt, None))
                continue
            if last or answer.status_code not in (429, 502, 503, 504):
                return answer
            asked = answer.headers.get("retry-after", "")
            await self._sleep(self._retries.pause_s(attempt, float(asked) if asked.isdigit() else None))
        raise AssertionError("every attempt returns or raises")
