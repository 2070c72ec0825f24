"""What is heard of alerts in a real browser: which tone when, one for a group, and nothing in quiet mode."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import City
from tests.e2e.console.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(240)]

# An ear in the place of the loudspeaker: the pitch of each beep in order.
EAR = """
window.__heard = []
window.AudioContext = class {
  state = 'running'; currentTime = 0; destination = {}
  resume() { return Promise.resolve() }
  createGain() {
    const gain = { setValueAtTime() {}, linearRampToValueAtTime() {} }
    return { gain, connect: (next) => next }
  }
  createOscillator() {
    const frequency = { value: 0 }
    return { frequency, connect: (next) => next, start: () => window.__heard.push(frequency.value), stop() {} }
  }
}
"""
WARNING, CAUTION, EMERGENCY = [740, 740], [520], [880, 660, 880, 660]
CHECK_MS = 31_000
"""The console reads the list of alerts twice a minute."""


class Rail:
    """A console whose alerts are those of this list, without a live feed, on a clock that the test moves."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.alerts: list[dict[str, Any]] = []
        page.add_init_script(EAR)
        # The city's own alerts would be heard between: neither feed nor list of it is read.
        page.route("**/feed.worker*", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page.route("**/v1/alerts?*", self._answer)
        page.clock.install()

    def _answer(self, route: Route) -> None:
        route.fulfill(json={"items": self.alerts, "next_cursor": None})

    def put(self, alert_id: str, severity: str, status: str = "raised", group: str | None = None) -> None:
        """Let an alert be open, in the place of one of the same id."""
        now = datetime.now(UTC).isoformat()
        words = {"detail": f"About {alert_id}", "detail_zh": f"关于 {alert_id}"}
        alert = {"alert_id": alert_id, "kind": "link_lost", "severity": severity, "status": status, **words}
        self.alerts = [item for item in self.alerts if item["alert_id"] != alert_id]
        self.alerts.append({**alert, "group_id": group or alert_id, "raised_at": now, "updated_at": now})

    def open(self) -> None:
        """Open the console on it and wait until the list is shown."""
        self.page.reload(wait_until="commit")
        self.page.clock.run_for(2_000)
        expect(self.page.locator(".left-rail")).to_contain_text("About", timeout=30_000)
        self.page.clock.run_for(2_000)

    def heard(self, pass_ms: int = CHECK_MS) -> list[int]:
        """Let time pass, the list be read again, and return the beeps meanwhile."""
        self.page.evaluate("window.__heard.length = 0")
        self.page.clock.run_for(pass_ms)
        self.page.wait_for_timeout(500)
        self.page.clock.run_for(1_500)
        return list(self.page.evaluate("window.__heard"))


def test_a_new_alert_is_heard_once_and_its_effects_with_it(browser: Browser, city: City) -> None:
    """What a shift begins with is silent; a cause with five effects is one tone; graver is heard anew, later is not."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        rail = Rail(page)
        rail.put("old", "warning")
        rail.open()
        assert rail.heard() == []
        rail.put("cause", "warning")
        for nth in range(5):
            rail.put(f"effect{nth}", "caution", group="cause")
        assert rail.heard() == WARNING
        assert rail.heard() == []
        rail.put("small", "caution")
        assert rail.heard() == CAUTION
        rail.put("note", "advisory")
        assert rail.heard() == []
        rail.put("small", "warning")
        assert rail.heard() == WARNING


def test_an_emergency_is_heard_until_somebody_answers(browser: Browser, city: City) -> None:
    """An emergency is heard again every quarter of a minute, and no more once it is acknowledged."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        rail = Rail(page)
        rail.put("old", "caution")
        rail.open()
        rail.put("grave", "emergency")
        assert rail.heard()[:4] == EMERGENCY
        again = rail.heard(30_000)
        assert again in (EMERGENCY * 2, EMERGENCY * 3)
        rail.put("grave", "emergency", "acknowledged")
        rail.heard()
        assert rail.heard() == []


def test_quiet_mode_is_kept_and_says_so(browser: Browser, city: City) -> None:
    """In quiet mode nothing is heard, also after the page is opened anew; the alert is on the rail all the same."""
    with signed_in(browser, city, "dispatcher", "?lang=en") as page:
        rail = Rail(page)
        rail.put("old", "caution")
        rail.open()
        page.keyboard.press("m")
        rail.put("grave", "emergency")
        assert rail.heard() == []
        expect(page.locator(".left-rail")).to_contain_text("About grave")
        rail.open()
        rail.put("other", "warning")
        assert rail.heard() == []
        expect(page.get_by_role("button", name="Turn the sound on")).to_be_visible()
        page.get_by_role("button", name="Turn the sound on").click()
        # Heard from now on: what came meanwhile is known, but an emergency that nobody answered is heard.
        assert rail.heard()[:4] == EMERGENCY
