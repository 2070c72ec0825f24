"""The control API: HTTP on loopback that shows the simulated vehicles and lets faults come to them by hand.

    GET    /vehicles                        what there is, `?airborne=true` for those in the air
    GET    /vehicles/{id}                   one of them
    GET    /faults                          the kinds of fault with their values
    POST   /vehicles/{id}/faults            {"kind", "starts_in_s"?, "lasts_s"?, "values"?} → 201
    DELETE /vehicles/{id}/faults            all of a vehicle's
    DELETE /vehicles/{id}/faults/{fault}    one

It has no accounts: it listens on 127.0.0.1 only, answers only requests that name a loopback host (a web page that had
its name point here could not speak to it), and reads only JSON bodies (which a page may not send unasked).
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sim.fault_kinds import KINDS, FaultValueError
from sim.faults import Fault
from sim.net import Drone, Fleet

MAX_BODY: Final = 16_384
MAX_FAULTS: Final = 32
"""On one vehicle."""
_BODY_FIELDS: Final = frozenset({"kind", "starts_in_s", "lasts_s", "values"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_LONGEST_S: Final = 7 * 86400.0
Tell = Callable[[str, dict[str, Any]], None]


class Control:
    """The fleets that can be controlled, and what is done to them."""

    def __init__(self) -> None:
        self._fleets: list[Fleet] = []

    def join(self, fleet: Fleet) -> None:
        """Let a fleet be seen and controlled."""
        self._fleets.append(fleet)

    def find(self, name: str) -> tuple[Fleet, Drone] | None:
        """Return a vehicle and its fleet."""
        for fleet in self._fleets:
            drone = fleet.find(name)
            if drone is not None:
                return fleet, drone
        return None

    def vehicles(self, *, airborne: bool | None = None) -> list[dict[str, Any]]:
        """Return what there is to see of every vehicle."""
        return [
            vehicle_document(drone, fleet.clock())
            for fleet in self._fleets
            for drone in fleet.drones
            if airborne is None or (not drone.autopilot.vehicle.on_ground) is airborne
        ]


def vehicle_document(drone: Drone, now_s: float) -> dict[str, Any]:
    """Return a vehicle as JSON values: the truth of it, not what it reports."""
    ap = drone.autopilot
    v = ap.vehicle
    host, port = drone.endpoint
    return {
        "id": drone.name,
        **drone.labels,
        "system_id": ap.system_id,
        "endpoint": f"{host}:{port}",
        "autopilot": ap.flavour.value,
        "model": v.model,
        "mode": v.mode.value,
        "armed": v.armed,
        "airborne": not v.on_ground,
        "lat_deg": round(v.lat_deg, 7),
        "lon_deg": round(v.lon_deg, 7),
        "alt_hae_m": round(v.alt_hae_m, 2),
        "heading_deg": round(v.heading_deg, 1),
        "airspeed_mps": round(v.airspeed_mps, 2),
        "battery_pct": round(100.0 * v.battery.left_fraction, 1),
        "faults": [fault_document(fault, now_s) for fault in ap.faults.listed()],
    }


def fault_document(fault: Fault, now_s: float) -> dict[str, Any]:
    """Return a fault as JSON values."""
    return {
        "fault_id": fault.fault_id,
        "kind": str(fault.kind),
        "in_force": fault.in_force(now_s),
        "starts_in_s": round(max(0.0, fault.starts_at_s - now_s), 2),
        "ends_in_s": None if fault.ends_at_s is None else round(fault.ends_at_s - now_s, 2),
        "values": dict(fault.values),
    }


def kind_documents() -> list[dict[str, Any]]:
    """Return the kinds of fault as JSON values."""
    return [
        {
            "kind": str(spec.kind),
            "text": spec.text,
            "text_zh": spec.text_zh,
            "values": [
                {
                    "name": v.name,
                    "text": v.text,
                    "text_zh": v.text_zh,
                    "default": v.default,
                    **({"minimum": v.low, "maximum": v.high} if v.is_number else {}),
                    **({"one_of": list(v.words)} if v.words else {}),
                }
                for v in spec.values
            ],
        }
        for spec in KINDS.values()
    ]


def read_fault(body: object, now_s: float) -> Fault:
    """Return the fault a body asks for; raises FaultValueError naming the field at fault."""
    if not isinstance(body, dict):
        raise FaultValueError("", "the body must be a JSON object")
    for name in body:
        if name not in _BODY_FIELDS:
            raise FaultValueError(str(name), f"{name!r} is not known; known are: {', '.join(sorted(_BODY_FIELDS))}")
    kind, values = body.get("kind"), body.get("values") or {}
    if not isinstance(kind, str):
        raise FaultValueError("kind", "kind must be text")
    if not isinstance(values, dict):
        raise FaultValueError("values", "values must be an object")
    starts_in_s = _seconds(body, "starts_in_s") or 0.0
    return Fault.of(kind, starts_at_s=now_s + starts_in_s, lasts_s=_seconds(body, "lasts_s"), values=values)


def _seconds(body: dict[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= _LONGEST_S:
        raise FaultValueError(name, f"{name} must be seconds from 0 to {_LONGEST_S:g}")
    return float(value)


def control_app(control: Control, tell: Tell) -> Starlette:
    """Return the ASGI application; `tell` hears of every fault that comes and goes."""

    def missing(name: str) -> Response:
        return _problem(404, "vehicle_not_found", f"there is no vehicle {name!r}; GET /vehicles lists them")

    async def vehicles(request: Request) -> Response:
        asked = request.query_params.get("airborne")
        if asked not in {None, "true", "false"}:
            return _problem(422, "invalid_parameter", "airborne must be true or false", field="airborne")
        return JSONResponse({"items": control.vehicles(airborne=None if asked is None else asked == "true")})

    async def vehicle(request: Request) -> Response:
        found = control.find(request.path_params["name"])
        if found is None:
            return missing(request.path_params["name"])
        return JSONResponse(vehicle_document(found[1], found[0].clock()))

    async def kinds(request: Request) -> Response:
        return JSONResponse({"items": kind_documents()})

    async def add(request: Request) -> Response:
        name = request.path_params["name"]
        found = control.find(name)
        if found is None:
            return missing(name)
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return _problem(415, "unsupported_media_type", "send Content-Type: application/json")
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > MAX_BODY:
                return _problem(413, "body_too_large", f"the body is larger than {MAX_BODY} bytes")
        fleet, drone = found
        if len(drone.autopilot.faults.listed()) >= MAX_FAULTS:
            return _problem(409, "too_many_faults", f"{name} has {MAX_FAULTS} faults already; delete some")
        try:
            fault = drone.autopilot.faults.add(read_fault(json.loads(data), fleet.clock()))
        except FaultValueError as wrong:
            return _problem(422, "invalid_fault", str(wrong), field=wrong.name)
        except (ValueError, RecursionError):
            return _problem(422, "malformed_json", "the body is no JSON")
        document = fault_document(fault, fleet.clock())
        tell("fault", {"vehicle": name, **document})
        return JSONResponse(document, 201)

    async def remove(request: Request) -> Response:
        name, fault_id = request.path_params["name"], request.path_params.get("fault_id")
        found = control.find(name)
        if found is None:
            return missing(name)
        gone = found[1].autopilot.faults.clear(fault_id)
        if fault_id is not None and not gone:
            return _problem(404, "fault_not_found", f"{name} has no fault {fault_id!r}")
        tell("fault_cleared", {"vehicle": name, "faults": [f.fault_id for f in gone]})
        return JSONResponse({"cleared": [f.fault_id for f in gone]})

    return Starlette(
        routes=[
            Route("/vehicles", vehicles),
            Route("/vehicles/{name}", vehicle),
            Route("/faults", kinds),
            Route("/vehicles/{name}/faults", add, methods=["POST"]),
            Route("/vehicles/{name}/faults", remove, methods=["DELETE"]),
            Route("/vehicles/{name}/faults/{fault_id}", remove, methods=["DELETE"]),
        ],
        middleware=[Middleware(_LoopbackOnly)],
    )


class _LoopbackOnly:
    """Refuses requests that name another host than this machine's loopback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
            name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
            if name not in _LOOPBACK:
                refusal = _problem(421, "not_loopback", "this API answers on the loopback address only")
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _problem(status: int, code: str, detail: str, *, field: str = "") -> JSONResponse:
    body: dict[str, Any] = {"code": code, "detail": detail}
    if field:
        body["errors"] = [{"field": f"/{field}", "detail": detail}]
    return JSONResponse(body, status, media_type="application/problem+json")


class _Server(uvicorn.Server):
    """A server inside another program, which keeps its own signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def listening_socket(port: int) -> socket.socket:
    """Return a socket on loopback; raises OSError that says what to do when the port is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError as taken:
        sock.close()
        raise OSError(f"port {port} for the control API is taken; give another, or 0 for any free one") from taken
    return sock


@contextlib.asynccontextmanager
async def serving(
    control: Control, port: int | None, tell: Tell, *, sock: socket.socket | None = None
) -> AsyncIterator[str | None]:
    """Serve the control API while the block runs and give its URL; without a port and a socket there is none."""
    if port is None and sock is None:
        yield None
        return
    sock = sock or listening_socket(port or 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    config = uvicorn.Config(
        control_app(control, tell), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
    )
    server = _Server(config)
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[sock]), name="control API")
    tell("control", {"url": url})
    try:
        yield url
    finally:
        server.should_exit = True
        await task
        sock.close()
