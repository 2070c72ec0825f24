"""Signatures, in the order of the specification."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge import codec, signing
from tests.unit.mavlink_bridge.frames import NOW, Sender

KEY = bytes(range(32))


def test_pymavlinks_signature_verifies_and_ours_verifies_there():
    """Both sides make the same signature."""
    credential = signing.Credential("acme-7", KEY, 1)
    assert credential.check(Sender(1, key=KEY).heartbeat(), 1, NOW) == "verified"
    frame = codec.encode(0, [0, 6, 8, 0, 4, 3], sequence=0, system_id=255, component_id=190, signed=True)
    parser = dialect.MAVLink(None)
    parser.signing.secret_key = KEY
    (message,) = parser.parse_buffer(credential.sign(frame, 0, NOW))
    assert message.get_signed()


def test_a_forged_frame_from_the_future_does_not_silence_the_vehicle():
    """The timestamp of a frame is stored only after its signature was verified."""
    credential = signing.Credential("acme-7", KEY, 1)
    sender = Sender(1, key=KEY)
    assert credential.check(sender.heartbeat(), 1, NOW) == "verified"
    forger = Sender(1, key=bytes(32))
    forger.mav.signing.timestamp = 2**48 - 1
    assert credential.check(forger.heartbeat(), 1, NOW) == "bad_signature"
    assert credential.check(sender.heartbeat(), 1, NOW) == "verified"


def test_a_recorded_frame_is_refused():
    """The same frame twice, or an older one, is a replay; other streams of the key are not affected."""
    credential = signing.Credential("acme-7", KEY, 1)
    sender = Sender(1, key=KEY)
    old, new = sender.heartbeat(), sender.heartbeat()
    assert credential.check(new, 1, NOW) == "verified"
    assert credential.check(new, 1, NOW) == "replayed"
    assert credential.check(old, 1, NOW) == "replayed"
    other = Sender(1, 154, key=KEY)
    assert credential.check(other.heartbeat(), 154, NOW) == "verified"


def test_a_new_stream_may_be_a_minute_behind_and_not_more():
    """A recording of yesterday does not open a new stream, even after our restart."""
    credential = signing.Credential("acme-7", KEY, 1)
    late = Sender(1, key=KEY)
    late.mav.signing.timestamp -= 61 * 100_000
    assert credential.check(late.heartbeat(), 1, NOW) == "replayed"
    late.mav.signing.timestamp += 2 * 100_000
    assert credential.check(late.heartbeat(), 1, NOW) == "verified"


def test_our_own_timestamps_never_repeat():
    """Signing twice at the same instant, or after the clock went back, still rises."""
    credential = signing.Credential("acme-7", KEY, 1)
    frame = codec.encode(0, [0, 6, 8, 0, 4, 3], sequence=0, system_id=255, component_id=190, signed=True)
    stamps = [int.from_bytes(credential.sign(frame, 0, at)[-12:-6], "little") for at in (NOW, NOW, NOW - 100)]
    assert stamps == sorted(set(stamps))


def test_keys_are_never_shown():
    """Neither repr nor str of a credential holds its key, and there is no public attribute with it."""
    credential = signing.Credential("acme-7", KEY, 1)
    assert KEY.hex() not in repr(credential) + str(credential)
    assert not any(getattr(credential, name) == KEY for name in dir(credential) if not name.startswith("_"))


@pytest.mark.parametrize(("key", "system_id"), [(b"short", 1), (KEY, 0), (KEY, 256)])
def test_impossible_credentials_are_refused(key, system_id):
    """A key has 32 bytes, a system id one byte."""
    with pytest.raises(ValueError, match=r"32 bytes|between 1 and 255"):
        signing.Credential("x", key, system_id)


def test_adding_a_name_again_replaces_its_key():
    """A keyring holds one key a name."""
    ring = signing.Keyring()
    ring.add("acme-7", KEY, 1)
    ring.add("acme-7", bytes(32), 2)
    assert (len(ring), ring.of_system(1), len(ring.of_system(2))) == (1, [], 1)
