"""Every screen as a picture, in both languages, three sizes and both themes; and nothing cut off on any of them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import City
from tests.e2e.console.conftest import ROOT
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(600)]

REGISTRY = ROOT / "web/src/screens/registry.tsx"
SIZES = ((1440, 900), (1920, 1080), (3840, 2160))
WALL_PX = 2800
"""From this width on a screen is opened anew (`web/src/map/uiScale.ts`)."""
# Who is in front of a screen that dispatchers do not have.
ROLES = {"admin": "admin", "filing": "operator"}

CUT_OFF = """() => [...document.querySelectorAll(
  'button, h1, h2, h3, th, label, .chip-button, .card-title, .top-bar, .drawer-body, .page-head')]
  .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0
    && getComputedStyle(part).overflowX !== 'auto' && getComputedStyle(part).textOverflow !== 'ellipsis')
  .map((part) => `${part.tagName}.${part.className} ${part.textContent.slice(0, 40)} ${part.scrollWidth}>${part.clientWidth}`)"""
SMALLEST = """() => { let least = 99; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) { const part = walk.currentNode.parentElement
    if (walk.currentNode.data.trim() && part.checkVisibility() && part.getClientRects().length > 0) {
      // Words in a drawing grow with it: their size is in its own units.
      const drawn = part.getScreenCTM ? part.getScreenCTM().a : 1
      least = Math.min(least, parseFloat(getComputedStyle(part).fontSize) * drawn * part.currentCSSZoom) } }
  return least }"""


def screen_ids() -> list[str]:
    """Return the ids of all screens, as the registry names them."""
    return re.findall(r"\{ id: '([a-z_]+)'", REGISTRY.read_text("utf-8"))


def settled(page: Page) -> None:
    """Wait until what the screen reads is there: its own words, then the map at rest."""
    expect(page.get_by_text(re.compile("Opening |正在打开"))).to_have_count(0, timeout=60_000)
    at_rest(page)
    page.wait_for_timeout(1_500)


def at_rest(page: Page) -> None:
    """Wait until the map has drawn what it was given, a minute at most: on a wall in software that takes long."""
    for _ in range(600):
        if page.evaluate("window.__hexlane ? window.__hexlane.mapIdle() : false"):
            break
        page.wait_for_timeout(100)


def opened(page: Page, screen: str) -> None:
    """Open what a screen is best looked at with: a drone on the live map."""
    if screen == "live":
        page.keyboard.press("n")
        expect(page.locator(".drawer")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("screen", screen_ids())
def test_screenshots(browser: Browser, city: City, artifacts: Path, screen: str) -> None:
    """A screen fits all three sizes in both languages: no word of a button, head or label is cut off, none is too small."""
    faults: list[str] = []
    for lang, theme in (("zh-CN", "dark"), ("en", "dark"), ("zh-CN", "light")):
        role = ROLES.get(screen, "dispatcher")
        with signed_in(browser, city, role, f"?lang={lang}&theme={theme}&screen={screen}") as page:
            settled(page)
            opened(page, screen)
            # Four thousand pixels cost software rendering ten seconds a picture: light is looked at in one size.
            for width, height in SIZES if theme == "dark" else SIZES[:1]:
                page.set_viewport_size({"width": width, "height": height})
                if width >= WALL_PX:  # the map decides when it opens how large its words and signs are
                    page.reload()
                    settled(page)
                    opened(page, screen)
                    at_rest(page)
                page.wait_for_timeout(1_200)
                name = f"{screen}-{lang}-{width}x{height}{'' if theme == 'dark' else '-light'}"
                page.screenshot(path=artifacts / f"{name}.png", timeout=120_000)
                faults += [f"{name}: {part}" for part in page.evaluate(CUT_OFF)]
                least, wanted = page.evaluate(SMALLEST), 11 if width < 3000 else 15
                if least < wanted:
                    faults.append(f"{name}: text of {least} px")
    assert faults == []
