"""The clock: the only place the service learns what time it is."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the instant and a monotonic time; the simulation brings its own."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards, from an arbitrary origin."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's present instant, aware UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()
