"""Signatures of webhooks, as the Standard Webhooks specification has them (version 1, HMAC-SHA256).

Three headers: `webhook-id` (the same at every attempt), `webhook-timestamp` (Unix seconds of this attempt) and
`webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` under the secret's bytes. A receiver
compares in constant time and refuses timestamps more than five minutes off.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

PREFIX: Final = "whsec_"
TOLERANCE_S: Final = 300


def new_secret() -> str:
    """Return a new secret: the prefix and 32 random bytes as base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`; raises ValueError for a secret that is none."""
    if not secret.startswith(PREFIX):
        raise ValueError("a webhook's secret begins with whsec_")
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers an attempt is sent with."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
        "content-type": "application/json",
        "user-agent": "hexlane-webhooks/1",
    }


def verify(secret: str, message_id: str, timestamp: str, given: str, body: bytes, now_s: float) -> bool:
    """Tell whether a request is genuine and recent; `given` may hold several signatures with spaces between."""
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now_s - int(timestamp)) > TOLERANCE_S:
        return False
    wanted = signature(secret, message_id, int(timestamp), body)
    return any(hmac.compare_digest(wanted, one) for one in given.split(" "))
