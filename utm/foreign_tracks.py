"""Foreign tracks: aircraft that our vehicles' receivers hear: ADS-B (ADSB_VEHICLE) and remote identification.

Each aircraft heard is a track of its own with its source, however many of our vehicles hear it:

    adsb        an ADS-B transponder by its 24-bit address; taken for manned, unless it says it is unmanned ("uav_adsb")
    remote_id   a drone's broadcast by the address of its transmitter

Echoes of our own are left out: what a vehicle broadcasts about itself, a broadcast under the registration of an aircraft
that our links have right there, and the transponders whose addresses are set (`Registry.ignore_icao`). A broadcast is
not signed: it never becomes the track of a registered aircraft, so nobody can land or move one with it.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import numpy as np

from mavlink_bridge import events as ev
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, PositionReport

SURELY_ABOVE_M: Final = 1_000.0
"""A pressure altitude is AMSL only for the standard pressure at sea level: off by up to 230 m between 985 and 1,040 hPa.
From here on that does not matter; below, the height counts as unknown, and separation takes it for too near."""
IDENTITIES_KEPT: Final = 20_000
OLDEST_S: Final = 30.0
_UNMANNED_EMITTER: Final = 14
_HOUR_S: Final = 3600.0
_SELF: Final = ""


class ForeignTracks:
    """Turns what receivers heard into reports; remembers who broadcasts under which address.

    `flies_at(registration, lat_deg, lon_deg)` tells whether our links have that aircraft right there.
    """

    def __init__(self, flies_at: Callable[[str, float, float], bool], counters: dict[str, int]) -> None:
        self._flies_at = flies_at
        self._names: OrderedDict[str, str] = OrderedDict()
        self.counters = counters
        self.counters.update(foreign_too_old=0, foreign_own_echo=0)

    def heard_name(self, event: ev.RemoteIdBasic) -> None:
        """Remember which serial number or registration a transmitter broadcasts."""
        if event.id_or_mac == _SELF or not event.uas_id:
            return
        self._names[event.id_or_mac] = event.uas_id
        self._names.move_to_end(event.id_or_mac)
        while len(self._names) > IDENTITIES_KEPT:
            self._names.popitem(last=False)

    def of_adsb(self, event: ev.AdsbVehicle) -> PositionReport | None:
        """Return the report of a transponder, None when it is too old to say where the aircraft is."""
        if event.age_s > OLDEST_S:
            self.counters["foreign_too_old"] += 1
            return None
        altitude_m = np.nan if event.altitude_m is None else event.altitude_m
        hae_m = np.nan if event.altitude_is_pressure else altitude_m
        amsl_m = altitude_m if event.altitude_is_pressure and altitude_m >= SURELY_ABOVE_M else np.nan
        received_s = event.received_at - UNIX_OF_SCENE_ZERO_S
        values = (
            event.lat_deg,
            event.lon_deg,
            hae_m,
            amsl_m,
            np.nan,
            *_known(event.vel_east_mps, event.vel_north_mps, event.vel_up_mps, event.heading_deg),
            received_s - event.age_s,
        )
        source = "uav_adsb" if event.emitter_type == _UNMANNED_EMITTER else "adsb"
        return PositionReport(f"adsb-{event.icao_address:06x}", None, values, source)

    def of_remote_id(self, event: ev.RemoteIdLocation) -> PositionReport | None:
        """Return the report of a broadcast, None for the vehicle's own and for one without a position."""
        if event.id_or_mac == _SELF:
            self.counters["foreign_own_echo"] += 1
            return None
        if event.lat_deg is None or event.lon_deg is None:
            return None
        name = self._names.get(event.id_or_mac)
        if name is not None and self._flies_at(name, event.lat_deg, event.lon_deg):
            self.counters["foreign_own_echo"] += 1
            return None
        received_s = event.received_at - UNIX_OF_SCENE_ZERO_S
        observed_s = received_s if event.hour_s is None else _in_hour(event.received_at, event.hour_s, received_s)
        if received_s - observed_s > OLDEST_S:
            self.counters["foreign_too_old"] += 1
            return None
        east = north = None
        if event.speed_mps is not None and event.direction_deg is not None:
            course = np.radians(event.direction_deg)
            east, north = event.speed_mps * float(np.sin(course)), event.speed_mps * float(np.cos(course))
        values = (
            event.lat_deg,
            event.lon_deg,
            np.nan if event.alt_hae_m is None else event.alt_hae_m,
            np.nan,
            np.nan,
            *_known(east, north, event.vel_up_mps, event.direction_deg),
            observed_s,
        )
        landed = {1: True, 2: False}.get(event.status)
        return PositionReport(f"rid-{event.id_or_mac.rstrip('0')}", None, values, "remote_id", landed)


def _known(*values: float | None) -> tuple[float, ...]:
    return tuple(np.nan if value is None else value for value in values)


def _in_hour(received_at: float, hour_s: float, received_s: float) -> float:
    """Return the instant nearest to the arrival that lies `hour_s` after a full hour UTC, never after the arrival."""
    late_s = (received_at - hour_s) % _HOUR_S
    # A second ahead is a clock that is a little fast, an hour late one that is just behind the full hour.
    return received_s if late_s > _HOUR_S - 5.0 else received_s - late_s
