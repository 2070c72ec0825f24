"""H3 covers and the index keyed by their cells."""

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely

from airspace.cover import AreaIndex, CellGrid, CoverTooLarge
from tests.fakes.airspace_region import ORIGIN, REGION


def test_a_small_square_has_a_cover_although_it_holds_no_cell_centre() -> None:
    """H3's default cover leaves a 100 m square at resolution 9 empty most of the time; this one never does."""
    grid = CellGrid(REGION.frame, 9)
    for k in range(40):
        x, y = ORIGIN[0] + 97 * k, ORIGIN[1] + 61 * k
        cells = grid.covering(shapely.box(x, y, x + 100, y + 100))
        assert isinstance(cells, frozenset)
        assert cells


def test_ten_by_ten_degrees_are_refused_before_they_are_filled() -> None:
    """The estimate comes from the box, and a value comes back at once."""
    grid = CellGrid(REGION.frame, 9)
    result = grid.covering(shapely.box(0, 0, 1_030_000, 1_110_000))
    assert isinstance(result, CoverTooLarge)
    assert result.estimated_cells > 5_000_000
    assert result.limit == 100_000


def test_a_cover_of_nothing_is_empty() -> None:
    """An empty geometry touches no cell."""
    assert REGION.grid.covering(shapely.Polygon()) == frozenset()


def test_the_cover_of_a_leg_is_tight() -> None:
    """A 10 km leg widened by 20 m needs about 15 to 30 cells of resolution 8, not its whole neighbourhood."""
    cells = REGION.grid.along(np.array([[ORIGIN[0], ORIGIN[1], ORIGIN[0] + 10_000, ORIGIN[1]]]), 20.0)
    assert 10 <= len(cells) <= 30


def test_large_and_small_covers_agree_with_each_other() -> None:
    """The disc around a place is covered alike as a leg of no length and as a polygon, but for slack at the rim."""
    disc = REGION.grid.covering(shapely.Point(*ORIGIN), 4_000.0)
    along = REGION.grid.around(*ORIGIN, 4_000.0)
    assert isinstance(disc, frozenset)
    assert len(disc ^ along) <= 3


def test_a_resolution_h3_does_not_have_is_refused() -> None:
    """Resolutions run from 0 to 15."""
    with pytest.raises(ValueError, match="0 to 15"):
        CellGrid(REGION.frame, 16)


def test_the_index_finds_every_key_of_the_cells_asked_for() -> None:
    """Keys come back once, whatever the number of common cells."""
    cell = h3.latlng_to_cell(22.7, 114.2, 8)
    near = h3.grid_disk(cell, 1)
    index = AreaIndex.of({"a": near, "b": [cell]})
    assert index.keys_in([cell]) == {"a", "b"}
    assert index.keys_in(near) == {"a", "b"}
    assert index.keys_in([h3.latlng_to_cell(0, 0, 8)]) == set()
    assert AreaIndex.of({}).keys_in([cell]) == set()
