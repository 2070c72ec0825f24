"""Statements about forecasts, weather limits and what was said before departures."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.weather_tables import GoNoGoRow, WeatherForecastRow, WeatherLimitsRow

_forecasts = sql.table(WeatherForecastRow)
_limits = sql.table(WeatherLimitsRow)
_verdicts = sql.table(GoNoGoRow)


def current(session: Session) -> WeatherForecastRow | None:
    """Return the forecast in force, or None."""
    query = select(_forecasts).where(_forecasts.c.state == "current").order_by(_forecasts.c.imported_at.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(WeatherForecastRow, row)


def listed(session: Session, limit: int) -> list[dict[str, Any]]:
    """Return what is known of the newest forecasts, without their values."""
    columns = [column for column in _forecasts.c if column.name != "field"]
    rows = session.execute(select(*columns).order_by(_forecasts.c.imported_at.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def add_forecast(session: Session, row: WeatherForecastRow) -> None:
    """Put a forecast in force in place of the one before."""
    sql.run(session, "UPDATE weather_forecasts SET state = 'replaced' WHERE state = 'current'")
    sql.insert(session, WeatherForecastRow, sql.as_values(row))


def withdraw(session: Session, forecast_id: str) -> bool:
    """Take the forecast in force away; return whether it was in force."""
    found = sql.run(
        session,
        "UPDATE weather_forecasts SET state = 'withdrawn' WHERE forecast_id = ? AND state = 'current'",
        (forecast_id,),
    )
    return bool(found.rowcount)


def known(session: Session, forecast_id: str) -> bool:
    """Tell whether there ever was such a forecast."""
    query = select(_forecasts.c.forecast_id).where(_forecasts.c.forecast_id == forecast_id)
    return session.execute(query).one_or_none() is not None


def limits(session: Session) -> WeatherLimitsRow | None:
    """Return the limits in force, None where nobody set any."""
    row = session.execute(select(_limits).order_by(_limits.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else sql.as_record(WeatherLimitsRow, row)


def add_limits(session: Session, row: WeatherLimitsRow) -> None:
    """Keep a new version of the limits."""
    sql.insert(session, WeatherLimitsRow, sql.as_values(row))


def add_verdict(session: Session, row: GoNoGoRow) -> None:
    """Keep what was said of a plan."""
    sql.insert(session, GoNoGoRow, {name: value for name, value in sql.as_values(row).items() if name != "verdict_no"})


def verdicts(session: Session, plan_id: str) -> list[GoNoGoRow]:
    """Return what was said of a plan, oldest first."""
    rows = session.execute(select(_verdicts).where(_verdicts.c.plan_id == plan_id).order_by(_verdicts.c.verdict_no))
    return [sql.as_record(GoNoGoRow, row) for row in rows]
