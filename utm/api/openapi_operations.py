"""What every operation of the OpenAPI document says beside what its route says: who may take it, every status it can
answer with, the shape of answers that routes write themselves, a short name, and which answers carry which headers.

Nothing is said by `default`: a status that is not listed is a defect, and the tests that send generated requests take it
for one.
"""

from http import HTTPStatus
from typing import Any, Final

from fastapi.routing import APIRoute

from utm.problems import CONTENT_TYPE
from utm.security.authorise import PERMISSIONS, scope_of

PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
SECURITY: Final[dict[str, Any]] = {
    "token": {
        "type": "oauth2",
        "description": "A token from POST /oauth/token, sent as Authorization: Bearer.",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "hexlane_session",
        "description": "The console's session; requests that change something send X-CSRF-Token as well.",
    },
}

_WORDS: Final = {
    400: "The request cannot be understood",
    401: "No or bad token",
    403: "Wrong role",
    404: "Nothing there that the caller may know of",
    405: "Wrong method",
    409: "The world disagrees",
    413: "Body too large",
    415: "Wrong type of body",
    422: "Malformed",
    428: "If-Match is needed",
    429: "Too many requests",
    500: "The service failed",
    501: "This server does not offer that",
    503: "Try again later",
}
_HEADERS: Final = {
    "429": {"Retry-After": "Seconds to wait."},
    "503": {"Retry-After": "Seconds to wait."},
    "401": {"WWW-Authenticate": "How to authenticate."},
}
_VERBS: Final = {"GET": "get", "POST": "create", "PUT": "put", "PATCH": "change", "DELETE": "delete"}
_NAMES: Final = {
    "POST /oauth/token": "get_token",
    "GET /.well-known/jwks.json": "get_jwks",
    "GET /.well-known/oauth-authorization-server": "get_server_metadata",
    "GET /healthz": "get_health",
    "GET /readyz": "get_readiness",
    "POST /v1/flight-plans": "file_flight_plan",
    "PUT /v1/flight-plans/{plan_id}": "modify_flight_plan",
    "POST /v1/flight-plans/check": "check_flight_plan",
    "POST /v1/flight-plans/batch": "file_flight_plans",
    "POST /v1/flight-plans/import": "import_flight_plan",
    "POST /v1/flight-plans/{plan_id}/offers/{index}/hold": "hold_offer",
    "POST /v1/flight-plans/{plan_id}/contingency": "declare_contingency",
    "POST /v1/flight-plans/{plan_id}/decision": "decide_flight_plan",
    "POST /v1/standing-approvals/{standing_approval_id}/decision": "decide_standing_approval",
    "POST /v1/clients/{client_id}/credentials": "add_credential",
    "DELETE /v1/clients/{client_id}/credentials/{credential_id}": "revoke_credential",
    "POST /v1/clients/{client_id}/revoke-tokens": "revoke_tokens",
    "POST /v1/sandboxes": "create_sandbox",
    "DELETE /v1/sandboxes/{organisation_id}": "close_sandbox",
    "GET /v1/quotas/own": "get_own_quota",
    "POST /v1/zones": "publish_zone",
    "DELETE /v1/zones/{zone_id}": "withdraw_zone",
    "POST /v1/zones/impact": "get_zone_impact",
    "POST /v1/tracks": "report_tracks",
    "POST /v1/identification/packets": "report_packets",
    "POST /v1/aircraft": "register_aircraft",
    "GET /v1/aircraft": "list_aircraft",
    "DELETE /v1/aircraft/{aircraft_id}": "deregister_aircraft",
    "POST /v1/aircraft/{aircraft_id}/commands": "send_command",
    "POST /v1/aircraft/{aircraft_id}/commands/check": "check_command",
    "GET /v1/aircraft/{aircraft_id}/reroutes": "list_reroutes",
    "POST /v1/commands/mass": "send_commands",
    "POST /v1/ground-stops": "declare_ground_stop",
    "DELETE /v1/ground-stops/{ground_stop_id}": "lift_ground_stop",
    "GET /v1/airspace/at": "get_airspace_at",
    "GET /v1/airspace/cells": "get_airspace_cells",
    "GET /v1/airspace/grid": "get_airspace_grid",
    "POST /v1/temporary-zones": "publish_temporary_zone",
    "DELETE /v1/temporary-zones/{zone_id}": "withdraw_temporary_zone",
    "POST /v1/incidents": "open_incident",
    "POST /v1/missions": "book_mission",
    "POST /v1/policy/impact": "get_policy_impact",
    "POST /v1/inspections": "design_inspection",
    "GET /v1/checklists/current": "get_current_checklists",
    "POST /v1/flight-plans/{plan_id}/alternative": "offer_alternative",
    "POST /v1/flight-plans/{plan_id}/alternative/check": "check_alternative",
    "GET /v1/system/feeds": "get_system_feeds",
    "GET /v1/system/health": "get_system_health",
    "GET /v1/policy/versions": "list_policy_versions",
    "POST /v1/checklists": "open_checklist",
    "POST /v1/checklists/{checklist_id}/steps/{step}": "tick_checklist_step",
    "POST /v1/checklists/{checklist_id}/close": "close_checklist",
    "GET /v1/sectors": "get_sectors",
    "PUT /v1/sectors": "put_sectors",
    "GET /v1/sectors/versions": "list_sector_versions",
    "GET /v1/sectors/versions/{version}": "get_sector_version",
    "POST /v1/sectors/assignments": "assign_sectors",
    "GET /v1/sectors/board": "get_sector_board",
    "GET /v1/sectors/owner": "get_flight_owner",
    "POST /v1/positions/{position_id}/sign-on": "sign_on_position",
    "POST /v1/positions/sign-off": "sign_off_position",
    "DELETE /v1/positions/{position_id}": "close_position",
    "POST /v1/flight-plans/{plan_id}/results": "add_result",
    "GET /v1/flight-plans/{plan_id}/results": "list_results",
    "DELETE /v1/flight-plans/{plan_id}/results/{result_id}": "remove_result",
    "GET /v1/ground-risk/rules": "get_ground_rules",
    "PUT /v1/ground-risk/rules": "put_ground_rules",
    "GET /v1/population": "get_population",
    "GET /v1/population/grids": "list_population_grids",
    "POST /v1/population/grids": "import_population",
    "DELETE /v1/population/grids/{grid_id}": "withdraw_population",
    "POST /v1/routes": "find_routes",
    "GET /v1/routes": "list_routes",
    "POST /v1/network/import": "import_network",
    "GET /v1/network/export": "export_network",
    "PUT /v1/sites/{site_id}": "put_site",
    "DELETE /v1/sites/{site_id}": "withdraw_site",
    "PUT /v1/corridors/{corridor_id}": "put_corridor",
    "DELETE /v1/corridors/{corridor_id}": "withdraw_corridor",
    "GET /v1/weather": "get_weather",
    "GET /v1/weather/at": "get_weather_at",
    "GET /v1/weather/limits": "get_weather_limits",
    "PUT /v1/weather/limits": "put_weather_limits",
    "POST /v1/weather/forecasts": "import_weather",
    "DELETE /v1/weather/forecasts/{forecast_id}": "withdraw_weather",
    "GET /v1/weather/go-no-go": "list_go_no_go",
    "GET /v1/flight-plans/{plan_id}/go-no-go": "get_go_no_go",
    "POST /v1/demo/faults": "create_demo_fault",
    "DELETE /v1/demo/faults": "delete_demo_faults",
    "POST /oauth/revoke": "revoke_token",
    "POST /v1/session": "sign_in",
    "DELETE /v1/session": "sign_out",
    "GET /v1/session": "get_session",
    "GET /v1/session/demo-users": "get_demo_users",
    "POST /v1/session/demo": "sign_in_demo",
    "GET /v1/events": "poll_events",
    "GET /v1/replay": "replay",
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": "retry_delivery",
    "POST /v1/webhooks/{webhook_id}/rotate": "rotate_webhook_secret",
}
"""Names that the rule below would not give: they are what people call these things."""
_MORE: Final = {
    "GET /v1/demo/faults": [404],
    "POST /v1/alerts/{alert_id}/acknowledge": [409],
    "POST /v1/alerts/{alert_id}/resolve": [409],
    "POST /v1/alerts/{alert_id}/shelve": [409],
    "POST /v1/alerts/{alert_id}/unshelve": [409],
}
"""Statuses of a handler that its route does not list."""
_OTHER_FORMATS: Final = frozenset({"GET /v1/zones", "GET /v1/routes"})
"""Answers that are JSON of another standard where `format` asks for it."""
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body give the same answer again; another body under the key is 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_VERSION: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The version the change is made to, as a number; 409 stale_version when it is no longer the one.",
    "schema": {"type": "string", "pattern": '^("[0-9]{1,15}"|\\*)$'},
}
_WITH_KEY: Final = frozenset({"POST /v1/flight-plans"})
_VERSION_NEEDED: Final = frozenset({"PUT /v1/flight-plans/{plan_id}", "PUT /v1/sectors"})
_WITH_VERSION: Final = _VERSION_NEEDED | {
    "PUT /v1/zones/{zone_id}",
    "DELETE /v1/zones/{zone_id}",
    "PUT /v1/policy",
    "PUT /v1/sectors",
}
_SAME: Final = frozenset({"aircraft", "statistics", "logistics", "fairness"})


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route for the error statuses it may answer with."""
    return {
        status: {
            "description": _WORDS.get(status, HTTPStatus(status).phrase),
            "content": {CONTENT_TYPE: {"schema": PROBLEM_REF}},
        }
        for status in statuses
    }


def complete(document: dict[str, Any], routes: dict[str, APIRoute]) -> None:
    """Complete every operation of a document, given the route of each "METHOD /path"."""
    used: dict[str, str] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            endpoint = f"{method.upper()} {path}"
            _header_parameters(operation, endpoint)
            _statuses(operation, endpoint, routes.get(endpoint))
            _answers(operation, endpoint)
            _headers(operation)
            name = operation_name(endpoint)
            if used.setdefault(name, endpoint) == endpoint:  # else FastAPI's own long name stays; a test says so
                operation["operationId"] = name


def operation_name(endpoint: str) -> str:
    """Return the name clients call an endpoint by, such as `list_flight_plans` or `confirm_flight_plan`."""
    if endpoint in _NAMES:
        return _NAMES[endpoint]
    method, _, path = endpoint.partition(" ")
    parts = [part for part in path.removeprefix("/v1").split("/") if part]
    things = [part.replace("-", "_").replace(".", "_") for part in parts if not part.startswith("{")]
    about = [_singular(thing) for thing in things]
    item = parts[-1].startswith("{")
    if item:
        return f"{_VERBS[method]}_{'_'.join(about)}"
    if len(things) > 1 and method in ("POST", "DELETE") and len(parts) > len(things):
        return f"{things[-1]}_{'_'.join(about[:-1])}"
    if len(things) > 1 and method == "POST":
        return f"{things[-1]}_{'_'.join(things[:-1])}"
    if method == "GET" and _singular(things[-1]) != things[-1]:
        return "_".join(["list", *about[:-1], things[-1]])
    return "_".join([_VERBS[method], *about])


def _singular(word: str) -> str:
    if word in _SAME or word.endswith("ss"):
        return word
    return f"{word.removesuffix('ies')}y" if word.endswith("ies") else word.removesuffix("s")


def _statuses(operation: dict[str, Any], endpoint: str, route: APIRoute | None) -> None:
    """List every status the layers before and behind the handler answer with."""
    responses = operation.setdefault("responses", {})
    if "422" in responses and CONTENT_TYPE not in responses["422"].get("content", {}):
        responses["422"] = problem_responses(422)[422]
    action = None if route is None else _action_of(route)
    added: list[int] = list(_MORE.get(endpoint, []))
    if action is not None:
        added += [401, 403, 429, 503]
        roles = list(PERMISSIONS[action])
        operation["security"] = [{"token": [scope_of(action)]}, {"session": []}]
        operation["x-hexlane-roles"] = roles
        operation["description"] = f"{operation.get('description', '')}\n\nRoles: {', '.join(roles)}. " + (
            f"Scope: `{scope_of(action)}`."
        )
    if "{" in endpoint:
        added += [404, 422]
    if operation.get("parameters"):
        added.append(422)
    if "requestBody" in operation:
        added += [413, 415, 422] if endpoint != "POST /oauth/token" else [413]
    for status in added:
        responses.setdefault(str(status), problem_responses(status)[status])
    operation["responses"] = dict(sorted(responses.items()))


def _header_parameters(operation: dict[str, Any], endpoint: str) -> None:
    """Document the headers that handlers read off the request themselves."""
    wanted = []
    if endpoint in _WITH_KEY:
        wanted.append(_IDEMPOTENCY)
    if endpoint in _WITH_VERSION:
        wanted.append({**_VERSION, "required": endpoint in _VERSION_NEEDED})
    if wanted:
        known = {item["name"] for item in operation.get("parameters", [])}
        operation.setdefault("parameters", []).extend(item for item in wanted if item["name"] not in known)


def _action_of(route: APIRoute) -> Any:
    asked = (getattr(item.call, "hexlane_action", None) for item in route.dependant.dependencies)
    return next((item for item in asked if item is not None), None)


def _answers(operation: dict[str, Any], endpoint: str) -> None:
    """Put the models of answers in that the route writes itself."""
    from utm.api.answer_table import ANSWERS, schema_of  # noqa: PLC0415  (its models are bodies: they import this)

    for status, model in ANSWERS.get(endpoint, {}).items():
        response = operation["responses"].setdefault(str(status), {"description": "As asked"})
        content = response.setdefault("content", {})
        content["application/json"] = {"schema": schema_of(model)}
    if endpoint in _OTHER_FORMATS:
        content = operation["responses"]["200"]["content"]["application/json"]
        own = content["schema"]
        name = own["$ref"].rpartition("/")[2]
        content["schema"] = {"anyOf": [own, {"type": ["object", "array"]}], "x-hexlane-model": name}
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if media_type.endswith("json") and content.get("schema") == {"type": "string"}:
                content["schema"] = {"type": "object"}  # a file in a format that is JSON
        if status == "409" and "application/json" in response.get("content", {}):
            # A refused plan is a plan and a problem at once; every other 409 is a problem alone.
            plan = response["content"].pop("application/json")["schema"]
            either = {"anyOf": [{"allOf": [plan, PROBLEM_REF]}, PROBLEM_REF]}
            response["content"] = {CONTENT_TYPE: {"schema": either}}


def _headers(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        for name, about in _HEADERS.get(status, {}).items():
            response.setdefault("headers", {}).setdefault(name, {"description": about, "schema": {"type": "string"}})
