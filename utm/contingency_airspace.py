"""The airspace a contingency takes: from a filed body, the last fix and the models of the city to volumes."""

from typing import Any

import numpy as np
import orjson

from airspace.contingency import (
    FiledContingency,
    Kind,
    Landing,
    Manoeuvre,
    Motion,
    Procedure,
    Reserved,
    begins,
    procedure_of,
    reserve,
)
from airspace.contingency_rules import landing_at
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.geometry4d import Trajectory4D
from airspace.timebase import to_scene_s
from utm.airspace_book import AirspaceBook
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.clock import Clock
from utm.contingency_filing import filed_contingency
from utm.reevaluation import Reevaluation
from utm.sky import Sky
from utm.store.geometry_codec import decode as decode_geometry
from utm.store.tables import FlightPlanRow


class ContingencyAirspace:
    """Works out what a flight takes when something fails."""

    def __init__(self, *, clock: Clock, book: AirspaceBook, sky: Sky, reevaluation: Reevaluation) -> None:
        self._clock, self._book, self._sky, self._re = clock, book, sky, reevaluation

    def reserved(self, plan: FlightPlanRow, kind: Kind, manoeuvre: Manoeuvre | None) -> tuple[Procedure, Reserved]:
        """Return what the flight is taken to do, and the airspace that takes from now on."""
        geometry = decode_geometry(plan.geometry)
        body = orjson.loads(plan.body)
        parsed = validate(body, FlightPlanBody)
        scene, policy = self._book.scene, self._book.policy
        now_s = to_scene_s(self._clock.now())
        live = self._sky.get(plan.plan_id)
        fix = None if live is None else self._re.where(live)
        spread_m = 0.0 if fix is None else fix.spread_m
        if kind == "gnss_loss":  # what it says of its place is what cannot be trusted
            fix, spread_m = None, 2 * policy.tolerance.horizontal_m
        route = body["route"]
        cruise = min(max(float(route.get("cruise_speed_mps", 12.0)), 5.0), 25.0)
        motion = Motion(cruise_mps=cruise)
        starts = begins(geometry, fix, now_s, motion)
        if isinstance(geometry, Trajectory4D):
            x, y = geometry.segments[0, 0:2].tolist()
            home = landing_at(x, y, scene, parsed.origin_site_id)
        elif scene.sites.sites.get(parsed.origin_site_id or "") is not None:
            home = landing_at(0.0, 0.0, scene, parsed.origin_site_id)
        else:
            home = Landing(float(starts[0, 0]), float(starts[0, 1]), self._ground_m(starts))
        filed = filed_contingency(parsed, scene)
        default: Manoeuvre = policy.default_lost_link if isinstance(geometry, Trajectory4D) else "land"
        procedure = procedure_of(kind, filed or FiledContingency(), home=home, default=default, asked=manoeuvre)
        reserved = reserve(
            procedure,
            starts,
            geometry=geometry,
            now_s=now_s,
            ground_low_m=self._ground_m(starts),
            motion=motion,
            tolerance=policy.tolerance,
            spread_m=spread_m,
        )
        return procedure, reserved

    def _ground_m(self, starts: Any) -> float:
        """Return the lowest ground below these places; where the models do not reach, their lowest height."""
        try:
            lat, lon = self._book.region.frame.to_lat_lon(starts[:, 0], starts[:, 1])
            return float(self._book.region.altitude.ground_hae_m(lat, lon).min())
        except (NoGroundError, OutsideGeoidError):
            return float(np.min(starts[:, 2])) - 120.0
