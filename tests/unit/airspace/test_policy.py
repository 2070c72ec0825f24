"""Policy."""

from typing import Any

import pytest

from airspace.errors import FieldError
from airspace.geometry4d import Separation, Tolerance
from airspace.policy import Policy, budget_errors, policy_from_dict, policy_to_dict


def codes(result: object) -> list[tuple[str, str]]:
    """Return pointer and code of each fault."""
    assert isinstance(result, list), result
    return [(error.pointer, error.code) for error in result]


def test_the_defaults_are_those_of_the_api() -> None:
    """50 m, 15 m and 15 s, and a tolerance of exactly the half that is left."""
    raw = policy_to_dict(Policy())
    assert raw["separation"] == {"horizontal_m": 50.0, "vertical_m": 15.0, "time_buffer_s": 15.0}
    assert raw["tolerance"] == {"horizontal_m": 20.0, "vertical_m": 5.0, "time_s": 7.5}
    assert raw["ceiling_agl_m"] == 120.0
    assert raw["version"] == 1


def test_a_policy_survives_its_json_form() -> None:
    """from_dict reads back what to_dict wrote."""
    policy = Policy(version=7, filing_lead_s=60.0, max_flights_per_cell=12, ceiling_exempt_operations=("emergency",))
    assert policy_from_dict(policy_to_dict(policy)) == policy


def test_a_tolerance_beyond_half_of_what_is_left_is_rejected_with_the_arithmetic() -> None:
    """(50 - 10) / 2 = 20 m is the most; 20.1 m is refused and the terms are shown."""
    result = policy_from_dict({"tolerance": {"horizontal_m": 20.1}})
    assert codes(result) == [("/tolerance/horizontal_m", "tolerance_exceeds_budget")]
    assert "(50 - 10) / 2 = 20 m" in result[0].detail  # type: ignore[index]
    with pytest.raises(ValueError, match="does not fit"):
        Policy(tolerance=Tolerance(vertical_m=6.0))


def test_the_budget_covers_height_and_time_too() -> None:
    """Vertical (15 - 5) / 2 and time 15 / 2 bind as well, and zero tolerance is none."""
    assert [e.pointer for e in budget_errors(Separation(), Tolerance(20.0, 5.1, 7.6))] == [
        "/tolerance/vertical_m",
        "/tolerance/time_s",
    ]
    assert [e.pointer for e in budget_errors(Separation(), Tolerance(0.0, 5.0, 7.5))] == ["/tolerance/horizontal_m"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], ("", "wrong_type")),
        ({"nope": 1}, ("/nope", "unknown_field")),
        ({"separation": 5}, ("/separation", "wrong_type")),
        ({"separation": {"nope": 5}}, ("/separation/nope", "unknown_field")),
        ({"separation": {"horizontal_m": 0}}, ("/separation/horizontal_m", "out_of_range")),
        ({"separation": {"horizontal_m": True}}, ("/separation/horizontal_m", "wrong_type")),
        ({"separation": {"horizontal_m": float("nan")}}, ("/separation/horizontal_m", "wrong_type")),
        ({"separation": {"horizontal_m": 10**400}}, ("/separation/horizontal_m", "wrong_type")),
        ({"separation": {"time_buffer_s": -1}}, ("/separation/time_buffer_s", "out_of_range")),
        ({"ceiling_agl_m": "120"}, ("/ceiling_agl_m", "wrong_type")),
        ({"ceiling_agl_m": 1e9}, ("/ceiling_agl_m", "out_of_range")),
        ({"free_flight_allowed": 1}, ("/free_flight_allowed", "wrong_type")),
        ({"version": 1.5}, ("/version", "wrong_type")),
        ({"max_flights_per_cell": 0}, ("/max_flights_per_cell", "out_of_range")),
        ({"conditional_zones": "ignore"}, ("/conditional_zones", "not_allowed")),
        ({"ceiling_exempt_operations": "all"}, ("/ceiling_exempt_operations", "wrong_type")),
        ({"min_duration_s": 10, "max_duration_s": 5}, ("/min_duration_s", "reversed_range")),
    ],
)
def test_each_fault_of_a_policy_is_named(raw: Any, expected: tuple[str, str]) -> None:
    """Wrong types, ranges and names give the field and a code."""
    assert codes(policy_from_dict(raw)) == [expected]


def test_fields_left_out_keep_the_old_values() -> None:
    """A partial body changes only what it names."""
    base = Policy(version=3, filing_lead_s=30.0)
    changed = policy_from_dict({"ceiling_agl_m": 100, "max_flights_per_cell": None}, base)
    assert not isinstance(changed, list)
    assert (changed.version, changed.filing_lead_s, changed.ceiling_agl_m) == (3, 30.0, 100)


def test_a_field_error_can_be_seen_from_a_larger_body() -> None:
    """`under` puts a prefix before the pointer and keeps the rest."""
    error = FieldError("/a", "code", "d", "z").under("/body/0")
    assert (error.pointer, error.code) == ("/body/0/a", "code")
