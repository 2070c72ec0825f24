"""Sites that are set up for a simulated day."""

import math
from itertools import combinations, islice

from sim.day_demand import SitePlace
from sim.day_sites import ADDED, FARTHEST_M, LEAST_APART_M, NEAREST_M, PADS, added_sites

SITES = [SitePlace(f"st_{k}", 4_000.0 * k, 0.0, 2, "mall") for k in range(5)]


def test_added_sites_stand_apart_and_near_a_site() -> None:
    """No two added sites are nearer than 600 m to each other or to a site, and each is 0.8 to 3 km from the site it names."""
    drawn = list(islice(added_sites(SITES, 1), 60))
    assert len(drawn) == 60
    places = [(one.x_m, one.y_m) for one in drawn]
    assert (
        min(math.dist(a, b) for a, b in combinations([*places, *((s.x_m, s.y_m) for s in SITES)], 2)) >= LEAST_APART_M
    )
    where = {site.site_id: (site.x_m, site.y_m) for site in SITES}
    assert all(
        NEAREST_M <= math.dist(place, where[one.near_id]) <= FARTHEST_M
        for one, place in zip(drawn, places, strict=True)
    )
    assert len({one.site_id for one in drawn}) == 60


def test_the_same_seed_gives_the_same_sites_until_the_city_is_full() -> None:
    """Added sites depend on nothing but the seed and the sites, and end where no room is left."""
    assert list(added_sites(SITES[:1], 2)) == list(added_sites(SITES[:1], 2))
    assert list(islice(added_sites(SITES, 2), 5)) != list(islice(added_sites(SITES, 3), 5))
    assert 5 < len(list(added_sites(SITES[:1], 2))) < 120


def test_a_locker_is_published_with_its_names_and_pads() -> None:
    """What is published is a point with the fields of a site, by name in both languages."""
    (one,) = islice(added_sites(SITES, 1), 1)
    feature = one.feature(22.5, 114.0)
    assert feature["geometry"] == {"type": "Point", "coordinates": [114.0, 22.5]}
    assert feature["properties"]["site_id"] == f"{ADDED}locker_001"
    assert (feature["properties"]["name"], feature["properties"]["name_zh"]) == ("Locker 001", "配送柜001")
    assert feature["properties"]["pads"] == PADS


def test_near_a_hospital_a_clinic_is_set_up() -> None:
    """What is added near a hospital is of its kind and is called a clinic; near anything else it is a locker."""
    places = [SitePlace("st_h", 0.0, 0.0, 1, "hospital"), SitePlace("st_m", 9_000.0, 0.0, 2, "mall")]
    drawn = list(islice(added_sites(places, 1), 20))
    assert {one.near_id: one.kind for one in drawn} == {"st_h": "hospital", "st_m": "locker"}
    clinic = next(one for one in drawn if one.near_id == "st_h")
    properties = clinic.feature(22.5, 114.0)["properties"]
    assert properties["site_id"] == f"{ADDED}clinic_{clinic.number:03d}"
    assert (properties["kind"], properties["name_zh"]) == ("hospital", f"社康中心{clinic.number:03d}")
