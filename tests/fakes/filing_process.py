"""A process of its own that files plans into a store others write too.

`python -m tests.fakes.filing_process FOLDER CLIENT_ID AIRCRAFT_ID` composes the same parts the server does and talks in
lines: "ready" once, then for each line "INSTANT DEPARTURE NORTH_M" it files at that instant (seconds of the Unix clock)
and answers "STATUS PLAN_ID".
"""

import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path

from airspace import deconfliction
from mavlink_bridge.bridge import Bridge
from tests.fakes import filing
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.bus import InProcessBus
from utm.clock import SystemClock
from utm.composition import compose
from utm.security.authorise import scopes_of
from utm.security.principal import Principal
from utm.services import Services
from utm.settings import Settings
from utm.store.store import Store


def composed(folder: Path) -> Services:
    """Return a server's parts on the store in the folder; nothing listens anywhere."""
    settings = Settings(data_dir=folder, demo=True, mavlink_udp_port=None)
    services = compose(
        settings, clock=SystemClock(), store=Store(settings.database_path), bus=InProcessBus(), bridge=Bridge([])
    )
    services.store.start(services.memory)
    return services


def principal_of(services: Services, client_id: str) -> Principal:
    """Return a client as a token would name it."""
    account = services.identity.directory.clients.get(client_id)
    assert account is not None
    return Principal(
        subject=account.id,
        role=account.role,
        organisation_id=account.organisation_id,
        name=account.name,
        client_id=account.id,
        scopes=scopes_of(account.role),
    )


async def main(folder: Path, client_id: str, aircraft_id: str) -> None:
    """Serve lines until the input ends."""
    services = composed(folder)
    await services.store.write(lambda session: None)  # follows what is there
    deconfliction.warm()
    principal = principal_of(services, client_id)
    print("ready", flush=True)
    for line in iter(sys.stdin.readline, ""):
        instant, departure, north_m = line.split()
        route = [filing.point(0, float(north_m)), filing.point(300, float(north_m))]
        body = filing.plan(aircraft_id, datetime.fromisoformat(departure), route)
        parsed = validate(body, FlightPlanBody)
        await asyncio.sleep(max(0.0, float(instant) - time.time()))
        answer = await services.flight_plans.file(principal, body, parsed, None)
        print(answer.status, answer.document["plan_id"], flush=True)
    services.identity.close()
    services.store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
