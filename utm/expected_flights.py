"""What a flight is expected to do while an order changes it.

    order                 the flight conforms while it is
    --------------------  --------------------------------------------------------------------------------
    none                  on its plan
    under way, timed out  on its plan, or in the volume the order reserved: it does the one or the other
    hold, confirmed       in the volume the hold reserved, for as long as that is; its plan's clock does not count
    resume, under way     there, or on the rest of its way at the new times
    resume, confirmed     on its plan, whose times were moved (`utm.command_plans`)
    rtl, land, confirmed  in the order's volumes, which are its plan's now (`utm.command_plans`)

What is expected is always reserved: an order's volume from before it is sent.
"""

from airspace.geometry4d import PlanGeometry, Prism, Trajectory4D
from utm.command_reservations import CommandReservations, Reservation
from utm.sky import LivePlan

Expected = tuple[PlanGeometry, tuple[Prism, ...]]
"""A geometry, and volumes in which the flight conforms as well."""


class ExpectedFlights:
    """Tells where flights are to be, from their plans and from what orders reserve."""

    def __init__(self, reservations: CommandReservations) -> None:
        self._reservations = reservations
        self._known: dict[str, tuple[PlanGeometry, tuple[Reservation, ...], Expected]] = {}

    def of(self, plan: LivePlan) -> Expected:
        """Return where a flight is to be; the very same values as long as nothing has changed."""
        standing = tuple(self._reservations.standing_of(plan.aircraft_id))
        if not standing:
            self._known.pop(plan.plan_id, None)
            return plan.geometry, ()
        known = self._known.get(plan.plan_id)
        if known is not None and known[0] is plan.geometry and _same(known[1], standing):
            return known[2]
        found = _expected(plan.geometry, standing)
        self._known[plan.plan_id] = (plan.geometry, standing, found)
        return found

    def geometry(self, plan: LivePlan) -> PlanGeometry:
        """Return the one geometry that says best where a flight will be from now on."""
        return self.of(plan)[0]

    def holds(self, plan: LivePlan) -> bool:
        """Tell whether a flight is seen holding where it was told to."""
        return any(item.confirmed for item in self._reservations.standing_of(plan.aircraft_id))


def _same(known: tuple[Reservation, ...], standing: tuple[Reservation, ...]) -> bool:
    return len(known) == len(standing) and all(a is b for a, b in zip(known, standing, strict=True))


def _expected(plan: PlanGeometry, standing: tuple[Reservation, ...]) -> Expected:
    confirmed = [item for item in standing if item.confirmed]
    others = [item for item in standing if not item.confirmed]
    first: PlanGeometry = confirmed[-1].live.geometry if confirmed else plan
    volumes: list[Prism] = []
    for item in others:
        geometry = item.live.geometry
        if not isinstance(geometry, Trajectory4D):
            volumes.extend(geometry)
            continue
        if not isinstance(first, Trajectory4D):
            volumes.extend(first)
        first = geometry  # the rest of its way at its new times
    return first, tuple(volumes)
