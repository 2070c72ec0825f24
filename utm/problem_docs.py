"""Writes docs/errors.md from the catalogue: `python -m utm.problem_docs docs/errors.md`."""

import sys
from pathlib import Path

from utm.problem_catalogue import CATALOGUE, FIELD_CODES

_INTRODUCTION = """# Error codes

Every error of the API is a problem document (RFC 9457, `application/problem+json`):

```json
{
  "type": "/problems/validation_failed",
  "code": "validation_failed",
  "title": "Some values are not acceptable",
  "title_zh": "部分字段不符合要求",
  "status": 422,
  "detail": "/route/waypoints/3/lat_deg: must be at most 90",
  "detail_zh": "/route/waypoints/3/lat_deg：必须不大于 90",
  "errors": [{"field": "/route/waypoints/3/lat_deg", "code": "out_of_range", "detail": "must be at most 90",
              "detail_zh": "必须不大于 90"}],
  "retryable": false,
  "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
}
```

Decide by `code`, never by the texts: a code keeps its meaning and never goes away. `retryable` says whether the same
request may succeed later; 429 and 503 carry `Retry-After` in seconds. `trace_id` is also in the header `X-Trace-Id` of
every answer; quote it when you report a fault. A W3C `traceparent` you send is continued. `field` is a JSON pointer into
the body, `?name` a query parameter, `path:name` or `header:name` the others. At most 100 fields are listed.

The token endpoint answers in the format of OAuth 2.0 instead (RFC 6749, 5.2): `{"error": "invalid_client",
"error_description": ...}`.

This page is written from the catalogue (`python -m utm.problem_docs docs/errors.md`), and a test keeps it so.

## Codes

| code | status | retry | what it means and what to do | 含义与处理 |
|---|---|---|---|---|
"""
_FIELDS = """
## Field codes

What `errors[].code` says about one value.

| code | text | 说明 |
|---|---|---|
"""


def markdown() -> str:
    """Return the page."""
    codes = [
        f"| `{code}` | {entry.status} | {'yes' if entry.retryable else 'no'} | {entry.title}. {entry.advice} "
        f"| {entry.title_zh}。{entry.advice_zh} |"
        for code, entry in sorted(CATALOGUE.items())
    ]
    fields = [f"| `{code}` | {text.detail} | {text.detail_zh} |" for code, text in sorted(FIELD_CODES.items())]
    return _INTRODUCTION + "\n".join(codes) + "\n" + _FIELDS + "\n".join(fields) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
