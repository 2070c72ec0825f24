"""Charts laid out as boxes, lines and words, so that the page and the PDF show the same.

Lengths are points of the PDF; y grows downwards from the upper edge.
"""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from utm.reports.document import RankedChart, StackedChart

WIDTH: Final = 504.0
"""A4 less its margins."""
WORDS_PT: Final = 8.0
COLOURS: Final = ("#2f6690", "#b3382c", "#c98a1b", "#9aa6ad")
"""Told apart with every kind of colour vision by lightness too, and named in the legend in the order they are stacked."""
INK: Final = "#1b2227"
QUIET: Final = "#55616a"
RULE: Final = "#d3d9dc"

_STACK_HEIGHT: Final = 130.0
_ROW: Final = 15.0
_NAMES: Final = 170.0


@dataclass(frozen=True, slots=True)
class Box:
    """A filled box."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words; `y` is where they stand."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"]
    colour: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A level line."""

    x: float
    y: float
    width: float
    colour: str


Shape = Box | Words | Rule


def layout(chart: StackedChart | RankedChart) -> tuple[float, list[Shape]]:
    """Return the height of a chart and its shapes."""
    if isinstance(chart, RankedChart):
        return _ROW * len(chart.items) + 4, list(_ranked(chart))
    return _STACK_HEIGHT + 34, list(_stacked(chart))


def top_of(values: float) -> float:
    """Return the round number an axis ends at: 1, 2 or 5 times a power of ten, whole, at least 1."""
    if values <= 1:
        return 1.0
    step = float(10 ** math.floor(math.log10(values)))
    return next(step * times for times in (1.0, 2.0, 5.0, 10.0) if step * times >= values)


def _stacked(chart: StackedChart) -> Iterator[Shape]:
    totals = [sum(values) for values in zip(*(series.values for series in chart.series), strict=True)]
    top = top_of(max(totals, default=0))
    left, base = 34.0, _STACK_HEIGHT
    height = _STACK_HEIGHT - 8
    marks = (0.0, top / 2, top) if top > 1 else (0.0, top)
    for mark in marks:
        y = base - height * mark / top
        yield Rule(left, y, WIDTH - left, RULE)
        yield Words(left - 5, y + 3, f"{mark:g}", "end", QUIET)
    step = (WIDTH - left) / max(1, len(chart.ticks))
    every = 1 if step >= 14 else 2
    for nth, tick in enumerate(chart.ticks):
        x, y = left + nth * step, base
        for colour, series in zip(COLOURS, chart.series, strict=False):
            tall = height * series.values[nth] / top
            y -= tall
            if tall > 0:
                yield Box(x + step * 0.14, y, step * 0.72, tall, colour)
        if nth % every == 0:
            yield Words(x + step / 2, base + 11, tick, "middle", QUIET)
    x = left
    for colour, series in zip(COLOURS, chart.series, strict=False):
        yield Box(x, base + 19, 8, 8, colour)
        yield Words(x + 11, base + 26, series.name, "start", INK)
        x += 24 + wide(series.name)


def _ranked(chart: RankedChart) -> Iterator[Shape]:
    most = max((value for _, value, _ in chart.items), default=0)
    room = WIDTH - _NAMES - 70
    for nth, (name, value, written) in enumerate(chart.items):
        y = 2 + nth * _ROW
        yield Words(_NAMES - 6, y + 10, shortened(name, _NAMES - 6), "end", INK)
        long = room * max(0.0, value) / most if most > 0 else 0.0
        yield Box(_NAMES, y + 2, max(0.5, long), _ROW - 5, COLOURS[0])
        yield Words(_NAMES + max(0.5, long) + 5, y + 10, written, "start", INK)


def wide(text: str) -> float:
    """Return about how wide words are: ideographs a full height, others little more than half of one."""
    return sum(WORDS_PT if unicodedata.east_asian_width(sign) in "WF" else WORDS_PT * 0.57 for sign in text)


def shortened(text: str, room: float) -> str:
    """Return words that fit, with an ellipsis where they are cut."""
    if wide(text) <= room:
        return text
    while text and wide(text + "…") > room:
        text = text[:-1]
    return text + "…"
