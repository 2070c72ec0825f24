"""Endpoints' text form."""

from __future__ import annotations

import pytest

from mavlink_bridge import endpoint


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("udp:0.0.0.0:14550", ("udp", "0.0.0.0", 14550)),
        ("tcp:127.0.0.1:0", ("tcp", "127.0.0.1", 0)),
        ("udp:[::1]:14550", ("udp", "::1", 14550)),
        ("serial:/dev/ttyUSB0", ("serial", "/dev/ttyUSB0", 57_600)),
        ("serial:/dev/ttyUSB0@921600", ("serial", "/dev/ttyUSB0", 921_600)),
    ],
)
def test_endpoints_are_read(text, parts):
    """Each kind gives its parts."""
    assert endpoint.parse(text) == parts


@pytest.mark.parametrize("text", ["", "udp", "udp:1.2.3.4", "udp::1", "tcp:h:99999", "serial:", "serial:/d@x", "can:0"])
def test_other_texts_are_refused(text):
    """What is no endpoint raises ValueError that shows it."""
    with pytest.raises(ValueError, match="not an endpoint"):
        endpoint.parse(text)


def test_socket_addresses_become_endpoints():
    """IPv4 plainly, IPv6 in brackets."""
    assert endpoint.of_address("udp", ("10.0.0.1", 5)) == "udp:10.0.0.1:5"
    assert endpoint.of_address("tcp", ("::1", 5, 0, 0)) == "tcp:[::1]:5"
