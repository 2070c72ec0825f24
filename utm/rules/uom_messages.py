"""Messages to the outside authority, shaped like the UOM-USS draft of 2026: what is sent, how it is sealed, what comes back.

From the draft: POST of JSON, SM3 digest and SM4, times as `yyyy-MM-dd HH:mm:ss`, WGS-84 degrees, `orderId` = provider
code, date and eight characters, `planType`, `taskType`, `involvedSpecialPlan` (five digits, one for
each item of Article 31(2)), `spcShape`, `auditSts`, `takeoffAuditSts`, one `remark` for each item of Article 27, and the
answer codes. Ours, for want of the draft's text: the paths, the names of the other fields (docs/rules.md lists them), that
times are Beijing's, that nothing separates the parts of an `orderId`, that SM4 runs as CBC with its initial vector in
front, and that the digest is taken over the sealed bytes followed by the key.
"""

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from airspace.coordinates import wgs84_from
from airspace.rules.book import TRIGGERS
from airspace.rules.verdict import EMERGENCY

BEIJING: Final = timezone(timedelta(hours=8))
APPLY: Final = "/uss/flight-plan/apply"
QUERY: Final = "/uss/flight-plan/query"
READY: Final = "/uss/flight-plan/takeoff-apply"
WITHDRAW: Final = "/uss/flight-plan/cancel"
HEARTBEAT: Final = "/uss/heartbeat"
GENERAL, URGENT, SPECIAL = 11, 12, 13
CARGO: Final = 140
FIELDS: Final = frozenset(
    {"orderId", "planType", "taskType", "taskName", "involvedSpecialPlan", "operator", "planStartTime", "planEndTime"}
    | {"spcShape", "coordinates", "width", "radius", "shapes", "minHeight", "maxHeight", "readyTime", "provider"}
    | {"auditSts", "takeoffAuditSts", "auditRemark", "appId", "timestamp", "digest", "data", "code", "msg"}
    | {f"remark{number}" for number in range(1, 14)}
)
"""Every field of the messages, by our names."""
PATHS: Final = frozenset({APPLY, QUERY, READY, WITHDRAW, HEARTBEAT})
_BLOCK_BITS: Final = 128
_ORDER: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class UomError(ValueError):
    """An answer that is none, or whose seal does not hold."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What the authority says of an application: `approved`, `refused`, `pending`; of the take-off likewise or None."""

    application: str
    takeoff: str | None
    remark: str | None


class Names:
    """What the other side calls the paths and fields that stand here: ours to theirs; what is not named stays."""

    def __init__(self, theirs: Mapping[str, str] | None = None) -> None:
        """Raise ValueError for a name that is none of ours, or where two would become one."""
        self._theirs = dict(theirs or {})
        unknown = sorted(set(self._theirs) - FIELDS - PATHS)
        if unknown:
            raise ValueError(f"not names of the interface: {', '.join(unknown)}")
        fields = [self._theirs.get(name, name) for name in FIELDS]
        if len(set(fields)) < len(fields):
            raise ValueError("two fields would have one name")
        self._ours = {their: our for our, their in self._theirs.items()}

    def path(self, ours: str) -> str:
        """Return the path of a request, with its slash."""
        return "/" + self._theirs.get(ours, ours).lstrip("/")

    def out(self, content: Any) -> Any:
        """Return content with their names, at every depth."""
        return _renamed(content, self._theirs)

    def back(self, content: Any) -> Any:
        """Return content with our names."""
        return _renamed(content, self._ours)


def _renamed(content: Any, names: Mapping[str, str]) -> Any:
    if isinstance(content, Mapping):
        return {names.get(name, name): _renamed(value, names) for name, value in content.items()}
    if isinstance(content, list):
        return [_renamed(item, names) for item in content]
    return content


def order_id(provider: str, at: datetime) -> str:
    """Return a new order id: provider code, Beijing date, eight random characters."""
    tail = "".join(secrets.choice(_ORDER) for _ in range(8))
    return f"{provider}{at.astimezone(BEIJING):%Y%m%d}{tail}"


def time_text(at: datetime) -> str:
    """Return an instant as the draft writes it, in Beijing time."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def special_digits(triggers: Sequence[str]) -> str:
    """Return the five digits of the items of Article 31(2), in its order."""
    return "".join("1" if name in triggers else "0" for name in TRIGGERS)


def application(
    *,
    order: str,
    plan: Mapping[str, Any],
    triggers: Sequence[str],
    form: Sequence[Mapping[str, Any]],
    starts_at: datetime,
    ends_at: datetime,
    half_width_m: float,
    heights_agl_m: tuple[float, float],
    firm: str,
) -> dict[str, Any]:
    """Return the application for a plan; `form` are the thirteen items of Article 27 (`utm.article27.form`)."""
    operation = plan["operation_type"]
    kind = SPECIAL if plan.get("urgency") == "special" else URGENT if operation in EMERGENCY else GENERAL
    low_m, high_m = heights_agl_m
    return {
        "orderId": order,
        "planType": kind,
        "taskType": CARGO if operation == "logistics" else None,
        "taskName": operation,
        "involvedSpecialPlan": special_digits(triggers),
        "operator": firm,
        "planStartTime": time_text(starts_at),
        "planEndTime": time_text(ends_at),
        **_space(plan["route"], half_width_m),
        "minHeight": round(low_m, 1),
        "maxHeight": round(high_m, 1),
        **{f"remark{item['item']}": _words(item["value"]) for item in form},
    }


def _space(route: Mapping[str, Any], half_width_m: float) -> dict[str, Any]:
    """Return the airspace in WGS-84: a buffered line for a trajectory, else a shape for each volume (1 polygon, 2 circle)."""
    if route["type"] == "trajectory":
        points = route["waypoints"]
        lat, lon = wgs84_from(
            route.get("crs", "WGS84"), [item["lat_deg"] for item in points], [item["lon_deg"] for item in points]
        )
        line = [[round(float(x), 7), round(float(y), 7)] for x, y in zip(lon, lat, strict=True)]
        return {"spcShape": 3, "coordinates": line, "width": round(2 * half_width_m, 1)}
    shapes = []
    for item in route["volumes"]:
        volume = item["volume"]
        circle = volume.get("outline_circle")
        if circle is not None:
            centre = circle["center"]
            shape = {
                "spcShape": 2,
                "coordinates": [[centre["lng"], centre["lat"]]],
                "radius": circle["radius"]["value"],
            }
        else:
            ring = [[vertex["lng"], vertex["lat"]] for vertex in volume["outline_polygon"]["vertices"]]
            shape = {"spcShape": 1, "coordinates": ring}
        shapes.append(shape)
    return {"spcShape": shapes[0]["spcShape"], "shapes": shapes}


def _words(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


# -- seal --------------------------------------------------------------------------------------------------------------


def sm3_hex(data: bytes) -> str:
    """Return the SM3 digest (GB/T 32905) as hexadecimal."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def seal(content: Mapping[str, Any], *, app_id: str, key: bytes, at: datetime, names: Names | None = None) -> bytes:
    """Return the request body: content under SM4 with the 16-byte key, and its digest."""
    vector = secrets.token_bytes(16)
    padder = padding.PKCS7(_BLOCK_BITS).padder()
    known = names or Names()
    plain = padder.update(orjson.dumps(known.out(content))) + padder.finalize()
    encryptor = Cipher(algorithms.SM4(key), modes.CBC(vector)).encryptor()
    sealed = vector + encryptor.update(plain) + encryptor.finalize()
    data = base64.b64encode(sealed).decode()
    envelope = {"appId": app_id, "timestamp": time_text(at), "digest": sm3_hex(sealed + key), "data": data}
    return orjson.dumps(known.out(envelope))


def unseal(body: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """Return the content of a sealed message; raises UomError when the seal does not hold."""
    try:
        sealed = base64.b64decode(body["data"], validate=True)
        if not hmac.compare_digest(sm3_hex(sealed + key), str(body["digest"])):
            raise UomError("the digest does not fit")
        decryptor = Cipher(algorithms.SM4(key), modes.CBC(sealed[:16])).decryptor()
        unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
        plain = unpadder.update(decryptor.update(sealed[16:]) + decryptor.finalize()) + unpadder.finalize()
        content = orjson.loads(plain)
    except (KeyError, TypeError, ValueError) as error:
        raise UomError(f"the message cannot be opened: {error}") from error
    if not isinstance(content, dict):
        raise UomError("the content is no object")
    return content


_AUDIT: Final = {1: "approved", 2: "refused", 3: "pending", 4: "refused"}


def audit_of(content: Mapping[str, Any]) -> Audit:
    """Return what an answer to a query says; raises UomError for states that are none."""
    application_state = _AUDIT.get(content.get("auditSts", 3))
    takeoff = content.get("takeoffAuditSts", 0)
    if application_state is None or takeoff not in (0, 1, 2, 3):
        raise UomError("auditSts is 1 to 4, takeoffAuditSts 0 to 3")
    remark = content.get("auditRemark")
    if content.get("auditSts") == 4 and not remark:
        remark = "not accepted"
    said = None if takeoff == 0 else _AUDIT[takeoff]
    return Audit(application_state, said, None if remark is None else str(remark)[:2_000])
