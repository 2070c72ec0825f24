"""Memory that follows the change log: every process's indexes equal what is committed, whoever committed it.

Each kind of object (plan, zone, policy, ground stop, aircraft) has a keeper. `Memory` reads the change log inside the
write lock and hands each change to its keeper, so a job that then runs judges by the present. A process applies its own
changes itself, while its job runs, and undoes them if the job fails.
"""

from collections.abc import Collection
from typing import Protocol

import structlog
from sqlmodel import Session

from utm.store import journal
from utm.store.sql import remember, remembered
from utm.store.store import on_undo

_COMPARED = "hexlane_compared_cells"

_log = structlog.get_logger(__name__)


class Keeper(Protocol):
    """Holds all objects of one kind in memory."""

    def load(self, session: Session) -> None:
        """Forget everything and read every object from the store."""
        ...

    def refresh(self, session: Session, ref: str) -> None:
        """Read one object again: it was added, changed or taken away."""
        ...


class Memory:
    """Follows the change log for all keepers (implements `utm.store.store.ChangeFollower`)."""

    def __init__(self, keepers: dict[str, Keeper]) -> None:
        self._keepers = keepers
        self._seen: int | None = None
        self.cell_versions: dict[str, int] = {}

    def keep(self, kind: str, keeper: Keeper) -> None:
        """Add a keeper, loaded after those before it; before anything was loaded."""
        if self._seen is not None:
            raise RuntimeError("a keeper is added before the store starts")
        self._keepers[kind] = keeper

    def catch_up(self, session: Session) -> None:
        """Apply every committed change not yet seen, or load everything when nothing was seen yet."""
        if self._seen is None:
            self.cell_versions = journal.cell_versions(session)
            for keeper in self._keepers.values():
                keeper.load(session)
            self._seen = journal.latest_change(session)
            return
        for seq, kind, ref, cells in journal.changes_after(session, self._seen):
            if kind in self._keepers:
                self._keepers[kind].refresh(session, ref)
            self._raise_versions(cells)
            self._seen = seq

    def committing(self, session: Session) -> None:
        """Skip this process's own changes: its jobs applied them as they ran (a failed commit calls `reset`)."""
        if self._seen is not None:
            self._seen = journal.latest_change(session)

    def reset(self) -> None:
        """Forget how far memory followed, so that the next catch-up loads everything."""
        self._seen = None

    @property
    def seen(self) -> int | None:
        """The number of the latest committed change that memory holds, None before anything was loaded."""
        return self._seen

    def note(self, session: Session, kind: str, ref: str, cells: Collection[str] = ()) -> int:
        """Record that the running job changed an object, and raise the versions of its cells here and in the store.

        Returns the number of its line in the change log.
        """
        seq = journal.record_change(session, kind, ref, cells)
        self._raise_versions(cells)
        on_undo(session, lambda: self._raise_versions(cells, by=-1))
        return seq

    def note_soon(self, session: Session, cells: Collection[str]) -> int:
        """Do what `note` does, but for the line of the change log: `journal.write_changes` must follow for it.

        Returns the number it will have.
        """
        self._raise_versions(cells)
        on_undo(session, lambda: self._raise_versions(cells, by=-1))
        return journal.foretell_change(session)

    def make_current(self, session: Session, cells: Collection[str]) -> bool:
        """Compare the versions of these cells with the store's, and load everything again where memory missed a change.

        The change log makes them equal; should they ever differ, the store is right and the difference is reported.
        Returns whether they did.
        """
        compared: set[str] = remembered(session, _COMPARED) or set()
        cells = [cell for cell in cells if cell not in compared]
        if not cells:
            return False  # nobody else can have written since: the transaction holds the write lock
        stored = journal.cell_versions(session, cells)
        known = {cell: version for cell in cells if (version := self.cell_versions.get(cell))}
        if stored != known:
            _log.error("memory_missed_a_change", stored=stored, known=known)
            self.reset()
            self.catch_up(session)
        remember(session, _COMPARED, compared.union(cells))
        return stored != known

    def _raise_versions(self, cells: Collection[str], by: int = 1) -> None:
        for cell in cells:
            self.cell_versions[cell] = self.cell_versions.get(cell, 0) + by
