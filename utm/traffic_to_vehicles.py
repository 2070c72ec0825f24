"""Traffic told to vehicles with ADSB_VEHICLE: manned and non-cooperative aircraft only, and off unless switched on.

A real autopilot that hears of traffic near it turns home at once. Were vehicles told of each other, one that turns home
would be traffic to the next, and that one to a third. So nobody we can command is ever told of: not what speaks on our
links, not what is registered, not the image of such an aircraft that a supplier's radar or receiver reports. An image is
known by its place: a track counts as foreign only after it was seen well away from every vehicle of ours, and keeps that.
What a vehicle hears of us it repeats on its link; those echoes are dropped by their address (`Registry.ignore_icao`).

    track                                              | told
    ---------------------------------------------------+------------------------------------------------
    of a registered aircraft, or on a MAVLink link     | never
    of nobody known, manned or not, seen apart from    | to vehicles within 2 km and 300 m
    ours on 2 ticks                                    |
    anything else, silent, without height, on ground   | never
"""

import hashlib
from collections.abc import Callable
from typing import Final

import numpy as np

from airspace.frame import LocalFrame
from airspace.picture import Picture
from mavlink_bridge.bridge import Bridge
from mavlink_bridge.outgoing import ADSB_VEHICLE, Outgoing
from utm.telemetry import Telemetry

NEAR_M: Final = 2_000.0
NEAR_HEIGHT_M: Final = 300.0
APART_M: Final = 150.0
"""A track this near to a vehicle of ours may be its image: radar error, delay and speed together (ours)."""
APART_TICKS: Final = 2
FRESH_S: Final = 5.0
ICAO_FROM: Final = 0xF00000
"""Addresses from here on are given to no state (ICAO Annex 10, vol. III, table 9-1)."""
COORDS, ALTITUDE, HEADING, VELOCITY, CALLSIGN, CLIMB = 1, 2, 4, 8, 16, 128
_GEOMETRIC: Final = 1


class TrafficToVehicles:
    """Tells vehicles in the air of threats near them; call `tick` once a second when it is switched on."""

    def __init__(
        self,
        *,
        telemetry: Telemetry,
        bridge: Bridge,
        frame: LocalFrame,
        amsl_m: Callable[[float, float, float], float | None],
    ) -> None:
        """`amsl_m(lat_deg, lon_deg, alt_hae_m)` is the height above the geoid, which autopilots compare with their own;
        None where that is not known."""
        self._telemetry, self._bridge, self._frame, self._amsl_m = telemetry, bridge, frame, amsl_m
        self._apart: dict[str, int] = {}
        self.counters = {"traffic_sent": 0, "traffic_images_withheld": 0}

    def tick(self, now_s: float) -> list[tuple[str, str]]:
        """Send what is due; returns the pairs (track told of, aircraft told)."""
        picture = self._telemetry.picture
        rows = np.flatnonzero(picture.alive)
        fresh = rows[(now_s - picture.received_s[rows] < FRESH_S) & np.isfinite(picture.alt_hae_m[rows])]
        flying = fresh[picture.landed[fresh] != 1]
        own = [row for row in flying.tolist() if self._is_ours(picture, row)]
        known = set(own)
        threats = [row for row in flying.tolist() if row not in known]
        self._forget({picture.track_ids[row] for row in threats})
        if not threats or not own:
            return []
        x_own, y_own = self._frame.to_xy(picture.lat_deg[own], picture.lon_deg[own])
        told: list[tuple[str, str]] = []
        for row in threats:
            x, y = self._frame.to_xy(picture.lat_deg[row], picture.lon_deg[row])
            away_m = np.hypot(x_own - x[0], y_own - y[0])
            above_m = np.abs(picture.alt_hae_m[own] - picture.alt_hae_m[row])
            if not self._is_foreign(picture.track_ids[row], float(away_m.min())):
                continue
            message = self._message(picture, row, now_s)
            if message is None:
                continue
            for k in np.flatnonzero((away_m < NEAR_M) & (above_m < NEAR_HEIGHT_M)).tolist():
                aircraft_id = picture.aircraft_ids[own[k]]
                vehicle = None if aircraft_id is None else self._telemetry.vehicle_of(aircraft_id)
                if aircraft_id is not None and vehicle is not None:
                    self._bridge.send(vehicle, message)
                    self.counters["traffic_sent"] += 1
                    told.append((picture.track_ids[row], aircraft_id))
        return told

    def _is_ours(self, picture: Picture, row: int) -> bool:
        """Tell whether a track is of an aircraft somebody known answers for, so that it is never told of."""
        if picture.aircraft_ids[row] is not None:
            return True
        try:
            return self._telemetry.identity(row).source == "mavlink"
        except KeyError:
            return True

    def _is_foreign(self, track_id: str, nearest_m: float) -> bool:
        """Tell whether a track was seen apart from every vehicle of ours often enough to be no image of one."""
        ticks = self._apart.get(track_id, 0)
        if ticks >= APART_TICKS:
            return True
        if nearest_m < APART_M:
            self.counters["traffic_images_withheld"] += 1
            self._apart[track_id] = 0
            return False
        self._apart[track_id] = ticks + 1
        return ticks + 1 >= APART_TICKS

    def _forget(self, present: set[str]) -> None:
        for track_id in [known for known in self._apart if known not in present]:
            del self._apart[track_id]

    def _message(self, picture: Picture, row: int, now_s: float) -> Outgoing | None:
        track_id = picture.track_ids[row]
        lat_deg, lon_deg = float(picture.lat_deg[row]), float(picture.lon_deg[row])
        amsl_m = self._amsl_m(lat_deg, lon_deg, float(picture.alt_hae_m[row]))
        if amsl_m is None:
            return None
        address = icao_of(track_id)
        registry = self._bridge.registry
        if address not in registry.ignore_icao:
            registry.ignore_icao = registry.ignore_icao | {address}
        east, north, up = (
            float(column[row]) for column in (picture.vel_east_mps, picture.vel_north_mps, picture.vel_up_mps)
        )
        flags, fields = COORDS | ALTITUDE | CALLSIGN, {}
        if np.isfinite(east) and np.isfinite(north):
            flags |= HEADING | VELOCITY
            fields["heading"] = round(np.degrees(np.arctan2(east, north)) % 360.0 * 100) % 36_000
            fields["hor_velocity"] = min(round(float(np.hypot(east, north)) * 100), 65_535)
        if np.isfinite(up):
            flags |= CLIMB
            fields["ver_velocity"] = max(-32_768, min(32_767, round(up * 100)))
        return Outgoing(
            ADSB_VEHICLE,
            {
                "ICAO_address": address,
                "lat": round(lat_deg * 1e7),
                "lon": round(lon_deg * 1e7),
                "altitude_type": _GEOMETRIC,
                "altitude": round(amsl_m * 1000),
                "callsign": track_id[-8:].upper().encode("ascii", "replace"),
                "emitter_type": 0,
                "tslc": min(255, max(0, round(now_s - float(picture.received_s[row])))),
                "flags": flags,
                **fields,
            },
        )


def icao_of(track_id: str) -> int:
    """Return the address a track goes by on our links: its own for good, and nobody else's transponder."""
    digest = hashlib.blake2b(track_id.encode(), digest_size=3).digest()
    return ICAO_FROM | int.from_bytes(digest, "big") & 0x0FFFFF
