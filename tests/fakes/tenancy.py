"""The matrix of who may do what to whose things; `tests.fakes.tenancy_walk` tries all of it on a running server.

One line per endpoint in `MATRIX`. An endpoint without a line fails `test_tenancy.py`, which says what to add here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes import filing
from tests.fakes.filing import text
from tests.fakes.two_firms import FROM_SITE, TO_SITE, Firm, TwoFirms, kilometre
from utm.client_wheel import FILE_NAME

LETTERS = {"o": "operator", "d": "dispatcher", "r": "regulator", "s": "supplier", "a": "admin"}
CITY = frozenset({"dispatcher", "regulator", "admin"})
"""Roles that read every firm's things whole."""

Body = Callable[[TwoFirms, Firm, Firm], Any]
"""(city, whose things are named, who sends) -> a body that would be taken, were those things the sender's."""


@dataclass(frozen=True)
class Rule:
    """Who may take an endpoint, and whose things it is about.

    `roles`: letters of o(perator) d(ispatcher) r(egulator) s(upplier) a(dmin); "" is open to everybody.
    `own`: the path names a firm's thing, `{parameter: kind}`; other firms get the answer to an id that does not exist.
    `office`: the path names a thing of the city's. `shows`: kinds whose ids the answer shows to their own firm.
    `only_owner`: not even the city's roles see it, but those of `sees`. `never`: roles
    that may take it, but not about this thing: 403. `unready`: the thing
    seeded is not far enough for it, so that its owner may get 404 too. `names`: the body names a foreign thing: 404.
    """

    roles: str
    own: dict[str, str] | None = None
    office: dict[str, str] | None = None
    shows: tuple[str, ...] = ()
    only_owner: bool = False
    sees: str = ""
    never: str = ""
    unready: bool = False
    body: Body | None = None
    names: bool = False
    headers: dict[str, str] | None = None
    last: bool = False

    @property
    def admitted(self) -> frozenset[str]:
        """The roles that may take it."""
        return frozenset(LETTERS[letter] for letter in self.roles)


def _plan_body(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(city.office[f"body_{owner.nth}"])
    return body


def _plan_through(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    """Return a plan of the sender's own right through what the owner has reserved."""
    own = json.loads(city.office[f"body_{sender.nth}"])
    body = _plan_body(city, owner, sender)
    return {**body, "aircraft_id": own["aircraft_id"], "remarks": own["remarks"]}


def _fixed(value: Any) -> Body:
    return lambda city, owner, sender: value


def _standing_mission(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    at = datetime.now(UTC) + timedelta(days=6)
    own_way = filing.plan(sender.ids["other_aircraft"], at, kilometre(sender, 1_500))
    return {"plan": own_way, "battery_id": owner.ids["battery"], "crew_id": owner.ids["crew"]}


def _incident(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"title": "Looked into", "from": text(now - timedelta(hours=1)), "to": text(now)}


def _report(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    at = filing.point(0, 0)
    report = {"lat_deg": at["lat_deg"], "lon_deg": at["lon_deg"], "alt_agl_m": 50.0}
    return {"items": [{**report, "aircraft_id": owner.ids["other_aircraft"], "observed_at": text(datetime.now(UTC))}]}


def _temporary(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    area = filing.zone(filing.square(-9_000, 500, 50))["geometry"]
    at = datetime.now(UTC) + timedelta(hours=40)
    return {"name": "Event", "geometry": area, "starts_at": text(at), "ends_at": text(at + timedelta(hours=1))}


def _inspection(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    at = filing.point(0, 0)
    base = {"lat_deg": at["lat_deg"], "lon_deg": at["lon_deg"]}
    points = {"type": "MultiPoint", "coordinates": [[base["lon_deg"], base["lat_deg"]]]}
    departure = text(datetime.now(UTC) + timedelta(days=5))
    wanted = {"aircraft_id": owner.ids["aircraft"], "kind": "points", "geometry": points, "base": base}
    return {**wanted, "departure_at": departure, "height_agl_m": 60.0}


def _route(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    ends = {"origin_site_id": "st_talent_park", "destination_site_id": "st_happy_coast"}
    return {**ends, "aircraft_id": owner.ids["aircraft"]}


def _day(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    return {"date": (datetime.now(UTC) + timedelta(days=3)).date().isoformat(), "flights": 3}


def _since(city: TwoFirms, owner: Firm, sender: Firm) -> dict[str, Any]:
    return {"from": text(city.started_at)}


_ZONE = _fixed(filing.zone(filing.square(-9_000, 1_000, 50)))
_ORDER = _fixed({"origin_site_id": FROM_SITE, "destination_site_id": TO_SITE, "payload_kg": 900.0})
_OPEN = Rule("")
_ADMIN = Rule("a")
_PLAN = {"plan_id": "plan"}
_CLIENT = {"client_id": "client"}
_CONTACT = {"contact_id": "contact"}
_STANDING = {"standing_approval_id": "standing_approval"}
_CITY = Rule("dra")

MATRIX: dict[str, Rule] = {
    # -- access
    "POST /oauth/token": _OPEN,
    "GET /.well-known/jwks.json": _OPEN,
    "GET /.well-known/oauth-authorization-server": _OPEN,
    "GET /v1/session": _OPEN,  # of the cookie alone: 401 to every token
    "POST /v1/session": _OPEN,
    "DELETE /v1/session": _OPEN,
    "GET /v1/session/demo-users": _OPEN,
    "POST /v1/session/demo": _OPEN,
    "POST /oauth/revoke": _OPEN,
    "GET /oauth/authorize": _OPEN,
    "POST /oauth/authorize": _OPEN,
    "GET /oauth/userinfo": _OPEN,  # of its own token's person alone
    "GET /.well-known/openid-configuration": _OPEN,
    "GET /v1/session/providers": _OPEN,
    "GET /v1/session/oidc": _OPEN,
    "GET /v1/session/oidc/callback": _OPEN,
    "PUT /v1/session/password": _OPEN,  # of the cookie alone, like the next four
    "GET /v1/session/totp": _OPEN,
    "POST /v1/session/totp": _OPEN,
    "DELETE /v1/session/totp": _OPEN,
    "POST /v1/session/totp/confirm": _OPEN,
    # -- who is known here
    "GET /v1/clients": Rule("odrsa", shows=("client", "credential"), only_owner=True, sees="a"),
    "POST /v1/clients": Rule("odrsa", body=_fixed({"name": "One more"})),
    "GET /v1/clients/{client_id}": Rule("odrsa", own=_CLIENT, shows=("client",), only_owner=True, sees="a"),
    "POST /v1/clients/{client_id}/credentials": Rule(
        "odrsa", own=_CLIENT, body=_fixed({"kind": "secret", "name": "more"}), only_owner=True, sees="a"
    ),
    "POST /v1/clients/{client_id}/revoke-tokens": Rule(
        "odrsa", own=_CLIENT, body=_fixed({}), only_owner=True, sees="a"
    ),
    "DELETE /v1/clients/{client_id}/credentials/{credential_id}": Rule(
        "odrsa", own={**_CLIENT, "credential_id": "credential"}, only_owner=True, sees="a", last=True
    ),
    "DELETE /v1/clients/{client_id}": Rule("odrsa", own=_CLIENT, only_owner=True, sees="a", last=True),
    "GET /v1/sandboxes": Rule("osa", shows=("sandbox",)),
    "POST /v1/sandboxes": Rule("osa"),
    "DELETE /v1/sandboxes/{organisation_id}": Rule("osa", own={"organisation_id": "sandbox"}, last=True),
    "GET /v1/quotas/own": Rule("osa"),
    "GET /v1/quotas/{organisation_id}": Rule("osa", own={"organisation_id": "organisation"}),
    "PUT /v1/quotas/{organisation_id}": _ADMIN,
    "GET /v1/organisations": _ADMIN,
    "POST /v1/organisations": _ADMIN,
    "GET /v1/users": _ADMIN,
    "POST /v1/users": _ADMIN,
    "POST /v1/users/{user_id}/password": _ADMIN,
    "DELETE /v1/users/{user_id}/totp": _ADMIN,
    "DELETE /v1/users/{user_id}": _ADMIN,
    "GET /v1/signing-keys": _ADMIN,
    "POST /v1/signing-keys": Rule("a", last=True),
    "DELETE /v1/signing-keys/{kid}": _ADMIN,
    "GET /v1/relying-parties": _ADMIN,
    "POST /v1/relying-parties": _ADMIN,
    "DELETE /v1/relying-parties/{client_id}": _ADMIN,
    "POST /v1/applications": _OPEN,
    "GET /v1/applications": _ADMIN,
    "GET /v1/applications/{application_id}/status": _OPEN,  # with its own token alone, else 404
    "POST /v1/applications/{application_id}/secret": _OPEN,
    "GET /v1/applications/{application_id}": Rule("a", office={"application_id": "application"}),
    "POST /v1/applications/{application_id}/approve": Rule("a", office={"application_id": "application"}),
    "POST /v1/applications/{application_id}/refuse": Rule("a", office={"application_id": "application"}),
    # -- duty: an organisation's own, whatever its role
    "GET /v1/duty/contacts": Rule("odra", shows=("contact",), only_owner=True),
    "POST /v1/duty/contacts": Rule("odra"),
    "GET /v1/duty/contacts/{contact_id}": Rule("odra", own=_CONTACT, shows=("contact",), only_owner=True),
    "PATCH /v1/duty/contacts/{contact_id}": Rule("odra", own=_CONTACT, body=_fixed({"level": 2}), only_owner=True),
    "DELETE /v1/duty/contacts/{contact_id}": Rule("odra", own=_CONTACT, only_owner=True, last=True),
    "POST /v1/duty/contacts/{contact_id}/test": Rule("odra", own=_CONTACT, only_owner=True),
    "GET /v1/duty/now": Rule("odra", shows=("contact",), only_owner=True),
    "GET /v1/duty/messages": Rule("odra", shows=("message",), only_owner=True),
    "POST /v1/duty/messages/{message_id}/retry": Rule("odra", own={"message_id": "message"}, only_owner=True),
    "GET /healthz": _OPEN,
    "GET /readyz": _OPEN,
    # -- flight plans
    "POST /v1/flight-plans": Rule("o", body=_plan_body, names=True),
    "GET /v1/flight-plans": Rule("odra", shows=("plan", "refused_plan", "pending_plan", "flown_plan", "mission_plan")),
    "POST /v1/flight-plans/check": Rule("od", body=_plan_body, names=True),
    "POST /v1/flight-plans/batch": Rule("o", body=lambda *a: {"plans": [_plan_through(*a)]}),
    "GET /v1/flight-plans/{plan_id}": Rule("odra", own=_PLAN, shows=("plan",)),
    "PUT /v1/flight-plans/{plan_id}": Rule("o", own=_PLAN, body=_plan_through, headers={"If-Match": '"1"'}),
    "POST /v1/flight-plans/{plan_id}/confirm": Rule("od", own=_PLAN),
    "POST /v1/flight-plans/{plan_id}/activate": Rule("od", own=_PLAN),
    "POST /v1/flight-plans/{plan_id}/end": Rule("od", own={"plan_id": "flown_plan"}, last=True),
    "POST /v1/flight-plans/{plan_id}/cancel": Rule("od", own={"plan_id": "pending_plan"}, last=True),
    "POST /v1/flight-plans/{plan_id}/release": Rule("dr", own=_PLAN),
    "POST /v1/flight-plans/{plan_id}/decision": Rule(
        "dr", own={"plan_id": "pending_plan"}, body=_fixed({"outcome": "refused", "reason": "not there"}), last=True
    ),
    "POST /v1/flight-plans/{plan_id}/offers/{index}/hold": Rule("o", own={"plan_id": "refused_plan"}),
    "POST /v1/flight-plans/{plan_id}/contingency": Rule(
        "od", own={"plan_id": "flown_plan"}, body=_fixed({"kind": "lost_link"})
    ),
    "GET /v1/flight-plans/{plan_id}/record": Rule("odra", own={"plan_id": "flown_plan"}, shows=("flown_plan",)),
    "GET /v1/flight-plans/{plan_id}/export": Rule("odra", own=_PLAN),
    "GET /v1/flight-plans/{plan_id}/profile": Rule("odra", own=_PLAN),
    "GET /v1/flight-plans/{plan_id}/timeline": Rule("odra", own=_PLAN),
    "POST /v1/flight-plans/import": Rule("od"),
    # -- approvals and advisories
    "GET /v1/standing-approvals": Rule("odra", shows=("standing_approval",)),
    "POST /v1/standing-approvals": Rule("o", body=_fixed({"name": "Another", "upper_agl_m": 60})),
    "POST /v1/standing-approvals/{standing_approval_id}/decision": Rule(
        "r", own={"standing_approval_id": "standing_approval"}, body=_fixed({"outcome": "refused"}), last=True
    ),
    "GET /v1/standing-approvals/{standing_approval_id}": Rule("odra", own=_STANDING, shows=("standing_approval",)),
    "GET /v1/standing-approvals/{standing_approval_id}/days": Rule("odra", own=_STANDING),
    "POST /v1/standing-approvals/{standing_approval_id}/days": Rule("o", own=_STANDING, body=_day, unready=True),
    "GET /v1/approvals": Rule("odra", shows=("approval",)),
    "GET /v1/approvals/{approval_id}": Rule("odra", own={"approval_id": "approval"}, shows=("approval",)),
    "POST /v1/approvals/{approval_id}/decision": Rule(
        "dr", own={"approval_id": "approval"}, body=_fixed({"outcome": "refused", "reason": "no"}), never="d", last=True
    ),  # a standing approval is a regulator's
    "GET /v1/event-reports": Rule("odra", shows=("event_report",)),
    "GET /v1/event-reports/{report_id}": Rule("odra", own={"report_id": "event_report"}),
    "POST /v1/event-reports/{report_id}/file": Rule(
        "o", own={"report_id": "event_report"}, body=_fixed({"narrative": "It came back."}), last=True
    ),
    "POST /v1/event-reports/{report_id}/waive": Rule(
        "r", own={"report_id": "event_report"}, body=_fixed({"reason": "nothing happened"}), last=True
    ),
    "GET /v1/flight-plans/{plan_id}/go-no-go": Rule("odra", own=_PLAN),
    "GET /v1/flight-plans/{plan_id}/results": Rule("odra", own={"plan_id": "flown_plan"}, shows=("result",)),
    "POST /v1/flight-plans/{plan_id}/results": Rule(
        "o", own={"plan_id": "flown_plan"}, body=_fixed({"kind": "other", "url": "https://example.com/x"})
    ),
    "DELETE /v1/flight-plans/{plan_id}/results/{result_id}": Rule(
        "o", own={"plan_id": "flown_plan", "result_id": "result"}, last=True
    ),
    "POST /v1/inspections": Rule("o", body=_inspection, names=True),
    "GET /v1/advisories": Rule("odra", shows=("advisory",)),
    "POST /v1/advisories/{advisory_id}/acknowledge": Rule("o", own={"advisory_id": "advisory"}),
    # -- airspace: one for all
    "GET /v1/zones": Rule("odrsa"),
    "POST /v1/zones": Rule("r", body=_ZONE),
    "POST /v1/zones/import": Rule("r"),
    "GET /v1/zones/export": Rule("odrsa"),
    "POST /v1/zones/impact": Rule("dr", body=_ZONE),
    "GET /v1/zones/{zone_id}": Rule("odrsa", office={"zone_id": "zone_0"}),
    "PUT /v1/zones/{zone_id}": Rule("r", office={"zone_id": "zone_0"}, last=True),
    "DELETE /v1/zones/{zone_id}": Rule("r", office={"zone_id": "zone_0"}, last=True),
    "GET /v1/corridors": Rule("odrsa"),
    "GET /v1/sites": Rule("odrsa"),
    "GET /v1/sites/{site_id}": Rule("odrsa", office={"site_id": "site"}),
    "GET /v1/sites/{site_id}/slots": Rule("odra", office={"site_id": "site"}),
    "GET /v1/airspace/at": Rule("odrsa"),
    "GET /v1/airspace/cells": Rule("odrsa"),
    "GET /v1/airspace/grid": Rule("odrsa"),
    "GET /v1/ground-stops": Rule("odra"),
    "POST /v1/ground-stops": Rule("d"),
    "DELETE /v1/ground-stops/{ground_stop_id}": Rule("d", office={"ground_stop_id": "ground_stop"}, last=True),
    "GET /v1/policy": Rule("odrsa"),
    "GET /v1/policy/presets/order_761": Rule("odrsa"),
    "PUT /v1/policy": Rule("r"),
    "PUT /v1/policy/weather": Rule("dr"),
    "POST /v1/policy/impact": Rule("dr"),
    "GET /v1/ground-risk/rules": Rule("odrsa"),
    "PUT /v1/ground-risk/rules": Rule("r"),
    "GET /v1/population": Rule("odrsa"),
    "GET /v1/population/grids": Rule("odrsa"),
    "POST /v1/population/grids": Rule("r"),
    "DELETE /v1/population/grids/{grid_id}": Rule("r"),
    "GET /v1/routes": Rule("odrsa"),
    "POST /v1/network/import": Rule("r"),
    "GET /v1/network/export": Rule("odrsa"),
    "PUT /v1/sites/{site_id}": Rule("dr", office={"site_id": "spare_site"}),
    "DELETE /v1/sites/{site_id}": Rule("dr", office={"site_id": "spare_site"}, last=True),
    "PUT /v1/corridors/{corridor_id}": Rule("r"),
    "DELETE /v1/corridors/{corridor_id}": Rule("r"),
    "POST /v1/routes": Rule("odrsa", body=_route, names=True),
    "GET /v1/weather": Rule("odrsa"),
    "GET /v1/weather/at": Rule("odrsa"),
    "GET /v1/weather/forecasts": Rule("odrsa"),
    "POST /v1/weather/forecasts": Rule("dr"),
    "DELETE /v1/weather/forecasts/{forecast_id}": Rule("dr"),
    "GET /v1/weather/limits": Rule("odrsa"),
    "PUT /v1/weather/limits": Rule("r"),
    "GET /v1/weather/go-no-go": Rule("odra"),
    "GET /v1/temporary-zones": _CITY,
    "POST /v1/temporary-zones": Rule("dr", body=_temporary),
    "DELETE /v1/temporary-zones/{zone_id}": Rule("dr", office={"zone_id": "temporary_zone"}, last=True),
    "GET /v1/action-lists": _CITY,
    "GET /v1/action-lists/{action_list_id}": Rule("dra", office={"action_list_id": "action_list"}),
    "POST /v1/action-lists/{action_list_id}/execute": Rule("d", office={"action_list_id": "action_list"}),
    # -- the centre's own
    "GET /v1/system/feeds": _CITY,
    "GET /v1/system/health": _CITY,
    "GET /v1/policy/versions": Rule("odrsa"),
    "GET /v1/zone-versions": _CITY,
    "POST /v1/flight-plans/{plan_id}/alternative": Rule("dr", own=_PLAN, last=True),
    "POST /v1/flight-plans/{plan_id}/alternative/check": Rule("dr", own=_PLAN),
    "GET /v1/checklists": _CITY,
    "GET /v1/checklists/current": _CITY,
    "POST /v1/checklists": Rule("d"),
    "POST /v1/checklists/{checklist_id}/steps/{step}": Rule("d"),
    "POST /v1/checklists/{checklist_id}/close": Rule("d"),
    "GET /v1/sectors": _CITY,
    "PUT /v1/sectors": Rule("da", never="d"),
    "GET /v1/sectors/versions": _CITY,
    "GET /v1/sectors/versions/{version}": Rule("dra", unready=True),
    "POST /v1/sectors/assignments": Rule("da", never="d"),
    "GET /v1/sectors/board": _CITY,
    "GET /v1/sectors/owner": _CITY,
    "GET /v1/positions": _CITY,
    "POST /v1/positions": Rule("da", never="d"),
    "PUT /v1/positions/{position_id}": Rule("da", never="d"),
    "DELETE /v1/positions/{position_id}": Rule("da", never="d"),
    "POST /v1/positions/{position_id}/sign-on": Rule("d"),
    "POST /v1/positions/sign-off": Rule("d"),
    "GET /v1/transfers": _CITY,
    "POST /v1/transfers": Rule("d"),
    "POST /v1/transfers/{transfer_id}/accept": Rule("d"),
    "POST /v1/transfers/{transfer_id}/decline": Rule("d"),
    "POST /v1/transfers/{transfer_id}/withdraw": Rule("d"),
    "GET /v1/handovers": _CITY,
    "POST /v1/handovers": Rule("d"),
    "GET /v1/handovers/current": _CITY,
    "GET /v1/handovers/{handover_id}": Rule("dra", office={"handover_id": "handover"}),
    "POST /v1/handovers/{handover_id}/entries": Rule("d", office={"handover_id": "handover"}),
    "POST /v1/handovers/{handover_id}/sign-out": Rule("d", office={"handover_id": "handover"}, last=True),
    "POST /v1/handovers/{handover_id}/sign-in": Rule("d", office={"handover_id": "handover"}, last=True),
    # -- statistics
    "GET /v1/statistics": Rule("odra"),
    "GET /v1/statistics/logistics": Rule("odra", shows=("organisation",)),
    "GET /v1/statistics/fairness": Rule("odra", shows=("organisation",)),
    "GET /v1/statistics/operations": Rule("odra"),
    "GET /v1/statistics/noise": _CITY,
    "GET /v1/statistics/report": Rule("odra"),
    # -- fleet
    "GET /v1/operators": Rule("odra", shows=("organisation",)),
    "GET /v1/operators/{organisation_id}": Rule(
        "odra", own={"organisation_id": "organisation"}, shows=("organisation",)
    ),
    "GET /v1/operators/{organisation_id}/contact": Rule("odra", own={"organisation_id": "organisation"}),
    "PUT /v1/operators/{organisation_id}/contact": Rule("oda", own={"organisation_id": "organisation"}),
    "GET /v1/aircraft/{aircraft_id}/link": Rule("odra", own={"aircraft_id": "aircraft"}),
    "GET /v1/aircraft": Rule("odra", shows=("aircraft", "flying_aircraft", "carrier")),
    "POST /v1/aircraft": Rule("o"),
    "GET /v1/aircraft/{aircraft_id}": Rule("odra", own={"aircraft_id": "aircraft"}, shows=("aircraft",)),
    "PATCH /v1/aircraft/{aircraft_id}": Rule("o", own={"aircraft_id": "aircraft"}, body=_fixed({"manufacturer": "M"})),
    "DELETE /v1/aircraft/{aircraft_id}": Rule("o", own={"aircraft_id": "carrier"}, last=True),
    # -- tracks, alerts, commands, contingencies
    "GET /v1/tracks": Rule("odrsa", shows=("track",)),
    "POST /v1/tracks": Rule("os", body=_report, names=True),
    "GET /v1/tracks/{track_id}/history": Rule("odrsa", own={"track_id": "track"}, shows=("track",)),
    "POST /v1/identification/packets": Rule("os"),
    "GET /v1/alerts": Rule("odra", shows=("alert",)),
    "GET /v1/alerts/{alert_id}": Rule("odra", own={"alert_id": "alert"}, shows=("alert",)),
    "POST /v1/alerts/{alert_id}/acknowledge": Rule("d", own={"alert_id": "alert"}),
    "POST /v1/alerts/{alert_id}/shelve": Rule("d", own={"alert_id": "alert"}, last=True),
    "POST /v1/alerts/{alert_id}/unshelve": Rule("d", own={"alert_id": "alert"}, last=True),
    "POST /v1/alerts/{alert_id}/resolve": Rule("d", own={"alert_id": "alert"}, last=True),
    "GET /v1/contingencies": Rule("odra", shows=("contingency",)),
    "GET /v1/contingencies/{contingency_id}": Rule(
        "odra", own={"contingency_id": "contingency"}, shows=("contingency",)
    ),
    "POST /v1/contingencies/{contingency_id}/accept": Rule("d", own={"contingency_id": "contingency"}),
    "POST /v1/contingencies/{contingency_id}/dismiss": Rule("d", own={"contingency_id": "contingency"}),
    "POST /v1/aircraft/{aircraft_id}/commands": Rule(
        "od", own={"aircraft_id": "vehicle"}, body=_fixed({"type": "hold"}), last=True
    ),
    "POST /v1/aircraft/{aircraft_id}/commands/check": Rule(
        "od", own={"aircraft_id": "vehicle"}, body=_fixed({"type": "hold"})
    ),
    "GET /v1/aircraft/{aircraft_id}/reroutes": Rule("od", own={"aircraft_id": "vehicle"}),
    "POST /v1/commands/mass": Rule(
        "od", body=lambda c, o, s: {"commands": [{"aircraft_id": o.ids["vehicle"], "type": "hold"}]}, names=True
    ),
    "GET /v1/commands": Rule("odra", shows=("command",)),
    "GET /v1/commands/{command_id}": Rule("odra", own={"command_id": "command"}, shows=("command",)),
    # -- what happened
    "GET /v1/events": Rule("odrsa"),
    "GET /v1/replay": Rule("odra"),
    "GET /v1/fleet/state": Rule("odra"),
    "GET /v1/replay/range": Rule("odra"),
    "GET /v1/replay/distance": Rule("odra", unready=True),  # of two tracks; a firm knows its own alone
    "GET /v1/incidents": _CITY,
    "POST /v1/incidents": Rule("dr", body=_incident),
    "GET /v1/incidents/{incident_id}": Rule("dra", office={"incident_id": "incident"}),
    "GET /v1/incidents/{incident_id}/bundle": Rule("dra", office={"incident_id": "incident"}),
    # -- logistics
    "POST /v1/orders": Rule("o", body=_ORDER),
    "GET /v1/orders": Rule("odra", shows=("order",)),
    "POST /v1/orders/dispatch": Rule("o"),
    "GET /v1/orders/{order_id}": Rule("odra", own={"order_id": "order"}, shows=("order",)),
    "POST /v1/orders/{order_id}/retry": Rule("od", own={"order_id": "order"}),
    "POST /v1/orders/{order_id}/reassign": Rule(
        "od", own={"order_id": "order"}, body=_fixed({"aircraft_id": "ac_nobody"}), unready=True
    ),
    "POST /v1/orders/{order_id}/release": Rule("od", own={"order_id": "order"}, last=True),
    "POST /v1/orders/{order_id}/cancel": Rule("od", own={"order_id": "order"}, last=True),
    "POST /v1/missions": Rule("o", body=_standing_mission, names=True),
    "GET /v1/missions": Rule("odra", shows=("mission",)),
    "GET /v1/missions/{mission_id}": Rule("odra", own={"mission_id": "mission"}, shows=("mission",)),
    "POST /v1/missions/{mission_id}/confirm": Rule("od", own={"mission_id": "mission"}),
    "POST /v1/missions/{mission_id}/cancel": Rule("od", own={"mission_id": "mission"}, last=True),
    "GET /v1/carriers": Rule("odra", shows=("carrier",)),
    "GET /v1/carriers/{aircraft_id}": Rule("odra", own={"aircraft_id": "carrier"}, shows=("carrier",)),
    "PUT /v1/carriers/{aircraft_id}": Rule("o", own={"aircraft_id": "carrier"}, body=_fixed({"site_id": FROM_SITE})),
    "GET /v1/batteries": Rule("odra", shows=("battery",)),
    "POST /v1/batteries": Rule("o", body=_fixed({"label": "One more", "capacity_wh": 500})),
    "PATCH /v1/batteries/{battery_id}": Rule("o", own={"battery_id": "battery"}, body=_fixed({"cycles": 7})),
    "GET /v1/crews": Rule("odra", shows=("crew",)),
    "POST /v1/crews": Rule("o", body=_fixed({"label": "One more", "vehicles_max": 2})),
    "PATCH /v1/crews/{crew_id}": Rule("o", own={"crew_id": "crew"}, body=_fixed({"vehicles_max": 4})),
    # -- webhooks: an organisation's own, whatever its role
    "GET /v1/webhooks": Rule("odrsa", shows=("webhook",), only_owner=True),
    "POST /v1/webhooks": Rule("odrsa"),
    "GET /v1/webhooks/{webhook_id}": Rule("odrsa", own={"webhook_id": "webhook"}, shows=("webhook",), only_owner=True),
    "PATCH /v1/webhooks/{webhook_id}": Rule(
        "odrsa", own={"webhook_id": "webhook"}, body=_fixed({"active": True}), only_owner=True
    ),
    "GET /v1/webhooks/{webhook_id}/deliveries": Rule("odrsa", own={"webhook_id": "webhook"}, only_owner=True),
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": Rule(
        "odrsa", own={"webhook_id": "webhook", "delivery_id": "delivery"}, only_owner=True
    ),
    "POST /v1/webhooks/{webhook_id}/replay": Rule("odrsa", own={"webhook_id": "webhook"}, body=_since, only_owner=True),
    "POST /v1/webhooks/{webhook_id}/rotate": Rule("odrsa", own={"webhook_id": "webhook"}, only_owner=True, last=True),
    "DELETE /v1/webhooks/{webhook_id}": Rule("odrsa", own={"webhook_id": "webhook"}, only_owner=True, last=True),
    # -- the demonstration's simulator
    "GET /v1/demo/faults": Rule("da"),
    "POST /v1/demo/faults": Rule("da"),
    "DELETE /v1/demo/faults": Rule("da"),
}

SOCKETS: dict[str, str] = {"/v1/live": "odrsa", "/v1/tracks/ingest": "os", "/v1/replay/live": "odra"}
"""WebSocket paths and who may open them; each is walked by a test of its own in test_tenancy.py."""

HIDDEN: frozenset[str] = frozenset(
    {
        "/openapi.json",
        "/docs",
        "/docs/guide",
        f"/docs/guide/{FILE_NAME}",
        "/docs/oauth2-redirect",
        "/problems/{code}",
        "/",
        "/{name:path}",
        "/map-settings.json",
        "/map-tiles/{name}.pmtiles",
        "/metrics",
    }
)
"""Paths that are not in the OpenAPI document: pages and texts that are the same for everybody, without a token."""
