"""Programs rotate what they show without a pause, and what is taken back opens nothing on any server."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.fakes.edge import BASE_URL, Edge, running, stored_bytes
from utm.memory import Memory
from utm.problems import Problem
from utm.security.credentials import ASSERTION
from utm.security.identity import Identity
from utm.store.store import Store

GRANT = {"grant_type": "client_credentials"}


async def token(client: httpx.AsyncClient, client_id: str, secret: str) -> httpx.Response:
    return await client.post("/oauth/token", data=GRANT, auth=(client_id, secret))


async def works(client: httpx.AsyncClient, bearer: str) -> bool:
    answer = await client.get("/v1/clients", headers={"Authorization": f"Bearer {bearer}"})
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def made(edge: Edge, client: httpx.AsyncClient, role: str = "operator") -> dict[str, Any]:
    answer = await client.post("/v1/clients", json={"name": "warehouse"}, headers=edge.headers(role))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_client_rotates_its_secret_without_a_pause(tmp_path: Path) -> None:
    """Two secrets must work side by side; revoking one must end it and the tokens, and leave the other."""
    async with running(tmp_path) as edge, edge.client() as client:
        known = await made(edge, client)
        headers, path = edge.headers("operator"), f"/v1/clients/{known['client_id']}/credentials"
        old = known["credentials"][0]["credential_id"]
        added = await client.post(path, json={"kind": "secret", "name": "spring"}, headers=headers)
        assert added.status_code == 201
        new_secret = added.json()["secret"]
        for secret in (known["client_secret"], new_secret):
            assert (await token(client, known["client_id"], secret)).status_code == 200
        living = (await token(client, known["client_id"], new_secret)).json()["access_token"]
        edge.clock.advance(2)
        assert (await client.delete(f"{path}/{old}", headers=headers)).status_code == 204
        assert (await token(client, known["client_id"], known["client_secret"])).status_code == 401
        assert not await works(client, living)
        fresh = await token(client, known["client_id"], new_secret)
        assert await works(client, fresh.json()["access_token"]), "a token of the very second must be good"
        last = await client.delete(f"{path}/{added.json()['credential_id']}", headers=headers)
        assert (last.status_code, last.json()["code"]) == (409, "last_credential")
        listed = (await client.get("/v1/clients", headers=headers)).json()["items"]
        assert new_secret not in json.dumps(listed)


async def test_a_secret_of_one_client_opens_no_other(tmp_path: Path) -> None:
    """A secret names its credential; it must not do for another client, nor past its expiry."""
    async with running(tmp_path) as edge, edge.client() as client:
        known, other = await made(edge, client), edge.of("operator", 1)["client_id"]
        assert (await token(client, other, known["client_secret"])).status_code == 401
        until = (edge.clock.now() + timedelta(minutes=5)).isoformat()
        body = {"kind": "secret", "name": "short", "expires_at": until}
        path = f"/v1/clients/{known['client_id']}/credentials"
        secret = (await client.post(path, json=body, headers=edge.headers("operator"))).json()["secret"]
        assert (await token(client, known["client_id"], secret)).status_code == 200
        edge.clock.advance(301)
        assert (await token(client, known["client_id"], secret)).status_code == 401


async def test_a_firm_manages_its_own_clients_only(tmp_path: Path) -> None:
    """Another firm's client must be 404 to read, add to, void or delete; an admin reaches all."""
    async with running(tmp_path) as edge, edge.client() as client:
        known = await made(edge, client)
        path, stranger = f"/v1/clients/{known['client_id']}", edge.headers("operator", 1)
        body = {"kind": "secret", "name": "x"}
        answers = [
            await client.get(path, headers=stranger),
            await client.delete(path, headers=stranger),
            await client.post(f"{path}/credentials", json=body, headers=stranger),
            await client.delete(f"{path}/credentials/{known['credentials'][0]['credential_id']}", headers=stranger),
            await client.post(f"{path}/revoke-tokens", json={}, headers=stranger),
        ]
        assert [answer.status_code for answer in answers] == [404] * 5
        listed = (await client.get("/v1/clients", headers=stranger)).json()["items"]
        assert known["client_id"] not in [item["client_id"] for item in listed]
        asked = {"name": "x", "role": "admin", "organisation_id": "org_demo_administration"}
        assert (await client.post("/v1/clients", json=asked, headers=stranger)).status_code == 403
        assert (await client.get(path, headers=edge.headers("admin"))).status_code == 200
        assert (await client.delete(path, headers=edge.headers("admin"))).status_code == 204
        assert (await token(client, known["client_id"], known["client_secret"])).status_code == 401


async def test_revocation_reaches_every_process(tmp_path: Path) -> None:
    """A token revoked by RFC 7009 or with all of its client's must be refused by another process on the same store."""
    async with running(tmp_path) as edge, edge.client() as client:
        account = edge.of("operator")
        auth = (account["client_id"], account["client_secret"])
        first, second = [(await token(client, *auth)).json()["access_token"] for _ in range(2)]
        store = Store(edge.settings.database_path)
        other = Identity(edge.settings, edge.clock, store)
        store.start(Memory(dict(other.keepers())))
        try:
            await store.write(lambda _session: None)
            assert other.principal_of_token(first).client_id == account["client_id"]
            stranger = edge.of("operator", 1)
            foreign = (stranger["client_id"], stranger["client_secret"])
            assert (await client.post("/oauth/revoke", data={"token": first}, auth=foreign)).status_code == 200
            assert await works(client, first), "nobody voids another's token"
            assert (await client.post("/oauth/revoke", data={"token": first}, auth=auth)).status_code == 200
            assert not await works(client, first)
            assert await works(client, second)
            await store.write(lambda _session: None)  # as the poll does: follows what the other process committed
            assert _code(other, first) == "token_revoked"
            path = f"/v1/clients/{account['client_id']}/revoke-tokens"
            assert (await client.post(path, json={}, headers=edge.headers("admin"))).status_code == 200
            await store.write(lambda _session: None)
            assert _code(other, second) == "token_revoked"
            assert not await works(client, second)
        finally:
            other.close()
            store.close()


def _code(identity: Identity, bearer: str) -> str:
    try:
        identity.principal_of_token(bearer)
    except Problem as problem:
        return problem.code
    return "good"


async def test_a_revocation_in_wrong_words_is_refused(tmp_path: Path) -> None:
    """No client, no token: 401 and 400; garbage in place of a token needs nothing (RFC 7009, 2.2)."""
    async with running(tmp_path) as edge, edge.client() as client:
        auth = (edge.of("operator")["client_id"], edge.of("operator")["client_secret"])
        assert (await client.post("/oauth/revoke", data={"token": "x"})).status_code == 401
        assert (await client.post("/oauth/revoke", data={"token_type_hint": "x"}, auth=auth)).status_code == 400
        assert (await client.post("/oauth/revoke", data={"token": "x"}, auth=auth)).status_code == 200


async def test_a_retired_key_voids_what_it_signed_on_every_server(tmp_path: Path) -> None:
    """A rotated key signs only after it was published; retiring one must void its tokens although they were seen before."""
    async with running(tmp_path) as edge, edge.client() as client:
        admin = edge.headers("admin")
        auth = (edge.of("operator")["client_id"], edge.of("operator")["client_secret"])
        living = (await token(client, *auth)).json()["access_token"]
        assert await works(client, living)
        before = edge.identity.keys.current_at(edge.clock.now()).kid
        rotated = (await client.post("/v1/signing-keys", json={}, headers=admin)).json()["items"]
        assert [key["state"] for key in rotated] == ["next", "signing"]
        published = {key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]}
        assert published == {key["kid"] for key in rotated}
        assert edge.identity.keys.current_at(edge.clock.now()).kid == before
        edge.clock.advance(601)
        assert edge.identity.keys.current_at(edge.clock.now()).kid != before
        living = (await token(client, *auth)).json()["access_token"]
        kid = edge.identity.keys.current_at(edge.clock.now()).kid
        assert await works(client, living)
        admin = edge.headers("admin")  # also of the key that goes
        assert (await client.delete(f"/v1/signing-keys/{kid}", headers=admin)).status_code == 204
        assert not await works(client, living)
        assert await works(client, (await token(client, *auth)).json()["access_token"])
        gone = await client.delete(f"/v1/signing-keys/{kid}", headers=edge.headers("admin"))
        assert gone.status_code == 404


def assertion(key: Any, client_id: str, now: datetime, **changes: Any) -> dict[str, str]:
    now_s = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{BASE_URL}/oauth/token",
        "iat": now_s,
        "exp": now_s + 60,
        "jti": f"j{now_s}",
    } | changes
    algorithm = {"EC": "ES256", "RSA": "PS256"}.get(key.key_type, "HS256")
    text = jwt.encode({"alg": algorithm}, claims, key, algorithms=["ES256", "PS256", "HS256"])
    return {**GRANT, "client_assertion_type": ASSERTION, "client_assertion": text}


async def test_a_client_signs_for_itself(tmp_path: Path) -> None:
    """private_key_jwt with EC and RSA keys must give a token, each assertion once and only one that is right."""
    async with running(tmp_path) as edge, edge.client() as client:
        known = await made(edge, client)
        client_id, headers = known["client_id"], edge.headers("operator")
        path, now = f"/v1/clients/{client_id}/credentials", edge.clock.now()
        own, rsa = ECKey.generate_key("P-256", private=True), RSAKey.generate_key(2048, private=True)
        for key in (own, rsa):
            body = {"kind": "public_key", "name": "own", "public_jwk": key.as_dict(private=False)}
            assert (await client.post(path, json=body, headers=headers)).status_code == 201
        for n, key in enumerate((own, rsa)):
            form = assertion(key, client_id, now, jti=f"once-{n}")
            assert (await client.post("/oauth/token", data=form)).status_code == 200
            assert (await client.post("/oauth/token", data=form)).status_code == 401, "the same assertion again"
        stranger = ECKey.generate_key("P-256", private=True)
        shared = OctKey.import_key(json.dumps(own.as_dict(private=False)).encode())
        wrong = {
            "stranger": assertion(stranger, client_id, now, jti="a"),
            "public key as a secret": assertion(shared, client_id, now, jti="b"),
            "audience": assertion(own, client_id, now, jti="c", aud="https://elsewhere.test"),
            "two audiences": assertion(own, client_id, now, jti="d", aud=[BASE_URL, "https://elsewhere.test"]),
            "expired": assertion(own, client_id, now, jti="e", exp=int(now.timestamp()) - 60),
            "for years": assertion(own, client_id, now, jti="f", exp=int(now.timestamp()) + 10_000_000),
            "an hour without end": assertion(own, client_id, now, jti="i", exp=10**400),
            "an object for an audience": assertion(own, client_id, now, jti="j", aud=[{"x": 1}]),
            "no jti": assertion(own, client_id, now, jti=None),
            "other issuer": assertion(own, client_id, now, jti="g", iss="cl_other"),
            "other client": assertion(own, edge.of("operator", 1)["client_id"], now, jti="h"),
        }
        for name, form in wrong.items():
            answer = await client.post("/oauth/token", data=form)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name
        for bad in ({"kty": "RSA"}, stranger.as_dict(private=True), OctKey.generate_key(256).as_dict()):
            body = {"kind": "public_key", "name": "bad", "public_jwk": bad}
            assert (await client.post(path, json=body, headers=headers)).status_code == 422


async def test_an_api_key_is_a_bearer_that_is_kept_as_a_hash(tmp_path: Path, capfd: Any) -> None:
    """A key must open what its client may, be refused once altered or revoked, and stand nowhere in store or log."""
    async with running(tmp_path) as edge, edge.client() as client:
        known = await made(edge, client)
        path = f"/v1/clients/{known['client_id']}/credentials"
        answer = await client.post(path, json={"kind": "api_key", "name": "cron"}, headers=edge.headers("operator"))
        key, credential_id = answer.json()["secret"], answer.json()["credential_id"]
        echoed = await client.post("/v1/echo", json={"lat_deg": 1}, headers={"Authorization": f"Bearer {key}"})
        assert echoed.json()["organisation"] == edge.of("operator")["organisation_id"]
        assert not await works(client, key[:-2] + ("AA" if not key.endswith("AA") else "BA"))
        assert not await works(client, "hxk_nothing")
        assert (await client.delete(f"{path}/{credential_id}", headers=edge.headers("operator"))).status_code == 204
        assert not await works(client, key)
        secrets = [key, known["client_secret"]]
    shown = "".join(capfd.readouterr())
    stored = stored_bytes(tmp_path)
    for secret in secrets:
        assert secret not in shown
        assert secret.encode() not in stored
    with sqlite3.connect(tmp_path / "hexlane.sqlite") as connection:
        hashes = [row[0] for row in connection.execute("SELECT secret_hash FROM client_credentials")]
    assert hashes
    assert all(text.startswith("$argon2id$") for text in hashes)


async def test_a_client_has_room_for_a_few_credentials(tmp_path: Path) -> None:
    """The eleventh credential must be refused with what to do."""
    async with running(tmp_path) as edge, edge.client() as client:
        known = await made(edge, client)
        path, key = f"/v1/clients/{known['client_id']}/credentials", ECKey.generate_key("P-256").as_dict(private=False)
        body = {"kind": "public_key", "name": "k", "public_jwk": key}
        answers = [await client.post(path, json=body, headers=edge.headers("operator")) for _ in range(10)]
        assert [answer.status_code for answer in answers] == [201] * 9 + [403]
        assert answers[-1].json()["code"] == "quota_exceeded"
        old = (edge.clock.now() + timedelta(days=1)).astimezone(UTC).isoformat()
        body = {"kind": "secret", "name": "k", "public_jwk": key, "expires_at": old}
        assert (await client.post(path, json=body, headers=edge.headers("operator"))).status_code == 422
