"""The recording part of one server: the recorder behind the picture and the bus, the reader, and room for replays."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

import msgspec
import structlog

from airspace.region import Region
from airspace.timebase import to_scene_s
from utm.bus import Bus
from utm.clock import Clock
from utm.live import LiveHub
from utm.live_schema import TOPICS
from utm.past_tracks import last_seen, restore
from utm.problems import Problem
from utm.recording import codec
from utm.recording.reader import Recordings
from utm.recording.recorder import EVENT_TOPICS, Recorder, RecorderLimits
from utm.security.authorise import ALL_SCOPES
from utm.security.principal import Principal
from utm.settings import Settings
from utm.telemetry import Telemetry

MAX_REPLAYS: Final = 8
T = TypeVar("T")
_log = structlog.get_logger(__name__)
_EVERYTHING: Final = Principal("recorder", "admin", "", "recorder", scopes=ALL_SCOPES)


class RecordingDesk:
    """`recorder` is None where the settings switch recording off; what was recorded can be read all the same."""

    def __init__(
        self, settings: Settings, clock: Clock, *, telemetry: Telemetry, hub: LiveHub, bus: Bus, region: Region
    ) -> None:
        self.region = region
        self.replays = 0
        self._hub, self._bus, self._telemetry, self._clock = hub, bus, telemetry, clock
        self._readers = ThreadPoolExecutor(2, "recording-read")
        self.recorder: Recorder | None = None
        self.recordings = Recordings(settings.recordings_path)
        if settings.recording:
            limits = RecorderLimits(retention_days=settings.recording_days)
            self.recorder = Recorder(settings.recordings_path, clock, limits)
            self.recorder.attach(telemetry)
            self.recordings = self.recorder.recordings
            telemetry.recorder = self.recorder

    async def start(self) -> None:
        """Take over what a crash left and begin to record; returns when reading and sealing are ready to run."""
        await asyncio.get_running_loop().run_in_executor(self._readers, codec.warm)
        if self.recorder is None:
            return
        await self.recorder.start(self._standing)
        await self._restore(self.recorder.recordings)
        self._hub.listeners.append(self.recorder.on_tick)
        for topic in EVENT_TOPICS:
            self._bus.subscribe(topic, self.recorder.on_bus)

    async def _restore(self, recordings: Recordings) -> None:
        """Show what the last process saw last; a recording that cannot be read leaves the picture empty, and is told."""
        began_s = self._clock.monotonic_s()
        try:
            past = await self.read(lambda: last_seen(recordings, to_scene_s(self._clock.now())))
            tracks = restore(self._telemetry, past)
        except Exception:
            _log.exception("picture_not_restored")
            return
        if tracks:
            _log.info("picture_restored", tracks=tracks, took_s=round(self._clock.monotonic_s() - began_s, 3))

    async def stop(self) -> None:
        """Write and seal what is left."""
        if self.recorder is not None:
            await self.recorder.stop()
        self._readers.shutdown(wait=False, cancel_futures=True)

    async def _standing(self, topic: str) -> Sequence[msgspec.Struct]:
        known = next(name for name in TOPICS if name == topic)
        return await self._hub.snapshot(known, _EVERYTHING)

    async def read(self, job: Callable[[], T]) -> T:
        """Run a job that reads recordings in one of two threads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, job)

    def check_room(self) -> None:
        """Raise Problem 429 when as many replays run as may."""
        if self.replays >= MAX_REPLAYS:
            raise Problem(
                "too_many_requests",
                f"{MAX_REPLAYS} replays are running; wait until one ends.",
                f"已有 {MAX_REPLAYS} 个回放在运行；请等待其中之一结束。",
                headers={"Retry-After": "10"},
            )

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Take room for a replay; raises Problem 429 when all is taken."""
        self.check_room()
        self.replays += 1
        try:
            yield
        finally:
            self.replays -= 1
