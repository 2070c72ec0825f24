"""What is reported of a flying aircraft: the fields of MH/T 4053-2022, and the envelope they travel in; no I/O.

Names, scales and defaults are those of the standard as far as they are known to us; the meaning of the four values of
`heightAltitype` and the signature are agreed with the receiving platform, and so are settings.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from utm.live_schema import TrackItem

UNKNOWN: Final = -999.0
NO_AIRCRAFT: Final = "UAS-DEFAULT"
WGS84: Final = 1
VERSION: Final = "1.0"
TAKE_OFF, IN_FLIGHT, LANDED = "TakeOff", "Inflight", "Land"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose dynamics they are: the plan, the maker and the model; registration None when it is not registered."""

    plan_id: str | None
    manufacturer: str | None
    model: str | None


def dynamics(item: TrackItem, about: Subject, status: str, height_type: int) -> dict[str, Any]:
    """Return one record; numbers are scaled as the standard has it (degrees x 1e7, others x 10), unknown is -999.0.

    height: true height above ground; altitude: above mean sea level, both metres x 10. course: where it goes.
    """
    east, north = item.vel_east_mps, item.vel_north_mps
    ground_mps = None if east is None or north is None else (east * east + north * north) ** 0.5
    return {
        "orderID": about.plan_id or item.track_id,
        "flightStatus": status,
        "manufacturerID": (about.manufacturer or "")[:18],
        "uasID": item.registration or NO_AIRCRAFT,
        "timeStamp": item.observed_at.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f")[:-3],
        "uasModel": (about.model or "")[:50],
        "coordinate": WGS84,
        "longitude": round(item.lon_deg * 1e7),
        "latitude": round(item.lat_deg * 1e7),
        "heightAltitype": height_type,
        "height": _tenths(item.alt_agl_m),
        "altitude": _tenths(item.alt_amsl_m),
        "VS": _tenths(item.vel_up_mps),
        "GS": _tenths(ground_mps),
        "course": UNKNOWN if not ground_mps or east is None or north is None else _course(east, north),
    }


def _tenths(value: float | None) -> float | int:
    return UNKNOWN if value is None else round(value * 10)


def _course(east_mps: float, north_mps: float) -> int:
    return round(math.degrees(math.atan2(east_mps, north_mps)) % 360.0 * 10) % 3600


def envelope(records: list[dict[str, Any]], app_id: str, key: bytes, at: datetime) -> bytes:
    """Return the request body: the envelope of the standard around the records, signed with HMAC-SHA256 over the rest.

    The signature covers the members in alphabetical order as `name=value&...`, without `sign`.
    """
    content = orjson.dumps(records).decode()
    members = {
        "appId": app_id,
        "bizContent": content,
        "charset": "UTF-8",
        "format": "JSON",
        "signType": "HMAC-SHA256",
        "timestamp": at.astimezone(UTC).strftime("%Y%m%d%H%M%S"),
        "version": VERSION,
    }
    text = "&".join(f"{name}={members[name]}" for name in sorted(members))
    return orjson.dumps({**members, "sign": hmac.new(key, text.encode(), hashlib.sha256).hexdigest()})
