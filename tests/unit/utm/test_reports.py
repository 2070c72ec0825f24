"""The report of a day or month: the same figures and charts as a page and as a PDF, in both languages."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from airspace.corridors import CorridorSet
from tests.fakes.airspace_region import REGION
from tests.unit.utm.test_statistics_operations import DAY, START, alert, flight
from utm.fairness import FirmRecord
from utm.reports.charts import WIDTH, Box, Words, layout, shortened, top_of, wide
from utm.reports.document import RankedChart, Report, Series, StackedChart, report_of
from utm.reports.page import report_html
from utm.reports.pdf import report_pdf
from utm.reports.words import CAUSES, KINDS, Lang
from utm.statistics_operations import airspace_use, alert_indicators, flight_indicators

WEB_WORDS = Path(__file__).resolve().parents[3] / "web/src/i18n/areas/indicators.ts"


def indicators(days: int = 1) -> dict[str, Any]:
    """Return the indicators of a window in which each hour has a flight more than the one before."""
    flights = [flight(hour, late_s=5) for hour in range(24) for _ in range(hour)]
    requests = {
        **FirmRecord(requested=40, approved=30, refused=10).document(),
        "refusals": [
            {"code": "zone_prohibited", "plans": 7, "share": 0.7},
            {"code": "something_new", "plans": 3, "share": 0.3},
        ],
    }
    return {
        "flights": flight_indicators(flights, START, START + days * DAY, 60.0).document(60.0),
        "requests": requests,
        "firms": [
            {"name": "<script>x</script>", "name_zh": "<b>甲</b>镕", **FirmRecord(requested=1, approved=1).document()}
        ],
        **alert_indicators(
            [alert("link_lost", waited_s=12.0), alert("loss_of_separation", waited_s=None, horizontal_m=41)]
        ),
        "airspace": {
            **airspace_use([], REGION, CorridorSet.of([], REGION)),
            "flights": 3,
            "cells": [{"cell": "8841183b19fffff", "flights": 3}],
        },
    }


NOISE = {
    "cells": [{"cell": "8841183b57fffff", "laeq_db": 47.3, "people": 1234.0}],
    "population": {"grid_id": "g", "source": "s", "synthetic": True},
}


def made(lang: Lang, *, days: int = 1, whole_city: bool = True) -> Report:
    """Return the report of those indicators."""
    title = "2026-03-02" if days == 1 else "2026-03"
    noise = NOISE if whole_city else None
    return report_of(indicators(days), title=title, lang=lang, made_at=START, whole_city=whole_city, noise=noise)


def words_of(pdf: bytes) -> str:
    """Return what a reader takes out of a PDF, without the breaks between lines."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_page_stands_alone_and_escapes_what_firms_are_called(lang: Lang) -> None:
    """The page loads nothing, a name with markup in it is text, and each section of figures has its chart."""
    page = report_html(made(lang))
    assert "<script" not in page
    assert "<b>" not in page
    assert "src=" not in page
    assert "http" not in page
    assert f'lang="{lang}"' in page
    assert "2026-03-02 00:00" in page
    assert page.count("<h2>") == 8
    assert page.count("<svg") == 6  # flights, refusals, alerts, cells, noise, fairness; nothing flew in a corridor


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh-CN", ("低空运行报告 2026-03-02", "全市", "禁飞区", "失联", "地面噪声暴露", "甲</b>镕", "第 1 页，共")),
        (
            "en",
            (
                "Low-altitude operations report 2026-03-02",
                "Prohibited zone",
                "Link lost",
                "Noise exposure",
                "Page 1 of",
            ),
        ),
    ],
)
def test_a_pdf_says_what_the_page_says(lang: Lang, expected: tuple[str, ...]) -> None:
    """Every figure, head and cell of the report is found again in the text of the PDF, in its language."""
    report = made(lang)
    found = words_of(report_pdf(report)).replace(" ", "")
    for text in expected:
        assert text.replace(" ", "") in found, text
    for name, value in report.figures:
        assert name.replace(" ", "") in found
        assert value.replace(" ", "") in found
    for section in report.sections:
        assert section.title.replace(" ", "") in found
    assert "276" in found  # filed in all
    assert "47.3dB(A)" in found
    assert "something_new" in found  # a cause without a name keeps its code


def test_a_pdf_brings_its_font_along_and_only_what_it_uses_of_it() -> None:
    """Every font of every page is embedded, so that a viewer without Chinese fonts shows it; the file stays small."""
    pdf = report_pdf(made("zh-CN", days=31))
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "低空运行报告 2026-03"
    used = 0
    for page in reader.pages:
        fonts: Any = page["/Resources"]
        for font in fonts["/Font"].values():
            told = font.get_object()
            name = str(told["/BaseFont"])
            if "NotoSansSC" not in name:
                continue
            used += 1
            inner = told["/DescendantFonts"][0] if "/DescendantFonts" in told else told
            assert "/FontFile2" in inner.get_object()["/FontDescriptor"].get_object(), name
    assert used > 0
    assert len(pdf) < 300_000


def test_a_firm_is_told_of_no_noise() -> None:
    """The report of a firm's own flights has no section on the city's noise; those of the city do, day and month."""
    assert "地面噪声暴露" not in report_html(made("zh-CN", whole_city=False))
    for days in (1, 31):
        assert "47.3 dB(A)" in report_html(made("zh-CN", days=days))


def test_a_stack_of_bars_is_as_high_as_its_counts() -> None:
    """Heights stand to one another as the counts do, and all bars stay between the axis and the upper edge."""
    chart = StackedChart(("0", "1"), (Series("a", (10.0, 5.0)), Series("b", (0.0, 15.0))))
    height, shapes = layout(chart)
    bars = [shape for shape in shapes if isinstance(shape, Box)][:3]
    assert bars[1].height == pytest.approx(bars[0].height / 2)
    assert bars[2].height == pytest.approx(bars[0].height * 1.5)
    assert bars[2].y + bars[2].height == pytest.approx(bars[1].y)
    assert all(shape.x >= 0 and shape.x + shape.width <= WIDTH and shape.y >= 0 for shape in bars)
    assert height > max(shape.y for shape in shapes)


def test_an_axis_ends_at_a_round_number_and_names_fit() -> None:
    """1, 2 and 5 times powers of ten; a name too long for its place ends in an ellipsis."""
    assert [top_of(value) for value in (0, 1, 3, 7, 20, 21, 700)] == [1, 1, 5, 10, 20, 50, 1000]
    assert wide(shortened("北京时间" * 20, 100)) <= 100
    _, shapes = layout(RankedChart((("很长的名称" * 20, 3.0, "3"),)))
    assert any(isinstance(shape, Words) and shape.text.endswith("…") for shape in shapes)


def test_causes_and_kinds_are_called_as_on_the_screen() -> None:
    """What the console calls a kind of alert or a cause of refusal is what the report calls it."""
    text = WEB_WORDS.read_text("utf-8")
    for prefix, ours in (("alertkind_", KINDS), ("cause_", CAUSES)):
        told = {key: (zh, en) for key, zh, en in re.findall(rf"  {prefix}(\w+): {{ zh: '(.*?)', en: '(.*?)' }}", text)}
        assert len(ours) > 10
        assert {code: told[code] for code in ours} == ours


def test_a_report_of_nothing_says_so() -> None:
    """A window in which nothing flew has no bars and no tables but that of the hours, and is drawn all the same."""
    empty = {
        **indicators(),
        "flights": flight_indicators([], START, START + timedelta(hours=24), 60.0).document(60.0),
        "requests": {**FirmRecord().document(), "refusals": []},
        "firms": [],
        **alert_indicators([]),
        "airspace": airspace_use([], REGION, CorridorSet.of([], REGION)),
    }
    report = report_of(
        empty, title="2026-03-02", lang="en", made_at=START, whole_city=True, noise={**NOISE, "cells": []}
    )
    assert "no data" in report_html(report)
    assert "none" in words_of(report_pdf(report))
