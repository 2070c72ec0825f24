"""The population grid and the rules of ground risk and noise, in memory and in the store (a `utm.memory.Keeper`)."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
import shapely
from sqlmodel import Session

from airspace.formats.population_files import PeopleAt
from airspace.trajectory import FlightPath
from airspace.volumes import VolumePath
from dispatch.ground_risk import GroundRisk, assess, exposed_squares, line_of
from dispatch.noise import surcharge
from dispatch.population import Densities, Lattice, PopulationGrid, Sample, gridded, synthetic
from dispatch.priced_way import PricedGround
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.ground.rules import DEFAULTS, GroundRules, changed, complete
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal
from utm.store import ground
from utm.store.ground_tables import GroundRulesRow, PopulationGridRow
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo

KIND: Final = "ground"
_SPREAD_M: Final = {"district": 3_000.0, "place": 1_500.0, "neighbour": 3_000.0}
"""How far people live around a label of the map, for the made-up grid; other kinds of label have nobody (ours)."""
_POWER_STEP_DB: Final = 2.0
"""Sound powers are rounded to this, so that ways of like aircraft are found once (ours)."""


class GroundDesk:
    """Holds the grid and the rules in force; imports, withdraws, judges and prices."""

    def __init__(self, *, clock: Clock, store: Store, book: AirspaceBook) -> None:
        self._clock, self._store, self._book = clock, store, book
        self.rules = GroundRules(DEFAULTS)
        self.memory: Memory | None = None
        """Set by the composition root: the memory that follows this keeper."""
        self._lattice: Lattice | None = None
        self._imported: PopulationGrid | None = None
        self._made_up: PopulationGrid | None = None
        self._priced: dict[tuple[float, float, float], PricedGround] = {}
        self._priced_for: tuple[PopulationGrid, GroundRules] | None = None

    # -- asking --------------------------------------------------------------------------------------------------------

    @property
    def lattice(self) -> Lattice:
        """The squares over the area served."""
        if self._lattice is None:
            frame, service = self._book.region.frame, self._book.region.service
            x, y = frame.to_xy(
                np.array([service.min_lat_deg, service.min_lat_deg, service.max_lat_deg, service.max_lat_deg]),
                np.array([service.min_lon_deg, service.max_lon_deg, service.min_lon_deg, service.max_lon_deg]),
            )
            self._lattice = Lattice.over((float(x.min()), float(y.min()), float(x.max()), float(y.max())))
        return self._lattice

    @property
    def grid(self) -> PopulationGrid:
        """The imported grid; without one a made-up one that is labelled synthetic."""
        if self._imported is not None:
            return self._imported
        if self._made_up is None:
            self._made_up = synthetic(self.lattice, self._labels())
        return self._made_up

    def _labels(self) -> list[tuple[float, float, float]]:
        found = []
        for place in self._book.city.places:
            spread_m = _SPREAD_M.get(place["properties"].get("kind"))
            if spread_m is not None:
                lon, lat = place["geometry"]["coordinates"][:2]
                x, y = self._book.region.frame.to_xy(lat, lon)
                found.append((float(x[0]), float(y[0]), spread_m))
        return found

    def described(self) -> dict[str, Any]:
        """Return what the grid in force is, without its values."""
        grid = self.grid
        return {
            "grid_id": grid.grid_id,
            "source": grid.source,
            "synthetic": grid.synthetic,
            "square_m": grid.lattice.step_m,
            "squares": int(grid.people_per_km2.size),
            "known_share": round(grid.known_share, 4),
            "people": round(grid.people()),
        }

    def priced(self, height_agl_m: float, power_db: float, speed_mps: float) -> PricedGround:
        """Return the ground as a way at a height sees it; kept until the grid or the rules change."""
        grid, rules = self.grid, self.rules
        if self._priced_for is None or self._priced_for[0] is not grid or self._priced_for[1] is not rules:
            self._priced_for, self._priced = (grid, rules), {}
        key = (height_agl_m, round(power_db / _POWER_STEP_DB) * _POWER_STEP_DB, round(speed_mps))
        known = self._priced.get(key)
        if known is None:
            limits = rules.limits
            closed = (
                exposed_squares(grid, limits, height_agl_m, self._book.policy.tolerance.horizontal_m)
                if limits.refuse_over(grid)
                else np.zeros(grid.people_per_km2.shape, bool)
            )
            extra = surcharge(grid, rules.price, height_agl_m, key[1], key[2])
            known = self._priced[key] = PricedGround(grid.lattice, closed, extra)
        return known

    def assess(
        self, places_m: Sequence[tuple[float, float]], height_agl_m: float, *, mass_kg: float | None, speed_mps: float
    ) -> GroundRisk:
        """Judge a way in local metres at its greatest true height."""
        return assess(
            line_of(places_m), height_agl_m, self._book.policy.tolerance.horizontal_m, self.grid, self.rules.limits,
            mass_kg=mass_kg, speed_mps=speed_mps,
        )  # fmt: skip

    def assess_path(self, path: FlightPath | VolumePath, *, mass_kg: float | None) -> GroundRisk:
        """Judge a filed flight or filed volumes at their greatest true height."""
        tolerance_m, limits = self._book.policy.tolerance.horizontal_m, self.rules.limits
        if isinstance(path, FlightPath):
            rows = path.trajectory.segments
            places = [*map(tuple, rows[:, :2].tolist()), (float(rows[-1, 4]), float(rows[-1, 5]))]
            lasts = np.maximum(rows[:, 7] - rows[:, 3], 1e-9)
            speed = float((np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1]) / lasts).max())
            top = float(path.agl_high_m.max())
            return assess(line_of(places), top, tolerance_m, self.grid, limits, mass_kg=mass_kg, speed_mps=speed)
        shape = shapely.union_all([shapely.buffer(area.geometry, area.radius_m) for area in path.areas])
        top = max(float(prism.z_high_m) - float(low) for prism, low in zip(path.prisms, path.ground_low_m, strict=True))
        return assess(shape, top, 0.0, self.grid, limits, mass_kg=mass_kg)

    # -- changing ------------------------------------------------------------------------------------------------------

    def gridded(self, items: Sequence[PeopleAt], *, source: str, absent: float | None) -> PopulationGrid:
        """Return the grid of a file's items over the city; raises Problem 422 where they say nothing about it."""
        frame = self._book.region.frame
        samples: list[Sample] = []
        points = [item for item in items if item.lat_deg is not None]
        if points:
            x, y = frame.to_xy(
                np.array([item.lat_deg for item in points], float), np.array([item.lon_deg for item in points], float)
            )
            samples.extend(
                Sample(item.people_per_km2, point_m=(float(a), float(b)))
                for item, a, b in zip(points, x, y, strict=True)
            )
        for item in items:
            if item.cell is not None:
                samples.append(Sample(item.people_per_km2, cell=item.cell))
            elif item.area is not None:
                samples.append(Sample(item.people_per_km2, area=item.area.geometry))
        return self.usable(gridded(samples, self.lattice, frame), source=source, absent=absent, count=len(items))

    def usable(self, values: Densities, *, source: str, absent: float | None, count: int) -> PopulationGrid:
        """Return densities over the lattice as a grid; raises Problem 422 where none of them is known."""
        if not np.isfinite(values).any():
            raise Problem(
                "population_unusable",
                f"None of the {count} values lies in the area served.",
                f"{count} 个数值均不在服务范围内。",
            )
        if absent is not None:
            values = np.where(np.isfinite(values), values, np.float32(absent)).astype(np.float32)
        return PopulationGrid(self.lattice, values, source, False)

    async def publish(self, principal: Principal, grid: PopulationGrid, *, items: int) -> dict[str, Any]:
        """Put a grid in force, durable when this returns; ways are found anew."""
        packed = io.BytesIO()
        np.savez_compressed(packed, people_per_km2=grid.people_per_km2)
        row = PopulationGridRow(
            grid_id=new_id("pg"),
            source=grid.source,
            state="current",
            items=items,
            known_share=grid.known_share,
            people=round(grid.people()),
            imported_at=rfc3339(self._clock.now()),
            imported_by=principal.subject,
            field=packed.getvalue(),
        )
        fresh = PopulationGrid(grid.lattice, grid.people_per_km2, grid.source, False, row.grid_id)

        def job(session: Session) -> dict[str, Any]:
            ground.add_grid(session, row)
            self._audit(session, principal, "import", row.grid_id, {"source": row.source, "items": items})
            self._take(session, row.grid_id, fresh)
            return self.described()

        return await self._store.write(job)

    async def withdraw(self, principal: Principal, grid_id: str) -> None:
        """Take a grid out of force; raises Problem 404, or 409 when it is not in force."""

        def job(session: Session) -> None:
            if not ground.known(session, grid_id):
                raise not_found("population grid", "人口网格", grid_id)
            if not ground.withdraw(session, grid_id):
                raise Problem("conflict", "This grid is not in force.", "该人口网格当前未生效。")
            self._audit(session, principal, "withdraw", grid_id, {})
            self._take(session, grid_id, None)

        await self._store.write(job)

    async def grids(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest grids without their values."""
        return await self._store.read(lambda session: ground.listed(session, limit))

    async def set_rules(self, principal: Principal, given: Mapping[str, Any], if_version: int | None) -> dict[str, Any]:
        """Publish a new version of the rules; raises Problem 409 for a stale version."""

        def job(session: Session) -> dict[str, Any]:
            version = self.rules.version
            if if_version is not None and if_version != version:
                raise Problem(
                    "stale_version",
                    f"The rules are at version {version}, not {if_version}. Read them again and decide anew.",
                    f"规则当前版本为 {version}，不是 {if_version}。请重新读取后再修改。",
                )
            document = changed(self.rules.document, given)
            row = GroundRulesRow(
                version=document["version"],
                document=orjson.dumps(document).decode(),
                set_at=rfc3339(self._clock.now()),
                set_by=principal.subject,
            )
            ground.add_rules(session, row)
            self._audit(session, principal, "rules", str(document["version"]), {})
            before = self.rules
            self.rules = GroundRules(document)
            on_undo(session, lambda: setattr(self, "rules", before))
            self._note(session, "rules")
            return document

        return await self._store.write(job)

    def _take(self, session: Session, grid_id: str, grid: PopulationGrid | None) -> None:
        before = self._imported
        self._imported = grid
        on_undo(session, lambda: setattr(self, "_imported", before))
        self._note(session, grid_id)

    def _note(self, session: Session, ref: str) -> None:
        if self.memory is not None:
            self.memory.note(session, KIND, ref)

    def _audit(self, session: Session, principal: Principal, action: str, ref: str, detail: dict[str, Any]) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=f"ground.{action}",
            object_kind=KIND,
            object_id=ref,
            detail=detail,
        )

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read the grid and the rules in force."""
        row = ground.current(session)
        self._imported = None if row is None else self._unpacked(row)
        rules = ground.rules(session)
        self.rules = GroundRules(DEFAULTS if rules is None else complete(orjson.loads(rules.document)))

    def refresh(self, session: Session, ref: str) -> None:
        """Read what another process changed."""
        self.load(session)

    def _unpacked(self, row: PopulationGridRow) -> PopulationGrid | None:
        with np.load(io.BytesIO(row.field), allow_pickle=False) as held:
            values = held["people_per_km2"]
        if values.shape != (self.lattice.rows, self.lattice.columns):
            return None  # of a city with other bounds: import it again
        return PopulationGrid(self.lattice, values, row.source, False, row.grid_id)
