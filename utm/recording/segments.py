"""Sealed segments: an hour of one process in one append-only file, slice after slice, each indexed by track, H3, time.

A slice holds a minute or two: every track's rows as one block of `utm.recording.codec`, so that one track is read by
touching its blocks alone, and a moment by decoding one slice. Layout of a slice, after a header of fixed size with its
own checksum, the checksum of the rest, and a SHA-256 chained to the slice before:

    base        i32 per column             what first values of blocks count from
    ticks       zlib of i64                unix microseconds of each tick of the picture
    arrivals    i64, u32 column            first instant of arrival, and all of them as microseconds after it, rising
    keys        u64, u64, u32 columns      per new identity: hash of its track, hash of its aircraft, number of the track
    identities  zlib of JSON               the new identities; numbers count on through the file
    modes       JSON                       flight modes by code
    events      zlib of JSON               events of the bus
    cells       u64                        H3 cells of resolution 6 that the slice touches
    index       u32, u32 columns           numbers of the tracks, rising, and where their blocks end
    postings    u8 counts, u16 cells       the cells each track touches (a superset: cells of the 0.01 degree squares)
    blocks      bits

A slice that a crash cut off at the end of the file is not there for readers, and is cut away by `recover`.
"""

import hashlib
import mmap
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import h3.api.basic_int as h3
import msgspec
import numpy as np
from numpy.typing import NDArray

from utm.recording import codec
from utm.recording.chunks import OpenSlice
from utm.recording.columns import (
    COUNT,
    DELAY_US,
    FLAGS,
    GONE,
    IDENTITY,
    LAT,
    LON,
    OBSERVED_MS,
    OBSERVED_US,
    UNKNOWN,
    Ints,
    Longs,
    RecordedEvent,
    Rows,
    decode_identities,
    encode_identities,
)
from utm.telemetry_values import TrackIdentity

Hashes = NDArray[np.uint64]

VERSION: Final = 1
RESOLUTION: Final = 6
_SQUARE: Final = 100_000  # side of a square of the H3 index, in 1e-7 degrees
_BATCH: Final = 1 << 16
_PARTS: Final = (
    "base",
    "ticks",
    "arrivals",
    "keys",
    "identities",
    "modes",
    "events",
    "cells",
    "index",
    "postings",
    "blocks",
)
_HEADER: Final = struct.Struct("<4sIQQq5qIII4i11QI32s")
_KEY: Final = np.dtype([("track", "<u8"), ("aircraft", "<u8"), ("number", "<u4")])
_events = msgspec.json.Decoder(list[RecordedEvent])
_modes = msgspec.json.Decoder(list[str | None])


def name_hash(name: str) -> int:
    """Return the 64-bit hash under which a track or aircraft is found."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


# --------------------------------------------------------------------------------------------------------- writing


def encode_slice(part: OpenSlice, *, identities_from: int, chain: bytes) -> bytes:
    """Return a slice ready to append; `chain` is the SHA-256 of the slice before (32 zero bytes for the first).

    `identities_from` is how many identities the file names already.
    """
    data, arrivals = _with_arrivals(part.all_rows())
    track_of = part.dictionary.tracks()
    tracks = track_of[data[IDENTITY]] if data.shape[1] else np.zeros(0, np.int64)
    order = np.argsort(tracks, kind="stable")
    numbers, first = np.unique(tracks[order], return_index=True)
    starts = np.append(first, len(order)).astype(np.int64)
    base = _base(data)
    blocks, ends = _blocks(data, order, starts, base)
    cells, postings = _postings(data, tracks)
    identities = part.dictionary.identities[identities_from : len(track_of)]
    parts = {
        "base": base.astype("<i4").tobytes(),
        "ticks": zlib.compress(np.array(part.ticks_us, "<i8").tobytes(), 6),
        "arrivals": arrivals,
        "keys": _keys(identities, track_of[identities_from:]).tobytes(),
        "identities": zlib.compress(encode_identities(identities), 6),
        "modes": msgspec.json.encode(part.dictionary.modes),
        "events": zlib.compress(msgspec.json.encode(part.events), 6),
        "cells": cells.astype("<u8").tobytes(),
        "index": numbers.astype("<u4").tobytes() + ends.astype("<u4").tobytes(),
        "postings": postings,
        "blocks": b"".join(blocks),
    }
    payload = b"".join(parts[name] for name in _PARTS)
    return _header(part, data, parts, payload, len(identities), identities_from, chain) + payload


_ARRIVALS: Final = struct.Struct("<q")
_ROWS_PER_ARRIVAL: Final = 4


def _with_arrivals(rows: Rows) -> tuple[Ints, bytes]:
    """Put arrivals, in the columns given, as places in the list of the slice's instants of arrival; return both.

    Many datagrams are taken in one wake-up and share its instant: a place takes a third of the bits of the time itself.
    Where few rows share one, the delays stay as they are and the list is empty. The list is not packed, so that reading
    one track does not mean unpacking everybody's arrivals.
    """
    received = rows.received_us
    instants, places = np.unique(received, return_inverse=True)
    if not 0 < len(instants) * _ROWS_PER_ARRIVAL <= len(received) or instants[-1] - instants[0] > _FAR:
        return rows.data, b""
    data = rows.data
    data[DELAY_US] = places
    return data, _ARRIVALS.pack(int(instants[0])) + (instants - instants[0]).astype("<u4").tobytes()


def _header(
    part: OpenSlice,
    data: Ints,
    parts: dict[str, bytes],
    payload: bytes,
    identities: int,
    identities_from: int,
    chain: bytes,
) -> bytes:
    observed = (data[OBSERVED_MS].astype(np.int64) + part.base_ms) * 1000 + data[OBSERVED_US]
    here = (data[LAT] != UNKNOWN) & (data[LON] != UNKNOWN)
    lat, lon = data[LAT][here], data[LON][here]
    at_us = [event.at_us for event in part.events] + ([part.ticks_us[0], part.ticks_us[-1]] if part.ticks_us else [])
    tracks = len(parts["index"]) // 8
    head = _HEADER.pack(
        b"HXS1",
        VERSION,
        _HEADER.size + 4 + len(payload),
        part.number,
        part.base_ms,
        min(at_us, default=0),
        max(at_us, default=0),
        int(observed.min(initial=1 << 62)),
        int(observed.max(initial=-(1 << 62))),
        data.shape[1],
        tracks,
        identities_from,
        identities,
        int(lat.min(initial=_FAR)),
        int(lon.min(initial=_FAR)),
        int(lat.max(initial=-_FAR)),
        int(lon.max(initial=-_FAR)),
        *(len(parts[name]) for name in _PARTS),
        zlib.crc32(payload),
        hashlib.sha256(chain + payload).digest(),
    )
    return head + struct.pack("<I", zlib.crc32(head))


_FAR: Final = (1 << 31) - 1


def _base(data: Ints) -> Ints:
    """Return per column a value that first values of blocks lie near to."""
    if not data.shape[1]:
        return np.zeros(COUNT, np.int32)
    sample = data[:, :: max(1, data.shape[1] // 1000)]
    return np.asarray(np.sort(sample, axis=1)[:, sample.shape[1] // 2], np.int32)


def _blocks(data: Ints, order: Longs, starts: Longs, base: Ints) -> tuple[list[bytes], Longs]:
    """Encode the rows in the order of their tracks, some thousand at a time, so that no second copy of all is made."""
    parts: list[bytes] = []
    ends: list[Longs] = []
    written, track, count = 0, 0, len(starts) - 1
    while track < count:
        following = max(track + 1, int(np.searchsorted(starts, starts[track] + _BATCH, "right")) - 1)
        window = starts[track : following + 1]
        block = np.ascontiguousarray(data[:, order[window[0] : window[-1]]])
        encoded, local = codec.encode(block, window - window[0], base)
        parts.extend(encoded)
        ends.append(local + written)
        written += sum(len(piece) for piece in encoded)
        track = following
    return parts, np.concatenate(ends) if ends else np.zeros(0, np.int64)


def _keys(identities: Sequence[TrackIdentity], tracks: Longs) -> NDArray[np.void]:
    keys = np.zeros(len(identities), _KEY)
    keys["track"] = np.array([name_hash(identity.track_id) for identity in identities], np.uint64)
    keys["aircraft"] = np.array([name_hash(identity.aircraft_id or "") for identity in identities], np.uint64)
    keys["number"] = tracks
    return keys


@lru_cache(maxsize=65_536)
def _cells_of_square(lat: int, lon: int) -> tuple[int, ...]:
    """Return the cells that touch a square of the index, named by its south-west corner in squares."""
    south, west = lat * _SQUARE / 1e7, lon * _SQUARE / 1e7
    north, east = south + _SQUARE / 1e7, west + _SQUARE / 1e7
    shape = h3.LatLngPoly([(south, west), (south, east), (north, east), (north, west)])
    return tuple(h3.h3shape_to_cells_experimental(shape, RESOLUTION, contain="overlap"))


def _postings(data: Ints, tracks: Longs) -> tuple[Hashes, bytes]:
    """Return the cells touched, and for each track, in order of their numbers, which of them, as counts and places."""
    here = (data[LAT] != UNKNOWN) & (data[LON] != UNKNOWN)
    lat, lon = data[LAT].astype(np.int64) // _SQUARE, data[LON].astype(np.int64) // _SQUARE
    # One integer tells track, square and whether there is a position: one sort of integers finds the few that differ.
    keys = np.unique((((tracks << 16 | lat + _HALF) << 16 | lon + _HALF) << 1) | here)
    wanted: dict[int, set[int]] = {}
    for key in keys.tolist():
        found = wanted.setdefault(key >> 33, set())
        if key & 1:
            found.update(_cells_of_square((key >> 17 & 0xFFFF) - _HALF, (key >> 1 & 0xFFFF) - _HALF))
    cells = sorted(set().union(*wanted.values())) if wanted else []
    place = {cell: index for index, cell in enumerate(cells)}
    counts, places = bytearray(), []
    for track in sorted(wanted):
        touched = sorted(place[cell] for cell in wanted[track])
        counts.append(min(len(touched), _MANY))
        if len(touched) < _MANY:
            places.extend(touched)
    return np.array(cells, np.uint64), bytes(counts) + np.array(places, "<u2").tobytes()


_HALF: Final = 1 << 15
_MANY: Final = 255  # a track in so many cells counts as being in all


# --------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class SliceInfo:
    """A slice's header; times are unix microseconds, positions 1e-7 degrees."""

    offset: int
    length: int
    number: int
    base_ms: int
    first_us: int
    last_us: int
    observed_from_us: int
    observed_to_us: int
    rows: int
    tracks: int
    identities_from: int
    identities: int
    bounds: tuple[int, int, int, int]
    parts: dict[str, tuple[int, int]]
    checksum: int
    chain: bytes


def read_headers(data: bytes | mmap.mmap | memoryview) -> list[SliceInfo]:
    """Return the headers of the slices that are whole, in order."""
    found: list[SliceInfo] = []
    at = 0
    while at + _HEADER.size + 4 <= len(data):
        raw = bytes(data[at : at + _HEADER.size])
        (checksum,) = struct.unpack_from("<I", data, at + _HEADER.size)
        if raw[:4] != b"HXS1" or zlib.crc32(raw) != checksum:
            break
        fields = _HEADER.unpack(raw)
        length = fields[2]
        if fields[1] != VERSION or at + length > len(data):
            break
        start, parts = at + _HEADER.size + 4, {}
        for name, size in zip(_PARTS, fields[17:28], strict=True):
            parts[name] = (start, start + size)
            start += size
        if start != at + length:
            break
        found.append(
            SliceInfo(
                offset=at,
                length=length,
                number=fields[3],
                base_ms=fields[4],
                first_us=fields[5],
                last_us=fields[6],
                observed_from_us=fields[7],
                observed_to_us=fields[8],
                rows=fields[9],
                tracks=fields[10],
                identities_from=fields[11],
                identities=fields[12],
                bounds=fields[13:17],
                parts=parts,
                checksum=fields[28],
                chain=fields[29],
            )
        )
        at += length
    return found


def is_whole(data: bytes | mmap.mmap | memoryview, info: SliceInfo) -> bool:
    """Tell whether the checksum of a slice holds."""
    payload = memoryview(data)[info.offset + _HEADER.size + 4 : info.offset + info.length]
    try:
        return zlib.crc32(payload) == info.checksum
    finally:
        payload.release()


def first_tampered(path: Path) -> int | None:
    """Return the number of the first slice whose SHA-256 does not follow from the one before, None when all do."""
    data = path.read_bytes()
    chain, at = bytes(32), 0
    for info in read_headers(data):
        payload = data[info.offset + _HEADER.size + 4 : info.offset + info.length]
        chain = hashlib.sha256(chain + payload).digest()
        if chain != info.chain:
            return info.number
        at = info.offset + info.length
    return None if at == len(data) else -1


class Segment:
    """A segment file opened for reading, as long as it is now; slices appended later need a new one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._map: mmap.mmap | bytes = b""
            if path.stat().st_size:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._octets = np.frombuffer(self._map, np.uint8)
        self.slices = read_headers(self._map)
        self._named: tuple[tuple[str | None, str | None], tuple[Longs, NDArray[np.bool_]]] | None = None

    def _part(self, info: SliceInfo, name: str) -> bytes:
        start, end = info.parts[name]
        return bytes(self._map[start:end])

    @cached_property
    def keys(self) -> NDArray[np.void]:
        """Hash of track and aircraft, and number of the track, of every identity."""
        return np.frombuffer(b"".join(self._part(info, "keys") for info in self.slices), _KEY)

    @cached_property
    def identities(self) -> list[TrackIdentity]:
        """Identities by number."""
        return [
            identity
            for info in self.slices
            if info.identities
            for identity in decode_identities(zlib.decompress(self._part(info, "identities")))
        ]

    @cached_property
    def modes(self) -> list[str | None]:
        """Flight modes by code."""
        return _modes.decode(self._part(self.slices[-1], "modes")) if self.slices else [None]

    def named(self, *, track_id: str | None = None, aircraft_id: str | None = None) -> tuple[Longs, NDArray[np.bool_]]:
        """Return the numbers of the tracks of that id or aircraft, and which identities are of it.

        Found by the 64-bit hash of the name: no names are unpacked, and strangers are met once in ten million years.
        """
        asked, held = (track_id, aircraft_id), self._named
        if held is not None and held[0] == asked:
            return held[1]
        column, name = ("track", track_id) if track_id is not None else ("aircraft", aircraft_id or "")
        of_it = self.keys[column] == np.uint64(name_hash(name))
        found = np.unique(self.keys["number"][of_it]).astype(np.int64), of_it
        self._named = (asked, found)
        return found

    def events(self, info: SliceInfo) -> list[RecordedEvent]:
        """Return the events of a slice, in order."""
        return _events.decode(zlib.decompress(self._part(info, "events")))

    def index(self, info: SliceInfo) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the numbers of a slice's tracks, rising, and where their blocks end: the file itself, not a copy."""
        both = np.frombuffer(self._map, "<u4", 2 * info.tracks, info.parts["index"][0])
        return both[: info.tracks], both[info.tracks :]

    def tracks_in(self, info: SliceInfo, cells: frozenset[int]) -> Longs:
        """Return the numbers of the tracks that may touch any of these cells of `RESOLUTION`."""
        held = np.frombuffer(self._part(info, "cells"), "<u8")
        wanted = np.isin(held, np.array(sorted(cells), np.uint64))
        raw = self._part(info, "postings")
        counts = np.frombuffer(raw, np.uint8, info.tracks).astype(np.int64)
        places = np.frombuffer(raw, "<u2", offset=info.tracks)
        lengths = np.where(counts == _MANY, 0, counts)
        owner = np.repeat(np.arange(info.tracks), lengths)
        touched = np.zeros(info.tracks, bool)
        np.logical_or.at(touched, owner, wanted[places])
        numbers = self.index(info)[0]
        return np.asarray(numbers[touched | (counts == _MANY)], np.int64)

    def rows(self, info: SliceInfo, tracks: Longs | None = None) -> Rows:
        """Return a slice's rows, of these tracks or of all, one track after the other; may raise CorruptBlockError."""
        numbers, ends = self.index(info)
        if tracks is None:
            places = np.arange(len(numbers))
        else:
            places = np.searchsorted(numbers, tracks)
            places = places[(places < len(numbers)) & (numbers[np.minimum(places, len(numbers) - 1)] == tracks)]
        begins = np.where(places > 0, ends[np.maximum(places - 1, 0)], 0).astype(np.int64)
        until = ends[places].astype(np.int64)
        start, end = info.parts["blocks"]
        blocks = self._octets[start:end]
        if len(begins) and (int(begins.min()) < 0 or int(begins.max()) + 3 > len(blocks)):
            raise codec.CorruptBlockError("a block lies outside its slice")
        counts = blocks[begins].astype(np.int64) | (blocks[begins + 1].astype(np.int64) << 8)
        counts |= blocks[begins + 2].astype(np.int64) << 16
        total = int(counts.sum())
        if total > info.rows:
            raise codec.CorruptBlockError("the blocks hold more rows than their slice")
        base = np.frombuffer(self._part(info, "base"), "<i4").astype(np.int32)
        data = codec.decode(blocks, begins, until, base, total) if total else np.zeros((COUNT, 0), np.int32)
        rows = Rows(data, info.base_ms, self.ticks(info), self)
        start, end = info.parts["arrivals"]
        if start < end:
            (first,) = _ARRIVALS.unpack_from(self._map, start)
            arrivals = np.frombuffer(self._map, "<u4", (end - start - _ARRIVALS.size) // 4, start + _ARRIVALS.size)
            places = data[DELAY_US]
            if total and (int(places.min()) < 0 or int(places.max()) >= len(arrivals)):
                raise codec.CorruptBlockError("a row names an arrival that is not there")
            data[DELAY_US] = arrivals[places].astype(np.int64) + first - rows.observed_us
        return rows

    def ticks(self, info: SliceInfo) -> Longs:
        """Return the instants of a slice's ticks, unix microseconds."""
        return np.frombuffer(zlib.decompress(self._part(info, "ticks")), "<i8").astype(np.int64)


def gone(rows: Rows) -> NDArray[np.bool_]:
    """Tell which rows say that their track left."""
    return np.asarray((rows.data[FLAGS] & GONE) != 0)
