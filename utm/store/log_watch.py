"""Asks a store's file whether its change log has grown: a hundred times a second, at a tenth of a session's cost."""

from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite


class LogWatch:
    """A plain connection that reads nothing but the end of the change log; on one thread."""

    def __init__(self, path: Path) -> None:
        self._connection: Any = sqlite.connect(str(path), isolation_level=None)

    def grown_since(self, seq: int) -> bool:
        """Tell whether a change with a higher number is committed."""
        found = self._connection.execute("SELECT 1 FROM changes WHERE seq > ? LIMIT 1", (seq,)).fetchone()
        return found is not None

    def close(self) -> None:
        """Ask no more."""
        self._connection.close()
