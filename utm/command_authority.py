"""Who may command which vehicle, as a table, and the second step that grave orders need.

    who         | whose vehicle | in which circumstances                            | what
    ------------+---------------+---------------------------------------------------+---------------------------------
    operator    | its own       | always                                            | every command
    operator    | another's     | -                                                 | nothing: 404, it may not know it
    dispatcher  | any firm's    | its flight is contingent or nonconforming; an     | hold, resume, rtl, land,
                |               | open alert of conflict or zone names it; it flies | land_at_site, reroute,
                |               | without a plan                                    | upload_geofence,
                |               |                                                   | set_message_rates
    dispatcher  | any firm's    | none of these: with a written reason              | the same
    the service | any firm's    | a contingency or a zone action names it           | hold, resume, rtl, land,
                |               |                                                   | land_at_site, reroute
    others      | any           | -                                                 | nothing: 403

upload_plan is the firm's alone: which mission lies on a vehicle before a flight is its own affair. Landing, and any order
to several vehicles, is asked twice: the first call answers 409 `confirmation_required` with what it would do and a token;
the second brings the token within two minutes. A token is bound to who asks and to exactly what was asked, and holds once.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from utm.command_values import COMMAND_TYPES, Circumstance, CommandRequest
from utm.problems import Problem
from utm.security import Principal

CONFIRM_WITHIN_S: Final = 120.0
CENTRE_TYPES: Final = frozenset(COMMAND_TYPES) - {"upload_plan"}
SERVICE_TYPES: Final = frozenset({"hold", "resume", "rtl", "land", "land_at_site", "reroute"})
ALERTS_THAT_CALL: Final = frozenset(
    {
        "loss_of_separation",
        "zone_infringement",
        "nonconforming",
        "contingency",
        "low_battery",
        "gnss_jump",
        "pad_unavailable",
    }
)
"""Alerts about a vehicle whose recommended action is an order to it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What bears on who may command a vehicle now."""

    organisation_id: str
    plan_id: str | None
    plan_state: str | None
    airborne: bool | None
    alert_id: str | None
    """An open alert of `ALERTS_THAT_CALL` about it."""


def circumstance_of(
    principal: Principal, standing: Standing, request: CommandRequest, reason: str | None
) -> Circumstance:
    """Return why the caller may give this order; raises Problem 403 or 409 when it may not.

    Whether the caller may know the vehicle at all has been asked before.
    """
    if principal.organisation_id == standing.organisation_id and principal.role == "operator":
        return Circumstance("own_fleet", standing.plan_id, reason)
    if principal.role != "dispatcher":
        raise Problem("forbidden")
    if request.type not in CENTRE_TYPES:
        raise Problem(
            "forbidden",
            f"'{request.type}' is the firm's own; ask it, or file and reroute.",
            f"“{request.type}”仅限运营人自行执行；请联系运营人，或改用 reroute。",
        )
    if standing.plan_state == "contingent":
        return Circumstance("contingency", standing.plan_id, reason)
    if standing.plan_state == "nonconforming":
        return Circumstance("nonconforming", standing.plan_id, reason)
    if standing.alert_id is not None:
        return Circumstance("alert", standing.alert_id, reason)
    if standing.plan_id is None and standing.airborne:
        return Circumstance("unplanned", None, reason)
    if reason is not None:
        return Circumstance("reason", None, reason)
    raise Problem("command_reason_required")


def check_service(circumstance: Circumstance, request: CommandRequest) -> None:
    """Raise ValueError for an order that the service itself may not give."""
    if request.type not in SERVICE_TYPES or circumstance.kind not in {"contingency", "zone_action", "nonconforming"}:
        raise ValueError(f"the service may not give {request.type!r} because of {circumstance.kind!r}")


class Confirmations:
    """Makes and checks the tokens of the second step; stateless, so that any server can check what another made."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.blake2b(b"command confirmations", key=secret[:64]).digest()

    def token(self, principal: Principal, requests: Sequence[CommandRequest], now_s: float) -> str:
        """Return the token for exactly this order of this caller, counted from now."""
        issued = int(now_s).to_bytes(6, "big")
        return _text(issued + self._mac(principal, requests, issued))

    def check(self, token: str, principal: Principal, requests: Sequence[CommandRequest], now_s: float) -> str:
        """Return the name under which the token is used up; raises Problem 409 for one that does not fit or is old."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raw = b""
        issued = raw[:6]
        fits = hmac.compare_digest(raw[6:], self._mac(principal, requests, issued)) if len(raw) > 6 else False
        if not fits or not -5.0 <= now_s - int.from_bytes(issued, "big") <= CONFIRM_WITHIN_S:
            raise Problem("confirmation_invalid")
        return hashlib.blake2b(raw, digest_size=16).hexdigest()

    def _mac(self, principal: Principal, requests: Sequence[CommandRequest], issued: bytes) -> bytes:
        asked: list[Any] = [
            principal.subject,
            principal.organisation_id,
            [[request.aircraft_id, request.type, dict(request.params)] for request in requests],
        ]
        text = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
        return hmac.new(self._secret, issued + text, hashlib.sha256).digest()[:20]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
