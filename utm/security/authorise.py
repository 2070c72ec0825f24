"""The one place that decides who may see and do what.

Three questions, in this order: may the role take the action at all (`permits`; no means 403), does the token carry the
scope (403), and does the object belong to somebody whose things the caller may see (`may_read_of`, `may_edit_of`; no
means 404, as if it did not exist). Lists are narrowed by `visible_organisation`.
"""

from typing import Final, Literal, get_args

from utm.security.principal import Principal, Role

Action = Literal[
    "plan.read", "plan.file", "plan.check", "plan.step", "plan.decide", "plan.record",
    "standing_approval.read", "standing_approval.apply", "standing_approval.decide",
    "advisory.read", "advisory.acknowledge",
    "approval.read", "approval.decide", "standing_approval.file",
    "event_report.read", "event_report.file", "event_report.waive",
    "duty.read", "duty.write",
    "ground_stop.read", "ground_stop.write",
    "policy.read", "policy.write", "policy.impact", "weather.read", "weather.write",
    "zone.read", "zone.write", "zone.impact",
    "corridor.read", "corridor.write",
    "site.read", "site.write", "slot.read", "slot.write",
    "airspace.read",
    "track.read", "track.write",
    "contingency.read", "contingency.declare", "contingency.decide",
    "temporary_zone.read", "temporary_zone.write",
    "action_list.read", "action_list.execute",
    "alert.read", "alert.handle",
    "command.read", "command.send",
    "handover.read", "handover.write",
    "sector.read", "sector.write", "transfer.write",
    "checklist.read", "checklist.write", "system.read", "zone_version.read",
    "replay.read", "incident.read", "incident.write", "audit.read", "statistics.read", "city_statistics.read",
    "operator.read", "operator.write", "operator_contact.write",
    "aircraft.read", "aircraft.write",
    "order.read", "order.create", "order.write", "mission.read", "mission.book", "mission.write",
    "carrier.read", "carrier.write",
    "live.read", "webhook.read", "webhook.write",
    "identity.read", "identity.write",
    "client.read", "client.write",
    "sandbox.read", "sandbox.write",
    "quota.read", "quota.write",
    "demo.read", "demo.write",
]  # fmt: skip

ACTIONS: tuple[Action, ...] = get_args(Action)

_O: Final = "operator"
_D: Final = "dispatcher"
_R: Final = "regulator"
_S: Final = "supplier"
_A: Final = "admin"
_ALL: tuple[Role, ...] = (_O, _D, _R, _S, _A)

PERMISSIONS: dict[Action, tuple[Role, ...]] = {
    "plan.read": (_O, _D, _R, _A),
    "plan.file": (_O,),
    "plan.check": (_O, _D),
    "plan.step": (_O, _D),
    "plan.decide": (_D, _R),
    "plan.record": (_O, _D, _R, _A),
    "standing_approval.read": (_O, _D, _R, _A),
    "standing_approval.apply": (_O,),
    "standing_approval.decide": (_R,),
    "advisory.read": (_O, _D, _R, _A),
    "advisory.acknowledge": (_O,),
    "approval.read": (_O, _D, _R, _A),
    "approval.decide": (_D, _R),
    "standing_approval.file": (_O,),
    "event_report.read": (_O, _D, _R, _A),
    "event_report.file": (_O,),
    "event_report.waive": (_R,),
    "duty.read": (_O, _D, _R, _A),
    "duty.write": (_O, _D, _R, _A),
    "ground_stop.read": (_O, _D, _R, _A),
    "ground_stop.write": (_D,),
    "policy.read": _ALL,
    "policy.write": (_R,),
    "policy.impact": (_D, _R),
    "weather.read": _ALL,
    "weather.write": (_D, _R),
    "zone.read": _ALL,
    "zone.write": (_R,),
    "zone.impact": (_D, _R),
    "corridor.read": _ALL,
    "corridor.write": (_R,),
    "site.read": _ALL,
    "site.write": (_D, _R),
    "slot.read": (_O, _D, _R, _A),
    "slot.write": (_O, _D),
    "airspace.read": _ALL,
    "track.read": _ALL,
    "track.write": (_O, _S),
    "contingency.read": (_O, _D, _R, _A),
    "contingency.declare": (_O, _D),
    "contingency.decide": (_D,),
    "temporary_zone.read": (_D, _R, _A),
    "temporary_zone.write": (_D, _R),
    "action_list.read": (_D, _R, _A),
    "action_list.execute": (_D,),
    "alert.read": (_O, _D, _R, _A),
    "alert.handle": (_D,),
    "command.read": (_O, _D, _R, _A),
    "command.send": (_O, _D),
    "handover.read": (_D, _R, _A),
    "handover.write": (_D,),
    "sector.read": (_D, _R, _A),
    "sector.write": (_D, _A),
    "transfer.write": (_D,),
    "checklist.read": (_D, _R, _A),
    "checklist.write": (_D,),
    "system.read": (_D, _R, _A),
    "zone_version.read": (_D, _R, _A),
    "replay.read": (_O, _D, _R, _A),
    "incident.read": (_D, _R, _A),
    "incident.write": (_D, _R),
    "audit.read": (_R, _A),
    "statistics.read": (_O, _D, _R, _A),
    "city_statistics.read": (_D, _R, _A),
    "operator.read": (_O, _D, _R, _A),
    "operator.write": (_A,),
    "operator_contact.write": (_O, _D, _A),
    "aircraft.read": (_O, _D, _R, _A),
    "aircraft.write": (_O,),
    "order.read": (_O, _D, _R, _A),
    "order.create": (_O,),
    "order.write": (_O, _D),
    "mission.read": (_O, _D, _R, _A),
    "mission.book": (_O,),
    "mission.write": (_O, _D),
    "carrier.read": (_O, _D, _R, _A),
    "carrier.write": (_O,),
    "live.read": _ALL,
    "webhook.read": _ALL,
    "webhook.write": _ALL,
    "identity.read": (_A,),
    "identity.write": (_A,),
    "client.read": _ALL,
    "client.write": _ALL,
    "sandbox.read": (_O, _S, _A),
    "sandbox.write": (_O, _S, _A),
    "quota.read": (_O, _S, _A),
    "quota.write": (_A,),
    "demo.read": (_D, _A),
    "demo.write": (_D, _A),
}

_READS = frozenset({"read", "check", "impact", "record"})


def scope_of(action: Action) -> str:
    """Return the OAuth scope an action needs: its resource with `:read` or `:write`."""
    resource, _, verb = action.partition(".")
    return f"{resource}:{'read' if verb in _READS else 'write'}"


def scopes_of(role: Role) -> frozenset[str]:
    """Return every scope a role can be given."""
    return frozenset(scope_of(action) for action, roles in PERMISSIONS.items() if role in roles)


ALL_SCOPES = frozenset(scope_of(action) for action in ACTIONS)


def permits(principal: Principal, action: Action) -> bool:
    """Tell whether the caller's role and scopes allow the action on things that are its own to act on."""
    return principal.role in PERMISSIONS[action] and scope_of(action) in principal.scopes


def visible_organisation(principal: Principal) -> str | None:
    """Return the organisation whose things a list is narrowed to, or None when the caller sees all."""
    return None if principal.sees_everything else principal.organisation_id


def may_read_of(principal: Principal, owner_organisation_id: str | None) -> bool:
    """Tell whether the caller may read whole what belongs to that organisation (None: to nobody known)."""
    return principal.sees_everything or (
        owner_organisation_id is not None and owner_organisation_id == principal.organisation_id
    )


def may_edit_of(principal: Principal, owner_organisation_id: str | None) -> bool:
    """Tell whether the caller may change what is that organisation's: firms their own, dispatchers everybody's."""
    return principal.role == "dispatcher" or (
        owner_organisation_id is not None and owner_organisation_id == principal.organisation_id
    )


def has_entitlement(principal: Principal, entitlement: str) -> bool:
    """Tell whether the caller's organisation was granted an entitlement, such as `priority_over_50`."""
    return entitlement in principal.entitlements
