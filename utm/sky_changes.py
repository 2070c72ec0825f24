"""What has changed in the sky since a plan was judged elsewhere: which later plans could matter to it.

A plan may be judged by a helper process against what was committed a moment ago (`utm.plan_helper`). Inside the write
lock the server then asks here whether anything that happened since could change that judgement. Each plan put into or
taken out of the sky is remembered by the number of its line in the change log, with a box around it that is widened by its
own minima; lines of the log without such a memory (zones, rules, aircraft, other processes) are told by their number
alone, and make the caller judge again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from airspace.deconfliction.columns import pack
from airspace.geometry4d import FloatArray, PlanGeometry, Separation, Trajectory4D
from utm.sky import LivePlan

KEPT: Final = 2048
"""How many changes are remembered; a judgement older than that is made again."""
_PAD: Final = 1e-3
_NOWHERE: Final[FloatArray] = np.array([np.inf] * 4 + [-np.inf] * 4)


@dataclass(frozen=True, slots=True)
class Change:
    """A plan that came into the sky, or one that left it or moved (`adds` False); the sites it uses."""

    plan_id: str
    adds: bool
    sites: frozenset[str]


def box_of(geometry: PlanGeometry, separation: Separation) -> FloatArray:
    """Return (8,) least and greatest x, y, z, t of a plan, widened by its own minima and a millimetre."""
    rows = geometry.segments if isinstance(geometry, Trajectory4D) else pack(geometry).rows
    corners = rows.reshape(-1, 4)  # both ends of every part
    across_m = separation.horizontal_m + _PAD
    reach = (across_m, across_m, separation.vertical_m + _PAD, separation.time_buffer_s + _PAD)
    box = np.empty(8)
    np.subtract(corners.min(axis=0), reach, out=box[:4])
    np.add(corners.max(axis=0), reach, out=box[4:])
    return box


class SkyChanges:
    """The latest changes of the sky, by their number in the change log; used on the writer's thread only."""

    def __init__(self) -> None:
        # Each is written twice, `KEPT` apart, so that any run of the latest ones lies in one piece.
        self._boxes: FloatArray = np.zeros((2 * KEPT, 8))
        self._seqs = np.zeros(2 * KEPT, np.int64)
        self._changes: list[Change | None] = [None] * (2 * KEPT)
        self._next = 0

    def note(
        self,
        seq: int,
        plan_id: str,
        before: LivePlan | None,
        after: LivePlan | None,
        own_box: FloatArray | None = None,
    ) -> None:
        """Remember that a plan came (`before` None), went (`after` None), changed, or did neither; numbers rise.

        `own_box` is the box of the plan that came, where the caller has it.
        """
        known = [plan for plan in (before, after) if plan is not None]
        sites = frozenset(
            name for plan in known for name in (plan.origin_site_id, plan.destination_site_id) if name is not None
        )
        change, box = Change(plan_id, before is None, sites), _NOWHERE
        for plan in known:
            own = box_of(plan.geometry, plan.separation) if own_box is None or plan is before else own_box
            box = np.concatenate([np.minimum(box[:4], own[:4]), np.maximum(box[4:], own[4:])])
        at = self._next % KEPT
        for place in (at, at + KEPT):
            self._boxes[place], self._seqs[place], self._changes[place] = box, seq, change
        self._next += 1

    def take_back(self, seq: int) -> None:
        """Forget the latest change, which was not kept; anything else that is asked for forgets everything."""
        if self._next and self._seqs[(self._next - 1) % KEPT] == seq:
            self._next -= 1
        else:
            self.forget()

    def forget(self) -> None:
        """Forget everything: whatever was judged before must be judged again."""
        self._next = 0

    def since(self, seq: int, latest: int) -> "Since | None":
        """Return the changes after `seq`, or None where not every line of the log up to `latest` is known."""
        wanted = latest - seq
        if wanted < 0 or wanted > min(self._next, KEPT):
            return None
        if wanted == 0:
            return Since((), self._boxes[:0])
        end = (self._next - 1) % KEPT + 1 + KEPT
        first = end - wanted
        if self._seqs[first] != seq + 1 or self._seqs[end - 1] != latest:
            return None
        return Since([change for change in self._changes[first:end] if change is not None], self._boxes[first:end])


@dataclass(frozen=True, slots=True, eq=False)
class Since:
    """Consecutive changes and their boxes (n, 8)."""

    changes: Sequence[Change]
    boxes: FloatArray

    def near(self, boxes: FloatArray) -> list[list[Change]]:
        """Return for each box (m, 8) the changes it could have to do with."""
        if not self.changes:
            return [[] for _ in boxes]
        # Most have to do with none of them: told for all boxes at once.
        one = len(boxes) == 1
        low, high = (boxes[0, :4], boxes[0, 4:]) if one else (boxes[:, :4].min(axis=0), boxes[:, 4:].max(axis=0))
        if not ((low <= self.boxes[:, 4:]) & (high >= self.boxes[:, :4])).all(axis=1).any():
            return [[] for _ in boxes]
        theirs = self.boxes[None]
        within = (boxes[:, None, :4] <= theirs[:, :, 4:]) & (boxes[:, None, 4:] >= theirs[:, :, :4])
        meets: NDArray[np.bool_] = np.logical_and.reduce(within, axis=2)
        if not meets.any():
            return [[] for _ in boxes]
        return [[self.changes[k] for k in row.nonzero()[0].tolist()] for row in meets]

    def use(self, sites: Iterable[str]) -> bool:
        """Tell whether any change is of a plan that uses one of these sites."""
        wanted = frozenset(sites)
        return bool(wanted) and any(not wanted.isdisjoint(change.sites) for change in self.changes)
