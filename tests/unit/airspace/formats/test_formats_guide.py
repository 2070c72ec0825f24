"""The files shown in docs/formats.md are read as they stand."""

import itertools
import re
from pathlib import Path

import pytest

from airspace.formats.problems import TEXTS
from airspace.formats.route_files import ROUTE_FORMATS, RouteFormat, read_route
from airspace.formats.routes import RouteOptions
from airspace.formats.zone_files import ZONE_FORMATS, ZoneFormat, read_zones
from tests.fakes.airspace_region import REGION

GUIDE = (Path(__file__).parents[4] / "docs" / "formats.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"<!-- (zones|plan): (\w+) -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
ZONES = [(kind, text) for what, kind, text in BLOCKS if what == "zones"]
PLANS = [(kind, text) for what, kind, text in BLOCKS if what == "plan"]


def test_every_format_has_its_example() -> None:
    """The guide must show a file of each format, packed ones by what is in them."""
    assert {kind for kind, _ in ZONES} == set(ZONE_FORMATS) - {"kmz"}
    assert {kind for kind, _ in PLANS} == set(ROUTE_FORMATS) - {"kmz"}


@pytest.mark.parametrize(("kind", "text"), ZONES, ids=[kind for kind, _ in ZONES])
def test_the_guides_zones_can_be_imported(kind: ZoneFormat, text: str) -> None:
    """Each example must read without an error, to as many zones as it shows."""
    numbers = itertools.count()
    found = read_zones(kind, text.encode(), REGION, new_id=lambda: f"zn_{next(numbers)}")
    assert found.errors == []
    assert len(found.zones) == (2 if kind == "openair" else 1)


@pytest.mark.parametrize(("kind", "text"), PLANS, ids=[kind for kind, _ in PLANS])
def test_the_guides_plans_can_be_imported(kind: RouteFormat, text: str) -> None:
    """Each example must read to a body that lacks only what no ground station knows."""
    found = read_route(kind, {"file.wpml": text.encode()}, RouteOptions(), REGION)
    assert [problem for problem in found.problems if problem.severity == "error"] == []
    assert found.body is not None
    assert len(found.body["route"]["waypoints"]) >= 2
    assert set(found.missing) <= {"aircraft_id", "departure_at", "operation_type"}


def test_every_code_the_guide_lists_exists_in_both_languages() -> None:
    """Codes in the guide's table must be ones a reader gives; each text must be there in English and Chinese."""
    table = GUIDE.partition("## Codes of problems")[2].partition("## Identification")[0]
    listed = set(re.findall(r"`([a-z_]+)`", table.partition("|---|---|")[2]))
    others = {"too_many_vertices"}  # a code of the parser behind the readers
    assert listed - others <= set(TEXTS)
    for code, (text, text_zh) in TEXTS.items():
        assert text, code
        assert text_zh, code
