"""Whether the process is up and able to serve, and its counters for Prometheus."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from utm.api.answers import json_response
from utm.metrics import page
from utm.services import Services, services_of

router = APIRouter(tags=["operations"])

App = Annotated[Services, Depends(services_of)]


@router.get("/healthz", summary="The process is up", response_model=None)
async def healthz() -> Response:
    """Answer as long as the event loop runs."""
    return json_response({"status": "up"})


@router.get("/readyz", summary="Able to serve", response_model=None, responses={503: {"description": "Not ready"}})
async def readyz(services: App) -> Response:
    """Answer 200 when every dependency is able to serve, 503 otherwise, with each dependency's state."""
    addresses = services.bridge.addresses()
    states: dict[str, Any] = {
        "service": "ready" if services.ready else "starting",
        "store": await _store_state(services),
        "bridge": {"state": "ready" if addresses else "off", "addresses": addresses},
        "engine": {"state": "ready", "live_plans": len(services.sky)},
    }
    clock = services.time_watch.state()
    states["clock"] = clock.document()
    ready = services.ready and states["store"] == "ready" and clock.ok
    headers = {"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "1"})
    return json_response({"ready": ready, "dependencies": states}, 200 if ready else 503, headers)


async def _store_state(services: Services) -> str:
    if not services.ready:
        return "starting"
    try:
        answers = await asyncio.to_thread(services.store.check)
    except Exception as error:
        return f"failing: {type(error).__name__}"
    return "ready" if answers else "failing"


@router.get("/metrics", summary="Prometheus metrics", response_model=None, include_in_schema=False)
async def metrics(services: App) -> Response:
    """Return the service's counters (docs/metrics.md)."""
    return Response(page(services), media_type=CONTENT_TYPE_LATEST)
