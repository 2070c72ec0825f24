"""The off-nominal watch: from what an analysis found to contingencies, warnings of neighbours, and their alerts.

    found                                      becomes                         told because of it
    nothing heard of a flight for a second     contingency lost_link           everybody in the way of its procedure
    off its plan for `nonconformance_limit_s`  contingency nonconformance      the same
    battery empty before its plan ends         contingency low_energy          the same
    position jumps                             proposed gnss_loss              nobody yet
    off its plan                               its predicted volume reserved,  who it meets within half a minute
                                               advisories, re-made as it goes
    past its planned end                       advisories                      who needs the place it stays at

Which failures become contingencies by themselves is policy. Silence of a whole feed, or of this service, is an alert of its
own and no contingency: what was silenced by it is left alone until it is heard again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import structlog

from airspace.contingency import Fix, Kind, deviation
from airspace.geometry4d import Prism
from airspace.lifecycle import AIRBORNE, PlanState
from airspace.picture import Picture
from airspace.rules.calendar import beijing_second
from airspace.tactical.monitor import Findings
from airspace.tracks import TrackState
from utm.action_lists import ActionDesk
from utm.advisories import AdvisoryDesk, Wanted
from utm.airspace_book import AirspaceBook
from utm.alert_book import Condition, Party
from utm.contingencies import ContingencyDesk
from utm.contingency_book import instant_s
from utm.contingency_way import wanted_of
from utm.fleet import Fleet
from utm.off_nominal_texts import CAUSES, MANOEUVRES
from utm.overdue import hover_after
from utm.plan_steps import PlanSteps
from utm.predicted_volumes import PredictedVolumes
from utm.problems import Problem
from utm.reevaluation import Affected, Reevaluation
from utm.sky import LivePlan, Sky
from utm.store.notice_tables import AdvisoryRow
from utm.store.store import Store, StoreUnavailableError
from utm.telemetry import Telemetry
from utm.zones import ZoneDesk

HELD_S: Final = 1.0
"""How long a failure must be seen before it counts."""
SHORT_S: Final = 1.5
"""The same for a battery, whose reckoning wavers; its volumes too must be up two seconds after it is first seen short."""
FEED_SILENT_S: Final = 30.0
"""The same for a flight whose positions its firm reports: CAAC asks light aircraft for one in 30 s away from people."""
AHEAD_S: Final = 30.0
MARGIN_M: Final = 20.0
AGAIN_S: Final = 300.0
"""What was dismissed or could not be declared is not asked again for this long."""
CEASED_S: Final = 30.0
"""A proposal whose cause was not found for so long is taken back."""
NEIGHBOURS_EVERY_S: Final = 2.0
ZONES_EVERY_S: Final = 10.0
FRESH_S: Final = 60.0
_DRIFT_MPS: Final = 3.0

_log = structlog.get_logger(__name__)


class Places:
    """Where flights are, by plan: the newest fix the picture has of each."""

    def __init__(self, picture: Picture, book: AirspaceBook) -> None:
        self._picture, self._book = picture, book
        self._rows: dict[str, int] = {}
        self._now_s = 0.0

    def take(self, now_s: float) -> None:
        """Learn which row shows which plan."""
        picture = self._picture
        rows = np.flatnonzero(picture.alive & picture.planned & np.isfinite(picture.x_m) & np.isfinite(picture.y_m))
        newest: dict[str, int] = {}
        for row in rows[np.argsort(picture.received_s[rows], kind="stable")].tolist():
            plan_id = picture.plan_ids[row]
            if plan_id is not None:
                newest[plan_id] = row
        self._rows, self._now_s = newest, now_s

    def row(self, plan_id: str) -> int | None:
        """Return the row that shows a plan."""
        row = self._rows.get(plan_id)
        return row if row is not None and self._picture.plan_ids[row] == plan_id else None

    def fix(self, plan: LivePlan) -> Fix | None:
        """Return where the flight of a plan was last seen; None when that is too long ago or no place of this city."""
        row = self.row(plan.plan_id)
        if row is None:
            return None
        picture = self._picture
        x, y, z = float(picture.x_m[row]), float(picture.y_m[row]), float(picture.alt_hae_m[row])
        observed_s = float(picture.observed_s[row])
        age_s = max(0.0, self._now_s - observed_s)
        service = self._book.region.service
        if age_s > FRESH_S or not np.isfinite(z):
            return None
        if not service.holds(float(picture.lat_deg[row]), float(picture.lon_deg[row])):
            return None
        return Fix(x, y, z, observed_s, _DRIFT_MPS * max(0.0, age_s - 10.0))

    def velocity(self, plan_id: str) -> tuple[float, float, float]:
        """Return the velocity east, north, up of the flight of a plan, 0 where it is unknown."""
        row = self.row(plan_id)
        if row is None:
            return 0.0, 0.0, 0.0
        picture = self._picture
        columns = (picture.vel_east_mps, picture.vel_north_mps, picture.vel_up_mps)
        return tuple(float(np.nan_to_num(column[row])) for column in columns)  # type: ignore[return-value]


class OffNominalWatch:
    """Acts on what each analysis found; one `tick` after it."""

    def __init__(
        self,
        *,
        store: Store,
        sky: Sky,
        book: AirspaceBook,
        telemetry: Telemetry,
        fleet: Fleet,
        places: Places,
        contingencies: ContingencyDesk,
        advisories: AdvisoryDesk,
        reevaluation: Reevaluation,
        plan_steps: PlanSteps,
        actions: ActionDesk,
        zone_desk: ZoneDesk,
        predicted: PredictedVolumes,
        holds: Callable[[LivePlan], bool],
    ) -> None:
        self._predicted, self._holds = predicted, holds
        self._store, self._sky, self._book = store, sky, book
        self._telemetry, self._fleet, self.places = telemetry, fleet, places
        self._contingencies, self._advisories, self._re = contingencies, advisories, reevaluation
        self._steps, self._actions, self._zone_desk = plan_steps, actions, zone_desk
        self._since: dict[tuple[str, Kind], float] = {}
        self._handled: dict[tuple[str, Kind], float] = {}
        self._outage: set[str] = set()
        self._proposed_s: dict[str, float] = {}
        self._neighbours_s = self._zones_s = -np.inf
        self.counters = {"contingencies_declared": 0, "contingencies_proposed": 0, "off_nominal_failures": 0}

    async def tick(self, found: Findings, now_s: float) -> None:
        """Declare what has lasted, tell neighbours, and call a dispatcher where nobody answers."""
        self.places.take(now_s)
        try:
            failures = self._failures(found, now_s)
            await self._contingent(failures, now_s)
            await self._ceased(failures, now_s)
            if now_s - self._neighbours_s >= NEIGHBOURS_EVERY_S:
                self._neighbours_s = now_s
                await self._contingencies.sweep(now_s)
                await self._neighbours(now_s)
            if now_s - self._zones_s >= ZONES_EVERY_S:
                self._zones_s = now_s
                await self._follow_zones()
            await self._silence(now_s)
            await self._actions.sweep()
        except StoreUnavailableError as error:
            self.counters["off_nominal_failures"] += 1
            _log.warning("off_nominal_not_stored", reason=str(error))

    # -- failures ------------------------------------------------------------------------------------------------------

    def _failures(self, found: Findings, now_s: float) -> dict[tuple[str, Kind], float]:
        """Return the failures of flights on a plan that hold now, each with how long it must have lasted."""
        health, frame, policy = found.health, found.frame, self._book.policy
        self._note_outages(found)
        if health.stalled_s > 0.0:
            return {}
        wanted: dict[tuple[str, Kind], float] = {}
        flying = frame.planned & ~frame.on_ground
        for track in np.flatnonzero(health.link_lost & flying).tolist():
            who = self._who(found, track)
            if who is not None and who[0] not in self._outage and not self._seen_otherwise(who[0]):
                silent_s = frame.now_s - max(float(frame.heard_s[track]), float(frame.received_s[track]))
                if who[1] or silent_s >= FEED_SILENT_S:
                    wanted[who[0], "lost_link"] = HELD_S
        off = flying & (frame.track_state == TrackState.NONCONFORMING)
        short = flying & (health.battery_empty > 0.0)
        marks: tuple[tuple[Kind, np.ndarray[tuple[int], np.dtype[np.bool_]], float], ...] = (
            ("nonconformance", off, policy.nonconformance_limit_s),
            ("low_energy", short, SHORT_S),
            ("gnss_loss", flying & health.jumped, HELD_S),
        )
        for kind, which, lasts_s in marks:
            for track in np.flatnonzero(which).tolist():
                who = self._who(found, track)
                if who is not None:
                    wanted[who[0], kind] = lasts_s
        return wanted

    def _who(self, found: Findings, track: int) -> tuple[str, bool] | None:
        """Return the plan a track flies and whether it speaks to us itself; None for one that is no concern."""
        try:
            who = self._telemetry.identity(int(found.frame.rows[track]))
        except KeyError:
            return None
        plan = None if who.plan_id is None else self._sky.get(who.plan_id)
        if plan is None or PlanState(plan.state) not in AIRBORNE or plan.state == PlanState.CONTINGENT:
            return None
        return plan.plan_id, who.feeder_id is None

    def _seen_otherwise(self, plan_id: str) -> bool:
        """Tell whether another track of the same flight is heard: its link went over to another peer."""
        row = self.places.row(plan_id)
        picture = self._telemetry.picture
        return row is not None and picture.state[row] != TrackState.LOST and picture.link_up[row] == 1

    def _note_outages(self, found: Findings) -> None:
        """Remember whom a silent feed, or our own standstill, has silenced, until they are heard again."""
        frame, health = found.frame, found.health
        heard = {
            who[0]
            for track in np.flatnonzero(frame.planned & (frame.track_state != TrackState.LOST)).tolist()
            if self._outage and (who := self._who(found, track)) is not None
        }
        self._outage -= heard
        silenced = [silent.tracks for silent in health.silent_feeds]
        if health.stalled_s > 0.0:
            silenced.append(np.flatnonzero(frame.planned & (frame.track_state == TrackState.LOST)))
        for tracks in silenced:
            self._outage |= {who[0] for track in tracks.tolist() if (who := self._who(found, track)) is not None}

    async def _contingent(self, wanted: dict[tuple[str, Kind], float], now_s: float) -> None:
        self._since = {key: self._since.get(key, now_s) for key in wanted}
        self._handled = {key: at for key, at in self._handled.items() if now_s - at < AGAIN_S}
        for key, lasts_s in wanted.items():
            plan_id, kind = key
            if key in self._handled or now_s - self._since[key] < lasts_s:
                continue
            self._handled[key] = now_s
            try:
                if kind in self._book.policy.contingencies:
                    await self._contingencies.declare(None, plan_id, kind, detected_s=self._since[key])
                    self.counters["contingencies_declared"] += 1
                else:
                    await self._contingencies.propose(plan_id, kind, detected_s=self._since[key])
                    self.counters["contingencies_proposed"] += 1
            except Problem as problem:  # the flight ended meanwhile
                _log.info("contingency_not_declared", plan_id=plan_id, kind=kind, reason=problem.code)
            except StoreUnavailableError:
                del self._handled[key]  # tried again at the next analysis
                raise

    async def _ceased(self, wanted: dict[tuple[str, Kind], float], now_s: float) -> None:
        """Take back proposals nobody decided whose cause has not been found for a while."""
        proposed = {row.contingency_id: row for row in self._contingencies.open.live() if row.state == "proposed"}
        found = {name for name, row in proposed.items() if any(key == (row.plan_id, row.kind) for key in wanted)}
        self._proposed_s = {name: now_s if name in found else self._proposed_s.get(name, now_s) for name in proposed}
        for name, last_s in self._proposed_s.items():
            if now_s - last_s >= CEASED_S:
                await self._contingencies.cease(name)

    # -- neighbours ----------------------------------------------------------------------------------------------------

    async def _neighbours(self, now_s: float) -> None:
        live = {plan.plan_id: plan for plan in self._sky.all()}
        causes: dict[str, list[Wanted]] = {cause: [] for cause in self._advisories.causes("nonconforming:")}
        causes |= {cause: [] for cause in self._advisories.causes("overdue:")}
        ahead = {
            plan.plan_id: (plan, prism)
            for plan in live.values()
            if plan.state == PlanState.NONCONFORMING and (prism := self._ahead(plan, now_s)) is not None
        }
        for plan, prism in ahead.values():
            causes[f"nonconforming:{plan.plan_id}"] = self._wanted("nonconforming", plan, (prism,))
        for plan_id, planned_s in list(self._steps.planned_end_s.items()):
            late = live.get(plan_id)
            if late is not None and planned_s < now_s and late.state != PlanState.CONTINGENT and not self._holds(late):
                causes[f"overdue:{plan_id}"] = self._of_overdue(late, planned_s, now_s)
        await self._predicted.follow(ahead, now_s)
        changed = {cause: wanted for cause, wanted in causes.items() if self._advisories.differs(cause, wanted)}
        if changed:
            await self._store.write(
                lambda session: [self._advisories.sync(session, cause, items) for cause, items in changed.items()]
            )

    async def _follow_zones(self) -> None:
        """Bring what was told because of zones to what is true now: plans change, and periods end."""
        for cause in self._advisories.causes("zone:"):
            wanted = await asyncio.to_thread(self._zone_desk.told_now, cause.removeprefix("zone:"))
            if self._advisories.differs(cause, wanted):
                await self._sync(cause, wanted)

    async def _sync(self, cause: str, wanted: list[Wanted]) -> None:
        await self._store.write(lambda session: self._advisories.sync(session, cause, wanted))

    def _ahead(self, plan: LivePlan, now_s: float) -> Prism | None:
        """Return where a flight off its plan may be within half a minute; None where it is not seen."""
        fix = self.places.fix(plan)
        if fix is None:
            return None
        return deviation(fix, self.places.velocity(plan.plan_id), now_s, AHEAD_S, MARGIN_M)

    def _of_overdue(self, plan: LivePlan, planned_s: float, now_s: float) -> list[Wanted]:
        hover = hover_after(plan.geometry, max(planned_s, now_s))
        if hover is None:
            return []
        cause = f"overdue:{plan.plan_id}"
        found = self._re.affected(
            hover, plan.separation, ignore=(plan.plan_id,), said=self._advisories.actions_of(cause)
        )
        return [
            wanted_of("overdue_nearby", "overdue", item, must_acknowledge=item.airborne)
            for item in _waiting_when_filed(found)
        ]

    def _wanted(self, cause: str, plan: LivePlan, taken: tuple[Prism, ...]) -> list[Wanted]:
        own = self._sky.own_contingency(plan.aircraft_id)
        found = self._re.affected(
            taken,
            plan.separation,
            ignore=(plan.plan_id, *own),
            taken=taken,
            said=self._advisories.actions_of(f"{cause}:{plan.plan_id}"),
        )
        return [
            wanted_of(f"{cause}_nearby", cause, item, must_acknowledge=item.airborne)
            for item in _waiting_when_filed(found)
        ]

    async def _silence(self, now_s: float) -> None:
        limit_s = self._book.policy.advisory_silence_s
        late = [
            row.advisory_id
            for row in self._advisories.waiting()
            if row.escalated_at is None and now_s - instant_s(row.updated_at or row.raised_at) >= limit_s
        ]
        if late:
            await self._advisories.escalate(late)

    # -- alerts --------------------------------------------------------------------------------------------------------

    def conditions(self, now_s: float) -> list[Condition]:
        """Return the alerts that open contingencies and unanswered advisories call for; asks memory only."""
        found = self._actions.conditions()
        for row in self._contingencies.open.live():
            aircraft = self._fleet.get(row.aircraft_id)
            name = row.aircraft_id if aircraft is None else aircraft.registration
            what, does = CAUSES[row.kind], MANOEUVRES[row.manoeuvre]
            party = Party(None, row.aircraft_id, row.plan_id, row.organisation_id)
            lat, lon = self._place(row.plan_id)
            found.append(
                Condition(
                    "contingency" if row.state == "open" else "contingency_proposed",
                    party.key,
                    "emergency" if row.state == "open" else "warning",
                    {
                        "own": name,
                        "own_zh": f"{name} ",
                        "what": what.en,
                        "what_zh": what.zh,
                        "does": does.en,
                        "does_zh": does.zh,
                        "until": beijing_second(row.ends_s),
                    },
                    party,
                    lat_deg=lat,
                    lon_deg=lon,
                    happened=True,
                    under=(party.key,),
                )
            )
        found.extend(self._unanswered(row, now_s) for row in self._advisories.waiting() if _calls(row))
        return found

    def _unanswered(self, row: AdvisoryRow, now_s: float) -> Condition:
        plan = self._sky.get(row.plan_id or "")
        party = Party(None, None if plan is None else plan.aircraft_id, row.plan_id, row.organisation_id)
        lat, lon = self._place(row.plan_id or "")
        starts_s = None if row.starts_at is None else instant_s(row.starts_at)
        silent_s = now_s - instant_s(row.updated_at or row.raised_at)
        answer = ("", "") if row.escalated_at is None else (", and has not", "，但至今无人确认")
        return Condition(
            "traffic_advisory",
            f"{row.cause}|{row.plan_id}",
            "advisory" if row.escalated_at is None else "warning",
            {
                "detail": row.detail.rstrip("."),
                "detail_zh": row.detail_zh.rstrip("。"),
                "answer": answer[0],
                "answer_zh": answer[1],
                "silent_s": f"{silent_s:.0f}",
            },
            party,
            zone_id=row.zone_id,
            lat_deg=lat,
            lon_deg=lon,
            event_s=starts_s,
            happened=starts_s is not None and starts_s <= now_s,
            under=(_cause_key(row, self._sky), party.key),
        )

    def _place(self, plan_id: str) -> tuple[float | None, float | None]:
        row = self.places.row(plan_id)
        if row is None:
            return None, None
        picture = self._telemetry.picture
        return float(picture.lat_deg[row]), float(picture.lon_deg[row])


def _waiting_when_filed(found: Sequence[Affected]) -> list[Affected]:
    """Say to plans that have not started that they wait: the place frees by itself."""
    return [item if item.airborne else replace(item, action="wait") for item in found]


def _calls(row: AdvisoryRow) -> bool:
    """Tell whether an unanswered advisory is an alert: traffic at once, what has an alert of its own only when silent."""
    kind = (row.cause or "").partition(":")[0]
    return kind != "own" and (kind not in ("zone", "action", "command") or row.escalated_at is not None)


def _cause_key(row: AdvisoryRow, sky: Sky) -> str:
    """Return the flight an advisory is because of, so that its alert hangs under that flight's."""
    kind, _, ref = (row.cause or "").partition(":")
    plan = sky.get(ref) if kind in ("nonconforming", "overdue") else None
    return "-" if plan is None else plan.aircraft_id
