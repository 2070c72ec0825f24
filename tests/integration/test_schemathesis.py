"""Generated requests over the whole OpenAPI document, as every role: no 500, no undocumented status, no wrong schema.

`make test` sends a thousand; the ten thousand of an acceptance run take a few minutes:
`python -m pytest tests/integration/test_schemathesis.py -m long`.
"""

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Server
from tests.fakes.generated import CALLERS, Sender, Tally
from tests.fakes.two_firms import TwoFirms, seed, seed_offices, two_firms

pytestmark = [pytest.mark.slow, pytest.mark.timeout(5400)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoFirms]:
    """A city with things to name, on a server that counts no requests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEXLANE_REQUESTS_PER_S", "100000")
        running = Server(tmp_path_factory.mktemp("generated"))
        running.start()
        try:
            with two_firms(running) as made:
                for firm in made.firms:
                    seed(made, firm, None)
                    firm.own("vehicle", firm.ids["other_aircraft"])
                    firm.own("command", "cmd_never_given")
                seed_offices(made)
                yield made
        finally:
            running.stop()


def _sent(city: TwoFirms, examples: int) -> Tally:
    document = httpx.get(f"{city.server.base_url}/openapi.json", timeout=30).json()
    sender = Sender(city, document)
    tally = sender.run(examples)
    assert not tally.faults, f"{len(tally.faults)} faults in {tally.cases} cases\n{tally.text()}"
    operations = sum(len(methods) for methods in document["paths"].values())
    assert len(tally.by_operation) == operations
    assert set(tally.by_caller) == set(CALLERS)
    assert {200, 401, 403, 404, 422} <= set(tally.by_status)
    spread = f"{dict(tally.by_caller)}, {dict(tally.by_status)}, renewed {dict(tally.renewed)}"
    print(f"\n{tally.cases} cases, {operations} operations: {spread}")  # with -s: what an acceptance run shows
    assert not tally.shut_out, f"taken for strangers: {dict(tally.shut_out)}"
    return tally


def test_a_thousand_generated_requests_are_answered_as_documented(city: TwoFirms) -> None:
    """Every operation, alternately as documented and against it, as every role in turn, must answer as documented."""
    assert _sent(city, 8).cases >= 700


@pytest.mark.long
def test_ten_thousand_generated_requests_are_answered_as_documented(city: TwoFirms) -> None:
    """The same ten thousand times."""
    assert _sent(city, 45).cases >= 10_000
