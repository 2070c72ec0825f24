"""The second step of carrying out a list: a token for exactly these actions, this person, two minutes; stateless."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson

from utm.problems import Problem
from utm.security import Principal

WITHIN_S: Final = 120.0


class ActionTokens:
    """Makes and checks tokens; what was carried out meanwhile no longer waits, so none can be used twice."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.blake2b(b"action lists", key=secret[:64]).digest()

    def make(self, principal: Principal, action_list_id: str, asked: Sequence[tuple[str, str]], now: datetime) -> str:
        """Return the token for these items with these actions, counted from now."""
        issued = int(now.timestamp()).to_bytes(6, "big")
        raw = issued + self._mac(principal, action_list_id, asked, issued)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def check(
        self, token: str, principal: Principal, action_list_id: str, asked: Sequence[tuple[str, str]], now: datetime
    ) -> None:
        """Raise Problem 409 confirmation_invalid for a token of other actions, another person, or long ago."""
        try:
            raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        except ValueError:
            raw = b""
        issued = raw[:6]
        fits = len(raw) > 6 and hmac.compare_digest(raw[6:], self._mac(principal, action_list_id, asked, issued))
        if not fits or not -5.0 <= now.timestamp() - int.from_bytes(issued, "big") <= WITHIN_S:
            raise Problem("confirmation_invalid")

    def _mac(self, principal: Principal, action_list_id: str, asked: Sequence[tuple[str, str]], issued: bytes) -> bytes:
        text = orjson.dumps([principal.subject, principal.organisation_id, action_list_id, sorted(asked)])
        return hmac.new(self._secret, issued + text, hashlib.sha256).digest()[:20]
