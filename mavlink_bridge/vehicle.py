"""Vehicle: what the registry remembers of one vehicle between messages."""

from __future__ import annotations

from typing import Final

from .columns import VehicleColumns
from .events import StatusText, VehicleKey

# A decrease of time_boot_ms smaller than this in a frame that also came out of order is an old frame, not a reboot.
LATE_FRAME_MS: Final = 10_000
REBOOT_MS: Final = 1_000
WRAP_MS: Final = 1 << 32
"""time_boot_ms has 32 bits and begins anew after 49.7 days."""
MOST_SILENCE_MS: Final = 3_600_000
"""A clock that went back is the wrap where, counted over it, it went on by no more than this; otherwise a reboot."""
CHUNKS_PER_TEXT: Final = 10
TEXTS_IN_PARTS: Final = 8
TEXT_PATIENCE_S: Final = 2.0
REPEATED: Final = frozenset({0, 1, 42, 245})
"""HEARTBEAT, SYS_STATUS, MISSION_CURRENT, EXTENDED_SYS_STATE: vehicles say the same again and again."""


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
    """Mutable state of one vehicle; the events and VehicleInfo are what others see of it.

    What the batch path counts too stands in a row of VehicleColumns.
    """

    __slots__ = (
        "announced",
        "armed",
        "autopilot",
        "columns",
        "endpoint",
        "key",
        "mode",
        "signed",
        "slot",
        "texts",
        "vehicle_type",
    )

    def __init__(
        self,
        key: VehicleKey,
        endpoint: str,
        component_id: int,
        version: int,
        now: float,
        columns: VehicleColumns | None = None,
    ) -> None:
        self.columns = columns or VehicleColumns()
        self.slot = self.columns.take()
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
        self.texts: dict[int, TextInParts] = {}

    @property
    def rate_hz(self) -> float:
        """Frames a second, smoothed."""
        return self.columns.rate_hz[self.slot]

    @property
    def position_rate_hz(self) -> float:
        """Positions a second, smoothed."""
        return self.columns.position_rate_hz[self.slot]

    @property
    def time_boot_ms(self) -> int | None:
        """The latest reading of its clock, counted on over the wraps of its 32 bits; None before the first."""
        boot_ms = self.columns.boot_ms[self.slot]
        return None if boot_ms < 0 else boot_ms

    @time_boot_ms.setter
    def time_boot_ms(self, value: int) -> None:
        self.columns.boot_ms[self.slot] = value

    @property
    def frames(self) -> int:
        """Frames of all its components."""
        return self.columns.frames[self.slot]

    @frames.setter
    def frames(self, value: int) -> None:
        self.columns.frames[self.slot] = value

    @property
    def positions(self) -> int:
        """Positions reported."""
        return self.columns.positions[self.slot]

    @positions.setter
    def positions(self, value: int) -> None:
        self.columns.positions[self.slot] = value

    @property
    def fused_position_at(self) -> float:
        """When GLOBAL_POSITION_INT last came, -inf for never."""
        return self.columns.fused_position_at[self.slot]

    @fused_position_at.setter
    def fused_position_at(self, value: float) -> None:
        self.columns.fused_position_at[self.slot] = value

    @property
    def last_heartbeat_at(self) -> float:
        """When its last heartbeat came."""
        return self.columns.heartbeat_at[self.slot]

    @last_heartbeat_at.setter
    def last_heartbeat_at(self, value: float) -> None:
        self.columns.heartbeat_at[self.slot] = value

    @property
    def component_id(self) -> int:
        """The component that is its autopilot."""
        return self.columns.component_id[self.slot]

    @component_id.setter
    def component_id(self, value: int) -> None:
        self.columns.component_id[self.slot] = value

    @property
    def mavlink_version(self) -> int:
        """The framing of its last heartbeat, 1 or 2."""
        return self.columns.version[self.slot]

    @mavlink_version.setter
    def mavlink_version(self, value: int) -> None:
        self.columns.version[self.slot] = value

    @property
    def link_up(self) -> bool:
        """Whether it was heard within the limit."""
        return bool(self.columns.link_up[self.slot])

    @link_up.setter
    def link_up(self, value: bool) -> None:
        self.columns.link_up[self.slot] = value

    @property
    def high_latency(self) -> bool:
        """Whether it speaks HIGH_LATENCY2."""
        return bool(self.columns.high_latency[self.slot])

    @high_latency.setter
    def high_latency(self, value: bool) -> None:
        self.columns.high_latency[self.slot] = value

    def remember(self, message_id: int, payload: bytes) -> None:
        """Keep what a message of REPEATED said, so that the batch path knows its repetition."""
        payload = payload.ljust(12, b"\0")
        columns, slot = self.columns, self.slot
        if message_id == 0:
            columns.beat[slot] = int.from_bytes(payload[:8], "little")
            columns.beat_end[slot] = payload[8]
        elif message_id == 1:
            columns.sensors[slot] = int.from_bytes(payload[:8], "little")
            columns.healthy[slot] = int.from_bytes(payload[8:12], "little")
        elif message_id == 42:
            columns.mission[slot] = int.from_bytes(payload[:6], "little")
        else:
            columns.landed[slot] = int.from_bytes(payload[:2], "little")

    def note_boot_time(self, time_boot_ms: int, *, late: bool) -> int | None:
        """Remember the vehicle's clock; returns its previous reading where the new one means a reboot."""
        previous, boot_ms = self.time_boot_ms, self.counted_on(time_boot_ms)
        if previous is None or boot_ms >= previous:
            self.time_boot_ms = boot_ms
            return None
        back = previous - boot_ms
        if WRAP_MS - back <= MOST_SILENCE_MS:
            self.columns.boot_base[self.slot] += WRAP_MS
            self.time_boot_ms = boot_ms + WRAP_MS
            return None
        if back <= REBOOT_MS or (late and back <= LATE_FRAME_MS):
            return None
        self.columns.boot_base[self.slot] = 0
        self.time_boot_ms = time_boot_ms
        return previous

    def counted_on(self, time_boot_ms: int) -> int:
        """Return a 32-bit reading of its clock counted on over the wraps seen; one from before the last wrap stays before."""
        base, latest = self.columns.boot_base[self.slot], self.time_boot_ms
        boot_ms = time_boot_ms + base
        before_the_wrap = base > 0 and latest is not None and boot_ms - latest > WRAP_MS // 2
        return boot_ms - WRAP_MS if before_the_wrap else boot_ms

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
            self.columns.texting[self.slot] = 1
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
        self.columns.texting[self.slot] = bool(self.texts)
        return done
