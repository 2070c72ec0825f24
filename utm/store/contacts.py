"""Statements on the contacts of firms."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store.contact_tables import OperatorContactRow
from utm.store.sql import as_record, insert, table, update

_contacts = table(OperatorContactRow)


def get(session: Session, organisation_id: str) -> OperatorContactRow | None:
    """Return the contact of a firm, None where nothing was said."""
    query = select(_contacts).where(_contacts.c.organisation_id == organisation_id)
    row = session.execute(query).one_or_none()
    return None if row is None else as_record(OperatorContactRow, row)


def put(session: Session, organisation_id: str, values: Mapping[str, Any]) -> None:
    """Replace the contact of a firm."""
    if get(session, organisation_id) is None:
        insert(session, OperatorContactRow, {"organisation_id": organisation_id, **values})
    else:
        update(session, OperatorContactRow, "organisation_id", organisation_id, values)
