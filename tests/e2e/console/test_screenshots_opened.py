"""What dispatchers and firms open on the screens, as pictures: forms, questions, lists, stories, a lost connection."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import City, wait_for
from tests.e2e.console.conftest import ROOT
from tests.e2e.console.pages import signed_in
from tests.e2e.console.test_screenshots import SIZES, faults_of, settled
from tests.fakes import filing

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(600)]

PATIENCE_MS = 60_000
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
# Far from everything else these tests fly or publish.
GROUND = [filing.place(-3_000.0 + east, 4_000.0 + north) for east, north in ((0, 0), (400, 0), (400, 300), (0, 300))]


def said(key: str) -> re.Pattern[str]:
    """Return what begins with the words of the catalogue for a key, in either language, up to its first parameter."""
    areas = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "web/src/i18n/areas").glob("*.ts")))
    found = re.search(rf"^  {key}: {{ zh: '((?:[^'\\]|\\.)*)', en: '((?:[^'\\]|\\.)*)'", areas, re.M)
    assert found is not None, key
    return re.compile("^(" + "|".join(re.escape(words.partition("{")[0]) for words in found.groups()) + ")")


def press(page: Page | Locator, key: str) -> None:
    """Press the first button that is called so."""
    page.get_by_role("button", name=said(key)).first.click(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class World:
    """What the pictures need to be there."""

    order_id: str
    aircraft_id: str
    base: str
    base_at: tuple[float, float]
    """Longitude and latitude."""
    track_id: str


@pytest.fixture(scope="module")
def world(city: City) -> Iterator[World]:
    """Yield an order on a vehicle of its own for an hour and a half from now, cancelled afterwards, and a drone that flies."""
    with city.client("operator") as firm, city.client("dispatcher") as desk:
        aircraft_id = filing.register(firm)
        carrier = {"site_id": "st_happy_coast", "payload_max_kg": 5, "battery_wh": 1300}
        assert firm.put(f"/v1/carriers/{aircraft_id}", json=carrier).status_code == 200
        body = {
            "origin_site_id": "st_happy_coast", "destination_site_id": "st_talent_park", "payload_kg": 1.5,
            "ready_at": (datetime.now(UTC) + timedelta(minutes=90)).isoformat(),
        }  # fmt: skip
        answer = firm.post("/v1/orders", json=body)
        assert answer.status_code in (200, 201, 202), answer.text

        def flying() -> list[dict[str, Any]]:
            items = desk.get("/v1/tracks").json()["items"]
            return [item for item in items if item["plan_id"] and item["source"] == "mavlink"]

        track = wait_for(flying, 120, "a flight under way")[0]
        lon, lat = firm.get("/v1/sites/st_happy_coast").json()["geometry"]["coordinates"]
        yield World(answer.json()["order_id"], aircraft_id, "st_happy_coast", (lon, lat), track["track_id"])
        firm.post(f"/v1/orders/{answer.json()['order_id']}/cancel")
        firm.put(f"/v1/carriers/{aircraft_id}", json={**carrier, "state": "out_of_service"})


def hold(page: Page) -> None:
    """Ask what holding a drone would do; nothing is sent."""
    drawer = page.locator(".drawer")
    press(drawer, "command_type_hold")
    question = drawer.get_by_role("group", name=said("command_type_hold"))
    question.locator("textarea, input").first.fill("Crane at work ahead")
    press(question, "command_show_effect")
    expect(question.locator("p").first).to_be_visible()
    page.wait_for_timeout(1_500)


def inspection(page: Page, world: World) -> None:
    """Fill in the inspection form and let it draw the flights."""
    panel = page.locator(".inspection")
    lon, lat = world.base_at
    corners = [(lat + 0.001, lon), (lat + 0.001, lon + 0.003), (lat + 0.003, lon + 0.003), (lat + 0.003, lon)]
    panel.get_by_label(said("draw_points")).fill("\n".join(f"{a:.6f}, {b:.6f}" for a, b in corners))
    panel.get_by_label(said("field_registration")).select_option(world.aircraft_id, timeout=PATIENCE_MS)
    panel.get_by_label(said("inspection_base")).select_option(world.base, timeout=PATIENCE_MS)
    press(panel, "inspection_preview")
    expect(panel.get_by_role("region", name=said("inspection_yields"))).to_be_visible(timeout=PATIENCE_MS)


def withdraw_site(page: Page) -> None:
    """Open the first site and ask for its end; the question stands there."""
    panel = page.locator(".network")
    panel.get_by_role("button", name=said("network_edit")).first.click(timeout=PATIENCE_MS)
    panel.locator(".network-foot").get_by_role("button", name=said("network_withdraw")).click(timeout=PATIENCE_MS)
    expect(panel.locator(".zone-question")).to_be_visible()


def zone_form(page: Page) -> None:
    """Begin a temporary zone and type its corners; its impact stands below."""
    press(page, "airspace_temporary")
    page.get_by_label(said("draw_points")).fill("\n".join(f"{a:.6f}, {b:.6f}" for a, b in GROUND))
    page.wait_for_timeout(2_500)


def cut_off_line(page: Page) -> None:
    """Take the network away, and wait until the page says so."""
    page.context.set_offline(True)
    expect(page.locator(".banner-lost[role='alert']")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(3_000)


def scrolled(page: Page) -> None:
    """Go to the foot of a page."""
    page.locator(".page-body").evaluate("(body) => { body.scrollTop = body.scrollHeight }")
    page.wait_for_timeout(1_000)


def drawer(page: Page) -> None:
    """Wait for the panel at the right."""
    page.get_by_role("complementary").last.wait_for(timeout=PATIENCE_MS)


def searched(page: Page) -> None:
    """Search for what many things answer."""
    page.keyboard.press("/")
    page.get_by_role("combobox").fill("demo")
    expect(page.get_by_role("option").first).to_be_visible(timeout=PATIENCE_MS)


Opener = Callable[[Page, World], object]
Query = str | Callable[[World], str]
# Name: role, address, what is done there.
SCENES: dict[str, tuple[str, Query, Opener]] = {
    "live-search": ("dispatcher", "", lambda page, _: searched(page)),
    "live-help": ("dispatcher", "", lambda page, _: page.keyboard.press("?")),
    "live-plans": ("dispatcher", "&list=plans", lambda page, _: page.locator(".plans").wait_for()),
    "live-contingencies": ("dispatcher", "&contingencies=open", lambda page, _: None),
    "live-several": ("dispatcher", "&below=9000", lambda page, _: press(page, "mass_open")),
    "live-hold": ("dispatcher", lambda world: f"&track={world.track_id}&centre=1", lambda page, _: hold(page)),
    "live-orders": ("dispatcher", "&list=orders", lambda page, _: page.locator(".plans").wait_for()),
    "live-order": ("dispatcher", lambda world: f"&list=orders&order={world.order_id}", lambda page, _: drawer(page)),
    "live-order-form": ("operator", "&list=orders", lambda page, _: press(page, "parcel_new")),
    "live-faults": ("dispatcher", "&list=faults", lambda page, _: None),
    "live-lost": ("dispatcher", "", lambda page, _: cut_off_line(page)),
    "airspace-form": ("dispatcher", "&screen=airspace", lambda page, _: zone_form(page)),
    "airspace-helicopter": ("dispatcher", "&screen=airspace&do=helicopter", lambda page, _: None),
    "airspace-withdraw": ("regulator", "&screen=airspace", lambda page, _: press(page, "airspace_withdraw")),
    "airspace-import": ("regulator", "&screen=airspace", lambda page, _: press(page, "airspace_import")),
    "logistics-order": ("dispatcher", lambda world: f"&screen=logistics&order={world.order_id}", lambda page, _: drawer(page)),
    "network-site": ("regulator", "&screen=network", lambda page, _: press(page, "network_new_site")),
    "network-withdraw": ("regulator", "&screen=network", lambda page, _: withdraw_site(page)),
    "network-corridor": ("regulator", "&screen=network&tab=corridors", lambda page, _: press(page, "network_new_corridor")),
    "network-people": ("regulator", "&screen=network&tab=people", lambda page, _: None),
    "network-ways": ("regulator", "&screen=network&tab=ways", lambda page, _: None),
    "network-rules": ("regulator", "&screen=network&tab=rules", lambda page, _: None),
    "network-files": ("regulator", "&screen=network&tab=files", lambda page, _: None),
    "inspection-form": ("operator", "&screen=inspection", inspection),
    "indicators-foot": ("dispatcher", "&screen=indicators", lambda page, _: scrolled(page)),
    "fleet-sites": ("dispatcher", "&screen=fleet&tab=sites", lambda page, _: None),
    "fleet-carrier": ("operator", "&screen=fleet&tab=carriers", lambda page, _: press(page, "fleet_new_carrier")),
    "fleet-battery": ("operator", "&screen=fleet&tab=batteries", lambda page, _: press(page, "fleet_new_battery")),
    "fleet-crew": ("operator", "&screen=fleet&tab=crews", lambda page, _: press(page, "fleet_new_crew")),
    "sectors-division": ("dispatcher", "&screen=sectors&tab=division", lambda page, _: None),
    "sectors-positions": ("admin", "&screen=sectors&tab=positions", lambda page, _: None),
    "admin-feeds": ("admin", "&screen=admin&tab=feeds", lambda page, _: None),
    "admin-firms": ("admin", "&screen=admin&tab=firms", lambda page, _: None),
    "admin-people": ("admin", "&screen=admin&tab=people", lambda page, _: None),
    "admin-applications": ("admin", "&screen=admin&tab=applications", lambda page, _: None),
    "admin-reach": ("admin", "&screen=admin&tab=reach", lambda page, _: None),
    "admin-policy": ("regulator", "&screen=admin&tab=policy", lambda page, _: None),
}  # fmt: skip


@pytest.mark.parametrize("scene", SCENES)
def test_screenshots_of_what_is_opened(browser: Browser, city: City, world: World, artifacts: Path, scene: str) -> None:
    """What is opened fits in both languages and themes: nothing cut off, no word too small, nothing serious for axe-core."""
    role, query, act = SCENES[scene]
    address = query if isinstance(query, str) else query(world)
    axe = AXE.read_text("utf-8")
    found: list[str] = []
    for lang, theme in (("zh-CN", "dark"), ("en", "light")):
        with signed_in(
            browser, city, role, f"?lang={lang}&theme={theme}{address}", expected="ERR_INTERNET_DISCONNECTED"
        ) as page:
            settled(page)
            act(page, world)
            page.wait_for_timeout(800)
            for width, height in SIZES[:2] if lang == "zh-CN" else SIZES[:1]:
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(800)
                name = f"{scene}-{lang}-{width}x{height}"
                page.screenshot(path=artifacts / f"{name}.png", timeout=120_000)
                found += faults_of(page, name, width)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            for fault in result["violations"]:
                if fault["impact"] in ("serious", "critical"):
                    found.append(
                        json.dumps([scene, lang, fault["id"], [node["html"][:160] for node in fault["nodes"][:3]]])
                    )
            page.context.set_offline(False)
    assert found == []
