"""Who is asking."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["operator", "dispatcher", "regulator", "supplier", "admin"]
ROLES: tuple[Role, ...] = ("operator", "dispatcher", "regulator", "supplier", "admin")


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: a program with a token or a person with a session.

    `subject` is the id of the client (`cl_`) or user (`usr_`); `organisation_id` is the firm or office it belongs to;
    `scopes` are what its token was issued for; `entitlements` are what its organisation was granted.
    """

    subject: str
    role: Role
    organisation_id: str
    name: str
    client_id: str | None = None
    scopes: frozenset[str] = frozenset()
    entitlements: frozenset[str] = frozenset()
    sandbox: bool = False
    """Whether its organisation is a sandbox: its flights live in the separate sky."""
    proof: str = ""
    """What it showed, to be asked again while a connection stays open: `jti:`, `session:` or `credential:` and an id."""
    issued_s: float | None = None
    """When its token was issued, unix seconds."""

    @property
    def sees_everything(self) -> bool:
        """Whether the role reads all organisations' things whole."""
        return self.role in ("dispatcher", "regulator", "admin")
