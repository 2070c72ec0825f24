"""The token endpoint speaks OAuth 2.0, and the public keys let anybody check its tokens."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.fakes.edge import Edge, running

GRANT = {"grant_type": "client_credentials"}


async def ask(edge: Edge, data: Any = None, **request: Any) -> httpx.Response:
    async with edge.client() as client:
        return await client.post("/oauth/token", data=GRANT if data is None else data, **request)


def basic(edge: Edge, role: str = "operator") -> tuple[str, str]:
    client = edge.of(role)
    return client["client_id"], client["client_secret"]


def form(edge: Edge, **changes: str) -> dict[str, str]:
    client_id, secret = basic(edge)
    return {**GRANT, "client_id": client_id, "client_secret": secret} | changes


async def test_a_token_can_be_checked_with_the_published_keys(tmp_path: Path) -> None:
    """A foreign library must verify the token with nothing but the JWK set."""
    async with running(tmp_path) as edge, edge.client() as client:
        answer = await ask(edge, auth=basic(edge))
        keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    decoded = jwt.decode(body["access_token"], keys, algorithms=["ES256"])
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.claims["exp"] - decoded.claims["iat"] == 900
    assert decoded.claims["iss"] == metadata["issuer"]
    assert decoded.claims["role"] == "operator"
    assert metadata["token_endpoint"].endswith("/oauth/token")


async def test_credentials_may_stand_in_the_form(tmp_path: Path) -> None:
    """Form credentials must work for every role, and the token must open that role's doors."""
    async with running(tmp_path) as edge, edge.client() as client:
        for role in ("operator", "dispatcher", "regulator", "supplier", "admin"):
            account = edge.of(role)
            data = {**GRANT, "client_id": account["client_id"], "client_secret": account["client_secret"]}
            answer = await ask(edge, data)
            assert answer.status_code == 200, role
        token = (await ask(edge, form(edge))).json()["access_token"]
        echoed = await client.post("/v1/echo", json={"lat_deg": 1}, headers={"Authorization": f"Bearer {token}"})
        assert echoed.json()["organisation"] == edge.of("operator")["organisation_id"]


async def test_each_refusal_has_its_oauth_error(tmp_path: Path) -> None:
    """Every way to ask wrongly must be answered in the words of RFC 6749, 5.2, with 400 or 401."""
    async with running(tmp_path) as edge:
        good = basic(edge)
        odd = base64.b64encode(b"no colon").decode()
        text = {"Content-Type": "text/plain"}
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        cases: list[tuple[httpx.Response, int, str]] = [
            (await ask(edge), 401, "invalid_client"),
            (await ask(edge, auth=(good[0], "wrong")), 401, "invalid_client"),
            (await ask(edge, auth=("cl_nobody", "wrong")), 401, "invalid_client"),
            (await ask(edge, form(edge, client_secret="wrong")), 401, "invalid_client"),
            (await ask(edge, headers={"Authorization": "Basic !!!"}), 401, "invalid_client"),
            (await ask(edge, headers={"Authorization": f"Basic {odd}"}), 401, "invalid_client"),
            (await ask(edge, headers={"Authorization": "Bearer x"}), 401, "invalid_client"),
            (await ask(edge, {"grant_type": "password"}, auth=good), 400, "unsupported_grant_type"),
            (await ask(edge, {"scope": "plan:read"}, auth=good), 400, "invalid_request"),
            (await ask(edge, form(edge), auth=good), 400, "invalid_request"),
            (await ask(edge, {**GRANT, "client_id": "cl_other"}, auth=good), 400, "invalid_request"),
            (await ask(edge, {**GRANT, "scope": "zone:write"}, auth=good), 400, "invalid_scope"),
            (await ask(edge, {**GRANT, "scope": 'un"heard\u00e9'}, auth=good), 400, "invalid_scope"),
            (await ask(edge, {}, content=b"a=1", auth=good, headers=text), 400, "invalid_request"),
            (await ask(edge, {}, content=b"a=1&a=2", auth=good, headers=form_type), 400, "invalid_request"),
            (await ask(edge, {}, content=b"a=%ff", auth=good, headers=form_type), 400, "invalid_request"),
            (await ask(edge, {}, content=b"a&b", auth=good, headers=form_type), 400, "invalid_request"),
        ]
    for answer, status, error in cases:
        assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["error_description"].isascii()
    assert cases[1][0].headers["www-authenticate"].startswith("Basic")
    assert cases[1][0].json()["error_description"] == cases[2][0].json()["error_description"]


async def test_a_narrow_scope_is_kept(tmp_path: Path) -> None:
    """A token asked for with one scope must carry that one and no other."""
    async with running(tmp_path) as edge:
        answer = await ask(edge, {**GRANT, "scope": "plan:read"}, auth=basic(edge))
        assert answer.json()["scope"] == "plan:read"
        principal = edge.identity.principal_of_token(answer.json()["access_token"])
        assert principal.scopes == {"plan:read"}


async def test_a_large_form_is_refused(tmp_path: Path) -> None:
    """A form beyond its limit must give 413."""
    async with running(tmp_path) as edge:
        assert (await ask(edge, {**GRANT, "x": "y" * 20_000}, auth=basic(edge))).status_code == 413


@pytest.mark.slow
async def test_sixty_tokens_a_minute_pass_and_a_flood_does_not(tmp_path: Path) -> None:
    """Sixty tokens at once must pass; beyond the limit come 429s with Retry-After, and then tokens again."""
    async with running(tmp_path) as edge:
        statuses = [(await ask(edge, auth=basic(edge))).status_code for _ in range(60)]
        assert statuses == [200] * 60
        client_id = basic(edge)[0]
        while edge.identity.limits.tokens.take(client_id).allowed:
            pass
        refused = await ask(edge, auth=basic(edge))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["code"] == "too_many_requests"
        assert refused.json()["retryable"] is True
        edge.clock.advance(int(refused.headers["retry-after"]))
        assert (await ask(edge, auth=basic(edge))).status_code == 200


async def test_guessing_secrets_is_slowed_down_without_locking_others_out(tmp_path: Path) -> None:
    """After a dozen wrong secrets an address must wait for that client, while another address still gets in."""
    async with running(tmp_path) as edge:
        client_id, secret = basic(edge)
        for _ in range(12):
            assert (await ask(edge, auth=(client_id, "wrong"))).status_code == 401
        assert (await ask(edge, auth=(client_id, secret))).status_code == 429
        async with edge.client(address="10.0.0.9") as elsewhere:
            assert (await elsewhere.post("/oauth/token", data=GRANT, auth=(client_id, secret))).status_code == 200
