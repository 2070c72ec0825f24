"""Identification packets through the API, on a real server."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from airspace.identification import UNKNOWN, IdentificationPacket, Position, encode
from tests.conftest import PATIENCE_S
from tests.fakes import filing
from tests.fakes.filing import expect_problem

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
PATH = "/v1/identification/packets"
BYTES = {"Content-Type": "application/octet-stream"}


def packet(mark: str = "00000000", **changes: Any) -> IdentificationPacket:
    """Return a packet of an aircraft over the middle, observed now."""
    whole = IdentificationPacket(
        product_id=("P" + secrets.token_hex(10).upper())[:20],
        registration8=mark,
        aircraft_class=1,
        station_kind=0,
        station=Position(114.2, 22.7),
        station_alt_hae_m=10.0,
        position=Position(114.2001, 22.7002),
        track_deg=90.0,
        ground_speed_mps=12.0,
        height_m=60.0,
        vel_up_mps=-1.0,
        alt_hae_m=70.0,
        status=2,
        crs=0,
        horizontal_accuracy=10,
        vertical_accuracy=4,
        speed_accuracy=3,
        unix_ms=round(time.time() * 1000),
        time_accuracy=5,
    )
    return replace(whole, **changes)


def tracks(client: httpx.Client) -> dict[str, Any]:
    return {item["aircraft_id"] or item["track_id"]: item for item in client.get("/v1/tracks").json()["items"]}


def registered(client: httpx.Client) -> tuple[str, str]:
    """Register an aircraft; return its id and the 8 characters of its mark."""
    mark = secrets.token_hex(4).upper()
    return filing.register(client, registration=f"UAS{mark}"), mark


def test_a_suppliers_packets_become_tracks_of_the_aircraft_they_name(as_role: AsRole) -> None:
    """Place, height, velocity and state must be those of the packet, under the aircraft whose mark it carries."""
    firm, supplier = as_role("operator"), as_role("supplier")
    aircraft, mark = registered(firm)
    data = encode(packet(mark)) + encode(packet())
    answer = supplier.post(PATH, content=data, headers=BYTES)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["packets"], answer.json()["accepted"], answer.json()["rejected"]) == (2, 2, [])
    seen = tracks(firm)[aircraft]
    assert (seen["lat_deg"], seen["lon_deg"], seen["alt_hae_m"]) == (22.7002, 114.2001, 70.0)
    assert (seen["vel_east_mps"], seen["vel_up_mps"], seen["heading_deg"]) == (12.0, -1.0, None)
    assert (seen["source"], seen["landed"]) == ("gb46750", False)


def test_a_firm_may_report_its_own_aircraft_only(as_role: AsRole) -> None:
    """Packets of another firm's and of unknown aircraft must be refused alike, and its own accepted."""
    own, others = registered(as_role("operator")), registered(as_role("operator", 1))
    data = b"".join(encode(packet(mark)) for mark in (own[1], others[1], "FFFFFFFF"))
    found = as_role("operator").post(PATH, content=data, headers=BYTES).json()
    assert found["accepted"] == 1
    first, second = ({key: value for key, value in entry.items() if key != "index"} for entry in found["rejected"])
    assert first == second
    assert first["code"] == "not_found"
    expect_problem(as_role("regulator").post(PATH, content=data, headers=BYTES), 403, "forbidden")


def test_each_packet_is_judged_on_its_own_and_every_error_counted(as_role: AsRole) -> None:
    """Rubbish, unknown values and missing items must be named and counted, and spare the good packets around them."""
    supplier = as_role("supplier")
    good = encode(packet())
    pieces = [
        b"rubbish",
        good,
        encode(packet(position=UNKNOWN)),
        encode(packet(alt_hae_m=UNKNOWN, height_m=UNKNOWN)),
        encode(packet(unix_ms=UNKNOWN)),
        encode(packet(status=None)),
        encode(packet(status=3)),
        b"\xff\x01" + good[2:],
        encode(packet(alt_hae_m=UNKNOWN)),
        good[:-9],
    ]
    before = httpx.get(f"{supplier.base_url}/metrics", timeout=PATIENCE_S).text
    answer = supplier.post(PATH, content=b"".join(pieces), headers=BYTES)
    assert answer.status_code == 202, answer.text
    found = answer.json()
    codes = [entry["code"] for entry in found["rejected"]]
    expected = {
        "no_start",
        "position_unknown",
        "altitude_unknown",
        "time_unknown",
        "mandatory_missing",
        "unsupported_version",
        "truncated",
    }
    assert set(codes) == expected
    assert all(entry["detail"] and entry["detail_zh"] for entry in found["rejected"])
    assert found["accepted"] == 3
    assert [entry["code"] for entry in found["flagged"]] == ["emergency"]
    after = httpx.get(f"{supplier.base_url}/metrics", timeout=PATIENCE_S).text

    def count(text: str, code: str) -> float:
        name = f'hexlane_identification_refused_total{{code="{code}"}} '
        return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))

    for code in expected:
        assert count(after, code) - count(before, code) == codes.count(code)


def test_hexadecimal_and_a_dry_run_show_what_packets_say(as_role: AsRole) -> None:
    """With dry_run nothing must reach the picture, and the decoded values be shown, unknown ones as null."""
    supplier = as_role("supplier")
    sent = packet(track_deg=UNKNOWN)
    answer = supplier.post(PATH, params={"dry_run": True}, json={"packets": [encode(sent).hex()]})
    assert answer.status_code == 202, answer.text
    (shown,) = answer.json()["decoded"]
    assert shown["position"] == {"lon_deg": 114.2001, "lat_deg": 22.7002}
    assert shown["track_deg"] is None
    assert "category" not in shown
    again = supplier.post(PATH, json={"packets": [encode(sent).hex()]}).json()
    assert again["accepted"] == 1  # had the dry run been taken, this would be a duplicate
    assert supplier.post(PATH, json={"packets": [encode(sent).hex()]}).json()["rejected"][0]["code"] == "duplicate"
    expect_problem(supplier.post(PATH, json={"packets": ["zz"]}), 422, "validation_failed")
    expect_problem(supplier.post(PATH, json={"packet": []}), 422, "validation_failed")
    expect_problem(
        supplier.post(PATH, content=b"x", headers={"Content-Type": "text/plain"}), 415, "unsupported_media_type"
    )
    expect_problem(supplier.post(PATH, content=b"\xff" * (3 << 20), headers=BYTES), 413, "body_too_large")
