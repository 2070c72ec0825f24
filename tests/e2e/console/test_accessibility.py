"""axe-core over screens of the console, in both themes and languages."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import City
from tests.e2e.console.conftest import ROOT
from tests.e2e.console.test_replay import opened

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(580)]

PATIENCE_MS = 240_000
"""How long a screen may take where many share a processor that also draws the map: nothing here depends on speed."""
FIRMS_FORM = ".inspection .zone-group input"
SCREENS = {
    "replay": ".transport",
    "indicators": ".charts",
    "fleet": ".fleet-table",
    "handover": ".handover-card",
    "sectors": ".sectors-pad",
    "checklists": ".checklist-card",
    "admin": ".fleet-table",
    "network": ".network .zone-find",
    "filing": ".filing .zone-grid",
    "inspection": ".inspection .side-body",
}


def test_nothing_serious_is_found_on_any_screen(browser: Browser, city: City) -> None:
    """No serious or critical fault of the accessibility rules on any of these screens, dark in English, light in Chinese."""
    axe = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for theme, lang in (("dark", "en"), ("light", "zh-CN")):
        walk = [(screen, "dispatcher", ready) for screen, ready in SCREENS.items()]
        # Firms design inspections; a dispatcher sees their results only.
        for screen, role, ready in (*walk, ("inspection", "operator", FIRMS_FORM)):
            page = opened(browser, city, f"&theme={theme}&screen={screen}", role=role, lang=lang)
            page.locator(ready).first.wait_for(timeout=PATIENCE_MS)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            for fault in result["violations"]:
                if fault["impact"] in ("serious", "critical"):
                    nodes = [node["html"][:160] for node in fault["nodes"][:4]]
                    found[f"{screen} {role} {theme}: {fault['id']}"] = nodes
            page.context.close()
    assert not found, found
