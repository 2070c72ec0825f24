"""Builds the console into the package, so that whoever installs the wheel needs no Node."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleBuildHook(BuildHookInterface):
    """Runs npm and Vite for wheels and source distributions; an editable install leaves that to make."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the console unless it is there or not wanted."""
        built = Path(self.root) / "utm" / "static" / "console" / "index.html"
        if version == "editable":
            return
        if not (Path(self.root) / "utm" / "static" / "guide" / "index.html").exists():
            self.app.display_warning("the guide is not built; run `make guide` first to have it in the package")
        if built.exists():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "the console is not built and npm is missing: install Node 20 or later, then build again"
            )
        web = Path(self.root) / "web"
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=web, check=True)
        subprocess.run([npm, "run", "build"], cwd=web, check=True)
