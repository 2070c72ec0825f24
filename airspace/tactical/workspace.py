"""Workspace: memory that one analysis leaves to the next."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Workspace:
    """Memory that one analysis leaves to the next: fresh pages cost more than the arithmetic done in them.

    Not to be shared by analyses that run at the same time.
    """

    def __init__(self) -> None:
        self._held: dict[str, NDArray[Any]] = {}

    def room(self, name: str, rows: int, kind: type, columns: int = 0) -> NDArray[Any]:
        """Return an array (rows,) or (rows, columns) of anything, the same memory under the same name."""
        held = self._held.get(name)
        if held is None or len(held) < rows:
            shape: tuple[int, ...] = (rows + rows // 4 + 16,)
            held = self._held[name] = np.empty((*shape, columns) if columns else shape, kind)
        return held[:rows]
