"""A flight along the border of two sectors is not handed to and fro; one that goes on into the next sector is."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from airspace.areas import Area
from airspace.frame import LocalFrame
from utm.sectors import ownership
from utm.sectors.book import State
from utm.sectors.ownership import BORDER_M, BORDER_UP_M, Ownership
from utm.sectors.values import Layout, Sector

FRAME = LocalFrame("EPSG:4547")


def area(west_m: float, east_m: float) -> Area:
    """Return a strip of 4 km from south to north."""
    ring = np.array([FRAME.to_lat_lon(x, y) for x, y in ((west_m, -2e3), (east_m, -2e3), (east_m, 2e3), (west_m, 2e3))])
    return Area.of_polygons([[ring.reshape(-1, 2)]], FRAME)


def sector(
    name: str, west_m: float, east_m: float, lower_m: float | None = None, upper_m: float | None = None
) -> Sector:
    """Return a sector with a position of its own name."""
    return Sector(name, name, name, f"p_{name}", None, None, area(west_m, east_m), lower_m, upper_m)


class Sky:
    """One flight, wherever it is put, as the ownership sees it."""

    def __init__(self, *sectors: Sector) -> None:
        self.book = SimpleNamespace(state=self.state(sectors))
        names = ("lat_deg", "lon_deg", "alt_agl_m", "alt_amsl_m", "alt_hae_m", "received_s")
        self.picture = SimpleNamespace(alive=np.array([True]), **{name: np.zeros(1) for name in names})
        who = SimpleNamespace(aircraft_id="ac", track_id="tr", plan_id=None, registration=None)
        telemetry = SimpleNamespace(picture=self.picture, identity=lambda row: who)
        nothing = cast(Any, None)
        self.owners = Ownership(cast(Any, self.book), cast(Any, telemetry), nothing, nothing, FRAME)

    @staticmethod
    def state(sectors: tuple[Sector, ...]) -> State:
        """Return a division of the city."""
        return State(layout=Layout(1, True, sectors, "p_rest", 60.0, "", None, None, None), positions={}, staff={})

    def owner(self, east_m: float, height_m: float = 50.0) -> str:
        """Return whose the flight is once it is there."""
        lat, lon = FRAME.to_lat_lon(east_m, 0.0)
        self.picture.lat_deg[:], self.picture.lon_deg[:] = lat, lon
        for name in ("alt_agl_m", "alt_amsl_m", "alt_hae_m"):
            getattr(self.picture, name)[:] = height_m
        (flight,) = self.owners.flights().values()
        return flight.natural


@pytest.fixture(autouse=True)
def every_time_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the list of flights made at each question."""
    monkeypatch.setattr(ownership, "KEPT_S", -1.0)


def test_along_a_border_the_owner_stays() -> None:
    """To and fro across a border by less than the margin is one sector; beyond the margin it is the other, and stays it."""
    sky = Sky(sector("west", -1_000, 0), sector("east", 0, 1_000))
    assert [sky.owner(x) for x in (-300, 40, -40, 90, -5)] == ["p_west"] * 5
    assert sky.owner(BORDER_M + 5) == "p_east"
    assert [sky.owner(x) for x in (-40, 40, -90)] == ["p_east"] * 3
    assert sky.owner(-BORDER_M - 5) == "p_west"


def test_the_rest_of_the_city_and_bands_have_the_same_margin() -> None:
    """Out of every sector and back in, and from one band to the one above, the owner changes once."""
    sky = Sky(sector("low", 0, 1_000, None, 60.0), sector("high", 0, 1_000, 60.0, None))
    assert [sky.owner(x) for x in (-300, 50, -50)] == ["p_rest"] * 3
    assert sky.owner(BORDER_M + 5) == "p_low"
    assert [sky.owner(x) for x in (-50, 50)] == ["p_low"] * 2
    assert [sky.owner(500, 60.0 + up) for up in (BORDER_UP_M - 1, -5, 5)] == ["p_low"] * 3
    assert sky.owner(500, 60.0 + BORDER_UP_M + 1) == "p_high"
    assert sky.owner(500, 60.0 - BORDER_UP_M + 1) == "p_high"
    assert sky.owner(500, 60.0 - BORDER_UP_M - 1) == "p_low"


def test_another_division_of_the_city_is_in_force_at_once() -> None:
    """Where the sectors are drawn anew, nobody keeps a flight for having had it before."""
    sky = Sky(sector("west", -1_000, 0), sector("east", 0, 1_000))
    assert sky.owner(-20) == "p_west"
    sky.book.state = sky.state((sector("west", -1_000, -30), sector("east", -30, 1_000)))
    assert sky.owner(-20) == "p_east"
    sky.book.state = sky.state(())
    assert sky.owner(-20) == "p_rest"
