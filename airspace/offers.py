"""Counter-offers: complete ways to fly instead of a plan that cannot be approved as filed.

A `Change` says what is flown differently; `search` compiles each, finds its first free departure (a union of closed
intervals of forbidden delays, see `airspace.offers_delay`), has it judged exactly as filing would, and ranks what is
approved. Changes come from proposers: layers from here, detours, corridors and pads from `dispatch`. Pure: the judge,
the engine, energy and the time left are arguments, and the order of proposals decides, not chance.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Final

from airspace.decision import CounterOffer, Decision, Reason
from airspace.intent import FlightIntent
from airspace.intervals import merged
from airspace.offers_cost import priced
from airspace.offers_delay import forbidden_by_rules, free_delays
from airspace.offers_parts import (
    CHANGE,
    DELAY,
    JUDGE,
    KINDS,
    PRICE,
    RAISE,
    Change,
    Filed,
    Offer,
    Proposer,
    Setting,
    Steps,
    finished,
)
from airspace.offers_route import RouteView, kept_times, raised, raised_flight, rewritten, slowed, view
from airspace.policy import Policy
from airspace.region import Region
from airspace.resources import performance_reasons
from airspace.scene import Scene
from airspace.schedule import PERMANENT
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route

MAX_OFFERS: Final = 5
MOST_OF_A_KIND: Final = 2
GOOD_S: Final = 600.0
"""An offer that costs less is good enough not to look for last resorts (ours)."""
SMALL_DELAY_S: Final = 900.0
"""Another height, route or pad is first looked for within so much delay, then up to the policy's horizon."""
FIRST_LOOK_S: Final = 240.0
"""Most flights in the way have passed by then, and a short look ahead is a quick one."""
_TRIES: Final = 16

INCURABLE: Final = frozenset(
    {"pending_authority", "synthetic_terrain", "article27_missing", "outside_service_area", "duration_not_allowed"}
)
"""Reasons that no other time, height, route or pad gets rid of."""
_STANDING: Final = frozenset(
    {"above_ceiling", "below_terrain", "outside_corridor", "priority_not_entitled", "climb_not_filed"}
    | {"performance_exceeded", "times_not_attainable", "wind_too_strong"}
    | {"site_unknown", "site_closed", "site_away_from_route", "off_site_not_allowed"}
    | {"ground_exposed", "ground_unknown", "impact_energy"}
    | INCURABLE
)
"""Reasons that stand however late the same flight departs."""
_TOO_FAST: Final = frozenset({"performance_exceeded", "times_not_attainable"})


def standing_in_the_way(decision: Decision) -> list[Reason]:
    """Return the reasons that keep a decision from being an approval."""
    return [item for item in decision.reasons if item.severity != "warning"]


def incurable(plan: FlightIntent, reasons: Iterable[Reason], curable: AbstractSet[str] = frozenset()) -> list[Reason]:
    """Return the reasons that no change known here gets rid of."""
    lasting = INCURABLE - curable
    return [item for item in reasons if item.code in lasting or _about_origin(plan, item)]


def with_offers(decision: Decision, counter_offers: tuple[CounterOffer, ...], *, whole: bool = True) -> Decision:
    """Return the decision with its offers; without any, each reason in the way says that no change found cures it.

    `whole` is False where time ran out before everything was tried: then nothing is said.
    """
    if counter_offers or not whole:
        return replace(decision, counter_offers=counter_offers)
    reasons = tuple(item if item.severity == "warning" else replace(item, curable=False) for item in decision.reasons)
    return replace(decision, reasons=reasons)


def search(
    filed: Filed, setting: Setting, proposers: Sequence[Proposer], last_resorts: Sequence[Proposer] = ()
) -> tuple[Offer, ...]:
    """Return at most five offers, cheapest first, of as many kinds as can be; empty when nothing found is approved.

    `last_resorts` propose only when nothing good was found.
    """
    return finished(searching(filed, setting, proposers, last_resorts))


def searching(
    filed: Filed, setting: Setting, proposers: Sequence[Proposer], last_resorts: Sequence[Proposer] = ()
) -> Steps[tuple[Offer, ...]]:
    """The same step by step: what it does next is said before it is done, for many searches to be taken together."""
    if incurable(filed.plan, standing_in_the_way(filed.decision), setting.curable):
        return ()
    if setting.exhausted():
        return ()
    repaired = repair(filed, setting.scene)
    if repaired is None:
        return ()
    found = yield from _approved(filed, repaired, _changes(repaired, proposers), setting)
    if not any(offer.cost_s <= GOOD_S for offer in found):
        more = (change for proposer in last_resorts for change in proposer(repaired))
        found += yield from _approved(filed, repaired, more, setting, {_key(offer) for offer in found})
    return ranked(found)


def _key(offer: Offer) -> tuple[str, str | None, tuple[Waypoint, ...] | None]:
    return offer.kind, offer.plan.destination_site_id, None if offer.route is None else offer.route.waypoints


def _approved(
    filed: Filed,
    repaired: Filed,
    changes: Iterable[Change],
    setting: Setting,
    known: AbstractSet[object] = frozenset(),
) -> Steps[list[Offer]]:
    found: list[Offer] = []
    for change in changes:
        if setting.exhausted():
            break
        if sum(offer.kind == change.kind for offer in found) >= MOST_OF_A_KIND:
            continue
        offer = yield from attempt(filed, repaired, change, setting)
        if offer is not None and not (known and _key(offer) in known):
            found.append(offer)
    return found


def ranked(found: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return at most five offers by cost: the cheapest of each kind first of all, then what else is cheap."""
    ordered = sorted(found, key=lambda offer: (offer.cost_s, KINDS.index(offer.kind), offer.delay_s))
    best = {kind: next((o for o in ordered if o.kind == kind), None) for kind in KINDS}
    kept = [offer for offer in best.values() if offer is not None]
    kept += [offer for offer in ordered if offer not in kept][: MAX_OFFERS - len(kept)]
    return tuple(offer for offer in ordered if offer in kept)


def attempt(filed: Filed, repaired: Filed, change: Change, setting: Setting) -> Steps[Offer | None]:
    """Return the change at its first free departure, judged and approved, or None when there is none."""
    as_filed = change.waypoints is None and change.rise_m is None
    as_filed = as_filed and change.destination_site_id is None and not repaired.repairs
    if not as_filed:
        yield CHANGE if change.rise_m is None else RAISE
    changed = (filed.plan, None) if as_filed else _changed(repaired, change, setting)
    if changed is None:
        return None
    plan, route = changed
    first, soonest_s = _at_soonest(plan, setting)
    still: Decision | None
    if as_filed and setting.earliest_s == 0.0:
        still = filed.decision
    else:
        yield JUDGE
        still = None if route is not None and _is_held_up(first, setting) else setting.judge(first)
    if still is not None:
        mended = _mended(repaired, plan, route, still, setting) if route is not None else None
        if mended is not None:
            plan, route = mended
            first = delayed(plan, soonest_s)
            still = setting.judge(first)
        reasons = standing_in_the_way(still)
        if not reasons and not as_filed:
            # Approved at the soonest departure there is: no interval of delays can find a sooner one.
            yield PRICE
            return priced(filed, repaired, change, route, first, soonest_s, setting)
        if not all(_passes(item, setting) for item in reasons):
            return None
    horizon_s = setting.policy.offer_horizon_s
    for from_s, to_s in _windows(setting.earliest_s, horizon_s):
        approved = yield from _first_approved(plan, setting, from_s, to_s, skip_zero=as_filed)
        if approved is not None:
            yield PRICE
            return priced(filed, repaired, change, route, *approved, setting)
        if setting.exhausted():
            return None
    return None


def _windows(earliest_s: float, horizon_s: float) -> Iterator[tuple[float, float]]:
    """Yield the delays to look through one after the other: most flights are free within the first."""
    from_s = earliest_s
    for small_s in (FIRST_LOOK_S, SMALL_DELAY_S, math.inf):
        to_s = min(earliest_s + small_s, horizon_s)
        if from_s < to_s or from_s == earliest_s <= to_s:
            yield from_s, to_s
            from_s = to_s


def _is_held_up(plan: FlightIntent, setting: Setting) -> bool:
    """Tell whether a flight the aircraft can fly meets others: it must be later anyway, and is judged whole when it is."""
    return setting.meets(plan) and not any(performance_reasons(plan, setting.policy))


def _at_soonest(plan: FlightIntent, setting: Setting) -> tuple[FlightIntent, float]:
    """Return the flight at the least delay that can be filed in time, and that delay."""
    soonest_s = next(free_delays((), setting.earliest_s, setting.earliest_s + 1.0))
    return delayed(plan, soonest_s), soonest_s


def repair(filed: Filed, scene: Scene) -> Filed | None:
    """Return the plan with what every offer must change anyway: priority, speeds, alternates; None if that fails."""
    plan, seen, says = filed.plan, filed.seen, list(filed.repairs)
    codes = {item.code for item in standing_in_the_way(filed.decision)}
    if "priority_not_entitled" in codes:
        plan = replace(plan, priority=plan.priority_limit)
        says.append((f"with priority {plan.priority}", f"优先级改为 {plan.priority}"))
    lost = _lost_alternates(plan, filed.decision)
    if lost:
        kept = tuple(site_id for site_id in plan.alternate_site_ids if site_id not in lost)
        plan = replace(plan, alternate_site_ids=kept)
        names = ", ".join(sorted(lost))
        says.append((f"without the alternate {names}", f"不使用备降场 {names}"))
    if codes & _TOO_FAST:
        if seen is None:
            return None
        slow = _slow_enough(seen, plan, filed.decision, scene.region)
        if slow is None:
            return None
        seen = slow
        says.append(("with legs slowed to what the aircraft can do", "将航段速度降至机型能力以内"))
    return replace(filed, plan=plan, seen=seen, repairs=tuple(says))


def layers(filed: Filed, policy: Policy) -> Iterator[Change]:
    """Propose the flight at each of the policy's layers, the nearest first; its shape stays, take-off and landing too."""
    seen = filed.seen
    if seen is None or not any(seen.en_route):
        return
    top = seen.top_agl_m
    highest = policy.ceiling_agl_m - policy.tolerance.vertical_m
    for layer in sorted(set(policy.offer_layers_agl_m), key=lambda layer: (abs(layer - top), layer)):
        if abs(layer - top) >= 0.5 and layer <= highest:
            says = f"Fly at {layer:g} m true height instead of {top:.0f} m", f"真高由 {top:.0f} 米改为 {layer:g} 米"
            yield Change("altitude", says, rise_m=layer - top)


def _changes(repaired: Filed, proposers: Sequence[Proposer]) -> Iterator[Change]:
    if repaired.seen is not None and _slower(repaired):
        yield Change("route", waypoints=repaired.seen.route.waypoints)
    else:
        yield Change("delay")
    for proposer in proposers:
        yield from proposer(repaired)


def _slower(repaired: Filed) -> bool:
    return any(item.code in _TOO_FAST for item in standing_in_the_way(repaired.decision))


def _slow_enough(seen: RouteView, plan: FlightIntent, decision: Decision, region: Region) -> RouteView | None:
    """Return the route with the times its aircraft can keep, else with its speeds bounded; None if neither helps."""
    for item in standing_in_the_way(decision):
        if item.attainable_s:
            return kept_times(seen, item.attainable_s, region)
    slow = None if plan.performance is None else slowed(seen, plan.performance)
    return None if slow is None else replace(seen, route=replace(seen.route, waypoints=slow))


def _mended(
    repaired: Filed, plan: FlightIntent, route: WaypointRoute, decision: Decision, setting: Setting
) -> tuple[FlightIntent, WaypointRoute] | None:
    """Return a changed flight with times its aircraft can keep; None where it can keep them, or cannot at all."""
    if not any(item.code in _TOO_FAST for item in standing_in_the_way(decision)):
        return None
    region = setting.scene.region
    slow = _slow_enough(view(route, region), plan, decision, region)
    if slow is None:
        return None
    kept = rewritten(slow, slow.route.waypoints, region)
    path = compile_route(kept, plan.departure_at, region)
    return (replace(plan, path=path), kept) if isinstance(path, FlightPath) else None


def _changed(repaired: Filed, change: Change, setting: Setting) -> tuple[FlightIntent, WaypointRoute | None] | None:
    plan, seen = repaired.plan, repaired.seen
    if change.destination_site_id is not None:
        plan = replace(plan, destination_site_id=change.destination_site_id)
    waypoints = change.waypoints
    if change.rise_m is not None and seen is not None:
        if isinstance(plan.path, FlightPath) and change.destination_site_id is None and not repaired.repairs:
            higher = raised_flight(seen, plan.path, change.rise_m, to_scene_s(plan.departure_at))
            if higher is not None:
                return plan.flown(plan.departure_at, higher[0]), higher[1]
        waypoints = raised(seen, change.rise_m)
    if waypoints is None or seen is None:
        return plan, None
    region = setting.scene.region
    route = rewritten(seen, waypoints, region)
    path = compile_route(route, plan.departure_at, region)
    if not isinstance(path, FlightPath):
        return None
    # Another height lies over the same ground, and so in the same cells.
    cells = plan.cells if change.kind == "altitude" else setting.cells(path)
    return plan.flown(plan.departure_at, path, cells), route


def _first_approved(
    plan: FlightIntent, setting: Setting, from_s: float, to_s: float, *, skip_zero: bool
) -> Steps[tuple[FlightIntent, float] | None]:
    yield DELAY
    rules = forbidden_by_rules(plan, setting.policy, setting.scene, setting.now, from_s=from_s, to_s=to_s)
    if next(free_delays(rules, from_s, to_s), None) is None:
        return None
    spans = merged([*rules, *setting.forbidden(plan, from_s, to_s)])
    if skip_zero:
        # As filed it was refused: what refused it is no matter of these intervals, or of rounding.
        spans = merged([*spans, (0.0, 0.0)])
    for _ in range(_TRIES):
        delay_s = next(free_delays(spans, from_s, to_s), None)
        if delay_s is None:
            return None
        yield JUDGE
        later = delayed(plan, delay_s)
        reasons = standing_in_the_way(setting.judge(later))
        if not reasons:
            return later, delay_s
        if not all(_passes(item, setting) for item in reasons) or setting.exhausted():
            return None
        spans = merged([*spans, (delay_s, delay_s + max(map(_lasts_s, reasons)))])
    return None


def _lasts_s(item: Reason) -> float:
    """Return by how much later a flight gets clear of a reason that no interval foretold: a capacity that frees."""
    if item.starts_s is None or item.frees_s is None:
        return 1e-3
    return max(item.frees_s - item.starts_s, 1e-3)


def delayed(plan: FlightIntent, delay_s: float) -> FlightIntent:
    """Return the same flight, later by whole microseconds."""
    if delay_s == 0.0:
        return plan
    path = plan.path
    departs = plan.departure_at + timedelta(seconds=delay_s)
    if isinstance(path, FlightPath):
        return plan.flown(departs, path.later(to_scene_s(departs) - to_scene_s(plan.departure_at)))
    prisms = tuple(prism.shifted(delay_s) for prism in path.prisms)
    return replace(plan, departure_at=departs, path=replace(path, prisms=prisms))


def _passes(item: Reason, setting: Setting) -> bool:
    """Tell whether a reason may be gone when the same flight departs later."""
    if item.code in _STANDING and item.code not in setting.curable:
        return False
    zone = None if item.zone_id is None else setting.scene.zones.zones.get(item.zone_id)
    return zone is None or zone.applicability != PERMANENT


def _about_origin(plan: FlightIntent, item: Reason) -> bool:
    """Tell whether a reason is about the place of take-off, which no offer moves."""
    if item.code in ("site_unknown", "site_closed", "site_away_from_route"):
        return item.site_id == plan.origin_site_id
    return item.code == "off_site_not_allowed" and plan.origin_site_id is None


def _lost_alternates(plan: FlightIntent, decision: Decision) -> set[str]:
    lost = {item.site_id for item in standing_in_the_way(decision) if item.code in ("site_unknown", "site_closed")}
    return {site_id for site_id in plan.alternate_site_ids if site_id in lost}
