"""People of a server that is no demonstration sign in with password and one-time code, in a browser."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import free_port
from tests.forked import ForkedCommand

ROOT = Path(__file__).resolve().parents[3]
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A fresh server with an administrator from the command line and a dispatcher with a second factor."""
    assert (ROOT / "utm/static/console/index.html").is_file(), "the console is not built: run `make web`"
    folder, port = tmp_path_factory.mktemp("office"), free_port()
    command = [sys.executable, "-m", "utm.cli", "admin", "create", "root-li", "--client", "--json"]
    made = subprocess.run([*command, "--data-dir", str(folder)], cwd=ROOT, capture_output=True, check=True)
    admin = json.loads(made.stdout)
    env = {**os.environ, "HEXLANE_DATA_DIR": str(folder), "HEXLANE_PORT": str(port), "HEXLANE_MAVLINK_UDP_PORT": "0"}
    env |= {
        "HEXLANE_OIDC_ISSUER": "http://127.0.0.1:9",
        "HEXLANE_OIDC_CLIENT_ID": "x",
        "HEXLANE_OIDC_NAME": "City staff",
    }
    process = ForkedCommand(["serve"], env=env, log=folder / "server.log")
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                break
        except httpx.TransportError:
            pass
        assert process.poll() is None, (folder / "server.log").read_text()
        time.sleep(0.1)
    auth = (admin["client_id"], admin["client_secret"])
    token = httpx.post(f"{url}/oauth/token", data=GRANT, auth=auth).json()["access_token"]
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as client:
        centre = client.post("/v1/organisations", json={"name": "Operations Centre", "role": "dispatcher"}).json()
        person = {"name": "zhao.min", "organisation_id": centre["organisation_id"]}
        user = client.post("/v1/users", json=person).json()
    words = {"name": "zhao.min", "password": user["password"]}
    with httpx.Client(base_url=url, timeout=20) as own:
        csrf = {"X-CSRF-Token": own.post("/v1/session", json=words).json()["csrf_token"]}
        secret = own.post("/v1/session/totp", json={"password": user["password"]}, headers=csrf).json()["secret"]
        code = {"code": pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))}
        codes = own.post("/v1/session/totp/confirm", json=code, headers=csrf).json()["recovery_codes"]
    yield {"url": url, **words, "secret": secret, "codes": codes}
    process.terminate()
    process.wait(20)


def test_the_form_asks_for_a_code_and_takes_it(browser: Browser, office: dict[str, Any]) -> None:
    """Password first, then the code: a wrong one must be said to be wrong, the right one open the console."""
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(office["url"])
        page.get_by_label("User name").fill(office["name"])
        page.get_by_label("Password").fill(office["password"])
        expect(page.get_by_label("One-time code")).to_have_count(0)
        expect(page.get_by_role("button", name="Sign in with City staff")).to_be_visible()
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("One-time code").fill("000000")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("The code is not right or was used")
        page.get_by_label("One-time code").fill(pyotp.TOTP(office["secret"]).now())
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_label("User name")).to_have_count(0, timeout=20_000)
        assert context.request.get(f"{office['url']}/v1/session").status == 200


def test_a_recovery_code_does_in_its_place(browser: Browser, office: dict[str, Any]) -> None:
    """A recovery code must open the console, in the Chinese form too, and why a provider sent somebody back be said."""
    with browser.new_context(locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"{office['url']}/?sign_in=no_role")
        expect(page.get_by_role("alert")).to_contain_text("您的账号在本系统中没有角色")
        page.get_by_label("用户名").fill(office["name"])
        page.get_by_label("密码").fill(office["password"])
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_label("动态验证码").fill(office["codes"][0])
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_label("用户名")).to_have_count(0, timeout=20_000)
