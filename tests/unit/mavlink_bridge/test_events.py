"""Vehicle keys."""

from __future__ import annotations

import pytest

from mavlink_bridge.events import VehicleKey


@pytest.mark.parametrize("key", [VehicleKey("udp:127.0.0.1:50123", 7), VehicleKey("serial:/dev/ttyUSB0", 255)])
def test_keys_survive_their_text(key):
    """The string form reads back as the same, hashable key."""
    assert VehicleKey.parse(str(key)) == key
    assert hash(VehicleKey.parse(str(key))) == hash(key)
    assert key.credential is None


def test_a_credentials_key_names_it():
    """A key by credential tells which."""
    assert VehicleKey.parse("key:acme/7-a/3").credential == "acme/7-a"


@pytest.mark.parametrize("text", ["", "udp:1.2.3.4:5", "udp:1.2.3.4:5/0", "udp:1.2.3.4:5/256", "udp:x/٣", "/5"])
def test_other_texts_are_refused(text):
    """What is not a key raises ValueError."""
    with pytest.raises(ValueError, match="not a vehicle key"):
        VehicleKey.parse(text)
