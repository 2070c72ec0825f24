"""Keys and first administrators from the command line, on the data folder itself."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.fakes.edge import running, stored_bytes
from utm.cli import app

runner = CliRunner()


def keys_of(folder: Path) -> list[dict[str, str]]:
    answer = runner.invoke(app, ["keys", "list", "--json", "--data-dir", str(folder)])
    assert answer.exit_code == 0, answer.output
    return list(json.loads(answer.stdout)["keys"])


def test_keys_are_listed_rotated_and_retired(tmp_path: Path) -> None:
    """A new key must wait its turn unless asked otherwise; the key in use must be replaced when it is retired."""
    first = keys_of(tmp_path)
    assert [key["state"] for key in first] == ["signing"]
    assert runner.invoke(app, ["keys", "rotate", "--data-dir", str(tmp_path)]).exit_code == 0
    assert [key["state"] for key in keys_of(tmp_path)] == ["next", "signing"]
    gone = first[0]["kid"]
    assert runner.invoke(app, ["keys", "retire", gone, "--data-dir", str(tmp_path)]).exit_code == 0
    left = keys_of(tmp_path)
    assert gone not in [key["kid"] for key in left]
    assert sorted(key["state"] for key in left) == ["next", "signing"]
    answer = runner.invoke(app, ["keys", "retire", gone, "--data-dir", str(tmp_path)])
    assert answer.exit_code == 1
    assert "no signing key" in answer.output
    made = runner.invoke(app, ["keys", "rotate", "--at-once", "--json", "--data-dir", str(tmp_path)])
    assert json.loads(made.stdout)["state"] == "signing"
    assert runner.invoke(app, ["keys", "list", "--data-dir", str(tmp_path / "none")]).exit_code == 2


@pytest.mark.parametrize(
    "kid", ["-PK1WbJfAoX1BVsSxvIkfMt3dqYFkUkfikI55nDnRIc", "--K1WbJfAoX1BVsSxvIkfMt3dqYFkUkfikI55nDnRI"]
)
def test_a_key_may_begin_with_a_dash(tmp_path: Path, kid: str) -> None:
    """One thumbprint in 64 begins with a dash: the command takes it for the name of a key, as it is listed."""
    for arguments in (
        ["keys", "retire", kid, "--data-dir", str(tmp_path)],
        ["keys", "retire", "--data-dir", str(tmp_path), kid],
    ):
        answer = runner.invoke(app, arguments)
        assert answer.exit_code == 1, answer.output
        assert "no signing key" in answer.output


async def test_the_first_administrator_gets_in(tmp_path: Path) -> None:
    """On an empty folder the command must make whoever can then sign in, get tokens and let others in."""
    import asyncio

    arguments = ["admin", "create", "root-li", "--client", "--json", "--data-dir", str(tmp_path)]
    answer = await asyncio.to_thread(runner.invoke, app, arguments)
    assert answer.exit_code == 0, answer.output
    known = json.loads(answer.stdout)
    async with running(tmp_path, demo=False) as edge, edge.client() as client:
        body = {"name": "root-li", "password": known["password"]}
        assert (await client.post("/v1/session", json=body)).json()["user"]["role"] == "admin"
        auth = (known["client_id"], known["client_secret"])
        token = (await client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        office = {"name": "Centre", "role": "dispatcher"}
        assert (await client.post("/v1/organisations", json=office, headers=headers)).status_code == 201
    for secret in (known["password"], known["client_secret"]):
        assert secret.encode() not in stored_bytes(tmp_path)


@pytest.mark.parametrize(("password", "code"), [("admin", 1), ("seven small boats at anchor", 0)])
def test_a_password_may_be_given_but_not_a_weak_one(tmp_path: Path, password: str, code: int) -> None:
    """A password from standard input must pass the policy, and is not printed."""
    arguments = ["admin", "create", "root-wu", "--password-stdin", "--data-dir", str(tmp_path)]
    answer = runner.invoke(app, arguments, input=password + "\n")
    assert answer.exit_code == code
    assert password not in answer.stdout or code == 1
    again = runner.invoke(app, arguments, input="another good long sentence\n")
    assert again.exit_code == (1 if code == 0 else 0), "a name is taken once"
