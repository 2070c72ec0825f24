"""The thirteen items a flight application must hold (Order 761 of 2023, Article 27): which a plan lacks, and the form.

Items 6 (times) and 7 (route) are the plan itself. The others are filed as `remarks` or fields of the plan; 3 (approval of
the task), 10 (SSR code), 12 (special support) and 13 (other) only where they apply, and which flights those are is ours.
"""

# ruff: noqa: E501  (a table: both languages side by side)

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from airspace.rules.items import MissingItem
from utm.api.flight_plan_models import FlightPlanBody
from utm.fleet import Aircraft


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the article: where it is filed, and under which names the older fields are known."""

    number: int
    field: str
    title: str
    title_zh: str

    def missing(self) -> MissingItem:
        """Return the item as one that is missing."""
        detail = f"Item {self.number} of Article 27, {self.title}, is missing. Fill in {self.field}."
        detail_zh = f"缺少第二十七条第 {self.number} 项（{self.title_zh}），请填写 {self.field}。"
        return MissingItem(self.number, self.field, self.title, self.title_zh, detail, detail_zh)


ITEMS: Final[tuple[Item, ...]] = (
    Item(1, "/remarks/crew", "organisation and crew with certificates", "单位、操控人员及资质"),
    Item(2, "/aircraft_id", "type, number, main performance and registration of the aircraft", "航空器型号、数量、主要性能指标和登记信息"),
    Item(3, "/remarks/task_approval", "nature of the task and manner of flight, with its approval where needed", "飞行任务性质和飞行方式，以及任务批准文件"),
    Item(4, "/alternate_site_ids", "take-off, landing and alternate site", "起飞、降落和备降场"),
    Item(5, "/remarks/communications", "means of communication", "通信联络方法"),
    Item(6, "/departure_at", "start and end times", "预计飞行开始、结束时刻"),
    Item(7, "/route", "route, height, speed, extent, entry and exit", "飞行航线、高度、速度、空域范围和进出方法"),
    Item(8, "/remarks/c2_link", "C2 frequency and bandwidth", "指挥控制链路无线电频率以及占用带宽"),
    Item(9, "/remarks/cns", "communication, navigation and surveillance capability", "通信、导航和被监视能力"),
    Item(10, "/remarks/ssr", "SSR transponder or request for a code", "安装二次雷达应答机或者有关自动监视设备的代码申请"),
    Item(11, "/contingency", "emergency procedure (contingency or remarks.emergency_procedure)", "应急处置程序（contingency 或 remarks.emergency_procedure）"),
    Item(12, "/remarks/special_support", "special support asked for", "特殊飞行保障需求"),
    Item(13, "/remarks/other", "other matters required", "国家空中交通管理领导机构规定的与空域使用和飞行安全有关的其他必要信息"),
)  # fmt: skip
_MISSING: Final = {item.number: item.missing() for item in ITEMS}
_REMARKS: Final = {item.number: item.field.rpartition("/")[2] for item in ITEMS if item.field.startswith("/remarks/")}
_ALWAYS: Final = (1, 5, 8, 9)
_WITH_TRANSPONDER: Final = frozenset({"medium", "large"})
_SUPPORTED: Final = frozenset({"over_crowds", "moving_vehicle"})


def missing_items(
    plan: FlightPlanBody, aircraft_class: str | None = None, aircraft: Aircraft | None = None
) -> tuple[MissingItem, ...]:
    """Return the missing items in the order of the article."""
    return tuple(_MISSING[number] for number in _missing(plan, aircraft_class, aircraft))


def _missing(plan: FlightPlanBody, aircraft_class: str | None, aircraft: Aircraft | None) -> Iterator[int]:
    remarks: Mapping[str, Any] = plan.remarks or {}
    special = plan.special_conditions or ()
    if not remarks.get("crew"):
        yield 1
    if aircraft is not None and (aircraft.numbers is None or aircraft.numbers.mtow_kg is None):
        yield 2
    if "dropping_or_dangerous" in special and not remarks.get("task_approval"):
        yield 3
    if not plan.alternate_site_ids:
        yield 4
    for number in (5, 8, 9):
        if not remarks.get(_REMARKS[number]):
            yield number
    if aircraft_class in _WITH_TRANSPONDER and not remarks.get("ssr"):
        yield 10
    if plan.contingency is None and not remarks.get("emergency_procedure"):
        yield 11
    if not _SUPPORTED.isdisjoint(special) and not remarks.get("special_support"):
        yield 12


def form(
    body: Mapping[str, Any], plan: FlightPlanBody, aircraft: Aircraft | None, aircraft_class: str | None, firm: str
) -> list[dict[str, Any]]:
    """Return all thirteen items as the authority reads them: what was filed under each, and whether it is missing."""
    remarks: Mapping[str, Any] = plan.remarks or {}
    missing = set(_missing(plan, aircraft_class, aircraft))
    values: dict[int, Any] = {number: remarks.get(name) for number, name in _REMARKS.items()}
    values[1] = {"organisation": firm, "crew": remarks.get("crew")}
    values[2] = None if aircraft is None else _aircraft(aircraft, aircraft_class)
    values[3] = {
        "operation_type": plan.operation_type,
        "special_conditions": None if plan.special_conditions is None else list(plan.special_conditions),
        "task_approval": remarks.get("task_approval"),
    }
    values[4] = {
        "origin_site_id": plan.origin_site_id,
        "destination_site_id": plan.destination_site_id,
        "alternate_site_ids": list(plan.alternate_site_ids),
    }
    values[6] = body.get("departure_at")
    values[7] = body.get("route")
    values[11] = body.get("contingency") or remarks.get("emergency_procedure")
    return [
        {
            "item": item.number,
            "title": item.title,
            "title_zh": item.title_zh,
            "field": item.field,
            "required": item.number in missing or item.number not in (3, 10, 12, 13),
            "given": item.number not in missing and values[item.number] is not None,
            "value": values[item.number],
        }
        for item in ITEMS
    ]


def _aircraft(aircraft: Aircraft, aircraft_class: str | None) -> dict[str, Any]:
    numbers = aircraft.numbers
    return {
        "registration": aircraft.registration,
        "manufacturer": aircraft.manufacturer,
        "model": aircraft.model,
        "number": 1,
        "class": aircraft_class,
        "empty_mass_kg": None if numbers is None else numbers.empty_mass_kg,
        "mtow_kg": None if numbers is None else numbers.mtow_kg,
        "max_speed_mps": aircraft.max_speed_mps,
    }
