"""Builds the guide the product serves at `/docs/guide`: `python -m utm.guide_build` (make guide).

MkDocs with the Material theme renders `docs/guide`, plus pages written from the code: every error code, every operation
and the example programs. Inline scripts and styles then become files of their own, so that the pages work under a policy
that allows none; what the build leaves behind asks nothing of anybody else's server.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from utm import problem_docs
from utm.client_codegen import field_name, operations_of

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = ROOT / "docs" / "guide"
CONFIG: Final = ROOT / "docs" / "mkdocs.yml"
OUTPUT: Final = Path(__file__).resolve().parent / "static" / "guide"
_PROGRAMS: Final = (
    ("File and fly", "examples/file_and_fly.py"),
    ("An inspection firm", "examples/inspection_firm.py"),
    ("A supplier of radar tracks", "examples/radar_supplier.py"),
    ("The live feed without the client", "clients/hexlane_live.py"),
)
_ASKING: Final = ("/grid", "/report", "/current", "/owner")
"""Reads that ask for one of several parameters, or for a thing that may not be there: no example by themselves."""
_INLINE_SCRIPT: Final = re.compile(r"<script>(.+?)</script>", re.DOTALL)
_INLINE_STYLE: Final = re.compile(r"<style>(.+?)</style>", re.DOTALL)
_STYLE_ATTRIBUTE: Final = re.compile(r'(<[a-z][^>]*?)\sstyle="[^"]*"')
_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


# -- pages written from the code ---------------------------------------------------------------------------------------


def reference(document: dict[str, Any]) -> str:
    """Return the page of operations, by tag, each as the client calls it; reads without parameters as a run example."""
    by_name = {item.name: item for item in operations_of(document)}
    tags: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(str(operation.get("tags", ["pages"])[0]).lower(), []).append((method, path, operation))
    lines = [
        "---\nrole: dispatcher\n---\n# Operations\n",
        "Written from the OpenAPI document. The name of an operation is the method of the [Python client](client.md) and",
        "what `hexlane api call` takes. Bodies and answers in full: [/docs](/docs).\n",
        "```python",
        "import os\n",
        "from utm.client import Client, ClientSecret\n",
        'secret = ClientSecret(os.environ["HEXLANE_CLIENT_ID"], os.environ["HEXLANE_CLIENT_SECRET"])',
        'api = Client(os.environ["HEXLANE_URL"], secret)',
        "```\n",
    ]
    for tag in sorted(tags):
        lines.append(f"## {tag.capitalize()}\n")
        examples = []
        for method, path, operation in tags[tag]:
            lines += _described(method, path, operation)
            known = by_name.get(operation["operationId"])
            if known is not None and _readable(method, path, operation):
                examples.append(f"print(api.{known.name}())")
        if examples:
            lines += ["```python", *examples, "```\n"]
    return "\n".join(lines) + "\n"


def _readable(method: str, path: str, operation: dict[str, Any]) -> bool:
    """Tell whether a dispatcher may read it and nothing has to be given."""
    required = [item for item in operation.get("parameters", []) if item.get("required")]
    roles = operation.get("x-hexlane-roles", [])
    return (
        method == "get"
        and "{" not in path
        and not required
        and "dispatcher" in roles
        and "/demo/" not in path
        and not path.endswith(_ASKING)
    )


def _described(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {operation['operationId']}\n"
    yield f"`{method.upper()} {path}` · {operation.get('summary', '')}\n"
    about = str(operation.get("description", "")).strip()
    if about:
        yield about.replace("{", "&#123;").replace("<", "&lt;") + "\n"
    parameters = operation.get("parameters", [])
    if parameters:
        yield "| parameter | where | |"
        yield "|---|---|---|"
        for item in parameters:
            said = " ".join(str(item.get("description", "")).split()).replace("|", "\\|")
            needed = "required. " if item.get("required") else ""
            yield f"| `{field_name(item['name'])}` | {item['in']} | {needed}{said} |"
        yield ""
    yield "Answers: " + ", ".join(
        f"**{status}** {' '.join(response.get('description', '').split())}"
        for status, response in operation.get("responses", {}).items()
    ) + ".\n"  # fmt: skip


def errors() -> str:
    """Return the page of error codes, with examples of deciding by them."""
    page = problem_docs.markdown().replace("# Error codes", "# Errors", 1)
    lines = [line for line in page.splitlines() if not line.startswith("This page is written from")]
    return "---\nrole: operator\n---\n" + "\n".join(lines) + _ERRORS_IN_CODE


_ERRORS_IN_CODE: Final = """
## In code

```python
import os

from utm.client import ApiProblem, Client, ClientSecret

secret = ClientSecret(os.environ["HEXLANE_CLIENT_ID"], os.environ["HEXLANE_CLIENT_SECRET"])
api = Client(os.environ["HEXLANE_URL"], secret)
try:
    api.list_flight_plans(state="flying")
except ApiProblem as problem:
    assert problem.code == "invalid_parameter"
    print(problem.detail, problem.detail_zh, [fault.field for fault in problem.errors], problem.trace_id)
```
"""


def examples() -> str:
    """Return the page of whole programs; tests run them, so that the page has nothing to run."""
    lines = ["# Examples\n", "Whole programs, to copy and change. Each is run by a test.\n"]
    for title, path in _PROGRAMS:
        code = (ROOT / "docs" / path).read_text(encoding="utf-8")
        lines += [f"## {title}\n", f'```py title="{Path(path).name}"', code.rstrip("\n"), "```\n"]
    return "\n".join(lines)


def write_pages(folder: Path) -> None:
    """Write every page of the guide into a folder, those from the code too."""
    from utm.server import openapi_document  # noqa: PLC0415  (the server is heavy)

    shutil.copytree(PAGES, folder, dirs_exist_ok=True)
    (folder / "examples.md").write_text(examples(), encoding="utf-8")
    (folder / "errors.md").write_text(errors(), encoding="utf-8")
    (folder / "reference.md").write_text(reference(openapi_document()), encoding="utf-8")


def role_of(page: str) -> str:
    """Return whose credentials the code of a page needs."""
    found = _FRONT_MATTER.match(page)
    return str(yaml.safe_load(found[1]).get("role", "operator")) if found else "operator"


# -- the site ----------------------------------------------------------------------------------------------------------


def build(output: Path = OUTPUT) -> None:
    """Build the site into a folder, in place of what was there."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        write_pages(work / "guide")
        settings = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
        settings |= {"docs_dir": str(work / "guide"), "site_dir": str(work / "site")}
        (work / "mkdocs.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        mkdocs = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(work / "mkdocs.yml")]
        subprocess.run(mkdocs, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})  # noqa: S603  (our own configuration)
        externalise(work / "site")
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(work / "site", output)


def externalise(site: Path) -> None:
    """Move inline scripts and styles of every page into files, and drop style attributes."""
    folder = site / "assets" / "inline"
    folder.mkdir(parents=True, exist_ok=True)
    for path in site.rglob("*.html"):
        up = "../" * (len(path.relative_to(site).parts) - 1)
        base = "/docs/guide/" if path.name == "404.html" else up

        def out(text: str, ending: str, base: str = base) -> str:
            name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.{ending}"
            (folder / name).write_text(text, encoding="utf-8")
            return f"{base}assets/inline/{name}"

        page = path.read_text(encoding="utf-8")
        page = _INLINE_SCRIPT.sub(lambda found, out=out: f'<script src="{out(found[1], "js")}"></script>', page)  # type: ignore[misc]
        page = _INLINE_STYLE.sub(lambda found, out=out: f'<link rel="stylesheet" href="{out(found[1], "css")}">', page)  # type: ignore[misc]
        path.write_text(_STYLE_ATTRIBUTE.sub(r"\1", page), encoding="utf-8")


if __name__ == "__main__":
    build()
