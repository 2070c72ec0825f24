"""Unions of closed intervals on a line, as sorted lists of disjoint (low, high) pairs."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

Intervals: TypeAlias = list[tuple[float, float]]


def merged(pairs: Iterable[tuple[float, float]]) -> Intervals:
    """Return the union of closed intervals; reversed ones count as empty."""
    result: Intervals = []
    for low, high in sorted(pair for pair in pairs if pair[0] <= pair[1]):
        if result and low <= result[-1][1]:
            if high > result[-1][1]:
                result[-1] = (result[-1][0], high)
        else:
            result.append((low, high))
    return result


def intersection(first: Intervals, second: Intervals) -> Intervals:
    """Return the common part of two unions; a single common instant counts."""
    result: Intervals = []
    i = j = 0
    while i < len(first) and j < len(second):
        low, high = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if low <= high:
            result.append((low, high))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return result


def gaps(covered: Intervals, low: float, high: float) -> Intervals:
    """Return what `covered` leaves open of [low, high], as closed intervals of positive length."""
    result: Intervals = []
    at = low
    for start, end in covered:
        if start > at:
            result.append((at, min(start, high)))
        at = max(at, end)
        if at >= high:
            break
    if at < high:
        result.append((at, high))
    return [pair for pair in result if pair[0] < pair[1]]


def quadratic_within(a: float, b: float, c: float, low: float, high: float) -> Intervals:
    """Return where low <= a u^2 + b u + c <= high for u in [0, 1]; `low` and `high` may be infinite."""
    cuts = {0.0, 1.0}
    for level in (low, high):
        if math.isfinite(level):
            cuts.update(root for root in _roots(a, b, c - level) if 0 < root < 1)
    ordered = sorted(cuts)
    pieces = []
    for start, end in pairwise(ordered):
        middle = (start + end) / 2
        if low <= (a * middle + b) * middle + c <= high:
            pieces.append((start, end))
    # A parabola that only touches its level from outside leaves no piece; a touch is no stay.
    return merged(pieces)


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    if abs(a) <= 1e-12 * max(abs(b), abs(c), 1e-300):
        return (-c / b,) if b else ()
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return ()
    q = -(b + math.copysign(math.sqrt(discriminant), b)) / 2
    return (q / a, c / q) if q else (0.0, -b / a)
