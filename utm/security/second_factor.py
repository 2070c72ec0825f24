"""One-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, 30 s, 6 digits) and codes to recover with.

A code counts once: the time step of the last one used is kept, and no code of that step or an earlier one is taken again.
Recovery codes have 80 random bits, so a plain SHA-256 keeps them; each opens the account once.
"""

import base64
import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
import pyotp
import segno

from utm.security.sealing import Sealer

STEP_S = 30
ISSUER = "Hexlane"
RECOVERY_CODES = 10
_WINDOW = 1
"""Steps a phone's clock may be off, either way (RFC 6238, 5.2)."""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor of one person, as stored; `confirmed` says that it is asked for."""

    sealed: str
    confirmed: bool
    last_step: int
    recovery: tuple[str, ...]

    def encoded(self) -> str:
        """Return it as the store keeps it."""
        document = {
            "sealed": self.sealed,
            "confirmed": self.confirmed,
            "last_step": self.last_step,
            "recovery": list(self.recovery),
        }
        return orjson.dumps(document).decode()


def decoded(text: str | None) -> SecondFactor | None:
    """Return what the store keeps of a person's second factor, None where there is none."""
    if text is None:
        return None
    known = orjson.loads(text)
    return SecondFactor(known["sealed"], known["confirmed"], known["last_step"], tuple(known["recovery"]))


def enrolled(sealer: Sealer, now: datetime) -> tuple[SecondFactor, str]:
    """Return a fresh second factor, not yet asked for, and its secret in base32."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    return SecondFactor(sealer.seal(secret.encode(), now), False, 0, ()), secret


def qr_svg(uri: str) -> str:
    """Return a QR code (ISO/IEC 18004, error correction M) of an enrolment as an SVG image, dark on white with its margin."""
    drawn = io.BytesIO()
    code = segno.make_qr(uri, error="m")
    code.save(
        drawn,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    return drawn.getvalue().decode()


def otpauth_uri(secret: str, name: str) -> str:
    """Return the URI an authenticator app reads from a QR code."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER))


def new_recovery_codes() -> tuple[list[str], tuple[str, ...]]:
    """Return codes to be shown once, and what is kept of them."""
    plain = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in plain], tuple(map(_digest, plain))


def used(factor: SecondFactor, sealer: Sealer, code: str, now: datetime) -> SecondFactor | None:
    """Return the second factor after this code was used, None when the code is wrong or was used before."""
    plain = code.replace("-", "").replace(" ", "").lower()
    if len(plain) == 6 and plain.isascii() and plain.isdigit():
        secret = sealer.open(factor.sealed)
        step = None if secret is None else _step_of(secret.decode(), plain, now, after=factor.last_step)
        return None if step is None else replace(factor, last_step=step)
    digest = _digest(plain)
    kept = tuple(item for item in factor.recovery if not hmac.compare_digest(item, digest))
    return None if len(kept) == len(factor.recovery) or not factor.confirmed else replace(factor, recovery=kept)


def _step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    generator, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    found = None
    for step in range(present - _WINDOW, present + _WINDOW + 1):
        if hmac.compare_digest(generator.at(step * STEP_S), code) and step > after:
            found = step
    return found


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
