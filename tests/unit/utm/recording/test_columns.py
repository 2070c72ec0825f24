"""Fixed-point columns: rounding as the live feed rounds, and back."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from utm.recording.columns import (
    UNKNOWN,
    Dictionary,
    decode_identities,
    difference,
    encode_identities,
    fixed,
    instant,
    scene_s,
    unix_us,
    us_of,
)
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, TrackIdentity


@given(st.floats(0, 4e8))
def test_instants_round_as_the_live_feed_rounds(at_s):
    """Microseconds must be those of the datetime the live feed shows."""
    shown = datetime.fromtimestamp(round(at_s + UNIX_OF_SCENE_ZERO_S, 6), UTC)
    at_us = int(unix_us(np.array([at_s]))[0])
    assert instant(at_us) == shown
    assert us_of(float(scene_s(np.array([at_us]))[0])) == at_us


@given(st.floats(-180, 180), st.sampled_from([(1e7, 7), (1e2, 2), (1e1, 1)]))
def test_values_round_as_the_live_feed_rounds(value, step):
    """A value back from fixed point must be the very float that numpy's rounding gives."""
    factor, decimals = step
    assert fixed(np.array([value]), factor)[0] / factor == np.round(value, decimals)


def test_unknown_and_extremes():
    """NaN is unknown and comes through differences; what does not fit saturates."""
    values = fixed(np.array([np.nan, 1e30, -1e30, 1.0]), 100.0)
    assert values.tolist() == [UNKNOWN, 2**31 - 1, -(2**31 - 1), 100]
    reference = np.array([5, UNKNOWN, 0, 40], np.int32)
    assert difference(values, reference).tolist() == [UNKNOWN, 2**31 - 1, -(2**31 - 1), 60]


def test_open_ends_of_time():
    """Infinite instants lie beyond every recording."""
    assert us_of(float("inf")) > us_of(4e8) > us_of(float("-inf"))


def test_dictionary_numbers_identities_and_tracks():
    """Identities of one track share its number, and come back from their JSON."""
    names = Dictionary()
    first = TrackIdentity("t1", "mavlink", "ac_1", None)
    flying = TrackIdentity("t1", "mavlink", "ac_1", "fp_1")
    other = TrackIdentity("t2", "radar", feeder_id="org_s")
    assert [names.number(who) for who in (first, flying, other, first)] == [0, 1, 2, 0]
    assert names.tracks().tolist() == [0, 0, 1]
    assert decode_identities(encode_identities(names.identities)) == [first, flying, other]
    assert [names.mode_code(mode) for mode in (None, "hold", "hold")] == [0, 1, 1]
    assert msgspec.json.encode(instant(us_of(0.0)) + timedelta(0))
