"""How much each track feed sends: positions a second over the last half minute, and how many of them were refused."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

WINDOW_S: Final = 30.0


@dataclass(slots=True)
class FeedCount:
    """One source of one organisation, since this server started."""

    accepted: int = 0
    refused: int = 0
    last_s: float = float("-inf")
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def rate_hz(self, now_s: float) -> float:
        """Return positions a second over the last half minute."""
        while self.recent and self.recent[0][0] < now_s - WINDOW_S:
            self.recent.popleft()
        return sum(count for _, count in self.recent) / WINDOW_S


class FeedMeter:
    """Counts what feeds send; times are scene seconds."""

    def __init__(self) -> None:
        self.feeds: dict[tuple[str, str], FeedCount] = {}

    def note(self, feeder_id: str, source: str, now_s: float, *, accepted: int, refused: int) -> None:
        """Count one batch of a feed."""
        found = self.feeds.setdefault((feeder_id, source), FeedCount())
        found.accepted += accepted
        found.refused += refused
        if accepted:
            found.last_s = now_s
            found.recent.append((now_s, accepted))
            found.rate_hz(now_s)
