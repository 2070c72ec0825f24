"""A supplier of radar tracks: sends batches of positions, looks at what was rejected, and watches them arrive live."""

import asyncio
import math
import os
from datetime import UTC, datetime

from utm.client import AsyncClient, ClientSecret
from utm.client.live import TracksMessage

TARGETS, ROUNDS = 20, 4


def scan(turn: int) -> list[dict[str, object]]:
    """Return what the radar saw in one turn: aircraft on a circle, heights above the ellipsoid."""
    at = datetime.now(UTC).isoformat()
    return [
        {
            "track_id": f"radar-1:{number}",
            "source": "radar-1",
            "lat_deg": 22.70 + 0.02 * math.sin(0.3 * number + 0.01 * turn),
            "lon_deg": 114.24 + 0.02 * math.cos(0.3 * number + 0.01 * turn),
            "alt_hae_m": 100.0 + number,
            "observed_at": at,
        }
        for number in range(TARGETS)
    ]


async def watch(api: AsyncClient, seen: set[str]) -> None:
    """Note which of our tracks the live feed shows."""
    async for message in api.live(["tracks"], area=[114.20, 22.66, 114.28, 22.74]):
        if isinstance(message, TracksMessage):
            seen.update(item.track_id for item in message.items if item.source == "radar-1")
        if len(seen) >= TARGETS:
            return


async def main() -> None:
    """Send a few turns of the radar."""
    secret = ClientSecret(os.environ["HEXLANE_CLIENT_ID"], os.environ["HEXLANE_CLIENT_SECRET"])
    seen: set[str] = set()
    async with AsyncClient(os.environ["HEXLANE_URL"], secret) as api:
        watching = asyncio.create_task(watch(api, seen))
        for turn in range(ROUNDS):
            answer = await api.report_tracks({"items": scan(turn)})
            for fault in answer.rejected:
                print(f"rejected {fault.index}: {fault.code}")
            await asyncio.sleep(0.5)
        await asyncio.wait_for(watching, 30)
    print(f"{len(seen)} tracks seen live")


if __name__ == "__main__":
    asyncio.run(main())
