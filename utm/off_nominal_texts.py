"""What firms are told when somebody else's flight gets in the way of theirs: anonymous, in both languages."""

from datetime import datetime, timedelta, timezone
from typing import Final

from utm.alert_rules import Text

_BEIJING: Final = timezone(timedelta(hours=8))

CAUSES: Final[dict[str, Text]] = {
    "lost_link": Text("a flight that lost its link", "一架失联航空器"),
    "nonconformance": Text("a flight that left its plan for long", "一架长时间偏离计划的航空器"),
    "low_energy": Text("a flight short of energy", "一架电量不足的航空器"),
    "gnss_loss": Text("a flight without satellite navigation", "一架失去卫星导航的航空器"),
    "pad_blocked": Text("a flight whose pad is blocked", "一架降落场受阻的航空器"),
    "engine_failure": Text("a flight with an engine failure", "一架动力故障的航空器"),
    "emergency": Text("a flight in an emergency", "一架紧急状态航空器"),
    "nonconforming": Text("a flight off its plan", "一架偏离计划的航空器"),
    "overdue": Text("a flight that has not landed in time", "一架逾期未降落的航空器"),
}

MANOEUVRES: Final[dict[str, Text]] = {
    "rtl": Text("returns to where it took off", "返航"),
    "land": Text("lands where it is", "就地降落"),
    "hold": Text("holds, then lands", "悬停后降落"),
    "alternate": Text("goes to its alternate site", "飞往备降场"),
}

ACTIONS: Final[dict[str, Text]] = {
    "hold": Text("Hold where you are until it has passed.", "请原地悬停，待其通过。"),
    "rtl": Text("Return to where you took off.", "请返航。"),
    "land": Text("Land where you are.", "请就地降落。"),
    "separate": Text(
        "No simple way out is free: follow the operations centre's instructions.",
        "暂无可用的简单避让方式：请听从运行中心指令。",
    ),
    "change": Text(
        "Change the plan or take a counter-offer; it will not be activated.",
        "请修改计划或接受替代方案；否则将无法激活。",
    ),
    "reroute": Text("Fly around it; a way is offered.", "请绕飞；已提供替代航线。"),
    "wait": Text("Do not start before it has gone.", "请待其离开后再起飞。"),
    "leave": Text("Leave the area, or land.", "请离开该区域或着陆。"),
    "delay": Text("Depart later.", "请推迟起飞。"),
    "cancel": Text("Give the plan up and file another.", "请取消计划并重新提交。"),
    "await": Text("Wait for the authorisation.", "请等待批准。"),
}


def told(cause: str, action: str, starts_at: str, plan_id: str, horizontal_m: float, vertical_m: float) -> Text:
    """Return what the firm of a flight in the way is told; `starts_at` is RFC 3339, told as Beijing time."""
    what, do = CAUSES[cause], ACTIONS[action]
    at = datetime.fromisoformat(starts_at).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return Text(
        f"From {at} (Beijing time) on, your flight {plan_id} comes within {horizontal_m:.0f} m horizontally and "
        f"{vertical_m:.0f} m vertically of the airspace of {what.en}. {do.en}",
        f"自 {at}（北京时间）起，您的航班 {plan_id} 与{what.zh}所需空域的水平距离为 {horizontal_m:.0f} 米、垂直距离为 "
        f"{vertical_m:.0f} 米。{do.zh}",
    )
