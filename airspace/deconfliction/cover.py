"""Which H3 cells a plan touches (kernel), for answers and capacity, not for the search itself."""

import math

import numpy as np
from numpy.typing import NDArray

from airspace.deconfliction.areas import area_area, area_spans
from airspace.deconfliction.pairs import COUNT, START
from airspace.deconfliction.postings import COLUMNS, PIXEL_M, RADIUS_M, ROWS, X0, Y0
from airspace.deconfliction.segments import whole
from airspace.geometry4d import FloatArray, IntArray

CORNERS = 10


def cover(
    A: FloatArray,
    Am: IntArray,
    Av: FloatArray,
    widen: float,
    rings: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    chosen: NDArray[np.uint8],
    work: FloatArray,
) -> int:
    """Set `chosen` to 1 for every cell within `widen` metres of any part; return how many.

    `rings` float64 (10 n, 2) are the cells' corners one after the other.
    """
    n = 0
    reach = grid[RADIUS_M] + widen
    columns = int(grid[COLUMNS])
    for i in range(len(A)):
        i0 = max(0, math.floor((min(A[i, 0], A[i, 4]) - reach - grid[X0]) / grid[PIXEL_M]))
        i1 = min(columns - 1, math.floor((max(A[i, 0], A[i, 4]) + reach - grid[X0]) / grid[PIXEL_M]))
        j0 = max(0, math.floor((min(A[i, 1], A[i, 5]) - reach - grid[Y0]) / grid[PIXEL_M]))
        j1 = min(int(grid[ROWS]) - 1, math.floor((max(A[i, 1], A[i, 5]) + reach - grid[Y0]) / grid[PIXEL_M]))
        if i0 > i1:
            continue
        for j in range(j0, j1 + 1):
            for cell in range(pixels[j * columns + i0], pixels[j * columns + i1 + 1]):
                if chosen[cell] != 0:
                    continue
                at = cell * CORNERS
                if Am[i, COUNT] < 0:
                    dx = A[i, 4] - A[i, 0]
                    dy = A[i, 5] - A[i, 1]
                    near = area_spans(A[i, 0], A[i, 1], dx, dy, rings, at, whole(CORNERS), widen, work, whole(0)) > 0
                else:
                    near = (
                        area_area(Av, whole(Am[i, START]), whole(Am[i, COUNT]), rings, at, whole(CORNERS), widen)
                        <= widen
                    )
                if near:
                    chosen[cell] = 1
                    n += 1
    return n
