"""The demonstration's accounts work, their secrets change at every start and stand in one private file."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.fakes.edge import running
from utm.demo import DemoAccountsError, prepare_demo, refuse_demo_accounts
from utm.security.onboarding import WeakSecretError, require_strong


async def test_the_file_has_the_promised_shape(tmp_path: Path) -> None:
    """The credentials file must hold clients and users of every role, readable by its owner only."""
    async with running(tmp_path) as edge:
        path = edge.settings.credentials_path
        document = json.loads(path.read_text())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".demo")]
    assert document["base_url"] == "http://127.0.0.1:8000"
    assert document["mavlink_udp"] == "127.0.0.1:14550"
    roles = [client["role"] for client in document["clients"]]
    assert roles.count("operator") >= 2
    assert {"dispatcher", "regulator", "supplier"} <= set(roles)
    assert all({"role", "organisation", "client_id", "client_secret"} <= set(client) for client in document["clients"])
    assert all({"role", "name", "password"} <= set(user) for user in document["users"])


async def test_each_start_renews_the_secrets_and_keeps_the_rest(tmp_path: Path) -> None:
    """Preparing again must give new working secrets, end the old ones, and make no second set of accounts."""
    async with running(tmp_path) as edge, edge.client() as client:
        old = edge.of("operator")
        before = len(edge.identity.directory.clients.all())
        new = (await prepare_demo(edge.identity, base_url="http://127.0.0.1:9"))["clients"][0]
        assert new["client_id"] == old["client_id"]
        assert new["client_secret"] != old["client_secret"]
        assert len(edge.identity.directory.clients.all()) == before
        data = {"grant_type": "client_credentials"}
        assert (
            await client.post("/oauth/token", data=data, auth=(old["client_id"], old["client_secret"]))
        ).status_code == 401
        assert (
            await client.post("/oauth/token", data=data, auth=(new["client_id"], new["client_secret"]))
        ).status_code == 200
        assert json.loads(edge.settings.credentials_path.read_text())["base_url"] == "http://127.0.0.1:9"


async def test_no_secret_stands_in_the_store(tmp_path: Path) -> None:
    """Neither secrets nor passwords may be found in any file but the credentials."""
    async with running(tmp_path) as edge:
        secrets = [client["client_secret"] for client in edge.credentials["clients"]]
        secrets += [user["password"] for user in edge.credentials["users"]]
    files = _files(tmp_path)
    assert any(path.suffix == ".sqlite" for path in files)
    for path in files:
        if path.name != "demo-credentials.json":
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in secrets), path


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_the_firms_hold_standing_approvals(tmp_path: Path) -> None:
    """Each firm of the demonstration must hold the standing approval that covers newly registered aircraft."""
    async with running(tmp_path) as edge:
        for client in edge.credentials["clients"]:
            holds = edge.fleet.has_standing_approval(client["organisation_id"])
            assert holds == (client["role"] == "operator")
        assert not edge.fleet.has_standing_approval("org_nobody")


async def test_an_ordinary_server_refuses_the_demonstrations_accounts(tmp_path: Path) -> None:
    """A server that is not the demonstration must neither make these accounts nor start on a store that has them."""
    async with running(tmp_path) as edge:
        refuse_demo_accounts(edge.identity)
    async with running(tmp_path, demo=False) as edge:
        with pytest.raises(DemoAccountsError, match="another data folder"):
            refuse_demo_accounts(edge.identity)
        with pytest.raises(RuntimeError):
            await prepare_demo(edge.identity)
    async with running(tmp_path / "fresh", demo=False) as edge:
        refuse_demo_accounts(edge.identity)


@pytest.mark.parametrize(
    "secret",
    ["", "short", "aaaaaaaaaaaaaaaa", "password12345", "Hexlane-2026", "changeme!!!1", "alice-alice-1", "x" * 300],
)
def test_weak_secrets_are_refused(secret: str) -> None:
    """Short, repetitive, default or name-like secrets must not guard anything."""
    with pytest.raises(WeakSecretError):
        require_strong(secret, "alice-alice")


def test_good_secrets_are_taken() -> None:
    """A long passphrase must pass, even when it contains a common word."""
    passphrase = "correct horse battery staple password"
    assert require_strong(passphrase, "alice") is None
