"""The house's import directions, read from the syntax trees, and the proof that each rule can fail."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Who may import whom; everything else of ours is forbidden. The table has no cycle (tested below).
MAY_IMPORT = {
    "airspace": set(),
    "mavlink_bridge": set(),
    "dispatch": {"airspace"},
    "utm": {"airspace", "dispatch", "mavlink_bridge"},
    "sim": {"airspace", "dispatch", "mavlink_bridge", "utm"},
}

# Packages and modules without I/O, clock, randomness, logging. Of mavlink_bridge all but the modules that open sockets,
# and the package itself only gathers names.
PURE = ("airspace", "dispatch", "mavlink_bridge")
BRIDGE_IO = {f"mavlink_bridge.{name}" for name in ("bridge", "conversations", "mmsg", "serial", "tcp", "udp")}
IMPURE_MODULES = {
    "asyncio",
    "concurrent",
    "glob",
    "http",
    "httpx",
    "httptools",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "random",
    "requests",
    "sched",
    "secrets",
    "select",
    "selectors",
    "serial",
    "shutil",
    "signal",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "structlog",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
    "uvicorn",
    "uvloop",
    "websockets",
}
EDGE_MODULES = {
    "fastapi",
    "pydantic",
    "pydantic_settings",
    "starlette",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "pysqlite3",
    "typer",
    "rich",
}
IMPURE_CALLS = {"open", "print", "input", "breakpoint"}
IMPURE_ATTRIBUTES = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "np.random",
    "numpy.random",
}
# One module of the core touches the machine: compiled kernels live in a cache folder named by a hash of their sources,
# because numba does not notice an edit in a function called from another file.
# Another holds a lock: GEOS's prepared geometries end the process when two threads ask one (decision 6).
ALLOWED_IMPURITY = {"airspace.deconfliction.compiled": {"os", "pathlib"}, "airspace.prepared": {"threading"}}

SQL_MODULES = {"sqlmodel", "sqlalchemy", "sqlite3", "pysqlite3", "alembic", "apsw", "asyncpg", "psycopg", "duckdb"}
SQL_HOME = "utm.store"
# A unit of work outside the store names the session it is handed, and does nothing else with these libraries.
SESSION_TYPES = {"sqlmodel.Session", "sqlalchemy.orm.Session"}
SQL_TEXT = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, whether it is a package's __init__, and its tree."""

    name: str
    is_package: bool
    tree: ast.Module


@dataclass(frozen=True)
class Import:
    """A module named by an import statement or an import call, and the line it stands on."""

    target: str
    line: int


@cache
def modules_under(root: Path) -> tuple[Module, ...]:
    """Return every source below a root, each read once however many rules ask."""
    found = []
    for package in MAY_IMPORT:
        for path in sorted((root / package).rglob("*.py")):
            parts = list(path.relative_to(root).with_suffix("").parts)
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found.append(Module(name, is_package, ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return tuple(found)


@cache
def imports_of(module: Module) -> tuple[Import, ...]:
    """Return every module a source names; each source is walked once."""
    return tuple(_imports_of(module))


def _imports_of(module: Module) -> Iterator[Import]:
    """Yield every module a source names, at any depth: statements, relative imports and import calls."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node.level, node.module)
            yield Import(base, node.lineno)
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] in ("import_module", "__import__"):
            yield Import(_constant(node), node.lineno)


def _absolute(module: Module, level: int, target: str | None) -> str:
    if level == 0:
        return target or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - level + module.is_package]
    return ".".join([*parts, *([target] if target else [])])


def _constant(call: ast.Call) -> str:
    """Return the module an import call names, "?" where it is computed."""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    first = arguments[0] if arguments else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else "?"


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def _within(name: str, home: str) -> bool:
    return name == home or name.startswith(f"{home}.")


def wrong_direction(module: Module) -> Iterator[str]:
    """Forbidden imports between our packages."""
    own = module.name.split(".")[0]
    for found in imports_of(module):
        other = found.target.split(".")[0]
        if other in MAY_IMPORT and other != own and other not in MAY_IMPORT[own]:
            yield f"{module.name}:{found.line} imports {found.target}, which {own} must not"


def computed_import(module: Module) -> Iterator[str]:
    """Import calls whose module cannot be read here: they would hide any of the other faults."""
    if module.name.split(".")[0] in PURE:
        for found in imports_of(module):
            if found.target == "?":
                yield f"{module.name}:{found.line} imports a computed module"


def impure_core(module: Module) -> Iterator[str]:
    """I/O, clock, randomness, logging and edge libraries in the pure packages."""
    if module.name.split(".")[0] not in PURE or module.name in BRIDGE_IO:
        return
    allowed = ALLOWED_IMPURITY.get(module.name, set())
    for found in imports_of(module):
        top = found.target.split(".")[0]
        if top in IMPURE_MODULES | EDGE_MODULES and top not in allowed:
            yield f"{module.name}:{found.line} imports {found.target} in the pure core"
        if any(_within(found.target, other) for other in BRIDGE_IO) and not module.is_package:
            yield f"{module.name}:{found.line} imports {found.target}, the I/O half of the bridge"
        if _within(found.target, "numpy.random"):
            yield f"{module.name}:{found.line} imports randomness in the pure core"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _dotted(node.func) in IMPURE_CALLS:
            yield f"{module.name}:{node.lineno} calls {_dotted(node.func)} in the pure core"
        if isinstance(node, ast.Attribute) and any(
            _dotted(node).endswith(name) and f".{_dotted(node)}".endswith(f".{name}") for name in IMPURE_ATTRIBUTES
        ):
            yield f"{module.name}:{node.lineno} uses {_dotted(node)} in the pure core"


def sql_outside_store(module: Module) -> Iterator[str]:
    """Database libraries and SQL text outside the store."""
    if _within(module.name, SQL_HOME):
        return
    named = list(imports_of(module))
    handed = {found.line for found in named if found.target in SESSION_TYPES}
    for found in named:
        bare = found.target in {name.rpartition(".")[0] for name in SESSION_TYPES} and found.line in handed
        if found.target.split(".")[0] in SQL_MODULES and found.target not in SESSION_TYPES and not bare:
            yield f"{module.name}:{found.line} imports {found.target} outside {SQL_HOME}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_TEXT.match(node.value):
            yield f"{module.name}:{node.lineno} holds SQL outside {SQL_HOME}"


def judge_shares_code(module: Module) -> Iterator[str]:
    """The judge must be a witness of its own: nothing of ours but itself."""
    if _within(module.name, "utm.judge"):
        for found in imports_of(module):
            ours = found.target.split(".")[0] in MAY_IMPORT and found.target != "utm"
            if ours and not _within(found.target, "utm.judge"):
                yield f"{module.name}:{found.line} imports {found.target}, which the judge must not share"


RULES = {
    "wrong direction": wrong_direction,
    "computed import": computed_import,
    "impure core": impure_core,
    "sql outside the store": sql_outside_store,
    "judge shares code": judge_shares_code,
}


def faults(root: Path, rule: str) -> list[str]:
    return [fault for module in modules_under(root) for fault in RULES[rule](module)]


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule: str) -> None:
    """No source of the five packages breaks the rule."""
    assert faults(ROOT, rule) == []


def test_every_package_is_read() -> None:
    """The rules above looked at real sources of each package (an empty folder would keep every rule)."""
    names = {module.name.split(".")[0] for module in modules_under(ROOT)}
    assert names == set(MAY_IMPORT)


def test_the_directions_make_no_cycle() -> None:
    """Following the allowed imports from any package never comes back to it."""

    def reachable(package: str) -> set[str]:
        return MAY_IMPORT[package].union(*(reachable(other) for other in MAY_IMPORT[package]))

    assert all(package not in reachable(package) for package in MAY_IMPORT)


PLANTED = [
    ("wrong direction", "airspace/bad.py", "from dispatch.orders import Order"),
    ("wrong direction", "airspace/bad.py", "import utm"),
    ("wrong direction", "airspace/deep/bad.py", "def f():\n    from utm.store import store\n"),
    ("wrong direction", "mavlink_bridge/bad.py", "from airspace.frame import LocalFrame"),
    ("wrong direction", "dispatch/bad.py", "import mavlink_bridge.codec as codec"),
    ("wrong direction", "utm/bad.py", "import sim"),
    ("wrong direction", "utm/bad.py", "import importlib\nimportlib.import_module('sim.cli')"),
    ("wrong direction", "utm/bad.py", "from importlib import import_module as _\nimport_module(name='sim.cli')"),
    ("wrong direction", "utm/bad.py", "x = __import__('sim')"),
    (
        "wrong direction",
        "utm/bad.py",
        "if False:\n    try:\n        import sim.world\n    except ImportError:\n        pass",
    ),
    ("wrong direction", "utm/api/bad.py", "import os, sim"),
    ("computed import", "airspace/bad.py", "import importlib\nname = 'so' + 'cket'\nimportlib.import_module(name)"),
    ("impure core", "airspace/bad.py", "import time"),
    ("impure core", "airspace/bad.py", "from os import environ"),
    ("impure core", "airspace/bad.py", "import numpy as np\nx = np.random.default_rng()"),
    ("impure core", "airspace/bad.py", "from numpy.random import default_rng"),
    ("impure core", "airspace/bad.py", "from datetime import datetime\nx = datetime.now()"),
    ("impure core", "airspace/bad.py", "import datetime as d\nimport datetime\nx = datetime.datetime.now()"),
    ("impure core", "airspace/bad.py", "def f():\n    return open('x')"),
    ("impure core", "airspace/bad.py", "print('here')"),
    ("impure core", "airspace/bad.py", "import logging"),
    ("impure core", "airspace/bad.py", "from pydantic import BaseModel"),
    ("impure core", "dispatch/bad.py", "import random"),
    ("impure core", "dispatch/bad.py", "import requests"),
    ("impure core", "dispatch/bad.py", "async def f():\n    import asyncio\n"),
    ("impure core", "mavlink_bridge/codec.py", "import socket"),
    ("impure core", "mavlink_bridge/codec.py", "from mavlink_bridge.bridge import Bridge"),
    ("impure core", "mavlink_bridge/codec.py", "from .bridge import Bridge"),
    ("impure core", "mavlink_bridge/codec.py", "from . import bridge"),
    ("sql outside the store", "utm/bad.py", "from sqlmodel import Session, select"),
    ("sql outside the store", "utm/bad.py", "import sqlmodel"),
    ("sql outside the store", "utm/bad.py", "from sqlalchemy import select"),
    ("sql outside the store", "utm/api/bad.py", "def f():\n    from sqlalchemy import text\n"),
    ("sql outside the store", "sim/bad.py", "import sqlite3"),
    ("sql outside the store", "utm/bad.py", "x = 'SELECT a FROM plans'"),
    ("sql outside the store", "utm/storehouse.py", "import sqlite3"),
    ("judge shares code", "utm/judge/bad.py", "from airspace.frame import LocalFrame"),
    ("judge shares code", "utm/judge/bad.py", "from utm.city import load_city"),
    ("judge shares code", "utm/judge/bad.py", "from .. import city"),
    ("judge shares code", "utm/judge/bad.py", "def f():\n    import airspace.deconfliction\n"),
]


@pytest.mark.parametrize(("rule", "path", "source"), PLANTED)
def test_a_planted_fault_is_found(tmp_path: Path, rule: str, path: str, source: str) -> None:
    """Each rule fails on a source that breaks it, wherever the import hides."""
    target = tmp_path / path
    target.parent.mkdir(parents=True)
    target.write_text(source, encoding="utf-8")
    assert faults(tmp_path, rule), source


ALLOWED = [
    (
        "airspace/good.py",
        "from datetime import UTC, datetime\nimport numpy as np\nfrom airspace.frame import LocalFrame",
    ),
    ("dispatch/good.py", "from airspace.frame import LocalFrame"),
    ("mavlink_bridge/bridge.py", "import asyncio, socket\nfrom mavlink_bridge.codec import x"),
    ("mavlink_bridge/__init__.py", "from mavlink_bridge.bridge import Bridge"),
    (
        "utm/good.py",
        "import os, time, logging\nimport mavlink_bridge, dispatch, airspace\nx = 'Select a plan from the list'",
    ),
    ("utm/store/good.py", "import sqlmodel\nx = 'SELECT 1 FROM t'"),
    ("utm/judge/good.py", "from utm.judge.pairs import judge_pair\nfrom .plans import x\nimport shapely"),
    ("sim/good.py", "import utm.app, dispatch, airspace, mavlink_bridge, random, asyncio"),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_what_is_allowed_is_not_reported(tmp_path: Path, path: str, source: str) -> None:
    """The rules leave good sources alone."""
    target = tmp_path / path
    target.parent.mkdir(parents=True)
    target.write_text(source, encoding="utf-8")
    assert [fault for rule in RULES for fault in faults(tmp_path, rule)] == []
