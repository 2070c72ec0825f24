"""The city in one command: drones that filed, were approved and fly over MAVLink, and a newcomer's first plan."""

import json
import os
import re
import subprocess

import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import DRONES, City, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]


def test_drones_fly_plans_that_the_engine_approved(city: City) -> None:
    """Every simulated drone that is in the air must fly an activated plan, and be seen conforming to it."""
    centre = city.client("dispatcher")

    def airborne() -> list[dict[str, object]]:
        """Return what flies once half of the drones do and four of five of those keep to their plans, as seen at once."""
        tracks = centre.get("/v1/tracks").json()["items"]
        found = [track for track in tracks if track["plan_id"] and not track.get("landed")]
        conforming = sum(track["state"] == "conforming" for track in found)
        return found if len(found) >= DRONES // 2 and conforming >= 0.8 * len(found) else []

    flying = wait_for(airborne, 200, "half of the drones to fly, and nearly all of them as planned")
    for track in flying:
        plan = centre.get(f"/v1/flight-plans/{track['plan_id']}").json()
        assert plan["aircraft_id"] == track["aircraft_id"]
        assert plan["state"] in ("activated", "nonconforming", "ended")
        assert plan["decision"]["outcome"] == "approved"
    conforming = [track for track in flying if track["state"] == "conforming"]
    assert len(conforming) >= 0.8 * len(flying)
    assert all(abs(track["lat_deg"]) > 1 and abs(track["lon_deg"]) > 1 for track in flying)


def test_the_credentials_file_has_everybody(city: City) -> None:
    """The credentials file must hold working secrets of two operators, a dispatcher, a regulator and a supplier."""
    known = json.loads((city.data_dir / "demo-credentials.json").read_text())
    assert known["base_url"] == city.base_url
    assert re.fullmatch(r"127\.0\.0\.1:\d+", known["mavlink_udp"])
    roles = [client["role"] for client in known["clients"]]
    assert roles.count("operator") >= 2
    assert {"dispatcher", "regulator", "supplier"} <= set(roles)
    assert {"role", "name", "password"} <= set(known["users"][0])
    for role in ("operator", "dispatcher", "regulator", "supplier"):
        assert city.client(role).get("/v1/policy").status_code == 200


def test_the_commands_of_the_readme_work(city: City) -> None:
    """The README's commands for filing a plan must run as they stand and end in an approved plan."""
    text = (ROOT / "README.md").read_text()
    section = text.split("## File a flight plan", 1)[1]
    block = re.search(r"```sh\n(.*?)```", section, re.S)
    assert block is not None
    script = block[1].replace("http://127.0.0.1:8000", city.base_url)
    plan_file = city.data_dir / "plan.json"
    script = script.replace("/tmp/plan.json", str(plan_file)).replace(" | head -40", "")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={**os.environ, "HEXLANE_DATA_DIR": str(city.data_dir)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["state"] == "approved", answer
    assert answer["decision"]["took_ms"] > 0


def test_the_judge_finds_no_conflict_in_the_living_city(city: City) -> None:
    """`hexlane check-separation` on the store of the running city must find no two plans in conflict."""
    done = subprocess.run(
        [ROOT / ".venv/bin/hexlane", "check-separation", "--json", "--data-dir", city.data_dir],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["conflicts"] == []
    assert report["plans"] > 0
