"""Our top-level names against those of other distributions.

The package index has distributions that install modules called `utm` and `dispatch`. Installed later, they overwrite ours
without a word; this notices and names the culprit.
"""

import importlib.metadata
from collections.abc import Mapping

OURS = ("utm", "airspace", "dispatch", "mavlink_bridge", "sim")


def foreign_package(owners: Mapping[str, list[str]] | None = None) -> str | None:
    """Return what is wrong when another distribution claims one of our packages, or None."""
    owners = importlib.metadata.packages_distributions() if owners is None else owners
    for name in OURS:
        others = sorted({owner for owner in owners.get(name, []) if owner != "hexlane"})
        if others:
            culprit = ", ".join(others)
            return (
                f"The installed distribution {culprit} has a module called {name!r}, which is also one of Hexlane's. "
                f"Uninstall it (pip uninstall {' '.join(others)}) and reinstall hexlane, or use an environment of its own."
            )
    return None
