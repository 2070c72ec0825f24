"""Vehicle: what the registry remembers of one vehicle between messages."""

from __future__ import annotations

from typing import Final

from .events import StatusText, VehicleKey

# A decrease of time_boot_ms smaller than this in a frame that also came out of order is an old frame, not a reboot.
LATE_FRAME_MS: Final = 10_000
REBOOT_MS: Final = 1_000
# time_boot_ms wraps after 49.7 days; a step back by more than half its range is the wrap.
WRAP_MS: Final = 1 << 31
CHUNKS_PER_TEXT: Final = 10
TEXTS_IN_PARTS: Final = 8
TEXT_PATIENCE_S: Final = 2.0


class TextInParts:
    """A STATUSTEXT that arrives in chunks."""

    __slots__ = ("chunks", "severity", "started_at", "text_id")

    def __init__(self, text_id: int, severity: int, started_at: float) -> None:
        self.text_id = text_id
        self.severity = severity
        self.started_at = started_at
        self.chunks: dict[int, str] = {}

    def text(self) -> str:
        """The chunks received so far in their order, an ellipsis where one is missing."""
        last = max(self.chunks)
        return "".join(self.chunks.get(number, "…") for number in range(last + 1))


class Vehicle:
    """Mutable state of one vehicle; the events and VehicleInfo are what others see of it."""

    __slots__ = (
        "announced",
        "armed",
        "autopilot",
        "component_id",
        "endpoint",
        "frames",
        "frames_at_tick",
        "fused_position_at",
        "high_latency",
        "key",
        "last_heartbeat_at",
        "link_up",
        "mavlink_version",
        "mode",
        "position_rate_hz",
        "positions",
        "positions_at_tick",
        "rate_hz",
        "signed",
        "texts",
        "time_boot_ms",
        "vehicle_type",
    )

    def __init__(self, key: VehicleKey, endpoint: str, component_id: int, version: int, now: float) -> None:
        self.key = key
        self.endpoint = endpoint
        self.component_id = component_id
        self.mavlink_version = version
        self.last_heartbeat_at = now
        self.autopilot = 0
        self.vehicle_type = 0
        self.signed = key.credential is not None
        self.armed = False
        self.mode: str | None = None
        self.announced = False
        self.link_up = True
        self.high_latency = False
        self.time_boot_ms: int | None = None
        self.fused_position_at = float("-inf")
        self.frames = self.frames_at_tick = 0
        self.positions = self.positions_at_tick = 0
        self.rate_hz = self.position_rate_hz = 0.0
        self.texts: dict[int, TextInParts] = {}

    def note_boot_time(self, time_boot_ms: int, *, late: bool) -> int | None:
        """Remember the vehicle's clock; returns its previous reading where the new one means a reboot."""
        previous = self.time_boot_ms
        if previous is None or time_boot_ms >= previous:
            self.time_boot_ms = time_boot_ms
            return None
        back = previous - time_boot_ms
        if back > WRAP_MS:
            self.time_boot_ms = time_boot_ms
            return None
        if back <= REBOOT_MS or (late and back <= LATE_FRAME_MS):
            return None
        self.time_boot_ms = time_boot_ms
        return previous

    def measure(self, elapsed_s: float) -> None:
        """Update the smoothed rates with what came in during the last `elapsed_s` seconds (time constant 2 s)."""
        weight = min(1.0, elapsed_s / 2.0)
        self.rate_hz += weight * ((self.frames - self.frames_at_tick) / elapsed_s - self.rate_hz)
        self.position_rate_hz += weight * (
            (self.positions - self.positions_at_tick) / elapsed_s - self.position_rate_hz
        )
        self.frames_at_tick, self.positions_at_tick = self.frames, self.positions

    def add_text(
        self, component_id: int, severity: int, raw: bytes, *, text_id: int, part: int, now: float
    ) -> list[StatusText]:
        """Return the texts that this chunk completes (MAVLink STATUSTEXT: a chunk holding NUL is the last)."""
        text = raw.split(b"\x00", 1)[0].decode("utf-8", "replace")
        done: list[StatusText] = []
        waiting = self.texts.get(component_id)
        if waiting is not None and waiting.text_id != text_id:
            done.append(StatusText(self.key, now, waiting.severity, waiting.text()))
            del self.texts[component_id]
            waiting = None
        if text_id == 0:
            done.append(StatusText(self.key, now, severity, text))
            return done
        if waiting is None:
            if len(self.texts) >= TEXTS_IN_PARTS:
                return [*done, StatusText(self.key, now, severity, text)]
            waiting = self.texts[component_id] = TextInParts(text_id, severity, now)
        if part < CHUNKS_PER_TEXT:
            waiting.chunks[part] = text
        last = b"\x00" in raw or part >= CHUNKS_PER_TEXT - 1
        if last and waiting.chunks:
            done.append(StatusText(self.key, now, waiting.severity, waiting.text()))
            del self.texts[component_id]
        return done

    def overdue_texts(self, now: float) -> list[StatusText]:
        """Return texts whose remaining chunks are not coming any more."""
        overdue = [number for number, text in self.texts.items() if now - text.started_at > TEXT_PATIENCE_S]
        done = []
        for number in overdue:
            text = self.texts.pop(number)
            if text.chunks:
                done.append(StatusText(self.key, now, text.severity, text.text()))
        return done
