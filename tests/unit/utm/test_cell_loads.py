"""How many flights are in a cell, and which cells are closed."""

from datetime import timedelta

import h3

from airspace.timebase import to_scene_s
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import place, point, square


async def test_a_flight_counts_where_it_is_and_when(desk: Desk) -> None:
    """At each moment of the flight exactly the cell it is over must count one; before and after none."""
    at = desk.later(600)
    await desk.filed(600, [point(0, 0), point(4000, 0, hold_s=60)])
    for seconds, east_m in ((0, 0), (200, 2000), (400, 4000), (450, 4000)):
        load = desk.services.loads.at(to_scene_s(at) + seconds, 8)
        assert load == {h3.latlng_to_cell(*place(east_m, 0), 8): 1}
    for seconds in (-1, 461):
        assert sum(desk.services.loads.at(to_scene_s(at) + seconds, 8).values()) == 0
    assert sum(desk.services.loads.at(to_scene_s(at) + 200, 6).values()) == 1


async def test_an_operation_in_volumes_counts_in_all_its_cells_once(desk: Desk) -> None:
    """Each cell the volumes touch must count one at every resolution, not one per fine cell."""
    at = desk.later(600)
    volumes = [filing.volume(square(0, 0, 900), at, at + timedelta(minutes=5))]
    await desk.file(filing.volume_plan(await desk.aircraft(), at, volumes))
    for resolution in (5, 7, 8):
        load = desk.services.loads.at(to_scene_s(at) + 10, resolution)
        assert set(load.values()) == {1}
        assert h3.latlng_to_cell(*place(0, 0), resolution) in load


async def test_closed_cells_touch_a_prohibited_zone_active_then(desk: Desk) -> None:
    """A cell must be closed while the zone is active and not before."""
    start = desk.later(3600)
    times = [{"starts_at": filing.text(start), "ends_at": filing.text(start + timedelta(hours=1))}]
    zone = desk.services.zone_desk.parse(filing.zone(square(0, 0, 300), applicability=times))
    await desk.services.zone_desk.publish(principal("regulator"), [zone])
    cell = h3.latlng_to_cell(*place(0, 0), 8)
    assert cell in desk.services.loads.closed_cells(to_scene_s(start) + 1, 8)
    assert cell not in desk.services.loads.closed_cells(to_scene_s(start) - 1, 8)
    finer = desk.services.loads.closed_cells(to_scene_s(start) + 1, 9)
    assert set(h3.cell_to_children(cell, 9)) <= finer
