"""Compiles the kernels with numba, once per process, into a cache keyed by their sources.

The kernels are plain functions and stay callable as such: that is the numpy path. For the compiled path each is cloned
with globals in which the kernels it calls are the compiled ones. numba's own cache notices an edit only in the file of
the function asked for, not in the functions that one calls, and then runs a stale kernel; so the cache folder carries
a hash of all kernel sources.
"""

import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
import types
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from airspace.deconfliction import areas, cover, pairs, postings, searching, segments

_MODULES = (segments, areas, pairs, postings, searching, cover)
ENTRIES = frozenset({"place", "search", "settle", "cover", "sound"})
"""Kernels that Python calls."""
_LONG = frozenset({"search", "settle"})
"""Kernels that may take long enough for others to run meanwhile."""
CACHE_VARIABLE = "HEXLANE_CACHE_DIR"
"""Environment variable that names the folder under which compiled kernels are kept."""


def numba_installed() -> bool:
    """Tell whether the compiled path can be had."""
    return importlib.util.find_spec("numba") is not None


def kernels() -> dict[str, Callable[..., Any]]:
    """Return the kernels as plain functions, by name."""
    return {
        name: value
        for module in _MODULES
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }


def fingerprint() -> str:
    """Return a hash of all kernel sources and of what they import from us: another source, another cache."""
    digest = hashlib.sha256(sys.version.encode())
    for module in (*_MODULES, sys.modules["airspace.geometry4d"], sys.modules[__name__]):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]


def cache_folder(base: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of kernels compiled from exactly these sources, below `base` or the user's cache folder."""
    root = base or os.environ.get(CACHE_VARIABLE)
    if root is None:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexlane"
    return Path(root) / f"kernels-{fingerprint()}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


@cache
def load(base: str | None = None) -> types.SimpleNamespace:
    """Return the kernels as numba dispatchers; a folder that cannot be written means compiling in each process."""
    # 2 s and 100 MB: only where it is used.
    numba: Any = importlib.import_module("numba")

    plain = kernels()
    scope: dict[str, Any] = {"__builtins__": __builtins__}
    for module in _MODULES:
        scope.update({k: v for k, v in vars(module).items() if not k.startswith("__") and k not in plain})
    folder = cache_folder(base)
    keep = _writable(folder)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder) if keep else before
    try:
        for name, function in plain.items():
            clone = types.FunctionType(function.__code__, scope, name, function.__defaults__)
            clone.__module__ = function.__module__
            clone.__qualname__ = function.__qualname__
            # Only what Python calls needs the means to be called from Python: it saves a third of the compilation.
            inner = name not in ENTRIES
            scope[name] = numba.njit(
                # A kernel of a few microseconds keeps the interpreter: to get it back may take milliseconds.
                cache=keep,
                nogil=name in _LONG,
                error_model="numpy",
                no_cpython_wrapper=inner,
                no_cfunc_wrapper=True,
            )(clone)
    finally:
        numba.config.CACHE_DIR = before
    return types.SimpleNamespace(**{name: scope[name] for name in ENTRIES})
