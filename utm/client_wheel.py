"""The Python client as a wheel of its own, written from the running package: what a firm installs without the product.

It holds `utm.client`, the live feed's schema it types its messages with, and `hexlane api`. The same package gives the
same bytes. Format: PyPA "Binary distribution format" 1.0, "Core metadata" 2.1.
"""

import ast
import base64
import hashlib
import importlib.metadata
import io
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

from utm import __version__

_HERE: Final = Path(__file__).resolve().parent
_NAME: Final = "hexlane_client"
_NEEDS: Final = ("httpx", "msgspec", "websockets", "typer", "rich")
_INFO: Final = f"{_NAME}-{__version__}.dist-info"
_LONG_AGO: Final = (2020, 1, 1, 0, 0, 0)

FILE_NAME: Final = f"{_NAME}-{__version__}-py3-none-any.whl"


@cache
def wheel() -> bytes:
    """Return the wheel's bytes."""
    paths = [_HERE / "py.typed", *_modules()]
    files = {f"utm/{path.relative_to(_HERE).as_posix()}": path.read_bytes() for path in paths}
    files |= {
        f"{_INFO}/METADATA": _metadata().encode(),
        f"{_INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hexlane\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{_INFO}/entry_points.txt": b"[console_scripts]\nhexlane = utm.cli_client:main\n",
    }
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{_INFO}/RECORD"] = "\n".join([*lines, f"{_INFO}/RECORD,,", ""]).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _modules() -> list[Path]:
    """Return the client, its command line, and what of the product they import when they are imported."""
    found: set[Path] = set()
    waiting = [_HERE / "__init__.py", _HERE / "cli_client.py", *(_HERE / "client").glob("*.py")]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "utm":
                base = _HERE.joinpath(*str(node.module).split(".")[1:])
                named = [base, *(base / item.name for item in node.names)]
                waiting += [known for part in named if (known := part.with_suffix(".py")).is_file()]
    return sorted(found)


def requirements() -> list[str]:
    """Return what the client needs, bounded as the product's own metadata bounds it."""
    asked = importlib.metadata.requires("hexlane") or []
    by_name = {re.split(r"[^A-Za-z0-9_.-]", item, maxsplit=1)[0].lower(): item for item in asked if ";" not in item}
    return [by_name[name] for name in _NEEDS]


def _metadata() -> str:
    lines = [
        "Metadata-Version: 2.1",
        "Name: hexlane-client",
        f"Version: {__version__}",
        "Summary: The client of a Hexlane server: typed, without and with await, and the command hexlane api.",
        "License: Apache-2.0",
        "Requires-Python: >=3.11",
        *(f"Requires-Dist: {item}" for item in requirements()),
    ]
    return "\n".join(lines) + "\n"


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
