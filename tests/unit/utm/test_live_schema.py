"""The live schema and the binary format: nothing wraps, nothing lost beyond the stated resolution."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.tracks import TrackState
from utm.live_frames import ROWS, TRACK_COLUMNS, decode_tracks, encode_tracks
from utm.live_schema import STATES, ClientMessage, ServerMessage, json_schema

RESOLUTION = {"lat_deg": 0.5e-7, "lon_deg": 0.5e-7, "alt_hae_m": 0.05, "heading_deg": 0.005, "age_s": 0.05}
LIMITS = {
    "alt_hae_m": (-3276.7, 3276.7),
    "vel_east_mps": (-327.67, 327.67),
    "vel_north_mps": (-327.67, 327.67),
    "vel_up_mps": (-327.67, 327.67),
    "heading_deg": (0.0, 655.34),
    "age_s": (0.0, 25.5),
}

anything = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-1000, 1000))
track = st.fixed_dictionaries(
    {
        "row": st.integers(0, ROWS - 1),
        "lat_deg": st.floats(-90, 90),
        "lon_deg": st.floats(-180, 180),
        "state": st.integers(0, 5),
        "age_s": st.floats(0, 1e6),
    }
    | {name: anything for name in LIMITS if name != "age_s"}
)


@given(st.lists(track, max_size=20), st.integers(0, 2**53), st.sampled_from(["snapshot", "increment"]))
@settings(max_examples=200, deadline=None)
def test_binary_round_trip(tracks, seq, kind):
    """Decoding gives back every value within its resolution, saturated at its limits, unknown as NaN."""
    columns = {name: np.array([t[name] for t in tracks]) for name in TRACK_COLUMNS}
    with np.errstate(over="ignore", invalid="ignore"):
        frame = encode_tracks(columns, kind=kind, seq=seq, tick_unix_ms=1.5)
    assert len(frame) == 32 + 22 * len(tracks)
    got_kind, got_seq, tick, found = decode_tracks(frame)
    assert (got_kind, got_seq, tick) == (kind, seq, 1.5)
    for name in TRACK_COLUMNS:
        for sent, got in zip(columns[name].tolist(), found[name].tolist(), strict=True):
            if name in LIMITS:
                low, high = LIMITS[name]
                if np.isnan(sent):
                    assert np.isnan(got)
                else:
                    assert got == pytest.approx(min(max(sent, low), high), abs=RESOLUTION.get(name, 0.005) * 1.01)
            else:
                assert got == pytest.approx(sent, abs=RESOLUTION.get(name, 0.0) * 1.01)


def test_binary_layout():
    """The bytes are those the console was promised: header of 32, then columns, little-endian."""
    one = {name: np.array([0.0]) for name in TRACK_COLUMNS} | {
        "row": np.array([7]),
        "lat_deg": np.array([22.5]),
        "lon_deg": np.array([114.0]),
        "alt_hae_m": np.array([-1.2]),
        "heading_deg": np.array([np.nan]),
        "state": np.array([5]),
        "age_s": np.array([2.5]),
    }
    frame = encode_tracks(one, kind="increment", seq=258, tick_unix_ms=1.0)
    assert frame[:8] == b"HXL2\x02\x01\x00\x00"
    assert frame[8:16] == b"\x01\x00\x00\x00\x00\x00\x00\x00"
    assert frame[16:24] == (258).to_bytes(8, "little")
    assert frame[32:36] == (7 | 5 << 21 | 25 << 24).to_bytes(4, "little")
    assert frame[36:40] == (225_000_000).to_bytes(4, "little")
    assert frame[44:46] == (-12).to_bytes(2, "little", signed=True)
    assert frame[52:] == b"\xff\xff"


def test_broken_binary_is_refused():
    """A frame of another magic or a wrong length raises ValueError instead of giving positions."""
    frame = encode_tracks({name: np.zeros(1) for name in TRACK_COLUMNS}, kind="snapshot", seq=1, tick_unix_ms=0.0)
    for broken in (b"", frame[:40], frame + b"\0", b"NOPE" + frame[4:]):
        with pytest.raises(ValueError, match=r"header|version|length"):
            decode_tracks(broken)


def test_states_have_the_codes_of_the_picture():
    """The names on the wire stand in the order of the picture's codes."""
    assert tuple(state.name.lower() for state in TrackState) == STATES


def test_schema_describes_every_message_and_reference():
    """The JSON schema has a definition for every reference in it, and every track field says what it is."""
    schema = json_schema()
    text = msgspec.json.encode(schema).decode()
    for name in {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}:
        assert name in schema["$defs"]
    numbers = schema["$defs"]["TrackItem"]["properties"]
    for name, field in numbers.items():
        if name.endswith(("_m", "_mps", "_deg", "_s", "_pct", "_at")):
            assert field.get("description"), name


def test_messages_decode_by_topic():
    """A message decodes to the struct of its topic."""
    text = b'{"seq":1,"topic":"index","kind":"snapshot","items":[],"removed":[3]}'
    message = msgspec.json.decode(text, type=ServerMessage)
    assert message.removed == [3]  # type: ignore[union-attr]
    asked = msgspec.json.decode(b'{"subscribe":{"bbox":[1,2,3,4]},"encoding":"binary"}', type=ClientMessage)
    assert asked.subscribe is not None
    assert asked.subscribe.topics == ["tracks"]


def test_a_city_costs_less_than_24_bytes_an_update_with_everything_around_it():
    """A tick's quarter of 10,000 vehicles must cost at most 24 bytes each with the frame's header and the WebSocket's."""
    columns = {name: np.zeros(2_500) for name in TRACK_COLUMNS} | {
        "row": np.arange(2_500),
        "state": np.zeros(2_500, int),
    }
    frame = encode_tracks(columns, kind="increment", seq=1, tick_unix_ms=0.0)
    websocket_header = 2 + 2  # RFC 6455, 5.2: a server's frame of up to 65,535 bytes
    assert len(frame) <= 0xFFFF
    assert (len(frame) + websocket_header) / 2_500 <= 22.1


@pytest.mark.parametrize("row", [-1, ROWS])
def test_a_row_no_frame_can_name_is_no_other_row(row):
    """A row beyond the tag's bits must raise ValueError, never name another track."""
    columns = {name: np.zeros(2) for name in TRACK_COLUMNS} | {"row": np.array([3, row]), "state": np.zeros(2, int)}
    with pytest.raises(ValueError, match="rows below 2097152"):
        encode_tracks(columns, kind="snapshot", seq=1, tick_unix_ms=0.0)


def test_a_frame_of_the_first_version_is_refused():
    """A frame whose magic or version is that of version 1 must raise ValueError, not be misread."""
    frame = encode_tracks({name: np.zeros(1, int) for name in TRACK_COLUMNS}, kind="snapshot", seq=1, tick_unix_ms=0.0)
    for old in (b"HXL1" + frame[4:], frame[:4] + b"\x01" + frame[5:]):
        with pytest.raises(ValueError, match="version 2"):
            decode_tracks(old)
