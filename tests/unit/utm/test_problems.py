"""Every error leaves as a problem document with both languages, and nothing of the inside leaks."""

import re
from pathlib import Path

import pytest

from tests.fakes.edge import running
from utm.problem_catalogue import CATALOGUE, FIELD_CODES
from utm.problem_docs import markdown
from utm.problems import FieldProblem, Problem, type_uri
from utm.tracing import trace_id_from

MEMBERS = {"type", "code", "title", "title_zh", "status", "detail", "detail_zh", "errors", "retryable", "trace_id"}


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_has_both_languages_and_a_type_that_ends_in_it(code: str) -> None:
    """A code must be snake_case, end its type URI, and say in English and Chinese what it is and what to do."""
    entry = CATALOGUE[code]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert type_uri(code).endswith(code)
    assert entry.title
    assert entry.advice.endswith(".")
    for text in (entry.title_zh, entry.advice_zh):
        assert re.search(r"[\u4e00-\u9fff]", text)
    assert entry.status in {400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 428, 429, 500, 501, 503}


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_makes_a_whole_document(code: str) -> None:
    """Raised with nothing but its code, a problem must still have every member, and Retry-After where it is due."""
    problem = Problem(code)
    document = problem.document("trace")
    assert set(document) == MEMBERS
    assert document["status"] == problem.status
    assert ("Retry-After" in problem.headers) == (problem.status in (429, 503))
    assert ("WWW-Authenticate" in problem.headers) == (problem.status == 401)


@pytest.mark.parametrize("code", sorted(FIELD_CODES))
def test_every_field_code_has_both_languages(code: str) -> None:
    """A field code's texts must exist in both languages and name the same values."""
    text = FIELD_CODES[code]
    names = {name.removesuffix("_zh") for name in re.findall(r"{(\w+)}", text.detail_zh)}
    assert names == {name.removesuffix("_zh") for name in re.findall(r"{(\w+)}", text.detail)}
    assert "{" in text.detail_zh or re.search(r"[\u4e00-\u9fff]", text.detail_zh)


def test_the_documentation_lists_exactly_the_codes() -> None:
    """docs/errors.md must be what the catalogue says: run `python -m utm.problem_docs docs/errors.md`."""
    assert (Path(__file__).parents[3] / "docs" / "errors.md").read_text(encoding="utf-8") == markdown()


def test_extra_members_cannot_hide_standard_ones() -> None:
    """An extension member named like a standard one must lose."""
    assert Problem("conflict", extra={"code": "other", "allowed": ["end"]}).document(None)["code"] == "conflict"


def test_a_long_list_of_fields_is_cut() -> None:
    """A document must list at most a hundred fields."""
    problem = Problem("validation_failed", errors=[FieldProblem.of(f"/{i}", "required") for i in range(500)])
    assert len(problem.document(None)["errors"]) == 100


async def test_errors_of_the_framework_are_problems_too(tmp_path: Path) -> None:
    """Unknown paths, wrong methods and bad parameters must answer in the same format as everything else."""
    async with running(tmp_path) as edge, edge.client() as client:
        cases = {
            "not_found": await client.get("/nowhere"),
            "method_not_allowed": await client.put("/v1/number"),
            "invalid_parameter": await client.get("/v1/number", params={"n": "many"}),
        }
        for code, answer in cases.items():
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == code
            assert answer.status_code == CATALOGUE[code].status
            assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
        assert cases["method_not_allowed"].headers["allow"] == "GET"
        assert cases["invalid_parameter"].json()["errors"][0]["field"] == "?n"


async def test_a_defect_is_answered_without_its_inside(tmp_path: Path) -> None:
    """An unexpected exception must give 500 with a trace id and none of its text."""
    async with running(tmp_path) as edge, edge.client() as client:
        answer = await client.get("/v1/defect")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "secret" not in answer.text
    assert "Zero" not in answer.text
    assert len(answer.json()["trace_id"]) == 32


async def test_the_callers_trace_is_continued(tmp_path: Path) -> None:
    """A valid traceparent must become the trace id of the answer; an invalid one must not."""
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with running(tmp_path) as edge, edge.client() as client:
        good = await client.get("/nowhere", headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
        bad = await client.get("/nowhere", headers={"traceparent": "00-zz-00f067aa0ba902b7-01"})
    assert good.headers["x-trace-id"] == trace_id == good.json()["trace_id"]
    assert bad.headers["x-trace-id"] != trace_id


@pytest.mark.parametrize(
    "header", ["", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "ff-" + "1" * 32 + "-00f067aa0ba902b7-01", "x" * 9000]
)
def test_invalid_trace_headers_are_ignored(header: str) -> None:
    """A traceparent of zeros, of version ff, or of anything else must count as none."""
    assert trace_id_from(header) is None


async def test_every_type_uri_is_explained(tmp_path: Path) -> None:
    """The URI in `type` must lead to an explanation, as a page or as JSON; an unknown code is 404."""
    async with running(tmp_path) as edge, edge.client() as client:
        as_json = await client.get(type_uri("stale_version"))
        as_page = await client.get(type_uri("stale_version"), headers={"accept": "text/html"})
        unknown = await client.get(type_uri("no_such_code"))
    assert as_json.json()["advice_zh"] == CATALOGUE["stale_version"].advice_zh
    assert CATALOGUE["stale_version"].title in as_page.text
    assert unknown.status_code == 404


async def test_the_openapi_document_knows_bodies_parsed_by_hand(tmp_path: Path) -> None:
    """The document must hold every referenced schema, the problem schema, and the body of the echoing route."""
    async with running(tmp_path) as edge, edge.client() as client:
        document = (await client.get("/openapi.json")).json()
    references = set(re.findall(r"#/components/schemas/([\w.-]+)", str(document)))
    assert references <= set(document["components"]["schemas"])
    assert {"EchoPlace", "Problem", "AircraftBody"} <= set(document["components"]["schemas"])
    body = document["paths"]["/v1/echo"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/EchoPlace"}
