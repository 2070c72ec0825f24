"""Mutual TLS over real sockets: certificates open the token endpoint, and tokens are good on their connections only."""

import base64
import hashlib
import json
import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.conftest import Server
from tests.fakes.certificates import Authority
from tests.fakes.filing import expect_problem
from tests.forked import ForkedCommand

pytestmark = pytest.mark.slow

GRANT = {"grant_type": "client_credentials"}


@dataclass
class Secured:
    """A demo server with TLS that trusts one authority's client certificates."""

    server: Server
    authority: Authority
    stranger: Authority

    @property
    def base_url(self) -> str:
        return f"https://127.0.0.1:{self.server.port}"

    def context(self, certificate: tuple[Path, Path] | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority.path))
        if certificate is not None:
            context.load_cert_chain(*certificate)
        return context

    def client(self, certificate: tuple[Path, Path] | None = None, **more: Any) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, verify=self.context(certificate), timeout=30, **more)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Started as `hexlane serve --tls-certificate … --tls-key … --tls-client-ca …`."""
    folder = tmp_path_factory.mktemp("tls")
    authority, stranger = Authority(folder, "city"), Authority(folder, "stranger")
    certificate, key = authority.issue("server", server=True)
    server = Server(folder)
    env = {
        **os.environ,
        "HEXLANE_DATA_DIR": str(folder),
        "HEXLANE_PORT": str(server.port),
        "HEXLANE_MAVLINK_UDP_PORT": str(server.mavlink_port),
    }
    arguments = ["serve", "--demo", "--tls-certificate", str(certificate), "--tls-key", str(key)]
    arguments += ["--tls-client-ca", str(authority.path)]
    server.process = ForkedCommand(arguments, env=env, log=folder / "server.log")
    known = Secured(server, authority, stranger)
    with known.client() as client:
        for _ in range(600):
            try:
                if client.get("/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                assert server.process.poll() is None, server.log()
            time.sleep(0.1)
    yield known
    server.stop()


def client_of(secured: Secured, role: str) -> dict[str, str]:
    return next(client for client in secured.server.credentials["clients"] if client["role"] == role)


def bearer(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_certificate_is_a_credential_and_binds_the_token(secured: Secured) -> None:
    """A registered certificate must get a token without a secret, good on connections that show it and on no other."""
    own, other = secured.authority.issue("firm-a"), secured.authority.issue("firm-b")
    account = client_of(secured, "operator")
    with secured.client() as plain:
        auth = (account["client_id"], account["client_secret"])
        unbound = bearer(plain.post("/oauth/token", data=GRANT, auth=auth))
        body = {"kind": "certificate", "name": "firm-a", "certificate_pem": own[0].read_text()}
        added = plain.post(f"/v1/clients/{account['client_id']}/credentials", json=body, headers=unbound)
        assert added.status_code == 201, added.text
        form = {**GRANT, "client_id": account["client_id"]}
        assert plain.post("/oauth/token", data=form).status_code == 401
    with secured.client(other) as wrong:
        assert wrong.post("/oauth/token", data=form).status_code == 401, "a good certificate, but not this client's"
    with secured.client(own) as right:
        bound = bearer(right.post("/oauth/token", data=form))
        claims = json.loads(jws.extract_compact(bound["Authorization"].removeprefix("Bearer ").encode()).payload)
        der = x509.load_pem_x509_certificate(own[0].read_bytes()).public_bytes(Encoding.DER)
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
        assert claims["cnf"] == {"x5t#S256": thumbprint}
        assert right.get("/v1/flight-plans", headers=bound).status_code == 200
        assert right.get("/v1/flight-plans", headers=unbound).status_code == 200
    for certificate in (None, other):
        with secured.client(certificate) as thief:
            expect_problem(thief.get("/v1/flight-plans", headers=bound), 401, "invalid_token")


def test_a_bound_token_opens_the_live_feed_on_its_connection_only(secured: Secured) -> None:
    """The WebSocket handshake must see the certificate as any other request does."""
    own = secured.authority.issue("firm-live")
    account = client_of(secured, "dispatcher")
    with secured.client(own) as client:
        auth = (account["client_id"], account["client_secret"])
        token = bearer(client.post("/oauth/token", data=GRANT, auth=auth))["Authorization"].removeprefix("Bearer ")
    url, offered = secured.base_url.replace("https", "wss") + "/v1/live", ["hexlane.live.v1", f"bearer.{token}"]
    with connect(url, subprotocols=offered, ssl=secured.context(own)) as socket:  # type: ignore[arg-type]
        assert socket.subprotocol == "hexlane.live.v1"
    with pytest.raises(InvalidStatus) as refused:
        connect(url, subprotocols=offered, ssl=secured.context())  # type: ignore[arg-type]
    assert refused.value.response.status_code == 401


def test_a_certificate_of_another_authority_ends_in_the_handshake(secured: Secured) -> None:
    """A certificate nobody we trust has signed must not reach the application, nor a header in its place."""
    own = secured.authority.issue("firm-c")
    with secured.client(secured.stranger.issue("firm-x")) as client, pytest.raises(httpx.TransportError):
        client.get("/healthz")
    account = client_of(secured, "operator")
    header = {"Client-Cert": f":{base64.b64encode(b'x').decode()}:", "X-SSL-Client-Cert": quote(own[0].read_text())}
    with secured.client(headers=header) as client:
        form = {**GRANT, "client_id": account["client_id"]}
        assert client.post("/oauth/token", data=form).status_code == 401, "no header is believed that is not set up"


def test_cookies_are_for_tls_only(secured: Secured) -> None:
    """A session over https must have the cookie that browsers send over TLS alone."""
    user = next(user for user in secured.server.credentials["users"] if user["role"] == "dispatcher")
    with secured.client() as client:
        body = {"name": user["name"], "password": user["password"]}
        cookie = client.post("/v1/session", json=body).headers["set-cookie"]
    assert cookie.startswith("__Host-hexlane_session=")
    assert "Secure" in cookie
