"""Prepared geometries, asked by many threads."""

import subprocess
import sys

_MANY_THREADS = """
import threading
import numpy as np
import shapely
from airspace import prepared

turns = np.linspace(0, 2 * np.pi, 400, endpoint=False)
reach = 100 + 20 * np.sin(9 * turns)
ring = np.column_stack([reach * np.cos(turns), reach * np.sin(turns)])
areas = [shapely.Polygon(ring + shift) for shift in range(40)]
for area in areas:
    shapely.prepare(area)
draw = np.random.default_rng(1)
lines = shapely.linestrings(draw.uniform(-150, 150, (400, 2, 2)))
wanted = [shapely.intersects(shapely.Polygon(shapely.get_coordinates(area)), lines).tolist() for area in areas]
wrong = []

def ask():
    for _ in range(40):
        for area, right in zip(areas, wanted):
            if prepared.intersects(area, lines).tolist() != right:
                wrong.append(area)
            prepared.contains_xy(area, 0.0, 0.0)
            prepared.covers(area, lines[:5])

threads = [threading.Thread(target=ask) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(wrong))
"""


def test_many_threads_may_ask_one_geometry() -> None:
    """Six threads at the same prepared areas get the right answers, and the process lives."""
    done = subprocess.run(
        [sys.executable, "-c", _MANY_THREADS], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.strip() == "0"
