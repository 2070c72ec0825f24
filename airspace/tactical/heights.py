"""Heights over plans freed of their noise: a flight is on its planned height until its reports show that it is not.

Plans lie in layers as far apart as the vertical minimum. One report's height is a metre off (barometer), so that every
second look would put one of two flights on neighbouring layers inside the minimum of the other.
"""

from typing import Final

import numpy as np

from airspace.deconfliction.compiled import numba_installed
from airspace.geometry4d import FloatArray
from airspace.tactical.compiled import kernels
from airspace.tracks import RowArray

_NOISE_M: Final = 1.0
"""One sigma of a barometer's height (ours)."""
_STEP_M: Final = 4.0
"""What one report is off its mean and more is no noise: 3.6 sigma, and what the mean itself may be off."""
_LEAST_WEIGHT: Final = 0.03
_LEAST_WEIGHT_SHORT: Final = 0.25
_DRIFT_M: Final = 1.2
"""Three sigma between means of weight 0.25 and 0.03 of such reports (0.40 m): the longer one begins anew."""
_RESTART_REPORTS: Final = 4
_ON_PLAN: Final = 3.0
"""Sigma of the mean within which a flight is on its planned height: 0.37 m once many reports are in."""


_NUMBERS: Final = np.array((_NOISE_M, _LEAST_WEIGHT, _LEAST_WEIGHT_SHORT, _STEP_M, _DRIFT_M, _ON_PLAN))


class HeightsOverPlans:
    """How far above its plan the flight of every row of a picture is."""

    def __init__(self, *, compiled: bool | None = None) -> None:
        """Compiled where numba is installed; else, and with `compiled` False, by arrays, to the same bits."""
        self._compiled = numba_installed() if compiled is None else compiled
        self._mean: FloatArray = np.zeros(0)
        self._short: FloatArray = np.zeros(0)
        self._observed_s: FloatArray = np.full(0, -np.inf)
        self._reports: RowArray = np.zeros(0, np.int64)

    def grow(self, capacity: int) -> None:
        """Make room for rows below `capacity`."""
        more = capacity - len(self._observed_s)
        if more > 0:
            self._mean = np.concatenate((self._mean, np.zeros(more)))
            self._short = np.concatenate((self._short, np.zeros(more)))
            self._observed_s = np.concatenate((self._observed_s, np.full(more, -np.inf)))
            self._reports = np.concatenate((self._reports, np.zeros(more, np.int64)))

    def forget(self, rows: RowArray) -> None:
        """Begin anew with rows that were given to other tracks."""
        self._observed_s[rows], self._reports[rows] = -np.inf, 0

    def take(self, rows: RowArray, observed_s: FloatArray, above_m: FloatArray) -> FloatArray:
        """Return how far above their plans flights are (n,), 0 where that is noise, after reports of `above_m`.

        A row whose flight has no plan, or no known height, is NaN and begins anew; old reports change nothing.
        """
        if self._compiled:
            steady = np.empty(len(rows))
            kernels(compiled=True).heights_kept(
                rows, observed_s, above_m, _NUMBERS, _RESTART_REPORTS, self._mean, self._short, self._observed_s,
                self._reports, steady,
            )  # fmt: skip
            return steady
        known = ~np.isnan(above_m)
        self.forget(rows[~known])
        new = known & (observed_s > self._observed_s[rows])
        self._add(rows[new], above_m[new])
        self._observed_s[rows[new]] = observed_s[new]
        mean, reports = self._mean[rows], np.maximum(self._reports[rows], 1)
        sigma_m = _NOISE_M * np.sqrt(np.maximum(1.0 / reports, _LEAST_WEIGHT / (2.0 - _LEAST_WEIGHT)))
        return np.where(known, np.where(np.abs(mean) <= _ON_PLAN * sigma_m, 0.0, mean), np.nan)

    def _add(self, rows: RowArray, above_m: FloatArray) -> None:
        mean, short, reports = self._mean[rows], self._short[rows], self._reports[rows] + 1
        reports[np.abs(above_m - mean) > _STEP_M] = 1
        fresh = reports == 1
        mean = np.where(fresh, above_m, mean + np.maximum(1.0 / reports, _LEAST_WEIGHT) * (above_m - mean))
        short = np.where(fresh, above_m, short + np.maximum(1.0 / reports, _LEAST_WEIGHT_SHORT) * (above_m - short))
        drifts = np.abs(short - mean) > _DRIFT_M
        reports[drifts] = _RESTART_REPORTS
        self._mean[rows], self._short[rows], self._reports[rows] = np.where(drifts, short, mean), short, reports
