"""What tests of hostile requests share."""

import contextlib
from collections.abc import Iterator

import httpx

from tests.conftest import Server
from tests.fakes import filing

PLANS = "/v1/flight-plans"


@contextlib.contextmanager
def nothing_fails(server: Server) -> Iterator[None]:
    """Within it the server's log must gain no failed request, and after it the server must still be ready."""
    before = len(server.log())
    yield
    said = server.log()[before:]
    assert "request_failed" not in said, said[-3000:]
    assert "Traceback" not in said, said[-3000:]
    assert httpx.get(f"{server.base_url}/readyz").status_code == 200


def raw(client: httpx.Client, content: bytes, path: str = PLANS, **headers: str) -> httpx.Response:
    """Send these bytes as JSON, waiting where the server asks to slow down."""
    return filing.send(
        client, "POST", path, content=content, headers={"Content-Type": "application/json", **headers}, timeout=30
    )
