"""Aircraft are registered once, seen by their own firm and the overseers only, and found by id, address and system id."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.edge import Edge, running
from utm.fleet import FleetBindings, normal_endpoint
from utm.store import plans
from utm.store.tables import FlightPlanRow

KEY = "ab" * 32


def body(number: int = 0, **changes: Any) -> dict[str, Any]:
    return {"registration": f"UAS{number:08X}", "manufacturer": "Maker", "model": "M1", "class": "small"} | changes


async def register(edge: Edge, number: int = 0, firm: int = 0, **changes: Any) -> Any:
    async with edge.client() as client:
        return await client.post("/v1/aircraft", json=body(number, **changes), headers=edge.headers("operator", firm))


async def test_registering_reading_changing_deregistering(tmp_path: Path) -> None:
    """An aircraft must be readable as registered, change by version, and keep its record when deregistered."""
    async with running(tmp_path) as edge, edge.client() as client:
        mine = edge.headers("operator")
        answer = await register(
            edge, mavlink={"system_id": 7, "endpoint": "127.0.0.1:14555"}, max_speed_mps=18, endurance_s=2400
        )
        assert answer.status_code == 201
        made = answer.json()
        assert made["aircraft_id"].startswith("ac_")
        assert (made["class"], made["version"], made["max_speed_mps"], made["max_climb_mps"]) == ("small", 1, 18, None)
        assert made["performance"]["max_climb_mps"] == 6
        assert made["endurance_s"] == 2400
        assert FleetBindings(edge.fleet).aircraft(made["aircraft_id"]).endurance_s == 2400
        path = answer.headers["location"]
        read = await client.get(path, headers=mine)
        assert read.json() == made
        assert read.headers["etag"] == '"1"'
        patch = {"model": "M2", "max_speed_mps": None, "mavlink": {"endpoint": None}}
        changed = await client.patch(path, json=patch, headers={**mine, "If-Match": '"1"'})
        assert changed.status_code == 200
        assert changed.json()["mavlink"] == {"system_id": 7, "endpoint": None, "signed": False}
        assert (changed.json()["model"], changed.json()["max_speed_mps"]) == ("M2", None)
        stale = await client.patch(path, json={"model": "M3"}, headers={**mine, "If-Match": "1"})
        assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_version", 2)
        assert (await client.patch(path, json={}, headers={**mine, "If-Match": "x"})).status_code == 400
        assert (await client.delete(path, headers=mine)).status_code == 204
        assert (await client.get(path, headers=mine)).json()["active"] is False
        assert (await client.patch(path, json={}, headers=mine)).json()["code"] == "aircraft_inactive"
        assert (await client.get("/v1/aircraft", headers=mine)).json()["items"] == []
        everything = await client.get("/v1/aircraft", params={"include_inactive": True}, headers=mine)
        assert len(everything.json()["items"]) == 1


async def test_a_firm_sees_its_own_aircraft_only(tmp_path: Path) -> None:
    """Another firm's aircraft must be 404 through every door and absent from lists; overseers see all."""
    async with running(tmp_path) as edge, edge.client() as client:
        mine = (await register(edge, 1)).json()["aircraft_id"]
        theirs = (await register(edge, 2, firm=1)).json()["aircraft_id"]
        foreign = edge.headers("operator", 1)
        path = f"/v1/aircraft/{mine}"
        answers = [
            await client.get(path, headers=foreign),
            await client.patch(path, json={"model": "stolen"}, headers=foreign),
            await client.patch(path, content=b"not json", headers=foreign),
            await client.delete(path, headers=foreign),
        ]
        unknown = await client.get("/v1/aircraft/ac_nobody", headers=foreign)
        assert {answer.status_code for answer in answers} == {unknown.status_code} == {404}
        shown = answers[0].json() | {"trace_id": 0}
        assert shown == {
            key: value.replace("ac_nobody", mine) if isinstance(value, str) else value
            for key, value in (unknown.json() | {"trace_id": 0}).items()
        }
        listed = await client.get("/v1/aircraft", headers=foreign)
        assert [item["aircraft_id"] for item in listed.json()["items"]] == [theirs]
        asked = await client.get(
            "/v1/aircraft", params={"organisation_id": edge.of("operator")["organisation_id"]}, headers=foreign
        )
        assert asked.json()["items"] == []
        for role in ("dispatcher", "regulator", "admin"):
            whole = await client.get("/v1/aircraft", headers=edge.headers(role))
            assert [item["aircraft_id"] for item in whole.json()["items"]] == [mine, theirs]
            assert (await client.patch(path, json={}, headers=edge.headers(role))).status_code == 403
        assert (await client.get("/v1/aircraft", headers=edge.headers("supplier"))).status_code == 403


async def test_lists_come_in_pages(tmp_path: Path) -> None:
    """Following next_cursor must give every aircraft once, in order; a foreign cursor must be refused."""
    async with running(tmp_path) as edge, edge.client() as client:
        mine = edge.headers("operator")
        made = [(await register(edge, number)).json()["aircraft_id"] for number in range(5)]
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(5):
            params = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
            page = (await client.get("/v1/aircraft", params=params, headers=mine)).json()
            seen += [item["aircraft_id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == made
        for bad in ("x", "W10", "WyJhIl0", "WzFlOTld", "\u00e9"):
            answer = await client.get("/v1/aircraft", params={"cursor": bad}, headers=mine)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor"), bad
        for limit in ("0", "1001", "many"):
            answer = await client.get("/v1/aircraft", params={"limit": limit}, headers=mine)
            assert answer.json()["code"] == "invalid_parameter"
        found = await client.get("/v1/aircraft", params={"registration": "uas00000003"}, headers=mine)
        assert [item["aircraft_id"] for item in found.json()["items"]] == [made[3]]


async def test_what_must_be_unique_is(tmp_path: Path) -> None:
    """A registration in any case, an id, and a claimed address must each be taken once; the other firm learns no id."""
    async with running(tmp_path) as edge:
        peer = {"system_id": 7, "endpoint": "10.0.0.7:14555"}
        made = (await register(edge, 0xABC, mavlink=peer)).json()["aircraft_id"]
        same = await register(edge, 0xABC)
        lower = await register(edge, registration="UAS00000abc", firm=1)
        taken_id = await register(edge, 2, firm=1, aircraft_id=made)
        taken_peer = await register(edge, 3, firm=1, mavlink={"system_id": 7, "endpoint": "[::ffff:10.0.0.7]:14555"})
        assert [answer.json()["code"] for answer in (same, lower, taken_id, taken_peer)] == [
            "registration_taken",
            "registration_taken",
            "aircraft_id_taken",
            "endpoint_taken",
        ]
        assert same.json()["aircraft_id"] == made
        assert "aircraft_id" not in lower.json()
        assert (await register(edge, 4, mavlink={"system_id": 8, "endpoint": "10.0.0.7:14555"})).status_code == 201
        chosen = await register(edge, 5, aircraft_id="ac_own-choice")
        assert chosen.json()["aircraft_id"] == "ac_own-choice"


async def test_signing_keys_are_kept_and_never_shown(tmp_path: Path) -> None:
    """A key in hexadecimal or base64 must reach the fleet, and no answer and no audit line may contain it."""
    async with running(tmp_path) as edge, edge.client() as client:
        made = await register(edge, 1, mavlink={"system_id": 7, "signing_key": KEY})
        coded = await register(
            edge, 2, mavlink={"system_id": 8, "signing_key": "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="}
        )
        assert made.json()["mavlink"] == {"system_id": 7, "endpoint": None, "signed": True}
        assert "ab" * 8 not in made.text
        assert [(aircraft.aircraft_id, key) for aircraft, key in edge.fleet.signing_keys()] == [
            (made.json()["aircraft_id"], b"\xab" * 32),
            (coded.json()["aircraft_id"], b"\xab" * 32),
        ]
        from utm.store import journal

        lines = await edge.identity.store.read(lambda session: journal.audit_of(session, made.json()["aircraft_id"]))
        assert len(lines) == 1
        assert KEY not in lines[0].detail
        path = f"/v1/aircraft/{made.json()['aircraft_id']}"
        unsigned = await client.patch(path, json={"mavlink": {"signing_key": None}}, headers=edge.headers("operator"))
        assert unsigned.json()["mavlink"]["signed"] is False
        assert len(edge.fleet.signing_keys()) == 1
        bare = await client.patch(path, json={"mavlink": None}, headers=edge.headers("operator"))
        assert bare.json()["mavlink"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"registration": "UAS123"}, "/registration"),
        ({"registration": "UAV00000001"}, "/registration"),
        ({"registration": "UAS0000000\u4e00"}, "/registration"),
        ({"registration": "UAS00000001\n"}, "/registration"),
        ({"class": "huge"}, "/class"),
        ({"manufacturer": ""}, "/manufacturer"),
        ({"colour": "red"}, "/colour"),
        ({"max_speed_mps": 0}, "/max_speed_mps"),
        ({"max_speed_mps": True}, "/max_speed_mps"),
        ({"mavlink": {}}, "/mavlink/system_id"),
        ({"mavlink": {"system_id": 0}}, "/mavlink/system_id"),
        ({"mavlink": {"system_id": 256}}, "/mavlink/system_id"),
        ({"mavlink": {"system_id": "7"}}, "/mavlink/system_id"),
        ({"mavlink": {"system_id": 7, "endpoint": "drone.example:14555"}}, "/mavlink/endpoint"),
        ({"mavlink": {"system_id": 7, "endpoint": "10.0.0.7"}}, "/mavlink/endpoint"),
        ({"mavlink": {"system_id": 7, "endpoint": "10.0.0.7:70000"}}, "/mavlink/endpoint"),
        ({"mavlink": {"system_id": 7, "signing_key": "short"}}, "/mavlink/signing_key"),
        ({"aircraft_id": "../etc"}, "/aircraft_id"),
    ],
)
async def test_bad_values_are_named(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    """Each unacceptable value must give 422 with its place."""
    async with running(tmp_path) as edge:
        answer = await register(edge, **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_an_aircraft_with_live_plans_stays_registered(tmp_path: Path) -> None:
    """Deregistering must be refused while a plan of the aircraft reserves airspace, and name the plan."""
    async with running(tmp_path) as edge, edge.client() as client:
        made = (await register(edge)).json()["aircraft_id"]
        row = FlightPlanRow(
            plan_id="fp_1", plan_no=1, organisation_id=edge.of("operator")["organisation_id"], aircraft_id=made,
            state="approved", version=1, operation_type="logistics", priority=0, departure_s=0, starts_s=0, ends_s=1,
            horizontal_m=50, vertical_m=15, time_buffer_s=15, policy_version=1, body="{}", decision="{}", authority="{}",
            volumes="[]", h3_cells="[]", geometry=b"", created_at="", updated_at="",
        )  # fmt: skip
        await edge.identity.store.write(lambda session: plans.insert(session, row))
        answer = await client.delete(f"/v1/aircraft/{made}", headers=edge.headers("operator"))
        assert (answer.status_code, answer.json()["code"]) == (409, "aircraft_in_use")
        assert "fp_1" in answer.json()["detail"]


async def test_operators_are_listed_to_overseers_and_themselves(tmp_path: Path) -> None:
    """Overseers must see every firm, a firm itself only, and another firm must be 404."""
    async with running(tmp_path) as edge, edge.client() as client:
        await register(edge)
        own, other = edge.of("operator")["organisation_id"], edge.of("operator", 1)["organisation_id"]
        whole = (await client.get("/v1/operators", headers=edge.headers("dispatcher"))).json()["items"]
        assert {item["organisation_id"]: item["aircraft_count"] for item in whole}[own] == 1
        assert len(whole) == 3
        page = (await client.get("/v1/operators", params={"limit": 2}, headers=edge.headers("dispatcher"))).json()
        rest = await client.get(
            "/v1/operators", params={"cursor": page["next_cursor"]}, headers=edge.headers("dispatcher")
        )
        assert page["items"] + rest.json()["items"] == whole
        mine = (await client.get("/v1/operators", headers=edge.headers("operator"))).json()["items"]
        assert [item["organisation_id"] for item in mine] == [own]
        assert (await client.get(f"/v1/operators/{own}", headers=edge.headers("operator"))).status_code == 200
        assert (await client.get(f"/v1/operators/{other}", headers=edge.headers("operator"))).status_code == 404
        assert (await client.get("/v1/operators", headers=edge.headers("supplier"))).status_code == 403


async def test_the_fleet_is_found_by_address_and_system_id(tmp_path: Path) -> None:
    """Claims of an address, of a key and of neither must be kept apart, follow every change, and survive a restart."""
    async with running(tmp_path) as edge, edge.client() as client:
        addressed = (await register(edge, 1, mavlink={"system_id": 1, "endpoint": "10.0.0.7:14555"})).json()[
            "aircraft_id"
        ]
        first = (await register(edge, 2, mavlink={"system_id": 1})).json()["aircraft_id"]
        second = (await register(edge, 3, firm=1, mavlink={"system_id": 1})).json()["aircraft_id"]
        signed = (await register(edge, 4, mavlink={"system_id": 1, "signing_key": KEY})).json()["aircraft_id"]
        version = edge.fleet.version
        bindings = FleetBindings(edge.fleet)
        found = bindings.by_endpoint("10.0.0.7:14555", 1)
        assert found is not None
        assert (found.aircraft_id, found.operator_name) == (addressed, "Demo Logistics A")
        assert edge.fleet.by_endpoint("udp:10.0.0.7:14555", 1) is not None
        assert bindings.by_endpoint("10.0.0.7:14555", 2) is None
        assert [record.aircraft_id for record in bindings.by_system_id(1)] == [first, second]
        by_key = bindings.by_credential(signed)
        assert by_key is not None
        assert by_key.credential == signed
        assert bindings.by_credential(first) is None
        await client.delete(f"/v1/aircraft/{first}", headers=edge.headers("operator"))
        assert [record.aircraft_id for record in bindings.by_system_id(1)] == [second]
        assert bindings.aircraft(first) is None
        assert bindings.version > version
    async with running(tmp_path) as edge:
        bindings = FleetBindings(edge.fleet)
        assert [record.aircraft_id for record in bindings.by_system_id(1)] == [second]
        assert bindings.by_endpoint("10.0.0.7:14555", 1) is not None
        assert len(edge.fleet.signing_keys()) == 1


async def test_an_undone_registration_leaves_no_trace(tmp_path: Path) -> None:
    """When the job that registers fails after the fact, memory must be as before."""
    async with running(tmp_path) as edge:
        made = (await register(edge, mavlink={"system_id": 1})).json()["aircraft_id"]

        def job(session: Any) -> None:
            from utm.store import aircraft

            row = aircraft.get(session, made)
            edge.fleet.changed(session, made, row)
            edge.identity.directory.clients.remove(session, edge.of("operator")["client_id"])
            raise LookupError("later")

        with pytest.raises(LookupError):
            await edge.identity.store.write(job)
        assert [listed.aircraft_id for listed in edge.fleet.unaddressed(1)] == [made]
        assert edge.identity.directory.clients.get(edge.of("operator")["client_id"]) is not None


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("10.0.0.7:14555", "10.0.0.7:14555"),
        ("udp:10.0.0.7:014555", "10.0.0.7:14555"),
        ("[FD00::7]:1", "[fd00::7]:1"),
        ("[::ffff:10.0.0.7]:1", "10.0.0.7:1"),
        ("10.0.0.7:0", None),
        ("10.0.0.7:65536", None),
        ("10.0.0.7:\u0661", None),
        ("host:1", None),
        (":1", None),
        ("", None),
    ],
)
def test_addresses_have_one_spelling(text: str, normal: str | None) -> None:
    """Spellings of one address must become equal, anything else none."""
    assert normal_endpoint(text) == normal
