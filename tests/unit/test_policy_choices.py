"""The console's form of the policy offers what the policy takes, and names it in words."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from airspace import policy
from airspace.policy_parts import OPERATION_TYPES
from airspace.rules import book
from airspace.rules.classes import ClassLimits

WEB = Path(__file__).parents[2] / "web" / "src"
FORM = WEB / "screens" / "admin" / "policyChoices.json"
WORDS = WEB / "i18n" / "areas" / "policy.ts"


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


def test_every_member_and_choice_of_the_policy_has_words() -> None:
    """The form names each member, column and choice in both languages, and nothing that the policy does not have."""
    named: dict[str, set[str]] = {"member": set(), "column": set(), "option": set()}
    for kind, name in re.findall(
        r"^  policy(member|column|option)_(\w+): \{ zh: '.+', en: '.+' \},$", WORDS.read_text(), re.M
    ):
        named[kind].add(name)
    document = policy.policy_to_dict(policy.Policy())
    members = set()
    for name, value in document.items():
        if name in ("separation", "tolerance", "rules"):
            members |= {f"{name}__{inner}" for inner in value}
        elif name not in ("version", "sources"):
            members.add(name)
    assert named["member"] == members
    form: dict[str, Any] = json.loads(FORM.read_text())
    options = {option for taken in (form["choices"] | form["lists"]).values() for option in taken}
    assert named["option"] == options | {*form["operation_types"], *form["aircraft_classes"], *form["triggers"]}
    assert set(form["class_limits"]) <= named["column"]
