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
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import PATIENCE_S, free_port
from tests.e2e.conftest import wait_for
from tests.e2e.console.test_screenshots import CUT_OFF, SIZES, SMALLEST
from tests.forked import ForkedCommand

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

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
    token = httpx.post(f"{url}/oauth/token", data=GRANT, auth=auth, timeout=PATIENCE_S).json()["access_token"]
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S) as client:
        centre = client.post("/v1/organisations", json={"name": "Operations Centre", "role": "dispatcher"}).json()
        person = {"name": "zhao.min", "organisation_id": centre["organisation_id"]}
        user = client.post("/v1/users", json=person).json()
        other = client.post("/v1/users", json={**person, "name": "wu.lan"}).json()
    words = {"name": "zhao.min", "password": user["password"]}
    with httpx.Client(base_url=url, timeout=PATIENCE_S) as own:
        csrf = {"X-CSRF-Token": own.post("/v1/session", json=words).json()["csrf_token"]}
        secret = own.post("/v1/session/totp", json={"password": user["password"]}, headers=csrf).json()["secret"]
        # The step before the present one, while it still counts: not asked for at the end of the present one.
        wait_for(lambda: time.time() % 30 < 10, 60, "a time step to begin")
        code = {"code": pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))}
        codes = own.post("/v1/session/totp/confirm", json=code, headers=csrf).json()["recovery_codes"]
    yield {"url": url, **words, "secret": secret, "codes": codes, "other": other["password"]}
    process.terminate()
    process.wait(PATIENCE_S)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_screenshots_of_signing_in(browser: Browser, office: dict[str, Any], artifacts: Path, lang: str) -> None:
    """The way in fits all sizes in both languages, dark and light: nothing is cut off, no word too small."""
    faults: list[str] = []
    for theme in ("dark", "light"):
        with browser.new_context(locale=lang, reduced_motion="reduce") as context:
            page = context.new_page()
            page.goto(f"{office['url']}/?lang={lang}&theme={theme}")
            expect(page.locator("input[autocomplete='username']")).to_be_visible(timeout=60_000)
            for width, height in SIZES if theme == "dark" else SIZES[:1]:
                page.set_viewport_size({"width": width, "height": height})
                name = f"sign-in-{lang}-{width}x{height}{'' if theme == 'dark' else '-light'}"
                page.screenshot(path=artifacts / f"{name}.png", timeout=120_000)
                faults += [f"{name}: {part}" for part in page.evaluate(CUT_OFF)]
                least, wanted = page.evaluate(SMALLEST), 11 if width < 3000 else 15
                if least < wanted:
                    faults.append(f"{name}: text of {least} px")
    assert faults == []


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
        expect(page.get_by_label("User name")).to_have_count(0, timeout=60_000)
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
        expect(page.get_by_label("用户名")).to_have_count(0, timeout=60_000)


AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
NEW = "eleven quiet herons over the bay"


def _enter(page: Page, name: str, password: str, code: str | None = None) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()
    if code is not None:
        page.locator("input[name=code]").fill(code)
        page.locator("button[type=submit]").click()
    expect(page.locator(".screen-rail")).to_be_attached(timeout=60_000)


def _serious(page: Page) -> list[str]:
    """Return what the accessibility rules find grave in the open dialog."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document.querySelector('[role=dialog]'), { resultTypes: ['violations'] })")
    return [f"{item['id']}: {item['nodes'][0]['html'][:120]}" for item in found["violations"]]


def _account(page: Page, menu: str, item: str) -> Locator:
    page.get_by_role("button", name=menu).click()
    page.get_by_role("menuitem", name=item).click()
    return page.get_by_role("dialog")


def test_people_set_their_second_factor_up_and_change_their_password(
    browser: Browser, office: dict[str, Any], artifacts: Path
) -> None:
    """From the user menu, in both languages and themes: enrol, keep the codes, sign in by code, change the password, remove."""
    name = "wu.lan"
    with browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{office['url']}/?theme=dark")
        _enter(page, name, office["other"])
        dialog = _account(page, f"Account of {name}", "Password and second factor")
        expect(dialog.get_by_role("status")).to_contain_text("Off")
        part = dialog.get_by_role("region", name="Second factor")
        part.get_by_label("Present password").fill("not the password")
        part.get_by_role("button", name="Set up an authenticator app").click()
        expect(part.get_by_role("alert")).to_contain_text("not right")
        part.get_by_label("Present password").fill(office["other"])
        part.get_by_role("button", name="Set up an authenticator app").click()
        secret = part.get_by_label("Key").inner_text().replace(" ", "")
        picture = part.get_by_role("img", name="QR code for the authenticator app")
        expect(picture).to_be_visible()
        drawn = "image => image.complete && image.naturalWidth > 0"
        wait_for(lambda: picture.evaluate(drawn), 60, "the QR code to be drawn")
        assert not _serious(page)
        page.screenshot(path=artifacts / "account-en-dark.png")
        part.get_by_label("Code the app shows").fill("000000")
        part.get_by_role("button", name="Switch it on").click()
        expect(part.get_by_role("alert")).to_contain_text("not right or was used")
        # The step before the present one: the present one is left for the sign-in below. Asked early in a step, since the
        # code of the one before ends with it.
        wait_for(lambda: time.time() % 30 < 10, 60, "a time step to begin")
        before = pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))
        part.get_by_label("Code the app shows").fill(before)
        part.get_by_role("button", name="Switch it on").click()
        codes = part.get_by_role("listitem")
        expect(codes).to_have_count(10, timeout=60_000)
        kept = codes.first.inner_text()
        assert not _serious(page)
        part.get_by_role("button", name="I have kept them").click()
        expect(part.get_by_role("status")).to_contain_text("10 recovery codes are left")
    with browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{office['url']}/?theme=light")
        _enter(page, name, office["other"], kept)
        dialog = _account(page, f"{name}的账户", "密码与双因素验证")
        expect(dialog.get_by_role("status")).to_contain_text("还剩 9 个恢复码")
        assert not _serious(page)
        page.screenshot(path=artifacts / "account-zh-light.png")
        form = dialog.get_by_role("region", name="修改密码")
        for password, again, words in (
            (NEW, NEW + "!", "不一致"),
            ("password1234", "password1234", "由常见词构成"),
        ):
            form.get_by_label("当前密码").fill(office["other"])
            form.get_by_label("新密码", exact=True).fill(password)
            form.get_by_label("再次输入新密码").fill(again)
            form.get_by_role("button", name="修改密码").click()
            expect(form.get_by_role("alert")).to_contain_text(words)
        form.get_by_label("新密码", exact=True).fill(NEW)
        form.get_by_label("再次输入新密码").fill(NEW)
        form.get_by_role("button", name="修改密码").click()
        # Its session has ended like every other, and the console notices by itself.
        expect(page.get_by_label("用户名")).to_be_visible(timeout=60_000)
        _enter(page, name, NEW, pyotp.TOTP(secret).now())
        dialog = _account(page, f"{name}的账户", "密码与双因素验证")
        part = dialog.get_by_role("region", name="双因素验证")
        part.get_by_label("当前密码").fill(NEW)
        part.get_by_label("动态验证码").fill(pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30)))
        part.get_by_role("button", name="关闭双因素验证").click()
        expect(part.get_by_role("status")).to_contain_text("未启用")
