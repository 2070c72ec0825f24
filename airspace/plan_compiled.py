"""Compiles the kernels of `airspace.plan_kernels` on first use, into the cache folder the deconfliction engine uses."""

import importlib
import inspect
import types
from functools import cache
from typing import Any

from airspace import plan_kernels


@cache
def kernels() -> types.SimpleNamespace | None:
    """Return the kernels by name, compiled; None where numba is not installed: callers then go by numpy and pyproj."""
    # Late, because the engine's modules stand on the frame, and the frame on this one.
    engine = importlib.import_module("airspace.deconfliction.compiled")
    if not engine.numba_installed():
        return None
    numba: Any = importlib.import_module("numba")
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(engine.cache_folder().parent / "plans")
    scope: dict[str, Any] = dict(vars(plan_kernels))
    plain = {
        name: value
        for name, value in vars(plan_kernels).items()
        if inspect.isfunction(value) and value.__module__ == plan_kernels.__name__
    }
    try:
        for name, function in plain.items():
            clone = types.FunctionType(function.__code__, scope, name, function.__defaults__)
            clone.__module__, clone.__qualname__ = function.__module__, function.__qualname__
            # Without letting go of the interpreter: to get it back may take milliseconds, and a kernel takes microseconds.
            try:
                scope[name] = numba.njit(cache=True, error_model="numpy")(clone)
            except (OSError, RuntimeError):  # no folder to keep it in: compiled anew in each process
                scope[name] = numba.njit(error_model="numpy")(clone)
    finally:
        numba.config.CACHE_DIR = before
    return types.SimpleNamespace(**{name: scope[name] for name in plain})
