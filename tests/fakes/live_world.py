"""A picture, telemetry and live hub over a flat city, with a clock set by hand, for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
from fastapi import FastAPI

from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid
from airspace.frame import LocalFrame
from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.picture import Picture
from airspace.timebase import to_scene_s
from airspace.tracks import PictureLimits
from mavlink_bridge import events as ev
from utm.binding import AircraftRecord
from utm.live import LiveHub, LiveLimits
from utm.problems import Problem, install_problems
from utm.security.authorise import scopes_of
from utm.security.principal import Principal, Role
from utm.telemetry import Telemetry

LAT, LON = 22.55, 114.05
START_AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
FRAME = LocalFrame("EPSG:4547")
ALTITUDES = AltitudeModel(
    GeoidGrid(np.array([22.0, 23.0]), np.array([113.0, 115.0]), np.full((2, 2), -3.0)), FlatTerrain(10.0, "flat")
)


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = START_AT) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.at.timestamp()

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class ListDirectory:
    """Registered aircraft in a list (`utm.binding.AircraftDirectory`)."""

    def __init__(self, *records: AircraftRecord) -> None:
        self.version = 1
        self._records = list(records)

    def put(self, record: AircraftRecord) -> None:
        self.remove(record.aircraft_id)
        self._records.append(record)
        self.version += 1

    def remove(self, aircraft_id: str) -> None:
        self._records = [record for record in self._records if record.aircraft_id != aircraft_id]
        self.version += 1

    def aircraft(self, aircraft_id: str) -> AircraftRecord | None:
        return next((record for record in self._records if record.aircraft_id == aircraft_id), None)

    def by_credential(self, credential: str) -> AircraftRecord | None:
        return next((record for record in self._records if record.credential == credential), None)

    def by_endpoint(self, endpoint: str, system_id: int) -> AircraftRecord | None:
        wanted = (endpoint, system_id)
        return next((record for record in self._records if (record.endpoint, record.system_id) == wanted), None)

    def by_system_id(self, system_id: int) -> Sequence[AircraftRecord]:
        return [r for r in self._records if r.system_id == system_id and r.endpoint is None and r.credential is None]


def record(name: str, system_id: int | None = None, *, firm: str = "org_a", **more: Any) -> AircraftRecord:
    """Return the registration of aircraft ac_<name>."""
    return AircraftRecord(f"ac_{name}", f"UAS{name:>8}".replace(" ", "0"), firm, f"Firm {firm}", system_id, **more)


def principal(role: Role, organisation: str = "org_centre") -> Principal:
    """Return a caller with every scope its role can have."""
    return Principal(f"cl_{role}_{organisation}", role, organisation, role, scopes=scopes_of(role))


class World:
    """Everything the feed needs; `tick` moves the clock and runs one tick."""

    def __init__(
        self,
        *records: AircraftRecord,
        clock: Any = None,
        limits: LiveLimits | None = None,
        picture: PictureLimits | None = None,
    ) -> None:
        self.clock = clock or HandClock()
        self.directory = ListDirectory(*records)
        self.picture = Picture(FRAME, ALTITUDES, picture, capacity=4)
        self._names = 0
        self.telemetry = Telemetry(self.picture, self.directory, ids=self._name)
        self.hub = LiveHub(self.telemetry, self.clock, limits=limits)

    def _name(self) -> str:
        self._names += 1
        return f"trk_{self._names}"

    @property
    def now_s(self) -> float:
        return to_scene_s(self.clock.now())

    @property
    def unix_s(self) -> float:
        return float(self.clock.now().timestamp())

    def tick(self, seconds: float = 0.25) -> None:
        self.clock.move(seconds)
        self.hub.tick()

    def heartbeat(self, key: ev.VehicleKey, *, armed: bool = True, mode: str | None = "mission") -> None:
        self.telemetry.on_events([ev.Heartbeat(key, self.unix_s, armed, 0, 0, mode, 4, 12, 2, 1)])

    def landed(self, key: ev.VehicleKey, state: str | None) -> None:
        self.telemetry.on_events([ev.LandedState(key, self.unix_s, state, None)])

    def position(self, key: ev.VehicleKey, lat: float = LAT, lon: float = LON, **more: Any) -> None:
        self.telemetry.on_events([position(key, self.unix_s, lat, lon, **more)])

    def states(self) -> dict[str, int]:
        """Return the state of each track shown, by track id."""
        return {self.picture.track_ids[row]: int(self.picture.state[row]) for row in self.picture.snapshot()}


def vehicle(port: int, system_id: int = 1) -> ev.VehicleKey:
    """Return the key of an unsigned vehicle on a UDP port."""
    return ev.VehicleKey(f"udp:127.0.0.1:{port}", system_id)


def position(key: ev.VehicleKey, unix_s: float, lat: float = LAT, lon: float = LON, **more: Any) -> ev.Position:
    """Return a position 60 m above the sea, climbing nowhere."""
    values: dict[str, Any] = {
        "alt_amsl_m": 60.0,
        "alt_hae_m": None,
        "alt_home_m": 50.0,
        "vel_north_mps": 3.0,
        "vel_east_mps": 4.0,
        "vel_up_mps": 0.0,
        "heading_deg": 53.1,
        "time_boot_ms": None,
        "source": "global_position_int",
    } | more
    return ev.Position(key, unix_s, lat, lon, **values)


def hover(now_s: float, *, lat: float = LAT, lon: float = LON, alt_hae_m: float = 57.0) -> Trajectory4D:
    """Return a plan that hovers from a minute ago for an hour."""
    x, y = FRAME.to_xy(lat, lon)
    row = [x[0], y[0], alt_hae_m, now_s - 60, x[0], y[0], alt_hae_m, now_s + 3600]
    return Trajectory4D(np.array([row]), np.zeros(1, np.int32))


TOLERANCE = Tolerance()


class TokenIdentity:
    """An identity service whose tokens are `<role>.<organisation>`."""

    def __init__(self) -> None:
        verdict = SimpleNamespace(headers={}, raise_if_refused=lambda: None)
        self.take_request = lambda _principal: verdict

    def certificate_of(self, _connection: Any) -> str | None:
        return None

    def principal_of_token(self, token: str, *, certificate: str | None = None) -> Principal:
        role, _, organisation = token.partition(".")
        if role not in ("operator", "dispatcher", "regulator", "supplier", "admin"):
            raise Problem("invalid_token")
        return principal(role, organisation)  # type: ignore[arg-type]

    def principal_of_session(self, cookie: str) -> Principal:
        return self.principal_of_token(cookie)

    def own_origins(self, _headers: Any) -> set[str]:
        return {"http://console.test:80"}

    def check_csrf(self, _cookie: str, _token: str | None) -> None:
        return


def application(world: World) -> FastAPI:
    """Return an application with the live and track routes over a world."""
    from utm.api import live, tracks

    app = FastAPI()
    install_problems(app)
    app.include_router(live.router)
    app.include_router(tracks.router)
    app.state.services = SimpleNamespace(
        identity=TokenIdentity(),
        hub=world.hub,
        telemetry=world.telemetry,
        picture=world.picture,
        clock=world.clock,
    )
    return app
