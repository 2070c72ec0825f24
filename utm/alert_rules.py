"""The rules that raise alerts, as data: severity, hysteresis and texts of every kind.

Severity follows ISA-18.2: from how grave the consequence is and how much time there is to act (`severity_of`). Texts are
templates; their fields are filled from what was found, unknown ones with a dash.
"""

# ruff: noqa: E501  (a table: both languages side by side)

from dataclasses import dataclass
from typing import Final, Literal, get_args

Severity = Literal["advisory", "caution", "warning", "emergency"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the least to the gravest."""
Consequence = Literal["severe", "major", "minor"]

# How grave the consequence is against the seconds left to act; the last column where no instant is known.
_MATRIX: Final[dict[Consequence, tuple[tuple[float, Severity], ...]]] = {
    "severe": ((15.0, "emergency"), (30.0, "warning"), (float("inf"), "caution")),
    "major": ((15.0, "warning"), (float("inf"), "caution")),
    "minor": ((30.0, "caution"), (float("inf"), "advisory")),
}
_NO_INSTANT: Final[dict[Consequence, Severity]] = {"severe": "emergency", "major": "warning", "minor": "caution"}


def severity_of(consequence: Consequence, time_to_event_s: float | None) -> Severity:
    """Return the severity of a consequence that will come about so soon; None: it may have done so already."""
    if time_to_event_s is None:
        return _NO_INSTANT[consequence]
    return next(severity for limit_s, severity in _MATRIX[consequence] if time_to_event_s <= limit_s)


def graver(one: Severity, two: Severity) -> Severity:
    """Return the graver of two."""
    return max(one, two, key=SEVERITIES.index)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of alert comes and goes.

    It is raised when its condition has held for `raise_after_s`, at once when the event is nearer than `urgent_s`, and
    resolved when the condition has not held for `clear_after_s`. `cause_of_others`: effects on the same aircraft are
    grouped under it. `action` is the stable code of what is recommended.
    """

    consequence_class: Consequence
    cause: Text
    consequence: Text
    advice: Text
    action: str
    raise_after_s: float = 0.0
    clear_after_s: float = 5.0
    urgent_s: float = 0.0
    cause_of_others: bool = False


RULES: Final[dict[str, Rule]] = {
    "loss_of_separation": Rule(
        "severe",
        Text("{own} and {other} {come} {horizontal_m} m apart horizontally and {vertical_m} m vertically{when}; the minima are {minimum_h_m} m and {minimum_v_m} m.",
             "{own_zh}与{other_zh}{when_zh}水平相距 {horizontal_m} 米、垂直相距 {vertical_m} 米；最小间隔为 {minimum_h_m} 米和 {minimum_v_m} 米。"),
        Text("The two may collide.", "两架航空器可能相撞。"),
        Text("Hold one of the two, or change its height by {minimum_v_m} m; {own} first if it is off its plan.", "请令其中一架悬停，或改变高度 {minimum_v_m} 米；偏离计划者优先处置。"),
        "resolve_conflict", raise_after_s=0.5, clear_after_s=8.0, urgent_s=20.0,
    ),
    "zone_infringement": Rule(
        "severe",
        Text("{own} {is_in} {zone} ({restriction}){when}.", "{own_zh}{when_zh}{is_in_zh}区域{zone_zh}（{restriction_zh}）。"),
        Text("It has no authorisation there; people or other aircraft may be at risk.", "该航空器未获准进入，可能危及人员或其他航空器。"),
        Text("Turn it away or hold it short of the boundary; inform the zone's authority once it is inside.", "请令其转向或在边界外悬停；一旦进入，请通知区域管理部门。"),
        "keep_out_of_zone", raise_after_s=0.5, clear_after_s=6.0, urgent_s=20.0,
    ),
    "nonconforming": Rule(
        "major",
        Text("{own} is off its plan: {lateral_m} m to the side, {vertical_m} m in height, {temporal_s} s in time.", "{own_zh}偏离计划：水平 {lateral_m} 米，高度 {vertical_m} 米，时间 {temporal_s} 秒。"),
        Text("It flies outside the airspace reserved for it; flights around it are not separated from it any more.", "已飞出预留空域，与周边飞行不再保证间隔。"),
        Text("Ask the pilot; have it return to its plan, or hold.", "请联系飞手，令其返回计划航线或悬停。"),
        "return_to_plan", clear_after_s=3.0, cause_of_others=True,
    ),
    "contingency": Rule(
        "severe",
        Text("{own} is a contingency: {what}; it {does}.", "{own_zh}处于应急状态：{what_zh}，正在{does_zh}。"),
        Text("Airspace for it is reserved until {until} Beijing time; it obeys nobody before it is down.", "已为其预留空域至北京时间 {until}；着陆前不受指挥。"),
        Text("Clear its way and its landing place; the list of contingencies names the flights in its way.", "请清理其航路和着陆点；受影响的航班列在应急列表中。"),
        "clear_airspace", cause_of_others=True,
    ),
    "contingency_proposed": Rule(
        "severe",
        Text("{own} may be a contingency: {what}.", "{own_zh}可能处于应急状态：{what_zh}。"),
        Text("No airspace is reserved for it yet.", "尚未为其预留空域。"),
        Text("Ask its operator; accept or dismiss the contingency.", "请联系运营方，并确认或排除该应急情况。"),
        "decide_contingency", cause_of_others=True,
    ),
    "traffic_advisory": Rule(
        "major",
        Text("A firm was told: {detail}.", "已通告运营方：{detail_zh}。"),
        Text("Its firm must acknowledge that it was told{answer}.", "其运营方须确认收到通告{answer_zh}。"),
        Text("Call the operator where nobody acknowledges; separate the two yourself.", "若无人确认请电话联系运营方，并直接实施间隔调配。"),
        "call_operator", clear_after_s=1.0,
    ),
    "action_unconfirmed": Rule(
        "severe",
        Text("{own} has not done what was ordered: {what}.", "{own_zh}未执行指令：{what_zh}。"),
        Text("It goes on as before.", "仍按原状态飞行。"),
        Text("Call its operator; choose another action for it.", "请联系运营方，或为其选择其他处置。"),
        "choose_action", clear_after_s=1.0,
    ),
    "link_lost": Rule(
        "major",
        Text("Nothing has been heard of {own} for {silent_s} s.", "已 {silent_s} 秒未收到{own_zh}的任何信号。"),
        Text("It cannot be commanded and follows its own lost-link procedure.", "无法指挥，将执行自身的失联程序。"),
        Text("Ask the operator; keep its plan and its return path clear.", "请联系运营方，保持其计划航线和返航路径畅通。"),
        "await_link", raise_after_s=2.0, clear_after_s=2.0, cause_of_others=True,
    ),
    "stale_data": Rule(
        "minor",
        Text("{own} sends no position for {silent_s} s, although its link is up.", "{own_zh}链路正常，但已 {silent_s} 秒未发送位置。"),
        Text("Where it is shown it may not be.", "显示位置可能不准确。"),
        Text("Ask the operator for its position; keep distance.", "请向运营方核实位置并保持距离。"),
        "verify_position", raise_after_s=3.0, clear_after_s=3.0,
    ),
    "low_battery": Rule(
        "major",
        Text("The battery of {own} is at {battery_pct} %; the rest of its plan ({remaining_s} s) and the reserve need {need_pct} %.", "{own_zh}电量 {battery_pct} %；剩余计划（{remaining_s} 秒）加储备需要 {need_pct} %。"),
        Text("It may have to land before its destination.", "可能在到达前被迫降落。"),
        Text("Send it to the nearest site, or home.", "请令其飞往最近的起降点或返航。"),
        "land_soon", raise_after_s=2.0, clear_after_s=15.0,
    ),
    "pad_unavailable": Rule(
        "major",
        Text("{own} is to land at {site} at {at} Beijing time, which {why}.", "{own_zh}计划于北京时间 {at} 降落 {site_zh}，该起降点{why_zh}。"),
        Text("It may find no free pad and spend its reserve waiting.", "可能无机位可降，等待将消耗备用电量。"),
        Text("Send it to another site or back while it has the energy, or have the pad freed.", "趁电量充足改降其他起降点或返航，或尽快腾出机位。"),
        "choose_action", raise_after_s=2.0, clear_after_s=4.0,
    ),
    "gnss_jump": Rule(
        "major",
        Text("The position of {own} jumped further than it can fly.", "{own_zh}的位置发生跳变，超出其飞行能力。"),
        Text("Its position cannot be trusted: interference, spoofing or two vehicles under one identity.", "位置不可信：可能受到干扰、欺骗，或两架航空器共用同一标识。"),
        Text("Hold it if it can hold without satellites; ask the operator; keep others away.", "若可不依赖卫星悬停则令其悬停；联系运营方；令其他航空器避让。"),
        "distrust_position", clear_after_s=2.0, cause_of_others=True,
    ),
    "implausible_motion": Rule(
        "minor",
        Text("{own} reports a velocity that its positions or its kind contradict.", "{own_zh}报告的速度与其位置或机型不符。"),
        Text("Where it will be cannot be told.", "无法预测其后续位置。"),
        Text("Ask the operator; treat its position with care.", "请联系运营方，谨慎对待其位置。"),
        "distrust_position", raise_after_s=1.0, clear_after_s=10.0,
    ),
    "unplanned_flight": Rule(
        "major",
        Text("{own} is in the air without an activated plan.", "{own_zh}在无已激活计划的情况下飞行。"),
        Text("No airspace is reserved for it; approved flights are not separated from it.", "未为其预留空域，与已批准飞行无间隔保证。"),
        Text("Ask the operator to file a plan or to land.", "请要求运营方提交计划或降落。"),
        "file_or_land", raise_after_s=2.0, clear_after_s=3.0, cause_of_others=True,
    ),
    "plan_without_flight": Rule(
        "minor",
        Text("The plan {plan_id} is activated, but no position of its aircraft has come for {silent_s} s.", "计划 {plan_id} 已激活，但已 {silent_s} 秒未收到其航空器的位置。"),
        Text("It may fly unseen, or hold airspace for nothing.", "可能在未被监视的情况下飞行，或空占空域。"),
        Text("Ask the operator whether it is flying; end the plan if it is not.", "请向运营方确认是否在飞；若未飞请结束计划。"),
        "find_or_end", raise_after_s=5.0, clear_after_s=2.0,
    ),
    "unknown_aircraft": Rule(
        "major",
        Text("{own} is not registered.", "{own_zh}未登记。"),
        Text("Nobody known answers for it; what it will do is not known.", "无已知责任方，意图不明。"),
        Text("Find out who flies it; warn flights near it; inform the police if it stays.", "请查明操控者，提醒附近飞行；若持续存在请通报公安。"),
        "identify", raise_after_s=2.0, clear_after_s=10.0, cause_of_others=True,
    ),
    "overdue": Rule(
        "minor",
        Text("{own} should have landed {late_s} s ago.", "{own_zh}应在 {late_s} 秒前降落。"),
        Text("Its pad and airspace stay taken; its battery may run out.", "继续占用起降点和空域，电量可能耗尽。"),
        Text("Ask the operator when it will land.", "请向运营方询问降落时间。"),
        "ask_operator", raise_after_s=5.0, clear_after_s=2.0,
    ),
    "report_overdue": Rule(
        "minor",
        Text("The report {report} on the event {event} of the flight {plan} was due at {due} Beijing time.", "航班 {plan} 的事件 {event} 报告 {report} 应于北京时间 {due} 前提交。"),
        Text("The rules ask for it within 24 hours after landing.", "规定须在降落后 24 小时内提交。"),
        Text("Call the operator; waive it where none is owed.", "请联系运营方；如无需提交请予以豁免。"),
        "call_operator", clear_after_s=1.0,
    ),
    "surveillance_lost": Rule(
        "major",
        Text("{feed} fell silent: {count} of {known} flights are not seen any more.", "{feed_zh}中断：{known} 架次中有 {count} 架次不可见。"),
        Text("The picture of this area is old; conflicts in it are not seen.", "该区域态势已过时，无法发现其中的冲突。"),
        Text("Stop take-offs in the area; restore the feed; ask operators by telephone.", "请停止该区域起飞，恢复数据源，电话联系运营方。"),
        "restore_surveillance", clear_after_s=3.0, cause_of_others=True,
    ),
}  # fmt: skip

ESCALATE_AFTER_S: Final[dict[Severity, float | None]] = {
    "emergency": 15.0,
    "warning": 60.0,
    "caution": 180.0,
    "advisory": None,
}
"""How long an alert of each severity may wait for its acknowledgement, before the factor of the settings."""

HURTS_FIRST: Final = (
    "loss_of_separation", "contingency", "nonconforming", "zone_infringement", "link_lost", "low_battery",
    "pad_unavailable", "unknown_aircraft",
)  # fmt: skip
"""Of alerts that are as grave and as near: what hurts first. Kinds that are not named come after these."""


def order_of(kind: str) -> int:
    """Return where a kind stands among alerts that are as grave and as near."""
    return HURTS_FIRST.index(kind) if kind in HURTS_FIRST else len(HURTS_FIRST)
