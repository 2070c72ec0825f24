"""What is recorded of a track at an instant: fixed-point columns, and their way from the picture and back to units.

The steps of the fixed point are those that `utm.live_schema.TrackItem` shows, so that what is replayed is what was live:
1e-7 degrees, centimetres, centimetres a second, hundredths of a degree, tenths for the rest, whole microseconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.picture import Picture
from airspace.tracks import ObservationBatch, RowArray
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, TrackIdentity

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

COLUMNS: Final = (
    "tick",  # number of the tick in its slice
    "flags",
    "identity",  # number in the file's dictionary
    "row",  # row of the picture
    "lat_deg",
    "lon_deg",
    "alt_hae_m",
    "alt_amsl_m",  # as the difference to alt_hae_m, where that is known
    "alt_agl_m",  # as alt_hae_m minus it: the ground
    "vel_east_mps",
    "vel_north_mps",
    "vel_up_mps",
    "heading_deg",
    "battery_pct",
    "lateral_m",
    "vertical_m",
    "temporal_s",
    "link_age_s",
    "observed_ms",  # milliseconds after the slice's base
    "observed_us",  # microseconds within
    "delay_us",  # from observed to received
)
TICK, FLAGS, IDENTITY, ROW, LAT, LON, HAE, AMSL, GROUND = range(9)
LINK_AGE, OBSERVED_MS, OBSERVED_US, DELAY_US = range(17, 21)
COUNT: Final = len(COLUMNS)
UNKNOWN: Final = -(1 << 31)
_LARGEST: Final = (1 << 31) - 1

OBSERVED: Final = 1
"""An accepted observation; each stands in the recording once."""
SHOWN: Final = 2
"""What a tick of the live picture brought."""
KEY: Final = 4
"""A silent track, told again so that the picture can be rebuilt from the last seconds."""
GONE: Final = 8
"""The track left the picture."""
STATE_SHIFT, ARMED_SHIFT, LANDED_SHIFT, MODE_SHIFT = 4, 7, 9, 11

_FIXED: Final[tuple[tuple[str, float], ...]] = (
    ("lat_deg", 1e7),
    ("lon_deg", 1e7),
    ("alt_hae_m", 1e2),
    ("alt_amsl_m", 1e2),
    ("alt_agl_m", 1e2),
    ("vel_east_mps", 1e2),
    ("vel_north_mps", 1e2),
    ("vel_up_mps", 1e2),
    ("heading_deg", 1e2),
    ("battery_pct", 1e1),
    ("lateral_m", 1e1),
    ("vertical_m", 1e1),
    ("temporal_s", 1e1),
    ("link_age_s", 1e1),
)
FACTOR: Final = dict(_FIXED)
_PLACE: Final = {name: index for index, name in enumerate(COLUMNS)}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def unix_us(scene_s: FloatArray) -> Longs:
    """Return whole unix microseconds, rounded as Python rounds to six decimals (half to even on the exact value)."""
    unix_s = scene_s + UNIX_OF_SCENE_ZERO_S
    whole = np.floor(unix_s)
    return np.asarray(whole, np.int64) * 1_000_000 + np.rint((unix_s - whole) * 1e6).astype(np.int64)


def scene_s(unix_us_value: Longs) -> FloatArray:
    """Return scene seconds of unix microseconds."""
    return np.asarray((unix_us_value - round(UNIX_OF_SCENE_ZERO_S * 1e6)) / 1e6, np.float64)


def us_of(at_s: float) -> int:
    """Return unix microseconds of one instant in scene seconds; beyond the calendar for infinities."""
    if not np.isfinite(at_s):
        return (1 << 62) if at_s > 0 else -(1 << 62)
    return int(unix_us(np.array([at_s]))[0])


def instant(at_us: int) -> datetime:
    """Return the instant of unix microseconds."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000)


def fixed(values: FloatArray, factor: float) -> Ints:
    """Return values in steps of 1 / factor, saturated, `UNKNOWN` for NaN."""
    scaled = np.clip(np.rint(values * factor), -_LARGEST, _LARGEST)
    return np.where(np.isnan(scaled), UNKNOWN, np.nan_to_num(scaled)).astype(np.int32)


def difference(values: Ints, reference: Ints) -> Ints:
    """Return values less the reference, itself where the reference is unknown; unknown stays so."""
    known = (values != UNKNOWN) & (reference != UNKNOWN)
    return np.where(known, values - np.where(known, reference, 0), values).astype(np.int32)


def rows_of_picture(
    picture: Picture, rows: RowArray, *, now_s: float, base_ms: int, flags: int | NDArray[Any], modes: Ints
) -> Ints:
    """Return the columns int32 (COUNT, n) of rows as the picture has them; tick, identity stay 0.

    `modes` are codes of the flight mode; `base_ms` is what observed times count from (unix milliseconds).
    """
    out = np.zeros((COUNT, len(rows)), np.int32)
    for name, factor in _FIXED[:-1]:
        out[_PLACE[name]] = fixed(getattr(picture, name)[rows], factor)
    out[LINK_AGE] = fixed(np.maximum(now_s - picture.heard_s[rows], 0.0), FACTOR["link_age_s"])
    out[ROW] = rows
    out[FLAGS] = (
        flags
        | (picture.state[rows].astype(np.int32) << STATE_SHIFT)
        | ((picture.armed[rows].astype(np.int32) + 1) << ARMED_SHIFT)
        | ((picture.landed[rows].astype(np.int32) + 1) << LANDED_SHIFT)
        | (modes << MODE_SHIFT)
    )
    _set_relative(out)
    _set_times(out, picture.observed_s[rows], picture.received_s[rows], base_ms)
    return out


def put_observations(out: Ints, batch: ObservationBatch, ground_hae_m: FloatArray, base_ms: int) -> None:
    """Put the positions of a batch over those in `out`, whose rows are the batch's."""
    for name, factor in _FIXED[:9]:
        if name != "alt_agl_m":
            out[_PLACE[name]] = fixed(getattr(batch, name), factor)
    out[_PLACE["alt_agl_m"]] = fixed(batch.alt_hae_m - ground_hae_m, FACTOR["alt_agl_m"])
    _set_relative(out)
    _set_times(out, batch.observed_s, batch.received_s, base_ms)


def _set_relative(out: Ints) -> None:
    out[AMSL] = difference(out[AMSL], out[HAE])
    known = (out[GROUND] != UNKNOWN) & (out[HAE] != UNKNOWN)
    out[GROUND] = np.where(known, out[HAE] - np.where(known, out[GROUND], 0), UNKNOWN)


def _set_times(out: Ints, observed_s: FloatArray, received_s: FloatArray, base_ms: int) -> None:
    observed, received = unix_us(observed_s), unix_us(received_s)
    out[OBSERVED_MS] = np.clip(observed // 1000 - base_ms, -_LARGEST, _LARGEST)
    out[OBSERVED_US] = observed % 1000
    out[DELAY_US] = np.clip(received - observed, -_LARGEST, _LARGEST)


class Names(Protocol):
    """Who and what the numbers of one file mean, for readers."""

    @property
    def identities(self) -> Sequence[TrackIdentity]:
        """Identities by number."""
        ...

    @property
    def modes(self) -> Sequence[str | None]:
        """Flight modes by code."""
        ...


@dataclass(slots=True)
class Dictionary:
    """Who and what the numbers of one file mean; it only grows."""

    identities: list[TrackIdentity] = field(default_factory=list)
    modes: list[str | None] = field(default_factory=lambda: [None])
    _numbers: dict[TrackIdentity, int] = field(default_factory=dict)
    _mode_codes: dict[str | None, int] = field(default_factory=lambda: {None: 0})
    _tracks: dict[str, int] = field(default_factory=dict)
    _track_of: list[int] = field(default_factory=list)

    def number(self, identity: TrackIdentity) -> int:
        """Return the number of an identity, a new one where it has none."""
        number = self._numbers.get(identity)
        if number is None:
            number = self._numbers[identity] = len(self.identities)
            self.identities.append(identity)
            self._track_of.append(self._tracks.setdefault(identity.track_id, len(self._tracks)))
        return number

    def mode_code(self, mode: str | None) -> int:
        """Return the code of a flight mode."""
        code = self._mode_codes.get(mode)
        if code is None:
            code = self._mode_codes[mode] = len(self.modes)
            self.modes.append(mode)
        return code

    def tracks(self) -> Longs:
        """Return the number of the track of each identity."""
        return np.array(self._track_of, np.int64)


def matching(names: Names, wanted: Callable[[TrackIdentity], bool]) -> Longs:
    """Return the numbers of the identities that are wanted."""
    return np.array([n for n, identity in enumerate(names.identities) if wanted(identity)], np.int64)


def encode_identities(identities: Sequence[TrackIdentity]) -> bytes:
    """Return identities as JSON."""
    return msgspec.json.encode(identities)


_identities = msgspec.json.Decoder(list[TrackIdentity])


def decode_identities(data: bytes) -> list[TrackIdentity]:
    """Return identities from JSON."""
    return _identities.decode(data)


class RecordedEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event of the bus as recorded: `kind` is event, or state for what stood when a file was begun."""

    at_us: int
    topic: str
    kind: str
    visible_to: list[str] | None
    item: msgspec.Raw

    def __reduce__(self) -> Any:
        return RecordedEvent, (self.at_us, self.topic, self.kind, self.visible_to, msgspec.Raw(bytes(self.item)))


@dataclass(frozen=True, slots=True)
class Rows:
    """Recorded rows of one slice: int32 (COUNT, n) and what their numbers mean."""

    data: Ints
    base_ms: int
    ticks_us: Longs
    names: Names

    def __len__(self) -> int:
        return int(self.data.shape[1])

    def take(self, index: NDArray[Any]) -> "Rows":
        """Return the rows of an index or mask."""
        return Rows(self.data[:, index], self.base_ms, self.ticks_us, self.names)

    def units(self, name: str) -> FloatArray:
        """Return a column in its unit, NaN for unknown."""
        values = self.data[_PLACE[name]].astype(np.int64)
        unknown = values == UNKNOWN
        hae = self.data[HAE].astype(np.int64)
        if name == "alt_amsl_m":
            values = values + np.where(hae == UNKNOWN, 0, hae)
        elif name == "alt_agl_m":
            values = hae - values
        return np.where(unknown, np.nan, values / FACTOR[name])

    @property
    def observed_us(self) -> Longs:
        """When the positions were true, unix microseconds."""
        return np.asarray((self.data[OBSERVED_MS].astype(np.int64) + self.base_ms) * 1000 + self.data[OBSERVED_US])

    @property
    def received_us(self) -> Longs:
        """When the positions arrived, unix microseconds."""
        return np.asarray(self.observed_us + self.data[DELAY_US])

    @property
    def shown_us(self) -> Longs:
        """The tick that took note of the row, unix microseconds."""
        return np.asarray(self.ticks_us[self.data[TICK]], np.int64)

    @property
    def flags(self) -> Ints:
        """The flags column."""
        return np.asarray(self.data[FLAGS])

    @property
    def state(self) -> Ints:
        """Codes of `airspace.tracks.TrackState`."""
        return np.asarray((self.data[FLAGS] >> STATE_SHIFT) & 7)

    @property
    def armed(self) -> Ints:
        """1 armed, 0 not, -1 unknown."""
        return np.asarray(((self.data[FLAGS] >> ARMED_SHIFT) & 3) - 1)

    @property
    def landed(self) -> Ints:
        """1 landed, 0 not, -1 unknown."""
        return np.asarray(((self.data[FLAGS] >> LANDED_SHIFT) & 3) - 1)

    @property
    def mode(self) -> Ints:
        """Codes of flight modes."""
        return np.asarray(self.data[FLAGS] >> MODE_SHIFT)
