"""Losses once foretold are kept while the pair still comes nearly as close: what hovers at a minimum does not flicker."""

from dataclasses import fields, replace
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.tactical.motion import Motions
from airspace.tactical.separation import Losses, SeparationLimits, find_losses
from airspace.tracks import RowArray

KEEP_S: Final = 30.0
"""For how long a pair not foretold any more is looked at with the wider minima, counted from when it last was (ours)."""
WIDER_H_M: Final = 15.0
WIDER_V_M: Final = 5.0


class KeptPairs:
    """Remembers the pairs of rows that were foretold of late."""

    def __init__(self) -> None:
        self._seen_s: dict[tuple[int, int], float] = {}

    def forget(self, rows: RowArray) -> None:
        """Forget the pairs of rows that were given to other tracks."""
        gone = set(rows.tolist())
        if gone:
            self._seen_s = {pair: at for pair, at in self._seen_s.items() if gone.isdisjoint(pair)}

    def take(
        self,
        losses: Losses,
        motions: Motions,
        rows: RowArray,
        minima_h_m: FloatArray,
        minima_v_m: FloatArray,
        groups: RowArray,
        limits: SeparationLimits,
        now_s: float,
        *,
        blur_m: FloatArray | None = None,
    ) -> Losses:
        """Return the losses and those of late that lie ahead still, by minima wider by 15 m and 5 m; `rows` (n,) name motions."""
        pairs = set(zip(rows[losses.a].tolist(), rows[losses.b].tolist(), strict=True))
        late = {pair for pair, seen_s in self._seen_s.items() if pair not in pairs and now_s - seen_s <= KEEP_S}
        self._seen_s = {pair: self._seen_s[pair] for pair in late} | dict.fromkeys(pairs, now_s)
        if not late:
            return losses
        wanted = {row for pair in late for row in pair}
        among = np.array([k for k, row in enumerate(rows.tolist()) if row in wanted], np.int64)
        if len(among) < 2:
            return losses
        wide = find_losses(
            _some(motions, among), minima_h_m[among] + WIDER_H_M, minima_v_m[among] + WIDER_V_M, groups[among],
            replace(limits, both_plans_horizontal_m=limits.both_plans_horizontal_m + WIDER_H_M / 5,
                    both_plans_vertical_m=limits.both_plans_vertical_m + WIDER_V_M / 5),
            blur_m=None if blur_m is None else blur_m[among],
        )  # fmt: skip
        a, b = among[wide.a], among[wide.b]
        names = zip(rows[a].tolist(), rows[b].tolist(), strict=True)
        # What has begun by the wider minima only is no loss, and not ahead any more.
        kept = np.array([pair in late for pair in names], np.bool_) & (wide.t_in_s > 0.0)
        wide = replace(wide, a=a, b=b)
        both = {
            column.name: np.concatenate((getattr(losses, column.name), getattr(wide, column.name)[kept]))
            for column in fields(Losses)
            if column.name != "work"
        }
        order = np.lexsort((both["b"], both["a"]))
        return Losses(**{name: column[order] for name, column in both.items()}, work=losses.work)


def _some(motions: Motions, which: RowArray) -> Motions:
    counts = motions.first[which + 1] - motions.first[which]
    pieces = [motions.pieces[motions.first[k] : motions.first[k + 1]] for k in which.tolist()]
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    return Motions(np.concatenate(pieces), first, motions.follows[which])
