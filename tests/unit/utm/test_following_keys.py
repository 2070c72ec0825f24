"""The bridge holds the signing keys that the fleet has, and no others."""

from types import SimpleNamespace
from typing import Any

from mavlink_bridge.bridge import Bridge
from tests.unit.mavlink_bridge.frames import NOW, Sender
from utm.running import follow_keys

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


class Keys:
    """A fleet of aircraft that sign."""

    def __init__(self, **keys: bytes) -> None:
        self.held = keys

    def signing_keys(self) -> tuple[Any, ...]:
        return tuple((SimpleNamespace(aircraft_id=name, mavlink_system_id=7), key) for name, key in self.held.items())


def services(**keys: bytes) -> Any:
    found = SimpleNamespace(fleet=Keys(**keys), bridge=Bridge([]))
    follow_keys(found, "")
    return found


def test_a_deleted_key_is_forgotten():
    """An aircraft whose key was deleted is no longer met by frames signed with it."""
    city = services(ac_1=KEY, ac_2=OTHER)
    assert city.bridge.signing_names() == ["ac_1", "ac_2"]
    signed = Sender(7, key=KEY)
    assert city.bridge.registry.feed("udp:1.2.3.4:5", signed.heartbeat(), NOW)
    del city.fleet.held["ac_1"]
    follow_keys(city, "ac_1")
    assert city.bridge.signing_names() == ["ac_2"]
    assert city.bridge.registry.feed("udp:1.2.3.4:5", signed.heartbeat(), NOW + 1) == []
    assert city.bridge.counters()["bad_signature"] == 1


def test_when_all_are_read_anew_those_gone_are_forgotten():
    """After the fleet was read anew the bridge holds exactly its keys."""
    city = services(ac_1=KEY, ac_2=OTHER)
    city.fleet.held = {"ac_2": OTHER, "ac_3": KEY}
    follow_keys(city, "")
    assert sorted(city.bridge.signing_names()) == ["ac_2", "ac_3"]


def test_a_change_of_something_else_does_not_open_the_replay_window():
    """The same key told again keeps what it has seen: a recorded frame stays refused."""
    city = services(ac_1=KEY)
    recorded = Sender(7, key=KEY).heartbeat()
    assert city.bridge.registry.feed("udp:1.2.3.4:5", recorded, NOW)
    follow_keys(city, "ac_1")
    assert city.bridge.registry.feed("udp:1.2.3.4:5", recorded, NOW + 1) == []
    assert city.bridge.counters()["replayed"] == 1


def test_an_exchanged_key_counts_at_once():
    """After a key was exchanged the new one verifies and the old one does not."""
    city = services(ac_1=KEY)
    city.bridge.registry.feed("udp:1.2.3.4:5", Sender(7, key=KEY).heartbeat(), NOW)
    city.fleet.held["ac_1"] = OTHER
    follow_keys(city, "ac_1")
    assert city.bridge.registry.feed("udp:1.2.3.4:5", Sender(7, key=KEY).heartbeat(), NOW + 1) == []
    assert city.bridge.registry.feed("udp:1.2.3.4:5", Sender(7, key=OTHER).heartbeat(), NOW + 2)
