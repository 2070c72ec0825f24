"""The console's files, served from the package, under a policy that lets nothing else in."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles

FILES: Final = Path(__file__).resolve().parent.parent / "static" / "console"

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_NOT_BUILT: Final = (
    "<!doctype html><title>Hexlane</title><p>The console is not built in this checkout. Run <code>make web</code>, "
    "then reload. The API works: see <a href='/openapi.json'>/openapi.json</a>.</p>"
)


def policy_with(hosts: Iterable[str]) -> str:
    """Return the policy with hosts the page may also fetch map tiles from; without any, the strict one."""
    return CONTENT_SECURITY_POLICY.replace("connect-src 'self'", " ".join(("connect-src 'self'", *hosts)))


def mount(app: FastAPI, tile_hosts: Iterable[str] = ()) -> None:
    """Serve the console at `/`; its hashed assets may be kept for ever, its page is asked for each time.

    `tile_hosts` are the hosts of map tiles a city brings; only the console's own page may ask them.
    """
    page_headers = HEADERS | {"Content-Security-Policy": policy_with(tile_hosts)}

    async def page() -> Response:
        return _served("index.html", page_headers)

    app.mount("/assets", _Assets(directory=FILES / "assets", check_dir=False), name="assets")
    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/docs", _reference, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/{name:path}", _file, methods=["GET", "HEAD"], include_in_schema=False)


class _Assets(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY  # a worker takes it from its own file
        return response


async def _reference() -> Response:
    return _served("api.html", HEADERS)


def _served(name: str, headers: dict[str, str]) -> Response:
    page = FILES / name
    if not page.is_file():
        return HTMLResponse(_NOT_BUILT, status_code=503)
    return FileResponse(page, headers=headers)


async def _file(name: str, request: Request) -> Response:
    """Serve a file beside the page (icon, worker); anything else is not found, as a problem."""
    from utm.problems import Problem  # noqa: PLC0415

    path = (FILES / name).resolve()
    if not path.is_relative_to(FILES) or not path.is_file():
        raise Problem("not_found")
    return FileResponse(path, headers=HEADERS)
