"""Tokens, keys and roles: only what this service signed, for itself, and not yet expired, opens a door."""

import base64
import stat
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tests.fakes.edge import Edge, MovableClock, running
from utm.security.authorise import (
    ACTIONS,
    ALL_SCOPES,
    PERMISSIONS,
    may_edit_of,
    may_read_of,
    permits,
    scope_of,
    scopes_of,
    visible_organisation,
)
from utm.security.keys import KeyRing
from utm.security.principal import ROLES, Principal, Role


def claims_of(edge: Edge, **changes: Any) -> dict[str, Any]:
    now_s = int(edge.clock.now().timestamp())
    account = edge.of("operator")
    return {
        "iss": edge.identity.tokens.issuer,
        "aud": "hexlane-api",
        "sub": account["client_id"],
        "org": account["organisation_id"],
        "name": "x",
        "role": "operator",
        "scope": "plan:write",
        "jti": "1",
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + 600,
    } | changes


def signed(edge: Edge, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
    own = edge.identity.keys.current_at(edge.clock.now())
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": own.kid} | (header or {}), claims, key or own.key)


def unsigned(edge: Edge, algorithm: str) -> str:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": edge.identity.keys.current_at(edge.clock.now()).kid}
    parts = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in (header, claims_of(edge))]
    return ".".join([*parts, ""])


async def status_of(edge: Edge, authorization: str | None) -> tuple[int, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with edge.client() as client:
        answer = await client.post("/v1/echo", json={"lat_deg": 1}, headers=headers)
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json().get("code", "")


async def test_a_right_token_opens_the_door(tmp_path: Path) -> None:
    """A token with our signature and claims must be accepted."""
    async with running(tmp_path) as edge:
        assert (await status_of(edge, f"Bearer {signed(edge, claims_of(edge))}"))[0] == 200


async def test_everything_else_is_401(tmp_path: Path) -> None:
    """No token, another scheme, another key, algorithm, audience, issuer, type or client: all 401, never 500."""
    async with running(tmp_path) as edge:
        key = edge.identity.keys.current_at(edge.clock.now())
        stranger = ECKey.generate_key("P-256", private=True)
        public = OctKey.import_key(orjson.dumps(key.public_jwk))
        good = signed(edge, claims_of(edge))
        head, body, signature = good.split(".")
        cases: dict[str, str | None] = {
            "absent": None,
            "empty": "Bearer ",
            "basic": "Basic eDp5",
            "garbage": "Bearer garbage",
            "dots": "Bearer ..",
            "long": "Bearer " + "a" * 9000,
            "none": f"Bearer {unsigned(edge, 'none')}",
            "no signature": f"Bearer {unsigned(edge, 'ES256')}",
            "cut": f"Bearer {head}.{body}.{signature[:-4]}",
            "swapped": f"Bearer {head}.{base64.urlsafe_b64encode(b'{}').decode()}.{signature}",
            "stranger's key": f"Bearer {signed(edge, claims_of(edge), key=stranger)}",
            "unknown kid": f"Bearer {signed(edge, claims_of(edge), {'kid': '../../etc/passwd'})}",
            "HS256 with the public key": f"Bearer {signed(edge, claims_of(edge), {'alg': 'HS256'}, public)}",
            "wrong audience": f"Bearer {signed(edge, claims_of(edge, aud='other'))}",
            "list of audiences": f"Bearer {signed(edge, claims_of(edge, aud=['hexlane-api', 'x']))}",
            "wrong issuer": f"Bearer {signed(edge, claims_of(edge, iss='http://evil'))}",
            "not an access token": f"Bearer {signed(edge, claims_of(edge), {'typ': 'JWT'})}",
            "unknown role": f"Bearer {signed(edge, claims_of(edge, role='root'))}",
            "another role": f"Bearer {signed(edge, claims_of(edge, role='admin'))}",
            "unknown client": f"Bearer {signed(edge, claims_of(edge, sub='cl_nobody'))}",
            "expiry of text": f"Bearer {signed(edge, claims_of(edge, exp='9999999999'))}",
            "no expiry": f"Bearer {signed(edge, {k: v for k, v in claims_of(edge).items() if k != 'exp'})}",
            "not yet": f"Bearer {signed(edge, claims_of(edge, nbf=int(edge.clock.now().timestamp()) + 60))}",
        }
        for name, authorization in cases.items():
            assert (await status_of(edge, authorization))[0] == 401, name


async def test_a_token_expires_even_when_it_was_verified_before(tmp_path: Path) -> None:
    """A token must stop working at its expiry, remembered or not."""
    async with running(tmp_path) as edge:
        authorization = edge.headers("operator")["Authorization"]
        assert (await status_of(edge, authorization))[0] == 200
        edge.clock.advance(edge.settings.token_ttl_s)
        assert await status_of(edge, authorization) == (401, "token_expired")


async def test_a_deactivated_client_is_out_at_once(tmp_path: Path) -> None:
    """Deactivating a client, or its firm, must end its living tokens."""
    async with running(tmp_path) as edge:
        authorization, other = edge.headers("operator")["Authorization"], edge.headers("operator", 1)["Authorization"]
        directory, now = edge.identity.directory, edge.clock.now().isoformat()
        await edge.identity.store.write(
            lambda session: directory.clients.update(session, edge.of("operator")["client_id"], deactivated_at=now)
        )
        await edge.identity.store.write(
            lambda session: directory.organisations.update(
                session, edge.of("operator", 1)["organisation_id"], deactivated_at=now
            )
        )
        assert await status_of(edge, authorization) == (401, "invalid_token")
        assert await status_of(edge, other) == (401, "invalid_token")


async def test_wrong_role_and_missing_scope_are_403(tmp_path: Path) -> None:
    """A role that may not act must get 403 forbidden, a token without the scope 403 insufficient_scope."""
    async with running(tmp_path) as edge:
        for role in ("dispatcher", "regulator", "supplier", "admin"):
            assert await status_of(edge, edge.headers(role)["Authorization"]) == (403, "forbidden")
        narrow = edge.headers("operator", scopes=frozenset({"plan:read"}))["Authorization"]
        assert await status_of(edge, narrow) == (403, "insufficient_scope")


def test_keys_are_private_rotate_and_retire(tmp_path: Path) -> None:
    """A key file must be readable by its owner only; old keys stay published until no token of theirs can live."""
    clock = MovableClock()
    ring = KeyRing(tmp_path / "keys")
    ring.open(clock.now())
    first = ring.current_at(clock.now())
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    clock.advance(60)
    second = ring.rotate(clock.now())
    assert ring.current_at(clock.now()) == second != first
    published = ring.jwks()["keys"]
    assert [key["kid"] for key in published] == [second.kid, first.kid]
    assert all("d" not in key and key["alg"] == "ES256" for key in published)
    other = KeyRing(tmp_path / "keys")
    other.open(clock.now())
    assert other.current_at(clock.now()).kid == second.kid
    third = other.rotate(clock.now())
    assert ring.find(third.kid) is not None
    clock.advance(100)
    assert ring.retire(clock.now(), keep_s=3600) == []
    assert first.kid in ring.retire(clock.now(), keep_s=50)
    assert ring.find(first.kid) is None


def test_a_key_others_can_read_is_not_used(tmp_path: Path) -> None:
    """A key file that leaked through its permissions must stop the start with a message that says what to do."""
    KeyRing(tmp_path).open(MovableClock().now())
    (path,) = tmp_path.glob("*.json")
    path.chmod(0o644)
    with pytest.raises(RuntimeError, match="chmod 600"):
        KeyRing(tmp_path).open(MovableClock().now())


async def test_tokens_survive_a_restart(tmp_path: Path) -> None:
    """Keys must be kept, so that a token issued before a restart is still good after it."""
    async with running(tmp_path) as edge:
        authorization = edge.headers("operator")["Authorization"]
    async with running(tmp_path) as edge:
        assert (await status_of(edge, authorization))[0] == 200


# -- the table ---------------------------------------------------------------------------------------------------------


def principal(role: Role, organisation_id: str = "org_1", scopes: frozenset[str] | None = None) -> Principal:
    return Principal("cl_1", role, organisation_id, "x", "cl_1", scopes_of(role) if scopes is None else scopes)


def test_every_action_has_roles_and_a_scope() -> None:
    """The table must name every action once, with at least one known role, and a scope somebody can be given."""
    assert set(PERMISSIONS) == set(ACTIONS)
    assert set(get_args(Role)) == set(ROLES)
    for action, roles in PERMISSIONS.items():
        assert roles
        assert set(roles) <= set(ROLES)
        assert scope_of(action) in ALL_SCOPES
        assert {role for role in ROLES if permits(principal(role), action)} == set(roles)
        assert not permits(principal(roles[0], scopes=frozenset()), action)


def test_the_roles_of_the_contract_hold() -> None:
    """Firms file plans, dispatchers command, regulators own the zones and policy, suppliers feed tracks."""
    assert PERMISSIONS["zone.write"] == PERMISSIONS["policy.write"] == ("regulator",)
    assert PERMISSIONS["plan.file"] == ("operator",)
    assert "dispatcher" in PERMISSIONS["command.send"]
    assert set(PERMISSIONS["track.write"]) == {"operator", "supplier"}
    assert PERMISSIONS["ground_stop.write"] == ("dispatcher",)


@pytest.mark.parametrize(
    ("role", "own_read", "foreign_read", "own_edit", "foreign_edit", "visible"),
    [
        ("operator", True, False, True, False, "org_1"),
        ("supplier", True, False, True, False, "org_1"),
        ("dispatcher", True, True, True, True, None),
        ("regulator", True, True, True, False, None),
        ("admin", True, True, True, False, None),
    ],
)
def test_whose_things_one_sees(
    *, role: Role, own_read: bool, foreign_read: bool, own_edit: bool, foreign_edit: bool, visible: str | None
) -> None:
    """A firm must see and change its own things only; what belongs to nobody is nobody's but the overseers'."""
    caller = principal(role)
    assert (may_read_of(caller, "org_1"), may_read_of(caller, "org_2")) == (own_read, foreign_read)
    assert (may_edit_of(caller, "org_1"), may_edit_of(caller, "org_2")) == (own_edit, foreign_edit)
    assert may_read_of(caller, None) == foreign_read
    assert visible_organisation(caller) == visible
