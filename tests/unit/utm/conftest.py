"""The server's parts without its server, for the tests of the modules that file, judge and keep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import desk as desks
from tests.fakes.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The parts on a store of their own."""
    with desks.running(tmp_path / "first") as made:
        yield made


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Desk]:
    """The same again on another store, to compare with."""
    with desks.running(tmp_path / "second") as made:
        yield made
