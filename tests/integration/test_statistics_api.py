"""Indicators of operations over HTTP against a real server."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest
from pypdf import PdfReader

from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, plan, text, window
from utm.statistics_operations import BEIJING

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]


def test_a_window_tells_what_was_filed_in_it_and_a_firm_sees_itself(as_role: AsRole) -> None:
    """A plan filed for a quiet hour is in the city's and its firm's counts, and in no other firm's."""
    firm = as_role("operator")
    at: datetime = window()
    expect_approved(firm, plan(filing.register(firm), at))
    query = {"from": text(at - timedelta(minutes=1)), "to": text(at + timedelta(minutes=30))}

    def filed(client: httpx.Client) -> int:
        answer = client.get("/v1/statistics/operations", params=query)
        assert answer.status_code == 200, answer.text
        return sum(bucket["filed"] for bucket in answer.json()["flights"]["series"])

    assert filed(as_role("dispatcher")) == 1
    assert filed(firm) == 1
    assert filed(as_role("operator", 1)) == 0
    assert len(firm.get("/v1/statistics/operations", params=query).json()["firms"]) == 1
    assert len(as_role("regulator").get("/v1/statistics/operations", params=query).json()["firms"]) > 1


def test_a_report_is_a_page_that_may_load_nothing(as_role: AsRole) -> None:
    """The report of a day comes as HTML under a policy that admits only its own style; a wrong month is refused."""
    client = as_role("dispatcher")
    answer = client.get("/v1/statistics/report", params={"day": "2026-03-02", "lang": "en"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert "Low-altitude operations report 2026-03-02" in answer.text
    month = client.get("/v1/statistics/report", params={"month": "2026-03", "lang": "en"})
    assert month.status_code == 200
    assert "Noise exposure per cell" in month.text
    for wrong in ({"month": "2026-13"}, {"month": "0000-01"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}):
        expect_problem(client.get("/v1/statistics/report", params=wrong), 422, "invalid_parameter")
    expect_problem(client.get("/v1/statistics/report"), 422, "invalid_parameter")


def test_a_report_is_a_pdf_that_a_reader_finds_the_figures_in(as_role: AsRole) -> None:
    """Dispatcher and regulator get the day of a filed plan as a PDF in both languages; a firm gets its own, others nothing."""
    firm = as_role("operator")
    at: datetime = window()
    expect_approved(firm, plan(filing.register(firm), at))
    day = at.astimezone(BEIJING).date().isoformat()

    def told(client: httpx.Client, lang: str) -> str:
        answer = client.get("/v1/statistics/report", params={"day": day, "lang": lang, "format": "pdf"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert f'filename="hexlane-{day}-{lang}.pdf"' in answer.headers["content-disposition"]
        pages = PdfReader(io.BytesIO(answer.content)).pages
        return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))

    filed = firm.get("/v1/statistics/report", params={"day": day, "format": "json"}).json()["flights"]["series"]
    assert sum(bucket["filed"] for bucket in filed) >= 1
    own = told(firm, "en")
    assert f"Low-altitudeoperationsreport{day}" in own
    assert re.search(rf"{day}{at.astimezone(BEIJING):%H}:00[1-9]", own), "the hour of the plan has it"
    assert "Ownflightsonly" in own
    assert "Noiseexposure" not in own
    assert "全市" in told(as_role("regulator"), "zh-CN")
    assert "Thewholecity" in told(as_role("dispatcher"), "en")
    refused = as_role("regulator").get("/v1/statistics/report", params={"month": "2026-03", "format": "doc"})
    expect_problem(refused, 422, "invalid_parameter")


def test_noise_is_the_citys_and_of_a_day_at_most(as_role: AsRole) -> None:
    """A firm may not read where others make noise; a longer window is refused; an empty one has no cells."""
    client = as_role("dispatcher")
    day = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    assert client.get("/v1/statistics/noise", params=day).json()["cells"] == []
    week = {**day, "to": "2026-03-09T00:00:00Z"}
    expect_problem(client.get("/v1/statistics/noise", params=week), 422, "invalid_parameter")
    expect_problem(as_role("operator").get("/v1/statistics/noise", params=day), 403, "forbidden")
