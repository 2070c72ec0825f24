"""People sign in with a cookie that scripts cannot read and foreign pages cannot use."""

from pathlib import Path

import httpx
import pytest
from starlette.websockets import WebSocket

from tests.fakes.edge import BASE_URL, Edge, running
from utm.security import authenticate_websocket
from utm.security.web import COOKIE, SECURE_COOKIE

AIRCRAFT = {"registration": "UAS0000000A", "manufacturer": "m", "model": "x", "class": "small"}


async def sign_in(edge: Edge, client: httpx.AsyncClient, role: str = "operator") -> httpx.Response:
    user = edge.user(role)
    return await client.post("/v1/session", json={"name": user["name"], "password": user["password"]})


async def test_sign_in_use_and_sign_out(tmp_path: Path) -> None:
    """A session must open with name and password, act with its CSRF token, and end for good."""
    async with running(tmp_path) as edge, edge.client() as client:
        assert (await client.get("/v1/session")).status_code == 401
        answer = await sign_in(edge, client)
        assert answer.status_code == 200
        assert answer.json()["user"]["role"] == "operator"
        assert answer.json()["user"]["organisation"]["name"] == "Demo Logistics A"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "Path=/" in cookie
        csrf = {"X-CSRF-Token": answer.json()["csrf_token"]}
        assert (await client.get("/v1/session")).json() == answer.json()
        assert (await client.post("/v1/aircraft", json=AIRCRAFT, headers=csrf)).status_code == 201
        value = client.cookies[COOKIE]
        assert (await client.delete("/v1/session", headers=csrf)).status_code == 204
        assert COOKIE not in client.cookies
        assert (await client.get("/v1/session", headers={"cookie": f"{COOKIE}={value}"})).status_code == 401


async def test_cookies_alone_change_nothing(tmp_path: Path) -> None:
    """Without the CSRF token, with a wrong one, or from another origin, an unsafe request must give 403."""
    async with running(tmp_path) as edge, edge.client() as client:
        csrf = (await sign_in(edge, client)).json()["csrf_token"]
        cases = [
            {},
            {"X-CSRF-Token": ""},
            {"X-CSRF-Token": "0" * 64},
            {"X-CSRF-Token": csrf, "Origin": "http://evil.example"},
            {"X-CSRF-Token": csrf, "Origin": "null"},
            {"X-CSRF-Token": csrf, "Origin": "http://127.0.0.1:8001"},
            {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "cross-site"},
            {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-site"},
        ]
        for headers in cases:
            answer = await client.post("/v1/aircraft", json=AIRCRAFT, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), headers
        own = {"X-CSRF-Token": csrf, "Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
        assert (await client.post("/v1/aircraft", json=AIRCRAFT, headers=own)).status_code == 201
        assert (await client.get("/v1/aircraft", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200
        assert (await client.delete("/v1/session")).status_code == 403


async def test_signing_in_always_gives_a_new_session(tmp_path: Path) -> None:
    """A cookie planted before sign-in must never become the session, and the old session must end."""
    async with running(tmp_path) as edge, edge.client() as client:
        client.cookies.set(COOKIE, "planted", domain="127.0.0.1")
        await sign_in(edge, client)
        cookies = [cookie.value for cookie in client.cookies.jar]
        first = next(value for value in cookies if value != "planted")
        assert first is not None
        async with edge.client() as again:
            planted = await again.get("/v1/session", headers={"cookie": f"{COOKIE}=planted"})
            assert planted.status_code == 401
            user = edge.user("operator")
            body = {"name": user["name"], "password": user["password"]}
            await again.post("/v1/session", json=body, headers={"cookie": f"{COOKIE}={first}"})
        async with edge.client() as later:
            assert (await later.get("/v1/session", headers={"cookie": f"{COOKIE}={first}"})).status_code == 401


async def test_unknown_names_and_wrong_passwords_look_alike(tmp_path: Path) -> None:
    """The answer to both must be equal but for the trace id, and many of them must be slowed down."""
    async with running(tmp_path) as edge, edge.client() as client:
        wrong = await client.post("/v1/session", json={"name": edge.user("admin")["name"], "password": "wrong"})
        nobody = await client.post("/v1/session", json={"name": "nobody", "password": "wrong"})
        assert wrong.status_code == nobody.status_code == 401
        assert {**wrong.json(), "trace_id": 0} == {**nobody.json(), "trace_id": 0}
        statuses = [
            (await client.post("/v1/session", json={"name": "nobody", "password": "wrong"})).status_code
            for _ in range(12)
        ]
        assert statuses[-1] == 429


async def test_foreign_pages_cannot_sign_in_for_a_visitor(tmp_path: Path) -> None:
    """A sign-in posted by another site's page must be refused before its password is looked at."""
    async with running(tmp_path) as edge, edge.client() as client:
        user = edge.user("operator")
        body = {"name": user["name"], "password": user["password"]}
        answer = await client.post("/v1/session", json=body, headers={"Origin": "http://evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"name": 1, "password": "x"}', b'{"name": "x"}', b'{"name":"x","password":""}']
)
async def test_a_malformed_sign_in_is_422(tmp_path: Path, body: bytes) -> None:
    """Anything but two strings must give 422."""
    async with running(tmp_path) as edge, edge.client() as client:
        assert (await client.post("/v1/session", content=body)).status_code == 422


async def test_sessions_expire_and_are_forgotten(tmp_path: Path) -> None:
    """A session must end with its shift, and its row must go at the next start."""
    async with running(tmp_path) as edge, edge.client() as client:
        await sign_in(edge, client)
        assert len(edge.identity.directory.sessions.all()) == 1
        edge.clock.advance(edge.settings.session_ttl_s)
        assert (await client.get("/v1/session")).json()["code"] == "session_expired"
        await edge.identity.start()
        assert edge.identity.directory.sessions.all() == ()


async def test_sessions_stand_hashed_and_survive_a_restart(tmp_path: Path) -> None:
    """The store must not hold the cookie itself, and a restart must not sign anybody out."""
    async with running(tmp_path) as edge, edge.client() as client:
        await sign_in(edge, client)
        value = client.cookies[COOKIE]
        (row,) = edge.identity.directory.sessions.all()
        assert row.cookie_hash != value
    async with running(tmp_path) as edge, edge.client() as client:
        assert (await client.get("/v1/session", headers={"cookie": f"{COOKIE}={value}"})).status_code == 200


async def test_behind_tls_the_cookie_is_bound_to_it(tmp_path: Path) -> None:
    """With an https address the cookie must be Secure and carry the __Host- prefix."""
    url = "https://city.example"
    async with running(tmp_path, public_url=url) as edge, edge.client(base_url=url) as client:
        cookie = (await sign_in(edge, client)).headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert "Secure" in cookie


async def test_the_demonstration_signs_in_without_a_form(tmp_path: Path) -> None:
    """On this machine a visitor of the demonstration must see whom to be and become that person."""
    async with running(tmp_path) as edge, edge.client() as client:
        listed = (await client.get("/v1/session/demo-users")).json()
        assert listed["auto_login"] is True
        assert {user["role"] for user in listed["users"]} == {
            "operator",
            "dispatcher",
            "regulator",
            "supplier",
            "admin",
        }
        answer = await client.post("/v1/session/demo", json={"role": "dispatcher"})
        assert answer.json()["user"]["role"] == "dispatcher"
        assert (await client.get("/v1/session")).status_code == 200


async def test_the_demonstrations_door_exists_nowhere_else(tmp_path: Path) -> None:
    """From another machine, through a proxy, under a foreign host name, or outside the demonstration: 404."""
    async with running(tmp_path) as edge:
        doors = [
            (edge.client(address="10.0.0.9"), {}),
            (edge.client(), {"x-forwarded-for": "1.2.3.4"}),
            (edge.client(), {"host": "evil.example:8000"}),
        ]
        for client, headers in doors:
            async with client:
                assert (await client.get("/v1/session/demo-users", headers=headers)).status_code == 404
                answer = await client.post("/v1/session/demo", json={"role": "admin"}, headers=headers)
                assert answer.status_code == 404
    async with running(tmp_path / "other", demo=False) as edge, edge.client() as client:
        assert (await client.post("/v1/session/demo", json={"role": "admin"})).status_code == 404


def websocket(edge: Edge, *headers: tuple[str, str]) -> WebSocket:
    raw = [(name.lower().encode(), value.encode()) for name, value in (("host", "127.0.0.1:8000"), *headers)]
    scope = {"type": "websocket", "headers": raw, "path": "/v1/live", "query_string": b"", "app": edge.app}

    async def nothing(*_: object) -> None:
        raise AssertionError("not reached")

    return WebSocket(scope, nothing, nothing)  # type: ignore[arg-type]


async def test_websockets_know_their_caller(tmp_path: Path) -> None:
    """A token among the subprotocols or our own page's cookie must be recognised; anything else is nobody."""
    async with running(tmp_path) as edge, edge.client() as client:
        token = edge.headers("operator")["Authorization"].removeprefix("Bearer ")
        await sign_in(edge, client, "dispatcher")
        cookie = ("cookie", f"{COOKIE}={client.cookies[COOKIE]}")
        by_token = await authenticate_websocket(
            websocket(edge, ("sec-websocket-protocol", f"hexlane.live.v1, bearer.{token}"))
        )
        by_cookie = await authenticate_websocket(websocket(edge, cookie, ("origin", BASE_URL)))
        assert by_token is not None
        assert by_token.role == "operator"
        assert by_cookie is not None
        assert by_cookie.role == "dispatcher"
        for nobody in (
            websocket(edge),
            websocket(edge, ("sec-websocket-protocol", "hexlane.live.v1, bearer.x")),
            websocket(edge, cookie, ("origin", "http://evil.example")),
            websocket(edge, ("cookie", f"{COOKIE}=x")),
        ):
            assert await authenticate_websocket(nobody) is None
