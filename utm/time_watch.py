"""Whether the server's clock can be believed: plans are judged by it, and a wrong one approves the wrong thing.

Two witnesses:

    the monotonic clock   always. The wall clock must run with it: a step of more than LIMIT_S between two looks makes the
                          clock doubtful, until it is back, until a reference below confirms it, or until it has run
                          evenly for SETTLED_S (the machine was asleep, or somebody set the clock right)
    a reference           as HEXLANE_TIME_REFERENCE says: `kernel` asks the kernel whether its time service holds it
                          (adjtimex: not STA_UNSYNC, maximum error within LIMIT_S); `ntp:HOST` asks that NTP server
                          itself (RFC 4330); `none` asks nobody, for a machine or container without a time service

While the clock is doubtful or off, /readyz says so with the offset, and what approves or starts flights answers 503
`clock_off`; flights in the air are watched on.
"""

import asyncio
import contextlib
import ctypes
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from utm.clock import Clock
from utm.problems import Problem

LIMIT_S: Final = 0.1
LOOK_EVERY_S: Final = 1.0
SETTLED_S: Final = 60.0
ASK_EVERY_S: Final = 64.0
REFERENCE_LASTS_S: Final = 900.0
"""An answer of a reference older than this counts no more."""
RETRY_AFTER_S: Final = 30
_SAME_MOMENT_S: Final = 0.02
_STA_UNSYNC: Final = 0x0040
_NTP_UNIX_S: Final = 2_208_988_800

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReferenceTime:
    """What a reference says: how far ahead of it our clock is (None: it does not tell), and how sure that is."""

    synchronised: bool
    offset_s: float | None
    uncertainty_s: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TimeState:
    """Whether the clock is believed; `offset_s` is how far it is off as far as known, `why` a code or None."""

    ok: bool
    offset_s: float | None
    uncertainty_s: float | None
    reference: str
    why: str | None = None

    def document(self) -> dict[str, Any]:
        """Return it as /readyz shows it."""
        return {
            "state": "ready" if self.ok else "off",
            "offset_s": None if self.offset_s is None else round(self.offset_s, 4),
            "uncertainty_s": None if self.uncertainty_s is None else round(self.uncertainty_s, 4),
            "reference": self.reference,
            "why": self.why,
        }


class TimeWatch:
    """Compares the clocks; `look` is called every second, `ask` (which may block) every minute."""

    def __init__(
        self, clock: Clock, reference: str = "none", *, ask: Callable[[], ReferenceTime] | None = None
    ) -> None:
        self._clock, self._name = clock, reference
        self._asks = ask or asker(reference)
        self._before: tuple[float, float] | None = None
        self._stepped_s = 0.0
        self._stepped_at_s: float | None = None
        self._said: tuple[float, ReferenceTime] | None = None
        self._began_s: float | None = None

    # ------------------------------------------------------------------------------------------------------ looking

    def look(self) -> TimeState:
        """Compare the wall clock with the monotonic one; returns the state."""
        both = self._read_both()
        if both is not None:
            wall_s, mono_s = both
            self._began_s = mono_s if self._began_s is None else self._began_s
            if self._before is not None:
                step_s = (wall_s - self._before[0]) - (mono_s - self._before[1])
                if abs(step_s) > LIMIT_S:
                    self._stepped_s += step_s
                    self._stepped_at_s = mono_s
                    self._said = None  # what a reference said before the step says nothing of the clock after it
                    _log.error("clock_stepped", step_s=round(step_s, 3), off_s=round(self._stepped_s, 3))
            self._before = both
            if self._stepped_at_s is not None and self._is_settled(mono_s):
                _log.warning("clock_accepted", step_s=round(self._stepped_s, 3))
                self._stepped_s, self._stepped_at_s = 0.0, None
        return self.state()

    def _is_settled(self, mono_s: float) -> bool:
        assert self._stepped_at_s is not None
        if abs(self._stepped_s) <= LIMIT_S:
            return True
        if self._asks is not None:
            return self._said is not None and self._verdict(self._said[1]) is None
        return mono_s - self._stepped_at_s >= SETTLED_S

    def _read_both(self) -> tuple[float, float] | None:
        """Return wall and monotonic seconds of one moment; None when the process was kept waiting in between."""
        for _ in range(5):
            first = self._clock.monotonic_s()
            wall_s = self._clock.now().timestamp()
            last = self._clock.monotonic_s()
            if last - first <= _SAME_MOMENT_S:
                return wall_s, (first + last) / 2
        return None

    def ask(self) -> None:
        """Ask the reference; blocks for as long as that takes, so call it in a thread."""
        if self._asks is None:
            return
        try:
            said = self._asks()
        except (OSError, ValueError) as error:
            _log.warning("time_reference_silent", reference=self._name, reason=str(error))
            return
        self._said = (self._clock.monotonic_s(), said)

    # ------------------------------------------------------------------------------------------------------- judging

    def state(self) -> TimeState:
        """Return whether the clock is believed now."""
        said = None if self._said is None else self._said[1]
        offset_s, uncertainty_s = (None, None) if said is None else (said.offset_s, said.uncertainty_s)
        if self._stepped_at_s is not None:
            return TimeState(False, self._stepped_s, uncertainty_s, self._name, "stepped")
        why = self._reference_fault()
        if offset_s is None and self._asks is None:
            offset_s = 0.0 if self._before is not None else None
        return TimeState(why is None, offset_s, uncertainty_s, self._name, why)

    def _reference_fault(self) -> str | None:
        if self._asks is None:
            return None
        now_s = self._clock.monotonic_s()
        since_s = self._said[0] if self._said is not None else self._began_s
        if since_s is not None and now_s - since_s > REFERENCE_LASTS_S:
            return "reference_silent"
        return None if self._said is None else self._verdict(self._said[1])

    @staticmethod
    def _verdict(said: ReferenceTime) -> str | None:
        if not said.synchronised:
            return "not_synchronised"
        if said.uncertainty_s is not None and said.uncertainty_s > LIMIT_S:
            return "too_uncertain"
        if said.offset_s is not None and abs(said.offset_s) > LIMIT_S:
            return "off"
        return None

    def require(self) -> None:
        """Raise Problem 503 `clock_off` unless the clock is believed."""
        state = self.state()
        if not state.ok:
            by = "" if state.offset_s is None else f" by {state.offset_s:+.3f} s"
            by_zh = "" if state.offset_s is None else f"，偏差 {state.offset_s:+.3f} 秒"
            raise Problem(
                "clock_off",
                f"The server's clock cannot be believed ({state.why}{by}). Nothing is approved or started meanwhile.",
                f"服务器时钟不可信（{state.why}{by_zh}）。在此期间不批准、不启动任何飞行。",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )

    async def run(self) -> None:
        """Look every second and ask every minute, for ever."""
        ask_at_s, was_ok = 0.0, True
        while True:
            now_s = self._clock.monotonic_s()
            if self._asks is not None and now_s >= ask_at_s:
                await asyncio.to_thread(self.ask)
                ask_at_s = now_s + (ASK_EVERY_S if self.state().ok else ASK_EVERY_S / 16)
            state = self.look()
            if state.ok != was_ok:
                _log.error("clock_off" if not state.ok else "clock_believed", **state.document())
                was_ok = state.ok
            await asyncio.sleep(LOOK_EVERY_S)


# -------------------------------------------------------------------------------------------------------- the references


def asker(reference: str) -> Callable[[], ReferenceTime] | None:
    """Return how to ask a reference ("none", "kernel", "ntp:HOST"); raises ValueError for another."""
    if reference == "none":
        return None
    if reference == "kernel":
        return ask_kernel
    kind, _, host = reference.partition(":")
    if kind == "ntp" and host:
        return lambda: ask_ntp(host)
    raise ValueError(f"unknown time reference {reference!r}: use none, kernel or ntp:HOST")


class _Timex(ctypes.Structure):
    """struct timex of Linux (linux/timex.h), as far as it is read; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_byte * 256),
    )


def ask_kernel() -> ReferenceTime:
    """Ask the kernel how well its clock is held (adjtimex, reading only); raises OSError where there is no such call."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "adjtimex"):
        raise OSError("this system has no adjtimex")
    answer = _Timex()
    if library.adjtimex(ctypes.byref(answer)) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex failed")
    held = not answer.status & _STA_UNSYNC
    detail = f"status {answer.status:#06x}, estimated error {answer.esterror} us"
    return ReferenceTime(held, None, answer.maxerror / 1e6, detail)


def ask_ntp(host: str, *, port: int = 123, timeout_s: float = 2.0) -> ReferenceTime:
    """Ask an NTP server (RFC 4330, client mode); raises OSError when it does not answer, ValueError for nonsense."""
    name, _, number = host.partition("@")
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.settimeout(timeout_s)
        asking.connect((name, int(number or port)))
        sent_at, began = time.time(), time.monotonic()
        # Version 4, mode 3; the transmit time comes back as the originate time and tells answers from forgeries.
        stamp = struct.pack("!Q", int((sent_at + _NTP_UNIX_S) * 2**32) & 0xFFFF_FFFF_FFFF_FFFF)
        asking.send(b"\x23" + bytes(39) + stamp)
        data = asking.recv(512)
        trip_s = time.monotonic() - began
    if len(data) < 48 or data[24:32] != stamp or data[0] & 7 not in (4, 5):
        raise ValueError(f"{host} did not answer as an NTP server does")
    held = data[0] >> 6 != 3 and 1 <= data[1] <= 15
    received_s, transmitted_s = (value / 2**32 - _NTP_UNIX_S for value in struct.unpack("!QQ", data[32:48]))
    offset_s = ((sent_at - received_s) + (sent_at + trip_s - transmitted_s)) / 2
    return ReferenceTime(held, offset_s, max(0.0, (trip_s - (transmitted_s - received_s)) / 2), f"stratum {data[1]}")
