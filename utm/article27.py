"""The items a flight application must hold (Order 761 of 2023, Article 27), and which of them a plan lacks.

Items the plan's own fields answer (3 task, 4 take-off and landing, 6 times, 7 route) and the register answers
(2 aircraft) are always there; 10 (SSR code), 12 (special support) and 13 (other) are only filed when they apply.
"""

from collections.abc import Mapping
from typing import Any, Final

from utm.api.flight_plan_models import FlightPlanBody

_ASKED: Final[tuple[tuple[str, str, str], ...]] = (
    ("crew", "1 organisation and crew with certificates (remarks.crew)", "第1项 单位、操控人员及资质（remarks.crew）"),
    (
        "communications",
        "5 means of communication (remarks.communications)",
        "第5项 通信联络方法（remarks.communications）",
    ),
    ("c2_link", "8 C2 frequency and bandwidth (remarks.c2_link)", "第8项 指挥控制频率和带宽（remarks.c2_link）"),
    ("cns", "9 CNS capability (remarks.cns)", "第9项 通信、导航和被监视能力（remarks.cns）"),
)
_ALTERNATE: Final = ("4 alternate site (alternate_site_ids)", "第4项 备降场（alternate_site_ids）")
_EMERGENCY: Final = (
    "11 emergency procedure (contingency or remarks.emergency_procedure)",
    "第11项 应急处置程序（contingency 或 remarks.emergency_procedure）",
)


def missing_items(plan: FlightPlanBody) -> tuple[tuple[str, str], ...]:
    """Return the missing items as (English, Chinese), in the order of the article."""
    remarks: Mapping[str, Any] = plan.remarks or {}
    missing = [(en, zh) for key, en, zh in _ASKED if not remarks.get(key)]
    if not plan.alternate_site_ids:
        missing.append(_ALTERNATE)
    if plan.contingency is None and not remarks.get("emergency_procedure"):
        missing.append(_EMERGENCY)
    return tuple(sorted(missing, key=lambda item: int(item[0].split(" ", 1)[0])))
