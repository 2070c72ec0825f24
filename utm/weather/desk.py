"""The weather in force, in memory and in the store, and what it says of flights (a `utm.memory.Keeper` of kind "weather")."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import orjson
from sqlmodel import Session

from airspace.formats.weather_files import WeatherSample
from airspace.geometry4d import PlanGeometry
from airspace.region import Region
from airspace.timebase import from_scene_s, to_scene_s
from airspace.weather import Way, WeatherField, breaches, unknown, way_of
from airspace.weather_grid import city_cells, field_of, synthetic_field
from utm.clock import Clock
from utm.fleet import Aircraft
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal
from utm.store import weather
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo
from utm.store.weather_tables import WeatherForecastRow, WeatherLimitsRow
from utm.weather.limits import DEFAULTS, LimitBook
from utm.weather.verdicts import Outcome, Verdict

KIND: Final = "weather"
_HOUR_S: Final = 3600.0


class WeatherDesk:
    """Holds the field and the limits in force; imports, withdraws and judges."""

    def __init__(self, *, clock: Clock, store: Store, region: Region) -> None:
        self._clock, self._store, self._region = clock, store, region
        self.cells = city_cells(region.service)
        self.limits = LimitBook(DEFAULTS)
        self.forecast_id: str | None = None
        self._imported: WeatherField | None = None
        self._made_up: WeatherField | None = None
        self.memory: Memory | None = None
        """Set by the composition root: the memory that follows this keeper."""

    # -- asking --------------------------------------------------------------------------------------------------------

    @property
    def field(self) -> WeatherField:
        """The imported field; without one, a made-up calm one that is labelled synthetic."""
        if self._imported is not None:
            return self._imported
        now_s = to_scene_s(self._clock.now())
        made = self._made_up
        if made is None or not made.edges_s[0] + _HOUR_S <= now_s < made.edges_s[0] + 2 * _HOUR_S:
            made = self._made_up = synthetic_field(self.cells, now_s)
        return made

    def way(self, geometry: PlanGeometry) -> Way:
        """Return the cells a flight passes, with its times."""
        return way_of(geometry, self._region.frame)

    def judge(self, aircraft: Aircraft, way: Way, delay_s: float = 0.0) -> Verdict:
        """Return what the weather says of a flight that departs `delay_s` later than it is filed."""
        field, limits = self.field, self.limits.of(aircraft)
        broken = breaches(field, limits, way, delay_s)
        outcome: Outcome = "no_go" if broken else "unknown" if unknown(field, limits, way, delay_s) else "go"
        version = int(self.limits.document["version"])
        return Verdict(outcome, broken, field.source, field.synthetic, self.forecast_id, version)

    def described(self) -> dict[str, Any]:
        """Return what the field in force is, without its values."""
        field = self.field
        return {
            "forecast_id": self.forecast_id,
            "source": field.source,
            "synthetic": field.synthetic,
            "issued_at": rfc3339(from_scene_s(field.issued_s)),
            "valid_from": rfc3339(from_scene_s(float(field.edges_s[0]))),
            "valid_to": rfc3339(from_scene_s(float(field.edges_s[-1]))),
            "steps": len(field.edges_s) - 1,
            "cells": len(field.cells),
        }

    # -- changing ------------------------------------------------------------------------------------------------------

    def gridded(
        self, samples: Sequence[WeatherSample], *, source: str, issued_s: float | None, reach_m: float
    ) -> WeatherField:
        """Return the field of samples over the city; raises Problem 422 where none of them says anything about it."""
        issued = to_scene_s(self._clock.now()) if issued_s is None else issued_s
        try:
            field = field_of(samples, self.cells, source=source, issued_s=issued, reach_m=reach_m)
        except ValueError as error:
            raise Problem("weather_unusable", f"The file gives no field: {error}.", "文件无法生成气象场。") from error
        if not np.isfinite(field.values).any():
            raise Problem(
                "weather_unusable",
                f"None of the {len(samples)} values lies within {reach_m / 1000:.0f} km of a cell of this city.",
                f"{len(samples)} 个数值均不在本市网格单元 {reach_m / 1000:.0f} 公里范围内。",
            )
        return field

    async def publish(
        self, principal: Principal, field: WeatherField, *, samples: int, reach_m: float
    ) -> dict[str, Any]:
        """Put a field in force, durable when this returns."""
        now = rfc3339(self._clock.now())
        packed = io.BytesIO()
        np.savez_compressed(packed, cells=field.cells, edges_s=field.edges_s, values=field.values)
        row = WeatherForecastRow(
            forecast_id=new_id("wf"),
            source=field.source,
            state="current",
            issued_at=rfc3339(from_scene_s(field.issued_s)),
            valid_from=rfc3339(from_scene_s(float(field.edges_s[0]))),
            valid_to=rfc3339(from_scene_s(float(field.edges_s[-1]))),
            steps=len(field.edges_s) - 1,
            cells=len(field.cells),
            samples=samples,
            reach_m=reach_m,
            imported_at=now,
            imported_by=principal.subject,
            field=packed.getvalue(),
        )

        def job(session: Session) -> dict[str, Any]:
            weather.add_forecast(session, row)
            self._audit(session, principal, "import", row.forecast_id, {"source": row.source, "samples": samples})
            self._take(session, row.forecast_id, field)
            return self.described()

        return await self._store.write(job)

    async def withdraw(self, principal: Principal, forecast_id: str) -> None:
        """Take a forecast out of force; raises Problem 404, or 409 when it is not in force."""

        def job(session: Session) -> None:
            if not weather.known(session, forecast_id):
                raise not_found("forecast", "气象预报", forecast_id)
            if not weather.withdraw(session, forecast_id):
                raise Problem("conflict", "This forecast is not in force.", "该预报当前未生效。")
            self._audit(session, principal, "withdraw", forecast_id, {})
            self._take(session, forecast_id, None)

        await self._store.write(job)

    async def forecasts(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest forecasts without their values."""
        return await self._store.read(lambda session: weather.listed(session, limit))

    async def set_limits(self, principal: Principal, given: dict[str, Any], if_version: int | None) -> dict[str, Any]:
        """Publish limits; raises Problem 409 for a stale version."""

        def job(session: Session) -> dict[str, Any]:
            version = int(self.limits.document["version"])
            if if_version is not None and if_version != version:
                raise Problem(
                    "stale_version",
                    f"The limits are at version {version}, not {if_version}. Read them again and decide anew.",
                    f"限制当前版本为 {version}，不是 {if_version}。请重新读取后再修改。",
                )
            document = {**self.limits.document, **given, "version": version + 1}
            row = WeatherLimitsRow(
                version=version + 1,
                document=orjson.dumps(document).decode(),
                set_at=rfc3339(self._clock.now()),
                set_by=principal.subject,
            )
            weather.add_limits(session, row)
            self._audit(session, principal, "limits", str(version + 1), {})
            before = self.limits
            self.limits = LimitBook(document)
            on_undo(session, lambda: setattr(self, "limits", before))
            self._note(session, "limits")
            return document

        return await self._store.write(job)

    def _take(self, session: Session, forecast_id: str, field: WeatherField | None) -> None:
        before = (self.forecast_id, self._imported)

        def undo() -> None:
            self.forecast_id, self._imported = before

        self.forecast_id, self._imported = (forecast_id if field is not None else None), field
        on_undo(session, undo)
        self._note(session, forecast_id)

    def _note(self, session: Session, ref: str) -> None:
        if self.memory is not None:
            self.memory.note(session, KIND, ref)

    def _audit(self, session: Session, principal: Principal, action: str, ref: str, detail: dict[str, Any]) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=f"weather.{action}",
            object_kind="weather",
            object_id=ref,
            detail=detail,
        )

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read the field and the limits in force."""
        row = weather.current(session)
        self.forecast_id, self._imported = (None, None) if row is None else (row.forecast_id, _unpacked(row))
        limits = weather.limits(session)
        self.limits = LimitBook(DEFAULTS if limits is None else orjson.loads(limits.document))

    def refresh(self, session: Session, ref: str) -> None:
        """Read what another process changed."""
        self.load(session)


def _unpacked(row: WeatherForecastRow) -> WeatherField:
    with np.load(io.BytesIO(row.field), allow_pickle=False) as held:
        issued_s = to_scene_s(datetime.fromisoformat(row.issued_at))
        return WeatherField(row.source, False, issued_s, held["cells"], held["edges_s"], held["values"])
