"""What imports of zones and of plans share: reading the file, its problems as the API answers them, downloads."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import Request, Response

from airspace.formats.problems import FormatProblem
from utm.api.body import check_content_type, read_body
from utm.problems import MAX_FIELD_PROBLEMS, FieldProblem, Problem

_OTHER_TYPES: Final = frozenset({
    "application/xml", "text/xml", "text/plain", "text/csv", "application/octet-stream", "application/zip",
    "application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kmz", "application/json",
    "application/geo+json", "application/x-www-form-urlencoded",
})  # fmt: skip
"""curl sends the last one with --data-binary unless told otherwise; the body is read as it stands."""
MAX_SHOWN: Final = 1_000
MEDIA_TYPES: Final = {
    "geojson": "application/geo+json",
    "ed269": "application/json",
    "ed318": "application/geo+json",
    "qgc": "application/json",
    "mavlink": "application/json",
    "kml": "application/vnd.google-earth.kml+xml",
    "kmz": "application/vnd.google-earth.kmz",
    "wpml": "application/vnd.google-earth.kmz",
    "openair": "text/plain; charset=utf-8",
    "waypoints": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_ENDINGS: Final = {
    "ed269": "ed269.json", "ed318": "ed318.geojson", "openair": "txt", "qgc": "plan", "mavlink": "mission.json",
    "waypoints": "waypoints", "wpml": "kmz",
}  # fmt: skip
_JSON_CODES: Final = {
    "malformed_json": "malformed_json",
    "not_finite": "not_finite_number",
    "duplicate_key": "duplicate_key",
}


async def read_file(request: Request, *, json_only: bool, limit_bytes: int) -> bytes:
    """Return the file a request carries; raises Problem 413 or 415."""
    if json_only:
        check_content_type(request)
    else:
        kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if kind not in _OTHER_TYPES or encoding not in ("identity", ""):
            shown = kind if kind not in _OTHER_TYPES else encoding
            detail = (
                f"{shown[:80]!r} is not read here; send the file as application/octet-stream without Content-Encoding."
            )
            detail_zh = "请以 application/octet-stream 发送文件，且不使用 Content-Encoding。"
            raise Problem("unsupported_media_type", detail, detail_zh)
    return await read_body(request, limit_bytes=limit_bytes)


def problem_document(problem: FormatProblem) -> dict[str, Any]:
    """Return one problem of a file as the API answers it."""
    return {
        "field": problem.field,
        "line": problem.line,
        "code": problem.code,
        "severity": problem.severity,
        "detail": problem.detail,
        "detail_zh": problem.detail_zh,
    }


def listed(problems: Sequence[FormatProblem], severity: str) -> list[dict[str, Any]]:
    """Return the problems of a severity, in order of the file, at most `MAX_SHOWN`."""
    return [problem_document(problem) for problem in problems if problem.severity == severity][:MAX_SHOWN]


def refuse(problems: Sequence[FormatProblem]) -> None:
    """Raise Problem 422 when there is an error among the problems: `import_failed`, or what is wrong with the JSON."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if not errors:
        return
    fields = [FieldProblem(problem.field, problem.code, _with_line(problem), problem.detail_zh) for problem in errors]
    first = errors[0]
    where = f"{first.field or 'the file'}" + (f", line {first.line}" if first.line else "")
    where_zh = f"{first.field or '文件'}" + (f"，第 {first.line} 行" if first.line else "")
    more = "" if len(errors) == 1 else f" ({len(errors)} problems in all)"
    more_zh = "" if len(errors) == 1 else f"（共 {len(errors)} 处）"
    raise Problem(
        _JSON_CODES.get(first.code, "import_failed"),
        f"{where}: {first.detail}{more}",
        f"{where_zh}：{first.detail_zh}{more_zh}",
        errors=fields[:MAX_FIELD_PROBLEMS],
        extra={"problems": [problem_document(problem) for problem in errors[:MAX_SHOWN]], "problem_count": len(errors)},
    )


def _with_line(problem: FormatProblem) -> str:
    return problem.detail if problem.line is None else f"line {problem.line}: {problem.detail}"


def unknown_format(given: str, formats: Sequence[str]) -> Problem:
    """Return the 422 for a format nobody reads."""
    known = ", ".join(formats)
    return Problem(
        "unknown_format",
        f"The format {given[:40]!r} is not known here; use one of {known}.",
        f"不支持格式 {given[:40]!r}；请使用 {known} 之一。",
    )


def download(content: bytes, kind: str, name: str) -> Response:
    """Return a file to be saved."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{_ENDINGS.get(kind, kind)}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)
