"""The shipped city: what its zones, sites and corridors promise to the flights that use them."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon

from airspace.corridors import Corridor, parse_corridor
from airspace.ols import RunwayLine, protection_outline
from airspace.region import Region
from airspace.sites import Site, parse_site
from airspace.zones import Zone, parse_zone
from utm.city import City, load_city

# What a flight may deviate sideways, twice over: corridors and pads keep at least this far from closed airspace.
CLEAR_M = 40.0
CLOSED = ("PROHIBITED", "REQ_AUTHORISATION")
KEPT_FREE_DEG = (114.14, 22.67, 114.34, 22.76)


@cache
def city() -> City:
    return load_city("shenzhen")


@cache
def region() -> Region:
    return city().region()


@cache
def zones() -> tuple[Zone, ...]:
    parsed = [parse_zone(feature, region()) for feature in city().zones]
    assert not [item for item in parsed if isinstance(item, list)]
    return tuple(item for item in parsed if isinstance(item, Zone))


@cache
def sites() -> dict[str, Site]:
    parsed = [parse_site(feature, region()) for feature in city().sites]
    return {item.site_id: item for item in parsed if isinstance(item, Site)}


@cache
def corridors() -> dict[str, Corridor]:
    parsed = [parse_corridor(feature, region()) for feature in city().corridors]
    return {item.corridor_id: item for item in parsed if isinstance(item, Corridor)}


@cache
def closed_below_the_ceiling() -> shapely.Geometry:
    """The ground plan of all prohibited and authorised-only zones that reach into 0 to 110 m, at any time."""
    return shapely.union_all([z.area.outline for z in zones() if z.restriction in CLOSED and z.lower_m < 110])


def line_of(corridor: Corridor) -> LineString:
    return LineString([*corridor.edges_m[:, :2], corridor.edges_m[-1, 2:]])


def test_the_pack_has_the_size_of_a_city() -> None:
    """A few dozen zones of every kind, about sixty sites or more, a corridor network."""
    assert 24 <= len(zones()) <= 100
    assert {zone.restriction for zone in zones()} == {*CLOSED, "CONDITIONAL", "NO_RESTRICTION"}
    assert 55 <= len(sites()) == len(city().sites) <= 100
    assert 80 <= len(corridors()) == len(city().corridors) <= 200
    assert any(zone.applicability[0].weekly for zone in zones())


@pytest.mark.parametrize("kind", ["zones", "sites", "corridors", "places"])
def test_every_object_says_what_it_is_worth(kind: str) -> None:
    """Each object names its source or calls itself a demonstration value, and has its name in both languages."""
    for feature in getattr(city(), kind):
        properties = feature["properties"]
        assert properties.get("source") or properties.get("demonstration") is True
        assert properties["name"].isascii() or "–" in properties["name"]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in properties["name_zh"])


def test_zones_speak_both_languages() -> None:
    """Each zone has an authority, a reason and its message in Chinese and English."""
    for zone in zones():
        assert zone.message
        assert zone.message_zh
        assert zone.authority
        assert zone.reason


def test_the_box_kept_free_holds_nothing_of_ours() -> None:
    """No zone, site or corridor (its width included) touches 22.67-22.76 N, 114.14-114.34 E."""
    west, south, east, north = KEPT_FREE_DEG
    lat, lon = np.meshgrid(np.linspace(south, north, 40), np.linspace(west, east, 40))
    x, y = region().frame.to_xy([south, south, north, north], [west, east, east, west])
    box = Polygon(np.stack([x, y], axis=1))
    assert shapely.contains_xy(box.buffer(60), *region().frame.to_xy(lat.ravel(), lon.ravel())).all()
    for zone in zones():
        assert zone.area.outline.distance(box) > 60, zone.zone_id
    for site in sites().values():
        assert Point(site.x_m, site.y_m).distance(box) > 300, site.site_id
    for corridor in corridors().values():
        assert line_of(corridor).distance(box) - corridor.width_m / 2 > 300, corridor.corridor_id


def test_the_aerodromes_are_closed_ground_to_top() -> None:
    """The reference points of ZGSZ and ZGNT, both sides of each runway end and the approaches are prohibited."""
    named = {zone.zone_id: zone for zone in zones()}
    frame = region().frame
    for aerodrome in city().aerodromes:
        zone = named[f"zn_{aerodrome.aerodrome_id.lower()}"]
        assert (zone.restriction, zone.datum, zone.lower_m) == ("PROHIBITED", "AGL", 0.0)
        assert zone.upper_m is not None
        assert zone.upper_m > city().ceiling_agl_m
        assert zone.area.holds(*frame.to_xy(aerodrome.lat_deg, aerodrome.lon_deg)).all()
        for runway in aerodrome.runways:
            lat, lon = np.array(runway.thresholds_lat_lon_deg).T
            assert zone.area.holds(*frame.to_xy(lat, lon)).all()


def test_the_airport_zone_is_the_outline_of_its_runways() -> None:
    """The zone of ZGSZ equals the protection outline of its three runways, to the rounding of its vertices."""
    airport = next(item for item in city().aerodromes if item.aerodrome_id == "ZGSZ")
    lines = []
    for runway in airport.runways:
        x, y = region().frame.to_xy(*np.array(runway.thresholds_lat_lon_deg).T)
        lines.append(RunwayLine(x[0], y[0], x[1], y[1]))
    outline = Polygon(protection_outline(lines))
    zone = next(item for item in zones() if item.zone_id == "zn_zgsz")
    assert len(lines) == 3
    assert shapely.hausdorff_distance(zone.area.outline, outline) < 0.2


def test_the_airport_zone_reaches_along_the_approaches() -> None:
    """15 km before each landing threshold and 6 km beside the outer runways are inside, 20 km and 8 km are not."""
    zone = next(item for item in zones() if item.zone_id == "zn_zgsz")
    airport = next(item for item in city().aerodromes if item.aerodrome_id == "ZGSZ")
    for runway in airport.runways:
        ends = np.stack(region().frame.to_xy(*np.array(runway.thresholds_lat_lon_deg).T), axis=1)
        out = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
        for end, way in ((ends[0], -out), (ends[1], out)):
            assert zone.area.outline.contains(Point(end + way * 15_000))
            assert not zone.area.outline.contains(Point(end + way * 20_000))
        # The eastern runway comes first in the pack, the western last.
        east = np.array([-out[1], out[0]])
        beside = {"15/33": east, "16R/34L": -east}.get(runway.name)
        if beside is not None:
            assert zone.area.outline.contains(Point(ends.mean(axis=0) + beside * 6_000))
            assert not zone.area.outline.contains(Point(ends.mean(axis=0) + beside * 8_000))


def test_nothing_strands_the_sites() -> None:
    """From every site one can climb to 110 m, tolerance included, without entering closed airspace at any time."""
    flyable = [
        site.site_id
        for site in sites().values()
        if Point(site.x_m, site.y_m).distance(closed_below_the_ceiling()) > CLEAR_M + site.radius_m
    ]
    assert len(flyable) >= 55
    assert set(sites()) - set(flyable) == set()


def test_corridors_stay_clear_of_closed_airspace() -> None:
    """No corridor, its whole width and a tolerance beside it, crosses a prohibited or authorised-only zone."""
    for corridor in corridors().values():
        room = line_of(corridor).distance(closed_below_the_ceiling())
        assert room > corridor.width_m / 2 + 20, corridor.corridor_id


def test_corridors_fit_under_the_ceiling_with_their_layers() -> None:
    """Bands lie between 40 and 110 m true height, wide enough for a layer and its tolerance, and rise above roofs."""
    for corridor in corridors().values():
        assert corridor.datum == "AGL"
        assert corridor.lower_m >= 40.0
        assert corridor.upper_m + 5.0 <= city().ceiling_agl_m
        assert any(corridor.lower_m + 5 <= layer <= corridor.upper_m - 5 for layer in (45, 60, 75, 90, 105))
        assert corridor.speed_mps is not None
        assert 5 <= corridor.speed_mps <= 20
        assert corridor.width_m >= 60


def network() -> dict[str, set[str]]:
    """Which site can be reached from which along one corridor, its direction minded."""
    place = {
        (feature["geometry"]["coordinates"][0], feature["geometry"]["coordinates"][1]): feature
        for feature in city().sites
    }
    reach: dict[str, set[str]] = {site_id: set() for site_id in sites()}
    for feature in city().corridors:
        line = feature["geometry"]["coordinates"]
        first, last = (place[tuple(end)]["properties"]["site_id"] for end in (line[0], line[-1]))
        reach[first].add(last)
        if feature["properties"]["direction"] == "both":
            reach[last].add(first)
    return reach


def test_the_network_reaches_every_site_from_every_site() -> None:
    """Following corridors the allowed way, each site reaches all others."""
    reach = network()
    for start in reach:
        seen, todo = {start}, [start]
        while todo:
            for other in reach[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        assert seen == set(reach), start


def test_one_way_corridors_come_in_pairs_with_separate_heights() -> None:
    """A one-way corridor has its opposite on the same line, at heights that do not meet."""
    one_way = {key: item for key, item in corridors().items() if item.direction == "forward"}
    assert len(one_way) >= 10
    for corridor in one_way.values():
        opposite = [item for item in one_way.values() if np.array_equal(item.line_deg, corridor.line_deg[::-1])]
        assert len(opposite) == 1, corridor.corridor_id
        assert opposite[0].upper_m < corridor.lower_m or corridor.upper_m < opposite[0].lower_m


def test_many_pairs_can_fly_straight() -> None:
    """Hundreds of pairs of sites 1 to 12 km apart can fly straight past closed airspace and the box kept free."""
    closed = closed_below_the_ceiling()
    west, south, east, north = KEPT_FREE_DEG
    x, y = region().frame.to_xy([south, south, north, north], [west, east, east, west])
    avoid = shapely.union_all([closed, Polygon(np.stack([x, y], axis=1))]).buffer(CLEAR_M)
    shapely.prepare(avoid)
    clear = 0
    for a, b in combinations(sites().values(), 2):
        way = LineString([(a.x_m, a.y_m), (b.x_m, b.y_m)])
        clear += 1000 <= way.length <= 12_000 and not avoid.intersects(way)
    assert clear >= 300


def test_the_routes_of_the_press_are_there() -> None:
    """The reported demonstration routes exist as sites, with corridors of about the reported length."""
    for first, second, km in (
        ("yitian_holiday_plaza", "window_of_the_world", 1),
        ("coastal_city", "shenzhen_bay_park", 2),
        ("bantian_coco_park", "tianan_cloud_park", 3),
    ):
        found = [c for key, c in corridors().items() if first in key and second in key]
        assert found, (first, second)
        assert found[0].length_m == pytest.approx(1000 * km, rel=0.15)
    assert {"st_baoan_blood_station", "st_sysu_seventh_hospital"} <= set(sites())


def test_sites_stand_apart() -> None:
    """No two sites are within 300 m of each other."""
    for a, b in combinations(sites().values(), 2):
        assert np.hypot(a.x_m - b.x_m, a.y_m - b.y_m) > 300, (a.site_id, b.site_id)


@pytest.mark.parametrize(
    ("lat", "lon", "undulation"),
    [(22.6393, 113.8110, -4.07), (22.5431, 114.0579, -2.99), (22.5587, 113.9256, -3.50), (22.7360, 113.9350, -3.86)],
)
def test_the_geoid_is_the_real_one(lat: float, lon: float, undulation: float) -> None:
    """EGM96 is negative over Shenzhen: the ellipsoid lies above the sea here."""
    assert region().altitude.undulation_m(lat, lon)[0] == pytest.approx(undulation, abs=0.1)


def test_the_terrain_is_flat_and_says_so() -> None:
    """The embedded ground is a labelled synthetic surface; sites stand on it."""
    terrain = region().altitude.terrain
    assert terrain.synthetic
    assert "synthetic" in terrain.label
    assert "合成地形" in terrain.label_zh
    heights = terrain.elevation_amsl_m([22.4, 22.6, 22.8], [113.8, 114.1, 114.5])
    assert set(heights.tolist()) == {site.elevation_amsl_m for site in sites().values()}


def test_the_area_served_is_a_little_larger_than_the_city() -> None:
    """The bounds hold the city's own box with at most ten kilometres around."""
    bounds = city().bounds
    assert bounds.holds(22.3993, 113.7463)
    assert bounds.holds(22.8647, 114.6240)
    assert not bounds.holds(22.30, 114.0)
    assert city().ceiling_agl_m == 120.0
    assert city().bbox == (bounds.min_lon_deg, bounds.min_lat_deg, bounds.max_lon_deg, bounds.max_lat_deg)
