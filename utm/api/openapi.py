"""The OpenAPI document: bodies parsed by hand and problem answers appear in it as if FastAPI had parsed them."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from utm.api.openapi_operations import SECURITY, complete, problem_responses
from utm.problems import PROBLEM_SCHEMA

__all__ = ["install_openapi", "openapi_body", "problem_responses"]

documented: dict[type[BaseModel], None] = {}
_PLAIN_ERRORS = ("HTTPValidationError", "ValidationError")


def openapi_body(
    model: type[BaseModel], *, media_type: str = "application/json", required: bool = True
) -> dict[str, Any]:
    """Return the `openapi_extra` of a route whose body is parsed by hand, and list its schema as a component."""
    documented[model] = None
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    return {"requestBody": {"required": required, "content": content}}


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
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name, schema in [*_body_schemas().items(), *answer_schemas().items()]:
        if _plain(schemas.setdefault(name, schema)) != _plain(schema):
            raise ValueError(f"two different schemas are called {name}: rename one of the models")
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = SECURITY
    complete(document, {f"{method} {route.path}": route for route in api_routes(app) for method in route.methods or ()})
    for name in _PLAIN_ERRORS:
        schemas.pop(name, None)
    return document


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Return every route of the document, those of included routers too."""

    def within(routes: Iterable[Any]) -> Iterator[APIRoute]:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from within(inner.routes)
            elif isinstance(route, APIRoute) and route.include_in_schema:
                yield route

    return within(app.routes)


def answer_schemas() -> dict[str, Any]:
    """Return the schemas of answers that routes write themselves."""
    from utm.api.answer_table import schemas  # noqa: PLC0415  (its models are bodies, and those import this module)

    return schemas()


def _plain(schema: Any) -> Any:
    """Return a schema without what two ways of writing the same one differ in: defaults of null."""
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if not (key == "default" and value is None)}
    return [_plain(item) for item in schema] if isinstance(schema, list) else schema


def _body_schemas() -> dict[str, Any]:
    models = [(model, "validation") for model in documented]
    _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return dict(definitions.get("$defs", {}))
