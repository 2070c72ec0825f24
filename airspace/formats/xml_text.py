"""XML files from strangers: no document types, no entities, bounded depth and size, and the line of every element.

Parsed by defusedxml; names are kept without their namespace, because writers disagree on its version and KML readers
never minded.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from airspace.formats.problems import FormatProblem

MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 500_000


class _TooLargeError(Exception):
    """The document exceeds a limit."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.code, self.line = code, line


@dataclass(slots=True)
class Node:
    """One element: local name, text before its first child, children, the line it starts on."""

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def child(self, tag: str) -> "Node | None":
        """Return the first child of that name."""
        return next((node for node in self.children if node.tag == tag), None)

    def all(self, tag: str) -> list["Node"]:
        """Return every descendant of that name, in order of the document."""
        found: list[Node] = []
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            if node.tag == tag:
                found.append(node)
            stack.extend(reversed(node.children))
        return found

    def find(self, *path: str) -> "Node | None":
        """Return the node at a path of child names."""
        node: Node | None = self
        for tag in path:
            node = None if node is None else node.child(tag)
        return node

    def text_of(self, *path: str) -> str | None:
        """Return the stripped text at a path of child names, None when absent or empty."""
        node = self.find(*path)
        return None if node is None else node.text.strip() or None


class _Builder:
    """What the parser calls; it reads the line from the parser that owns it."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.parser: Any = None
        self._open: list[Node] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        line: int = self.parser.CurrentLineNumber
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise _TooLargeError("too_deep", line)
        if self._count > MAX_ELEMENTS:
            raise _TooLargeError("too_many", line)
        node = Node(_local(tag), line, {_local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._texts.append([])

    def data(self, text: str) -> None:
        """Take text inside the open element."""
        if self._texts:
            self._texts[-1].append(text)

    def end(self, tag: str) -> None:
        """Close an element."""
        self._open.pop().text = "".join(self._texts.pop())

    def close(self) -> None:
        """End the document."""


def parse_xml(data: bytes) -> Node | FormatProblem:
    """Return the root element, or what keeps the file from being read.

    Codes: forbidden_xml, malformed_xml, unexpected_end, too_deep, too_many.
    """
    builder = _Builder()
    parser: Any = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        return FormatProblem.of("", builder.parser.CurrentLineNumber, "forbidden_xml")
    except _TooLargeError as error:
        return FormatProblem.of("", error.line, error.code, limit=MAX_ELEMENTS, what="elements", what_zh="元素")
    except ParseError as error:
        line = error.position[0]
        if "no element found" in str(error) or "unclosed" in str(error):
            return FormatProblem.of("", line, "unexpected_end", what="the XML document", what_zh="XML 文档")
        return FormatProblem.of("", line, "malformed_xml", reason=str(error))
    except (ValueError, LookupError) as error:  # an encoding nobody knows, or bytes that are none of it
        return FormatProblem.of("", 1, "malformed_xml", reason=str(error))
    if builder.root is None:
        return FormatProblem.of("", 1, "unexpected_end", what="the XML document", what_zh="XML 文档")
    return builder.root


def element(tag: str, *inner: str | None, **attributes: str) -> str:
    """Return an element; `inner` are finished pieces of XML, None is left out."""
    named = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    body = "".join(piece for piece in inner if piece is not None)
    return f"<{tag}{named}>{body}</{tag}>"


def text_element(tag: str, value: object, **attributes: str) -> str | None:
    """Return an element around a text, or None without a value."""
    return None if value is None else element(tag, escape(xml_safe(str(value)), {"\r": "&#13;"}), **attributes)


def xml_safe(text: str) -> str:
    """Return a text without the characters XML 1.0 cannot carry."""
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
