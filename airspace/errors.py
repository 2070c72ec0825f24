"""Refusals of input as values: what is wrong with which field, in both languages."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in a body: `pointer` is a JSON pointer (RFC 6901) into it, `code` is stable and snake_case."""

    pointer: str
    code: str
    detail: str
    detail_zh: str

    def under(self, prefix: str) -> "FieldError":
        """Return the same fault seen from a body that holds this one at the JSON pointer `prefix`."""
        return replace(self, pointer=prefix + self.pointer)
