"""Sites."""

from typing import Any

import pytest

from airspace.scene import Scene
from airspace.sites import Site, SiteSet, parse_site, site_to_feature
from airspace.zones import ZoneSet
from tests.fakes.airspace_region import LAT, LON, REGION, box, zone


def feature(**properties: Any) -> dict[str, Any]:
    """Return a site Feature at the test origin."""
    values = {"site_id": "st_test", "name": "Test", "kind": "mall", "pads": 2, "elevation_amsl_m": 3.0}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [LON, LAT]},
        "properties": values | properties,
    }


def site(**properties: Any) -> Site:
    """Return a parsed site."""
    parsed = parse_site(feature(**properties), REGION)
    assert isinstance(parsed, Site), parsed
    return parsed


def test_a_site_survives_its_feature() -> None:
    """Parsed, written and parsed again, every attribute is kept."""
    first = site(name_zh="测试", operator_id="org_a", radius_m=80, open=False, source="demo", demonstration=True)
    again = parse_site(site_to_feature(first), REGION)
    assert again == first
    assert (first.pads, first.elevation_amsl_m, first.radius_m, first.open) == (2, 3.0, 80.0, False)


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        (None, "/type", "wrong_type"),
        ({"type": "Feature"}, "/properties", "missing"),
        (feature(name=""), "/properties/name", "missing"),
        (feature(site_id=None), "/properties/site_id", "missing"),
        (feature(pads=0), "/properties/pads", "out_of_range"),
        (feature(pads=1.5), "/properties/pads", "out_of_range"),
        (feature(elevation_amsl_m=float("inf")), "/properties/elevation_amsl_m", "out_of_range"),
        (feature(radius_m=0), "/properties/radius_m", "out_of_range"),
        (feature(open="yes"), "/properties/open", "wrong_type"),
        (feature() | {"geometry": {"type": "Polygon"}}, "/geometry/type", "unknown_geometry"),
        (feature() | {"geometry": {"type": "Point", "coordinates": 5}}, "/geometry/coordinates", "wrong_type"),
        (
            feature() | {"geometry": {"type": "Point", "coordinates": [LAT, LON]}},
            "/geometry/coordinates",
            "probably_swapped_axes",
        ),
    ],
)
def test_each_fault_of_a_site_is_named(raw: object, pointer: str, code: str) -> None:
    """The pointer leads to the field and the code is stable."""
    result = parse_site(raw, REGION)
    assert isinstance(result, list)
    assert [(error.pointer, error.code) for error in result] == [(pointer, code)]


def test_sites_are_found_by_their_cell() -> None:
    """The set returns those that may touch a cell, and refuses two of one id."""
    sites = SiteSet.of([site()], REGION)
    assert [item.site_id for item in sites.candidates([REGION.grid.cell_of(LAT, LON)])] == ["st_test"]
    assert sites.candidates([REGION.grid.cell_of(LAT + 0.1, LON)]) == []
    with pytest.raises(ValueError, match="st_test"):
        SiteSet.of([site(), site()], REGION)


def test_sites_within_reach_are_told_with_their_distance() -> None:
    """A reach is a circle, its edge included: a site in the corner of its box is out of reach."""
    here = site()
    sites = SiteSet.of([here], REGION)
    assert sites.within(here.x_m - 300.0, here.y_m - 400.0, 500.0) == [(500.0, here)]
    assert sites.within(here.x_m - 300.0, here.y_m - 400.0, 499.9) == []
    assert sites.within(here.x_m - 400.0, here.y_m - 400.0, 500.0) == []
    assert SiteSet.of([], REGION).within(0.0, 0.0, 1e6) == []


def test_a_scene_changes_its_zones_without_touching_the_rest() -> None:
    """Corridors and sites keep their index when a zone is published."""
    scene = Scene.of(REGION, ZoneSet.of([], REGION), [], [site()])
    changed = scene.with_zones(scene.zones.with_zone(zone(box(0, 0, 9, 9))))
    assert changed.sites is scene.sites
    assert "zn_test" in changed.zones.zones
    assert not scene.zones.zones
