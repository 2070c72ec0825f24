"""Compiles the tactical kernels on first use, into the cache folder the deconfliction engine uses."""

import types
from functools import cache
from typing import Any

from airspace.deconfliction.compiled import cache_folder, numba_installed
from airspace.kernel_compiler import compiled_functions, functions_of
from airspace.tactical import conformance_kernels, health_kernels, motion_kernels, separation_kernels, zone_kernels

_MODULES = (conformance_kernels, health_kernels, motion_kernels, separation_kernels, zone_kernels)


@cache
def kernels(compiled: bool | None = None) -> types.SimpleNamespace:
    """Return the kernels by name: compiled, plain, or (None) compiled where numba is installed."""
    use = numba_installed() if compiled is None else compiled
    folder = str(cache_folder().parent / "tactical")
    found: dict[str, Any] = {}
    for module in _MODULES:
        found.update(compiled_functions(module, folder, nogil=True) if use else functions_of(module))
    return types.SimpleNamespace(**found)


@cache
def ready() -> set[str]:
    """Return the names of what was warmed up in this process (`airspace.tactical.monitor.warm`): a set to add to."""
    return set()
