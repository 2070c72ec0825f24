"""The reporter: every second the newest position of each flying aircraft into the spool, and the spool to the platform.

Two tasks: one writes, whatever the platform does; the other sends the oldest records first, waits longer after each
failure (up to 30 s), and so fills in what an outage held up, in order. Off unless HEXLANE_REPORT_URL is set.
"""

import asyncio
import contextlib
from collections import Counter
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import structlog

from airspace.timebase import to_scene_s
from utm.clock import Clock
from utm.fleet import Fleet
from utm.live_schema import TrackItem
from utm.reporting.dynamics import IN_FLIGHT, LANDED, TAKE_OFF, Subject, dynamics, envelope
from utm.reporting.spool import Spool
from utm.settings import Settings
from utm.telemetry import Telemetry
from utm.track_items import track_items

MAX_BATCH: Final = 500
"""Records a request: an outage of an hour with a thousand aircraft is sent in two hours of nothing but these at 2/s."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
TIMEOUT_S: Final = 10.0

_log = structlog.get_logger(__name__)


class Reporter:
    """Reports dynamics; `counters` are shown in /metrics."""

    def __init__(
        self, settings: Settings, clock: Clock, telemetry: Telemetry, fleet: Fleet, *, folder: Path | None = None
    ) -> None:
        self._settings, self._clock, self._telemetry, self._fleet = settings, clock, telemetry, fleet
        self._folder = folder or settings.data_dir / "report-spool"
        self._spool: Spool | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()
        self._last: dict[str, float] = {}
        self._flying: set[str] = set()
        self._up = True
        self.counters: Counter[str] = Counter(
            recorded=0, delivered=0, failed_requests=0, refused_requests=0, spool_failures=0
        )

    @property
    def enabled(self) -> bool:
        """Whether a platform to report to is set."""
        return self._settings.report_url is not None

    async def start(self) -> None:
        """Open the spool and begin, when a platform is set."""
        if self.enabled:
            max_bytes = self._settings.report_spool_mb << 20
            self._spool = await asyncio.to_thread(Spool, self._folder, max_bytes=max_bytes)
            self._tasks = [
                asyncio.create_task(self._watch(self._spool), name="report-watch"),
                asyncio.create_task(self._send(self._spool), name="report-send"),
            ]

    async def close(self) -> None:
        """Stop; what is not delivered stays on disk for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    @property
    def connected(self) -> bool:
        """Whether the last request reached the platform; True before the first."""
        return self._up

    @property
    def pending(self) -> int:
        """Records waiting to be delivered."""
        return 0 if self._spool is None else self._spool.pending

    @property
    def spool_bytes(self) -> int:
        """Disk the spool takes."""
        return 0 if self._spool is None else self._spool.size_bytes

    def measures(self) -> dict[str, int]:
        """Return everything counted."""
        return {**self.counters, "lost": 0 if self._spool is None else self._spool.lost}

    # -- taking down ---------------------------------------------------------------------------------------------------

    async def _watch(self, spool: Spool) -> None:
        while True:
            try:
                records = self.take()
                await asyncio.to_thread(spool.append, records)
                if records:
                    self.counters["recorded"] += len(records)
                    self._news.set()
            except OSError as error:  # a full disk costs these records, not the reporter
                self.counters["spool_failures"] += 1
                _log.warning("report_spool_failed", reason=str(error))
            await asyncio.sleep(self._settings.report_interval_s)

    def take(self) -> list[dict[str, Any]]:
        """Return a record for every flying aircraft that was heard since the last call, and one for each that landed.

        Of an aircraft that several sources see, the newest position counts. A position is reported once: an aircraft
        that fell silent is not said to be where it was.
        """
        picture = self._telemetry.picture
        rows = picture.snapshot()
        now_s = to_scene_s(self._clock.now())
        rows = rows[np.asarray(now_s - picture.observed_s[rows] <= self._settings.report_max_age_s)]
        newest: dict[str, TrackItem] = {}
        for item in track_items(self._telemetry, rows, now_s):
            key = item.aircraft_id or item.track_id
            known = newest.get(key)
            if known is None or item.observed_at > known.observed_at:
                newest[key] = item
        records = []
        for key, item in newest.items():
            observed_s = item.observed_at.timestamp()
            if self._last.get(key, -1.0) >= observed_s:
                continue
            status = self._status(key, item)
            if status is not None:
                self._last[key] = observed_s
                records.append(dynamics(item, self._subject(item), status, self._settings.report_height_type))
        for key in [key for key, at in self._last.items() if now_s - at > 600.0 and key not in newest]:
            del self._last[key]
            self._flying.discard(key)
        return records

    def _status(self, key: str, item: TrackItem) -> str | None:
        """Return TakeOff once, then Inflight, then Land once; None on the ground."""
        flying = item.landed is False or (item.landed is None and _moves(item))
        if flying:
            status = IN_FLIGHT if key in self._flying else TAKE_OFF
            self._flying.add(key)
            return status
        if key in self._flying and item.landed is not None:
            self._flying.discard(key)
            return LANDED
        return IN_FLIGHT if key in self._flying else None

    def _subject(self, item: TrackItem) -> Subject:
        aircraft = None if item.aircraft_id is None else self._fleet.get(item.aircraft_id)
        if aircraft is None:
            return Subject(item.plan_id, None, None)
        return Subject(item.plan_id, aircraft.manufacturer, aircraft.model)

    # -- sending -------------------------------------------------------------------------------------------------------

    async def _send(self, spool: Spool) -> None:
        pause_s = FIRST_PAUSE_S
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            while True:
                records, position = await asyncio.to_thread(spool.peek, MAX_BATCH)
                if not records:
                    self._news.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), 1.0)
                    continue
                if await self._deliver(client, records):
                    await asyncio.to_thread(spool.delivered, position, len(records))
                    self.counters["delivered"] += len(records)
                    pause_s = FIRST_PAUSE_S
                else:
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _deliver(self, client: httpx.AsyncClient, records: list[dict[str, Any]]) -> bool:
        """Send records; True once the platform has taken them. Sent again after a lost answer, they are the same ones."""
        settings = self._settings
        key = "" if settings.report_key is None else settings.report_key.get_secret_value()
        body = envelope(records, settings.report_app_id, key.encode(), self._clock.now())
        try:
            answer = await client.post(
                settings.report_url or "", content=body, headers={"Content-Type": "application/json;charset=UTF-8"}
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._failed("failed_requests", type(error).__name__)
            return False
        if answer.status_code // 100 != 2:
            self._failed("refused_requests", f"status {answer.status_code}")
            return False
        if not self._up:
            _log.info("report_restored")
        self._up = True
        return True

    def _failed(self, counter: str, reason: str) -> None:
        self.counters[counter] += 1
        if self._up:  # said once an outage, counted each time
            _log.warning("report_failed", reason=reason)
        self._up = False


def _moves(item: TrackItem) -> bool:
    """Tell whether an aircraft that does not say so is in the air: it flies a plan, or moves, above the ground."""
    if item.plan_id is not None:
        return True
    speed = max(abs(item.vel_east_mps or 0.0), abs(item.vel_north_mps or 0.0), abs(item.vel_up_mps or 0.0))
    return speed > 1.0 and (item.alt_agl_m is None or item.alt_agl_m > 2.0)
