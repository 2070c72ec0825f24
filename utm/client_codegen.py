"""The Python client's models and methods out of the server's OpenAPI document.

`python -m utm.client_codegen` writes `utm/client/models.py` and `utm/client/operations.py`; `--check` only tells whether
they are what the document gives. Change the routes and their models, never the two files.
"""

import argparse
import keyword
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent / "client"
_NOTE: Final = "Made by `python -m utm.client_codegen` from the OpenAPI document. Do not edit."
_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_SAFE_POSTS: Final = re.compile(r"/(check|impact)$")
_LEFT_OUT: Final = frozenset({"Problem"})
Schema = dict[str, Any]


# -- models ------------------------------------------------------------------------------------------------------------


def type_of(schema: Schema, known: dict[str, Schema]) -> str:
    """Return the annotation of a value of a schema."""
    if "$ref" in schema or "x-hexlane-model" in schema:
        name = str(schema.get("x-hexlane-model") or schema["$ref"].rpartition("/")[2])
        return name if name in known else "Any"
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _union([type_of(item, known) for item in schema[word]])
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return type_of(schema["allOf"][0], known)
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union([_SCALARS.get(item, "Any") for item in kind])
    if kind == "array":
        return f"list[{type_of(schema.get('items') or {}, known) if isinstance(schema.get('items'), dict) else 'Any'}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values, known) if isinstance(values, dict) else 'Any'}]"
    if kind == "string" and schema.get("format") == "date-time":
        return "datetime"
    return _SCALARS.get(str(kind), "Any")


def _union(types: list[str]) -> str:
    """Return the annotation of one of several; Any where msgspec could not tell them apart."""
    distinct = [item for item in dict.fromkeys(types) if item != "None"]
    objects = [item for item in distinct if item.startswith("dict[") or item[0].isupper()]
    if {"str", "datetime"} <= set(distinct):
        distinct.remove("datetime")
    if {"int", "float"} <= set(distinct):
        distinct.remove("int")
    if "Any" in distinct or (len(objects) > 1 and any(item.startswith("dict[") for item in objects)):
        return "Any"
    return " | ".join([*distinct, *(["None"] if "None" in types else [])])


def merged(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """Return an object schema whose `allOf` parts are put together."""
    if "$ref" in schema:
        return merged(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "allOf" not in schema:
        return schema
    whole: Schema = {"type": "object", "properties": {}, "required": [], "description": schema.get("description", "")}
    for part in schema["allOf"]:
        found = merged(part, schemas)
        whole["properties"] |= found.get("properties", {})
        whole["required"] += found.get("required", [])
    return whole


def model_lines(name: str, schema: Schema, schemas: dict[str, Schema], tags: dict[str, str]) -> Iterator[str]:
    """Return the lines of a Struct; `tags` are the models told apart by their `type`."""
    schema = merged(schema, schemas)
    tag = f', tag_field="type", tag="{tags[name]}"' if name in tags else ""
    yield f"class {name}(msgspec.Struct, omit_defaults=True, kw_only=True{tag}):"
    about = " ".join(str(schema.get("description") or "An object of the API.").split())
    yield f'    """{about}"""'
    required = set(schema.get("required", []))
    for field, value in schema.get("properties", {}).items():
        if name in tags and field == "type":
            continue
        kind = type_of(value, schemas)
        needed = field in required
        if not needed and kind != "Any" and not kind.endswith("None"):
            kind += " | None"
        own = field_name(field)
        if own != field:
            default = f'msgspec.field(name="{field}"{"" if needed else ", default=None"})'
            yield f"    {own}: {kind} = {default}"
        else:
            yield f"    {own}: {kind}" + ("" if needed else " = None")
        if value.get("description"):
            said = " ".join(str(value["description"]).split()).replace("\\", "\\\\")
            yield f'    """{said}"""'
    yield ""
    yield ""


def field_name(name: str) -> str:
    """Return the Python name of a member or a parameter."""
    plain = re.sub(r"\W", "_", name).lower() if "-" in name else re.sub(r"\W", "_", name)
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def models_source(document: Schema) -> str:
    """Return the module of models."""
    schemas = {name: item for name, item in document["components"]["schemas"].items() if name not in _LEFT_OUT}
    objects = {name: item for name, item in schemas.items() if merged(item, schemas).get("type") == "object"}
    tags = _tags(objects)
    lines = [
        f'"""What the API reads and answers, as msgspec structs. {_NOTE}',
        "",
        "Members the server leaves out are None; what it adds later is ignored, so that old clients keep working.",
        '"""',
        "",
        "# ruff: noqa: E501",
        "",
        "from __future__ import annotations",
        "",
        "from datetime import datetime",
        "from typing import Any",
        "",
        "import msgspec",
        "",
        "",
    ]
    for name in sorted(objects):
        lines += model_lines(name, objects[name], objects, tags)
    return "\n".join(lines).rstrip() + "\n"


def _tags(objects: dict[str, Schema]) -> dict[str, str]:
    """Return the models that stand in a union discriminated by `type`, with the value of theirs."""
    found: dict[str, str] = {}
    for schema in objects.values():
        for value in schema.get("properties", {}).values():
            if value.get("discriminator", {}).get("propertyName") == "type":
                for tag, ref in value["discriminator"].get("mapping", {}).items():
                    found[ref.rpartition("/")[2]] = tag
    return found


# -- operations --------------------------------------------------------------------------------------------------------


class Operation:
    """One operation as the client calls it."""

    def __init__(self, path: str, method: str, operation: Schema, known: set[str], schemas: dict[str, Schema]) -> None:
        self.path, self.method, self.name = path, method.upper(), str(operation["operationId"])
        self.about = str(operation.get("summary") or self.name)
        self.parameters = [
            item for item in operation.get("parameters", []) if item["in"] in ("path", "query", "header")
        ]
        self.body = operation.get("requestBody")
        self._known, self._schemas = known, schemas
        self.results: dict[int, str] = {}
        for status, response in operation.get("responses", {}).items():
            if status.startswith("2"):
                self.results[int(status)] = self._result(response)

    def _result(self, response: Schema) -> str:
        content = response.get("content", {})
        if not content:
            return "None"
        if "application/json" not in content:
            return "bytes"
        kind = type_of(content["application/json"].get("schema", {}), self._schemas)
        return re.sub(r"\b(?!Any\b|None\b)([A-Z]\w+)", r"models.\1", kind) if kind != "Any" else "Any"

    @property
    def returns(self) -> str:
        """The annotation of what is returned."""
        return " | ".join(sorted(dict.fromkeys(self.results.values()), key=lambda item: item == "None")) or "None"

    @property
    def idempotent(self) -> bool:
        """Whether the request may be sent again when nobody knows whether it arrived."""
        return self.method in ("GET", "PUT", "DELETE") or bool(_SAFE_POSTS.search(self.path))

    @property
    def streams_bytes(self) -> bool:
        """Whether the body is a file rather than JSON."""
        return self.body is not None and "application/json" not in self.body["content"]

    @property
    def body_type(self) -> str:
        """The annotation of the body."""
        assert self.body is not None
        if self.streams_bytes:
            return "bytes"
        kind = type_of(self.body["content"]["application/json"]["schema"], self._schemas)
        also = " | bytes" if len(self.body["content"]) > 1 else ""
        return (f"models.{kind} | Mapping[str, Any]" if kind in self._known else "Mapping[str, Any]") + also

    def lines(self, *, is_async: bool) -> Iterator[str]:
        """Return the lines of the method."""
        in_path = [item["name"] for item in self.parameters if item["in"] == "path"]
        named = [item for item in self.parameters if item["in"] != "path"]
        taken = ["self", *(f"{name}: str | int" for name in in_path)]
        if self.body is not None:
            taken.append(f"body: {self.body_type}" + ("" if self.body.get("required", True) else " | None = None"))
        if self.streams_bytes:
            named = [*named, {"name": "content_type", "in": "body", "required": False, "schema": {"type": "string"}}]
        if named:
            taken.append("*")
        for item in sorted(named, key=lambda item: not item.get("required")):
            kind = type_of(item.get("schema", {}), {})
            optional = not item.get("required")
            if optional and not kind.endswith("None") and kind != "Any":
                kind += " | None"
            taken.append(f"{field_name(item['name'])}: {kind}" + (" = None" if optional else ""))
        yield f"    {'async ' if is_async else ''}def {self.name}({', '.join(taken)}) -> {self.returns}:"
        yield f'        """{self.about}."""'
        results = ", ".join(f"{status}: {self._plain(kind)}" for status, kind in self.results.items())
        yield f"        return {'await ' if is_async else ''}self._call(  # type: ignore[no-any-return]"
        yield f'            "{self.method}", "{self.path}", results={{{results}}},'
        if in_path:
            yield f"            path={{{', '.join(f'{name!r}: {name}' for name in in_path)}}},"
        for where, word in (("query", "query"), ("header", "headers")):
            of = [item["name"] for item in named if item["in"] == where]
            if of:
                yield f"            {word}={{{', '.join(f'{name!r}: {field_name(name)}' for name in of)}}},"
        if self.body is not None:
            yield "            body=body,"
        if self.streams_bytes:
            yield "            content_type=content_type,"
        yield f"            idempotent={self.idempotent},"
        yield "        )"
        yield ""

    @staticmethod
    def _plain(kind: str) -> str:
        return "None" if kind == "None" else kind


def operations_of(document: Schema) -> list[Operation]:
    """Return every operation a program calls, by name; the token endpoint is the client's own business."""
    schemas = document["components"]["schemas"]
    objects = {name: item for name, item in schemas.items() if merged(item, schemas).get("type") == "object"}
    objects.pop("Problem", None)
    found = [
        Operation(path, method, operation, set(objects), objects)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path not in ("/oauth/token", "/oauth/revoke")
    ]
    return sorted(found, key=lambda item: item.name)


def operations_source(document: Schema) -> str:
    """Return the module of methods."""
    lines = [
        f'"""A method for every operation of the API, without and with `await`. {_NOTE}"""',
        "",
        "# ruff: noqa: E501",
        "",
        "from __future__ import annotations",
        "",
        "from abc import ABC, abstractmethod",
        "from collections.abc import Mapping",
        "from datetime import datetime",
        "from typing import Any",
        "",
        "from utm.client import models",
        "",
    ]
    listed = operations_of(document)
    for title, is_async in (("Operations", False), ("AsyncOperations", True)):
        about = "with `await`" if is_async else "that wait for their answer"
        lines += ["", f"class {title}(ABC):", f'    """The operations {about}."""', ""]
        word = "async " if is_async else ""
        lines += ["    @abstractmethod"]
        lines += [f"    {word}def _call(self, method: str, path_template: str, **more: Any) -> Any:"]
        lines += ['        """Send a request and return the answer as its type."""', ""]
        for operation in listed:
            lines += operation.lines(is_async=is_async)
    return "\n".join(lines).rstrip() + "\n"


# -- files -------------------------------------------------------------------------------------------------------------


def _formatted(source: str, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(source, encoding="utf-8")
        ruff = [str(Path(sys.executable).parent / "ruff")]
        subprocess.run(  # noqa: S603  (our own formatter, over our own text)
            [*ruff, "check", "--isolated", "--quiet", "--select", "F401,I", "--fix", str(path)], check=True
        )
        subprocess.run(  # noqa: S603
            [*ruff, "format", "--isolated", "--quiet", "--line-length", "120", str(path)], check=True
        )
        return path.read_text(encoding="utf-8")


def sources() -> dict[Path, str]:
    """Return the text of each file as it should be."""
    from utm.server import openapi_document  # noqa: PLC0415  (the server is heavy)

    document = openapi_document()
    return {
        FOLDER / "models.py": _formatted(models_source(document), "models.py"),
        FOLDER / "operations.py": _formatted(operations_source(document), "operations.py"),
    }


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check: bool = parser.parse_args().check
    stale = [path for path, text in sources().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if check:
        for path in stale:
            print(f"{path} is not what the document gives; run python -m utm.client_codegen", file=sys.stderr)
        return 1 if stale else 0
    for path, text in sources().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
