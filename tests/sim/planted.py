"""Bugs that a change could bring in, planted for a test: the world must find each of them."""

import shutil
from dataclasses import replace
from typing import Any

import pytest

from airspace.deconfliction import ConflictIndex
from mavlink_bridge.command import CommandMachine
from sim.deterministic.disk import WorldStore
from sim.deterministic.trouble import Rates
from utm.airspace_book import AirspaceBook
from utm.alert_rules import RULES

QUIET = Rates(
    crash=0.0,
    restart=0.0,
    slow_disk=0.0,
    failing_disk=0.0,
    bad_radio=0.0,
    lost_requests=0.0,
    clock_step=0.0,
    lost_link=0.0,
    gps_jump=0.0,
    gps_drift=0.0,
    stuck_mode=0.0,
    refuse_commands=0.0,
    battery_sag=0.0,
    clock_skew=0.0,
)
"""A world in which nothing goes wrong by itself."""


def no_time_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine forgets the time buffer of every flight; the policy and the records still promise it."""
    add, conflicts = ConflictIndex.add, ConflictIndex.conflicts

    def without(separation: Any) -> Any:
        return replace(separation, time_buffer_s=0.0)

    def add_without(self: Any, key: int, geometry: Any, separation: Any) -> Any:
        return add(self, key, geometry, without(separation))

    def conflicts_without(self: Any, geometry: Any, separation: Any, **kwargs: Any) -> Any:
        return conflicts(self, geometry, without(separation), **kwargs)

    monkeypatch.setattr(ConflictIndex, "add", add_without)
    monkeypatch.setattr(ConflictIndex, "conflicts", conflicts_without)


def forgetful_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash takes the last commit with it although it was answered: a store that does not sync."""
    run_group, die = WorldStore._run_one_group, WorldStore.die

    def keep_a_copy_first(self: WorldStore, answers_on: Any) -> None:
        for suffix in ("", "-wal"):
            source = self.path.with_name(self.path.name + suffix)
            if source.exists():
                shutil.copyfile(source, source.with_name(source.name + ".before"))
        run_group(self, answers_on)

    def lose_it(self: WorldStore) -> None:
        die(self)
        self.path.with_name(self.path.name + "-shm").unlink(missing_ok=True)
        for suffix in ("", "-wal"):
            target = self.path.with_name(self.path.name + suffix)
            copy = target.with_name(target.name + ".before")
            if copy.exists():
                shutil.copyfile(copy, target)

    monkeypatch.setattr(WorldStore, "_run_one_group", keep_a_copy_first)
    monkeypatch.setattr(WorldStore, "die", lose_it)


def endless_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that was sent as often as it may be is never given up."""
    tick = CommandMachine.tick

    def never_give_up(self: CommandMachine, now: float) -> Any:
        if self.result is None and self._attempts >= self._attempts_allowed:
            return []
        return tick(self, now)

    monkeypatch.setattr(CommandMachine, "tick", never_give_up)


def blind_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone that is published reaches the store and the feed, but not the book that plans are judged by."""
    put_zone = AirspaceBook.put_zone

    def put_old_ones(self: AirspaceBook, published: Any) -> None:
        if not published.zone.zone_id.startswith("zn_world_"):
            put_zone(self, published)

    monkeypatch.setattr(AirspaceBook, "put_zone", put_old_ones)


def stuck_alerts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert outlives what raised it for ever."""
    for kind, rule in RULES.items():
        monkeypatch.setitem(RULES, kind, replace(rule, clear_after_s=1e9))
