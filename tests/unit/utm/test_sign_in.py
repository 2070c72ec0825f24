"""People get in with what they know and what they have; who guesses waits, and the trail says who tried."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import defusedxml.ElementTree
import httpx
import pyotp
import pytest
import segno

from tests.fakes.edge import Edge, MovableClock, running, stored_bytes
from utm.problems import Problem
from utm.security.guesses import APPLICATIONS, FORGET_S, FREE_FAILURES, MAX_WAIT_S, Guesses
from utm.security.passwords import weakness
from utm.security.sealing import Sealer
from utm.security.second_factor import otpauth_uri, qr_svg
from utm.store import journal
from utm.store.store import Store

NEW = "eleven quiet herons over the bay"


async def sign_in(client: httpx.AsyncClient, user: dict[str, str], **more: str) -> httpx.Response:
    body = {"name": user["name"], "password": user["password"], **more}
    return await client.post("/v1/session", json=body)


async def signed_in(client: httpx.AsyncClient, user: dict[str, str], **more: str) -> dict[str, str]:
    answer = await sign_in(client, user, **more)
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf_token"]}


async def enrolled(edge: Edge, client: httpx.AsyncClient, user: dict[str, str]) -> tuple[str, list[str]]:
    """Switch the second factor of a person on; return its secret and the recovery codes."""
    csrf = await signed_in(client, user)
    made = await client.post("/v1/session/totp", json={"password": user["password"]}, headers=csrf)
    assert made.status_code == 201
    secret = str(made.json()["secret"])
    code = pyotp.TOTP(secret).at(edge.clock.now())
    confirmed = await client.post("/v1/session/totp/confirm", json={"code": code}, headers=csrf)
    assert confirmed.status_code == 200, confirmed.text
    return secret, confirmed.json()["recovery_codes"]


async def test_a_second_factor_is_asked_for_once_confirmed(tmp_path: Path) -> None:
    """An authenticator app must be able to read the URI, and from then on the password alone must not do."""
    async with running(tmp_path) as edge, edge.client() as client:
        user = edge.user("dispatcher")
        csrf = await signed_in(client, user)
        made = (await client.post("/v1/session/totp", json={"password": user["password"]}, headers=csrf)).json()
        uri = urlsplit(made["otpauth_uri"])
        assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
        assert parse_qs(uri.query)["secret"] == [made["secret"]]
        assert made["qr_svg"] == qr_svg(made["otpauth_uri"])
        assert (await sign_in(client, user)).status_code == 200, "not asked for before it was confirmed"
        csrf = await signed_in(client, user)
        wrong = await client.post("/v1/session/totp/confirm", json={"code": "000000"}, headers=csrf)
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
        code = pyotp.TOTP(made["secret"]).at(edge.clock.now())
        assert (await client.post("/v1/session/totp/confirm", json={"code": code}, headers=csrf)).status_code == 200
        alone = await sign_in(client, user)
        assert (alone.status_code, alone.json()["code"]) == (401, "totp_required")
        wrong_password = await sign_in(client, {**user, "password": "wrong wrong wrong"})
        assert wrong_password.json()["code"] == "wrong_credentials", "the second factor is no hint at the password"


def test_the_qr_code_says_the_uri_in_black_on_white() -> None:
    """What the image draws, module by module, must be the QR code of the URI with the margin a camera needs."""
    uri = otpauth_uri("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "wu.lan")
    drawn = defusedxml.ElementTree.fromstring(qr_svg(uri))
    across = int(drawn.attrib["viewBox"].split()[2])
    light, dark = drawn.findall("{http://www.w3.org/2000/svg}path")
    assert (light.attrib["fill"], dark.attrib["stroke"]) == ("#fff", "#000")
    assert light.attrib["d"] == f"M0 0h{across}v{across}h-{across}z"
    x, y, filled = 0.0, 0.0, set()
    for step, values in re.findall(r"([Mmh])([-\d. ]+)", dark.attrib["d"]):
        numbers = [float(value) for value in re.findall(r"-?\d*\.?\d+", values)]
        if step == "M":
            x, y = numbers
        elif step == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            filled |= {(round(x) + n, int(y)) for n in range(round(numbers[0]))}
            x += numbers[0]
    code = segno.make_qr(uri, error="m")
    assert across == code.symbol_size(border=4)[0]
    rows = [[value != 0 for value in row] for row in code.matrix_iter(border=4)]
    assert filled == {(column, row) for row, line in enumerate(rows) for column, on in enumerate(line) if on}


async def test_a_second_factor_is_set_up_in_order(tmp_path: Path) -> None:
    """Confirming or removing what is not there, and enrolling what is on, must be 409 and say so."""
    async with running(tmp_path) as edge, edge.client() as client:
        user = edge.user("regulator")
        csrf, code = await signed_in(client, user), {"code": "123456"}
        early = await client.post("/v1/session/totp/confirm", json=code, headers=csrf)
        nothing = {"password": user["password"], **code}
        removed = await client.request("DELETE", "/v1/session/totp", json=nothing, headers=csrf)
        await enrolled(edge, client, user)
        csrf = {"X-CSRF-Token": (await client.get("/v1/session")).json()["csrf_token"]}
        twice = await client.post("/v1/session/totp", json={"password": user["password"]}, headers=csrf)
        for answer in (early, removed, twice):
            assert (answer.status_code, answer.json()["code"]) == (409, "totp_state")


async def test_a_provider_that_is_away_is_no_reason_to_fail(tmp_path: Path) -> None:
    """A provider that does not answer must give 503 oidc_unavailable, and a server without one 409."""
    provider = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "x"}
    async with running(tmp_path / "a", **provider) as edge, edge.client() as client:
        answer = await client.get("/v1/session/oidc")
        assert (answer.status_code, answer.json()["code"]) == (503, "oidc_unavailable")
        back = await client.get("/v1/session/oidc/callback?code=x&state=y")
        assert back.headers["location"] == "/?sign_in=expired"
    async with running(tmp_path / "b") as edge, edge.client() as client:
        away = await client.get("/v1/session/oidc")
        assert (away.status_code, away.json()["code"]) == (409, "conflict")
        assert (await client.get("/v1/session/providers")).json() == {"providers": []}


async def test_a_code_counts_once(tmp_path: Path) -> None:
    """A code, and any older one, must be refused after it was used; a phone half a minute off must be let in."""
    async with running(tmp_path) as edge, edge.client() as client:
        user = edge.user("regulator")
        secret, _ = await enrolled(edge, client, user)
        at = pyotp.TOTP(secret).at
        used = await sign_in(client, user, code=at(edge.clock.now()))
        assert used.json()["code"] == "wrong_code", "the code that confirmed it"
        edge.clock.advance(30)
        assert (await sign_in(client, user, code=at(edge.clock.now()))).status_code == 200
        again = await sign_in(client, user, code=at(edge.clock.now()))
        assert (again.status_code, again.json()["code"]) == (401, "wrong_code")
        edge.clock.advance(60)
        early = at(int(edge.clock.now().timestamp()) + 30)
        assert (await sign_in(client, user, code=early)).status_code == 200
        late = await sign_in(client, user, code=at(edge.clock.now()))
        assert late.json()["code"] == "wrong_code", "older than the last one used"


async def test_recovery_codes_open_once_each_and_are_kept_as_hashes(tmp_path: Path) -> None:
    """A recovery code must let in once; neither it nor the secret may stand in the store."""
    async with running(tmp_path) as edge, edge.client() as client:
        user = edge.user("regulator")
        secret, codes = await enrolled(edge, client, user)
        assert len(set(codes)) == 10
        csrf = await signed_in(client, user, code=codes[3].upper())
        left = (await client.get("/v1/session/totp", headers=csrf)).json()
        assert left == {"state": "on", "recovery_codes_left": 9}
        assert (await sign_in(client, user, code=codes[3])).json()["code"] == "wrong_code"
        removal = {"password": user["password"], "code": codes[4]}
        assert (await client.request("DELETE", "/v1/session/totp", json=removal, headers=csrf)).status_code == 204
        assert (await sign_in(client, user)).status_code == 200
    stored = stored_bytes(tmp_path)
    for plain in (secret, codes[5], codes[5].replace("-", "")):
        assert plain.encode() not in stored


async def test_an_admin_helps_who_lost_the_phone(tmp_path: Path) -> None:
    """An admin, and nobody else, must be able to take a second factor away and set a password, which ends sessions."""
    async with running(tmp_path) as edge, edge.client() as client, edge.client() as office:
        user = edge.user("dispatcher")
        await enrolled(edge, client, user)
        known = (await office.get("/v1/users", headers=edge.headers("admin"))).json()["items"]
        user_id = next(item["user_id"] for item in known if item["name"] == user["name"])
        assert (await office.delete(f"/v1/users/{user_id}/totp", headers=edge.headers("operator"))).status_code == 403
        assert (await office.delete(f"/v1/users/{user_id}/totp", headers=edge.headers("admin"))).status_code == 204
        assert (await sign_in(client, user)).status_code == 200
        answer = await office.post(f"/v1/users/{user_id}/password", json={}, headers=edge.headers("admin"))
        assert (await client.get("/v1/session")).status_code == 401
        assert (await sign_in(client, user)).status_code == 401
        assert (await sign_in(client, {**user, "password": answer.json()["password"]})).status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "Hexlane2026!",
        "demo-dispatcher1",
        "aaaaaaaaaaaaaaa",
        "qwertyuiop12",
        "123456789012345",
        "abcdefghijklmn",
        "x" * 300,
    ],
)
def test_a_weak_password_is_named(password: str) -> None:
    """Short, known, repeated, walked along the keyboard or built on the name: each must be refused with a reason."""
    assert weakness(password, "demo-dispatcher") is not None


@pytest.mark.parametrize("password", [NEW, "correct horse battery staple", "春眠不觉晓处处闻啼鸟夜来", "Tz7#kf09.wLq2"])
def test_a_good_password_is_taken(password: str) -> None:
    """A sentence, in whatever script, and a random string must do."""
    assert weakness(password, "demo-dispatcher") is None


async def test_a_person_changes_the_password(tmp_path: Path) -> None:
    """The present password must be right and the new one strong; then all sessions end and the new one opens."""
    async with running(tmp_path) as edge, edge.client() as client:
        user = edge.user("regulator")
        csrf = await signed_in(client, user)

        async def change(current: str, password: str) -> httpx.Response:
            body = {"current": current, "password": password}
            return await client.put("/v1/session/password", json=body, headers=csrf)

        assert (await change("wrong wrong wrong", NEW)).json()["code"] == "wrong_credentials"
        weak = await change(user["password"], "password1234")
        assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
        assert weak.json()["errors"][0]["field"] == "/password"
        assert (await change(user["password"], NEW)).status_code == 204
        assert (await client.get("/v1/session")).status_code == 401
        assert (await sign_in(client, user)).status_code == 401
        assert (await sign_in(client, {**user, "password": NEW})).status_code == 200
        bearer = edge.headers("operator")
        assert (await edge.client().get("/v1/session/totp", headers=bearer)).status_code == 401


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


def counting(folder: Path, clock: MovableClock) -> tuple[Guesses, Store]:
    """Return what counts guesses in one more process on the folder's store."""
    store = Store(folder / "hexlane.db")
    store.start()
    return Guesses(clock, store, Sealer(folder / "sealing.key").digest), store


@pytest.fixture
def guesses(tmp_path: Path, clock: MovableClock) -> Iterator[Guesses]:
    made, store = counting(tmp_path, clock)
    yield made
    store.close()


async def wait_of(guesses: Guesses, account: str | None, address: str) -> int:
    try:
        await guesses.check(account, address)
    except Problem as problem:
        return int(problem.headers["Retry-After"]) if problem.code == "too_many_attempts" else -1
    return 0


async def test_waits_double_and_are_forgotten(guesses: Guesses, clock: MovableClock) -> None:
    """After a few failures from anywhere each more must double the wait up to its limit; an hour later all is forgotten."""
    waits = []
    for n in range(20):
        await guesses.failed("li", f"10.0.0.{n}")
        waits.append(await wait_of(guesses, "li", "10.9.9.9"))
    assert waits[: FREE_FAILURES - 1] == [0] * (FREE_FAILURES - 1)
    assert waits[FREE_FAILURES - 1 : FREE_FAILURES + 3] == [1, 2, 4, 8]
    assert waits[-1] == MAX_WAIT_S
    assert await wait_of(guesses, "wang", "10.9.9.9") == 0
    clock.advance(MAX_WAIT_S)
    assert await wait_of(guesses, "li", "10.9.9.9") == 0
    clock.advance(3601)
    await guesses.failed("li", "10.0.0.1")
    assert await wait_of(guesses, "li", "10.9.9.9") == 0


async def test_guessing_elsewhere_locks_nobody_out_of_where_they_work(guesses: Guesses) -> None:
    """An account known at an address must be let in there while others guess, until it fails there as often."""
    await guesses.succeeded("li", "10.1.1.1")
    for n in range(12):
        await guesses.failed("li", f"10.0.0.{n}")
    assert await wait_of(guesses, "li", "10.2.2.2") > 0
    assert await wait_of(guesses, "li", "10.1.1.1") == 0
    for _ in range(FREE_FAILURES):
        await guesses.failed("li", "10.1.1.1")
    assert await wait_of(guesses, "li", "10.1.1.1") > 0


async def test_an_address_that_guesses_names_waits_too(guesses: Guesses) -> None:
    """Many failures from one address, whatever the names, must make that address wait, and no other."""
    for n in range(60):
        await guesses.failed(f"name-{n}", "10.0.0.1")
    assert await wait_of(guesses, "somebody", "10.0.0.1") > 0
    assert await wait_of(guesses, "somebody", "10.0.0.2") == 0


async def test_an_address_that_guesses_a_programs_secret_is_limited_for_that_program(guesses: Guesses) -> None:
    """A dozen wrong secrets for one client from one address must be answered 429, and the client let in from elsewhere."""
    for _ in range(12):
        await guesses.check(None, "10.0.0.1", name="cl_x")
        await guesses.failed(None, "10.0.0.1", name="cl_x")
    with pytest.raises(Problem) as refused:
        await guesses.check(None, "10.0.0.1", name="cl_x")
    assert refused.value.code == "too_many_requests"
    await guesses.check(None, "10.0.0.1", name="cl_y")
    await guesses.check(None, "10.0.0.2", name="cl_x")


async def test_guesses_are_counted_across_processes_and_restarts(tmp_path: Path, clock: MovableClock) -> None:
    """Failures spread over processes must add up, hold in each of them and in one started later; no name stands there."""
    first, one = counting(tmp_path, clock)
    second, two = counting(tmp_path, clock)
    try:
        for n in range(FREE_FAILURES + 3):
            await (first, second)[n % 2].failed("li.wei-typed-in", f"10.0.0.{n}")
        assert [await wait_of(item, "li.wei-typed-in", "10.9.9.9") for item in (first, second)] == [8, 8]
        verdicts = [(await (first, second)[n % 2].take(APPLICATIONS, "10.0.0.9")).allowed for n in range(12)]
        assert verdicts == [True] * 10 + [False] * 2
        clock.advance(FORGET_S)
        await one.write(first.forget_expired)
        assert await wait_of(second, "li.wei-typed-in", "10.9.9.9") == 0
        for _ in range(FREE_FAILURES):
            await second.failed("li.wei-typed-in", "10.0.0.1")
    finally:
        one.close()
        two.close()
    later, three = counting(tmp_path, clock)
    assert await wait_of(later, "li.wei-typed-in", "10.9.9.9") == 1
    three.close()
    assert b"li.wei-typed-in" not in stored_bytes(tmp_path)


async def test_sign_in_slows_down_and_every_attempt_is_in_the_trail(tmp_path: Path) -> None:
    """Wrong passwords must end in 429 with Retry-After, and the audit trail must name account and address, no secret."""
    async with running(tmp_path) as edge, edge.client(address="10.0.0.7") as client:
        user = edge.user("dispatcher")
        answers = [await sign_in(client, {**user, "password": "wrong wrong wrong"}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert answers[-1].json()["code"] == "too_many_attempts"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert (await sign_in(client, user)).status_code == 429, "the right one must wait as well"
        edge.clock.advance(2)
        assert (await sign_in(client, user)).status_code == 200
        await sign_in(client, {"name": "my secret pass phrase", "password": "x"})
        lines = await edge.identity.store.read(lambda session: list(journal.all_audit(session)))
        tried: list[Any] = [line for line in lines if line.action.startswith("session.")]
        assert [line.action for line in tried] == ["session.refuse"] * 5 + ["session.open", "session.refuse"]
        assert {line.object_id for line in tried[:6]} == {"usr_demo_centre"}
        assert all("10.0.0.7" in line.detail for line in tried)
        assert tried[-1].object_id == "unknown"
        assert not any("pass phrase" in line.detail or "wrong wrong" in line.detail for line in lines)
