"""A report as one HTML page that stands alone, made to be read."""

import base64
import hashlib
from html import escape
from typing import Final

from utm.reports.charts import WIDTH, WORDS_PT, Box, Rule, Shape, Words, layout
from utm.reports.document import RankedChart, Report, Section, StackedChart, Table
from utm.reports.words import say

_STYLE: Final = f"""
body{{font:14px/1.5 "Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1b2227;
background:#fff;margin:32px auto;max-width:960px;padding:0 24px;font-variant-numeric:tabular-nums}}
h1{{font-size:24px;margin:0 0 4px}}h2{{font-size:16px;margin:28px 0 8px;border-bottom:2px solid #1b2227;padding-bottom:3px}}
p{{margin:4px 0}}.quiet{{color:#55616a}}svg{{display:block;width:100%;height:auto;margin:8px 0 12px}}
svg text{{font-size:{WORDS_PT:g}px}}
dl{{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:12px 0}}
dl div{{border:1px solid #a5b0b6;border-radius:4px;padding:8px 12px}}dt{{color:#55616a;font-size:12px}}
dd{{margin:0;font-size:20px;font-weight:600}}
table{{border-collapse:collapse;width:100%;margin:0 0 12px}}
th,td{{text-align:right;padding:4px 8px;border-bottom:1px solid #d3d9dc}}
th:first-child,td:first-child{{text-align:left}}th{{font-size:12px;color:#55616a}}
@page{{size:A4;margin:16mm}}
@media print{{body{{margin:0;max-width:none;padding:0;font-size:11px}}h2{{break-after:avoid}}tr,dl div,svg{{break-inside:avoid}}}}
"""

STYLE_HASH: Final = f"sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"
"""What a content security policy names the style of the page by."""


def report_html(report: Report) -> str:
    """Return the page; every text in it is escaped, and it loads nothing."""
    figures = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in report.figures)
    sections = "\n".join(_section(report, section) for section in report.sections)
    title = escape(report.title)
    return (
        f'<!doctype html><html lang="{report.lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p class=quiet>{escape(report.scope)}</p>"
        f"<dl>{figures}</dl>\n{sections}</body></html>"
    )


def _section(report: Report, section: Section) -> str:
    note = f"<p class=quiet>{escape(section.note)}</p>" if section.note else ""
    parts = "".join(_table(part) if isinstance(part, Table) else _chart(part, section.title) for part in section.parts)
    nothing = f"<p class=quiet>{say(report.lang, 'none')}</p>"
    return f"<h2>{escape(section.title)}</h2>{note}{parts or nothing}"


def _table(table: Table) -> str:
    rows = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows]
    head = "".join(f"<th scope=col>{escape(head)}</th>" for head in table.heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _chart(chart: StackedChart | RankedChart, title: str) -> str:
    height, shapes = layout(chart)
    drawn = "".join(_shape(shape) for shape in shapes)
    return f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{escape(title)}">{drawn}</svg>'


def _shape(shape: Shape) -> str:
    match shape:
        case Box(x, y, width, height, colour):
            return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
        case Rule(x, y, width, colour):
            return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="0.6" fill="{colour}"/>'
        case Words(x, y, text, anchor, colour):
            return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
