"""The report of a day or month as one HTML page that stands alone, made to be read and to be printed."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final, Literal

from utm.statistics_operations import BEIJING

Lang = Literal["zh-CN", "en"]

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("低空运行报告", "Low-altitude operations report"),
    "city": ("全市", "The whole city"),
    "own": ("本单位", "Own flights only"),
    "made": ("生成于", "Made at"),
    "beijing": ("北京时间", "Beijing time"),
    "flights": ("飞行", "Flights"),
    "filed": ("申报", "Filed"),
    "flown": ("执行", "Flown"),
    "refused": ("拒绝", "Refused"),
    "cancelled": ("取消或失效", "Cancelled or lapsed"),
    "on_time": ("准点率", "On time"),
    "median_delay": ("起飞时差中位数", "Median departure delay"),
    "approved_share": ("批准率", "Approved"),
    "when": ("时段", "From"),
    "refusals": ("拒绝原因", "Refusals by cause"),
    "cause": ("原因", "Cause"),
    "plans": ("计划数", "Plans"),
    "share": ("占比", "Share"),
    "separation": ("间隔", "Separation"),
    "predicted": ("预测的间隔丧失", "Predicted losses of separation"),
    "horizontal": ("水平距离", "Horizontal"),
    "vertical": ("垂直距离", "Vertical"),
    "alerts": ("告警与响应", "Alerts and responses"),
    "kind": ("类型", "Kind"),
    "number": ("次数", "Number"),
    "severity": ("级别", "Severity"),
    "acknowledged": ("已确认", "Acknowledged"),
    "median_response": ("响应中位数", "Median response"),
    "p90_response": ("响应第 90 百分位", "90th percentile"),
    "corridors": ("走廊使用", "Use of corridors"),
    "corridor": ("走廊", "Corridor"),
    "km": ("公里", "km"),
    "fairness": ("运营人公平性", "Fairness between firms"),
    "firm": ("运营人", "Firm"),
    "mean_delay": ("平均推迟", "Mean delay"),
    "none": ("无", "none"),
    "unknown": ("无数据", "no data"),
    "emergency": ("紧急", "Emergency"),
    "warning": ("警告", "Warning"),
    "caution": ("注意", "Caution"),
    "advisory": ("提示", "Advisory"),
}

_STYLE: Final = """
body{font:14px/1.5 "Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1b2227;
margin:32px auto;max-width:960px;padding:0 24px;font-variant-numeric:tabular-nums}
h1{font-size:24px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px;border-bottom:2px solid #1b2227;padding-bottom:3px}
p{margin:4px 0}.quiet{color:#55616a}
dl{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:12px 0}
dl div{border:1px solid #a5b0b6;border-radius:4px;padding:8px 12px}dt{color:#55616a;font-size:12px}
dd{margin:0;font-size:20px;font-weight:600}
table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:4px 8px;border-bottom:1px solid #d3d9dc}
th:first-child,td:first-child{text-align:left}th{font-size:12px;color:#55616a}
@page{size:A4;margin:16mm}
@media print{body{margin:0;max-width:none;padding:0;font-size:11px}h2{break-after:avoid}tr,dl div{break-inside:avoid}}
"""

STYLE_HASH: Final = f"sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"
"""What a content security policy names the style of the page by."""


def report_html(found: dict[str, Any], *, title: str, lang: Lang, made_at: datetime, whole_city: bool) -> str:
    """Return the page; `found` are the indicators as `/v1/statistics/operations` answers them."""
    page = _Page(lang)
    say = page.say
    flights, requests = found["flights"], found["requests"]
    scope = say("city" if whole_city else "own")
    made = made_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    filed = sum(bucket["filed"] for bucket in flights["series"])
    parts = [
        f"<h1>{say('title')} {escape(title)}</h1>",
        f"<p class=quiet>{scope} · {say('made')} {made} ({say('beijing')})</p>",
        page.figures(
            [
                ("filed", str(filed)),
                ("flown", str(flights["departed"])),
                ("approved_share", page.share(requests["approved_share"])),
                ("on_time", page.share(flights["on_time_share"])),
                ("median_delay", page.seconds(flights["median_delay_s"])),
                ("predicted", str(found["separation"]["predicted_losses"])),
                ("alerts", str(found["alerts"]["total"])),
                ("median_response", page.seconds(found["alerts"]["median_response_s"])),
            ]
        ),
        page.section(
            "flights", ("when", "filed", "flown", "refused", "cancelled", "on_time"), _flight_rows(page, flights)
        ),
        page.section(
            "refusals",
            ("cause", "plans", "share"),
            ([item["code"], str(item["plans"]), page.share(item["share"])] for item in requests["refusals"]),
        ),
        page.section("separation", ("when", "severity", "horizontal", "vertical"), _encounter_rows(page, found)),
        page.section(
            "alerts",
            ("kind", "number", "emergency", "warning", "caution", "advisory"),
            (
                [item["kind"], *(str(item[name]) for name in ("total", "emergency", "warning", "caution", "advisory"))]
                for item in found["alerts"]["kinds"]
            ),
        ),
        page.table(
            ("severity", "acknowledged", "median_response", "p90_response"),
            (
                [
                    say(item["severity"]),
                    str(item["acknowledged"]),
                    page.seconds(item["median_s"]),
                    page.seconds(item["p90_s"]),
                ]
                for item in found["alerts"]["response_by_severity"]
            ),
        ),
        page.section(
            "corridors",
            ("corridor", "flights", "km"),
            (
                [page.name(item), str(item["flights"]), f"{item['flown_km']:.1f}"]
                for item in found["airspace"]["corridors"]
                if item["flights"]
            ),
        ),
        page.section("fairness", ("firm", "filed", "approved_share", "refused", "mean_delay"), _firm_rows(page, found)),
    ]
    body = "\n".join(parts)
    head = f"<title>{say('title')} {escape(title)}</title><style>{_STYLE}</style>"
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def _flight_rows(page: "_Page", flights: dict[str, Any]) -> Iterable[list[str]]:
    hourly = len({bucket["starts_at"][:10] for bucket in flights["series"]}) <= 2
    for bucket in flights["series"]:
        when = bucket["starts_at"][:16].replace("T", " ") if hourly else bucket["starts_at"][:10]
        counts = [str(bucket[name]) for name in ("filed", "flown", "refused", "cancelled")]
        yield [when, *counts, page.share(bucket["on_time_share"])]


def _encounter_rows(page: "_Page", found: dict[str, Any]) -> Iterable[list[str]]:
    for item in found["separation"]["closest"]:
        at = datetime.fromisoformat(item["at"].replace("Z", "+00:00")).astimezone(BEIJING)
        metres = [page.metres(item["horizontal_m"]), page.metres(item["vertical_m"])]
        yield [at.strftime("%m-%d %H:%M:%S"), page.say(item["severity"]), *metres]


def _firm_rows(page: "_Page", found: dict[str, Any]) -> Iterable[list[str]]:
    for item in found["firms"]:
        if item["requested"]:
            yield [
                page.name(item),
                str(item["requested"]),
                page.share(item["approved_share"]),
                str(item["refused"]),
                page.seconds(item["mean_delay_s"]),
            ]


class _Page:
    """Words and pieces of the page in one language; every text that comes from outside is escaped."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def say(self, key: str) -> str:
        return _WORDS[key][0 if self.lang == "zh-CN" else 1]

    def name(self, item: dict[str, Any]) -> str:
        return str((item.get("name_zh") if self.lang == "zh-CN" else None) or item["name"])

    def share(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value * 100:.1f}%"

    def seconds(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value:.1f} s"

    def metres(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value:.0f} m"

    def figures(self, items: Sequence[tuple[str, str]]) -> str:
        return "<dl>" + "".join(f"<div><dt>{self.say(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in items) + "</dl>"

    def section(self, title: str, heads: Sequence[str], rows: Iterable[list[str]]) -> str:
        return f"<h2>{self.say(title)}</h2>{self.table(heads, rows)}"

    def table(self, heads: Sequence[str], rows: Iterable[list[str]]) -> str:
        lines = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
        if not lines:
            return f"<p class=quiet>{self.say('none')}</p>"
        head = "".join(f"<th scope=col>{self.say(key)}</th>" for key in heads)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
