"""Compiles a module's functions with numba, each kept in a folder between runs.

Such a module calls nothing outside itself and takes every number it needs as an argument, so numba's own check of the file
a cached kernel came from is enough. The functions stay callable as they are.
"""

import importlib
import inspect
import types
from typing import Any


def functions_of(module: types.ModuleType) -> dict[str, Any]:
    """Return the functions a module defines itself, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }


def compiled_functions(module: types.ModuleType, folder: str, *, nogil: bool) -> dict[str, Any]:
    """Return a module's functions compiled, kept in a folder where one can be written.

    `nogil` lets go of the interpreter while one runs: to get it back may take milliseconds, so only where one runs longer.
    """
    numba: Any = importlib.import_module("numba")
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    scope: dict[str, Any] = dict(vars(module))
    plain = functions_of(module)
    try:
        for name, function in plain.items():
            clone = types.FunctionType(function.__code__, scope, name, function.__defaults__)
            clone.__module__, clone.__qualname__ = function.__module__, function.__qualname__
            try:
                scope[name] = numba.njit(cache=True, nogil=nogil, error_model="numpy")(clone)
            except (OSError, RuntimeError):  # no folder to keep it in: compiled anew in each process
                scope[name] = numba.njit(nogil=nogil, error_model="numpy")(clone)
    finally:
        numba.config.CACHE_DIR = before
    return {name: scope[name] for name in plain}
