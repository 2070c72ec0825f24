"""What became of a seeded day, read from its store and judged: the facts its report and its goals are made of."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import orjson

from airspace.timebase import to_scene_s
from sim.day import DAY_AT, HOUR_S, DayWorld
from utm.judge import JudgedConflict, from_body, geoid_from_csv, judge, plane_for
from utm.logistics.indicators import indicators
from utm.separation_check import check
from utm.store.day_facts import all_missions, all_orders, flown_plans
from utm.store.store import Store

_DIRECT_MPS: Final = 15.0
_VERTICAL_S: Final = 45.0


def facts_of(world: DayWorld) -> dict[str, Any]:
    """Return everything there is to tell of a day as JSON values."""
    zero_s = to_scene_s(DAY_AT)
    ends_s = zero_s + world.scenario.to_hour * HOUR_S
    store = Store(world.settings.database_path)
    try:
        orders, missions, plans = (store.read_now(read) for read in (all_orders, all_missions, flown_plans))
        found = store.read_now(lambda session: indicators(session, zero_s, zero_s + 86_400.0, None))
    finally:
        store.close()
    overlapping = _overlapping(missions)
    places = _places(world)
    report = check(world.settings).as_dict()
    met = _met(world, plans)
    losses = held_together(met, plans)
    return {
        "seed": world.seed,
        "scenario": asdict(world.scenario),
        "simulated_s": round(world.simulated_s, 1),
        "cpu_s": round(world.cpu_s, 1),
        "times_real": round(world.simulated_s / max(world.cpu_s, 1e-9), 1),
        "checks": {
            "separation_losses": len(losses) + len(report["conflicts"]) + len(report["unread"]),
            "behind_a_landing": len(met) - len(losses),
            "plans_judged": len(plans),
            "double_bookings": len(report["double_bookings"]) + overlapping,
            "below_reserve": sum(flight.left_share < flight.reserve_share for flight in world.log.flown),
            "least_left_share": round(min((flight.left_share for flight in world.log.flown), default=1.0), 3),
            "unaccounted": _unaccounted(world, orders),
            "broken": [violation.as_dict() for violation in world.violations],
            **world.checks,
        },
        "orders": _orders(orders),
        "times": _times(world, orders, zero_s, ends_s, places),
        "flights": _flights(world, missions),
        "indicators": found,
        "hours": _hours(world, orders, zero_s),
        "airborne": _airborne(world, zero_s),
        "sites": _sites(world, missions, places),
        "routes": _routes(missions, places),
        "events": world.log.events,
        "storm": None if world.storm is None else _storm(world),
        "asked": {"counts": dict(world.log.counts), "refused": dict(world.log.refused)},
    }


def _met(world: DayWorld, plans: list[dict[str, Any]]) -> list[JudgedConflict]:
    """Return the pairs of plans that were flown that lose separation, as they stood when they were flown."""
    city = world.city
    geoid, plane = geoid_from_csv(city.geoid_csv), plane_for(city.crs)
    judged = []
    for row in plans:
        minima = {name: row[name] for name in ("horizontal_m", "vertical_m", "time_buffer_s")}
        body = orjson.loads(row["body"])
        body["departure_at"] = str(body["departure_at"]).upper()
        judged.append(from_body(row["plan_id"], body, minima, geoid, geoid, plane=plane))
    return judge(judged)


def held_together(met: Iterable[JudgedConflict], plans: Iterable[Mapping[str, Any]]) -> list[JudgedConflict]:
    """Return the pairs that held airspace at the same time: neither had landed and ended when the other was activated.

    An activation is for the instant it is made, and judged against all that is held then; a plan that has ended holds
    nothing, though it was planned to last some seconds more.
    """
    lives = {row["plan_id"]: (_instant(row["activated_at"]), _instant(row["ended_at"])) for row in plans}

    def before(a: str, b: str) -> bool:
        """Whether a plan had ended when another was activated."""
        ended_at, activated_at = lives[a][1], lives[b][0]
        return ended_at is not None and activated_at is not None and ended_at <= activated_at

    return [pair for pair in met if not before(pair.plan_a, pair.plan_b) and not before(pair.plan_b, pair.plan_a)]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _overlapping(missions: list[dict[str, Any]]) -> int:
    """Return how often an aircraft's flights overlap as they were flown: by the missions alone, not by reservations."""
    by_craft: dict[str, list[tuple[float, float]]] = {}
    for row in missions:
        if row["took_off_s"] is not None and row["landed_s"] is not None:
            by_craft.setdefault(row["aircraft_id"], []).append((row["took_off_s"], row["landed_s"]))
    found = 0
    for spans in by_craft.values():
        spans.sort()
        found += sum(a[1] > b[0] for a, b in pairwise(spans))
    return found


def _unaccounted(world: DayWorld, orders: list[dict[str, Any]]) -> int:
    """Return how many orders told are gone from the store, or ended without delivery and without a cause."""
    known = {order_id for shipper in world.shippers for order_id in shipper.ids}
    ended = ("failed", "returned")
    fine = {row["order_id"] for row in orders if row["state"] not in ended or row["cause"] is not None}
    return len(known - fine)


def _orders(orders: list[dict[str, Any]]) -> dict[str, Any]:
    states = Counter(row["state"] for row in orders)
    causes = Counter(row["cause"] for row in orders if row["state"] != "delivered" and row["cause"] is not None)
    return {"total": len(orders), **states, "causes": dict(causes.most_common())}


def _times(
    world: DayWorld, orders: list[dict[str, Any]], zero_s: float, ends_s: float, places: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    storm = world.storm
    due = [row for row in orders if row["deliver_by_s"] is not None and row["deliver_by_s"] <= ends_s]
    fair = [
        row
        for row in due
        if storm is None or row["deliver_by_s"] < storm.starts_s + zero_s or row["ready_s"] > storm.ends_s + zero_s
    ]
    promised = [row for row in orders if row["promised_s"] is not None and row["delivered_s"] is not None]
    delays = [
        max(0.0, (row["delivered_s"] or ends_s) - row["ready_s"] - _direct_s(row, places))
        for row in orders
        if row["state"] != "cancelled" and row["ready_s"] < ends_s
    ]
    waits = [row["delivered_s"] - row["ready_s"] for row in orders if row["delivered_s"] is not None]
    return {
        "on_time_fair_share": _share(sum(map(_in_time, fair)), len(fair)),
        "on_time_fair_orders": len(fair),
        "on_time_share": _share(sum(map(_in_time, due)), len(due)),
        "on_time_orders": len(due),
        "promises_given": len(promised),
        "promises_kept_share": _share(sum(row["delivered_s"] <= row["promised_s"] for row in promised), len(promised)),
        "total_delay_h": round(sum(delays) / 3600.0, 2),
        "mean_delay_s": round(float(np.mean(delays)), 1) if delays else None,
        "wait_s": {str(q): round(float(np.percentile(waits, q)), 1) for q in (50, 90, 99)} if waits else {},
        "wait_histogram": np.histogram(waits, bins=np.arange(0, 7_201, 300))[0].tolist() if waits else [],
    }


def _in_time(row: dict[str, Any]) -> bool:
    return row["delivered_s"] is not None and row["delivered_s"] <= row["deliver_by_s"]


def _direct_s(row: dict[str, Any], places: dict[str, dict[str, Any]]) -> float:
    a, b = places[row["origin_site_id"]], places[row["destination_site_id"]]
    return float(np.hypot(a["x_m"] - b["x_m"], a["y_m"] - b["y_m"])) / _DIRECT_MPS + _VERTICAL_S


def _flights(world: DayWorld, missions: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = Counter((row["kind"], row["state"]) for row in missions)
    causes = Counter(row["cause"] for row in missions if row["cause"] is not None)
    done = [row for row in missions if row["state"] == "completed"]
    used = sum(flight.used_wh for flight in world.log.flown if flight.failed is None)
    length = sum(row["length_m"] for row in done) / 1000.0
    return {
        "by_kind": [{"kind": kind, "state": state, "count": count} for (kind, state), count in sorted(kinds.items())],
        "causes": dict(causes.most_common()),
        "completed": len(done),
        "length_km": round(length, 1),
        "energy_wh_per_km": round(used / length, 2) if length else None,
        "faults": sum(count for name, count in world.log.counts.items() if name.startswith("fault")),
    }


def _hours(world: DayWorld, orders: list[dict[str, Any]], zero_s: float) -> list[dict[str, Any]]:
    table = [{"hour": hour, "ready": 0, "delivered": 0, "late": 0} for hour in range(25)]
    for row in orders:
        table[min(24, int((row["ready_s"] - zero_s) // HOUR_S))]["ready"] += 1
        if row["delivered_s"] is not None:
            slot = table[min(24, int((row["delivered_s"] - zero_s) // HOUR_S))]
            slot["delivered"] += 1
            slot["late"] += int(row["deliver_by_s"] is not None and row["delivered_s"] > row["deliver_by_s"])
    return table


def _airborne(world: DayWorld, zero_s: float) -> list[int]:
    """Return how many flights are in the air at each five minutes of the day."""
    begins = np.sort([flight.took_off_s - zero_s for flight in world.log.flown])
    ends = np.sort([flight.landed_s - zero_s for flight in world.log.flown])
    at = np.arange(0.0, 25 * HOUR_S, 300.0)
    return [int(n) for n in np.searchsorted(begins, at, "right") - np.searchsorted(ends, at, "right")]


def _places(world: DayWorld) -> dict[str, dict[str, Any]]:
    return {
        site.site_id: {
            "site_id": site.site_id,
            "name": site.name,
            "name_zh": site.name_zh,
            "kind": site.kind,
            "pads": site.pads,
            "lat_deg": site.lat_deg,
            "lon_deg": site.lon_deg,
            "x_m": site.x_m,
            "y_m": site.y_m,
        }
        for site in world.sites
    }


def _sites(world: DayWorld, missions: list[dict[str, Any]], places: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    moves: Counter[str] = Counter()
    for row in missions:
        if row["state"] == "completed":
            moves.update([row["origin_site_id"], row["destination_site_id"]])
    hours = max(1e-9, world.scenario.to_hour - world.scenario.from_hour)
    rows = [
        {**place, "movements": moves[site_id], "per_pad_hour": round(moves[site_id] / place["pads"] / hours, 2)}
        for site_id, place in places.items()
    ]
    return sorted(rows, key=lambda row: -row["movements"])


def _routes(missions: list[dict[str, Any]], places: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    flown = Counter(
        tuple(sorted((row["origin_site_id"], row["destination_site_id"])))
        for row in missions
        if row["state"] == "completed" and row["origin_site_id"] in places and row["destination_site_id"] in places
    )
    return [{"from": a, "to": b, "flights": count} for (a, b), count in flown.most_common(400)]


def _storm(world: DayWorld) -> dict[str, Any]:
    storm = world.storm
    assert storm is not None
    return {
        **asdict(storm),
        "track": [[*storm.centre(storm.starts_s + k * (storm.ends_s - storm.starts_s) / 6)] for k in range(7)],
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
