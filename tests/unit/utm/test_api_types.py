"""The console's types of the API are those the service's own OpenAPI document gives."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_generated_types_are_those_of_the_service() -> None:
    """An API that changed without its types would be noticed by nobody until a screen breaks."""
    made = subprocess.run(
        [sys.executable, "web/dev/make_api_types.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, (
        "web/src/api/schema.gen.ts is not what the service says: run `python web/dev/make_api_types.py`" + made.stderr
    )
