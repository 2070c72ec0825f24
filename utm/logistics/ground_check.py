"""Ground risk of a booking: every limit it breaks as a reason, and flights that would pass as offers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from dispatch.energy import CLASS_MODELS
from dispatch.ground_risk import Breach, highest_within
from utm.airspace_book import AirspaceBook
from utm.ground.desk import GroundDesk
from utm.logistics.flights import FlightDesigner, waypoint_bodies
from utm.plan_judging import Prepared
from utm.store import logistics
from utm.store.logistics_tables import CarrierRow

_MOST_OFFERS: Final = 2


@dataclass(frozen=True, slots=True)
class GroundBroken:
    """One limit of ground risk a flight breaks."""

    breach: Breach
    height_m: float
    buffer_m: float
    place_deg: tuple[float, float] | None
    source: str
    synthetic: bool
    may_fly_at_m: float | None
    """For the impact energy: up to which height it would be kept; None where that is not the question."""

    @property
    def frees_s(self) -> None:
        """Waiting does not help: people stay where they are."""
        return None

    def as_reason(self) -> dict[str, Any]:
        """Return it in the shape of a decision's reason."""
        detail, detail_zh = _texts(self)
        return {
            "code": self.breach.fault,
            "severity": "refuse" if self.breach.refuses else "warning",
            "detail": detail,
            "detail_zh": detail_zh,
            "resource": None,
            "frees_at": None,
            "segment": None,
            "starts_at": None,
            "ends_at": None,
            "horizontal_margin_m": None,
            "vertical_margin_m": None,
            "ground": ground_values(self),
        }


def ground_values(broken: GroundBroken) -> dict[str, Any]:
    """Return what is measured of a breach."""
    place = broken.place_deg
    value = broken.breach.value
    return {
        "value": None if value is None else round(value, 1),
        "limit": broken.breach.limit,
        "buffer_m": round(broken.buffer_m, 1),
        "lat_deg": None if place is None else round(place[0], 6),
        "lon_deg": None if place is None else round(place[1], 6),
        "population": broken.source,
        "synthetic": broken.synthetic,
    }


def _texts(broken: GroundBroken) -> tuple[str, str]:
    breach, place = broken.breach, broken.place_deg
    where = "" if place is None else f" near {place[0]:.4f}, {place[1]:.4f}"
    where_zh = "" if place is None else f"（{place[0]:.4f}, {place[1]:.4f} 附近）"
    if breach.fault == "ground_exposed":
        return (
            f"The ground buffer of {broken.buffer_m:.0f} m beside the route holds {breach.value:.0f} exposed people per "
            f"square kilometre{where}; at most {breach.limit:.0f} are allowed. Fly around it, or lower.",
            f"航线两侧 {broken.buffer_m:.0f} 米地面缓冲区内暴露人口密度达每平方公里 {breach.value:.0f} 人{where_zh}，"
            f"上限为 {breach.limit:.0f} 人。请绕飞或降低高度。",
        )
    if breach.fault == "ground_unknown":
        return (
            f"How many people are in the ground buffer is not known{where}. Import a population grid that covers it, or "
            "fly around it.",
            f"地面缓冲区内人口密度未知{where_zh}。请导入覆盖该处的人口网格，或绕飞。",
        )
    low = broken.may_fly_at_m
    cure = "The aircraft is too heavy at any height." if low is None or low <= 0 else f"Fly at most {low:.0f} m high."
    cure_zh = "该航空器在任何高度均超限。" if low is None or low <= 0 else f"飞行真高不得超过 {low:.0f} 米。"
    energy, most = (breach.value or 0.0) / 1000, breach.limit / 1000
    return (
        f"Falling from {broken.height_m:.0f} m it would hit the ground with {energy:.1f} kJ; at most {most:.1f} kJ are "
        f"allowed. {cure}",
        f"自 {broken.height_m:.0f} 米坠落的撞击动能为 {energy:.1f} 千焦，上限为 {most:.1f} 千焦。{cure_zh}",
    )


class GroundCheck:
    """Asks the ground desk about bookings."""

    def __init__(self, desk: GroundDesk, designer: FlightDesigner, book: AirspaceBook) -> None:
        self._desk, self._designer, self._book = desk, designer, book

    def broken(self, session: Session, prepared: Prepared) -> list[GroundBroken]:
        """Return the limits a flight breaks that refuse it."""
        risk = self._desk.assess_path(prepared.path, mass_kg=self._mass_kg(session, prepared))
        return self.explained(risk.breaches, risk.height_m, risk.buffer_m, self._mass_kg(session, prepared), 0.0)

    def explained(
        self, breaches: Sequence[Breach], height_m: float, buffer_m: float, mass_kg: float | None, speed_mps: float,
        *, all_: bool = False,
    ) -> list[GroundBroken]:  # fmt: skip
        """Return breaches with what is to be said of them; those that only warn are left out unless `all_`."""
        grid, limits = self._desk.grid, self._desk.rules.limits
        found = []
        for breach in breaches:
            if not (breach.refuses or all_):
                continue
            place = None
            if breach.place_m is not None:
                lat, lon = self._book.region.frame.to_lat_lon(*breach.place_m)
                place = float(lat[0]), float(lon[0])
            high = (
                highest_within(mass_kg, speed_mps, limits)
                if breach.fault == "impact_energy" and mass_kg is not None
                else None
            )
            found.append(GroundBroken(breach, height_m, buffer_m, place, grid.source, grid.synthetic, high))
        return found

    def offers(self, session: Session, prepared: Prepared) -> list[dict[str, Any]]:
        """Return flights between the same sites at the same time that keep the limits, as counter-offers."""
        parsed = prepared.parsed
        origin, destination = parsed.origin_site_id, parsed.destination_site_id
        route = prepared.body.get("route")
        known = self._book.sites
        if origin not in known or destination not in known or not isinstance(route, dict):
            return []
        cruise = float(route.get("cruise_speed_mps") or 0.0) or CLASS_MODELS["light"].cruise_mps
        mass_kg = self._mass_kg(session, prepared)
        offers = []
        for level in self._designer.levels(str(origin), str(destination)):
            found = self._designer.designed(str(origin), str(destination), cruise, level, parsed.departure_at, mass_kg)
            if found.flight is None:
                continue
            path = {**route, "type": "trajectory", "waypoints": waypoint_bodies(found.flight)}
            path.pop("volumes", None)
            says = f"Fly at {level:.0f} m along a way that keeps the limits of ground risk"
            offers.append(
                {
                    "kind": "route",
                    "detail": says,
                    "detail_zh": f"改沿满足地面风险限值的航线以 {level:.0f} 米真高飞行",
                    "plan": {**prepared.body, "route": {**path, "crs": "WGS84", "cruise_speed_mps": cruise}},
                    "cost": {"delay_s": 0.0, "extra_m": None, "extra_wh": None},
                    "held_until": None,
                }
            )
            if len(offers) >= _MOST_OFFERS:
                break
        return offers

    def _mass_kg(self, session: Session, prepared: Prepared) -> float:
        """Return what falls: the carrier as told with its load, else the greatest take-off mass, else the class's."""
        carrier = logistics.get(session, CarrierRow, prepared.aircraft.aircraft_id)
        numbers = prepared.aircraft.numbers
        if carrier is not None:
            load = (prepared.body.get("remarks") or {}).get("payload_kg")
            return carrier.mass_kg + (float(load) if isinstance(load, int | float) else carrier.payload_max_kg)
        if numbers is not None and numbers.mtow_kg is not None:
            return numbers.mtow_kg
        return CLASS_MODELS[prepared.aircraft.aircraft_class].mass_kg


Offers = Callable[[Session, Prepared], list[dict[str, Any]]]
