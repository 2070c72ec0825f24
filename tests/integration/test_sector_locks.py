"""Whatever commands a flight is locked to the position that owns it, and what changes hands is told live."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import filing
from tests.fakes.filing import expect_problem
from tests.integration.test_api_alerts import City, city
from tests.integration.test_api_contingencies import Flight, flight, fly, get, post
from utm.live_sector_items import SectorItem
from utm.store.journal import all_audit

pytestmark = pytest.mark.slow
REASON = {"reason": "The other position is overloaded"}


class Divided:
    """A world divided into a low and a high sector over the same ground, with a supervisor beside them."""

    def __init__(self, world: City) -> None:
        self.world = world
        self.positions: dict[str, str] = {}
        self.heard: list[SectorItem] = []
        self.everybody: list[frozenset[str] | None] = []

        def hear(_: str, item: Any, visible_to: frozenset[str] | None) -> None:
            self.heard.append(item)
            self.everybody.append(visible_to)

        world.services.bus.subscribe("sectors", hear)

    async def divide(self, **more: Any) -> dict[str, Any]:
        """Make the positions and publish the division."""
        for name, supervises in (("low", False), ("high", False), ("chief", True)):
            made = await post(self.world, "admin", "/v1/positions", {"name": name, "supervises": supervises})
            assert made.status_code == 201, made.text
            self.positions[name] = made.json()["position_id"]
        ring = [list(reversed(filing.place(*corner))) for corner in filing.square(0, 0, 9_000)]
        ground = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        low = {"name": "Low", "position_id": self.positions["low"], "geometry": ground, "upper_m": 90, "datum": "AGL"}
        high = {**low, "name": "High", "position_id": self.positions["high"], "lower_m": 90, "upper_m": None}
        body = {"sectors": [low, high], "fallback_position_id": self.positions["chief"], **more}
        async with self.world.client("admin") as client:
            answer = await client.put("/v1/sectors", json=body, headers={"If-Match": '"0"'})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def at(self, name: str) -> None:
        """Sign the dispatcher on at a position."""
        answer = await post(self.world, "dispatcher", f"/v1/positions/{self.positions[name]}/sign-on")
        assert answer.status_code == 200, answer.text

    async def told(self) -> SectorItem:
        """Return what the live feed was told last, having had the chance to tell more."""
        await self.world.services.sectors.transfers.sweep()
        self.world.services.sector_news.tell()
        return self.heard[-1]

    async def owner(self, item: Flight) -> str:
        """Return the name of the position that owns a flight."""
        found = await get(self.world, "dispatcher", "/v1/sectors/owner", aircraft_id=item.aircraft_id)
        return next(name for name, ref in self.positions.items() if ref == found["position_id"])


async def test_what_commands_a_flight_is_its_owners(tmp_path: Path) -> None:
    """Contingencies, action lists and the end of a flight are another position's: 409, and for a supervisor audited."""
    async with city(tmp_path) as world:
        here = Divided(world)
        low = await flight(world, 0, [(0, 0), (6000, 0)], alt_m=60.0)
        high = await flight(world, 1, [(0, 3000), (6000, 3000)], alt_m=110.0)
        await fly(world, [low, high], 5)
        layout = await here.divide()
        assert [sector["upper_m"] for sector in layout["sectors"]] == [90, None]
        await here.at("low")
        assert (await here.owner(low), await here.owner(high)) == ("low", "high")

        declared = {"kind": "lost_link", "procedure": "rtl"}
        path = f"/v1/flight-plans/{high.plan_id}"
        refused = expect_problem(
            await post(world, "dispatcher", f"{path}/contingency", declared), 409, "owned_by_other_position"
        )
        assert refused["owner"]["position_id"] == here.positions["high"]
        assert refused["aircraft_ids"] == [high.aircraft_id]
        expect_problem(await post(world, "dispatcher", f"{path}/end"), 409, "owned_by_other_position")

        await world.services.off_nominal.contingencies.propose(high.plan_id, "lost_link")
        (waiting,) = (await get(world, "dispatcher", "/v1/contingencies", state="proposed"))["items"]
        decision = f"/v1/contingencies/{waiting['contingency_id']}"
        expect_problem(await post(world, "dispatcher", f"{decision}/dismiss"), 409, "owned_by_other_position")
        expect_problem(await post(world, "dispatcher", f"{decision}/accept", REASON), 409, "owned_by_other_position")
        expect_problem(await post(world, "dispatcher", f"{decision}/accept", {"why": 1}), 422, "validation_failed")
        await here.at("chief")
        expect_problem(await post(world, "dispatcher", f"{decision}/dismiss"), 409, "owned_by_other_position")
        assert (await post(world, "dispatcher", f"{decision}/dismiss", REASON)).status_code == 200

        zone = await post(world, "dispatcher", "/v1/temporary-zones", _zone(world))
        assert zone.status_code == 201, zone.text
        run = f"/v1/action-lists/{zone.json()['action_list_id']}/execute"
        await world.services.off_nominal.actions.settle()
        await here.at("low")
        items = (await get(world, "dispatcher", run.removesuffix("/execute")))["items"]
        assert {item["plan_id"] for item in items} >= {low.plan_id, high.plan_id}
        others = expect_problem(await post(world, "dispatcher", run, {}), 409, "owned_by_other_position")
        assert others["aircraft_ids"] == [high.aircraft_id]
        own = [item["item_id"] for item in items if item["aircraft_id"] not in others["aircraft_ids"]]
        expect_problem(await post(world, "dispatcher", run, {"items": own}), 409, "confirmation_required")
        await here.at("chief")
        asked = expect_problem(await post(world, "dispatcher", run, REASON), 409, "confirmation_required")
        token = {"confirmation_token": asked["confirmation_token"]}
        expect_problem(await post(world, "dispatcher", run, token), 409, "owned_by_other_position")
        assert (await post(world, "dispatcher", run, {**REASON, **token})).status_code == 202
        await world.services.off_nominal.actions.settle()

        lines = await world.services.store.read(lambda session: list(all_audit(session)))
        overridden = [(line.object_kind, line.object_id) for line in lines if line.action == "sectors.override"]
        assert overridden == [
            ("contingency", waiting["contingency_id"]),
            ("action_list", zone.json()["action_list_id"]),
        ]


async def test_an_alert_is_acknowledged_by_its_owner_and_told_live(tmp_path: Path) -> None:
    """Of two positions the owner alone acknowledges; transfers, people and owners are told to the centre as they change."""
    async with city(tmp_path) as world:
        here = Divided(world)
        drone = await flight(world, 0, [(0, 0), (6000, 0)], alt_m=60.0)
        await fly(world, [drone], 5)
        assert not (await here.told()).in_use
        await here.divide()
        told = await here.told()
        assert told.in_use
        assert told.unwatched.flights == 1, "nobody is signed on there"
        await here.at("low")
        manned = {item.position_id for item in (await here.told()).positions if item.people}
        assert manned == {here.positions["low"]}
        before = len(here.heard)
        assert (await here.told(), len(here.heard)) == (here.heard[before - 1], before), "nothing is told twice"

        for _ in range(8):
            lat, lon = filing.place(0, -4000)
            seen = {"track_id": "radar-7", "lat_deg": lat, "lon_deg": lon, "alt_agl_m": 150.0}
            await world.report("supplier", 0, [seen])
            await fly(world, [drone], 0.5)
        (stranger,) = [item for item in await world.alerts(state="open") if item["kind"] == "unknown_aircraft"]
        owners = {item.alert_id: item.position_id for item in (await here.told()).alert_owners}
        assert owners[stranger["alert_id"]] == here.positions["high"]
        offer = {"alert_id": stranger["alert_id"], "to_position_id": here.positions["low"]}
        expect_problem(await post(world, "dispatcher", "/v1/transfers", offer), 409, "owned_by_other_position")
        acknowledge = f"/v1/alerts/{stranger['alert_id']}/acknowledge"
        taken = await post(world, "dispatcher", acknowledge, {"initials": "LO"})
        assert taken.status_code == 200, "nobody works at its position: better seen than unseen"
        await here.at("high")
        assert (await post(world, "dispatcher", "/v1/transfers", offer)).status_code == 201
        assert [item.to_position_id for item in (await here.told()).transfers] == [here.positions["low"]]
        assert set(here.everybody) == {None}, "firms are told nothing of it"


def _zone(world: City) -> dict[str, Any]:
    """Return the body of a zone over the whole place, with less notice than asked for."""
    lat, lon = filing.place(3000, 1500)
    now = world.clock.now()
    return {
        "name": "Fire",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "radius_m": 5_000.0,
        "starts_at": filing.text(now),
        "ends_at": filing.text(now + timedelta(minutes=30)),
        "category": "urgent",
        "emergency_override": {"reason": "Fire brigade at work"},
    }
