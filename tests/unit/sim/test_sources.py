"""Sources of chance of a simulated world."""

import uuid
from pathlib import Path
from typing import Any

from numba.core.caching import IndexDataCacheFile

from sim.deterministic.sources import seeded


def drawn(folder: Path, compiles: bool) -> tuple[list[uuid.UUID], str]:
    """Return the identifiers a world of seed 1 draws, and the name its kernel's file has while it is written."""
    name = ""
    with seeded(1, lambda: 0.0):
        first = uuid.uuid4()
        if compiles:
            cache: Any = IndexDataCacheFile(str(folder), "kernel", 1)  # type: ignore[no-untyped-call]
            with cache._open_for_write(str(folder / "kernel.nbi")):  # what numba does for every kernel it keeps
                (name,) = (path.name for path in folder.iterdir() if ".tmp." in path.name)
        return [first, uuid.uuid4()], name


def test_identifiers_follow_from_the_seed_whether_or_not_a_kernel_is_compiled(tmp_path: Path) -> None:
    """A world that compiles its kernels draws the same identifiers as one that finds them compiled."""
    assert drawn(tmp_path, compiles=False)[0] == drawn(tmp_path, compiles=True)[0]


def test_two_worlds_of_one_seed_may_compile_at_once(tmp_path: Path) -> None:
    """Files in which kernels are kept have other names in each world, and chance is as it was afterwards."""
    names = {drawn(tmp_path, compiles=True)[1] for _ in range(3)}
    assert len(names) == 3
    assert uuid.uuid4() != uuid.uuid4()
