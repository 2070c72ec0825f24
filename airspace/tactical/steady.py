"""Velocities freed of their noise: the mean of the last reports, begun anew where the change is more than noise."""

from typing import Final

import numpy as np

from airspace.deconfliction.compiled import numba_installed
from airspace.geometry4d import FloatArray
from airspace.tactical.compiled import kernels
from airspace.tracks import RowArray

_NOISE_MPS: Final = 1.5
_NOISE_UP_MPS: Final = 1.15
"""3.6 sigma of a report with 0.3 m/s of noise against a mean: at three, every drone would seem to climb each ten minutes."""
_LEAST_WEIGHT: Final = 0.25
_LEAST_WEIGHT_UP: Final = 0.1
_DRIFT_UP_MPS: Final = 0.22
"""3.6 sigma between means of weight 0.25 and 0.1 of such reports (0.061 m/s): what is more has begun to climb."""
_ONE_UP_MPS: Final = 0.3
"""One sigma of a report's climb rate (ours)."""
_LEVEL: Final = 2.6
"""Sigma of the mean within which a climb rate is none: 0.18 m/s once many reports are in, 5 m in 30 s."""
_ENOUGH_REPORTS: Final = 12
_RESTART_REPORTS: Final = 2
"""A mean that found a climb still holds reports from before it: the next ones weigh a third, a quarter, a fifth."""


_NUMBERS: Final = np.array(
    (_NOISE_MPS, _NOISE_UP_MPS, _LEAST_WEIGHT, _LEAST_WEIGHT_UP, _DRIFT_UP_MPS, _ONE_UP_MPS, _LEVEL)
)


class SteadyVelocities:
    """The velocity of every row of a picture; level and vertical are judged apart.

    0.3 m/s of noise in the climb rate is 12 m in 40 s, and layers are 15 m apart; a mean of weight 0.25 still leaves
    4.5 m of it, so the climb rate is a longer mean for as long as the shorter one agrees with it. A change larger than
    noise is taken as it is, at once: it may be a manoeuvre. It may also be one wrong report, so it weighs no more than
    the reports after it.
    """

    def __init__(self, *, compiled: bool | None = None) -> None:
        """Compiled where numba is installed; else, and with `compiled` False, by arrays, to the same bits."""
        self._compiled = numba_installed() if compiled is None else compiled
        self._velocity: FloatArray = np.full((0, 3), np.nan)
        self._climb: FloatArray = np.full(0, np.nan)
        self._observed_s: FloatArray = np.full(0, -np.inf)
        self._reports: RowArray = np.zeros((0, 3), np.int64)  # in the means: level, vertical, vertical long

    def grow(self, capacity: int) -> None:
        """Make room for rows below `capacity`."""
        more = capacity - len(self._observed_s)
        if more > 0:
            self._velocity = np.concatenate((self._velocity, np.full((more, 3), np.nan)))
            self._climb = np.concatenate((self._climb, np.full(more, np.nan)))
            self._observed_s = np.concatenate((self._observed_s, np.full(more, -np.inf)))
            self._reports = np.concatenate((self._reports, np.zeros((more, 3), np.int64)))

    def forget(self, rows: RowArray) -> None:
        """Begin anew with rows that were given to other tracks."""
        self._velocity[rows], self._climb[rows], self._observed_s[rows], self._reports[rows] = (
            np.nan,
            np.nan,
            -np.inf,
            0,
        )

    def after(
        self, rows: RowArray, observed_s: FloatArray, velocity: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what `take` and then `climbs` do."""
        if not self._compiled:
            return self.take(rows, observed_s, velocity), *self.climbs(rows)
        n = len(rows)
        steady, up_mps, other_up_mps = np.empty((n, 3)), np.empty(n), np.empty(n)
        kernels(compiled=True).steady_velocities(
            rows, observed_s, velocity, _NUMBERS, _ENOUGH_REPORTS, _RESTART_REPORTS, self._velocity, self._climb,
            self._observed_s, self._reports, steady, up_mps, other_up_mps,
        )  # fmt: skip
        return steady, up_mps, other_up_mps

    def take(self, rows: RowArray, observed_s: FloatArray, velocity: FloatArray) -> FloatArray:
        """Return the steadied velocities (n, 3) in m/s after reports of `velocity` at `observed_s`; old ones change nothing."""
        new = observed_s > self._observed_s[rows]
        self._add(rows[new], velocity[new])
        self._observed_s[rows[new]] = observed_s[new]
        steady = self._velocity[rows]
        steady[:, 2] = self._climb[rows]
        return steady

    def climbs(self, rows: RowArray) -> tuple[FloatArray, FloatArray]:
        """Return the climb rates (n,) flights are predicted with, and what they may be instead while few reports say so.

        A rate is nought until the reports in its mean show that it is none: noise taken for a climb puts a flight into
        another layer within the minute. The other of the two, nought or the mean, is NaN once enough reports are in.
        """
        climb, reports = self._climb[rows], np.maximum(self._reports[rows, 2], 1)
        sigma_mps = _ONE_UP_MPS * np.sqrt(np.maximum(1.0 / reports, _LEAST_WEIGHT_UP / (2.0 - _LEAST_WEIGHT_UP)))
        level = np.abs(climb) <= _LEVEL * sigma_mps
        open_still = (reports < _ENOUGH_REPORTS) & (climb != 0.0)
        return np.where(level, 0.0, climb), np.where(open_still, np.where(level, climb, 0.0), np.nan)

    def _add(self, rows: RowArray, reported: FloatArray) -> None:
        before, climb = self._velocity[rows], self._climb[rows]
        change = reported - before  # NaN, so no noise, for the first report
        level = np.hypot(change[:, 0], change[:, 1]) <= _NOISE_MPS
        up = np.abs(change[:, 2]) <= _NOISE_UP_MPS
        reports = np.where(np.column_stack((level, up, up)), self._reports[rows] + 1, 1)
        weight = np.maximum(1.0 / reports, (_LEAST_WEIGHT, _LEAST_WEIGHT, _LEAST_WEIGHT_UP))
        noise = np.column_stack((level, level, up))
        after = np.where(noise, before + weight[:, [0, 0, 1]] * change, reported)
        climb = np.where(up, climb + weight[:, 2] * (reported[:, 2] - climb), reported[:, 2])
        drifts = np.abs(after[:, 2] - climb) > _DRIFT_UP_MPS
        reports[drifts, 2] = _RESTART_REPORTS
        self._velocity[rows], self._reports[rows] = after, reports
        self._climb[rows] = np.where(drifts, after[:, 2], climb)
