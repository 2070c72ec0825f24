"""`hexlane token`: an access token of a demonstration client."""

import json
from pathlib import Path

import httpx


def fetch(credentials: Path, role: str, number: int) -> str:
    """Return a token for the n-th client of a role; raises SystemExit with what to do when there is none."""
    if not credentials.is_file():
        raise SystemExit(f"There are no credentials at {credentials}; start the demonstration, or give --data-dir.")
    known = json.loads(credentials.read_text())
    clients = [client for client in known["clients"] if client["role"] == role]
    if not 0 <= number < len(clients):
        roles = ", ".join(sorted({client["role"] for client in known["clients"]}))
        raise SystemExit(f"There is no client {number} of the role {role!r}; the roles are {roles}.")
    client = clients[number]
    try:
        answer = httpx.post(
            f"{known['base_url']}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
        )
    except httpx.TransportError as error:
        raise SystemExit(f"The server at {known['base_url']} does not answer ({error}); is it running?") from None
    if answer.status_code != 200:
        raise SystemExit(f"The server refused the client: {answer.text}")
    return str(answer.json()["access_token"])
