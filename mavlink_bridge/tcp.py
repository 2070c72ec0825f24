"""TCP: a server for vehicles that connect over a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .endpoint import of_address
from .udp import Batch

CONNECTIONS_ALLOWED = 4096
UNSENT_BYTES_ALLOWED = 256 * 1024


class _Connection(asyncio.Protocol):
    def __init__(self, server: TcpServer) -> None:
        self._server = server
        self.endpoint = ""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.endpoint = of_address("tcp", transport.get_extra_info("peername"))
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        self._server.received(self.endpoint, bytes(data))

    def connection_lost(self, error: Exception | None) -> None:
        self._server.closed(self)


class TcpServer:
    """One listening TCP socket; `on_close` is told of an endpoint whose connection ended."""

    def __init__(
        self, host: str, port: int, on_batch: Callable[[Batch], None], on_close: Callable[[str], None]
    ) -> None:
        self._host = host
        self._port = port
        self._on_batch = on_batch
        self._on_close = on_close
        self._server: asyncio.Server | None = None
        self._connections: dict[str, _Connection] = {}
        self._counters = {"tcp_connections": 0, "tcp_refused": 0, "tcp_send_blocked": 0}

    async def start(self) -> None:
        """Listen; raises OSError when the address cannot be bound."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self._host, self._port)

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
            for connection in list(self._connections.values()):
                if connection.transport is not None:
                    connection.transport.abort()
            self._server = None

    @property
    def address(self) -> str:
        """The endpoint as bound."""
        assert self._server is not None, "not started"
        return of_address("tcp", self._server.sockets[0].getsockname())

    def opened(self, connection: _Connection) -> None:
        """A vehicle connected."""
        if len(self._connections) >= CONNECTIONS_ALLOWED:
            self._counters["tcp_refused"] += 1
            assert connection.transport is not None
            connection.transport.abort()
            return
        self._counters["tcp_connections"] += 1
        self._connections[connection.endpoint] = connection

    def received(self, endpoint: str, data: bytes) -> None:
        """A piece of a stream arrived."""
        if endpoint in self._connections:
            self._on_batch([(endpoint, data)])

    def closed(self, connection: _Connection) -> None:
        """A connection ended."""
        if self._connections.get(connection.endpoint) is connection:
            del self._connections[connection.endpoint]
            self._on_close(connection.endpoint)

    def send(self, endpoint: str, data: bytes) -> bool:
        """Send to a connected peer; a peer that does not read loses messages rather than fill our memory."""
        connection = self._connections.get(endpoint)
        if connection is None or connection.transport is None or connection.transport.is_closing():
            return False
        if connection.transport.get_write_buffer_size() > UNSENT_BYTES_ALLOWED:
            self._counters["tcp_send_blocked"] += 1
            return False
        connection.transport.write(data)
        return True

    def counters(self) -> dict[str, int]:
        """Return what was accepted, refused and not sent."""
        return {**self._counters, "tcp_open": len(self._connections)}
