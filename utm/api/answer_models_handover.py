"""Answers about shift logs; see `answer_models`."""

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor


class OpenAlert(BaseModel):
    """An alert somebody must still see to."""

    alert_id: str
    kind: str
    severity: str
    status: str
    detail: str | None
    detail_zh: str | None
    track_id: str | None
    plan_id: str | None
    at: At
    until: At | None = Field(None, description="Of a shelved one: until when.")


class OpenContingency(BaseModel):
    """A contingency under way."""

    contingency_id: str
    plan_id: str | None
    kind: str
    state: str
    at: At


class OpenDecision(BaseModel):
    """A plan that waits for a decision."""

    plan_id: str
    organisation_id: str
    at: str = Field(description="Its departure, as filed.")


class OpenCommand(BaseModel):
    """A command under way."""

    command_id: str
    aircraft_id: str
    type: str
    state: str
    at: At


class OpenCounts(BaseModel):
    """How many there are of each kind; the lists hold at most 200."""

    alerts: int
    shelved: int
    contingencies: int
    pending: int
    commands: int


class OpenItems(BaseModel):
    """What a shift leaves open."""

    counts: OpenCounts
    alerts: list[OpenAlert]
    shelved: list[OpenAlert]
    contingencies: list[OpenContingency]
    pending: list[OpenDecision]
    commands: list[OpenCommand]


class Signature(BaseModel):
    """Who signed, and when."""

    at: At
    by: str
    name: str
    initials: str


class LogEntry(BaseModel):
    """A line of a shift log."""

    at: At
    actor: str
    name: str
    kind: str
    text: str


class ShiftLog(BaseModel):
    """A shift log."""

    handover_id: str
    number: int
    state: str = Field(description="open, offered or closed.")
    opened_at: At
    opened_by: str
    opened_name: str
    previous_id: str | None
    remarks: str
    signed_out: Signature | None
    signed_in: Signature | None
    items: OpenItems | None = Field(description="What was open when it was signed out.")
    entries: list[LogEntry]


class ShiftLogs(BaseModel):
    """Shift logs, newest first, without their entries."""

    items: list[ShiftLog]
    next_cursor: Cursor


class RunningShift(BaseModel):
    """The running log and what is open now."""

    log: ShiftLog | None
    open_items: OpenItems
