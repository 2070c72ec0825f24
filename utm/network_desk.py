"""Publishing sites and corridors: imported whole, changed one by one, and what a closure takes away."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from sqlmodel import Session

from airspace.corridors import Corridor, corridor_to_feature, parse_corridor
from airspace.pads import PadTimes
from airspace.site_rules import closed_within
from airspace.sites import Site, parse_site, site_to_feature
from airspace.timebase import to_scene_s
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.memory import Memory
from utm.network_files import id_fault
from utm.plan_judging import field_problem
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal
from utm.sky import Sky
from utm.store import network
from utm.store.ground_tables import NetworkItemRow
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo
from utm.zones import check_version

KIND: Final = "network"
Kind = Literal["site", "corridor"]
Mode = Literal["merge", "replace"]
HORIZON_S: Final = 14 * 86_400.0
"""How far ahead flights are looked for that a closure takes away."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import does to one kind of thing, by id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: list(getattr(self, name)) for name in ("added", "changed", "unchanged", "withdrawn")}


@dataclass(frozen=True, slots=True)
class Published:
    """A site or corridor just published: its version, and the plans it takes the pads away from."""

    version: int
    plan_ids: tuple[str, ...]


class NetworkDesk:
    """The desk where sites and corridors are published."""

    def __init__(self, *, clock: Clock, store: Store, memory: Memory, book: AirspaceBook, sky: Sky) -> None:
        self._clock, self._store, self._memory, self._book, self._sky = clock, store, memory, book, sky
        self.on_closed: list[Callable[[Session, Collection[str]], None]] = []
        """Told, inside the transaction, of plans whose site is not open any more when they need it."""

    # -- one by one ----------------------------------------------------------------------------------------------------

    async def put_site(
        self, principal: Principal, site_id: str, feature: Mapping[str, Any], if_version: int | None
    ) -> Published:
        """Publish a site, new or changed; raises Problem 422 with every field at fault, 409 for a stale version."""
        site = self._parsed("site", site_id, feature)
        return await self._store.write(
            lambda session: self._put(session, principal, {site_id: site}, {}, (), if_version)
        )

    async def put_corridor(
        self, principal: Principal, corridor_id: str, feature: Mapping[str, Any], if_version: int | None
    ) -> Published:
        """Publish a corridor, new or changed."""
        corridor = self._parsed("corridor", corridor_id, feature)
        return await self._store.write(
            lambda session: self._put(session, principal, {}, {corridor_id: corridor}, (), if_version)
        )

    async def withdraw(self, principal: Principal, kind: Kind, item_id: str, if_version: int | None) -> Published:
        """Take a site or corridor away; raises Problem 404 where there is none."""

        def job(session: Session) -> Published:
            if item_id not in self._known(kind):
                raise not_found(kind, "起降点" if kind == "site" else "航路", item_id)
            return self._put(session, principal, {}, {}, ((kind, item_id),), if_version)

        return await self._store.write(job)

    def _parsed(self, kind: Kind, item_id: str, feature: Mapping[str, Any]) -> Any:
        fault = id_fault(item_id)
        parse: Any = parse_site if kind == "site" else parse_corridor
        parsed = [fault] if fault is not None else parse(feature, self._book.region, item_id)
        if isinstance(parsed, list):
            raise validation_problem([field_problem(error) for error in parsed])
        other: Kind = "corridor" if kind == "site" else "site"
        if item_id in self._known(other):
            text = f"is the id of a {other} already; choose another"
            raise validation_problem([FieldProblem(f"/properties/{kind}_id", "not_unique", text, "该编号已被占用")])
        named = getattr(parsed, f"{kind}_id")
        if named != item_id:
            text = f"must be {item_id}, that of the path, or be left out"
            text_zh = f"须为路径中的 {item_id}，或省略"
            raise validation_problem([FieldProblem(f"/properties/{kind}_id", "invalid_value", text, text_zh)])
        return parsed

    # -- a whole file --------------------------------------------------------------------------------------------------

    def differences(
        self, sites: Mapping[str, Site], corridors: Mapping[str, Corridor], mode: Mode
    ) -> tuple[Difference, Difference]:
        """Return what an import would do to sites and to corridors."""
        return (
            _difference(self._known("site"), sites, mode, site_to_feature),
            _difference(self._known("corridor"), corridors, mode, corridor_to_feature),
        )

    async def bring(
        self, principal: Principal, sites: Mapping[str, Site], corridors: Mapping[str, Corridor], mode: Mode
    ) -> tuple[Difference, Difference, Published]:
        """Publish a file together or not at all; with `replace` what it does not hold is taken away."""

        def job(session: Session) -> tuple[Difference, Difference, Published]:
            of_sites, of_corridors = self.differences(sites, corridors, mode)
            gone: list[tuple[Kind, str]] = [("site", key) for key in of_sites.withdrawn]
            gone += [("corridor", key) for key in of_corridors.withdrawn]
            wanted = {key: sites[key] for key in (*of_sites.added, *of_sites.changed)}
            ways = {key: corridors[key] for key in (*of_corridors.added, *of_corridors.changed)}
            return of_sites, of_corridors, self._put(session, principal, wanted, ways, gone, None)

        return await self._store.write(job)

    # -- inside a job --------------------------------------------------------------------------------------------------

    def _put(
        self,
        session: Session,
        principal: Principal,
        sites: Mapping[str, Site],
        corridors: Mapping[str, Corridor],
        gone: Sequence[tuple[Kind, str]],
        if_version: int | None,
    ) -> Published:
        versions = dict(self._book.network_versions)
        items: list[tuple[Kind, str, dict[str, Any] | None]] = [
            *(("site", key, site_to_feature(item)) for key, item in sites.items()),
            *(("corridor", key, corridor_to_feature(item)) for key, item in corridors.items()),
            *((kind, key, None) for kind, key in gone),
        ]
        version = 0
        for kind, key, feature in items:
            present = versions.get(key, 0)
            check_version(present, if_version)
            version = versions[key] = present + 1
            self._keep(session, principal, kind, key, version, feature)
        self._replace(session, sites, corridors, gone, versions)
        self._memory.note(session, KIND, "network")
        shut = self._shut({*sites, *(key for kind, key in gone if kind == "site")})
        if shut:
            for listener in self.on_closed:
                listener(session, shut)
        return Published(version, tuple(sorted(shut)))

    def _keep(
        self, session: Session, principal: Principal, kind: Kind, key: str, version: int, feature: dict[str, Any] | None
    ) -> None:
        now = rfc3339(self._clock.now())
        before = network.get(session, key)
        shape = feature if feature is not None else self._feature(kind, key)
        network.put(
            session,
            NetworkItemRow(
                item_id=key,
                kind=kind,
                version=version,
                feature=orjson.dumps(shape).decode() if before is None or feature is not None else before.feature,
                published_at=now,
                published_by=principal.subject,
                withdrawn_at=now if feature is None else None,
            ),
        )
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=f"{kind}.{'withdraw' if feature is None else 'publish'}",
            object_kind=kind,
            object_id=key,
            detail={"version": version},
        )

    def _feature(self, kind: Kind, key: str) -> dict[str, Any]:
        item: Any = self._known(kind)[key]
        return site_to_feature(item) if kind == "site" else corridor_to_feature(item)

    def _replace(
        self,
        session: Session,
        sites: Mapping[str, Site],
        corridors: Mapping[str, Corridor],
        gone: Sequence[tuple[Kind, str]],
        versions: dict[str, int],
    ) -> None:
        before = (self._book.corridors, self._book.sites, self._book.network_versions)
        ways = {**self._known("corridor"), **corridors}
        pads = {**self._book.sites, **sites}
        for kind, key in gone:
            (ways if kind == "corridor" else pads).pop(key, None)
        on_undo(session, lambda: self._book.put_network(*before))
        self._book.put_network(ways.values(), pads, versions)

    def _known(self, kind: Kind) -> dict[str, Any]:
        if kind == "site":
            return dict(self._book.sites)
        return {item.corridor_id: item for item in self._book.corridors}

    def _shut(self, site_ids: Collection[str]) -> set[str]:
        """Return the plans that would stand on a pad of these sites while it is closed, or gone."""
        now_s = to_scene_s(self._clock.now())
        found: set[str] = set()
        for site_id in site_ids:
            site = self._book.sites.get(site_id)
            for event in self._sky.pad_events(site_id, now_s, now_s + HORIZON_S):
                if site is not None:
                    starts_s, ends_s = PadTimes.of(self._book.policy, site).stay(event)
                    if not closed_within(site, starts_s, ends_s):
                        continue
                found.add(event.key)
        return found


def _difference(
    known: Mapping[str, Any], given: Mapping[str, Any], mode: Mode, feature_of: Callable[[Any], dict[str, Any]]
) -> Difference:
    same = {key for key, item in given.items() if key in known and feature_of(known[key]) == feature_of(item)}
    return Difference(
        tuple(sorted(key for key in given if key not in known)),
        tuple(sorted(key for key in given if key in known and key not in same)),
        tuple(sorted(same)),
        tuple(sorted(key for key in known if key not in given)) if mode == "replace" else (),
    )
