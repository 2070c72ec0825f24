"""UDP: a server socket drained many datagrams a wake-up.

asyncio's own datagram transport hands over one datagram a callback and allocates 256 KiB for each; here the socket is
read until it is empty or a batch is full, into one buffer, and the batch is handed over at once. Answers go to the peer
that spoke.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from .endpoint import of_address

Batch = list[tuple[str, bytes]]

BATCH_SIZE = 1024
LONGEST_DATAGRAM = 65_536
RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024
ADDRESSES_CACHED = 65_536


class UdpServer:
    """One bound UDP socket; `on_batch` gets (endpoint, datagram) pairs in the order of arrival."""

    def __init__(self, host: str, port: int, on_batch: Callable[[Batch], None]) -> None:
        self._host = host
        self._port = port
        self._on_batch = on_batch
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._buffer = bytearray(LONGEST_DATAGRAM)
        self._view = memoryview(self._buffer)
        self._endpoints: dict[tuple[str | int, ...], str] = {}
        self._addresses: dict[str, tuple[str | int, ...]] = {}
        self._counters = {"udp_receive_errors": 0, "udp_send_errors": 0, "udp_send_blocked": 0}

    async def start(self) -> None:
        """Bind and begin to read; raises OSError when the address cannot be bound."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        server = socket.socket(family, socket.SOCK_DGRAM)
        try:
            server.setblocking(False)
            server.bind((self._host, self._port))
        except OSError:
            server.close()
            raise
        _enlarge_receive_buffer(server)
        self._socket = server
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(server.fileno(), self._drain)

    async def stop(self) -> None:
        """Stop reading and close."""
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    @property
    def address(self) -> str:
        """The endpoint as bound."""
        assert self._socket is not None, "not started"
        return of_address("udp", self._socket.getsockname())

    def _drain(self) -> None:
        server = self._socket
        if server is None:
            return
        batch: Batch = []
        receive = server.recvfrom_into
        buffer, view, endpoints = self._buffer, self._view, self._endpoints
        for _ in range(BATCH_SIZE):
            try:
                size, address = receive(buffer)
            except BlockingIOError:
                break
            except OSError:
                self._counters["udp_receive_errors"] += 1
                break
            endpoint = endpoints.get(address)
            if endpoint is None:
                endpoint = self._learn(address)
            batch.append((endpoint, bytes(view[:size])))
        if batch:
            self._on_batch(batch)

    def _learn(self, address: tuple[str | int, ...]) -> str:
        if len(self._endpoints) >= ADDRESSES_CACHED:
            oldest = next(iter(self._endpoints))
            self._addresses.pop(self._endpoints.pop(oldest), None)
        endpoint = of_address("udp", address)
        self._endpoints[address] = endpoint
        self._addresses[endpoint] = address
        return endpoint

    def send(self, endpoint: str, data: bytes) -> bool:
        """Send to a peer that spoke; returns whether the kernel took it (a full socket drops, and counts)."""
        address = self._addresses.get(endpoint)
        if address is None or self._socket is None:
            return False
        try:
            self._socket.sendto(data, address)
        except BlockingIOError:
            self._counters["udp_send_blocked"] += 1
            return False
        except OSError:
            self._counters["udp_send_errors"] += 1
            return False
        return True

    def counters(self) -> dict[str, int]:
        """Return errors, and the datagrams the kernel dropped because we read too slowly (Linux)."""
        return {**self._counters, "udp_kernel_drops": self._kernel_drops()}

    def _kernel_drops(self) -> int:
        if self._socket is None:
            return 0
        table = Path("/proc/net/udp6" if self._socket.family == socket.AF_INET6 else "/proc/net/udp")
        port = f":{self._socket.getsockname()[1]:04X}"
        with contextlib.suppress(OSError):  # not Linux: the kernel does not tell
            for line in table.read_text().splitlines()[1:]:
                columns = line.split()
                if columns[1].endswith(port):
                    return int(columns[-1])
        return 0


def _enlarge_receive_buffer(server: socket.socket) -> None:
    # 16 MiB hold 0.2 s of 40,000 datagrams a second as the kernel accounts for them; without the privilege to force it
    # the kernel takes what net.core.rmem_max allows.
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    force = getattr(socket, "SO_RCVBUFFORCE", 33)
    with contextlib.suppress(OSError):
        server.setsockopt(socket.SOL_SOCKET, force, RECEIVE_BUFFER_BYTES)
