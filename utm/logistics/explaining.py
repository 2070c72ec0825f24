"""Why an order flies with this vehicle at this time, in words and figures: what the planner decided, and what booking changed."""

from collections.abc import Sequence
from typing import Any, Final

from airspace.timebase import from_scene_s
from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Job, Schedule, Task
from dispatch.planner import why
from utm.plan_records import rfc3339

_SOON_S: Final = 1.0
_MOVED: Final[dict[str, tuple[str, str]]] = {
    "weather": ("it waits {s:.0f} s for the weather to clear", "等待气象好转 {s:.0f} 秒"),
    "offer_delay": ("it departs {s:.0f} s later, when the airspace is free", "推迟 {s:.0f} 秒，待空域空闲"),
    "offer_altitude": ("it flies at another height, where the airspace is free", "改飞空闲高度"),
    "offer_route": ("it flies another way, where the airspace is free", "改飞空闲航线"),
    "resource": ("it departs {s:.0f} s later, when all it needs is free", "推迟 {s:.0f} 秒，待所需资源空闲"),
    "level": ("it flies at another level, where there is room", "改飞其他高度层"),
}


def explained(task: Task, job: Job, carriers: Sequence[Carrier], flights: Flights, found: Schedule) -> dict[str, Any]:
    """Return why a planned task is as it is: the vehicle against the next best, and what its departure waits for."""
    others = why(task, job, carriers, flights).alternatives
    later = [item.arrives_s - task.arrives_s for item in others]
    best = "no other carrier could have taken it" if not later else f"the next best would arrive {later[0]:.0f} s later"
    best_zh = "没有其他可用航空器" if not later else f"次优方案晚到 {later[0]:.0f} 秒"
    if later and later[0] < 0:
        best = "a carrier that would arrive sooner serves other orders with it"
        best_zh = "更快的航空器已安排给其他订单"
    times = [_when(task, job, carriers, found)]
    if task.pad_wait_s >= _SOON_S:
        waits_s = task.pad_wait_s
        times.append(
            _entry("pads", f"it waits {waits_s:.0f} s for free pads", f"等待空闲机位 {waits_s:.0f} 秒", waits_s)
        )
    late_s = 0.0 if job.deliver_by_s is None else task.arrives_s - job.deliver_by_s
    if late_s > 0.0:
        times.append(
            _entry("late", f"nothing can bring it by the time asked for: it is {late_s:.0f} s late",
                   f"没有方案能按要求时间送达，将晚 {late_s:.0f} 秒", late_s)
        )  # fmt: skip
    return {
        "detail": f"Planned to arrive at {rfc3339(from_scene_s(task.arrives_s))}; {best}; {times[0]['detail']}.",
        "detail_zh": f"规划送达时间 {rfc3339(from_scene_s(task.arrives_s))}；{best_zh}；{times[0]['detail_zh']}。",
        "alternatives": [
            {"aircraft_id": item.aircraft_id, "arrives_at": rfc3339(from_scene_s(item.arrives_s))} for item in others
        ],
        "times": times,
        "gap": None if found.gap is None else round(found.gap, 4),
    }


def moved(code: str, delay_s: float) -> dict[str, Any]:
    """Return what booking changed of a flight, as an entry of `times`."""
    words, words_zh = _MOVED[code]
    return _entry(code, words.format(s=delay_s), words_zh.format(s=delay_s), delay_s)


def _when(task: Task, job: Job, carriers: Sequence[Carrier], found: Schedule) -> dict[str, Any]:
    """Return what decides when a task departs: the load, or its vehicle."""
    waited_s = task.departs_s - job.ready_s
    if waited_s < _SOON_S:
        return _entry("ready", "it departs when the load is ready", "货物备妥即起飞", 0.0)
    before = [item for item in found.tasks if item.aircraft_id == task.aircraft_id and item.departs_s < task.departs_s]
    if before:
        return _entry("order_before", f"its vehicle serves {before[-1].order_id} first",
                      f"所用航空器先执行订单 {before[-1].order_id}", waited_s)  # fmt: skip
    carrier = next((one for one in carriers if one.aircraft_id == task.aircraft_id), None)
    if task.positioning_departs_s is not None and carrier is not None:
        return _entry("positioning", f"its vehicle comes empty from {carrier.site_id}",
                      f"所用航空器自 {carrier.site_id} 空载调来", waited_s)  # fmt: skip
    return _entry("vehicle", "its vehicle is free only then", "所用航空器届时才空闲", waited_s)


def _entry(code: str, detail: str, detail_zh: str, seconds: float) -> dict[str, Any]:
    return {"code": code, "detail": detail, "detail_zh": detail_zh, "seconds": round(seconds, 1)}
