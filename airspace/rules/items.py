"""One of the thirteen items of Article 27 that a plan lacks, as its reason names it."""

from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class MissingItem:
    """`item` is its number in the article, `field` the JSON pointer at which it is filed, `detail` what to do."""

    item: int
    field: str
    title: str
    title_zh: str
    detail: str
    detail_zh: str

    @property
    def words(self) -> str:
        """The item in one line: `1 organisation and crew (remarks.crew)`."""
        return f"{self.item} {self.title} ({self.field[1:].replace('/', '.')})"

    @property
    def words_zh(self) -> str:
        """The same in Chinese."""
        return f"第{self.item}项 {self.title_zh}（{self.field[1:].replace('/', '.')}）"


@cache
def item_to_dict(missing: MissingItem) -> dict[str, Any]:
    """Return an item as JSON values; the same object each time, to be written and not changed."""
    return {
        "item": missing.item,
        "field": missing.field,
        "title": missing.title,
        "title_zh": missing.title_zh,
        "detail": missing.detail,
        "detail_zh": missing.detail_zh,
    }
