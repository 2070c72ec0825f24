"""The walk over every endpoint of a running server: tries what the matrix admits, and what it forbids."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.fakes import filing
from tests.fakes.filing import text
from tests.fakes.tenancy import CITY, LETTERS, MATRIX, Rule
from tests.fakes.two_firms import Firm, TwoFirms

_VOLATILE = re.compile(r'"(trace_id|seq)":\s*("[^"]*"|\d+|null)')
_NAMES_OF_THINGS = {
    "aircraft_id": "aircraft",
    "plan_id": "plan",
    "organisation_id": "organisation",
    "registration": "registration",
    "batch_id": "command",
}


@dataclass(frozen=True)
class Fault:
    """Something the matrix forbids, seen on a server."""

    endpoint: str
    role: str
    what: str

    def __str__(self) -> str:
        return f"{self.endpoint} as {self.role}: {self.what}"


class Walk:
    """One walk over every endpoint of a server's own document."""

    def __init__(self, city: TwoFirms, document: dict[str, Any]) -> None:
        self.city = city
        self.operations = {
            f"{method.upper()} {path}": operation
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self.faults: list[Fault] = []
        self.tried = 0

    # -- one request

    def _path(self, endpoint: str, rule: Rule, owner: Firm, *, broken: bool = False) -> str:
        path = endpoint.partition(" ")[2]
        named = {name: owner.ids.get(kind, "") for name, kind in (rule.own or {}).items()}
        named |= {name: self.city.office[kind] for name, kind in (rule.office or {}).items()}
        if broken and rule.own:
            first = next(iter(rule.own))
            named[first] = never_was(named[first])
        for name in re.findall(r"{(\w+)}", path):
            path = path.replace(f"{{{name}}}", named.get(name, "nothing" if name == "kid" else "0"))
        return path

    def _query(self, endpoint: str) -> dict[str, str]:
        operation = self.operations[endpoint]
        now = datetime.now(UTC)
        values = {
            "from": text(self.city.started_at - timedelta(minutes=1)),
            "to": text(now),
            "lat_deg": "22.7",
            "lon_deg": "114.2",
            "alt_m": "50",
            "alt_datum": "AGL",
            "format": "geojson",
            "vehicle_id": "nothing",
            "wait_s": "0",
            "since": self.city.office["seq"],
            "track_a": self.city.firms[0].ids.get("track", "x"),
            "track_b": self.city.firms[1].ids.get("track", "x"),
        }
        wanted = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        required = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")}
        if endpoint in ("GET /v1/events", "GET /v1/airspace/grid"):
            required |= wanted & {"since", "wait_s", "lat_deg", "lon_deg"}
        return {name: values[name] for name in sorted(required) if name in values}

    def _send(
        self, client: httpx.Client, endpoint: str, path: str, *, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        self.tried += 1
        method = endpoint.partition(" ")[0]
        more: dict[str, Any] = {"json": body} if body is not None else {}
        return filing.send(client, method, path, params=self._query(endpoint), headers=headers or {}, **more)

    def _fault(self, endpoint: str, role: str, what: str) -> None:
        self.faults.append(Fault(endpoint, role, what[:300]))

    def _check_private(self, endpoint: str, role: str, owner: Firm, answer: httpx.Response, sent: str) -> None:
        """What the caller sent itself may come back (an id in a 404); nothing else of the owner's may."""
        shown = answer.text + "\n" + "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
        sent += json.dumps(self._query(endpoint))
        found = [item for item in owner.leaks(shown) if item not in sent]
        if found:
            self._fault(endpoint, role, f"answer {answer.status_code} tells {found[:5]} of {owner.organisation_id}")

    # -- the walk

    def known(self) -> Iterator[tuple[str, Rule]]:
        """Return the endpoints in the order they are tried: what ends things comes last."""
        listed = [(endpoint, MATRIX[endpoint]) for endpoint in self.operations if endpoint in MATRIX]
        yield from sorted(listed, key=lambda item: (item[1].last, item[0].startswith("DELETE")))

    def denied(self) -> None:
        """Try everything as those who may not: strangers, roles, and the other firm; nothing may change by it."""
        for endpoint, rule in self.known():
            for owner in self.city.firms:
                other = self.city.firms[1 - owner.nth]
                self._strangers(endpoint, rule, owner)
                for role in LETTERS.values():
                    if role not in rule.admitted and rule.roles:
                        self._role(endpoint, rule, owner, role)
                if rule.roles:
                    self._other_firm(endpoint, rule, owner, other)

    def _body(self, rule: Rule, owner: Firm, sender: Firm) -> Any:
        return None if rule.body is None else rule.body(self.city, owner, sender)

    def _strangers(self, endpoint: str, rule: Rule, owner: Firm) -> None:
        path = self._path(endpoint, rule, owner)
        with httpx.Client(base_url=self.city.server.base_url, timeout=20) as nobody:
            answer = self._send(nobody, endpoint, path)
        self._check_private(endpoint, "nobody", owner, answer, path)
        if rule.roles and answer.status_code != 401:
            self._fault(endpoint, "nobody", f"answers {answer.status_code} without a token")

    def _role(self, endpoint: str, rule: Rule, owner: Firm, role: str) -> None:
        path = self._path(endpoint, rule, owner)
        answer = self._send(self.city.client(role, 1 - owner.nth), endpoint, path)
        if answer.status_code != 403:
            self._fault(endpoint, role, f"answers {answer.status_code} to a role the matrix does not admit")
        self._check_private(endpoint, role, owner, answer, path)

    def _other_firm(self, endpoint: str, rule: Rule, owner: Firm, other: Firm) -> None:
        callers = [("operator", other.client)] if "operator" in rule.admitted else []
        if "supplier" in rule.admitted:
            callers.append(("supplier", self.city.client("supplier")))
        if rule.only_owner:
            told = {LETTERS[letter] for letter in rule.sees}
            callers += [(role, self.city.client(role)) for role in sorted(CITY & rule.admitted - told)]
        body = self._body(rule, owner, other)
        sent = json.dumps(body)
        for role, client in callers:
            path = self._path(endpoint, rule, owner)
            answer = self._send(client, endpoint, path, body=body, headers=rule.headers)
            self._check_private(endpoint, role, owner, answer, path + sent)
            if rule.own is not None:
                self._like_nothing(endpoint, rule, owner, role, client, answer, body)
            if rule.names and answer.status_code != 404 and not (role == "supplier" and answer.status_code == 202):
                self._fault(endpoint, role, f"answers {answer.status_code} to a body that names another firm's thing")
            if endpoint.startswith("GET"):
                self._filters(endpoint, owner, role, client)

    def _like_nothing(
        self, endpoint: str, rule: Rule, owner: Firm, role: str, client: httpx.Client, answer: httpx.Response, body: Any
    ) -> None:
        """The answer about another's thing must be, to the letter, the one about a thing that never was."""
        nowhere = self._path(endpoint, rule, owner, broken=True)
        absent = self._send(client, endpoint, nowhere, body=body, headers=rule.headers)
        ids = [owner.ids[kind] for kind in rule.own.values() if kind in owner.ids] if rule.own else []
        if answer.status_code != 404:
            self._fault(endpoint, role, f"answers {answer.status_code} about a thing of another firm")
        elif _masked(answer, ids) != _masked(absent, [never_was(item) for item in ids]):
            self._fault(endpoint, role, f"tells another's thing from one that is not: {answer.text} / {absent.text}")

    def _filters(self, endpoint: str, owner: Firm, role: str, client: httpx.Client) -> None:
        """A list narrowed to another firm's thing must be the list narrowed to nothing."""
        for parameter in self.operations[endpoint].get("parameters", []):
            kind = _NAMES_OF_THINGS.get(parameter["name"])
            if parameter["in"] != "query" or kind not in owner.ids:
                continue
            path = endpoint.partition(" ")[2]
            if "{" in path:
                continue
            answers = []
            for value in (owner.ids[kind], never_was(owner.ids[kind])):
                params = {**self._query(endpoint), parameter["name"]: value}
                self.tried += 1
                answers.append(filing.send(client, "GET", path, params=params))
            self._check_private(endpoint, role, owner, answers[0], owner.ids[kind])
            ids = [owner.ids[kind], never_was(owner.ids[kind])]
            if _masked(answers[0], ids) != _masked(answers[1], ids):
                self._fault(endpoint, role, f"?{parameter['name']} tells another firm's from nothing")

    def admitted(self) -> None:
        """Try everything as those who may: they must be let in, see what is theirs, and the city's roles both firms'."""
        for endpoint, rule in self.known():
            for role in sorted(rule.admitted - {"supplier"}):
                for owner in self.city.firms:
                    self._let_in(endpoint, rule, owner, role)

    def _let_in(self, endpoint: str, rule: Rule, owner: Firm, role: str) -> None:
        city_role = role in CITY
        if rule.only_owner and city_role:
            return
        path = self._path(endpoint, rule, owner)
        body = self._body(rule, owner, owner)
        answer = self._send(self.city.client(role, owner.nth), endpoint, path, body=body, headers=rule.headers)
        refused = {401, 403, 404} if rule.own or endpoint.startswith("GET") else {401, 403}
        gone = rule.unready or endpoint.startswith("DELETE") or endpoint.startswith("GET /v1/demo")
        if role in {LETTERS[letter] for letter in rule.never} and answer.status_code == 403:
            return
        if answer.status_code in refused and not (gone and answer.status_code == 404):
            self._fault(endpoint, role, f"answers {answer.status_code} to one it must let in: {answer.text}")
        if answer.status_code >= 500:
            self._fault(endpoint, role, f"answers {answer.status_code}: {answer.text}")
        missing = [kind for kind in rule.shows if owner.ids[kind] not in answer.text]
        if missing and endpoint.startswith("GET"):
            self._fault(endpoint, role, f"does not show {missing} of {owner.organisation_id}")
        other = self.city.firms[1 - owner.nth]
        if role == "operator":
            self._check_private(endpoint, role, other, answer, "")


def never_was(identifier: str) -> str:
    """Return an id of the same shape that nothing has."""
    tail = "0" * min(8, len(identifier) - 4)
    return identifier[: len(identifier) - len(tail)] + tail


def _masked(answer: httpx.Response, ids: list[str]) -> tuple[int, str, list[str]]:
    """Return what a caller can tell of an answer, without what differs between any two requests."""
    shown = _VOLATILE.sub(r'"\1":0', answer.text)
    for item in ids:
        shown = shown.replace(item, "ID")
    return answer.status_code, shown, sorted(key for key in answer.headers if key != "content-length")
