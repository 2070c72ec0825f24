"""The guide's files at `/docs/guide`, served from the package under the console's policy: nothing of anybody else's.

Beside the pages stands the Python client of this very server, as a wheel: `utm.client_wheel`.
"""

from typing import Final

from fastapi import FastAPI
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from utm.api.console import FILES as CONSOLE_FILES
from utm.api.console import HEADERS
from utm.client_wheel import FILE_NAME, wheel

FILES: Final = CONSOLE_FILES.parent / "guide"
_NOT_BUILT: Final = (
    "<!doctype html><title>Hexlane</title><p>The guide is not built in this checkout. Run <code>make guide</code>, then "
    "reload. The reference is at <a href='/docs'>/docs</a>.</p>"
)


class _Pages(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        if not (FILES / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, status_code=503, headers={**HEADERS, "Retry-After": "60"})
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def mount(app: FastAPI) -> None:
    """Serve the guide; must come before the console, which takes every other path."""
    app.add_api_route("/docs/guide", _to_start, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route(f"/docs/guide/{FILE_NAME}", _client, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/docs/guide", _Pages(directory=FILES, html=True, check_dir=False), name="guide")


async def _to_start() -> Response:
    return RedirectResponse("/docs/guide/", status_code=308)


async def _client() -> Response:
    said = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"', "Cache-Control": "no-cache"}
    return Response(wheel(), media_type="application/octet-stream", headers={**HEADERS, **said})
