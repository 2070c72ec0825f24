"""The desk where the airspace is published: whole, versioned, undone with its job."""

import pytest

from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point, square
from utm.problems import Problem
from utm.store import journal

REGULATOR = principal("regulator", "org_authority")


async def test_zones_are_published_together_or_not_at_all(desk: Desk) -> None:
    """When the second of two zones has a taken id, the first must not be in force, in memory or in the store."""
    zones = desk.services.zone_desk
    taken = zones.parse(filing.zone(square(0, 0, 50), zone_id="zn_taken"))
    await zones.publish(REGULATOR, [taken])
    before = set(desk.services.book.zones)
    fresh = zones.parse(filing.zone(square(0, 0, 50), zone_id="zn_fresh"))
    with pytest.raises(Problem) as caught:
        await zones.publish(REGULATOR, [fresh, taken])
    assert caught.value.code == "zone_exists"
    assert set(desk.services.book.zones) == set(desk.services.book.zone_set.zones) == before
    await desk.services.store.write(desk.services.book.load_zones)
    assert set(desk.services.book.zones) == before


async def test_a_withdrawn_zone_may_come_back_with_a_higher_version(desk: Desk) -> None:
    """Its number must go on, never start again: clients compare versions."""
    zones = desk.services.zone_desk
    zone = zones.parse(filing.zone(square(0, 0, 50), zone_id="zn_again"))
    first = (await zones.publish(REGULATOR, [zone]))[0]
    await zones.withdraw(REGULATOR, "zn_again", None)
    assert "zn_again" not in desk.services.book.zones
    with pytest.raises(Problem):
        await zones.withdraw(REGULATOR, "zn_again", None)
    again = (await zones.publish(REGULATOR, [zone]))[0]
    assert again.version > first.version + 1 - 1
    assert again.version == 3
    lines = await desk.services.store.read(lambda session: journal.audit_of(session, "zn_again"))
    assert [line.action for line in lines] == ["zone.publish", "zone.withdraw", "zone.publish"]


async def test_impact_tells_flights_in_the_air_from_those_filed(desk: Desk) -> None:
    """An activated flight must be listed as airborne, an approved one as filed."""
    flying, filed = await desk.filed(60), await desk.filed(1800)
    await desk.services.plan_steps.activate(principal(), flying)
    impact = desk.services.zone_desk.impact(desk.services.zone_desk.parse(filing.zone(square(500, 0, 50))))
    assert [touched.plan.plan_id for touched in impact.airborne] == [flying]
    assert [touched.plan.plan_id for touched in impact.filed] == [filed]


@pytest.mark.parametrize("datum", ["AGL", "AMSL", "HAE"])
async def test_impact_knows_the_band_in_its_datum(desk: Desk, datum: str) -> None:
    """A flight at 50 m AGL must be touched by a band up to 46 m, its tolerance being 5 m, and not by one up to 40 m."""
    await desk.filed(600, [point(0, 0), point(500, 0)])
    shift_m = -2.9 if datum == "HAE" else 0.0
    counts = []
    for upper_m in (46, 40):
        body = filing.zone(square(200, 0, 50), upper_m=upper_m + shift_m, datum=datum)
        counts.append(len(desk.services.zone_desk.impact(desk.services.zone_desk.parse(body)).filed))
    assert counts == [1, 0]


async def test_a_second_policy_of_one_version_loses(desk: Desk) -> None:
    """If-Match must let one of two changes made from the same version through."""
    version = desk.services.book.policy.version
    policy = await desk.services.zone_desk.publish_policy(REGULATOR, {"ceiling_agl_m": 100}, version)
    assert (policy.version, policy.ceiling_agl_m) == (version + 1, 100)
    with pytest.raises(Problem) as caught:
        await desk.services.zone_desk.publish_policy(REGULATOR, {"ceiling_agl_m": 90}, version)
    assert caught.value.code == "stale_version"
    assert desk.services.book.policy.ceiling_agl_m == 100
