"""Clients' code out of the one live schema: TypeScript types and decoder of the console, a Python decoder for anybody.

`python -m utm.live_codegen` writes both files, `--check` only tells whether they are what the schema gives. Edit
`utm.live_schema` and `utm.live_frames`, never the files.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from utm.live_frames import BINARY_VERSION, BYTES_PER_TRACK, COLUMNS, HEADER, MAGIC, PACKED
from utm.live_schema import STATES, json_schema

TYPESCRIPT: Final = Path("web/src/live/schema.gen.ts")
PYTHON: Final = Path("docs/clients/hexlane_live.py")
_NOTE: Final = "Made by `python -m utm.live_codegen` from utm/live_schema.py and utm/live_frames.py. Do not edit."
# Endings of a name and its factor to the wire, and the ending that names the wire's own unit.
_WIRE_UNITS: Final = {
    ("_deg", 1e7): "_1e7",
    ("_deg", 100.0): "_cdeg",
    ("_mps", 100.0): "_cmps",
    ("_m", 10.0): "_dm",
    ("_s", 10.0): "_ds",
}
_ARRAY_OF: Final = {"u4": "Uint32", "i4": "Int32", "u2": "Uint16", "i2": "Int16", "u1": "Uint8"}
_FORMAT_OF: Final = {"S4": "4s", "<u8": "Q", "<f8": "d", "<u4": "I", "<i4": "i", "<u2": "H", "<i2": "h", "<u1": "B"}


def wire_name(name: str, factor: float) -> str:
    """Return a column's name in the unit of the wire; KeyError for a unit nobody named yet."""
    if factor == 1:
        return name
    ending = next(end for end, of in _WIRE_UNITS if of == factor and name.endswith(end))
    return name.removesuffix(ending) + _WIRE_UNITS[ending, factor]


# ------------------------------------------------------------------------------------------------------- TypeScript


def typescript() -> str:
    """Return the TypeScript module: types of every message and item, and the decoder of binary frames."""
    definitions: dict[str, Any] = json_schema()["$defs"]
    parts = [f"// {_NOTE}\n"]
    for name, schema in definitions.items():
        parts.append("\n".join(_declared(name, schema)) + "\n")
    return "\n".join([*parts, _frame_typescript()])


def _declared(name: str, schema: dict[str, Any]) -> Iterator[str]:
    if "properties" not in schema:
        yield f"export type {name} =\n  | " + "\n  | ".join(_type(each) for each in schema["anyOf"])
        return
    yield f"/** {schema['description']} */" if "description" in schema else ""
    yield f"export interface {name} {{"
    required = frozenset(schema["required"])
    for field, kind in schema["properties"].items():
        if "description" in kind:
            yield f"  /** {kind['description']} */"
        # A server sends every field; only what a client sends may be left out.
        optional = "?" if field not in required and schema.get("additionalProperties") is False else ""
        yield f"  readonly {field}{optional}: {_type(kind)}"
    yield "}"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f"'{value}'" for value in schema["enum"])
    if "prefixItems" in schema:
        return f"readonly [{', '.join(_type(each) for each in schema['prefixItems'])}]"
    kind = schema["type"]
    if kind == "array":
        inner = _type(schema["items"])
        return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
    if kind == "object":
        return "Readonly<Record<string, unknown>>"
    return {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}[kind]


def _shifted(lowest: int) -> str:
    return f"(bits >>> {lowest})" if lowest else "bits"


def _frame_typescript() -> str:
    fields, made, reads = [], [], []
    for name, _, bits, factor in PACKED:
        array, wire = f"Uint{8 if bits <= 8 else 32}Array", wire_name(name, factor)
        if factor != 1:
            fields.append(f"  /** {name} in steps of {1 / factor:g}. */")
        fields.append(f"  readonly {wire}: {array}")
        made.append(f"  const {wire} = new {array}(n)")
        reads.append(f"    {wire},")
    unpacked = [
        f"    {wire_name(name, factor)}[i] = {_shifted(lowest)} & 0x{(1 << bits) - 1:x}"
        for name, lowest, bits, factor in PACKED
    ]
    at = np.dtype(COLUMNS[0][1]).itemsize
    for name, wire, factor, unknown in COLUMNS[1:]:
        array = f"{_ARRAY_OF[wire.lstrip('<')]}Array"
        told = f"; {unknown} is unknown" if unknown is not None else ""
        fields.append(f"  /** {name} in steps of {1 / factor:g}{told}. */")
        fields.append(f"  readonly {wire_name(name, factor)}: {array}")
        reads.append(f"    {wire_name(name, factor)}: new {array}(buffer, HEADER_BYTES + {at} * n, n),")
        at += np.dtype(wire).itemsize
    header = {name: int(HEADER.fields[name][1]) for name in HEADER.names or ()} if HEADER.fields is not None else {}
    states = ", ".join(f"'{state}'" for state in STATES)
    unknown_values = sorted({unknown for *_, unknown in COLUMNS if unknown is not None})
    return f"""/** First bytes of a binary frame, "{MAGIC.decode()}", read as a little-endian u32. */
export const MAGIC = 0x{int.from_bytes(MAGIC, "little"):08x}
export const BINARY_VERSION = {BINARY_VERSION}
export const HEADER_BYTES = {HEADER.itemsize}
export const BYTES_PER_TRACK = {BYTES_PER_TRACK}
/** Where the header's fields begin. */
export const HEADER_AT = {{ {", ".join(f"{name}: {place}" for name, place in header.items())} }} as const
/** What stands for unknown, by the column's type. */
export const UNKNOWN = {{ int16: {unknown_values[0]}, uint16: {unknown_values[-1]} }} as const

/** Names of the state codes, in their order. */
export const stateNames = [{states}] as const
export type StateName = (typeof stateNames)[number]

/** The columns of a binary frame, n values each; those not unpacked from its tags are views into its buffer. */
export interface TrackColumns {{
{chr(10).join(fields)}
}}

/** Return the columns of a frame of n tracks; the buffer must be as long as n says. */
export function columnsOf(buffer: ArrayBuffer, n: number): TrackColumns {{
  const tag = new Uint32Array(buffer, HEADER_BYTES, n)
{chr(10).join(made)}
  for (let i = 0; i < n; i++) {{
    const bits = tag[i]!
{chr(10).join(unpacked)}
  }}
  return {{
{chr(10).join(reads)}
  }}
}}
"""


# ----------------------------------------------------------------------------------------------------------- Python


def python() -> str:
    """Return the Python module: one file without dependencies that decodes binary frames."""
    columns = ",\n".join(
        f'    ("{name}", "{_FORMAT_OF[wire]}", {factor:.0f}, {unknown})' for name, wire, factor, unknown in COLUMNS
    )
    packed = ",\n".join(f'    ("{name}", {lowest}, {bits}, {factor:.0f})' for name, lowest, bits, factor in PACKED)
    kinds = "".join(_FORMAT_OF[_code(HEADER[name])] for name in HEADER.names or ())
    states = ",\n".join(f'    "{state}"' for state in STATES)
    return f'''"""Decoder of the live feed's binary frames, in one file that needs nothing but Python 3.10.

{_NOTE}

    for frame in connection:                    # of WS /v1/live with "encoding": "binary"
        if isinstance(frame, bytes):
            tracks = decode(frame)
            tracks.columns["lat_deg"][0]

Units and datums are those of docs/live.md; unknown is None.
"""

import struct
from typing import NamedTuple

MAGIC = b"{MAGIC.decode()}"
VERSION = {BINARY_VERSION}
HEADER = struct.Struct("<{kinds}")
BYTES_PER_TRACK = {BYTES_PER_TRACK}
STATES = (
{states},
)
# Name, struct format, factor from the unit to the wire, value for unknown.
COLUMNS = (
{columns},
)
# What the tag holds: name, lowest bit, bits, factor from the unit to the wire.
PACKED = (
{packed},
)

Value = int | float | None


class Tracks(NamedTuple):
    """A frame: `kind` is snapshot or increment; `columns` hold one value a track, `row` naming it (index messages)."""

    kind: str
    seq: int
    tick_unix_ms: float
    columns: dict[str, list[Value]]


def decode(frame: bytes) -> Tracks:
    """Return what a frame holds; raises ValueError for anything that is no frame of this version."""
    if len(frame) < HEADER.size:
        raise ValueError("shorter than the header")
    magic, version, kind, _, count, _, seq, tick_unix_ms = HEADER.unpack_from(frame)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"not a binary frame of version {{VERSION}}")
    if len(frame) != HEADER.size + count * BYTES_PER_TRACK:
        raise ValueError("the length does not fit the count")
    columns: dict[str, list[Value]] = {{}}
    at = HEADER.size
    for name, form, factor, unknown in COLUMNS:
        column = struct.Struct(f"<{{count}}{{form}}")
        raw = column.unpack_from(frame, at)
        at += column.size
        if name == "tag":
            for part, lowest, bits, step in PACKED:
                values = [value >> lowest & (1 << bits) - 1 for value in raw]
                columns[part] = values if step == 1 else [value / step for value in values]
        else:
            columns[name] = [None if value == unknown else value / factor for value in raw]
    return Tracks("increment" if kind else "snapshot", seq, tick_unix_ms, columns)
'''


def _code(kind: Any) -> str:
    plain: str = np.dtype(kind).str
    return plain.replace("|u1", "<u1").replace("|S4", "S4")


# ------------------------------------------------------------------------------------------------------------ files


def files() -> dict[Path, str]:
    """Return what each generated file must hold, by its path in the repository."""
    return {TYPESCRIPT: typescript(), PYTHON: python()}


def main() -> None:
    """Write the files, or say which of them differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")
    check = parser.parse_args().check
    root = Path(__file__).resolve().parent.parent
    wrong = [path for path, text in files().items() if not _holds(root / path, text)]
    if check:
        sys.exit(f"differs from the schema: {', '.join(map(str, wrong))}" if wrong else 0)
    for path in wrong:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files()[path])


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text


if __name__ == "__main__":
    main()
