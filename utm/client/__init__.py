"""A typed client of the API, for programs that wait (`Client`) and for those that run an event loop (`AsyncClient`).

    from utm.client import Client, ClientSecret

    with Client("https://hexlane.example", ClientSecret("cl_…", "…")) as api:
        for plan in api.list_flight_plans(state="approved").items:
            print(plan.plan_id, plan.departure_at)

Every operation of the OpenAPI document is a method of its `operationId`; bodies are `models` or plain dicts, answers are
`models`, refusals are the exceptions of `problems`. Requests are tried again only where that cannot do a thing twice.
"""

from utm.client import models, problems
from utm.client.aio import AsyncClient
from utm.client.live import LiveMessage, LiveRefused
from utm.client.problems import ApiProblem, Conflict, Forbidden, Invalid, NotFound, PlanRefused, Unreachable
from utm.client.requests import ClientSecret, Retries
from utm.client.sync import Client

__all__ = [
    "ApiProblem",
    "AsyncClient",
    "Client",
    "ClientSecret",
    "Conflict",
    "Forbidden",
    "Invalid",
    "LiveMessage",
    "LiveRefused",
    "NotFound",
    "PlanRefused",
    "Retries",
    "Unreachable",
    "models",
    "problems",
]
