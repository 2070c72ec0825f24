"""The compiled kernels: kept under a hash of their sources, and the same functions as the plain ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from airspace.deconfliction import compiled


def test_cache_folder_follows_the_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An edit in any kernel file gives another cache folder; the environment or the caller chooses the base."""
    monkeypatch.setenv(compiled.CACHE_VARIABLE, str(tmp_path))
    before = compiled.cache_folder()
    assert before.parent == tmp_path
    assert compiled.cache_folder(tmp_path / "other").parent == tmp_path / "other"
    real = Path.read_bytes

    def edited(path: Path) -> bytes:
        return real(path) + (b"#" if path.name == "areas.py" else b"")

    monkeypatch.setattr(Path, "read_bytes", edited)
    assert compiled.cache_folder() != before


def test_names_of_kernels_are_unique() -> None:
    """All kernels share one scope when compiled, so no two modules may define the same name."""
    names = [name for module in compiled._MODULES for name in vars(module) if vars(module)[name] is not None]
    own = [
        name
        for module in compiled._MODULES
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
    ]
    assert len(own) == len(set(own))
    assert set(compiled.kernels()) == set(own) <= set(names)
    values: dict[str, object] = {}
    for module in compiled._MODULES:
        for name, value in vars(module).items():
            if name.isupper():
                assert values.setdefault(name, value) == value, name


def test_importing_the_engine_does_not_import_numba() -> None:
    """`import airspace.deconfliction` stays cheap: numba comes with the first index."""
    code = "import sys, airspace.deconfliction; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_works_without_numba() -> None:
    """Where numba is missing the numpy path is taken unasked, and asking for the compiled one is an ImportError."""
    code = """
import sys
sys.modules['numba'] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == 'numba' else find(name, *a)
from airspace.deconfliction import warm
warm()
try:
    warm(compiled=True)
except ImportError:
    sys.exit(0)
sys.exit(1)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
