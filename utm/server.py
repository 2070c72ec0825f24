"""Runs the service: uvicorn around `create_app`, and the OpenAPI document without running anything."""

import gc
import logging
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from utm.app import create_app
from utm.settings import Settings


def configure_logging() -> None:
    """Log JSON lines to standard error, or readable lines when somebody watches."""
    renderer: Any = (
        # Plain tracebacks: rich ones show local variables, and a secret may be among them.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def run(settings: Settings) -> None:
    """Serve until told to stop; the socket is bound first, so that the address is known before anything else happens."""
    configure_logging()
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        structlog.get_logger().error("cannot_listen", address=f"{settings.host}:{settings.port}", reason=str(error))
        raise SystemExit(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). Stop what uses it, or give --port."
        ) from error
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=1 << 16,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    gc.collect()
    gc.freeze()  # what was loaded stays; collecting it again and again costs a tenth of every second under load
    gc.set_threshold(50_000, 20, 50)
    uvicorn.Server(config).run(sockets=[listener])


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of a server with default settings."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), mavlink_udp_port=None))
        return app.openapi()
