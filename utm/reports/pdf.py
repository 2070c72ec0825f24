"""A report as a PDF: pages of A4 with its own font in it, so that every viewer shows both languages.

The font is Noto Sans SC (utm/reports/font), of which each PDF holds the characters it uses.
"""

import threading
from functools import cache
from html import escape
from importlib.resources import as_file, files
from io import BytesIO
from typing import Final

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from utm.reports.charts import INK, QUIET, RULE, WIDTH, WORDS_PT, Box, Rule, Words, layout
from utm.reports.document import RankedChart, Report, Section, StackedChart, Table
from utm.reports.words import say

FONT: Final = "Noto Sans SC"
_MARGIN: Final = (A4[0] - WIDTH) / 2
_one_at_a_time = threading.Lock()
"""The library keeps its fonts, and the marks of what was used of them, for the whole process."""


def report_pdf(report: Report) -> bytes:
    """Return the PDF."""
    with _one_at_a_time:
        _have_font()
        kept = BytesIO()
        document = SimpleDocTemplate(
            kept,
            pagesize=A4,
            leftMargin=_MARGIN - 6,
            rightMargin=_MARGIN - 6,
            topMargin=16 * mm,
            bottomMargin=18 * mm,
            title=report.title,
            author="Hexlane",
            lang=report.lang,
        )
        document.build(_story(report), canvasmaker=_numbering(report))
        return kept.getvalue()


@cache
def _have_font() -> None:
    with as_file(files("utm.reports") / "font" / "NotoSansSC-Regular.ttf") as path:
        pdfmetrics.registerFont(TTFont(FONT, str(path)))


def _style(size: float, colour: str = INK, *, after: float = 0.0, right: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size} {colour} {after} {right}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.45,
        textColor=HexColor(colour),
        spaceAfter=after,
        wordWrap="CJK",
        alignment=2 if right else 0,
    )


_TITLE: Final = _style(18, after=2)
_HEAD: Final = _style(12, after=1)
_NOTE: Final = _style(8.5, QUIET, after=4)
_CELL: Final = _style(8.5)
_CELL_HEAD: Final = _style(8, QUIET)
_NUMBER: Final = _style(8.5, right=True)
_NUMBER_HEAD: Final = _style(8, QUIET, right=True)
_FIGURE: Final = _style(14)


def _story(report: Report) -> list[Flowable]:
    story: list[Flowable] = [
        Paragraph(escape(report.title), _TITLE),
        Paragraph(escape(report.scope), _style(9, QUIET, after=8)),
        _figures(report),
    ]
    for section in report.sections:
        story += _section(report, section)
    return story


def _figures(report: Report) -> Flowable:
    boxes = [[Paragraph(escape(name), _CELL_HEAD), Paragraph(escape(value), _FIGURE)] for name, value in report.figures]
    rows = [boxes[nth : nth + 4] for nth in range(0, len(boxes), 4)]
    grid = Grid(rows, colWidths=[WIDTH / 4] * 4)
    grid.setStyle([("GRID", (0, 0), (-1, -1), 0.6, HexColor("#a5b0b6")), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return grid


def _section(report: Report, section: Section) -> list[Flowable]:
    parts: list[Flowable] = [
        # A heading never stands alone at the foot of a page.
        CondPageBreak(110),
        Spacer(1, 14),
        Paragraph(escape(section.title), _HEAD),
        HRFlowable(width="100%", thickness=1.2, color=HexColor(INK), spaceBefore=0, spaceAfter=4),
    ]
    if section.note:
        parts.append(Paragraph(escape(section.note), _NOTE))
    for part in section.parts:
        parts += [_grid(part) if isinstance(part, Table) else _drawing(part), Spacer(1, 6)]
    if not section.parts:
        parts.append(Paragraph(say(report.lang, "none"), _NOTE))
    return parts


def _grid(table: Table) -> Flowable:
    columns = len(table.heads)
    first = min(220.0, WIDTH / 3) if columns > 2 else WIDTH / 2
    head = [Paragraph(escape(text), _CELL_HEAD if nth == 0 else _NUMBER_HEAD) for nth, text in enumerate(table.heads)]
    rows = [
        [Paragraph(escape(text), _CELL if nth == 0 else _NUMBER) for nth, text in enumerate(row)] for row in table.rows
    ]
    grid = Grid([head, *rows], colWidths=[first, *[(WIDTH - first) / (columns - 1)] * (columns - 1)], repeatRows=1)
    grid.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(RULE)),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ]
    )
    return grid


def _drawing(chart: StackedChart | RankedChart) -> Drawing:
    height, shapes = layout(chart)
    drawing = Drawing(WIDTH, height)
    for shape in shapes:
        match shape:
            case Box(x, y, width, tall, colour):
                drawing.add(Rect(x, height - y - tall, width, tall, fillColor=HexColor(colour), strokeColor=None))
            case Rule(x, y, width, colour):
                drawing.add(Line(x, height - y, x + width, height - y, strokeColor=HexColor(colour), strokeWidth=0.6))
            case Words(x, y, text, anchor, colour):
                drawing.add(
                    String(
                        x,
                        height - y,
                        text,
                        fontName=FONT,
                        fontSize=WORDS_PT,
                        textAnchor=anchor,
                        fillColor=HexColor(colour),
                    )
                )
    return drawing


def _numbering(report: Report) -> type[Canvas]:
    """Return a canvas that writes at the foot of each page which of how many it is: known when all are there."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            self.pages: list[dict[str, object]] = []

        def showPage(self) -> None:  # noqa: N802 - the library's name
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for nth, page in enumerate(self.pages, 1):
                self.__dict__.update(page)
                self.setFont(FONT, 8)
                self.setFillColor(HexColor(QUIET))
                words = say(report.lang, "page").replace("{n}", str(nth)).replace("{all}", str(len(self.pages)))
                self.drawString(_MARGIN, 10 * mm, report.title)
                self.drawRightString(A4[0] - _MARGIN, 10 * mm, words)
                super().showPage()
            super().save()

    return Numbered
