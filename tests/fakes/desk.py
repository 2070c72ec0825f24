"""A server's parts without its server: a real store, two firms with aircraft, and a clock that stands still."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from airspace.policy import Policy
from mavlink_bridge.bridge import Bridge
from tests.fakes import filing
from tests.fakes.edge import MovableClock
from utm.api.body import validate
from utm.api.flight_plan_models import BatchItemBody, FlightPlanBody
from utm.bus import InProcessBus
from utm.composition import compose
from utm.plan_batches import BatchItem
from utm.plan_records import Answer
from utm.security import Principal
from utm.security.onboarding import put_organisation
from utm.services import Services
from utm.settings import Settings
from utm.store import plans
from utm.store.identity_tables import AircraftRow
from utm.store.sql import as_values, table
from utm.store.store import Store
from utm.store.tables import FlightPlanRow

_FIRMS: dict[str, tuple[str, ...]] = {
    "org_a": ("standing_approval",),
    "org_b": ("standing_approval", "priority_over_50"),
    "org_c": (),
}
_numbers = itertools.count(1)


def principal(role: Any = "operator", firm: str = "org_a") -> Principal:
    """Return somebody of a role."""
    return Principal(subject=f"cl_{firm}", role=role, organisation_id=firm, name=firm)


def in_batch(raw: dict[str, Any]) -> BatchItem:
    """Return a plan of a batch as the API takes it apart."""

    def parse() -> tuple[dict[str, Any], BatchItemBody, str | None]:
        parsed = validate(raw, BatchItemBody, "/plans/0")
        return {name: value for name, value in raw.items() if name != "idempotency_key"}, parsed, parsed.idempotency_key

    return BatchItem(raw, parse)


@dataclass
class Desk:
    """The parts, and what tests do with them."""

    services: Services
    clock: MovableClock

    async def aircraft(self, firm: str = "org_a", **values: Any) -> str:
        """Register an aircraft and return its id."""
        number = next(_numbers)
        row = AircraftRow(
            aircraft_id=f"ac_{number}", aircraft_no=number, organisation_id=firm, registration=f"UAS{number:08d}",
            registration_key=f"UAS{number:08d}", manufacturer="M", model="M", aircraft_class="small", version=1,
            created_at="", updated_at="", **values,
        )  # fmt: skip

        def job(session: Session) -> None:
            session.execute(table(AircraftRow).insert(), [as_values(row)])
            self.services.fleet.changed(session, row.aircraft_id, before=None)

        await self.services.store.write(job)
        return row.aircraft_id

    async def file(self, body: dict[str, Any], firm: str = "org_a", key: str | None = None) -> Answer:
        """File a plan as a firm."""
        parsed = validate(body, FlightPlanBody)
        return await self.services.flight_plans.file(principal(firm=firm), body, parsed, key)

    async def filed(self, after_s: float = 600.0, route: Any = None, firm: str = "org_a", **more: Any) -> str:
        """File a plan of a new aircraft that departs so many seconds from now; return its id."""
        body = filing.plan(await self.aircraft(firm), self.later(after_s), route, **more)
        return str((await self.file(body, firm)).document["plan_id"])

    def later(self, seconds: float) -> Any:
        """Return the instant so many seconds from now."""
        from datetime import timedelta

        return self.clock.now() + timedelta(seconds=seconds)

    async def row(self, plan_id: str) -> FlightPlanRow:
        """Return a plan's row."""
        row = await self.services.store.read(lambda session: plans.get(session, plan_id))
        assert row is not None
        return row


@contextmanager
def running(folder: Path) -> Iterator[Desk]:
    """Compose the parts on a store in the folder; nothing listens and nothing sweeps."""
    settings, clock = Settings(data_dir=folder, mavlink_udp_port=None), MovableClock()
    services = compose(
        settings, clock=clock, store=Store(settings.database_path), bus=InProcessBus(), bridge=Bridge([])
    )
    services.store.start(services.memory)

    async def first() -> None:
        def job(session: Session) -> None:
            for firm, granted in (
                ("org_a", ("standing_approval",)),
                ("org_b", ("standing_approval", "priority_over_50")),
                ("org_c", ()),
            ):
                put_organisation(
                    session, services.identity.directory, organisation_id=firm, name=firm, name_zh=firm,
                    role="operator", entitlements=granted, demo=False, now=clock.now(),
                )  # fmt: skip
            services.zone_desk.first_records(session, Policy(auto_approve_synthetic_terrain=True))

        await services.store.write(job)

    import asyncio

    asyncio.run(first())
    try:
        yield Desk(services, clock)
    finally:
        services.identity.close()
        services.store.close()
