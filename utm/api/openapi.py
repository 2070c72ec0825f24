"""The OpenAPI document: bodies parsed by hand and problem answers appear in it as if FastAPI had parsed them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from utm.problems import CONTENT_TYPE, PROBLEM_SCHEMA

_documented: dict[type[BaseModel], None] = {}
_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_PLAIN_ERRORS = ("HTTPValidationError", "ValidationError")


def openapi_body(model: type[BaseModel], *, media_type: str = "application/json") -> dict[str, Any]:
    """Return the `openapi_extra` of a route whose body is parsed by hand, and list its schema as a component."""
    _documented[model] = None
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    return {"requestBody": {"required": True, "content": content}}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route for the error statuses it may answer with."""
    return {
        status: {"description": _WORDS[status], "content": {CONTENT_TYPE: {"schema": _PROBLEM_REF}}}
        for status in statuses
    }


_WORDS = {
    400: "The request cannot be understood",
    401: "No or bad token",
    403: "Wrong role",
    404: "Nothing there that the caller may know of",
    405: "Wrong method",
    409: "The world disagrees",
    413: "Body too large",
    415: "Wrong type of body",
    422: "Malformed",
    428: "If-Match is needed",
    429: "Too many requests",
    500: "The service failed",
    503: "Try again later",
}


def install_openapi(app: FastAPI) -> None:
    """Have the application build its document with the hand-parsed bodies and the problem schema in it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def build(app: FastAPI) -> dict[str, Any]:
    """Return the whole document."""
    document: dict[str, Any] = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in _body_schemas().items():
        if _plain(schemas.setdefault(name, schema)) != _plain(schema):
            raise ValueError(f"two different schemas are called {name}: rename one of the models")
    schemas["Problem"] = PROBLEM_SCHEMA
    for operations in document["paths"].values():
        for operation in operations.values():
            _use_problems(operation.get("responses", {}))
    for name in _PLAIN_ERRORS:
        schemas.pop(name, None)
    return document


def _plain(schema: Any) -> Any:
    """Return a schema without what two ways of writing the same one differ in: defaults of null."""
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if not (key == "default" and value is None)}
    return [_plain(item) for item in schema] if isinstance(schema, list) else schema


def _body_schemas() -> dict[str, Any]:
    models = [(model, "validation") for model in _documented]
    _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return dict(definitions.get("$defs", {}))


def _use_problems(responses: dict[str, Any]) -> None:
    """Put our error document where FastAPI would describe its own 422, and a default for every other error."""
    if "422" in responses and CONTENT_TYPE not in responses["422"].get("content", {}):
        responses["422"] = problem_responses(422)[422]
    for status, words in (("401", 401), ("429", 429)):
        responses.setdefault(status, problem_responses(words)[words])
    responses.setdefault("default", {"description": "Problem", "content": {CONTENT_TYPE: {"schema": _PROBLEM_REF}}})
