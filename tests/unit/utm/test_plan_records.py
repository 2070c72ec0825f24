"""Plans between their row and the documents made of it."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from tests.fakes import filing
from tests.fakes.desk import Desk
from tests.fakes.filing import point
from utm.plan_records import Authority, decode_authority, document, encode_authority, live_item, rfc3339
from utm.store.geometry_codec import decode


def test_instants_are_written_with_z_or_their_offset() -> None:
    """UTC must end in Z, another zone keep its offset, and both be read back as the same instant."""
    for at in (datetime(2027, 1, 1, 8, 30, 0, 5, UTC), datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=8)))):
        assert datetime.fromisoformat(rfc3339(at)) == at
    assert rfc3339(datetime(2027, 1, 1, tzinfo=UTC)) == "2027-01-01T00:00:00Z"


def test_the_authoritys_record_comes_back() -> None:
    """What is kept about the authority must be read back equal, its instants aware."""
    known = Authority(application="standing", released_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert decode_authority(encode_authority(known)) == known


async def test_the_live_item_draws_the_flight(desk: Desk) -> None:
    """The path must run through every corner in lon, lat, height (HAE) and seconds after the start."""
    plan_id = await desk.filed(600, [point(0, 0, 0), point(0, 0, 50), point(500, 0, 50, hold_s=20)])
    row = await desk.row(plan_id)
    item = live_item(row, decode(row.geometry), desk.services.book.region.frame)
    assert item.path is not None
    assert [corner[3] for corner in item.path] == [0, 5, pytest.approx(55, abs=0.02), pytest.approx(75, abs=0.02)]
    lat, lon = filing.place(500, 0)
    assert item.path[-1][:2] == (pytest.approx(lon, abs=2e-7), pytest.approx(lat, abs=2e-7))
    assert item.path[1][2] - item.path[0][2] == pytest.approx(50, abs=0.02)


async def test_a_document_keeps_the_body_and_adds_what_was_found(desk: Desk) -> None:
    """Members of the body must never hide the plan's own, such as its id and state."""
    found = orjson.loads(orjson.dumps(document(await desk.row(await desk.filed()))))
    assert found["state"] == "approved"
    assert found["departure_at"] == found["starts_at"]
    assert "idempotency_key" not in found
    assert "geometry" not in found
