"""Values as messages carry them: places in 1e-7 degrees, text in bytes, and what stands for unknown."""

from __future__ import annotations

import math


def coordinates(lat: int, lon: int) -> tuple[float, float] | None:
    """Return degrees of a pair in 1e-7 degrees, None for 0/0, for unknown and for what lies on no globe."""
    if (lat == 0 and lon == 0) or not (-900_000_000 <= lat <= 900_000_000 and -1_800_000_000 <= lon <= 1_800_000_000):
        return None
    return lat / 1e7, lon / 1e7


def text(raw: bytes) -> str:
    """Return the text before the first NUL."""
    return raw.split(b"\x00", 1)[0].decode("utf-8", "replace")


def above(value: float, unknown: float) -> float | None:
    """Return a number above the one that stands for unknown, None for that, for less and for what is no number."""
    return value if math.isfinite(value) and value > unknown else None
