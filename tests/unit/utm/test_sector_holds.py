"""Which flights stay with a position wherever they fly, and when they are let go."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from utm.sectors.book import State
from utm.sectors.ownership import OwnedFlight
from utm.sectors.transfers import GONE_S, TransferDesk
from utm.sectors.values import Hold, Owner, Transfer

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Seen:
    """What is in the picture and what alerts are open, as a desk asks for it."""

    def __init__(self, flights: Mapping[str, OwnedFlight], alerts: list[tuple[str, str]]) -> None:
        self._flights, self._alerts = flights, alerts

    def flights(self) -> Mapping[str, OwnedFlight]:
        return self._flights

    def alerts(self) -> list[tuple[None, str, Owner]]:
        return [(None, subject, Owner(position, "", "sector")) for subject, position in self._alerts]


def flight(name: str, owner: str, natural: str) -> OwnedFlight:
    """Return a flight of a position in another's sector, or its own."""
    return OwnedFlight(f"flight:{name}", name, name, None, None, Owner(owner, "s", "sector"), natural)


def due(state: State, flights: list[OwnedFlight], alerts: list[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Return what a sweep would hold and let go."""
    seen = Seen({item.subject: item for item in flights}, alerts)
    desk = TransferDesk(
        clock=cast(Any, None),
        store=cast(Any, None),
        memory=cast(Any, None),
        book=cast(Any, None),
        ownership=cast(Any, seen),
    )
    taken, freed = desk._holds_due(state, NOW)
    return dict(taken), freed


def hold(name: str, position: str, why: Any, age_s: float = 0.0) -> tuple[str, Hold]:
    """Return a hold by what it is about."""
    subject = f"flight:{name}"
    return subject, Hold(subject, position, (NOW - timedelta(seconds=age_s)).isoformat(), why)


def test_a_flight_with_an_alert_stays_and_one_without_is_let_go() -> None:
    """An alert holds a flight with who has it then; the hold ends with the last alert; alerts of places hold nothing."""
    state = State(holds=dict([hold("calm", "west", "alert")]))
    flights = [flight("calm", "west", "east"), flight("troubled", "east", "east")]
    taken, freed = due(state, flights, [("flight:troubled", "east"), ("alert:al_1", "west")])
    assert taken == {"flight:troubled": "east"}
    assert freed == ["flight:calm"]


def test_what_was_transferred_stays_until_it_is_home_or_gone() -> None:
    """It stays in the giver's sector; it is let go in the taker's own and ten minutes after it was last seen."""
    state = State(
        holds=dict(
            [
                hold("abroad", "west", "transfer"),
                hold("home", "west", "transfer"),
                hold("gone", "west", "transfer", GONE_S + 1),
                hold("away", "west", "transfer", 5),
                hold("asked", "west", "transfer"),
            ]
        ),
        pending={
            "flight:asked": Transfer(
                "tf", "flight:asked", "west", "east", "offered", "", "", "", "", None, None, None, ""
            )
        },
    )
    flights = [flight("abroad", "west", "east"), flight("home", "west", "west"), flight("asked", "west", "west")]
    assert due(state, flights, []) == ({}, ["flight:home", "flight:gone"])
