"""A firm applies, an admin decides, and one secret goes to the applicant and to nobody else."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.edge import Edge, running, stored_bytes

GRANT = {"grant_type": "client_credentials"}


def body(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "contact_name": "Li Wei", "contact_email": "ops@firm.example", **more}


async def applied(client: httpx.AsyncClient, name: str, **more: Any) -> tuple[str, dict[str, str]]:
    answer = await client.post("/v1/applications", json=body(name, **more))
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "pending"
    return answer.json()["application_id"], {"Application-Token": answer.json()["claim_token"]}


async def test_an_approved_firm_collects_its_secret_once(tmp_path: Path) -> None:
    """From application to first token: nobody but the applicant may see the secret, and it is handed out once."""
    async with running(tmp_path) as edge, edge.client() as client:
        admin = edge.headers("admin")
        application_id, claim = await applied(client, "North Bay Deliveries", name_zh="北湾快送")
        path = f"/v1/applications/{application_id}"
        assert (await client.post(f"{path}/secret", headers=claim)).json()["code"] == "secret_not_available"
        waiting = (await client.get("/v1/applications?state=pending", headers=admin)).json()["items"]
        assert [item["application_id"] for item in waiting] == [application_id]
        assert waiting[0]["contact"]["contact_email"] == "ops@firm.example"
        approved = await client.post(f"{path}/approve", json={"entitlements": ["standing_approval"]}, headers=admin)
        assert approved.status_code == 200
        assert "secret" not in approved.text
        again = await client.post(f"{path}/refuse", json={"reason": "late"}, headers=admin)
        assert (again.status_code, again.json()["code"]) == (409, "application_decided")
        status = (await client.get(f"{path}/status", headers=claim)).json()
        assert status["state"] == "approved"
        collected = (await client.post(f"{path}/secret", headers=claim)).json()
        auth = (collected["client_id"], collected["client_secret"])
        token = (await client.post("/oauth/token", data=GRANT, auth=auth)).json()["access_token"]
        mine = await client.get("/v1/operators", headers={"Authorization": f"Bearer {token}"})
        assert [firm["name"] for firm in mine.json()["items"]] == ["North Bay Deliveries"]
        second = await client.post(f"{path}/secret", headers=claim)
        assert (second.status_code, second.json()["code"]) == (409, "secret_not_available")
    stored = stored_bytes(tmp_path)
    assert auth[1].encode() not in stored
    assert claim["Application-Token"].encode() not in stored


async def test_a_refused_firm_reads_why(tmp_path: Path) -> None:
    """The reason must reach the applicant, and nothing of the firm may exist."""
    async with running(tmp_path) as edge, edge.client() as client:
        application_id, claim = await applied(client, "Fly By Night")
        path = f"/v1/applications/{application_id}"
        without = await client.post(f"{path}/refuse", json={}, headers=edge.headers("admin"))
        assert without.status_code == 422
        await client.post(f"{path}/refuse", json={"reason": "no insurance"}, headers=edge.headers("admin"))
        status = (await client.get(f"{path}/status", headers=claim)).json()
        assert (status["state"], status["reason"], status["organisation_id"]) == ("refused", "no insurance", None)
        assert (await client.post(f"{path}/secret", headers=claim)).status_code == 409


async def test_only_admins_decide_and_only_the_applicant_follows(tmp_path: Path) -> None:
    """Other roles must get 403, strangers 401 as without a claim, and a wrong claim 404 as for no application."""
    async with running(tmp_path) as edge, edge.client() as client:
        application_id, _ = await applied(client, "South Bay Deliveries")
        path = f"/v1/applications/{application_id}"
        for role in ("operator", "dispatcher", "regulator", "supplier"):
            assert (await client.get("/v1/applications", headers=edge.headers(role))).status_code == 403
            assert (await client.post(f"{path}/approve", json={}, headers=edge.headers(role))).status_code == 403
        assert (await client.post(f"{path}/approve", json={})).status_code == 401
        for headers, status in (({}, 401), ({"Application-Token": "hxa_wrong"}, 404)):
            for method, tail in (("GET", "status"), ("POST", "secret")):
                for known in (path, "/v1/applications/app_none"):
                    answer = await client.request(method, f"{known}/{tail}", headers=headers)
                    assert answer.status_code == status


async def test_the_form_is_open_but_not_to_floods_nor_to_nonsense(tmp_path: Path) -> None:
    """Fields must be named when wrong, a taken name refused at approval, and an address slowed down after ten."""
    async with running(tmp_path) as edge, edge.client() as client, edge.client(address="10.0.0.9") as other:
        wrong = await client.post("/v1/applications", json=body("X", contact_email="nobody", registration="?"))
        assert {error["field"] for error in wrong.json()["errors"]} == {"/name", "/contact_email", "/registration"}
        application_id, _ = await applied(other, "demo logistics a")
        answer = await other.post(f"/v1/applications/{application_id}/approve", json={}, headers=edge.headers("admin"))
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        answers = [await client.post("/v1/applications", json=body(f"Firm {n}")) for n in range(12)]
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["Retry-After"]) > 60
        assert "RateLimit" in answers[0].headers
        edge.clock.advance(3600)
        assert (await client.post("/v1/applications", json=body("Firm 20"))).status_code == 202


async def test_a_flood_of_applications_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When too many wait for a decision the next must be told to come later, and kept out of the store."""
    monkeypatch.setattr("utm.security.applications.MOST_WAITING", 2)
    async with running(tmp_path) as edge, edge.client() as client:
        for n in range(2):
            await applied(client, f"Firm {n}")
        answer = await client.post("/v1/applications", json=body("Firm 3"))
        assert (answer.status_code, answer.json()["code"]) == (503, "too_many_applications")
        assert answer.headers["Retry-After"] == "3600"
        listed = (await client.get("/v1/applications", headers=edge.headers("admin"))).json()["items"]
        assert sorted(item["name"] for item in listed) == ["Firm 0", "Firm 1"]


async def test_a_secret_not_collected_lapses(tmp_path: Path) -> None:
    """Two weeks after the approval nothing may be handed out any more; an admin gives the client a secret instead."""
    async with running(tmp_path) as edge, edge.client() as client:
        application_id, claim = await applied(client, "Late Firm", kind="supplier")
        path = f"/v1/applications/{application_id}"
        approved = (await client.post(f"{path}/approve", json={}, headers=edge.headers("admin"))).json()
        edge.clock.advance(14 * 86_400 + 1)
        assert (await client.post(f"{path}/secret", headers=claim)).status_code == 409
        body = {"kind": "secret", "name": "by hand"}
        credentials = f"/v1/clients/{approved['client_id']}/credentials"
        made = (await client.post(credentials, json=body, headers=edge.headers("admin"))).json()
        auth = (approved["client_id"], made["secret"])
        assert (await client.post("/oauth/token", data=GRANT, auth=auth)).status_code == 200


async def test_a_sandbox_may_be_applied_for(tmp_path: Path) -> None:
    """A developer without a firm must get a sandbox, whose callers the real application refuses."""
    async with running(tmp_path) as edge, edge.client() as client:
        application_id, claim = await applied(client, "Sun's sandbox", kind="sandbox")
        path = f"/v1/applications/{application_id}"
        approved = (await client.post(f"{path}/approve", json={}, headers=edge.headers("admin"))).json()
        assert edge.identity.directory.is_sandbox(approved["organisation_id"])
        collected = (await client.post(f"{path}/secret", headers=claim)).json()
        auth = (collected["client_id"], collected["client_secret"])
        token = (await client.post("/oauth/token", data=GRANT, auth=auth)).json()["access_token"]
        refused = await client.get("/v1/aircraft", headers={"Authorization": f"Bearer {token}"})
        assert refused.status_code == 404, "this application is of the real sky"
        listed = (await client.get("/v1/operators", headers=edge.headers("dispatcher"))).json()["items"]
        assert approved["organisation_id"] not in [firm["organisation_id"] for firm in listed]


async def test_an_admin_brings_offices_and_people_in(tmp_path: Path) -> None:
    """An office made by hand must have people of its role, who may sign in until they are put out."""
    async with running(tmp_path) as edge, edge.client() as client:
        admin = edge.headers("admin")
        office = {"name": "Second Centre", "name_zh": "第二中心", "role": "dispatcher"}
        made = (await client.post("/v1/organisations", json=office, headers=admin)).json()
        person = {"name": "zhao", "organisation_id": made["organisation_id"]}
        user = (await client.post("/v1/users", json=person, headers=admin)).json()
        assert user["role"] == "dispatcher"
        assert (await client.post("/v1/users", json=person, headers=admin)).json()["code"] == "name_taken"
        weak = await client.post("/v1/users", json={**person, "name": "qian", "password": "qian"}, headers=admin)
        assert weak.json()["code"] == "weak_password"
        credentials = {"name": "zhao", "password": user["password"]}
        assert (await client.post("/v1/session", json=credentials)).status_code == 200
        assert (await client.delete(f"/v1/users/{user['user_id']}", headers=admin)).status_code == 204
        assert (await client.get("/v1/session")).status_code == 401
        assert (await client.post("/v1/session", json=credentials)).status_code == 401
        assert await _listed(edge, client, made["organisation_id"]) == []


async def _listed(edge: Edge, client: httpx.AsyncClient, organisation_id: str) -> list[Any]:
    answer = await client.get(f"/v1/users?organisation_id={organisation_id}", headers=edge.headers("admin"))
    return list(answer.json()["items"])
