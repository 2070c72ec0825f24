"""A day of logistics as one page: what was asked, flown and kept, on maps and charts, with nothing loaded from elsewhere. Pure.

It takes the facts of a day as `hexlane sim day --json` tells them, and those of the same day with the baseline where they
are given. Colours and texts are its own; the page needs no script.
"""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

Facts = Mapping[str, Any]
Goal = tuple[str, str, str, str, bool | None]
"""What, measured, beside, the goal, and whether it is met (None: not judged)."""

_WIDE, _HIGH = 1_000.0, 420.0
_STYLE: Final = """
body{font:15px/1.45 system-ui,"Noto Sans SC",sans-serif;margin:2rem auto;max-width:66rem;padding:0 1rem;
color:#1c2430;background:#fff}h1{font-size:1.6rem;margin:0 0 .2rem}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem;border-bottom:1px solid #d5dbe3;padding-bottom:.2rem}
p.sub{color:#566172;margin:.1rem 0 1rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.28rem .6rem;border-bottom:1px solid #e4e8ee;vertical-align:top}
td.n,th.n{text-align:right}
.yes{color:#0a6b3d;font-weight:600}.no{color:#a3261b;font-weight:600}svg{width:100%;height:auto;background:#f6f8fb;border-radius:6px}
figure{margin:0 0 1rem}figcaption{color:#566172;font-size:.9rem;margin-top:.3rem}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#dde3ea}h2{border-color:#323b47}th,td{border-color:#28303b}
svg{background:#1a2029}p.sub,figcaption{color:#9aa6b5}.yes{color:#5fd39a}.no{color:#ff8f80}text{fill:#dde3ea}}
"""


def goals(facts: Facts, baseline: Facts | None) -> list[Goal]:
    """Return the day's goals with what was measured."""
    checks, times, orders = facts["checks"], facts["times"], facts["orders"]
    judged, fair, kept = f"{checks['plans_judged']:,} judged", times["on_time_fair_share"], times["promises_kept_share"]
    if checks.get("behind_a_landing"):  # told beside: these never held airspace at the same time
        judged += f"; {checks['behind_a_landing']} activated in the seconds after a landing"
    times_real, left = facts["times_real"], f"least left {checks['least_left_share']:.0%}"
    rows: list[Goal] = [
        _none("Separation losses between plans / 计划间隔丢失", checks["separation_losses"], judged),
        _none("Double bookings / 重复预订", checks["double_bookings"], ""),
        _none("Flights below reserve / 低于储备电量", checks["below_reserve"], left),
        _none("Orders without an end or a cause / 去向不明订单", checks["unaccounted"], f"{orders['total']:,} orders"),
        _none("Broken invariants / 不变量被破坏", len(checks["broken"]), f"{checks['commits']:,} commits"),
        _least("On time in fair weather / 晴好天气准时率", fair, 0.95, f"{times['on_time_fair_orders']:,} orders"),
        _within("90 % promises kept / 承诺兑现率", kept, 0.85, 0.95, f"{times['promises_given']:,} promises"),
        ("Times real time / 相对实时倍速", f"{times_real:.0f}", "CPU of one core", ">= 60", times_real >= 60),
    ]
    if baseline is not None:
        rows.append(_compared(facts, baseline))
    return rows


def is_broken(facts: Facts) -> bool:
    """Tell whether something happened that must never happen."""
    checks = facts["checks"]
    never = ("separation_losses", "double_bookings", "below_reserve", "unaccounted")
    return bool(checks["broken"]) or any(checks[name] for name in never)


def _none(what: str, found: int, beside: str) -> Goal:
    return what, str(found), beside, "0", found == 0


def _least(what: str, share: float | None, least: float, beside: str) -> Goal:
    return what, _pct(share), beside, f">= {least:.0%}", None if share is None else share >= least


def _within(what: str, share: float | None, low: float, high: float, beside: str) -> Goal:
    met = None if share is None else low <= share <= high
    return what, _pct(share), beside, f"{low:.0%} to {high:.0%}", met


def _compared(facts: Facts, baseline: Facts) -> Goal:
    """Return how much better the planner is than the baseline on the same day."""
    more = facts["orders"].get("delivered", 0) / max(1, baseline["orders"].get("delivered", 0)) - 1.0
    less = 1.0 - facts["times"]["total_delay_h"] / max(1e-9, baseline["times"]["total_delay_h"])
    measured = f"{more:+z.1%} deliveries, {-less:+z.1%} delay"
    done, delay_h = baseline["orders"].get("delivered", 0), baseline["times"]["total_delay_h"]
    beside = f"nearest first: {done:,} delivered, {delay_h:,.0f} h of delay"
    return "Against nearest first / 与就近派单比较", measured, beside, "+15 % or -20 %", more >= 0.15 or less >= 0.20


def as_html(facts: Facts, baseline: Facts | None = None) -> str:
    """Return the page."""
    scenario = facts["scenario"]
    sections = [
        f"<h1>A day of logistics / 物流运行日报</h1><p class=sub>{scenario['orders']:,} orders, {scenario['vehicles']} vehicles, "
        f"{len(facts['sites'])} sites, seed {facts['seed']}, {scenario['from_hour']:g} to {scenario['to_hour']:g} h. "
        f"Simulated: vehicles are a flight model, weather is made up; every decision is the service's own code. "
        f"仿真数据：航空器为飞行模型，气象为合成。</p>",
        _section("Goals / 目标", _goal_table(goals(facts, baseline))),
        _section("The city / 城市", _map(facts)),
        _section("By hour / 分时", _bars(facts) + _airborne(facts)),
        _section("Waiting / 等待", _histogram(facts)),
        _section("Orders / 订单", _states(facts, baseline)),
        _section("Firms / 企业", _firms(facts)),
        _section("Causes / 原因", _causes(facts)),
        _section("What happened / 事件", _events(facts)),
        _section("Busiest sites / 最繁忙起降点", _sites(facts)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Day report, seed {facts['seed']}</title><style>{_STYLE}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def as_csv(facts: Facts, baseline: Facts | None = None) -> str:
    """Return the goals and the hours as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["goal", "measured", "beside", "asked", "met"])
    writer.writerows([*row[:4], "" if row[4] is None else str(row[4]).lower()] for row in goals(facts, baseline))
    writer.writerow([])
    writer.writerow(["hour", "ready", "delivered", "late"])
    writer.writerows([row["hour"], row["ready"], row["delivered"], row["late"]] for row in facts["hours"])
    return text.getvalue()


# -- tables ------------------------------------------------------------------------------------------------------------


def _section(title: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>{body}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    def row(tag: str, cells: Sequence[str]) -> str:
        found = (f"<{tag}{' class=n' if k in numbers else ''}>{cell}</{tag}>" for k, cell in enumerate(cells))
        return f"<tr>{''.join(found)}</tr>"

    body = "".join(row("td", cells) for cells in rows)
    return f"<table><thead>{row('th', [escape(item) for item in head])}</thead><tbody>{body}</tbody></table>"


def _goal_table(rows: Sequence[Goal]) -> str:
    said = {True: '<span class="yes">met</span>', False: '<span class="no">not met</span>', None: "-"}
    cells = [
        [escape(what), escape(found), escape(beside), escape(goal), said[met]]
        for what, found, beside, goal, met in rows
    ]
    return _table(("", "measured", "of", "goal", ""), cells)


def _states(facts: Facts, baseline: Facts | None) -> str:
    names = ("delivered", "failed", "returned", "cancelled", "created", "assigned", "flying")
    rows = []
    for title, day in (("planner", facts), ("nearest first", baseline)):
        if day is not None:
            waits = day["times"]["wait_s"]
            rows.append(
                [
                    title,
                    *(f"{day['orders'].get(name, 0):,}" for name in names),
                    *(f"{waits.get(q, 0) / 60:.1f}" for q in ("50", "90", "99")),
                    f"{day['times']['total_delay_h']:,.1f}",
                ]
            )
    head = ("", *names, "wait p50 min", "p90", "p99", "delay h")
    return _table(head, rows, range(1, len(head)))


def _firms(facts: Facts) -> str:
    found = facts["indicators"]
    rows = [
        [
            escape(item["organisation_id"] or "city"),
            f"{item['delivered']:,}",
            _pct(item["on_time_share"]),
            _pct(item["promises_kept_share"]),
            f"{(item['mean_wait_s'] or 0) / 60:.1f}",
            f"{item['flights']:,}",
            _pct(item["positioning_share"]),
            f"{item['length_km']:,.0f}",
            _number(item["energy_wh_per_km"], 1),
            _pct(item["carrier_use_share"]),
        ]
        for item in (*found["items"], found["totals"])
    ]
    head = ("firm", "delivered", "on time", "promises", "wait min", "flights", "empty", "km", "Wh/km", "use")
    return _table(head, rows, range(1, len(head)))


def _causes(facts: Facts) -> str:
    orders = [[escape(cause), f"{count:,}"] for cause, count in facts["orders"]["causes"].items()]
    flights = [[escape(cause), f"{count:,}"] for cause, count in facts["flights"]["causes"].items()]
    return _table(("why orders are not delivered", "orders"), orders, (1,)) + _table(
        ("why flights did not go as booked", "flights"), flights, (1,)
    )


def _events(facts: Facts) -> str:
    shown = [item for item in facts["events"] if not str(item["event"]).startswith("fault")]
    rows = [[_clock(item["at_s"]), escape(item["event"]), escape(_rest(item))] for item in shown]
    faults = sum(str(item["event"]).startswith("fault") for item in facts["events"])
    return _table(("time", "event", ""), rows) + f"<p>{faults} faults of vehicles, each declared by its crew.</p>"


def _rest(item: Mapping[str, Any]) -> str:
    return ", ".join(_said(name, value) for name, value in item.items() if name not in ("at_s", "event"))


def _said(name: str, value: Any) -> str:
    """Write a fact of an event as a reader wants it: instants by the clock, degrees to some metres."""
    if name in ("starts_s", "ends_s"):
        return f"{'from' if name == 'starts_s' else 'until'} {_clock(value)}"
    return f"{name} {value:.4f}" if name in ("lat_deg", "lon_deg") else f"{name} {value}"


def _sites(facts: Facts) -> str:
    rows = [
        [escape(site["name"]), escape(site["name_zh"] or ""), escape(site["kind"]), str(site["pads"]),
         f"{site['movements']:,}", f"{site['per_pad_hour']:.1f}"]
        for site in facts["sites"][:15]
    ]  # fmt: skip
    return _table(("site", "", "kind", "pads", "movements", "per pad and hour"), rows, (3, 4, 5))


# -- pictures ----------------------------------------------------------------------------------------------------------


def _map(facts: Facts) -> str:
    places = {site["site_id"]: site for site in facts["sites"]}
    lats, lons = [s["lat_deg"] for s in places.values()], [s["lon_deg"] for s in places.values()]
    low, left = min(lats) - 0.02, min(lons) - 0.02
    squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
    scale = min(_WIDE / ((max(lons) + 0.02 - left) * squeeze), _HIGH / (max(lats) + 0.02 - low))

    def at(lat: float, lon: float) -> tuple[float, float]:
        return (lon - left) * squeeze * scale, _HIGH - (lat - low) * scale

    parts = []
    most = max((route["flights"] for route in facts["routes"]), default=1)
    for route in facts["routes"]:
        (x1, y1), (x2, y2) = (
            at(places[route[end]]["lat_deg"], places[route[end]]["lon_deg"]) for end in ("from", "to")
        )
        share = route["flights"] / most
        parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#2f6fb3" '
            f'stroke-opacity="{0.12 + 0.5 * share:.2f}" stroke-width="{0.5 + 2.5 * share:.1f}"/>'
        )
    parts += _weather(facts, at, scale)
    busiest = max((site["movements"] for site in places.values()), default=1) or 1
    for site in places.values():
        x, y = at(site["lat_deg"], site["lon_deg"])
        radius = 2.0 + 7.0 * math.sqrt(site["movements"] / busiest)
        title = escape(f"{site['name']}: {site['movements']} movements")
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#c2571a"><title>{title}</title></circle>'
        )
    caption = (
        "Flights between sites (blue), movements of sites (orange), the storm's way (violet), the temporary zone (red)."
    )
    zh = "航线（蓝）、起降点架次（橙）、雷暴路径（紫）、临时区域（红）。"
    return _figure(parts, _HIGH, f"{caption} {zh}")


def _weather(facts: Facts, at: Any, scale: float) -> list[str]:
    """Return the storm as discs along its way, and the temporary zones."""
    parts = []
    storm = facts["storm"]
    for lat, lon in () if storm is None else storm["track"]:
        x, y = at(lat, lon)
        radius = storm["radius_km"] / 111.2 * scale
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#7a4fc0" fill-opacity=".10" stroke="#7a4fc0"/>'
        )
    for item in facts["events"]:
        if item["event"] == "temporary_zone":
            x, y = at(item["lat_deg"], item["lon_deg"])
            radius = item["radius_m"] / 111_200 * scale
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#c22" fill-opacity=".18" stroke="#c22"/>'
            )
    return parts


def _bars(facts: Facts) -> str:
    rows = [row for row in facts["hours"] if row["ready"] or row["delivered"]]
    if not rows:
        return "<p>Nothing was ordered.</p>"
    most = max(max(row["ready"], row["delivered"]) for row in rows)
    wide, high = _WIDE / len(rows), 200.0
    parts = []
    for k, row in enumerate(rows):
        for name, colour, off in (("ready", "#8aa4bf", 0.1), ("delivered", "#2f8f5b", 0.45), ("late", "#c2571a", 0.45)):
            tall = (high - 40) * row[name] / most
            title = escape(f"{row['hour']:02d} h: {row[name]} {name}")
            parts.append(
                f'<rect x="{(k + off) * wide:.1f}" y="{high - 20 - tall:.1f}" width="{0.33 * wide:.1f}" height="{tall:.1f}" '
                f'fill="{colour}"><title>{title}</title></rect>'
            )
        parts.append(
            f'<text x="{(k + 0.5) * wide:.1f}" y="{high - 5:.1f}" font-size="12" text-anchor="middle">{row["hour"]}</text>'
        )
    parts.append(f'<text x="4" y="14" font-size="12">{most}</text>')
    return _figure(
        parts,
        high,
        "Orders ready (grey), delivered (green), of these late (orange) / 就绪（灰）、送达（绿）、迟到（橙）",
    )


def _airborne(facts: Facts) -> str:
    found = facts["airborne"]
    most = max(found, default=0)
    if not most:
        return ""
    high = 160.0
    points = " ".join(
        f"{k * _WIDE / max(1, len(found) - 1):.1f},{high - 20 - (high - 40) * count / most:.1f}"
        for k, count in enumerate(found)
    )
    parts = [f'<polyline points="{points}" fill="none" stroke="#2f6fb3" stroke-width="2"/>']
    parts.append(f'<text x="4" y="14" font-size="12">{most}</text>')
    parts += [f'<text x="{h * _WIDE / 25:.1f}" y="{high - 4:.1f}" font-size="12">{h}</text>' for h in range(0, 25, 3)]
    return _figure(parts, high, "Flights in the air / 在飞架次")


def _histogram(facts: Facts) -> str:
    found = facts["times"]["wait_histogram"]
    most = max(found, default=0)
    if not most:
        return "<p>Nothing was delivered.</p>"
    wide, high = _WIDE / len(found), 160.0
    parts = []
    for k, count in enumerate(found):
        tall = (high - 40) * count / most
        title = f"{5 * k} to {5 * k + 5} min: {count}"
        parts.append(
            f'<rect x="{(k + 0.1) * wide:.1f}" y="{high - 20 - tall:.1f}" width="{0.8 * wide:.1f}" height="{tall:.1f}" '
            f'fill="#2f6fb3"><title>{title}</title></rect>'
        )
        if k % 2 == 0:
            parts.append(f'<text x="{k * wide:.1f}" y="{high - 5:.1f}" font-size="11">{5 * k}</text>')
    return _figure(parts, high, "Minutes from ready to delivered / 从就绪到送达（分钟）")


def _figure(parts: Sequence[str], high: float, caption: str) -> str:
    picture = (
        f'<svg viewBox="0 0 {_WIDE:.0f} {high:.0f}" role="img" aria-label="{escape(caption)}">{"".join(parts)}</svg>'
    )
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _clock(day_s: float) -> str:
    return f"{int(day_s // 3600):02d}:{int(day_s % 3600 // 60):02d}"


def _pct(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
