"""What is taken back on one server is taken back on all, for calls and for connections that stand open."""

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conftest import PATIENCE_S, Server
from tests.fakes.certificates import Authority
from tests.fakes.flying import until

pytestmark = pytest.mark.slow

GRANT = {"grant_type": "client_credentials"}


@dataclass
class Sharing(Server):
    """A server of a deployment of several, with settings of its own."""

    settings: dict[str, str] = field(default_factory=dict)

    def start(self, *, timeout_s: float = 240) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.settings.items():
                patch.setenv(name, value)
            super().start(timeout_s=timeout_s)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two server processes on one data folder and under one address; the first believes a proxy on this machine."""
    folder, public = tmp_path_factory.mktemp("pair"), {"HEXLANE_PUBLIC_URL": "http://127.0.0.1:9"}
    first = Sharing(folder, settings={**public, "HEXLANE_CLIENT_CERT_HEADER": "X-SSL-Client-Cert"})
    second = Sharing(folder, settings=public)
    first.start()
    second.start()
    until(first.lets_in, PATIENCE_S, "the first to follow the second, which gave new secrets")
    yield first, second
    second.stop()
    first.stop()


def made(server: Server) -> tuple[dict[str, str], str]:
    """Return a fresh client of the first firm, and a token of it."""
    with server.client("operator") as firm:
        known = firm.post("/v1/clients", json={"name": "warehouse"}).json()
    return known, token(server, known)


def token(server: Server, known: dict[str, str]) -> str:
    auth = (known["client_id"], known["client_secret"])
    answer = httpx.post(f"{server.base_url}/oauth/token", data=GRANT, auth=auth, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def status(server: Server, bearer: str) -> int:
    return httpx.get(
        f"{server.base_url}/v1/aircraft", headers={"Authorization": f"Bearer {bearer}"}, timeout=PATIENCE_S
    ).status_code


def settles(server: Server, bearer: str, wanted: int) -> bool:
    """Tell whether a token's answer becomes what it should within some seconds."""
    until(lambda: status(server, bearer) == wanted, PATIENCE_S, f"the answer {wanted}")
    return True


def feed(server: Server, bearer: str) -> ClientConnection:
    url = server.base_url.replace("http", "ws") + "/v1/live"
    return connect(url, subprotocols=["hexlane.live.v1", f"bearer.{bearer}"])  # type: ignore[list-item]


def close_code(socket: ClientConnection) -> int | None:
    ends_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_s:
        try:
            socket.recv(timeout=1)
        except TimeoutError:
            continue
        except ConnectionClosed as closed:
            return None if closed.rcvd is None else closed.rcvd.code
    return None


def test_a_revoked_token_opens_nothing_on_the_other_server(pair: tuple[Server, Server]) -> None:
    """RFC 7009 at one server must close calls and live connections at the other, and leave other tokens alone."""
    here, there = pair
    known, bearer = made(here)
    other = token(here, known)
    assert settles(there, bearer, 200)
    with feed(there, bearer) as socket, feed(there, other) as kept:
        auth = (known["client_id"], known["client_secret"])
        revoked = httpx.post(f"{here.base_url}/oauth/revoke", data={"token": bearer}, auth=auth, timeout=PATIENCE_S)
        assert revoked.status_code == 200
        assert status(here, bearer) == 401
        assert settles(there, bearer, 401)
        assert close_code(socket) == 4401
        kept.send(json.dumps({"subscribe": {"bbox": [114.1, 22.6, 114.3, 22.8], "topics": ["zones"]}}))
        assert kept.recv(timeout=PATIENCE_S)
    assert status(there, other) == 200


def test_a_key_retired_at_one_server_is_void_at_the_other(pair: tuple[Server, Server]) -> None:
    """Retiring the key in use must void its tokens on both, and new tokens must be good on both."""
    here, there = pair
    known, bearer = made(here)
    assert settles(there, bearer, 200)
    with here.client("admin") as admin:
        keys = admin.get("/v1/signing-keys").json()["items"]
        kid = next(key["kid"] for key in keys if key["state"] == "signing")
        assert admin.delete(f"/v1/signing-keys/{kid}").status_code == 204
    assert settles(here, bearer, 401)
    assert settles(there, bearer, 401)
    assert settles(there, token(here, known), 200)
    assert settles(here, token(there, known), 200)


def test_a_person_put_out_is_out_everywhere(pair: tuple[Server, Server]) -> None:
    """A person's session must end on both servers, with the connection it holds."""
    here, there = pair
    with here.client("admin") as admin:
        person = {"name": f"zhou-{time.monotonic_ns()}", "organisation_id": "org_demo_centre"}
        user = admin.post("/v1/users", json=person).json()
        with httpx.Client(base_url=there.base_url, timeout=PATIENCE_S) as browser:
            body = {"name": person["name"], "password": user["password"]}
            # The other server follows soon; how often somebody may try is bounded, so it is asked slowly.
            for _ in range(100):
                if browser.post("/v1/session", json=body).status_code == 200:
                    break
                time.sleep(0.2)
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            url = there.base_url.replace("http", "ws") + "/v1/live"
            headers = {"Cookie": cookie, "Origin": there.base_url}
            with connect(url, additional_headers=headers) as socket:
                assert admin.delete(f"/v1/users/{user['user_id']}").status_code == 204
                assert close_code(socket) == 4401
            assert browser.get("/v1/session").status_code == 401


def test_a_trusted_proxy_tells_the_certificate_and_nobody_else(pair: tuple[Server, Server]) -> None:
    """The header must bind the token where it is set up and comes from the proxy's address, and mean nothing elsewhere."""
    here, there = pair
    authority = Authority(here.data_dir, "proxied")
    header = {"X-SSL-Client-Cert": quote(authority.issue("firm")[0].read_text())}
    other = {"X-SSL-Client-Cert": quote(authority.issue("other")[0].read_text())}
    known, _ = made(here)
    auth = (known["client_id"], known["client_secret"])
    answer = httpx.post(f"{here.base_url}/oauth/token", data=GRANT, auth=auth, headers=header, timeout=PATIENCE_S)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    url = f"{here.base_url}/v1/aircraft"
    assert httpx.get(url, headers={**bearer, **header}, timeout=PATIENCE_S).status_code == 200
    for wrong in ({}, other, {"X-SSL-Client-Cert": "garbage"}, {"X-SSL-Client-Cert": ":AAAA:"}):
        assert httpx.get(url, headers={**bearer, **wrong}, timeout=PATIENCE_S).status_code == 401
    elsewhere = f"{there.base_url}/v1/aircraft"
    assert httpx.get(elsewhere, headers={**bearer, **header}, timeout=PATIENCE_S).status_code == 401, "not set up there"


def test_no_secret_stands_in_the_log_or_in_the_clear(pair: tuple[Server, Server]) -> None:
    """After all of this no secret, password or token may stand in the log, and the store must hold argon2id hashes."""
    here, _ = pair
    known, bearer = made(here)
    httpx.post(
        f"{here.base_url}/oauth/token",
        content=b"grant_type=%ff",
        headers={"Content-Type": "text/plain"},
        timeout=PATIENCE_S,
    )
    secrets = [known["client_secret"], bearer]
    secrets += [client["client_secret"] for client in here.credentials["clients"]]
    secrets += [user["password"] for user in here.credentials["users"]]
    log = here.log()
    assert not [secret for secret in secrets if secret in log]
    with sqlite3.connect(here.data_dir / "hexlane.sqlite") as connection:
        hashes = [row[0] for row in connection.execute("SELECT secret_hash FROM clients WHERE secret_hash != ''")]
        hashes += [row[0] for row in connection.execute("SELECT password_hash FROM users WHERE password_hash != ''")]
        hashes += [row[0] for row in connection.execute("SELECT secret_hash FROM client_credentials")]
    assert len(hashes) > 15
    assert all(text.startswith("$argon2id$") for text in hashes)
