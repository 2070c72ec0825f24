"""The cheapest way over the squares of a lattice: A*, eight neighbours, the straight distance as bound.

Of squares equally promising the one of the lower row, then the lower column, is looked at first, so the same ground gives
the same way whether the search is compiled or not.
"""

import heapq
import importlib
import math
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from airspace.deconfliction.compiled import cache_folder, numba_installed
from airspace.kernel_compiler import compiled_functions

Square: TypeAlias = tuple[int, int]
"""Row and column."""

_NEIGHBOURS: Final = tuple((i, j, math.sqrt(i * i + j * j)) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j)


@cache
def _kernel() -> Any:
    if not numba_installed():
        return None
    module = importlib.import_module("dispatch.square_kernels")
    return compiled_functions(module, str(cache_folder().parent / "squares"), nogil=True)["cheapest_squares"]


def cheapest_way(
    closed: NDArray[np.bool_], extra: NDArray[np.floating[Any]], step_m: float, first: Square, last: Square
) -> list[Square] | None:
    """Return the squares of the cheapest way, both ends included, or None where there is none.

    `closed` squares are not passed over, a metre over a square costs `extra` more; both (rows, columns). The ends may lie on
    closed squares: whether a flight may start there is not a question of the way.
    """
    kernel = _kernel()
    if kernel is None:
        return plain_way(closed, extra, step_m, first, last)
    columns = closed.shape[1]
    at = [i * columns + j for i, j in (first, last)]
    found = kernel(np.ascontiguousarray(closed).ravel(), extra.astype(np.float64).ravel(), step_m, *at, columns)
    return [divmod(node, columns) for node in found.tolist()] or None


def plain_way(
    closed: NDArray[np.bool_], extra: NDArray[np.floating[Any]], step_m: float, first: Square, last: Square
) -> list[Square] | None:
    """Return what `cheapest_way` does, found without numba."""
    rows, columns = closed.shape
    shut, more = closed.tolist(), extra.astype(np.float64).tolist()
    best: dict[Square, float] = {first: 0.0}
    came: dict[Square, Square] = {}
    done: set[Square] = set()
    queue: list[tuple[float, int, int]] = [(0.0, *first)]
    while queue:
        _, i, j = heapq.heappop(queue)
        here = (i, j)
        if here == last:
            return _traced(came, last)
        if here in done:
            continue
        done.add(here)
        reached = best[here]
        for di, dj, far in _NEIGHBOURS:
            a, b = i + di, j + dj
            if not (0 <= a < rows and 0 <= b < columns) or (shut[a][b] and (a, b) != last):
                continue
            cost = reached + step_m * far * (1.0 + 0.5 * (more[i][j] + more[a][b]))
            if cost < best.get((a, b), math.inf):
                best[a, b] = cost
                came[a, b] = here
                left = math.sqrt((last[0] - a) ** 2 + (last[1] - b) ** 2)
                heapq.heappush(queue, (cost + step_m * left, a, b))
    return None


def _traced(came: dict[Square, Square], last: Square) -> list[Square]:
    way = [last]
    while way[-1] in came:
        way.append(came[way[-1]])
    return way[::-1]
