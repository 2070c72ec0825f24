"""Memory that follows the change log: every process's indexes equal what is committed, whoever committed it.

Each kind of object (plan, zone, policy, ground stop, aircraft) has a keeper. `Memory` reads the change log inside the
write lock and hands each change to its keeper, so a job that then runs judges by the present. A process applies its own
changes itself, while its job runs, and undoes them if the job fails.
"""

from typing import Protocol

from sqlmodel import Session

from utm.store import journal


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

    def catch_up(self, session: Session) -> None:
        """Apply every committed change not yet seen, or load everything when nothing was seen yet."""
        if self._seen is None:
            self.cell_versions = journal.cell_versions(session)
            for keeper in self._keepers.values():
                keeper.load(session)
            self._seen = journal.latest_change(session)
            return
        for seq, kind, ref, cells in journal.changes_after(session, self._seen):
            keeper = self._keepers.get(kind)
            if keeper is not None:
                keeper.refresh(session, ref)
            self._raise_versions(cells)
            self._seen = seq

    def committing(self, session: Session) -> None:
        """Skip this process's own changes: its jobs applied them as they ran (a failed commit calls `reset`)."""
        if self._seen is None:
            return
        for seq, _kind, _ref, cells in journal.changes_after(session, self._seen):
            self._raise_versions(cells)
            self._seen = seq

    def reset(self) -> None:
        """Forget how far memory followed, so that the next catch-up loads everything."""
        self._seen = None

    def _raise_versions(self, cells: list[str]) -> None:
        for cell in cells:
            self.cell_versions[cell] = self.cell_versions.get(cell, 0) + 1
