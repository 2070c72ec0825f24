"""Runs the code of a page of the guide, block after block, as a reader would: `python run_page.py PAGE.md`.

Python blocks share their names; `sh` blocks run in bash in the present folder. A block that fails ends the run with its
heading and what it said.
"""

import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

BLOCK = re.compile(
    r"^(?P<fence>```+)(?P<kind>python|sh|json)[^\n]*\n(?P<code>.*?)^(?P=fence)\s*$", re.DOTALL | re.MULTILINE
)


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the kind and text of every block that is run."""
    return [(found["kind"], found["code"]) for found in BLOCK.finditer(page)]


def main() -> None:
    """Run the page."""
    page = Path(sys.argv[1]).read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, (kind, code) in enumerate(blocks(page), start=1):
        if kind == "python":
            try:
                exec(compile(code, f"block {number}", "exec"), names)
            except Exception:
                print(f"block {number} of {sys.argv[1]} failed:\n{code}\n{traceback.format_exc()}", file=sys.stderr)
                sys.exit(1)
        elif kind == "sh":
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], check=False)
            if done.returncode != 0:
                print(f"block {number} of {sys.argv[1]} failed with {done.returncode}:\n{code}", file=sys.stderr)
                sys.exit(1)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
