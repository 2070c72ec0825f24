"""Answers about the checklists of degraded operation. See `answer_models`."""

from typing import Literal

from pydantic import BaseModel

from utm.api.answer_models import At, Cursor


class ChecklistStep(BaseModel):
    """A step: ticked with when and by whom, or null."""

    step: str
    at: At | None
    name: str | None
    note: str


class Checklist(BaseModel):
    """A checklist with all its steps."""

    checklist_id: str
    kind: Literal["surveillance", "centre"]
    state: Literal["open", "closed"]
    cause: str
    opened_at: At
    opened_name: str
    closed_at: At | None
    closed_name: str | None
    note: str
    steps: list[ChecklistStep]


class Checklists(BaseModel):
    """Checklists."""

    items: list[Checklist]
    next_cursor: Cursor


class ChecklistNeed(BaseModel):
    """A list that the present state calls for."""

    kind: Literal["surveillance", "centre"]
    cause: str
    alert_id: str | None


class ChecklistsNow(BaseModel):
    """What is needed, and what is open."""

    needed: list[ChecklistNeed]
    open: list[Checklist]
