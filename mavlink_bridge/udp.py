"""UDP: a server socket drained many datagrams a wake-up.

asyncio's own datagram transport hands over one datagram a callback and allocates 256 KiB for each; here the socket is
read until it is empty, 512 datagrams a system call (mmsg.py), and each batch is handed over at once. When many come, the
socket is looked at every 20 ms instead of at each arrival, so that a batch is worth its overhead. Answers go to the
peer that spoke.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from . import mmsg
from .endpoint import of_address
from .lane import AT_ONCE, Datagrams

Batch = list[tuple[str, bytes]]

BATCH_SIZE = 1024
LONGEST_DATAGRAM = 65_536
RECEIVE_BUFFER_BYTES = 32 * 1024 * 1024
ADDRESSES_CACHED = 65_536
SO_MEMINFO = 55  # asm-generic/socket.h
MANY = 32
PAUSE_S = 0.02
ROUNDS = 8

_log = logging.getLogger(__name__)


class UdpServer:
    """One bound UDP socket; `on_batch` gets (endpoint, datagram) pairs in the order of arrival.

    With `on_datagrams` whole batches go there instead, as they lie in memory, where the system reads many at once.
    """

    def __init__(
        self,
        host: str,
        port: int,
        on_batch: Callable[[Batch], None],
        on_datagrams: Callable[[Datagrams], None] | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._on_batch = on_batch
        self._on_datagrams = on_datagrams
        self._bag = mmsg.Mailbag() if on_datagrams is not None and mmsg.supported() else None
        self._outbag = mmsg.Mailbag(280) if mmsg.supported() else None
        self._timer: asyncio.TimerHandle | None = None
        self._known: dict[bytes, str] = {}
        self.receive_buffer_bytes = 0
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
        self.receive_buffer_bytes = _enlarge_receive_buffer(server)
        self._socket = server
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(server.fileno(), self._readable)

    async def stop(self) -> None:
        """Stop reading and close."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    @property
    def sends_many(self) -> bool:
        """Whether `send_many` works here."""
        return self._outbag is not None

    @property
    def address(self) -> str:
        """The endpoint as bound."""
        assert self._socket is not None, "not started"
        return of_address("udp", self._socket.getsockname())

    def _readable(self) -> None:
        if self._socket is None or self._loop is None:
            return
        count = self._drain()
        if count >= MANY:
            self._loop.remove_reader(self._socket.fileno())
            self._look_again(count)

    def _look_again(self, count: int) -> None:
        """Look at the socket after a pause, or at once after the others where more is waiting than was read."""
        assert self._loop is not None
        pause_s = 0.0 if count >= ROUNDS * AT_ONCE else PAUSE_S
        self._timer = self._loop.call_later(pause_s, self._look)

    def _look(self) -> None:
        """Read after a pause; go back to waking at each arrival when few came."""
        self._timer = None
        if self._socket is None or self._loop is None:
            return
        count = self._drain()
        if count >= MANY:
            self._look_again(count)
        else:
            self._loop.add_reader(self._socket.fileno(), self._readable)

    def _drain(self) -> int:
        """Read what is there, within bounds; returns how many datagrams came."""
        if self._bag is None:
            return self._drain_singly()
        count = 0
        for _ in range(ROUNDS):
            if self._socket is None:
                break
            try:
                datagrams = self._bag.receive(self._socket.fileno())
            except OSError:
                self._counters["udp_receive_errors"] += 1
                break
            count += len(datagrams)
            if len(datagrams):
                assert self._on_datagrams is not None
                self._on_datagrams(datagrams)
            if len(datagrams) < AT_ONCE:
                break
        return count

    def endpoint_of(self, words: npt.NDArray[np.uint64]) -> str:
        """Return the endpoint of an address of a Datagrams."""
        raw = words.tobytes()
        endpoint = self._known.get(raw)
        if endpoint is None:
            if len(self._known) >= ADDRESSES_CACHED:
                del self._known[next(iter(self._known))]
            endpoint = self._known[raw] = self._learn(mmsg.address_of(words))
        return endpoint

    def _drain_singly(self) -> int:
        server = self._socket
        if server is None:
            return 0
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
        return len(batch)

    def _learn(self, address: tuple[str | int, ...]) -> str:
        known = self._endpoints.get(address)
        if known is not None:
            return known
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

    def send_many(self, pieces: npt.NDArray[np.uint8], addresses: npt.NDArray[np.uint64]) -> int:
        """Send one piece (rows of one length) to each address, at most AT_ONCE; returns how many left."""
        if self._socket is None or self._outbag is None:
            return 0
        sent = self._outbag.send(self._socket.fileno(), pieces, addresses)
        self._counters["udp_send_blocked"] += len(pieces) - sent
        return sent

    def counters(self) -> dict[str, int]:
        """Return errors, the datagrams the kernel dropped because we read too slowly (Linux), and its buffer's size."""
        return {
            **self._counters,
            "udp_kernel_drops": self._kernel_drops(),
            "udp_receive_buffer_bytes": self.receive_buffer_bytes,
        }

    def _kernel_drops(self) -> int:
        if self._socket is None:
            return 0
        with contextlib.suppress(OSError):  # not Linux: the kernel does not tell
            sizes = self._socket.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
            if len(sizes) == 36:
                return int(struct.unpack("=9I", sizes)[8])  # SK_MEMINFO_DROPS, linux/sock_diag.h
        return 0


def _enlarge_receive_buffer(server: socket.socket) -> int:
    """Ask for a large receive buffer; returns what the system granted (Linux grants twice what it was asked for)."""
    # 32 MiB asked for hold two seconds of 40,000 datagrams a second as the kernel accounts for them (768 bytes for a
    # short one); without the privilege to force it the kernel takes what net.core.rmem_max allows.
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    force = getattr(socket, "SO_RCVBUFFORCE", 33)
    with contextlib.suppress(OSError):
        server.setsockopt(socket.SOL_SOCKET, force, RECEIVE_BUFFER_BYTES)
    granted = server.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    if granted < RECEIVE_BUFFER_BYTES:
        _log.warning(
            "the system grants a UDP receive buffer of %d bytes of %d; a large fleet needs net.core.rmem_max=%d",
            granted,
            RECEIVE_BUFFER_BYTES,
            RECEIVE_BUFFER_BYTES,
        )
    return granted
