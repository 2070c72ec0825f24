"""Settings from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from utm.settings import Settings


def test_the_environment_sets_what_differs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """HEXLANE_* must be read, and addresses and paths follow."""
    monkeypatch.setenv("HEXLANE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HEXLANE_PORT", "8123")
    settings = Settings()
    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.database_path.parent == settings.credentials_path.parent == tmp_path
    monkeypatch.setenv("HEXLANE_PUBLIC_URL", "https://city.example")
    assert Settings().base_url == "https://city.example"


@pytest.mark.parametrize(("name", "value"), [("PORT", "70000"), ("PORT", "x"), ("TOKEN_TTL_S", "5"), ("DEMO", "maybe")])
def test_a_value_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A setting out of its range must stop the start, not show later."""
    monkeypatch.setenv(f"HEXLANE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_nothing_is_open_to_the_network_by_default() -> None:
    """Without settings the server and the bridge must listen on the loopback only, and be no demonstration."""
    settings = Settings()
    assert (settings.host, settings.mavlink_host, settings.demo) == ("127.0.0.1", "127.0.0.1", False)
