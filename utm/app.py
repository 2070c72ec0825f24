"""The web application of one server: the routes around its parts, and the separate sky beside it."""

from fastapi import FastAPI
from starlette.types import Lifespan

from mavlink_bridge.bridge import Bridge
from utm import __version__
from utm.api import (
    admin,
    alerts,
    alternatives,
    applications,
    approvals,
    checklists,
    clients,
    console,
    demo_faults,
    duty,
    fleet,
    fleet_state,
    flight_plans,
    flight_stories,
    geocode,
    ground,
    guide,
    handovers,
    health,
    identification,
    incidents,
    inspections,
    live,
    logistics,
    map_tiles,
    network,
    notices,
    oauth,
    offers,
    oidc_login,
    openid,
    organisations,
    plan_import,
    quotas,
    records,
    replay,
    replay_measure,
    reroutes,
    routes,
    sandboxes,
    sectors,
    session,
    session_security,
    slots,
    statistics,
    statistics_operations,
    track_ingest,
    tracks,
    weather,
    webhooks,
    zone_import,
    zone_versions,
)
from utm.api import airspace as airspace_api
from utm.api import commands as commands_api
from utm.api import contingencies as contingencies_api
from utm.api import policy as policy_api
from utm.api import zone_actions as zone_actions_api
from utm.api.direct import add_direct_routes
from utm.api.openapi import install_openapi
from utm.bus import Bus, InProcessBus
from utm.clock import Clock, SystemClock
from utm.composition import compose, mavlink_endpoints
from utm.problems import install_problems
from utm.running import lifespan
from utm.sandbox import Sandbox, sandbox_door
from utm.sandbox import settings_of as sandbox_settings
from utm.services import Services
from utm.settings import Settings
from utm.store.store import Store


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    store: Store | None = None,
    bus: Bus | None = None,
    bridge: Bridge | None = None,
) -> FastAPI:
    """Return a server for these settings; what is not handed in is the real thing."""
    services = compose(
        settings,
        clock=clock or SystemClock(),
        store=store or Store(settings.database_path),
        bus=bus or InProcessBus(),
        bridge=bridge or Bridge(mavlink_endpoints(settings), ignore_icao=settings.own_icao_numbers),
    )
    sandbox = Sandbox(services, lambda: _sandbox_app(services), lambda app: lifespan(app.state.services))
    app = _application(services, lambda app: lifespan(app.state.services, sandbox))
    app.add_middleware(sandbox_door(sandbox))
    return app


def _sandbox_app(real: Services) -> FastAPI:
    """Return the application of the separate sky: the same code, around parts of its own and the same identities."""
    settings = sandbox_settings(real.settings)
    services = compose(
        settings,
        clock=real.clock,
        store=Store(settings.database_path),
        bus=InProcessBus(),
        bridge=Bridge(mavlink_endpoints(settings), ignore_icao=settings.own_icao_numbers),
        real=real,
    )
    return _application(services, None)


def _application(services: Services, during: Lifespan[FastAPI] | None) -> FastAPI:
    app = FastAPI(
        title="Hexlane",
        version=__version__,
        summary="Low-altitude traffic management and dispatch for a city.",
        description=_DESCRIPTION,
        lifespan=during,
        docs_url=None,  # the console serves the reference, whose scripts come from the package
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.services = services
    install_problems(app)
    install_openapi(app)
    for module in (
        oauth,
        session,
        session_security,
        oidc_login,
        openid,
        clients,
        organisations,
        quotas,
        sandboxes,
        applications,
        flight_plans,
        offers,
        zone_import,
        plan_import,
        geocode,
        identification,
        airspace_api,
        policy_api,
        statistics,
        statistics_operations,
        fleet,
        fleet_state,
        tracks,
        track_ingest,
        alerts,
        commands_api,
        reroutes,
        live,
        health,
        notices,
        approvals,
        duty,
        contingencies_api,
        zone_actions_api,
        replay,
        replay_measure,
        records,
        flight_stories,
        incidents,
        handovers,
        checklists,
        admin,
        zone_versions,
        alternatives,
        sectors,
        logistics,
        slots,
        webhooks,
        demo_faults,
        weather,
        inspections,
        ground,
        routes,
        network,
        map_tiles,
    ):
        app.include_router(module.router)
    add_direct_routes(app, flight_plans.direct_routes())
    guide.mount(app)
    console.mount(app, map_tiles.tile_hosts(services.settings))
    return app


_DESCRIPTION = """
File flight plans and get an answer in milliseconds, with every reason; fly them; watch the city live.

Times are RFC 3339 with an offset, coordinates WGS-84 degrees, altitudes name their datum (AGL true height, AMSL above the
geoid, HAE above the ellipsoid). Errors are RFC 9457 problem details in English and Chinese; every code is explained at
`/problems/{code}`.
"""
