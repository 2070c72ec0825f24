"""What a process does for the worlds it runs: everything loaded once, files in memory, rubbish looked for seldom."""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

from airspace import deconfliction
from airspace.tactical import monitor as monitoring
from mavlink_bridge.columns import LinkColumns, StreamColumns, VehicleColumns
from mavlink_bridge.lane import Lane
from utm.app import create_app
from utm.settings import Settings

_COLLECT_AFTER: Final = 20_000
"""Objects made between two looks for rubbish; Python's own 700 cost 2 % of a world."""


def fast_folder() -> str | None:
    """Return a folder in memory where there is one: the disk's time is simulated, the real one's would only be lost."""
    memory = Path("/dev/shm")  # noqa: S108  (a private folder is made in it)
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None


@lru_cache(maxsize=1)
def warm() -> None:
    """Load and compile everything once, so that no world pays for it."""
    deconfliction.warm()
    monitoring.warm()
    Lane(LinkColumns(), StreamColumns(), VehicleColumns()).warm()
    with tempfile.TemporaryDirectory(prefix="hexlane-world-", dir=fast_folder()) as name:
        create_app(Settings(data_dir=Path(name), mavlink_udp_port=None, recording=False)).state.services.store.close()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for rubbish less often, and never among what was there before: a world makes objects all the time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 10, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
