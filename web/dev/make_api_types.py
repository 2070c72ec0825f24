"""TypeScript types of the HTTP API out of the service's own OpenAPI document, without starting a server.

`python web/dev/make_api_types.py` writes web/src/api/schema.gen.ts, `--check` only tells whether the file is what the
service says. Bodies a client sends may leave out what has a default; answers carry every field the service names.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
TYPES: Final = ROOT / "web/src/api/schema.gen.ts"
_NOTE: Final = "Made by `python web/dev/make_api_types.py` from the service's OpenAPI document. Do not edit."
_PLAIN: Final = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}
_METHODS: Final = ("get", "post", "put", "patch", "delete")


def typescript(document: dict[str, Any]) -> str:
    """Return the types of a document: one interface or alias a schema, and a table of operations."""
    lines = [f"/** {_NOTE} */", ""]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += [*_declared(_name(name), schema), ""]
    lines += [*_operations(document["paths"]), ""]
    return "\n".join(lines)


def _name(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _words(text: str) -> str:
    return " ".join(text.replace("*/", "* /").split())


def _declared(name: str, schema: dict[str, Any]) -> Iterator[str]:
    if "description" in schema:
        yield f"/** {_words(schema['description'])} */"
    if schema.get("type") == "object" and "properties" in schema:
        yield f"export interface {name} {{"
        yield from _fields(schema)
        yield "}"
    else:
        yield f"export type {name} = {_type(schema)}"


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for field, kind in schema["properties"].items():
        if "description" in kind:
            yield f"  /** {_words(kind['description'])} */"
        key = field if re.fullmatch(r"[A-Za-z_]\w*", field) else json.dumps(field)
        yield f"  readonly {key}{'' if field in required else '?'}: {_type(kind)}"
    if schema.get("additionalProperties") is True:
        yield "  readonly [more: string]: unknown"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _name(str(schema["$ref"]).rpartition("/")[2])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_type(each) for each in schema[several]))
    if "allOf" in schema:
        return " & ".join(_type(each) for each in schema["allOf"])
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(_literal(value) for value in schema["enum"])
    if "prefixItems" in schema:
        return f"readonly [{', '.join(_type(each) for each in schema['prefixItems'])}]"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": each}) for each in kind)
    if kind == "array":
        inner = _type(schema.get("items", {}))
        return f"readonly ({inner})[]" if re.search(r"[ |&]", inner) else f"readonly {inner}[]"
    if kind == "object" or kind is None:
        return _object(schema) if kind == "object" else "unknown"
    return _PLAIN[kind]


def _object(schema: dict[str, Any]) -> str:
    if "properties" in schema:
        inner = "; ".join(line.strip() for line in _fields(schema) if not line.strip().startswith("/**"))
        return f"{{ {inner} }}"
    more = schema.get("additionalProperties")
    return f"Readonly<Record<string, {_type(more) if isinstance(more, dict) and more else 'unknown'}>>"


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _operations(paths: dict[str, Any]) -> Iterator[str]:
    yield "/** What each operation takes and answers; `unknown` where the document leaves it open. */"
    yield "export interface Operations {"
    for path, item in sorted(paths.items()):
        for method in _METHODS:
            if method in item:
                operation = item[method]
                body, answer = _body(operation), _answer(operation)
                yield f"  readonly '{method.upper()} {path}': {{ readonly body: {body}; readonly answer: {answer} }}"
    yield "}"


def _content(content: dict[str, Any] | None) -> str | None:
    schema = (content or {}).get("application/json", {}).get("schema")
    return None if not schema else _type(schema)


def _body(operation: dict[str, Any]) -> str:
    if "requestBody" not in operation:
        return "undefined"
    return _content(operation["requestBody"].get("content")) or "unknown"


def _answer(operation: dict[str, Any]) -> str:
    good = {code: answer for code, answer in operation.get("responses", {}).items() if code.startswith("2")}
    if set(good) == {"204"}:
        return "null"
    found = [_content(answer.get("content")) for code, answer in sorted(good.items()) if code != "204"]
    known = list(dict.fromkeys(each for each in found if each is not None))
    return " | ".join(known) if known else "unknown"


def main() -> int:
    """Write the file, or tell whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    only_check = parser.parse_args().check
    sys.path.insert(0, str(ROOT))
    from utm.server import openapi_document  # noqa: PLC0415

    made = typescript(openapi_document())
    if only_check:
        return 0 if TYPES.is_file() and TYPES.read_text("utf-8") == made else 1
    TYPES.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
