"""YAML read with its places: every fault of a document is named with its line and its field.

Only plain data is read: no tags, no anchors (an alias could make a small file huge), no key twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from re import fullmatch
from typing import Any, Final, NoReturn, TypeVar

import yaml

MAX_BYTES: Final = 256 * 1024
MAX_FAULTS: Final = 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong at a place."""

    line: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.why}" if self.field else f"line {self.line}: {self.why}"


class ScenarioError(ValueError):
    """A document that is no scenario; `faults` says what is wrong where."""

    def __init__(self, name: str, faults: list[FieldFault]) -> None:
        shown = "\n".join(f"{name}, {fault}" for fault in faults[:MAX_FAULTS])
        more = len(faults) - MAX_FAULTS
        super().__init__(shown + (f"\nand {more} more" if more > 0 else ""))
        self.faults = faults


class _UnreadableError(Exception):
    """A value that cannot be read; caught where reading can go on."""


class Spot:
    """A node of the document with its path; reading it wrongly is noted, and reading goes on elsewhere."""

    def __init__(self, node: yaml.Node, path: str, faults: list[FieldFault]) -> None:
        self._node, self.path, self._faults = node, path, faults

    @property
    def line(self) -> int:
        """The line it stands on, from 1."""
        return int(self._node.start_mark.line) + 1

    def wrong(self, why: str) -> NoReturn:
        """Note a fault here and give up reading this value."""
        self._faults.append(FieldFault(self.line, self.path, why))
        raise _UnreadableError

    def try_read(self, read: Callable[["Spot"], T]) -> T | None:
        """Read the value, None when that has noted a fault."""
        try:
            return read(self)
        except _UnreadableError:
            return None

    def fields(self, known: Iterable[str], *, needed: Iterable[str] = ()) -> dict[str, "Spot"]:
        """Return the fields of a mapping; others than the known ones, double ones and missing ones are faults."""
        if not isinstance(self._node, yaml.MappingNode):
            self.wrong("must be a mapping of fields")
        known, out = list(known), {}
        for key, value in self._node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            path = f"{self.path}.{name}" if self.path else name
            line = int(key.start_mark.line) + 1
            if name not in known:
                self._faults.append(FieldFault(line, path, f"is not known here; known are: {', '.join(known)}"))
            elif name in out:
                self._faults.append(FieldFault(line, path, "is given twice"))
            elif not (isinstance(value, yaml.ScalarNode) and value.tag == "tag:yaml.org,2002:null"):
                out[name] = Spot(value, path, self._faults)
        missing = [name for name in needed if name not in out]
        if missing:
            self.wrong(f"needs {', '.join(missing)}")
        return out

    def items(self) -> list["Spot"]:
        """Return the items of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.wrong("must be a list")
        return [Spot(node, f"{self.path}[{i}]", self._faults) for i, node in enumerate(self._node.value)]

    def each(self, read: Callable[["Spot"], T]) -> list[T]:
        """Read every item of a list that can be read."""
        return [value for item in self.items() if (value := item.try_read(read)) is not None]

    def mapping(self) -> dict[str, "Spot"]:
        """Return the fields of a mapping whatever they are called."""
        if not isinstance(self._node, yaml.MappingNode):
            self.wrong("must be a mapping of fields")
        return self.fields([str(k.value) for k, _ in self._node.value if isinstance(k, yaml.ScalarNode)])

    def _scalar(self, wanted: str) -> Any:
        if not isinstance(self._node, yaml.ScalarNode):
            self.wrong(f"must be {wanted}")
        return yaml.SafeLoader("").construct_object(self._node)

    def value(self) -> Any:
        """Return the number, text or truth value that stands here."""
        return self._scalar("one value")

    def text(self, *, longest: int = 2000) -> str:
        """Return a text."""
        value = self._scalar("text")
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"must be text, not {value!r}")
        if len(value) > longest:
            self.wrong(f"is longer than {longest} characters")
        return value.strip()

    def key(self) -> str:
        """Return a name made of letters, digits, _ and -."""
        name = self.text(longest=40)
        if not fullmatch(r"[A-Za-z0-9_-]+", name):
            self.wrong(f"{name!r} must be made of letters, digits, _ and -")
        return name

    def word(self, words: Iterable[str]) -> str:
        """Return one of some words."""
        words = list(words)
        value = self._scalar(f"one of {', '.join(words)}")
        if value not in words:
            self.wrong(f"{value!r} is not one of {', '.join(words)}")
        return str(value)

    def truth(self) -> bool:
        """Return true or false."""
        value = self._scalar("true or false")
        if not isinstance(value, bool):
            self.wrong(f"must be true or false, not {value!r}")
        return value

    def number(self, low: float, high: float) -> float:
        """Return a number within bounds."""
        value = self._scalar("a number")
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            self.wrong(f"must be a number from {low:g} to {high:g}, not {value!r}")
        if not low <= value <= high:
            self.wrong(f"{value:g} is out of range; it may be {low:g} to {high:g}")
        return float(value)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self.number(low, high)
        if value != int(value):
            self.wrong(f"must be a whole number, not {value:g}")
        return int(value)

    @property
    def written(self) -> str:
        """What a scalar looks like in the file, "" for anything else: YAML reads 12:00 as the number 720."""
        return str(self._node.value) if isinstance(self._node, yaml.ScalarNode) else ""

    def seconds(self, high: float = 86400.0) -> float:
        """Return a time of the scenario: seconds, mm:ss or h:mm:ss."""
        text = self.written
        found = fullmatch(r"(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d(?:\.\d+)?)", text)
        if found:
            value = int(found[1] or 0) * 3600.0 + int(found[2]) * 60.0 + float(found[3])
        elif fullmatch(r"\d+(?:\.\d+)?", text):
            value = float(text)
        else:
            self.wrong(f"must be seconds, mm:ss or h:mm:ss, not {text!r}")
        if value > high:
            self.wrong(f"is later than {high:g} s")
        return value


def root_of(text: str, name: str, faults: list[FieldFault]) -> Spot:
    """Return the document's root; raises ScenarioError for what is no YAML of ours."""
    if len(text.encode()) > MAX_BYTES:
        raise ScenarioError(name, [FieldFault(1, "", f"the file is larger than {MAX_BYTES} bytes")])
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                line = int(token.start_mark.line) + 1
                raise ScenarioError(name, [FieldFault(line, "", "anchors, aliases and tags are not read")])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        line = int(mark.line) + 1 if mark is not None else 1
        raise ScenarioError(name, [FieldFault(line, "", f"is no YAML: {wrong.problem}")]) from None
    except (yaml.YAMLError, RecursionError) as wrong:
        raise ScenarioError(name, [FieldFault(1, "", f"is no YAML: {wrong}")]) from None
    if node is None:
        raise ScenarioError(name, [FieldFault(1, "", "the file is empty")])
    return Spot(node, "", faults)
