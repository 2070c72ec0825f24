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
UI_SCALE = ROOT / "web/src/map/uiScale.ts"
# Who is in front of a screen that dispatchers do not have.
ROLES = {"admin": "admin", "filing": "operator"}

CUT_OFF = """() => [...document.querySelectorAll(
  'button, h1, h2, h3, th, label, .chip-button, .card-title, .top-bar, .drawer-body, .page-head')]
  .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0
    && !part.closest('.visually-hidden')
    && getComputedStyle(part).overflowX !== 'auto' && getComputedStyle(part).textOverflow !== 'ellipsis')
  .map((part) => `${part.tagName}.${part.className} ${part.textContent.slice(0, 40)} ${part.scrollWidth}>${part.clientWidth}`)
  .concat([...document.querySelectorAll('svg text')].filter((part) => {
    // Words in a drawing end at its edge.
    const [word, drawing] = [part.getBoundingClientRect(), part.ownerSVGElement.getBoundingClientRect()]
    return part.checkVisibility() && word.width > 0 && (word.left < drawing.left - 1 || word.right > drawing.right + 1)
  }).map((part) => `drawn beyond its edge: ${part.textContent}`))"""
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


def wall_px() -> int:
    """Return from which width on the map is drawn larger, which it decides when it opens; as the console says it."""
    found = re.search(r"^export const LARGE_FROM_PX = (\d+)$", UI_SCALE.read_text("utf-8"), re.M)
    assert found is not None, f"{UI_SCALE} no longer says LARGE_FROM_PX"
    return int(found[1])


def faults_of(page: Page, name: str, width: int) -> list[str]:
    """Return what is cut off in a picture, and the smallest words where they are too small for its size."""
    faults = [f"{name}: {part}" for part in page.evaluate(CUT_OFF)]
    least, wanted = page.evaluate(SMALLEST), 11 if width < 3000 else 15
    return faults if least >= wanted else [*faults, f"{name}: text of {least} px"]


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
        expect(page.locator(".drawer")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("screen", screen_ids())
def test_screenshots(browser: Browser, city: City, artifacts: Path, screen: str) -> None:
    """A screen fits all three sizes in both languages: no word of a button, head or label is cut off, none is too small."""
    faults: list[str] = []
    for lang, theme in (("zh-CN", "dark"), ("en", "dark"), ("zh-CN", "light")):
        role = ROLES.get(screen, "dispatcher")
        query = f"?lang={lang}&theme={theme}&screen={screen}"
        with signed_in(browser, city, role, query) as page:
            settled(page)
            opened(page, screen)
            # Four thousand pixels cost software rendering ten seconds a picture: light is looked at in one size.
            for width, height in SIZES if theme == "dark" else SIZES[:1]:
                page.set_viewport_size({"width": width, "height": height})
                if width >= wall_px():
                    # Opened as on a wall: with words of its size, and without the view of the smaller window.
                    page.goto(f"{city.base_url}/{query}")
                    settled(page)
                    opened(page, screen)
                    at_rest(page)
                page.wait_for_timeout(1_200)
                name = f"{screen}-{lang}-{width}x{height}{'' if theme == 'dark' else '-light'}"
                page.screenshot(path=artifacts / f"{name}.png", timeout=120_000)
                faults += faults_of(page, name, width)
    assert faults == []
