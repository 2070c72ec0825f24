"""Endpoint: the text form of an address, "udp:IP:PORT", "tcp:IP:PORT", "serial:DEVICE[@BAUD]"."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_BAUD = 57_600


class Endpoint(NamedTuple):
    """A parsed endpoint: `kind` is "udp", "tcp" or "serial"; `number` is the port, or the baud rate."""

    kind: str
    host: str
    number: int


def parse(text: str) -> Endpoint:
    """Return the parts of an endpoint; raises ValueError with the text for anything else. IPv6 stands in brackets."""
    kind, _, rest = text.partition(":")
    if kind in {"udp", "tcp"}:
        host, _, port = rest.rpartition(":")
        if host and port.isascii() and port.isdigit() and int(port) <= 65_535:
            return Endpoint(kind, host.strip("[]"), int(port))
    elif kind == "serial" and rest:
        device, _, baud = rest.partition("@")
        if device and (not baud or (baud.isascii() and baud.isdigit() and int(baud) > 0)):
            return Endpoint(kind, device, int(baud or DEFAULT_BAUD))
    raise ValueError(f"not an endpoint: {text!r}; expected udp:IP:PORT, tcp:IP:PORT or serial:DEVICE[@BAUD]")


def of_address(kind: str, address: tuple[str | int, ...]) -> str:
    """Return the endpoint of a socket address (IPv4 or IPv6)."""
    host = str(address[0])
    return f"{kind}:[{host}]:{address[1]}" if ":" in host else f"{kind}:{host}:{address[1]}"
