"""Client certificates: of our own TLS connections, or told by a proxy that is trusted to have checked them.

A certificate is known by the SHA-256 of its DER bytes, base64url (RFC 8705, 3.1).
"""

import base64
import binascii
import hashlib
import ipaddress
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from utm.settings import Settings

STATE = "hexlane_client_certificate"
"""Where the server's protocol leaves the DER bytes of a client certificate it verified (ASGI connection state)."""
PEER = "hexlane_peer_address"
"""Where it leaves the address of the connection itself, which forwarding headers do not change."""
_MAX_CHARS = 16_384


def thumbprint(der: bytes) -> str:
    """Return x5t#S256 of a certificate."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def thumbprint_of_pem(pem: str) -> str | None:
    """Return x5t#S256 of a certificate in PEM, None when it is none."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except (ValueError, UnicodeEncodeError):
        return None
    return thumbprint(certificate.public_bytes(Encoding.DER))


def certificate_of(connection: HTTPConnection, settings: Settings) -> str | None:
    """Return the thumbprint of the certificate a client showed and somebody we trust verified, None for none."""
    state = connection.scope.get("state", {})
    der = state.get(STATE)
    if isinstance(der, bytes):
        return thumbprint(der)
    header, peer = settings.client_cert_header, state.get(PEER)
    if header is None or not isinstance(peer, str) or not _trusted(peer, settings.trusted_proxies):
        return None
    told = _from_header(connection.headers, header)
    return None if told is None else thumbprint(told)


def _trusted(address: str, proxies: str) -> bool:
    try:
        host = ipaddress.ip_address(address)
        return any(host in ipaddress.ip_network(part.strip(), strict=False) for part in proxies.split(",") if part)
    except ValueError:
        return False


def _from_header(headers: Headers, name: str) -> bytes | None:
    """Return DER from a header: `:base64:` (RFC 9440), or PEM with percent-encoding as nginx and Envoy send it."""
    values = headers.getlist(name)
    if len(values) != 1 or not 0 < len(values[0]) <= _MAX_CHARS:
        return None
    value = values[0].strip()
    try:
        if value.startswith(":") and value.endswith(":"):
            return x509.load_der_x509_certificate(base64.b64decode(value[1:-1], validate=True)).public_bytes(
                Encoding.DER
            )
        return x509.load_pem_x509_certificate(unquote(value).encode()).public_bytes(Encoding.DER)
    except (ValueError, binascii.Error):
        return None
