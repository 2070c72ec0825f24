"""What a report says, before it is drawn: figures, and sections of charts and tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from utm.reports.words import CAUSES, KINDS, Lang, called, say
from utm.statistics_operations import BEIJING

MOST_RANKED: Final = 12
"""Bars and rows of a ranking at most: what is below is small, and the indicators have it."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one thing over time, in one colour."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StackedChart:
    """Bars over time, each a stack of the series; `ticks` name the bars."""

    ticks: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class RankedChart:
    """Lying bars, the longest first: name, value, and the value as it is written."""

    items: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows; the first column is words, the others are figures."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what it rests on, and its parts; without parts there is nothing to tell."""

    title: str
    note: str
    parts: tuple[StackedChart | RankedChart | Table, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report in one language."""

    lang: Lang
    title: str
    scope: str
    figures: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def report_of(
    found: dict[str, Any],
    *,
    title: str,
    lang: Lang,
    made_at: datetime,
    whole_city: bool,
    noise: dict[str, Any] | None = None,
) -> Report:
    """Return the report; `found` are the indicators as `/v1/statistics/operations` answers them, `noise` as `…/noise` does."""
    return _Writer(lang).report(found, title, made_at, whole_city, noise)


class _Writer:
    """Turns indicators into words and figures of one language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def report(
        self, found: dict[str, Any], title: str, made_at: datetime, whole_city: bool, noise: dict[str, Any] | None
    ) -> Report:
        made = made_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        scope = f"{self.say('city' if whole_city else 'own')} · {self.say('made')} {made} ({self.say('beijing')})"
        sections = [
            self.flights(found["flights"]),
            self.refusals(found["requests"]),
            self.separation(found),
            self.alerts(found["alerts"]),
            self.corridors(found["airspace"]),
            self.cells(found["airspace"]),
        ]
        if noise is not None:
            sections.append(self.noise(noise))
        sections.append(self.fairness(found["firms"]))
        return Report(self.lang, f"{self.say('title')} {title}", scope, tuple(self.figures(found)), tuple(sections))

    def figures(self, found: dict[str, Any]) -> Iterator[tuple[str, str]]:
        flights = found["flights"]
        yield self.say("filed"), str(sum(bucket["filed"] for bucket in flights["series"]))
        yield self.say("flown"), str(flights["departed"])
        yield self.say("approved_share"), self.share(found["requests"]["approved_share"])
        yield self.say("on_time"), self.share(flights["on_time_share"])
        yield self.say("median_delay"), self.seconds(flights["median_delay_s"])
        yield self.say("predicted"), str(found["separation"]["predicted_losses"])
        yield self.say("alerts"), str(found["alerts"]["total"])
        yield self.say("median_response"), self.seconds(found["alerts"]["median_response_s"])

    def flights(self, flights: dict[str, Any]) -> Section:
        series = flights["series"]
        hourly = len({bucket["starts_at"][:10] for bucket in series}) <= 2
        counted = ("flown", "refused", "cancelled")
        stacks = [Series(self.say(name), tuple(bucket[name] for bucket in series)) for name in counted]
        rest = tuple(max(0, bucket["filed"] - sum(bucket[name] for name in counted)) for bucket in series)
        ticks = tuple(bucket["starts_at"][11:13] if hourly else bucket["starts_at"][8:10] for bucket in series)
        rows = []
        for bucket in series:
            when = bucket["starts_at"][:16].replace("T", " ") if hourly else bucket["starts_at"][:10]
            counts = [str(bucket[name]) for name in ("filed", *counted)]
            rows.append((when, *counts, self.share(bucket["on_time_share"])))
        chart = StackedChart(ticks, (*stacks, Series(self.say("other"), rest)))
        heads = ("when", "filed", "flown", "refused", "cancelled", "on_time")
        return Section(self.say("flights"), "", (chart, self.table(heads, rows)))

    def refusals(self, requests: dict[str, Any]) -> Section:
        items = [
            (called(self.lang, CAUSES, item["code"]), item["plans"], self.share(item["share"]))
            for item in requests["refusals"]
        ]
        chart = self.ranked((name, plans, str(plans)) for name, plans, _ in items)
        table = self.table(("cause", "plans", "share"), [(name, str(plans), share) for name, plans, share in items])
        return self.section("refusals", self.say("refusals_note"), chart, table)

    def separation(self, found: dict[str, Any]) -> Section:
        rows = []
        for item in found["separation"]["closest"]:
            at = datetime.fromisoformat(item["at"].replace("Z", "+00:00")).astimezone(BEIJING)
            metres = (self.metres(item["horizontal_m"]), self.metres(item["vertical_m"]))
            rows.append((at.strftime("%m-%d %H:%M:%S"), self.say(item["severity"]), *metres))
        table = self.table(("when", "severity", "horizontal", "vertical"), rows)
        return self.section("separation", self.say("separation_note"), table)

    def alerts(self, alerts: dict[str, Any]) -> Section:
        severities = ("emergency", "warning", "caution", "advisory")
        kinds = [(called(self.lang, KINDS, item["kind"]), item) for item in alerts["kinds"]]
        by_kind = self.table(
            ("kind", "number", *severities),
            [(name, *(str(item[key]) for key in ("total", *severities))) for name, item in kinds],
        )
        answered = self.table(
            ("severity", "acknowledged", "median_response", "p90_response"),
            [
                (
                    self.say(item["severity"]),
                    str(item["acknowledged"]),
                    self.seconds(item["median_s"]),
                    self.seconds(item["p90_s"]),
                )
                for item in alerts["response_by_severity"]
            ],
        )
        chart = self.ranked((name, item["total"], str(item["total"])) for name, item in kinds)
        return self.section("alerts", self.say("alerts_note"), chart, by_kind, answered)

    def corridors(self, airspace: dict[str, Any]) -> Section:
        used = [item for item in airspace["corridors"] if item["flights"]]
        rows = [(self.name(item), str(item["flights"]), f"{item['flown_km']:.1f}") for item in used]
        chart = self.ranked((self.name(item), item["flights"], str(item["flights"])) for item in used)
        note = self.say("use_note").replace("{n}", str(airspace["flights"]))
        return self.section("corridors", note, chart, self.table(("corridor", "flights", "km"), rows))

    def cells(self, airspace: dict[str, Any]) -> Section:
        cells = [(item["cell"], item["flights"], str(item["flights"])) for item in airspace["cells"]]
        note = self.say("use_note").replace("{n}", str(airspace["flights"]))
        return self.section("cells", note, self.ranked(cells))

    def noise(self, noise: dict[str, Any]) -> Section:
        synthetic = f" {self.say('noise_synthetic')}" if noise["population"]["synthetic"] else ""
        loud = [cell for cell in noise["cells"] if cell["laeq_db"] is not None][:MOST_RANKED]
        chart = self.ranked((cell["cell"], cell["laeq_db"], f"{cell['laeq_db']:.1f} dB(A)") for cell in loud)
        rows = [(cell["cell"], f"{cell['laeq_db']:.1f} dB(A)", self.people(cell["people"])) for cell in loud]
        note = self.say("noise_note") + synthetic
        return self.section("noise", note, chart, self.table(("cell", "level", "people"), rows))

    def fairness(self, firms: list[dict[str, Any]]) -> Section:
        rows = [
            (
                self.name(item),
                str(item["requested"]),
                self.share(item["approved_share"]),
                str(item["refused"]),
                str(item["displaced"]),
                str(item["offers_taken"]),
                self.seconds(item["mean_delay_s"]),
            )
            for item in firms
            if item["requested"]
        ]
        heads = ("firm", "filed", "approved_share", "refused", "displaced", "offers_taken", "mean_delay")
        asked = [item for item in firms if item["approved_share"] is not None]
        chart = self.ranked(
            (
                f"{self.name(item)} · {self.say('approved_share')}",
                item["approved_share"],
                self.share(item["approved_share"]),
            )
            for item in sorted(asked, key=lambda item: -item["approved_share"])
        )
        return self.section("fairness", self.say("fairness_note"), chart, self.table(heads, rows))

    def section(self, title: str, note: str, *parts: RankedChart | Table) -> Section:
        told = tuple(part for part in parts if (part.items if isinstance(part, RankedChart) else part.rows))
        return Section(self.say(title), note, told)

    def table(self, heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
        return Table(tuple(self.say(head) for head in heads), tuple(rows))

    def ranked(self, items: Iterable[tuple[str, float, str]]) -> RankedChart:
        return RankedChart(tuple(items)[:MOST_RANKED])

    def say(self, key: str) -> str:
        return say(self.lang, key)

    def name(self, item: dict[str, Any]) -> str:
        return str((item.get("name_zh") if self.lang == "zh-CN" else None) or item["name"])

    def share(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value * 100:.1f}%"

    def seconds(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value:.1f} s"

    def metres(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value:.0f} m"

    def people(self, value: float | None) -> str:
        return self.say("unknown") if value is None else f"{value:.0f}"
