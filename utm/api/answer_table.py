"""Which model each JSON answer has that a route writes itself; `utm.api.openapi` puts them into the document.

A route that names its own `response_model` or `responses` needs no line here. A test fails for an answer without a model
and says what to add.
"""

from typing import Any, Final

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from utm.api import answer_models as m
from utm.api import answer_models_access as access
from utm.api import answer_models_admin as admin
from utm.api import answer_models_centre as centre
from utm.api import answer_models_checklists as checklists
from utm.api import answer_models_flights as flights
from utm.api import answer_models_ground as ground
from utm.api import answer_models_handover as shifts
from utm.api import answer_models_logistics as logistics
from utm.api import answer_models_reach as reach
from utm.api import answer_models_rules as rules
from utm.api import answer_models_sectors as sectors
from utm.api import answer_models_statistics as stats
from utm.api import answer_models_weather as weather
from utm.api import answer_models_webhooks as webhooks
from utm.live_schema import AlertItem, TrackItem

Model = type[BaseModel] | str | dict[str, Any]
REF: Final = "#/components/schemas/{model}"


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(item: str, about: str) -> dict[str, Any]:
    """Return the schema of one page of live items, with the seq it fits."""
    return {
        "type": "object",
        "description": about,
        "required": ["items", "next_cursor", "seq"],
        "properties": {
            "items": {"type": "array", "items": _ref(item)},
            "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "seq": {"type": "integer"},
        },
    }


WRITTEN: Final[dict[str, dict[str, Any]]] = {
    "TrackPage": _page("TrackItem", "Newest positions; `seq` is where /v1/live goes on."),
    "AlertPage": _page("AlertItem", "Alerts; `seq` is where /v1/live goes on."),
    "AlertWithSteps": {
        "description": "An alert and every step of its life.",
        "allOf": [
            _ref("AlertItem"),
            {
                "type": "object",
                "required": ["steps"],
                "properties": {"steps": {"type": "array", "items": _ref("AlertStep")}},
            },
        ],
    },
}
"""Schemas of what msgspec writes, by the name they have among the components."""

ANSWERS: Final[dict[str, dict[int, Model]]] = {
    "GET /.well-known/jwks.json": {200: m.Jwks},
    "GET /.well-known/oauth-authorization-server": {200: m.ServerMetadata},
    "GET /healthz": {200: m.Health},
    "GET /readyz": {200: m.Readiness, 503: m.Readiness},
    "POST /v1/flight-plans/check": {200: m.CheckedPlan},
    "POST /v1/zones/import": {200: m.ZoneImport},
    "POST /v1/zones/impact": {200: m.ZoneImpact},
    "GET /v1/airspace/grid": {200: m.Grid},
    "GET /v1/airspace/at": {200: m.AirspaceAt},
    "GET /v1/airspace/cells": {200: m.CellLoads},
    "GET /v1/corridors": {200: ground.NetworkFeatures},
    "GET /v1/sites": {200: ground.NetworkFeatures},
    "GET /v1/sites/{site_id}": {200: ground.NetworkFeature},
    "GET /v1/sites/{site_id}/slots": {200: logistics.Slots},
    "GET /v1/ground-stops": {200: m.GroundStops},
    "POST /v1/ground-stops": {201: m.GroundStop},
    "GET /v1/temporary-zones": {200: m.TemporaryZones},
    "POST /v1/temporary-zones": {200: m.TemporaryZonePreview, 201: m.PublishedTemporaryZone},
    "GET /v1/action-lists": {200: m.ActionLists},
    "GET /v1/action-lists/{action_list_id}": {200: m.ActionList},
    "POST /v1/action-lists/{action_list_id}/execute": {202: m.ActionList},
    "GET /v1/statistics": {200: m.Statistics},
    "GET /v1/statistics/logistics": {200: m.LogisticsStatistics},
    "GET /v1/aircraft/{aircraft_id}/link": {200: flights.LinkReport},
    "GET /v1/operators/{organisation_id}/contact": {200: flights.Contact},
    "PUT /v1/operators/{organisation_id}/contact": {200: flights.Contact},
    "GET /v1/flight-plans/{plan_id}/profile": {200: flights.Profile},
    "GET /v1/flight-plans/{plan_id}/timeline": {200: flights.Timeline},
    "GET /v1/flight-plans/{plan_id}/record": {200: centre.FlightRecord},
    "POST /v1/flight-plans/{plan_id}/contingency": {201: centre.Contingency},
    "GET /v1/tracks": {200: "TrackPage"},
    "POST /v1/tracks": {202: flights.IngestAnswer},
    "GET /v1/tracks/{track_id}/history": {200: flights.TrackHistory},
    "GET /v1/alerts": {200: "AlertPage"},
    "GET /v1/alerts/{alert_id}": {200: "AlertWithSteps"},
    "POST /v1/alerts/{alert_id}/acknowledge": {200: "AlertItem"},
    "POST /v1/alerts/{alert_id}/resolve": {200: "AlertItem"},
    "POST /v1/alerts/{alert_id}/shelve": {200: "AlertItem"},
    "POST /v1/alerts/{alert_id}/unshelve": {200: "AlertItem"},
    "POST /v1/aircraft/{aircraft_id}/commands": {200: flights.CommandCheck, 202: flights.Command},
    "POST /v1/aircraft/{aircraft_id}/commands/check": {200: flights.CommandCheck},
    "GET /v1/aircraft/{aircraft_id}/reroutes": {200: flights.Reroutes},
    "POST /v1/commands/mass": {200: flights.CommandCheck, 202: flights.MassAnswer},
    "GET /v1/commands": {200: flights.Commands},
    "GET /v1/commands/{command_id}": {200: flights.Command},
    "GET /v1/events": {200: flights.Events},
    "GET /v1/standing-approvals": {200: centre.StandingApprovals},
    "POST /v1/standing-approvals": {201: centre.StandingApproval},
    "POST /v1/standing-approvals/{standing_approval_id}/decision": {200: centre.StandingApproval},
    "GET /v1/advisories": {200: centre.Advisories},
    "POST /v1/advisories/{advisory_id}/acknowledge": {200: centre.Advisory},
    "GET /v1/contingencies": {200: centre.Contingencies},
    "GET /v1/contingencies/{contingency_id}": {200: centre.Contingency},
    "POST /v1/contingencies/{contingency_id}/accept": {200: centre.Contingency},
    "POST /v1/contingencies/{contingency_id}/dismiss": {200: centre.Contingency},
    "POST /v1/incidents": {201: centre.Incident},
    "GET /v1/incidents": {200: centre.Incidents},
    "GET /v1/incidents/{incident_id}": {200: centre.Incident},
    "POST /v1/orders": {201: logistics.OrderStory},
    "GET /v1/orders": {200: logistics.Orders},
    "POST /v1/orders/dispatch": {200: logistics.DispatchReport},
    "GET /v1/orders/{order_id}": {200: logistics.OrderStory},
    "POST /v1/orders/{order_id}/cancel": {200: logistics.Order},
    "POST /v1/orders/{order_id}/retry": {200: logistics.Order},
    "POST /v1/orders/{order_id}/release": {200: logistics.Order},
    "POST /v1/orders/{order_id}/reassign": {200: logistics.Order},
    "POST /v1/missions": {201: logistics.MissionWithPlan},
    "GET /v1/missions": {200: logistics.Missions},
    "GET /v1/missions/{mission_id}": {200: logistics.MissionWithPlan},
    "POST /v1/missions/{mission_id}/confirm": {200: logistics.Mission},
    "POST /v1/missions/{mission_id}/cancel": {200: logistics.Mission},
    "GET /v1/carriers": {200: logistics.Carriers},
    "GET /v1/carriers/{aircraft_id}": {200: logistics.StandingCarrier},
    "PUT /v1/carriers/{aircraft_id}": {200: logistics.Carrier},
    "GET /v1/batteries": {200: logistics.Batteries},
    "POST /v1/batteries": {201: logistics.Battery},
    "PATCH /v1/batteries/{battery_id}": {200: logistics.Battery},
    "GET /v1/crews": {200: logistics.Crews},
    "POST /v1/crews": {201: logistics.Crew},
    "PATCH /v1/crews/{crew_id}": {200: logistics.Crew},
    "GET /v1/webhooks": {200: webhooks.Webhooks},
    "POST /v1/webhooks": {201: webhooks.WebhookWithSecret},
    "GET /v1/webhooks/{webhook_id}": {200: webhooks.Webhook},
    "PATCH /v1/webhooks/{webhook_id}": {200: webhooks.Webhook},
    "POST /v1/webhooks/{webhook_id}/rotate": {200: webhooks.WebhookWithSecret},
    "GET /v1/webhooks/{webhook_id}/deliveries": {200: webhooks.WebhookDeliveries},
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": {200: webhooks.Delivery},
    "GET /v1/demo/faults": {200: webhooks.DemoFaults},
    "POST /v1/demo/faults": {201: webhooks.DemoFault},
    "DELETE /v1/demo/faults": {200: webhooks.DemoFaultsGone},
    "GET /.well-known/openid-configuration": {200: access.OpenIdConfiguration},
    "GET /oauth/userinfo": {200: access.UserInfo},
    "GET /v1/relying-parties": {200: access.RelyingParties},
    "POST /v1/relying-parties": {201: access.NewRelyingParty},
    "GET /v1/clients": {200: access.Clients},
    "POST /v1/clients": {201: access.NewClient},
    "GET /v1/clients/{client_id}": {200: access.Client},
    "POST /v1/clients/{client_id}/credentials": {201: access.NewCredential},
    "POST /v1/clients/{client_id}/revoke-tokens": {200: access.VoidedTokens},
    "GET /v1/organisations": {200: access.OrganisationsShown},
    "POST /v1/organisations": {201: access.OrganisationShown},
    "GET /v1/users": {200: access.People},
    "POST /v1/users": {201: access.NewPerson},
    "POST /v1/users/{user_id}/password": {200: access.NewPassword},
    "GET /v1/signing-keys": {200: access.SigningKeys},
    "POST /v1/signing-keys": {201: access.SigningKeys},
    "GET /v1/quotas/own": {200: access.Quotas},
    "GET /v1/quotas/{organisation_id}": {200: access.Quotas},
    "PUT /v1/quotas/{organisation_id}": {200: access.Quotas},
    "GET /v1/sandboxes": {200: access.Sandboxes},
    "POST /v1/sandboxes": {201: access.NewSandbox},
    "POST /v1/applications": {202: access.NewApplication},
    "GET /v1/applications": {200: access.ApplicationPage},
    "GET /v1/applications/{application_id}/status": {200: access.Application},
    "POST /v1/applications/{application_id}/secret": {200: access.CollectedSecret},
    "GET /v1/applications/{application_id}": {200: access.ApplicationDetail},
    "POST /v1/applications/{application_id}/approve": {200: access.ApplicationDetail},
    "POST /v1/applications/{application_id}/refuse": {200: access.ApplicationDetail},
    "GET /v1/policy/presets/order_761": {200: rules.PolicyPresetOrder761},
    "GET /v1/statistics/operations": {200: stats.StatisticsOperations},
    "GET /v1/statistics/noise": {200: ground.NoiseExposure},
    "GET /v1/fleet/state": {200: stats.FleetState},
    "GET /v1/standing-approvals/{standing_approval_id}": {200: centre.StandingApproval},
    "GET /v1/standing-approvals/{standing_approval_id}/days": {200: rules.StandingDays},
    "POST /v1/standing-approvals/{standing_approval_id}/days": {201: rules.StandingDay},
    "GET /v1/approvals": {200: rules.Approvals},
    "GET /v1/approvals/{approval_id}": {200: rules.ApprovalDetail},
    "POST /v1/approvals/{approval_id}/decision": {200: rules.ApprovalDetail},
    "GET /v1/event-reports": {200: rules.EventReports},
    "GET /v1/event-reports/{report_id}": {200: rules.EventReport},
    "POST /v1/event-reports/{report_id}/file": {200: rules.EventReport},
    "POST /v1/event-reports/{report_id}/waive": {200: rules.EventReport},
    "GET /v1/duty/contacts": {200: reach.DutyContacts},
    "POST /v1/duty/contacts": {201: reach.NewDutyContact},
    "GET /v1/duty/contacts/{contact_id}": {200: reach.DutyContactShown},
    "PATCH /v1/duty/contacts/{contact_id}": {200: reach.DutyContactShown},
    "POST /v1/duty/contacts/{contact_id}/test": {200: reach.DutyMessage},
    "GET /v1/duty/now": {200: reach.DutyContacts},
    "GET /v1/duty/messages": {200: reach.DutyMessages},
    "POST /v1/duty/messages/{message_id}/retry": {200: reach.DutyMessage},
    "GET /v1/replay/range": {200: stats.ReplayRange},
    "GET /v1/replay/distance": {200: stats.ReplayDistance},
    "POST /v1/webhooks/{webhook_id}/replay": {202: reach.WebhookReplay},
    "GET /v1/ground-risk/rules": {200: ground.GroundRulesShown},
    "PUT /v1/ground-risk/rules": {200: ground.GroundRulesShown},
    "GET /v1/population": {200: ground.Population},
    "GET /v1/population/grids": {200: ground.PopulationGrids},
    "POST /v1/population/grids": {200: ground.PopulationCheck, 201: ground.ImportedPopulation},
    "POST /v1/routes": {200: ground.Routes},
    "GET /v1/routes": {200: ground.PublishedRoutes},
    "POST /v1/network/import": {200: ground.NetworkImport},
    "PUT /v1/sites/{site_id}": {200: ground.PublishedFeature},
    "PUT /v1/corridors/{corridor_id}": {200: ground.PublishedFeature},
    "GET /v1/weather": {200: weather.Weather},
    "GET /v1/weather/at": {200: weather.WeatherAt},
    "GET /v1/weather/forecasts": {200: weather.Forecasts},
    "POST /v1/weather/forecasts": {200: weather.ForecastCheck, 201: weather.ImportedForecast},
    "GET /v1/weather/limits": {200: weather.WeatherLimitsShown},
    "PUT /v1/weather/limits": {200: weather.WeatherLimitsShown},
    "GET /v1/weather/go-no-go": {200: weather.UpcomingGoNoGos},
    "GET /v1/flight-plans/{plan_id}/go-no-go": {200: weather.PlanGoNoGo},
    "POST /v1/inspections": {200: stats.DesignInspection},
    "GET /v1/flight-plans/{plan_id}/results": {200: stats.FlightResults},
    "POST /v1/flight-plans/{plan_id}/results": {201: stats.FlightResult},
    "GET /v1/statistics/report": {200: stats.StatisticsOperations},
    "GET /v1/system/feeds": {200: admin.SystemFeeds},
    "GET /v1/system/health": {200: admin.SystemHealth},
    "GET /v1/policy/versions": {200: admin.PolicyVersions},
    "GET /v1/zone-versions": {200: admin.ZoneVersions},
    "GET /v1/checklists": {200: checklists.Checklists},
    "GET /v1/checklists/current": {200: checklists.ChecklistsNow},
    "POST /v1/checklists": {201: checklists.Checklist},
    "POST /v1/checklists/{checklist_id}/steps/{step}": {200: checklists.Checklist},
    "POST /v1/checklists/{checklist_id}/close": {200: checklists.Checklist},
    "GET /v1/sectors": {200: sectors.SectorLayout},
    "PUT /v1/sectors": {200: sectors.SectorLayout},
    "GET /v1/sectors/versions": {200: sectors.SectorLayouts},
    "GET /v1/sectors/versions/{version}": {200: sectors.SectorLayout},
    "POST /v1/sectors/assignments": {200: sectors.SectorLayout},
    "GET /v1/sectors/board": {200: sectors.SectorBoard},
    "GET /v1/sectors/owner": {200: sectors.FlightOwner},
    "GET /v1/positions": {200: sectors.PositionsShown},
    "POST /v1/positions": {201: sectors.PositionShown},
    "PUT /v1/positions/{position_id}": {200: sectors.PositionShown},
    "POST /v1/positions/{position_id}/sign-on": {200: sectors.PositionShown},
    "GET /v1/transfers": {200: sectors.TransfersShown},
    "POST /v1/transfers": {201: sectors.TransferShown},
    "POST /v1/transfers/{transfer_id}/accept": {200: sectors.TransferShown},
    "POST /v1/transfers/{transfer_id}/decline": {200: sectors.TransferShown},
    "POST /v1/transfers/{transfer_id}/withdraw": {200: sectors.TransferShown},
    "GET /v1/handovers": {200: shifts.ShiftLogs},
    "POST /v1/handovers": {201: shifts.ShiftLog},
    "GET /v1/handovers/current": {200: shifts.RunningShift},
    "GET /v1/handovers/{handover_id}": {200: shifts.ShiftLog},
    "POST /v1/handovers/{handover_id}/entries": {201: shifts.ShiftLog},
    "POST /v1/handovers/{handover_id}/sign-out": {200: shifts.ShiftLog},
    "POST /v1/handovers/{handover_id}/sign-in": {200: shifts.ShiftLog},
}
"""The endpoint and status, and the model of the answer: one of `answer_models`, or the name of a component."""


def schemas() -> dict[str, Any]:
    """Return every component schema the table needs, by name."""
    models = {item for of in ANSWERS.values() for item in of.values() if isinstance(item, type)} | {flights.AlertStep}
    listed = [(model, "serialization") for model in sorted(models, key=lambda item: item.__name__)]
    _, definitions = models_json_schema(listed, ref_template=REF)  # type: ignore[arg-type]
    _, live = msgspec.json.schema_components([TrackItem, AlertItem], ref_template="#/components/schemas/{name}")
    return {**WRITTEN, **_plain_tuples(live), **dict(definitions.get("$defs", {}))}


def _plain_tuples(schema: Any) -> Any:
    """Write tuples of one type as arrays of a fixed length, which every tool reads; prefixItems is read by few."""
    if isinstance(schema, list):
        return [_plain_tuples(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    each = schema.get("prefixItems")
    if each and all(item == each[0] for item in each):
        schema = {**{key: value for key, value in schema.items() if key != "prefixItems"}, "items": each[0]}
    return {key: _plain_tuples(value) for key, value in schema.items()}


def schema_of(model: Model) -> dict[str, Any]:
    """Return the reference to a model's component."""
    if isinstance(model, dict):
        return model
    return _ref(model if isinstance(model, str) else model.__name__)
