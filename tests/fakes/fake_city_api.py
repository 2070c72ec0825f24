"""A stand-in for the service's API, as a firm sees it: one row of sites, a scripted judge, a log of what was asked."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

Judge = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
STEPS = {
    "confirm": ({"approved"}, "approved"),
    "activate": ({"approved"}, "activated"),
    "end": ({"activated"}, "ended"),
    "cancel": ({"approved", "pending"}, "cancelled"),
}


def site(number: int) -> dict[str, Any]:
    """A site, about 1.1 km north of the one before."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [113.95, 22.52 + 0.01 * number]},
        "properties": {"site_id": f"st_{number}", "name": f"Site {number}", "pads": 2},
    }


class FakeCity:
    """The API's state; `judge` decides filings, `log` keeps (method, path) of every authorised call."""

    def __init__(self, sites: int = 4) -> None:
        self.sites = [site(k) for k in range(sites)]
        self.plans: dict[str, dict[str, Any]] = {}
        self.aircraft: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[int, dict[str, Any]]] = {}
        self.log: list[tuple[str, str]] = []
        self.judge: Judge = lambda body: (201, {})
        self.on_step: Callable[[str, dict[str, Any]], None] = lambda step, plan: None
        self.token = 0
        self.away = False
        self.takes_aircraft = True
        self.secret = "s1"

    def credentials(self, folder: Path, mavlink_udp: str) -> Path:
        """Write a credentials file and return its path."""
        path = folder / "demo-credentials.json"
        client = {"role": "operator", "organisation": "org_a", "client_id": "cl_a", "client_secret": self.secret}
        path.write_text(
            json.dumps({"base_url": "http://city", "mavlink_udp": mavlink_udp, "clients": [client], "users": []})
        )
        return path

    def transport(self) -> httpx.AsyncBaseTransport:
        """A transport to this city that fails as a dead server does while `away`."""
        return _Transport(self)

    def file(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Judge and keep a plan."""
        status, more = self.judge(body)
        outcome = {201: "approved", 202: "pending"}.get(status, "refused")
        plan = {
            **body,
            "plan_id": f"fp_{len(self.plans)}",
            "state": outcome,
            "version": 1,
            "decision": {"outcome": outcome, "reasons": [], "counter_offers": [], **more},
        }
        self.plans[plan["plan_id"]] = plan
        return status, plan

    def app(self) -> FastAPI:
        """The HTTP side."""
        app = FastAPI()

        @app.middleware("http")
        async def authorise(request: Request, call_next: Any) -> Any:
            if request.url.path != "/oauth/token":
                if request.headers.get("Authorization") != f"Bearer t{self.token}":
                    return JSONResponse({"code": "invalid_token"}, 401)
                self.log.append((request.method, request.url.path))
            return await call_next(request)

        @app.post("/oauth/token")
        async def token(request: Request) -> Any:
            given = base64.b64decode(request.headers["Authorization"].split()[1]).decode()
            if given != f"cl_a:{self.secret}":
                return JSONResponse({"error": "invalid_client"}, 401)
            return {"access_token": f"t{self.token}", "expires_in": 900}

        @app.get("/v1/{kind}")
        async def listed(kind: str, state: str | None = None) -> Any:
            lists = {
                "sites": self.sites,
                "aircraft": list(self.aircraft.values()),
                "flight-plans": [p for p in self.plans.values() if p["state"] == state],
            }
            return {"items": lists.get(kind, []), "next_cursor": None}

        @app.post("/v1/aircraft")
        async def register(request: Request) -> Any:
            body = await request.json()
            if not self.takes_aircraft:
                return JSONResponse({"code": "registration_taken"}, 409)
            aircraft = {**body, "aircraft_id": f"ac_{len(self.aircraft)}"}
            self.aircraft[aircraft["aircraft_id"]] = aircraft
            return JSONResponse(aircraft, 201)

        @app.patch("/v1/aircraft/{aircraft_id}")
        async def change(aircraft_id: str, request: Request) -> Any:
            self.aircraft[aircraft_id].update(await request.json())
            return self.aircraft[aircraft_id]

        @app.post("/v1/flight-plans")
        async def file(request: Request) -> Any:
            key = request.headers["Idempotency-Key"]
            if key not in self.keys:
                self.keys[key] = self.file(await request.json())
            status, plan = self.keys[key]
            return JSONResponse(plan, status)

        @app.get("/v1/flight-plans/{plan_id}")
        async def read(plan_id: str) -> Any:
            return self.plans[plan_id]

        @app.post("/v1/flight-plans/{plan_id}/{step}")
        async def step(plan_id: str, step: str) -> Any:
            plan = self.plans[plan_id]
            before, after = STEPS[step]
            if plan["state"] not in before:
                return JSONResponse({"code": "illegal_transition", "state": plan["state"]}, 409)
            self.on_step(step, plan)
            plan["state"] = after
            return plan

        return app


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, city: FakeCity) -> None:
        self._city, self._inner = city, httpx.ASGITransport(city.app())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._city.away:
            raise httpx.ConnectError("nobody listens", request=request)
        return await self._inner.handle_async_request(request)
