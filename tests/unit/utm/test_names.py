"""Our names against those of other distributions."""

import pytest

from utm.names import foreign_package


@pytest.mark.parametrize(
    "owners",
    [{}, {"utm": ["hexlane"]}, {"utm": ["hexlane"], "numpy": ["numpy"]}, {"dispatch": ["hexlane", "hexlane"]}],
)
def test_our_own_packages_are_no_problem(owners: dict[str, list[str]]) -> None:
    """Hexlane alone, and others' other packages, must be fine."""
    assert foreign_package(owners) is None


@pytest.mark.parametrize("name", ["utm", "airspace", "dispatch", "mavlink_bridge", "sim"])
def test_a_distribution_that_claims_our_name_is_called_by_its(name: str) -> None:
    """The message must name the module, the culprit, and how to be rid of it."""
    message = foreign_package({name: ["hexlane", "stranger"]})
    assert message is not None
    assert f"'{name}'" in message
    assert "pip uninstall stranger" in message


def test_this_installation_is_clean() -> None:
    """The environment the tests run in must have nobody else's packages over ours."""
    assert foreign_package() is None
