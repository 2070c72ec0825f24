"""Where a flight may land instead: near, open, its own or anybody's, and without closing a site to others."""

from types import SimpleNamespace
from typing import Any, cast

from airspace.policy import Policy
from airspace.site_fields import SiteFields
from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from utm.logistics.alternates import MOST, alternates_near

CARRIER = Carrier("ac_1", "org_a", EnergyModel(10.0, 1500.0, 1300.0, 15.0), "st_from", 0.0, 3.0, 900.0)


def book(**sites: tuple[float, int]) -> Any:
    """Return a book of sites, each so many metres from the destination with so many pads."""
    places = {"st_from": (-9_000.0, 1), "st_to": (0.0, 2), **sites}
    made = {
        name: SimpleNamespace(
            site_id=name, x_m=x_m, y_m=0.0, pads=pads, open=True, operator_id=None, fields=SiteFields(), closures=()
        )
        for name, (x_m, pads) in places.items()
    }
    return cast(Any, SimpleNamespace(sites=made, policy=Policy()))


def found(sites: Any) -> list[str]:
    return alternates_near(sites, CARRIER, "st_from", "st_to", 1_000.0)


def test_the_only_pad_of_a_site_is_kept_last() -> None:
    """A site with several pads goes before a nearer one with a single pad; of equals the nearer is first, the origin last."""
    sites = book(st_single=(100.0, 1), st_far=(3_000.0, 4), st_near=(2_000.0, 2))
    assert found(sites) == ["st_near", "st_far", "st_single", "st_from"]


def test_what_cannot_be_landed_at_is_not_named() -> None:
    """Closed sites, other firms' and those beyond five kilometres are no alternates, and no more than three are named."""
    sites = book(**{f"st_{k}": (1_000.0 + k, 2) for k in range(6)}, st_beyond=(5_001.0, 9))
    sites.sites["st_0"].open = False
    sites.sites["st_1"].operator_id = "org_b"
    sites.sites["st_2"].operator_id = "org_a"
    assert found(sites) == ["st_2", "st_3", "st_4", "st_from"]
    assert len(found(sites)) == MOST + 1
