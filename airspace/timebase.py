"""Scene time: the float seconds the numeric core computes in.

Scene seconds count from 2024-01-01T00:00:00Z without leap seconds. Counting from a recent epoch keeps the resolution of
a float64 near 1.5e-8 s, well below the 1e-6 s within which instants are compared.
"""

from datetime import UTC, datetime, timedelta

SCENE_EPOCH_AT = datetime(2024, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_scene_s(at: datetime) -> float:
    """Return scene seconds of an aware instant; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no place in scene time")
    return ((at - SCENE_EPOCH_AT) // _MICROSECOND) / 1e6


def from_scene_s(scene_s: float) -> datetime:
    """Return the aware UTC instant of scene seconds, rounded to the microsecond."""
    return SCENE_EPOCH_AT + timedelta(microseconds=round(scene_s * 1e6))
