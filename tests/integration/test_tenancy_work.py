"""Another firm's thing and one that never was cost the same work: the same statements of the store, for every endpoint.

How long an answer takes on the wire is measured beside it: `python -m tests.bench tenancy`.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes import flying
from tests.fakes.planted_server import PlantedServer
from tests.fakes.tenancy import Rule
from tests.fakes.tenancy_walk import Walk
from tests.fakes.two_firms import Firm, TwoFirms, report, seed, seed_offices, two_firms

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

NOTE = """
import os
from sqlalchemy import event
from sqlalchemy.engine import Engine
written = open(os.path.join(os.environ["HEXLANE_DATA_DIR"], "statements.log"), "a", buffering=1)
def note(statement):
    written.write(" ".join(statement.split()) + chr(10))
event.listen(Engine, "connect", lambda connection, record: connection.set_trace_callback(note))
"""
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_TRIES = 8


class Counting(Walk):
    """Asks for another's thing and for nothing, and compares what the store was asked meanwhile."""

    def __init__(self, city: TwoFirms) -> None:
        document = httpx.get(f"{city.server.base_url}/openapi.json", timeout=30).json()
        super().__init__(city, document)
        self._log = Path(city.server.data_dir) / "statements.log"
        self._usual: set[str] = set()
        self.compared: list[str] = []
        self.asked = 0

    def listen(self, seconds: float) -> None:
        """Learn what the server asks of its store by itself."""
        before = self._log.stat().st_size
        time.sleep(seconds)
        self._usual |= set(self._since(before))

    def _since(self, offset: int) -> Counter[str]:
        with self._log.open("rb") as log:
            log.seek(offset)
            text = log.read().decode(errors="replace")
        return Counter(_LITERAL.sub("?", line) for line in text.splitlines())

    def _statements(self, endpoint: str, rule: Rule, owner: Firm, other: Firm, *, broken: bool) -> Counter[str]:
        path = self._path(endpoint, rule, owner, broken=broken)
        body = self._body(rule, owner, other)
        before = self._log.stat().st_size
        answer = self._send(other.client, endpoint, path, body=body, headers=rule.headers)
        assert answer.status_code == 404, (endpoint, answer.text)
        found = self._since(before)
        return Counter({text: n for text, n in found.items() if text not in self._usual})

    def compare(self) -> None:
        """Compare every endpoint whose path names a firm's thing, in the order of the walk."""
        owner, other = self.city.firms
        for endpoint, rule in self.known():
            if rule.own is None or "operator" not in rule.admitted:
                continue
            self.compared.append(endpoint)
            for _ in range(_TRIES):  # the server's own work may fall into either
                foreign = self._statements(endpoint, rule, owner, other, broken=False)
                absent = self._statements(endpoint, rule, owner, other, broken=True)
                if foreign == absent:
                    self.asked += foreign.total()
                    break
            else:
                differ = {
                    text: (foreign[text], absent[text]) for text in foreign | absent if foreign[text] != absent[text]
                }
                self._fault(endpoint, "operator", f"asks the store (foreign, absent): {differ}")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoFirms]:
    """Two firms that own one of everything, on a server that writes down what it asks of its store."""
    running = PlantedServer(tmp_path_factory.mktemp("work"))
    running.plant = NOTE
    running.start()
    try:
        with two_firms(running) as made:
            with flying.flying(running) as fleet:
                for firm in made.firms:
                    seed(made, firm, fleet)
                seed_offices(made)
                for firm in made.firms:
                    report(firm)
            yield made
    finally:
        running.stop()


def test_anothers_thing_costs_the_store_what_nothing_costs(city: TwoFirms) -> None:
    """Whatever an endpoint asks of the store before it says 404 must be the same for both, statement by statement."""
    walk = Counting(city)
    walk.listen(6.0)
    walk.compare()
    assert not walk.faults, "\n".join(map(str, walk.faults))
    assert len(walk.compared) >= 60
    assert walk.asked > 20, "nothing was asked of the store: the statements are not seen"
