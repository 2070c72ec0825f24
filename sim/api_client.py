"""The HTTP side of a firm's software: tokens, retries, and the calls a firm makes.

A request is tried again, with growing pauses, for as long as the server cannot be reached or asks for patience (429,
503): a firm whose server is being restarted waits for it. Filing carries an idempotency key, so trying again never
files twice. A token is fetched when there is none, when it is about to end, and when the server no longer takes it.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

FIRST_PAUSE_S: Final = 0.25
LONGEST_PAUSE_S: Final = 5.0
_RENEW_BEFORE_S: Final = 30.0
_PATIENCE: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Client:
    """An API client's name and secret."""

    organisation: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `var/demo-credentials.json` says: where the server is and who may speak to it."""

    base_url: str
    mavlink_udp: str
    clients: tuple[tuple[str, Client], ...]

    @classmethod
    def read(cls, path: Path) -> "Credentials":
        """Read the file; raises OSError, or ValueError naming the file when it is not one."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            clients = tuple(
                (c["role"], Client(c["organisation"], c["client_id"], c["client_secret"])) for c in raw["clients"]
            )
            return cls(raw["base_url"], raw["mavlink_udp"], clients)
        except (KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"{path} is not a credentials file: {fault!r}") from fault

    def of_role(self, role: str) -> list[Client]:
        """Return the clients of a role."""
        return [client for have, client in self.clients if have == role]


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: its status and its JSON object (empty when it had none)."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The stable code of a problem, or the status as text."""
        return str(self.body.get("code", self.status))


class ApiError(Exception):
    """The server refused something a firm cannot go on without."""


class FirmApi:
    """One firm's access to the API."""

    def __init__(
        self,
        base_url: str,
        client: Callable[[], Client],
        *,
        rng: Random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`client` is asked for the credentials each time a token is needed: a demo server may rewrite them."""
        self._client = client
        self._rng = rng
        self._http = httpx.AsyncClient(base_url=base_url, timeout=httpx.Timeout(15.0), transport=transport)
        self._token = ""
        self._token_ends_s = 0.0
        self._token_lock = asyncio.Lock()
        self.outages = 0

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        """GET a JSON object."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """POST a JSON body (none without one)."""
        return await self._call("POST", path, body=body, headers=headers)

    async def patch(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """PATCH with a JSON body."""
        return await self._call("PATCH", path, body=body, headers=headers)

    async def items(self, path: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return every item of a paged list; raises ApiError when the server will not give it."""
        out: list[dict[str, Any]] = []
        asked = dict(params or {})
        while True:
            reply = await self.get(path, asked)
            if not reply.ok:
                raise ApiError(f"GET {path} answered {reply.status} {reply.code}: {reply.body.get('detail', '')}")
            out.extend(reply.body["items"])
            cursor = reply.body.get("next_cursor")
            if not cursor:
                return out
            asked["cursor"] = cursor

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        pause_s, renewed = FIRST_PAUSE_S, False
        while True:
            wait_s = pause_s * self._rng.uniform(0.75, 1.25)
            try:
                token = await self._bearer()
                head = {**(headers or {}), "Authorization": f"Bearer {token}"}
                response = await self._http.request(method, path, params=params, json=body, headers=head)
            except (httpx.TransportError, ConnectionError):
                self.outages += 1
            else:
                if response.status_code == httpx.codes.UNAUTHORIZED and not renewed:
                    self._token, renewed, wait_s = "", True, 0.0
                elif response.status_code not in _PATIENCE:
                    return Reply(response.status_code, _object(response))
                else:
                    wait_s = max(wait_s, _retry_after_s(response))
            await asyncio.sleep(wait_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    async def _bearer(self) -> str:
        """Return a token that is good for a while; raises ConnectionError while the server will not give one."""
        async with self._token_lock:
            if self._token and time.monotonic() < self._token_ends_s:
                return self._token
            client = self._client()
            response = await self._http.post(
                "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client.client_id, client.client_secret)
            )
            if response.status_code != httpx.codes.OK:
                raise ConnectionError(f"no token: {response.status_code} {response.text[:200]}")
            answer = response.json()
            self._token = str(answer["access_token"])
            life_s = float(answer.get("expires_in", 300))
            self._token_ends_s = time.monotonic() + max(life_s - _RENEW_BEFORE_S, life_s / 2)
            return self._token


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after_s(response: httpx.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else 0.0
