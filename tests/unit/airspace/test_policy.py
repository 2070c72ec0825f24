"""Policy."""

from dataclasses import replace
from typing import Any

import pytest

from airspace.errors import FieldError
from airspace.geometry4d import Separation, Tolerance
from airspace.policy import Policy, budget_errors, policy_from_dict, policy_to_dict
from airspace.policy_parts import SeparationRule, Wind


def codes(result: object) -> list[tuple[str, str]]:
    """Return pointer and code of each fault."""
    assert isinstance(result, list), result
    return [(error.pointer, error.code) for error in result]


def rule(when: dict[str, Any], separation: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a policy with one separation rule."""
    return {"separation_rules": [{"when": when, "separation": separation}]}


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


def test_rules_wind_and_sources_survive_their_json_form() -> None:
    """Every compound value is read back as it was written."""
    policy = Policy(
        separation_rules=(
            SeparationRule(operation_type="logistics", weather="strong_wind", horizontal_m=80.0, source="trial 2026"),
            SeparationRule(corridor_id="co_a", vertical_m=20.0),
            SeparationRule(zone_id="zn_a", aircraft_class="medium", time_buffer_s=20.0),
        ),
        weather="strong_wind",
        wind=Wind(9.5, 270.0),
    )
    raw = policy_to_dict(policy)
    assert raw["separation_rules"][0] == {
        "when": {"operation_type": "logistics", "weather": "strong_wind"},
        "separation": {"horizontal_m": 80.0},
        "source": "trial 2026",
    }
    assert raw["wind"] == {"speed_mps": 9.5, "from_deg": 270.0}
    assert raw["sources"]["ceiling_agl_m"].startswith("Order 761")
    assert policy_from_dict(raw) == policy
    assert policy_from_dict({"wind": None}, policy) == replace(policy, wind=None)


def test_every_rule_is_held_to_the_budget_with_its_arithmetic() -> None:
    """A rule of 45 m leaves each of two flights 17.5 m, which is less than the tolerance of 20 m."""
    raw = {"separation_rules": [{"when": {"weather": "fog"}, "separation": {"horizontal_m": 45, "vertical_m": 15}}]}
    result = policy_from_dict(raw)
    assert codes(result) == [("/separation_rules/0/separation/horizontal_m", "tolerance_exceeds_budget")]
    assert "(45 - 10) / 2 = 17.5 m" in result[0].detail  # type: ignore[index]
    assert "at least 50 m" in result[0].detail  # type: ignore[index]
    with pytest.raises(ValueError, match="less than the tolerance"):
        Policy(separation_rules=(SeparationRule(weather="fog", time_buffer_s=10.0),))
    lower = {**raw, "tolerance": {"horizontal_m": 17.5}}
    assert isinstance(policy_from_dict(lower), Policy)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"separation_rules": {}}, ("/separation_rules", "wrong_type")),
        ({"separation_rules": [3]}, ("/separation_rules/0", "wrong_type")),
        ({"separation_rules": [{}]}, ("/separation_rules/0/when", "wrong_type")),
        (rule({}, {"horizontal_m": 60}), ("/separation_rules/0/when", "missing")),
        (rule({"weather": None}, {"horizontal_m": 60}), ("/separation_rules/0/when", "missing")),
        (rule({"weather": "fog"}, {}), ("/separation_rules/0/separation", "missing")),
        (rule({"weather": "Heavy Fog"}, {"horizontal_m": 60}), ("/separation_rules/0/when/weather", "not_allowed")),
        (
            rule({"operation_type": "logistic"}, {"horizontal_m": 60}),
            ("/separation_rules/0/when/operation_type", "not_allowed"),
        ),
        (
            rule({"aircraft_class": "huge"}, {"horizontal_m": 60}),
            ("/separation_rules/0/when/aircraft_class", "not_allowed"),
        ),
        (rule({"zone_id": 7}, {"horizontal_m": 60}), ("/separation_rules/0/when/zone_id", "wrong_type")),
        (rule({"colour": "red"}, {"horizontal_m": 60}), ("/separation_rules/0/when/colour", "unknown_field")),
        (
            rule({"weather": "fog"}, {"horizontal_m": -1}),
            ("/separation_rules/0/separation/horizontal_m", "out_of_range"),
        ),
        (rule({"weather": "fog"}, {"height_m": 60}), ("/separation_rules/0/separation/height_m", "unknown_field")),
        ({"weather": 3}, ("/weather", "not_allowed")),
        ({"wind": 3}, ("/wind", "wrong_type")),
        ({"wind": {"speed_mps": 5}}, ("/wind/from_deg", "wrong_type")),
        ({"wind": {"speed_mps": 99, "from_deg": 0}}, ("/wind/speed_mps", "out_of_range")),
        ({"sources": []}, ("/sources", "wrong_type")),
        ({"sources": {"nope": "x"}}, ("/sources/nope", "unknown_field")),
        ({"sources": {"separation": 5}}, ("/sources/separation", "wrong_type")),
        ({"missing_climb": "pending"}, ("/missing_climb", "not_allowed")),
        ({"separation_rules": [{}] * 501}, ("/separation_rules", "too_many")),
    ],
)
def test_each_fault_of_a_compound_value_is_named(raw: Any, expected: tuple[str, str]) -> None:
    """Rules, wind and sources are checked to the last field."""
    assert expected in codes(policy_from_dict(raw))


def test_sources_are_added_to_and_taken_away() -> None:
    """A city states where its own number comes from without writing all others again."""
    changed = policy_from_dict({"sources": {"ceiling_agl_m": "city notice 7", "separation": None}})
    assert isinstance(changed, Policy)
    assert dict(changed.sources)["ceiling_agl_m"] == "city notice 7"
    assert "separation" not in dict(changed.sources)
    assert "tolerance" in dict(changed.sources)
