"""The load of the live bench, in processes of its own: vehicles that speak MAVLink over UDP, and clients that watch.

`python -m tests.bench.live_load vehicles FOLDER` and `... clients FOLDER` read what `tests.bench.live` prepared in the
folder. A vehicle's second of flight is its heading in hundredths of a degree, so that a client knows from a row of the
feed which report it shows; when that report was handed to the socket stands in a file both map into memory. Instants are
of CLOCK_MONOTONIC, which processes of one machine share.
"""

from __future__ import annotations

import base64
import json
import selectors
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mavlink_bridge import codec
from utm.live_frames import BYTES_PER_TRACK, HEADER, decode_tracks

SYSTEMS = 50
"""Vehicles on one UDP port, told apart by their system ids."""
SLOTS = 100
"""Parts of a second in which vehicles speak, a hundredth of them each."""
SECONDS = 30_000
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
"""Kinds of WebSocket frames."""
GLOBAL_POSITION_INT, HEARTBEAT, COMMAND_LONG, COMMAND_ACK = 33, 0, 76, 77
_EXTRA = {GLOBAL_POSITION_INT: 104, HEARTBEAT: 50, COMMAND_ACK: 143}
_POSITION = np.dtype(
    [("boot_ms", "<u4"), ("lat", "<i4"), ("lon", "<i4"), ("alt_mm", "<i4"), ("home_mm", "<i4"), ("north", "<i2"),
     ("east", "<i2"), ("down", "<i2"), ("heading", "<u2")]
)  # fmt: skip
_HEARTBEAT = np.dtype(
    [("mode", "<u4"), ("type", "u1"), ("autopilot", "u1"), ("base", "u1"), ("status", "u1"), ("version", "u1")]
)


def ports_of(folder: Path) -> list[int]:
    """Return the ports vehicles speak from."""
    found: list[int] = json.loads((folder / "ports.json").read_text())
    return found


def sent_file(folder: Path, vehicles: int, mode: Any = "r+") -> NDArray[np.float64]:
    """Return the instants at which vehicles sent their reports, float64 (seconds of flight, vehicles), as a shared file."""
    return np.memmap(folder / "sent.f64", np.float64, mode, shape=(400, vehicles))


def frames(message: int, payloads: Any, sequences: NDArray[np.uint8], systems: NDArray[np.uint8]) -> list[bytes]:
    """Return MAVLink 2 frames, one for each of the packed payloads, their checksums computed for all at once."""
    n, size = len(payloads), payloads.dtype.itemsize
    raw = np.zeros((n, 12 + size), np.uint8)
    raw[:, 0], raw[:, 1] = 0xFD, size
    raw[:, 4], raw[:, 5], raw[:, 6] = sequences, systems, 1
    raw[:, 7:10] = np.frombuffer(message.to_bytes(3, "little"), np.uint8)
    raw[:, 10 : 10 + size] = payloads.view(np.uint8).reshape(n, size)
    value = np.full(n, 0xFFFF, np.uint32)
    for column in (*(raw[:, at] for at in range(1, 10 + size)), np.full(n, _EXTRA[message], np.uint8)):
        mixed = (column ^ (value & 0xFF)).astype(np.uint32)
        mixed = (mixed ^ (mixed << 4)) & 0xFF
        value = (value >> 8) ^ (mixed << 8) ^ (mixed << 3) ^ (mixed >> 4)
    raw[:, 10 + size], raw[:, 11 + size] = value & 0xFF, value >> 8
    packed = raw.tobytes()
    return [packed[at : at + 12 + size] for at in range(0, len(packed), 12 + size)]


# ------------------------------------------------------------------------------------------------------------ vehicles


def vehicles_main(folder: Path) -> None:
    """Report every vehicle once a second until standard input closes; answer the server's commands."""
    flights = np.load(folder / "flights.npz")
    count, starts_unix_s = len(flights["lat"]), float(flights["starts_unix_s"])
    target = ("127.0.0.1", int((folder / "mavlink_port").read_text()))
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ports_of(folder)]
    selector = selectors.DefaultSelector()
    for port, one in zip(ports_of(folder), sockets, strict=True):
        one.bind(("127.0.0.1", port))
        one.connect(target)
        one.setblocking(False)
        selector.register(one, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    numbers = np.arange(count)
    sent = sent_file(folder, count)
    clock, sequences = time.monotonic, np.zeros(count, np.uint8)
    shift_s = time.time() - clock()
    began = clock()
    second = 0
    while True:
        for slot in range(SLOTS):
            wait_s = began + second + slot / SLOTS - clock()
            while wait_s > 0:
                for key, _ in selector.select(wait_s):
                    if key.fileobj is sys.stdin:
                        return
                    _acknowledge(key.fileobj, sockets.index(key.fileobj), sequences)  # type: ignore[arg-type]
                wait_s = began + second + slot / SLOTS - clock()
            mine = numbers[slot::SLOTS]
            now_s = clock() + shift_s - starts_unix_s
            spoken = _speak(flights, mine, now_s, second, sequences[mine])
            sequences[mine] += np.uint8(2)
            for data, vehicle in zip(spoken, mine.tolist(), strict=True):
                one = sockets[vehicle // SYSTEMS]
                sent[second % len(sent), vehicle] = clock()
                for datagram in data:
                    try:
                        one.send(datagram)
                    except OSError:
                        continue  # the server is not there yet, or no more
        second += 1


def _speak(
    flights: Any, mine: Any, now_s: float, second: int, sequences: NDArray[np.uint8]
) -> list[tuple[bytes, bytes]]:
    """Return what these vehicles send now: position and heartbeat; `sequences` (n,) is each one's count of frames."""
    n = len(mine)
    leg = np.clip(((flights["t"][mine] <= now_s).sum(axis=1) - 1), 0, flights["t"].shape[1] - 2)
    t0, t1 = flights["t"][mine, leg], flights["t"][mine, leg + 1]
    share = np.clip((now_s - t0) / (t1 - t0), 0.0, 1.0)
    at = {
        name: flights[name][mine, leg] * (1 - share) + flights[name][mine, leg + 1] * share for name in ("lat", "lon")
    }
    report = np.zeros(n, _POSITION)
    report["boot_ms"] = round((now_s + 100.0) * 1000.0)
    report["lat"], report["lon"] = np.rint(at["lat"] * 1e7), np.rint(at["lon"] * 1e7)
    report["alt_mm"] = np.rint(flights["amsl"][mine] * 1000.0)
    report["home_mm"] = 60_000
    report["north"] = np.rint(flights["north"][mine, leg] * 100.0)
    report["east"] = np.rint(flights["east"][mine, leg] * 100.0)
    report["heading"] = second % SECONDS
    alive = np.zeros(n, _HEARTBEAT)
    alive["type"], alive["autopilot"], alive["base"], alive["status"], alive["version"] = 2, 12, 0x80 | 0x01, 4, 3
    alive["mode"] = 4 << 16 | 4 << 24  # PX4: automatic, mission
    systems = (mine % SYSTEMS + 1).astype(np.uint8)
    positions = frames(GLOBAL_POSITION_INT, report, sequences, systems)
    return list(zip(positions, frames(HEARTBEAT, alive, sequences + np.uint8(1), systems), strict=True))


def _acknowledge(one: socket.socket, number: int, sequences: NDArray[np.uint8]) -> None:
    """Accept every command that waits on the socket of that number."""
    for _ in range(64):
        try:
            data = one.recv(512)
        except OSError:
            return
        if len(data) < 43 or data[0] != 0xFD or int.from_bytes(data[7:10], "little") != COMMAND_LONG:
            continue
        command, system = struct.unpack_from("<H", data, 38)[0], data[40]
        values = codec.wire_values(
            COMMAND_ACK, {"command": command, "result": 0, "target_system": data[5], "target_component": data[6]}
        )
        vehicle = number * SYSTEMS + system - 1
        if not 0 <= vehicle < len(sequences):
            continue
        sequence = int(sequences[vehicle])
        answer = codec.encode(COMMAND_ACK, values, sequence=sequence, system_id=system, component_id=1, version=2)
        sequences[vehicle] = (sequence + 1) & 0xFF
        try:
            one.send(answer)
        except OSError:
            return


# ------------------------------------------------------------------------------------------------------------- clients


@dataclass
class Watcher:
    """One WebSocket client on a plain socket: as little work as a reader can do, so that the machine is the server's."""

    socket: socket.socket
    whole_city: bool
    buffer: bytearray = field(default_factory=bytearray)
    seen: Any = None
    frames: int = 0
    bytes: int = 0
    updates: int = 0


def watch(port: int, token: str, subscribe: dict[str, Any], *, whole_city: bool, vehicles: int) -> Watcher:
    """Open a connection and subscribe."""
    one = socket.create_connection(("127.0.0.1", port))
    key = base64.b64encode(b"hexlane-bench-00").decode()
    one.sendall(
        f"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: hexlane.live.v1, bearer.{token}\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += one.recv(4096)
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode(errors="replace"))
    text = json.dumps(subscribe).encode()
    size = bytes((0x80 | len(text),)) if len(text) < 126 else struct.pack(">BH", 0x80 | 126, len(text))
    one.sendall(b"\x81" + size + bytes(4) + text)
    one.setblocking(False)
    rest = bytearray(head.partition(b"\r\n\r\n")[2])
    return Watcher(one, whole_city, rest, np.full(vehicles, -1, np.int64))


class Watchers:
    """All clients of one process and what they saw."""

    def __init__(self, folder: Path, watchers: list[Watcher], vehicle_of_aircraft: dict[str, int]) -> None:
        self.vehicle_of_aircraft, self.watchers = vehicle_of_aircraft, watchers
        self.vehicle_of_row: NDArray[np.int64] = np.full(1 << 17, -1, np.int64)
        self.sent = sent_file(folder, len(vehicle_of_aircraft), "r")
        self.latencies: list[NDArray[np.float64]] = []
        self.counting = False

    def read(self, one: Watcher) -> None:
        """Take what the socket holds, message by message."""
        try:
            data = one.socket.recv(1 << 20)
        except BlockingIOError:
            return
        if not data:
            raise RuntimeError("the server closed a connection")
        now_s = time.monotonic()
        one.buffer += data
        at = 0
        view = one.buffer
        while len(view) - at >= 2:
            size, start = view[at + 1] & 0x7F, at + 2
            if size == 126:
                if len(view) < start + 2:
                    break
                size, start = int.from_bytes(view[start : start + 2], "big"), start + 2
            elif size == 127:
                if len(view) < start + 8:
                    break
                size, start = int.from_bytes(view[start : start + 8], "big"), start + 8
            if len(view) < start + size:
                break
            self._take(one, view[at] & 0x0F, bytes(view[start : start + size]), now_s, start - at + size)
            at = start + size
        del view[:at]

    def _take(self, one: Watcher, kind: int, message: bytes, now_s: float, on_wire: int) -> None:
        if self.counting:
            one.bytes += on_wire
        if kind == PING:
            one.socket.send(bytes((0x80 | PONG, 0x80 | len(message))) + bytes(4) + message)
            return
        if kind == CLOSE:
            raise RuntimeError(f"the server closed a connection: {message!r}")
        if kind == TEXT:
            text = json.loads(message)
            for item in text["items"] if text["topic"] == "index" else ():
                self.vehicle_of_row[item["row"]] = self.vehicle_of_aircraft.get(item["aircraft_id"], -1)
            return
        if kind != BINARY:
            return
        _, _, _, columns = decode_tracks(message)
        vehicle = self.vehicle_of_row[columns["row"]]
        known = (vehicle >= 0) & ~np.isnan(columns["heading_deg"])
        vehicle, second = vehicle[known], np.rint(columns["heading_deg"][known] * 100).astype(np.int64)
        fresh = second > one.seen[vehicle]
        vehicle, second = vehicle[fresh], second[fresh]
        one.seen[vehicle] = second
        if self.counting:
            one.frames += 1
            one.updates += (len(message) - HEADER.itemsize) // BYTES_PER_TRACK
            self.latencies.append(now_s - self.sent[second % len(self.sent), vehicle])


def clients_main(folder: Path) -> None:
    """Watch; a line on standard input begins to count, the next one ends it and prints what was seen as JSON."""
    ask = json.loads((folder / "clients.json").read_text())
    vehicle_of_aircraft = {
        name: number for number, name in enumerate(json.loads((folder / "aircraft.json").read_text()))
    }
    box = ask["box"]
    opened = []
    for number in range(ask["clients"]):
        whole_city = number % 2 == 0
        area = {} if whole_city else {"bbox": box}
        subscribe = {"subscribe": {**area, "topics": ["tracks", "alerts"]}, "encoding": "binary"}
        token = ask["tokens"][number % len(ask["tokens"])]
        opened.append(watch(ask["port"], token, subscribe, whole_city=whole_city, vehicles=len(vehicle_of_aircraft)))
    all_of_them = Watchers(folder, opened, vehicle_of_aircraft)
    selector = selectors.DefaultSelector()
    for one in opened:
        selector.register(one.socket, selectors.EVENT_READ, one)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("watching", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                line = sys.stdin.readline()
                if not line or all_of_them.counting:
                    print(json.dumps(summary(all_of_them)), flush=True)
                    return
                all_of_them.counting = True
            else:
                all_of_them.read(key.data)


def summary(seen: Watchers) -> dict[str, Any]:
    """Return percentiles of latency in milliseconds, and what a client of the whole city got."""
    late_ms = np.concatenate([*seen.latencies, np.zeros(0)]) * 1000.0
    whole = [one for one in seen.watchers if one.whole_city]
    return {
        "reports": len(late_ms),
        "p50_ms": float(np.percentile(late_ms, 50)),
        "p99_ms": float(np.percentile(late_ms, 99)),
        "worst_ms": float(late_ms.max()),
        "whole_city_updates": sum(one.updates for one in whole) / len(whole),
        "whole_city_frames": sum(one.frames for one in whole) / len(whole),
        "bytes_an_update": sum(one.bytes for one in whole) / sum(one.updates for one in whole),
        "messages_a_client": sum(one.frames for one in seen.watchers) / len(seen.watchers),
    }


if __name__ == "__main__":
    {"vehicles": vehicles_main, "clients": clients_main}[sys.argv[1]](Path(sys.argv[2]))
