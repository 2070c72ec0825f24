"""Identifiers: a prefix that says what it names, and 120 random bits nobody can guess."""

import base64
import hashlib
import secrets


def new_id(prefix: str) -> str:
    """Return a new identifier such as `fp_2k7c...` (lower-case base 32, 24 characters after the prefix)."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(15)).decode().lower()}"


def opaque_ref(plan_id: str, asker: str, secret: bytes) -> str:
    """Return a name for another firm's plan that is stable for one asker and says nothing to two who compare."""
    digest = hashlib.blake2b(f"{asker}\0{plan_id}".encode(), key=secret, digest_size=10).digest()
    return f"ref_{base64.b32encode(digest).decode().lower()}"
