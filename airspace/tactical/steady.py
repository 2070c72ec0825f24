"""Velocities freed of their noise: the mean of the last reports, begun anew where the change is more than noise."""

from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.tracks import RowArray

_NOISE_MPS: Final = 1.5
_NOISE_UP_MPS: Final = 1.15
"""3.6 sigma of a report with 0.3 m/s of noise against a mean: at three, every drone would seem to climb each ten minutes."""
_LEAST_WEIGHT: Final = 0.25


class SteadyVelocities:
    """The velocity of every row of a picture; level and vertical are judged apart.

    0.3 m/s of noise in the climb rate is 12 m in 40 s, and layers are 15 m apart. A change larger than noise is taken as
    it is, at once: it may be a manoeuvre. It may also be one wrong report, so it weighs no more than the reports after it.
    """

    def __init__(self) -> None:
        self._velocity: FloatArray = np.full((0, 3), np.nan)
        self._observed_s: FloatArray = np.full(0, -np.inf)
        self._reports: RowArray = np.zeros((0, 2), np.int64)

    def grow(self, capacity: int) -> None:
        """Make room for rows below `capacity`."""
        more = capacity - len(self._observed_s)
        if more > 0:
            self._velocity = np.concatenate((self._velocity, np.full((more, 3), np.nan)))
            self._observed_s = np.concatenate((self._observed_s, np.full(more, -np.inf)))
            self._reports = np.concatenate((self._reports, np.zeros((more, 2), np.int64)))

    def forget(self, rows: RowArray) -> None:
        """Begin anew with rows that were given to other tracks."""
        self._velocity[rows], self._observed_s[rows], self._reports[rows] = np.nan, -np.inf, 0

    def take(self, rows: RowArray, observed_s: FloatArray, velocity: FloatArray) -> FloatArray:
        """Return the steadied velocities (n, 3) in m/s after reports of `velocity` at `observed_s`; old ones change nothing."""
        new = observed_s > self._observed_s[rows]
        news, before, reported = rows[new], self._velocity[rows[new]], velocity[new]
        change = reported - before  # NaN, so no noise, for the first report
        noise = np.column_stack(
            (np.hypot(change[:, 0], change[:, 1]) <= _NOISE_MPS, np.abs(change[:, 2]) <= _NOISE_UP_MPS)
        )
        reports = np.where(noise, self._reports[news] + 1, 1)
        weight = np.maximum(1.0 / reports, _LEAST_WEIGHT)[:, [0, 0, 1]]
        self._velocity[news] = np.where(noise[:, [0, 0, 1]], before + weight * change, reported)
        self._observed_s[news], self._reports[news] = observed_s[new], reports
        return self._velocity[rows]
