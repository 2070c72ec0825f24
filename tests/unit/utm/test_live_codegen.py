"""Clients' code is what the schema gives: no file differs, and the decoder for Python clients agrees with ours."""

import importlib.util
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from utm import live_schema
from utm.live_codegen import PYTHON, TYPESCRIPT, files, python, typescript
from utm.live_frames import COLUMNS, TRACK_COLUMNS, decode_tracks, encode_tracks


@pytest.mark.parametrize("path", [TYPESCRIPT, PYTHON], ids=str)
def test_generated_files_are_what_the_schema_gives(path: Path) -> None:
    """The files in the repository must be those of the schema: run `python -m utm.live_codegen` after changing it."""
    assert (ROOT / path).read_text() == files()[path]


def test_the_files_follow_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another column or another code in the schema must change both files."""
    before = typescript(), python()
    monkeypatch.setattr("utm.live_codegen.COLUMNS", (*COLUMNS, ("track_deg", "<u2", 100, 65535)))
    assert "track_cdeg: new Uint16Array(buffer, HEADER_BYTES + 22 * n, n)" in typescript()
    assert '("track_deg", "H", 100, 65535)' in python()
    monkeypatch.setattr("utm.live_codegen.STATES", (*live_schema.STATES, "resting"))
    assert "'resting'" in typescript()
    assert (typescript(), python()) != before


def decoder() -> Any:
    """Return the decoder for Python clients as a module."""
    spec = importlib.util.spec_from_file_location("hexlane_live", ROOT / PYTHON)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_python_client_decodes_what_we_encode() -> None:
    """A frame of random tracks, some values unknown, must decode to the values our own decoder gives."""
    random = np.random.default_rng(3)
    columns: dict[str, Any] = {name: random.uniform(-90, 90, 200) for name in TRACK_COLUMNS}
    columns["row"], columns["state"] = np.arange(200), random.integers(0, 6, 200)
    columns["heading_deg"], columns["age_s"] = random.uniform(0, 360, 200), random.uniform(0, 30, 200)
    for name in ("alt_hae_m", "vel_up_mps", "heading_deg"):
        columns[name][::7] = np.nan
    frame = encode_tracks(columns, kind="increment", seq=77, tick_unix_ms=1.5)
    kind, seq, tick_unix_ms, ours = decode_tracks(frame)
    theirs = decoder().decode(frame)
    assert (theirs.kind, theirs.seq, theirs.tick_unix_ms) == (kind, seq, tick_unix_ms)
    assert list(theirs.columns) == list(TRACK_COLUMNS)
    for name, values in ours.items():
        expected = [None if math.isnan(value) else value for value in values.tolist()]
        assert theirs.columns[name] == expected, name


def test_the_python_client_refuses_what_is_no_frame() -> None:
    """Anything shorter, longer or of another magic must raise ValueError."""
    frame = encode_tracks({name: np.zeros(1) for name in TRACK_COLUMNS}, kind="snapshot", seq=1, tick_unix_ms=0.0)
    decode = decoder().decode
    for broken in (b"", frame[:40], frame + b"\0", b"NOPE" + frame[4:]):
        with pytest.raises(ValueError, match=r"header|version|length"):
            decode(broken)
