"""The client as a wheel of its own: whole, in itself sound, and asking for nothing but what it names."""

import base64
import csv
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from utm import client_wheel

ALONE = """
import sys
from importlib.abc import MetaPathFinder

class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"numpy", "fastapi", "pydantic_settings", "sqlmodel", "shapely", "airspace", "dispatch", "sim"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
import utm
assert utm.__file__.startswith(sys.argv[1]), utm.__file__
from utm.cli_client import app
from utm.client import AsyncClient, Client
from typer.testing import CliRunner
nowhere = {"HEXLANE_URL": None, "HEXLANE_CLIENT_ID": None, "HEXLANE_CLIENT_SECRET": None, "COLUMNS": "200"}
for words, code in ((["api", "file", "--help"], 0), (["api", "operations", "--json"], 0), (["api", "plans"], 2)):
    done = CliRunner().invoke(app, words, env=nowhere)
    assert done.exit_code == code, (words, done.output)
assert "HEXLANE_CLIENT_SECRET" in done.output
"""


def _archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(client_wheel.wheel()))


def test_the_record_lists_every_file_with_its_digest() -> None:
    """Each file must stand in RECORD with its true SHA-256 and size, and only RECORD itself without."""
    archive = _archive()
    (record,) = [name for name in archive.namelist() if name.endswith("/RECORD")]
    lines = {name: (digest, size) for name, digest, size in csv.reader(archive.read(record).decode().splitlines())}
    assert set(lines) == set(archive.namelist())
    assert lines.pop(record) == ("", "")
    for name, (digest, size) in lines.items():
        content = archive.read(name)
        expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        assert (digest, int(size)) == (f"sha256={expected}", len(content)), name


def test_what_it_needs_is_what_it_says() -> None:
    """The metadata must ask for the client's five libraries, each with a lower bound, and for nothing else."""
    archive = _archive()
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    asked = re.findall(r"^Requires-Dist: (.+)$", archive.read(name).decode(), re.MULTILINE)
    assert [item.split(">=")[0] for item in asked] == ["httpx", "msgspec", "websockets", "typer", "rich"]
    assert all(re.fullmatch(r"[a-z]+>=[0-9.]+", item) for item in asked)


def test_it_works_without_the_product(tmp_path: Path) -> None:
    """Unpacked by itself, client and command line must load, explain themselves, and say what they miss."""
    _archive().extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, sys.argv[1])\n{ALONE}", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
