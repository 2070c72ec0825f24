"""The console's form of the policy offers what the policy takes."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from airspace import policy
from airspace.policy_parts import OPERATION_TYPES
from airspace.rules import book
from airspace.rules.classes import ClassLimits

FORM = Path(__file__).parents[2] / "web" / "src" / "screens" / "admin" / "policyChoices.json"


def test_the_form_offers_exactly_what_the_policy_takes() -> None:
    """A choice that the service does not know would be refused; one that the form lacks could not be made."""
    form: dict[str, Any] = json.loads(FORM.read_text())
    clock = {f"rules.{name}": list(taken) for name, taken in book._CHOICES.items()}
    assert form["choices"] == {name: list(taken) for name, taken in policy._CHOICES.items()} | clock
    lists = {f"rules.{name}": list(taken) for name, taken in book._LISTS.items()}
    own = {"ceiling_exempt_operations": list(OPERATION_TYPES), "contingencies": list(policy.CONTINGENCIES)}
    assert form["lists"] == own | lists
    assert form["operation_types"] == list(OPERATION_TYPES)
    assert form["aircraft_classes"] == list(book.AIRCRAFT_CLASSES)
    assert form["triggers"] == list(book.TRIGGERS)
    assert list(form["class_limits"]) == [item.name for item in fields(ClassLimits)]
