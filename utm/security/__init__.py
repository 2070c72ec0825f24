"""Who is asking and what they may do: keys, tokens, passwords, sessions, and the one place that authorises."""

from utm.security.authorise import Action, may_edit_of, may_read_of, permits, visible_organisation
from utm.security.dependencies import authenticate_websocket, require
from utm.security.principal import Principal, Role

__all__ = [
    "Action",
    "Principal",
    "Role",
    "authenticate_websocket",
    "may_edit_of",
    "may_read_of",
    "permits",
    "require",
    "visible_organisation",
]
