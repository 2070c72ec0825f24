"""A world whose live feed is recorded."""

import json
from pathlib import Path
from typing import Any

from tests.fakes.live_world import ALTITUDES, FRAME, World, principal
from utm.live_area import Everywhere
from utm.recording.columns import us_of
from utm.recording.recorder import Recorder, RecorderLimits
from utm.replay import Replay, ReplayWish


class RecordedWorld(World):
    """A world with a recorder; `live` collects the text frames a whole-city dispatcher was sent."""

    def __init__(self, folder: Path, *records: Any, limits: RecorderLimits | None = None, clock: Any = None) -> None:
        super().__init__(*records, clock=clock)
        self.recorder = Recorder(folder, self.clock, limits)
        self.recorder.attach(self.telemetry)
        self.telemetry.recorder = self.recorder
        self.hub.listeners.append(self.recorder.on_tick)
        self.recorder.prepare()
        self.live: list[dict[str, Any]] = []
        self._view = self.hub.view_for(Everywhere(), principal("dispatcher"))
        self._seq = self.hub.seq

    def tick(self, seconds: float = 0.25) -> None:
        super().tick(seconds)
        if self._view.changed_seq > self._seq:
            frames = self._view.frames("json", self._seq)
            self.live += [json.loads(frame) for frame in frames]
            self._seq = self.hub.tick_seq

    @property
    def now_us(self) -> int:
        return us_of(self.now_s)

    def replay(self, from_us: int, to_us: int, who: Any = None, **wish: Any) -> list[Any]:
        """Return the messages of a replay, text decoded."""
        replay = Replay(
            self.recorder.recordings,
            who or principal("dispatcher"),
            ReplayWish(from_us, to_us, **wish),
            frame=FRAME,
            altitudes=ALTITUDES,
        )
        frames = replay.begin()
        while (at_us := replay.next_us) is not None:
            frames += replay.step(at_us)
        assert replay.ended
        return [json.loads(frame) if isinstance(frame, str) else frame for frame in frames]
