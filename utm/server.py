"""Runs the service: uvicorn around `create_app`, and the OpenAPI document without running anything."""

import asyncio
import gc
import logging
import socket
import ssl
import sys
import tempfile
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from utm.app import create_app
from utm.security.certificates import PEER, STATE
from utm.settings import Settings


class PeerProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with the peer's address and verified client certificate in the connection's state.

    The state is the connection's own: no header can put anything there, and upgrades to WebSocket keep it.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        known: dict[str, Any] = {PEER: self.client[0] if self.client else None}
        secured = transport.get_extra_info("ssl_object")
        if secured is not None:
            known[STATE] = secured.getpeercert(binary_form=True)
        self.app_state = {**self.app_state, **known}


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
        http=PeerProtocol,
        **_tls(settings),
    )
    gc.collect()
    gc.freeze()  # what was loaded stays; collecting it again and again costs a tenth of every second under load
    gc.set_threshold(50_000, 20, 50)
    uvicorn.Server(config).run(sockets=[listener])


def _tls(settings: Settings) -> dict[str, Any]:
    """Return uvicorn's settings for TLS; raises SystemExit with what to do for settings that do not go together."""
    if settings.tls_certificate is None:
        if settings.tls_client_ca is not None or settings.tls_client_required:
            raise SystemExit("Client certificates need TLS: give HEXLANE_TLS_CERTIFICATE and HEXLANE_TLS_KEY too.")
        return {}
    if settings.tls_client_required and settings.tls_client_ca is None:
        raise SystemExit("HEXLANE_TLS_CLIENT_REQUIRED needs HEXLANE_TLS_CLIENT_CA: who signs those certificates?")
    wanted = ssl.CERT_REQUIRED if settings.tls_client_required else ssl.CERT_OPTIONAL

    def factory(_config: uvicorn.Config, _default: Any) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        assert settings.tls_certificate is not None, "checked above"
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
        if settings.tls_client_ca is not None:
            context.load_verify_locations(settings.tls_client_ca)
            context.verify_mode = wanted
        return context

    for name, path in (
        ("HEXLANE_TLS_CERTIFICATE", settings.tls_certificate),
        ("HEXLANE_TLS_KEY", settings.tls_key),
        ("HEXLANE_TLS_CLIENT_CA", settings.tls_client_ca),
    ):
        if path is not None and not path.is_file():
            raise SystemExit(f"{name}: there is no file {path}.")
    # The factory is asked only where uvicorn is told of a certificate.
    return {"ssl_certfile": str(settings.tls_certificate), "ssl_context_factory": factory}


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of a server with default settings."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), mavlink_udp_port=None))
        return app.openapi()
