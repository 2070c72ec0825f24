"""Compiles the kernels of `airspace.plan_kernels` on first use, into the cache folder the deconfliction engine uses."""

import importlib
import types
from functools import cache

from airspace import plan_kernels
from airspace.kernel_compiler import compiled_functions


@cache
def kernels() -> types.SimpleNamespace | None:
    """Return the kernels by name, compiled; None where numba is not installed: callers then go by numpy and pyproj."""
    # Late, because the engine's modules stand on the frame, and the frame on this one.
    engine = importlib.import_module("airspace.deconfliction.compiled")
    if not engine.numba_installed():
        return None
    folder = str(engine.cache_folder().parent / "plans")
    # Without letting go of the interpreter: a kernel takes microseconds.
    return types.SimpleNamespace(**compiled_functions(plan_kernels, folder, nogil=False))
