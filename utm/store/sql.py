"""Statements straight to the driver, for the hot path, and typed access to SQLAlchemy's view of a table.

SQLAlchemy's own execution costs ten times what SQLite needs for a row. The writer therefore keeps the driver's connection
of its transaction at hand, and the statements below go to it as plain text inside that same transaction.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Boolean, ColumnElement, Float, Integer, Row, String, Table
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.base import manager_of_class
from sqlalchemy.orm.instrumentation import ClassManager
from sqlmodel import AutoString, Session, SQLModel

R = TypeVar("R", bound=SQLModel)

_DRIVER = "hexlane_driver"
_KNOWN = "hexlane_known"


def table(model: type[SQLModel]) -> Table:
    """Return the SQLAlchemy table of a SQLModel class."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


@cache
def columns_of(model: type[SQLModel]) -> tuple[str, ...]:
    """Return the names of a table's columns, in order."""
    return tuple(column.name for column in table(model).columns)


def of_owner(found: Table, owner: str | None) -> tuple[ColumnElement[bool], ...]:
    """Return what narrows a statement to an organisation's own rows; None narrows nothing.

    Asked for by id with this, another's row is left where it is: it costs what a row costs that is not there.
    """
    return () if owner is None else (found.c.organisation_id == owner,)


def as_values(row: SQLModel) -> dict[str, Any]:
    """Return the row's columns by name."""
    return {name: getattr(row, name) for name in columns_of(type(row))}


def as_record(model: type[R], row: Row[Any]) -> R:
    """Return a whole row of a model's table as that model.

    What the store gives back was checked when it was written: filling the instance through its constructor, which looks at
    each value again and tells the session's bookkeeping of each, takes fifteen times as long.
    """
    made: R = model.__new__(model)
    _bookkeeping(model).setup_instance(made)
    made.__dict__.update(zip(row._fields, row, strict=True))
    return made


def records(session: Session, model: type[R], rest: str = "", values: Sequence[Any] = ()) -> list[R]:
    """Return whole rows of a model's table by a statement straight to the driver; `rest` is what follows its FROM."""
    start, names, flags = _reading(model)
    manager = _bookkeeping(model)
    found = []
    for row in run(session, f"{start} {rest}", values).fetchall():
        made: R = model.__new__(model)
        manager.setup_instance(made)
        made.__dict__.update(zip(names, row, strict=True))
        for name in flags:
            if made.__dict__[name] is not None:
                made.__dict__[name] = bool(made.__dict__[name])
        found.append(made)
    return found


@cache
def _reading(model: type[SQLModel]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the beginning of a statement that reads whole rows, the columns' names, and those SQLite keeps as 0 and 1."""
    columns = list(table(model).columns)
    strange = [
        column.name for column in columns if not isinstance(column.type, (Boolean, Float, Integer, String, AutoString))
    ]
    if strange:
        raise TypeError(f"{table(model).name}: columns {strange} are not kept as what they are in Python")
    flags = tuple(column.name for column in columns if isinstance(column.type, Boolean))
    names = columns_of(model)
    return f"SELECT {', '.join(names)} FROM {table(model).name}", names, flags  # noqa: S608  (our own table)


@cache
def _bookkeeping(model: type[SQLModel]) -> ClassManager[Any]:
    configure_mappers()  # what the first instance made by a constructor would do
    return manager_of_class(model)


def keep_driver(session: Session) -> None:
    """Remember the driver's connection of a session whose transaction has begun."""
    session.info[_DRIVER] = session.connection().connection.driver_connection


def run(session: Session, statement: str, values: Sequence[Any] = ()) -> Any:
    """Run one statement with `?` placeholders in the session's transaction; return the driver's cursor."""
    driver: Any = session.info.get(_DRIVER)
    if driver is None:
        driver = session.connection().connection.driver_connection
    return driver.execute(statement, values)


def run_many(session: Session, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row of values, in the session's transaction."""
    driver: Any = session.info.get(_DRIVER)
    if driver is None:
        driver = session.connection().connection.driver_connection
    driver.executemany(statement, rows)


def remembered(session: Session, name: str) -> Any:
    """Return what the running transaction of the writer knows of itself, or None: it must then be looked up."""
    return session.info.get(_KNOWN, {}).get(name) if _DRIVER in session.info else None


def remember(session: Session, name: str, value: Any) -> None:
    """Keep what a statement of the writer's transaction made true, until the transaction ends or a job is undone."""
    if _DRIVER in session.info:
        session.info.setdefault(_KNOWN, {})[name] = value


def forget(session: Session) -> None:
    """Forget what was remembered: some of it was undone."""
    session.info.pop(_KNOWN, None)


def insert(session: Session, model: type[SQLModel], values: Mapping[str, Any]) -> int:
    """Insert a row whose columns are all named in `values` (but an automatic key); return the row id."""
    statement, names = _insert_statement(model, tuple(values))
    return int(run(session, statement, [values[name] for name in names]).lastrowid)


@cache
def _insert_statement(model: type[SQLModel], names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    unknown = set(names) - set(columns_of(model))
    if unknown:
        raise ValueError(f"{table(model).name} has no columns {sorted(unknown)}")
    marks = ", ".join("?" * len(names))
    # The names are those of our own table, checked above; values never stand in the text.
    return f"INSERT INTO {table(model).name} ({', '.join(names)}) VALUES ({marks})", names  # noqa: S608


def update(session: Session, model: type[SQLModel], key: str, ref: str, values: Mapping[str, Any]) -> None:
    """Change columns of the row whose column `key` is `ref`."""
    statement = _update_statement(model, key, tuple(values))
    run(session, statement, [*values.values(), ref])


@cache
def _update_statement(model: type[SQLModel], key: str, names: tuple[str, ...]) -> str:
    unknown = {key, *names} - set(columns_of(model))
    if unknown:
        raise ValueError(f"{table(model).name} has no columns {sorted(unknown)}")
    changes = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {table(model).name} SET {changes} WHERE {key} = ?"  # noqa: S608
