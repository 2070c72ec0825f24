"""Whether a schedule can be flown, worked out task by task."""

from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Job, Schedule


def check_possible(found: Schedule, jobs: list[Job], fleet: list[Carrier], flights: Flights) -> None:
    """Assert that every order is served once or waits, and every carrier flies its own firm's, one after another."""
    assert sorted([task.order_id for task in found.tasks] + list(found.waiting)) == sorted(j.order_id for j in jobs)
    by_id = {item.order_id: item for item in jobs}
    for one in fleet:
        tasks = [task for task in found.tasks if task.aircraft_id == one.aircraft_id]
        assert all(by_id[task.order_id].organisation_id == one.organisation_id for task in tasks)
        site, free = one.site_id, one.free_s
        for task in tasks:
            order = by_id[task.order_id]
            if site == order.origin_site_id:
                assert task.positioning_departs_s is None
                assert task.departs_s >= max(free, order.ready_s)
            else:
                empty = flights.leg(site, order.origin_site_id, one)
                assert empty is not None
                assert task.positioning_departs_s is not None
                assert task.positioning_departs_s >= free
                assert task.departs_s >= task.positioning_departs_s + empty.lasts_s + one.turn_s - 1e-9
            loaded = flights.leg(order.origin_site_id, order.destination_site_id, one, order.payload_kg)
            assert loaded is not None
            assert abs(task.arrives_s - task.departs_s - loaded.lasts_s) < 1e-6
            site, free = order.destination_site_id, task.arrives_s + one.turn_s
