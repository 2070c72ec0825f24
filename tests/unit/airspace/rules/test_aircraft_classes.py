"""Classes of aircraft by their numbers: Order 761, Article 62."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.rules.book import book_to_dict, order_761, parse_book
from airspace.rules.classes import CLASSES, ORDER_761, AircraftNumbers, ClassLimits, agricultural, classify

MICRO = AircraftNumbers(0.249, 0.3, 10.0, 50.0, True, True, True)
LIGHT = AircraftNumbers(4.0, 7.0, 100 / 3.6, None, True, True)
SMALL = AircraftNumbers(15.0, 25.0, 40.0, None, True, True)


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        (MICRO, "micro"),
        (replace(MICRO, empty_mass_kg=0.25), "light"),  # below 0.25 kg, not at it
        (replace(MICRO, max_height_agl_m=50.1), "light"),
        (replace(MICRO, max_speed_mps=11.2), "light"),  # 40.3 km/h
        (replace(MICRO, max_speed_mps=40 / 3.6), "micro"),
        (replace(MICRO, micro_power_radio=False), "light"),
        (LIGHT, "light"),
        (replace(LIGHT, empty_mass_kg=4.001), "small"),
        (replace(LIGHT, mtow_kg=7.001), "small"),
        (replace(LIGHT, max_speed_mps=28.0), "small"),  # 100.8 km/h
        (SMALL, "small"),
        (replace(SMALL, mtow_kg=25.1), "medium"),
        (replace(SMALL, reliable_surveillance=False), "medium"),
        (replace(SMALL, airspace_keeping=False), "medium"),
        (replace(SMALL, mtow_kg=150.0), "medium"),
        (replace(SMALL, mtow_kg=150.1), "large"),
    ],
)
def test_the_lowest_class_whose_limits_are_kept(numbers: AircraftNumbers, wanted: str) -> None:
    """Each limit must count, at and just beyond it."""
    found = classify(numbers)
    assert found.aircraft_class == wanted
    assert found.missing == ()


def test_what_is_not_told_leaves_the_class_open_and_is_named() -> None:
    """An unknown number decides nothing, unless a known one already rules the class out."""
    unknown = classify(replace(LIGHT, max_speed_mps=None, micro_power_radio=False))
    assert (unknown.aircraft_class, unknown.missing) == (None, ("max_speed_mps",))
    heavy = classify(AircraftNumbers(mtow_kg=200.0, empty_mass_kg=90.0))
    assert heavy.aircraft_class == "large"
    assert any("150 kg" in words for words in heavy.because)


OPTIONAL = st.none() | st.floats(0.01, 400.0, allow_nan=False)
FLAGS = st.none() | st.booleans()
NUMBERS = st.builds(AircraftNumbers, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, FLAGS, FLAGS, FLAGS)


@given(NUMBERS, st.floats(1.0, 3.0))
def test_a_heavier_aircraft_is_never_of_a_lower_class(numbers: AircraftNumbers, factor: float) -> None:
    """More mass must not make the class lower."""
    before = classify(numbers).aircraft_class
    heavier = classify(
        replace(
            numbers,
            mtow_kg=None if numbers.mtow_kg is None else numbers.mtow_kg * factor,
            empty_mass_kg=None if numbers.empty_mass_kg is None else numbers.empty_mass_kg * factor,
        )
    ).aircraft_class
    if before is not None and heavier is not None:
        assert CLASSES.index(heavier) >= CLASSES.index(before)


@given(NUMBERS)
def test_telling_more_never_changes_a_class_that_was_certain(numbers: AircraftNumbers) -> None:
    """A class is given only when no number that is missing could change it."""
    known = classify(numbers).aircraft_class
    if known is None:
        return
    for low in (0.001, 1000.0):
        told = replace(
            numbers,
            empty_mass_kg=low if numbers.empty_mass_kg is None else numbers.empty_mass_kg,
            max_height_agl_m=low if numbers.max_height_agl_m is None else numbers.max_height_agl_m,
            micro_power_radio=low < 1 if numbers.micro_power_radio is None else numbers.micro_power_radio,
        )
        assert classify(told).aircraft_class == known


FIELD_WORK = AircraftNumbers(60.0, 110.0, 50 / 3.6, 30.0, agricultural=True, max_radius_m=2_000.0)


def test_agricultural_aircraft_are_a_class_beside_the_others() -> None:
    """Declared for that work alone and within 30 m, 50 km/h and 2000 m it is one, whatever it weighs; else it says why."""
    assert agricultural(FIELD_WORK).aircraft_class == "agricultural"
    assert classify(FIELD_WORK).aircraft_class == "medium"
    for over in ({"max_height_agl_m": 30.1}, {"max_speed_mps": 14.0}, {"max_radius_m": 2_001.0}):
        found = agricultural(replace(FIELD_WORK, **over))
        assert found.aircraft_class is None
        assert len(found.because) == 1
        assert next(iter(over)) in found.because[0]
    assert agricultural(replace(FIELD_WORK, max_radius_m=None)).missing == ("max_radius_m",)
    assert agricultural(replace(FIELD_WORK, agricultural=False)) == agricultural(replace(FIELD_WORK, agricultural=None))
    assert agricultural(replace(FIELD_WORK, agricultural=None)).aircraft_class is None
    wider = ClassLimits(max_speed_kmh=60.0, max_height_agl_m=40.0, max_radius_m=3_000.0)
    assert agricultural(replace(FIELD_WORK, max_radius_m=2_500.0), wider).aircraft_class == "agricultural"


def test_the_limits_are_policy_and_come_back_from_json() -> None:
    """A city may have other thresholds; what is written must read back equal."""
    book = order_761()
    assert parse_book(book_to_dict(book), order_761(), []) == book
    limits = dict(ORDER_761) | {"light": ClassLimits(5.0, 9.0, 100.0)}
    raw = book_to_dict(replace(book, class_limits=tuple(limits.items())))
    errors: list[object] = []
    parsed = parse_book(raw, book, errors)  # type: ignore[arg-type]
    assert not errors
    assert (
        classify(AircraftNumbers(4.5, 8.0, 20.0, 500.0, None, None, False), parsed.class_limits).aircraft_class
        == "light"
    )
