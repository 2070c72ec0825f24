"""The independent judge: re-checks filed plans against each other with code of its own.

It reads the filed bodies and shares no line with `airspace` or its engine: its own projection, datum conversion, time
arithmetic and geometry, written to be plainly right rather than fast. A test keeps it free of imports from there.
"""

from utm.judge.heights import geoid_from_csv
from utm.judge.pairs import judge_pair
from utm.judge.plane import Plane, plane_for
from utm.judge.plans import Columns, JudgedConflict, JudgedPlan, JudgedVolume, after, from_body, instant
from utm.judge.sweep import against, judge

__all__ = [
    "Columns",
    "JudgedConflict",
    "JudgedPlan",
    "JudgedVolume",
    "Plane",
    "after",
    "against",
    "from_body",
    "geoid_from_csv",
    "instant",
    "judge",
    "judge_pair",
    "plane_for",
]
