"""The words of the report in both languages; causes and kinds are called as the console calls them."""

from typing import Final, Literal

Lang = Literal["zh-CN", "en"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("低空运行报告", "Low-altitude operations report"),
    "city": ("全市", "The whole city"),
    "own": ("本单位", "Own flights only"),
    "made": ("生成于", "Made at"),
    "beijing": ("北京时间", "Beijing time"),
    "page": ("第 {n} 页，共 {all} 页", "Page {n} of {all}"),
    "flights": ("飞行", "Flights"),
    "filed": ("申报", "Filed"),
    "flown": ("执行", "Flown"),
    "refused": ("拒绝", "Refused"),
    "cancelled": ("取消或失效", "Cancelled or lapsed"),
    "other": ("其他", "Other"),
    "on_time": ("准点率", "On time"),
    "median_delay": ("起飞时差中位数", "Median departure delay"),
    "approved_share": ("批准率", "Approved"),
    "when": ("时段", "From"),
    "refusals": ("拒绝原因", "Refusals by cause"),
    "refusals_note": (
        "一个计划可因多个原因被拒，各计一次。",
        "A plan refused for several causes counts under each.",
    ),
    "cause": ("原因", "Cause"),
    "plans": ("计划数", "Plans"),
    "share": ("占比", "Share"),
    "separation": ("间隔", "Separation"),
    "separation_note": ("来自间隔告警的预测距离。", "Distances as foretold by the separation alerts."),
    "predicted": ("预测的间隔丧失", "Predicted losses of separation"),
    "horizontal": ("水平距离", "Horizontal"),
    "vertical": ("垂直距离", "Vertical"),
    "alerts": ("告警与响应", "Alerts and responses"),
    "alerts_note": (
        "响应时间从告警出现到有人确认；未确认的不计入。",
        "Response is from raised to acknowledged; alerts nobody acknowledged are not in it.",
    ),
    "kind": ("类型", "Kind"),
    "number": ("次数", "Number"),
    "severity": ("级别", "Severity"),
    "acknowledged": ("已确认", "Acknowledged"),
    "median_response": ("响应中位数", "Median response"),
    "p90_response": ("响应第 90 百分位", "90th percentile"),
    "corridors": ("走廊使用", "Use of corridors"),
    "use_note": ("按计划航迹统计，最近 {n} 次飞行。", "By planned path, of the newest flights: {n}."),
    "corridor": ("走廊", "Corridor"),
    "km": ("公里", "km"),
    "cells": ("最繁忙的单元", "Busiest cells"),
    "cell": ("H3 单元", "H3 cell"),
    "noise": ("地面噪声暴露", "Noise exposure per cell"),
    "noise_note": (
        "由记录的航迹和各机型声功率推算的等效声级 dB(A)，并非实测；居住人数取自现行人口网格。",
        "The equivalent level in dB(A), modelled from recorded tracks and the sound power of each class, not measured;"
        " people by the population grid in force.",
    ),
    "noise_synthetic": ("人口网格为合成数据。", "That grid is made up."),
    "level": ("等效声级", "Level"),
    "people": ("居住人数", "People"),
    "fairness": ("运营人公平性", "Fairness between firms"),
    "fairness_note": (
        "推迟：获批计划比最初申请晚多少。",
        "Delay: how much later than first asked for the approved plans depart.",
    ),
    "firm": ("运营人", "Firm"),
    "displaced": ("被取代", "Displaced"),
    "offers_taken": ("采用备选方案", "Offers taken"),
    "mean_delay": ("平均推迟", "Mean delay"),
    "none": ("无", "none"),
    "unknown": ("无数据", "no data"),
    "emergency": ("紧急", "Emergency"),
    "warning": ("警告", "Warning"),
    "caution": ("注意", "Caution"),
    "advisory": ("提示", "Advisory"),
}

KINDS: Final[dict[str, tuple[str, str]]] = {
    "loss_of_separation": ("间隔丧失", "Loss of separation"),
    "zone_infringement": ("进入限制区", "Zone entry"),
    "nonconforming": ("偏离计划", "Off its plan"),
    "contingency": ("应急", "Contingency"),
    "contingency_proposed": ("疑似应急", "Possible contingency"),
    "traffic_advisory": ("通告未答复", "Advisory not acknowledged"),
    "action_unconfirmed": ("指令未证实", "Order not confirmed"),
    "link_lost": ("失联", "Link lost"),
    "stale_data": ("数据陈旧", "Old data"),
    "low_battery": ("电量不足", "Low battery"),
    "pad_unavailable": ("无可用机位", "No pad to land on"),
    "gnss_jump": ("定位突跳", "Position jump"),
    "implausible_motion": ("运动不合理", "Implausible motion"),
    "unplanned_flight": ("无计划飞行", "Flight without a plan"),
    "plan_without_flight": ("有计划未见飞行", "Plan without a flight"),
    "unknown_aircraft": ("未知航空器", "Unknown aircraft"),
    "overdue": ("逾期未结束", "Overdue"),
    "report_overdue": ("报告逾期", "Report overdue"),
    "surveillance_lost": ("监视中断", "Surveillance lost"),
}

CAUSES: Final[dict[str, tuple[str, str]]] = {
    "conflict_with_plan": ("与其他计划冲突", "Conflict with a plan"),
    "zone_prohibited": ("禁飞区", "Prohibited zone"),
    "zone_requires_authorisation": ("须授权区域", "Authorisation required"),
    "zone_conditional": ("限制区", "Conditional zone"),
    "above_ceiling": ("超过限高", "Above the ceiling"),
    "below_terrain": ("低于地形", "Below terrain"),
    "outside_service_area": ("超出服务范围", "Outside the service area"),
    "outside_corridor": ("未在走廊内", "Outside corridors"),
    "performance_exceeded": ("超出性能", "Beyond performance"),
    "times_not_attainable": ("时间无法达到", "Times not attainable"),
    "wind_too_strong": ("风速过大", "Wind too strong"),
    "pad_busy": ("机位被占", "Pad busy"),
    "pad_departures_exceeded": ("机位架次超限", "Too many departures"),
    "climb_not_filed": ("爬升未申报", "Climb not filed"),
    "cell_capacity": ("单元容量已满", "Cell full"),
    "priority_not_entitled": ("无权使用该优先级", "Priority not entitled"),
    "site_unknown": ("起降点未知", "Site unknown"),
    "site_closed": ("起降点关闭", "Site closed"),
    "site_away_from_route": ("起降点不在航路上", "Site off the route"),
    "contingency_site_missing": ("缺少备降场", "No alternate site"),
    "filed_too_late": ("申报过晚", "Filed too late"),
    "applied_too_late": ("申请过晚", "Applied too late"),
    "night_flight": ("夜间飞行", "Night flight"),
    "pending_authority": ("待主管部门审批", "Awaits an authority"),
    "off_site_not_allowed": ("不得场外起降", "Off-site not allowed"),
    "duration_not_allowed": ("时长不允许", "Duration not allowed"),
    "ground_exposed": ("地面暴露人口超限", "Too many people below"),
    "ground_unknown": ("地面人口未知", "People below unknown"),
    "impact_energy": ("坠落动能超限", "Fall too hard"),
    "lost_link_zone": ("失联航线进入限制区", "Lost-link way enters a zone"),
}


def say(lang: Lang, key: str) -> str:
    """Return a word of the report."""
    return WORDS[key][0 if lang == "zh-CN" else 1]


def called(lang: Lang, names: dict[str, tuple[str, str]], code: str) -> str:
    """Return what a cause or kind is called; one without a name keeps its code."""
    found = names.get(code)
    return code if found is None else found[0 if lang == "zh-CN" else 1]
