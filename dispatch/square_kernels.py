"""The cheapest way from square to square, as loops over arrays (the compiled form of `dispatch.squares`)."""

import math

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.tracks import BoolArray


def sink(keys: FloatArray, nodes: NDArray[np.int64], size: int) -> None:
    """Take the first of a heap of so many away: the last takes its place and sinks. Of equal keys the lower node is first."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        right = child + 1
        if right < size and (keys[right] < keys[child] or (keys[right] == keys[child] and nodes[right] < nodes[child])):
            child = right
        if keys[child] > key or (keys[child] == key and nodes[child] >= node):
            break
        keys[at], nodes[at] = keys[child], nodes[child]
        at = child
    keys[at], nodes[at] = key, node


def rise(keys: FloatArray, nodes: NDArray[np.int64], at: int, key: float, node: int) -> None:
    """Put a node into a heap from its first free place."""
    while at > 0:
        above = (at - 1) // 2
        if keys[above] < key or (keys[above] == key and nodes[above] <= node):
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node


def traced(came: NDArray[np.int64], last: int) -> NDArray[np.int64]:
    """Return the squares that lead to the last one, first to last."""
    length, at = 1, last
    while came[at] >= 0:
        at = came[at]
        length += 1
    way = np.empty(length, np.int64)
    at = last
    for k in range(length - 1, -1, -1):
        way[k] = at
        at = came[at]
    return way


def cheapest_squares(
    closed: BoolArray, extra: FloatArray, step_m: float, first: int, last: int, columns: int
) -> NDArray[np.int64]:
    """Return the squares of the cheapest way, each row * columns + column, from first to last; empty where there is none.

    `closed`, and what a metre over a square costs more (`extra`), are flat.
    """
    rows = len(closed) // columns
    last_i, last_j = last // columns, last % columns
    best = np.full(len(closed), math.inf)
    came = np.full(len(closed), -1, np.int64)
    done = np.zeros(len(closed), np.bool_)
    keys, nodes = np.empty(1024), np.empty(1024, np.int64)
    best[first], keys[0], nodes[0], size = 0.0, 0.0, first, 1
    while size > 0:
        here = nodes[0]
        sink(keys, nodes, size)
        size -= 1
        if here == last:
            return traced(came, last)
        if done[here]:
            continue
        done[here] = True
        i, j = here // columns, here % columns
        for a in range(max(i - 1, 0), min(i + 2, rows)):
            for b in range(max(j - 1, 0), min(j + 2, columns)):
                there = a * columns + b
                if there == here or (closed[there] and there != last):
                    continue
                far = math.sqrt(float((a - i) ** 2 + (b - j) ** 2))
                cost = best[here] + step_m * far * (1.0 + 0.5 * (extra[here] + extra[there]))
                if cost >= best[there]:
                    continue
                best[there], came[there] = cost, here
                if size == len(keys):
                    keys = np.concatenate((keys, np.empty(size)))
                    nodes = np.concatenate((nodes, np.empty(size, np.int64)))
                rise(keys, nodes, size, cost + step_m * math.sqrt(float((last_i - a) ** 2 + (last_j - b) ** 2)), there)
                size += 1
    return np.empty(0, np.int64)
