"""Short cuts for the few routes every plan comes through.

FastAPI looks through all routes twice and resolves each handler's dependencies anew: 0.2 ms of every request, for a
handler that takes no more than the request, who sends it and the services. Such a route is put before all others as a
plain one that does the same in the same order; the FastAPI route stays, for the OpenAPI document.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Route

from utm.security import Principal
from utm.services import Services

Handler = Callable[[Request, Principal, Services], Awaitable[Response]]
Dependency = Callable[[Request], Awaitable[Any]]
_PARAMETERS = ("request", "principal", "services")


def add_direct_routes(app: FastAPI, routes: list[APIRoute]) -> None:
    """Have these routes of a router included without a prefix answered directly; ValueError for one that takes more."""
    app.router.routes[:0] = [_direct(route) for route in routes]


def _direct(route: APIRoute) -> Route:
    needs = {dependant.name: dependant.call for dependant in route.dependant.dependencies}
    others = [route.dependant.path_params, route.dependant.query_params, route.dependant.header_params]
    if set(needs) != set(_PARAMETERS[1:]) or route.dependant.request_param_name != _PARAMETERS[0] or any(others):
        raise ValueError(f"{route.path} takes more than {', '.join(_PARAMETERS)}")
    handler: Handler = route.endpoint
    admit, find = (cast(Dependency, needs[name]) for name in _PARAMETERS[1:])

    async def answer(request: Request) -> Response:
        return await handler(request, await admit(request), await find(request))

    return Route(route.path, answer, methods=sorted(route.methods or ()), name=route.name, include_in_schema=False)
