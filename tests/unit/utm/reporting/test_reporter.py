"""Reporting of dynamics to a real HTTP receiver in this process, through an outage."""

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from pydantic import SecretStr

from airspace.picture import Picture
from airspace.timebase import to_scene_s
from tests.fakes.airspace_region import LAT, LON, REGION
from utm.clock import Clock, SystemClock
from utm.fleet import Fleet, FleetBindings
from utm.reporting.reporter import Reporter
from utm.settings import Settings
from utm.telemetry import Telemetry
from utm.telemetry_values import PositionReport


class Platform:
    """A receiver that can be switched off; `records` is everything it took, in order of arrival."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.answer = 200
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
                if platform.answer == 200:
                    platform.bodies.append(body)
                    platform.records.extend(orjson.loads(body["bizContent"]))
                self.send_response(platform.answer)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/dynamics"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def platform() -> Iterator[Platform]:
    running = Platform()
    yield running
    running.close()


class Sky:
    """A picture that positions are put into."""

    def __init__(self) -> None:
        fleet = Fleet()
        self.fleet = fleet
        self.telemetry = Telemetry(Picture(REGION.frame, REGION.altitude), FleetBindings(fleet))

    def put(
        self, name: str, at: datetime, *, landed: bool = False, north_mps: float = 10.0, agl_m: float = 50.0
    ) -> None:
        ground = float(REGION.altitude.ground_hae_m(LAT, LON)[0])
        values = (LAT, LON, ground + agl_m, np.nan, np.nan, 0.0, north_mps, 0.0, np.nan, to_scene_s(at))
        report = PositionReport(name, None, values, "radar-1", landed)
        self.telemetry.report([report], feeder_id="org_radar", now_s=to_scene_s(datetime.now(UTC)))


def settings(tmp_path: Path, url: str | None) -> Settings:
    return Settings(data_dir=tmp_path, report_url=url, report_key=SecretStr("secret"), report_interval_s=0.05)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something to become true; the test's own time limit ends it otherwise."""
    while not happened():  # noqa: ASYNC110  (what is waited for happens in another thread)
        await asyncio.sleep(0.02)


def clock() -> Clock:
    return SystemClock()


async def test_it_is_off_unless_a_platform_is_set(tmp_path: Path) -> None:
    """Without a URL nothing must run and nothing be written."""
    sky = Sky()
    reporter = Reporter(settings(tmp_path, None), clock(), sky.telemetry, sky.fleet)
    await reporter.start()
    assert not reporter.enabled
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240
    await reporter.close()


async def test_records_have_the_fields_and_the_envelope_of_the_standard(tmp_path: Path, platform: Platform) -> None:
    """A flying aircraft must be reported in scaled integers, unknown values as -999.0, under a signature that holds."""
    sky = Sky()
    at = datetime.now(UTC)
    sky.put("t1", at)
    reporter = Reporter(settings(tmp_path, platform.url), clock(), sky.telemetry, sky.fleet)
    await reporter.start()
    await until(lambda: len(platform.records) >= 1)
    await reporter.close()
    (record,) = platform.records
    assert record["flightStatus"] == "TakeOff"
    assert (record["longitude"], record["latitude"]) == (round(LON * 1e7), round(LAT * 1e7))
    assert (record["height"], record["GS"], record["VS"], record["course"]) == (500, 100, 0, 0)
    assert record["uasID"] == "UAS-DEFAULT"
    assert record["coordinate"] == 1
    assert record["timeStamp"] == at.strftime("%Y%m%d%H%M%S.%f")[:-3]
    body = dict(platform.bodies[0])
    sign = body.pop("sign")
    assert set(body) == {"appId", "format", "charset", "signType", "timestamp", "version", "bizContent"}
    text = "&".join(f"{name}={body[name]}" for name in sorted(body))
    assert hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest() == sign


async def test_each_position_is_reported_once_from_take_off_to_landing(tmp_path: Path, platform: Platform) -> None:
    """A flight must be told as TakeOff, Inflight, Land; silence must not be told as staying where it was."""
    sky = Sky()
    reporter = Reporter(settings(tmp_path, platform.url), clock(), sky.telemetry, sky.fleet)
    await reporter.start()
    for n, landed in enumerate((False, False, False, True)):
        sky.put("t1", datetime.now(UTC), landed=landed)
        await until(lambda n=n: len(platform.records) == n + 1)  # type: ignore[misc]
    # Told in the same round as, or a round before, what is told of another that flies: by then it would have been.
    sky.put("parked", datetime.now(UTC), landed=True, north_mps=0.0, agl_m=0.0)
    sky.put("t2", datetime.now(UTC))
    await until(lambda: len(platform.records) == 5)
    await reporter.close()
    told = ["TakeOff", "Inflight", "Inflight", "Land", "TakeOff"]
    assert [record["flightStatus"] for record in platform.records] == told
    assert reporter.counters["recorded"] == 5


@pytest.mark.parametrize("outage", ["refuses", "is gone"])
async def test_an_outage_is_filled_in_in_order(tmp_path: Path, platform: Platform, outage: str) -> None:
    """What was taken down during an outage must arrive afterwards, in order, none lost, none twice."""
    sky = Sky()
    made = settings(tmp_path, platform.url)
    if outage == "is gone":
        platform.close()
    else:
        platform.answer = 503
    reporter = Reporter(made, clock(), sky.telemetry, sky.fleet)
    await reporter.start()
    for _ in range(8):
        before = reporter.counters["recorded"]
        sky.put("t1", datetime.now(UTC))
        await until(lambda before=before: reporter.counters["recorded"] > before)  # type: ignore[misc]
    await until(lambda: not reporter.connected)
    assert (platform.records, reporter.pending) == ([], 8)
    if outage == "is gone":
        # The process ends during the outage, and another one goes on with what is on disk.
        await reporter.close()
        fresh = Platform()
        reporter = Reporter(settings(tmp_path, fresh.url), clock(), sky.telemetry, sky.fleet)
        await reporter.start()
    else:
        fresh = platform
        platform.answer = 200
    await until(lambda: len(fresh.records) >= 8 and reporter.pending == 0)
    sky.put("t1", datetime.now(UTC))
    await until(lambda: len({record["timeStamp"] for record in fresh.records}) >= 9)
    await reporter.close()
    stamps = [record["timeStamp"] for record in fresh.records]
    # A new process has forgotten what the last one took down last, and may tell that position once more.
    assert sorted(set(stamps)) == list(dict.fromkeys(stamps))
    assert len(set(stamps)) == 9
    assert reporter.measures()["lost"] == 0
    if outage == "is gone":
        fresh.close()
    else:
        assert len(stamps) == 9
        assert reporter.counters["refused_requests"] > 0
