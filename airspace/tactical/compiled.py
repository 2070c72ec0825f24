"""Compiles the tactical kernels with numba on first use, into the cache folder the deconfliction engine uses.

Each kernel module calls nothing outside itself and takes every number it needs as an argument, so numba's own check of
the file a cached kernel came from is enough. The kernels are plain functions and stay callable as such.
"""

import importlib
import inspect
import types
from functools import cache
from typing import Any

from airspace.deconfliction.compiled import cache_folder, numba_installed
from airspace.tactical import conformance_kernels, health_kernels, motion_kernels, separation_kernels, zone_kernels

_MODULES = (conformance_kernels, health_kernels, motion_kernels, separation_kernels, zone_kernels)


@cache
def kernels(compiled: bool | None = None) -> types.SimpleNamespace:
    """Return the kernels by name: compiled, plain, or (None) compiled where numba is installed."""
    use = numba_installed() if compiled is None else compiled
    found: dict[str, Any] = {}
    for module in _MODULES:
        found.update(_compile(module) if use else _functions(module))
    return types.SimpleNamespace(**found)


@cache
def ready() -> set[str]:
    """Return the names of what was warmed up in this process (`airspace.tactical.monitor.warm`): a set to add to."""
    return set()


def _functions(module: types.ModuleType) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }


def _compile(module: types.ModuleType) -> dict[str, Any]:
    numba: Any = importlib.import_module("numba")
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder().parent / "tactical")
    scope: dict[str, Any] = dict(vars(module))
    plain = _functions(module)
    try:
        for name, function in plain.items():
            clone = types.FunctionType(function.__code__, scope, name, function.__defaults__)
            clone.__module__, clone.__qualname__ = function.__module__, function.__qualname__
            try:
                scope[name] = numba.njit(cache=True, nogil=True, error_model="numpy")(clone)
            except (OSError, RuntimeError):  # no folder to keep it in: compiled anew in each process
                scope[name] = numba.njit(nogil=True, error_model="numpy")(clone)
    finally:
        numba.config.CACHE_DIR = before
    return {name: scope[name] for name in plain}
