"""People sign in with a foreign OpenID provider, and tools with ours: real processes, real sockets, real lies."""

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conftest import PATIENCE_S, ROOT, Server, free_port
from tests.fakes.openid_provider import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.slow

ROLES = {"tower": "dispatcher@org_demo_centre", "rules": "regulator@org_demo_authority", "nowhere": "operator@org_none"}


class ServerWithProvider(Server):
    """A demo server that lets people in with the provider."""

    issuer: str = ""

    def start(self, *, timeout_s: float = 240) -> None:
        os.environ |= {
            "HEXLANE_OIDC_ISSUER": self.issuer,
            "HEXLANE_OIDC_CLIENT_ID": CLIENT_ID,
            "HEXLANE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "HEXLANE_OIDC_NAME": "City staff",
            "HEXLANE_OIDC_ROLE_MAP": json.dumps(ROLES),
        }
        try:
            super().start(timeout_s=timeout_s)
        finally:
            for name in [name for name in os.environ if name.startswith("HEXLANE_OIDC_")]:
                del os.environ[name]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerWithProvider]:
    """A server and the foreign provider it trusts."""
    port = free_port()
    redirect = f"http://127.0.0.1:{port}/v1/session/oidc/callback"
    command = [sys.executable, "-m", "tests.fakes.openid_provider", "0", redirect]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as provider:
        try:
            assert provider.stdout is not None
            running = ServerWithProvider(tmp_path_factory.mktemp("openid"), port=port)
            running.issuer = provider.stdout.readline().strip()
            running.start()
            yield running
            running.stop()
        finally:
            provider.kill()


def go(here: ServerWithProvider, browser: httpx.Client, login: str, **more: str) -> httpx.Response:
    """Sign in at the provider as somebody and return our answer to the browser that comes back."""
    begun = browser.get("/v1/session/oidc")
    assert begun.status_code == 302, begun.text
    asked = {**dict(httpx.URL(begun.headers["location"]).params), "login": login, **more}
    at_provider = httpx.get(f"{here.issuer}/authorize", params=asked, timeout=PATIENCE_S)
    assert at_provider.status_code == 302, at_provider.text
    return browser.get(at_provider.headers["location"])


def browser_of(here: ServerWithProvider) -> httpx.Client:
    return httpx.Client(base_url=here.base_url, timeout=30)


def test_people_of_the_provider_get_the_role_their_claim_maps_to(here: ServerWithProvider) -> None:
    """Discovery, PKCE, state and nonce must be asked; who comes back must be who the claim says, time after time."""
    with browser_of(here) as browser:
        listed = browser.get("/v1/session/providers").json()["providers"]
        assert listed == [{"name": "City staff", "start": "/v1/session/oidc"}]
        asked = parse_qs(urlsplit(browser.get("/v1/session/oidc").headers["location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert all(len(asked[name][0]) >= 43 for name in ("code_challenge", "state", "nonce"))
        answer = go(here, browser, "alice")
        assert (answer.status_code, answer.headers["location"]) == (302, "/")
        known = browser.get("/v1/session").json()["user"]
        assert (known["name"], known["role"]) == ("alice", "dispatcher")
        assert browser.get("/v1/flight-plans").status_code == 200
    with browser_of(here) as again:
        go(here, again, "alice")
        assert again.get("/v1/session").json()["user"]["user_id"] == known["user_id"]
        words = {"name": "alice", "password": "any password at all"}
        assert again.post("/v1/session", json=words).status_code == 401, "no password opens a person without one"
    with browser_of(here) as other:
        go(here, other, "rita")
        assert other.get("/v1/session").json()["user"]["role"] == "regulator"


def test_who_has_no_role_here_stays_out(here: ServerWithProvider) -> None:
    """Somebody the provider knows and the settings do not must be sent back without a session."""
    with browser_of(here) as browser:
        answer = go(here, browser, "eve")
        assert answer.headers["location"] == "/?sign_in=no_role"
        assert browser.get("/v1/session").status_code == 401


@pytest.mark.parametrize("fault", ["nonce", "issuer", "audience", "expired", "key"])
def test_an_id_token_that_is_not_ours_opens_nothing(here: ServerWithProvider, fault: str) -> None:
    """A token of another sign-in, issuer, client, time or key must be refused."""
    with browser_of(here) as browser:
        answer = go(here, browser, "alice", fault=fault)
        assert answer.headers["location"] == "/?sign_in=refused", fault
        assert browser.get("/v1/session").status_code == 401


def test_an_answer_belongs_to_the_browser_that_began(here: ServerWithProvider) -> None:
    """A code planted in another browser, another state, and a code used twice must open nothing."""
    with browser_of(here) as thief, browser_of(here) as victim:
        begun = thief.get("/v1/session/oidc")
        asked = {**dict(httpx.URL(begun.headers["location"]).params), "login": "alice"}
        back = httpx.get(f"{here.issuer}/authorize", params=asked, timeout=PATIENCE_S).headers["location"]
        assert victim.get(back).headers["location"] == "/?sign_in=expired"
        victim.get("/v1/session/oidc")
        assert victim.get(back).headers["location"] == "/?sign_in=expired"
        assert victim.get("/v1/session").status_code == 401
        cookies = dict(thief.cookies)
        assert thief.get(back).headers["location"] == "/"
        replayed = httpx.get(back, cookies=cookies, timeout=PATIENCE_S)
        assert replayed.headers["location"] == "/?sign_in=refused"
        denied = victim.get("/v1/session/oidc/callback?error=access_denied&state=x")
        assert denied.headers["location"].startswith("/?sign_in=")


def test_the_provider_may_rotate_its_keys(here: ServerWithProvider) -> None:
    """Claims may stand in userinfo alone, but of the same subject only; keys that are new are fetched."""
    with browser_of(here) as browser:
        httpx.get(f"{here.issuer}/quiet?on=1", timeout=PATIENCE_S)
        try:
            assert go(here, browser, "rita").headers["location"] == "/"
            assert go(here, browser, "rita", fault="subject").headers["location"] == "/?sign_in=refused"
        finally:
            httpx.get(f"{here.issuer}/quiet?on=0", timeout=PATIENCE_S)


# -- the embedded provider ---------------------------------------------------------------------------------------------

VERIFIER = "a-verifier-of-forty-three-characters-or-more-0123456789"
BACK = "https://tool.example/back"


@pytest.fixture(scope="module")
def tool(here: ServerWithProvider) -> dict[str, str]:
    """Another tool, brought in by the admin."""
    with here.client("admin") as admin:
        made = admin.post("/v1/relying-parties", json={"name": "Weather board", "redirect_uris": [BACK]})
        assert made.status_code == 201, made.text
        return dict(made.json())


def question(tool: dict[str, Any], **changes: str) -> str:
    asked = {
        "client_id": tool["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid profile",
        "state": "st",
        "nonce": "no",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return f"/oauth/authorize?{urlencode(asked | changes)}"


def hidden(page: httpx.Response) -> dict[str, str]:
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }


def code_of(here: ServerWithProvider, tool: dict[str, str], browser: httpx.Client) -> str:
    user = next(user for user in here.credentials["users"] if user["role"] == "regulator")
    page = browser.get(question(tool))
    assert "Weather board" in page.text
    answer = browser.post("/oauth/authorize", data={**hidden(page), "name": user["name"], "password": user["password"]})
    assert answer.status_code == 303, answer.text
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["state"], back["iss"]) == (["st"], [here.base_url])
    return back["code"][0]


def redeem(here: ServerWithProvider, tool: dict[str, str], given: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return httpx.post(
        f"{here.base_url}/oauth/token",
        data=form | changes,
        auth=(tool["client_id"], tool["client_secret"]),
        timeout=PATIENCE_S,
    )


def test_another_tool_lets_people_sign_in_here(here: ServerWithProvider, tool: dict[str, str]) -> None:
    """Configuration, code, id_token and userinfo must be such as a client that knows only the standard needs."""
    configuration = httpx.get(f"{here.base_url}/.well-known/openid-configuration", timeout=PATIENCE_S).json()
    with browser_of(here) as browser:
        code = code_of(here, tool, browser)
        tokens = redeem(here, tool, code).json()
        keys = KeySet.import_key_set(httpx.get(configuration["jwks_uri"], timeout=PATIENCE_S).json())
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (here.base_url, tool["client_id"], "no")
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        person = httpx.get(configuration["userinfo_endpoint"], headers=headers, timeout=PATIENCE_S).json()
        assert (person["sub"], person["role"], person["groups"]) == (claims["sub"], "regulator", ["regulator"])
        assert httpx.get(f"{here.base_url}/v1/flight-plans", headers=headers, timeout=PATIENCE_S).status_code == 401, (
            "no API token"
        )
        with here.client("regulator") as regulator:
            assert regulator.get("/oauth/userinfo").status_code == 401, "and the other way"
        assert redeem(here, tool, code).json()["error"] == "invalid_grant", "a code counts once"
        page = browser.get(question(tool))
        assert "csrf_token" in hidden(page), "who has a session goes on with one press"
        assert browser.post("/oauth/authorize", data=hidden(page)).status_code == 303
        forged = browser.post("/oauth/authorize", data={**hidden(page), "csrf_token": "0" * 64})
        assert forged.status_code == 403


def test_what_is_asked_wrongly_goes_nowhere(here: ServerWithProvider, tool: dict[str, str]) -> None:
    """An address that is not registered must never be redirected to; other faults go back to the tool in OAuth's words."""
    with browser_of(here) as browser:
        assert browser.get(question(tool, redirect_uri="https://evil.example/")).status_code == 422
        assert browser.get(question(tool, client_id="rp_none")).status_code == 422
        for changes, error in (
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"scope": "profile"}, "invalid_scope"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
        ):
            answer = browser.get(question(tool, **changes))
            assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]
        page = browser.get(question(tool))
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        style = page.text.partition("<style>")[2].partition("</style>")[0].encode()
        assert f"style-src 'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'" in policy
        wrong = browser.post("/oauth/authorize", data={**hidden(page), "name": "nobody", "password": "x"})
        assert (wrong.status_code, "location" in wrong.headers) == (200, False)
        foreign = browser.post("/oauth/authorize", data=hidden(page), headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        code = code_of(here, tool, browser)
        for changes in (
            {"code_verifier": "x" * 43},
            {"redirect_uri": "https://evil.example/"},
            {"code": code[:-4] + "AAAA"},
        ):
            assert redeem(here, tool, code, **changes).json()["error"] == "invalid_grant"
        assert redeem(here, {**tool, "client_secret": "wrong"}, code).status_code == 401
        assert redeem(here, tool, code).status_code == 200, "none of that spent the code"
