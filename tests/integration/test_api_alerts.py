"""Alerts over HTTP and the live feed, on a whole server in this process whose watch is driven by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from airspace.timebase import to_scene_s
from mavlink_bridge.bridge import Bridge
from tests.fakes import filing
from tests.fakes.edge import BASE_URL, MovableClock
from utm.app import create_app
from utm.bus import InProcessBus
from utm.demo import PARTIES
from utm.security.authorise import scopes_of
from utm.services import Services
from utm.settings import Settings
from utm.store.journal import all_audit, audit_of, first_broken_line

LAT, LON = 22.70, 114.20


class City:
    """A server with a clock set by hand; `drift` moves it on, feeding tracks and analysing."""

    def __init__(self, app: Any, clock: MovableClock) -> None:
        self.app, self.clock = app, clock
        self.services: Services = app.state.services
        self.told: list[tuple[Any, frozenset[str] | None]] = []
        self.services.bus.subscribe("alerts", lambda _, item, to: self.told.append((item, to)))

    def client(self, role: str, nth: int = 0) -> httpx.AsyncClient:
        party = [p for p in PARTIES if p.role == role][nth]
        account = self.services.identity.directory.clients.get(party.client_id)
        assert account is not None
        token = self.services.identity.issue_token(account, scopes_of(account.role))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url=BASE_URL,
            headers={"Authorization": f"Bearer {token}"},
        )

    async def aircraft(self, nth: int, mark: str) -> str:
        async with self.client("operator", nth) as client:
            body = {"registration": f"UAS{mark}", "manufacturer": "m", "model": "x", "class": "small"}
            answer = await client.post("/v1/aircraft", json=body)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["aircraft_id"])

    async def report(self, role: str, nth: int, items: list[dict[str, Any]]) -> None:
        async with self.client(role, nth) as client:
            full = [{"observed_at": self.clock.now().isoformat(), **item} for item in items]
            answer = await client.post("/v1/tracks", json={"items": full})
            assert answer.status_code == 202, answer.text
            assert not answer.json()["rejected"], answer.text

    async def tick(self, seconds: float = 0.5) -> None:
        self.clock.advance(seconds)
        self.services.telemetry.advance(to_scene_s(self.clock.now()))
        await self.services.watch.tick()
        await self.stored()

    async def stored(self) -> None:
        await self.services.alerts.close()

    async def alerts(self, role: str = "dispatcher", nth: int = 0, **query: Any) -> list[dict[str, Any]]:
        async with self.client(role, nth) as client:
            answer = await client.get("/v1/alerts", params=query)
            assert answer.status_code == 200, answer.text
            return list(answer.json()["items"])


@asynccontextmanager
async def city(folder: Path, **changes: Any) -> AsyncIterator[City]:
    clock = MovableClock()
    settings = Settings(data_dir=folder, demo=True, public_url=BASE_URL, mavlink_udp_port=None, **changes)
    app = create_app(settings, clock=clock, bus=InProcessBus(), bridge=Bridge([]))
    async with app.router.lifespan_context(app):
        for task in asyncio.all_tasks():
            if task.get_name() in ("watch", "live-hub"):
                task.cancel()  # the test says when
        yield City(app, clock)


def at(north_m: float = 0.0, east_m: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"lat_deg": LAT + north_m / 110_750, "lon_deg": LON + east_m / 102_850, "alt_agl_m": 60.0, **more}


async def fly_at_each_other(world: City, first: str, second: str, seconds: int) -> None:
    """Two aircraft of two firms, head-on at 20 m/s closing speed, from 800 m."""
    for second_no in range(seconds):
        east = {"aircraft_id": first, "vel_east_mps": 10.0, "vel_north_mps": 0.0, "vel_up_mps": 0.0}
        west = {"aircraft_id": second, "vel_east_mps": -10.0, "vel_north_mps": 0.0, "vel_up_mps": 0.0}
        await world.report("operator", 0, [at(0, 10.0 * second_no, **east)])
        await world.report("operator", 1, [at(5, 800 - 10.0 * second_no, **west)])
        await world.tick()
        await world.tick()


@pytest.mark.slow
async def test_two_firms_and_the_centre_see_one_conflict_each_their_own_way(tmp_path: Path) -> None:
    """The centre sees both flights, each firm its own and no name of the other's, and strangers nothing."""
    async with city(tmp_path) as world:
        first, second = await world.aircraft(0, "AAAA0001"), await world.aircraft(1, "BBBB0001")
        await fly_at_each_other(world, first, second, 4)
        whole = [a for a in await world.alerts(state="open") if a["kind"] == "loss_of_separation"]
        assert len(whole) == 1
        alert = whole[0]
        assert {alert["aircraft_id"]} <= {first, second}
        assert alert["severity"] in ("caution", "warning")
        assert 20 < alert["time_to_event_s"] < 45
        assert alert["horizontal_m"] < 12
        assert alert["action"] == "resolve_conflict"
        assert "UASAAAA0001" in alert["detail"]
        assert "UASBBBB0001" in alert["detail"]
        assert "米" in alert["detail_zh"]
        for nth, own, foreign in ((0, first, "BBBB0001"), (1, second, "AAAA0001")):
            mine = [a for a in await world.alerts("operator", nth) if a["kind"] == "loss_of_separation"]
            assert [a["alert_id"] for a in mine] == [alert["alert_id"]]
            assert mine[0]["aircraft_id"] == own
            assert mine[0]["other_track_id"] is None
            assert foreign not in str(mine[0])
            for item, to in world.told:
                party = next(p for i, p in enumerate(p for p in PARTIES if p.role == "operator") if i == nth)
                if to is not None and party.organisation_id in to:
                    assert foreign not in str(item)
        assert await world.alerts("operator", 2) == []
        async with world.client("operator", 2) as stranger:
            assert (await stranger.get(f"/v1/alerts/{alert['alert_id']}")).status_code == 404
            assert (await stranger.post(f"/v1/alerts/{alert['alert_id']}/acknowledge")).status_code == 403
        # Of one alert the centre is told the whole last.
        last = [item for item, to in world.told if item.alert_id == alert["alert_id"]][-1]
        assert last.other_track_id is not None


@pytest.mark.slow
async def test_the_life_of_an_alert_is_kept_and_audited(tmp_path: Path) -> None:
    """Raised, acknowledged with initials, shelved, back, resolved: each step stored, hashed, told; others are 409."""
    async with city(tmp_path) as world:
        for _ in range(6):
            await world.report("supplier", 0, [at(track_id="radar-7")])
            await world.tick()
        (alert,) = await world.alerts(severity="warning", state="raised")
        assert (alert["kind"], alert["group_id"], alert["status"]) == ("unknown_aircraft", alert["alert_id"], "raised")
        path = f"/v1/alerts/{alert['alert_id']}"
        async with world.client("dispatcher") as desk:
            done = await desk.post(f"{path}/acknowledge", json={"initials": "LW", "note": "police told"})
            assert done.status_code == 200, done.text
            assert done.json()["acknowledged_initials"] == "LW"
            assert done.json()["rank"] > alert["rank"]
            again = await desk.post(f"{path}/acknowledge")
            assert (again.status_code, again.json()["code"]) == (409, "illegal_alert_step")
            assert "shelve, resolve" in again.json()["detail"]
            bad = await desk.post(f"{path}/shelve", json={"until": "2020-01-01T00:00:00Z"})
            assert bad.status_code == 422
            until = (world.clock.now() + timedelta(seconds=2)).isoformat()
            assert (await desk.post(f"{path}/shelve", json={"until": until})).json()["status"] == "shelved"
            back = await desk.post(f"{path}/unshelve", json={"initials": "LW"})
            assert (back.status_code, back.json()["status"], back.json()["shelved_until"]) == (200, "raised", None)
            assert (await desk.post(f"{path}/unshelve")).status_code == 409
            assert (await desk.post(f"{path}/shelve", json={"until": until})).json()["status"] == "shelved"
            for _ in range(6):
                await world.report("supplier", 0, [at(track_id="radar-7")])
                await world.tick()
            assert (await desk.get(path)).json()["status"] == "raised"
            assert (await desk.post(f"{path}/resolve", json={})).json()["resolved_by"] is not None
            assert (await desk.post(f"{path}/resolve")).status_code == 409
            assert (await desk.post("/v1/alerts/al_none/resolve")).status_code == 404
            for _ in range(8):  # the cause lasts, but somebody has dealt with it
                await world.report("supplier", 0, [at(track_id="radar-7")])
                await world.tick()
            assert await world.alerts(state="open") == []
            steps = (await desk.get(path)).json()["steps"]
        assert [s["step"] for s in steps] == [
            "raised", "acknowledged", "shelved", "unshelved", "shelved", "unshelved", "resolved"
        ]  # fmt: skip
        assert [s["initials"] for s in steps] == [None, "LW", None, "LW", None, None, None]
        store = world.services.store
        lines = await store.read(lambda session: audit_of(session, alert["alert_id"]))
        assert [line.action for line in lines] == [f"alert.{s['step']}" for s in steps]
        assert await store.read(lambda session: first_broken_line(all_audit(session))) is None


@pytest.mark.slow
async def test_a_plan_follows_its_flight_and_a_zone_it_heads_for_is_told(tmp_path: Path) -> None:
    """Off its plan the plan is nonconforming and the firm is told; a new zone ahead is told; back on it, it is activated."""
    async with city(tmp_path) as world:
        aircraft = await world.aircraft(0, "CCCC0001")
        begins = world.clock.now() + timedelta(seconds=5)
        async with world.client("operator") as firm, world.client("regulator") as authority:
            body = filing.plan(aircraft, begins, [filing.point(0, 0, 60), filing.point(3000, 0, 60)], speed_mps=10.0)
            filed = await firm.post("/v1/flight-plans", json=body)
            assert filed.status_code == 201, filed.text
            plan_id = filed.json()["plan_id"]
            world.clock.at = begins
            assert (await firm.post(f"/v1/flight-plans/{plan_id}/activate")).status_code == 200

            async def fly(seconds: int, off_m: float) -> str:
                for _ in range(seconds):
                    gone = (world.clock.now() - begins).total_seconds() * 10.0
                    lat, lon = filing.place(gone, off_m)
                    speed = {"vel_east_mps": 10.0, "vel_north_mps": 0.0, "vel_up_mps": 0.0}
                    place = {"lat_deg": lat, "lon_deg": lon, "alt_agl_m": 60.0}
                    await world.report("operator", 0, [{"aircraft_id": aircraft, **place, **speed}])
                    await world.tick()
                    await world.tick()
                return str((await firm.get(f"/v1/flight-plans/{plan_id}")).json()["state"])

            assert await fly(5, 3.0) == "activated"
            assert await world.alerts() == []
            assert await fly(5, 45.0) == "nonconforming"
            (alert,) = await world.alerts("operator")
            assert (alert["kind"], alert["plan_id"], alert["action"]) == ("nonconforming", plan_id, "return_to_plan")
            assert await fly(12, 2.0) == "activated"
            assert [a["status"] for a in await world.alerts()] == ["resolved"]
            gone = (world.clock.now() - begins).total_seconds() * 10.0
            zone = filing.zone(filing.square(gone + 500, 0, 100), restriction="PROHIBITED")
            assert (await authority.post("/v1/zones", json=zone)).status_code == 201
            await fly(2, 0.0)
            (warned,) = await world.alerts(state="open")
            assert warned["kind"] == "zone_infringement"
            assert 30 < warned["time_to_event_s"] < 45
            assert (await firm.post(f"/v1/flight-plans/{plan_id}/end")).status_code == 200


@pytest.mark.slow
async def test_silence_escalates_and_a_restart_forgets_nothing(tmp_path: Path) -> None:
    """An alert nobody acknowledges escalates; after a restart it is still open, and ends when its cause has gone."""
    async with city(tmp_path, alert_escalation=0.05) as world:
        for _ in range(14):
            await world.report("supplier", 0, [at(track_id="radar-7")])
            await world.tick()
        (alert,) = await world.alerts()
        assert alert["status"] == "escalated"
        moment = world.clock.at
    async with city(tmp_path) as world:
        world.clock.at = moment
        assert [a["alert_id"] for a in await world.alerts(state="escalated")] == [alert["alert_id"]]
        world.services.alerts.book.open[alert["alert_id"]].seen_s = to_scene_s(moment)
        for _ in range(24):
            await world.tick()
        assert [a["status"] for a in await world.alerts()] == ["resolved"]


@pytest.mark.slow
async def test_lists_are_paged_and_filtered(tmp_path: Path) -> None:
    """Pages follow each other without gaps; unknown statuses, severities, times and cursors are 422."""
    async with city(tmp_path) as world:
        for _ in range(7):
            tracks = [at(2_000.0 * i, track_id=f"r-{i}") for i in range(5)]
            await world.report("supplier", 0, tracks)
            await world.tick()
        async with world.client("regulator") as client:
            seen: list[str] = []
            cursor = None
            while True:
                page = (
                    await client.get("/v1/alerts", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
                ).json()
                seen += [item["alert_id"] for item in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert len(seen) == len(set(seen)) == 5
            after = world.clock.now().isoformat()
            assert (await client.get("/v1/alerts", params={"since": after})).json()["items"] == []
            for bad in ({"state": "new"}, {"severity": "red"}, {"since": "yesterday"}, {"cursor": "xx"}):
                answer = await client.get("/v1/alerts", params=bad)
                assert answer.status_code == 422, bad
            assert (await client.post(f"/v1/alerts/{seen[0]}/acknowledge")).status_code == 403
        async with world.client("supplier") as supplier:
            assert (await supplier.get("/v1/alerts")).status_code == 403
