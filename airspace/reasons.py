"""The catalogue of reasons: code to severity and full sentences in English and Chinese.

Templates are `str.format` strings; a sentence says what is wrong, by how much, and what to do about it. A severity of
None means that the rule decides case by case.
"""

from dataclasses import dataclass
from typing import Final

from airspace.policy import Severity


@dataclass(frozen=True, slots=True)
class ReasonText:
    """One entry of the catalogue."""

    severity: Severity | None
    en: str
    zh: str


CATALOGUE: Final[dict[str, ReasonText]] = {
    "conflict_with_plan": ReasonText(
        "refuse",
        "The flight comes within {horizontal_m:.1f} m horizontally and {vertical_m:.1f} m vertically of "
        "{other} on segment {i}-{j}; {min_horizontal_m:g} m or {min_vertical_m:g} m must be kept within "
        "{buffer_s:g} s. Leave earlier or later, or change height or route.",
        "航段 {i}-{j} 与{other_zh}的水平距离仅 {horizontal_m:.1f} 米、垂直距离仅 {vertical_m:.1f} 米；在 "
        "{buffer_s:g} 秒内须保持水平 {min_horizontal_m:g} 米或垂直 {min_vertical_m:g} 米。请调整起飞时间、高"
        "度或航线。",
    ),
    "zone_prohibited": ReasonText(
        "refuse",
        "Segment {i}-{j}, widened by its tolerance, enters the prohibited zone {name} by {depth}. Route "
        "around it, keep out of its height band, or fly when it is not active.{message}",
        "航段 {i}-{j} 加上容差后进入禁飞区“{name_zh}”，{depth_zh}。请绕飞、避开其高度范围或在其不生效时飞行。"
        "{message_zh}",
    ),
    "zone_requires_authorisation": ReasonText(
        "pending",
        "Segment {i}-{j}, widened by its tolerance, enters the zone {name} by {depth}; {authority} must "
        "authorise it. Wait for the decision, or route around the zone.{message}",
        "航段 {i}-{j} 加上容差后进入须经批准的区域“{name_zh}”，{depth_zh}；须由{authority_zh}批准。请等待决定"
        "或绕飞。{message_zh}",
    ),
    "zone_conditional": ReasonText(
        None,
        "Segment {i}-{j}, widened by its tolerance, enters the zone {name} by {depth}, where flight is "
        "conditional. Meet its conditions or route around it.{message}",
        "航段 {i}-{j} 加上容差后进入有条件飞行区域“{name_zh}”，{depth_zh}。请满足其条件或绕飞。{message_zh}",
    ),
    "above_ceiling": ReasonText(
        None,
        "Segment {i}-{j} reaches {top_m:.1f} m true height with its tolerance of {tolerance_m:g} m; the "
        "ceiling is {ceiling_m:g} m. Fly at least {excess_m:.1f} m lower.",
        "航段 {i}-{j} 加上 {tolerance_m:g} 米容差后真高达 {top_m:.1f} 米，超过 {ceiling_m:g} 米上限。请至少降"
        "低 {excess_m:.1f} 米。",
    ),
    "below_terrain": ReasonText(
        "refuse",
        "Segment {i}-{j} goes {depth_m:.1f} m below the ground of the terrain model {terrain}. Raise it, and "
        "check the altitude datum.",
        "航段 {i}-{j} 低于地形模型“{terrain_zh}”的地面 {depth_m:.1f} 米。请提高高度并检查高度基准。",
    ),
    "outside_service_area": ReasonText(
        "refuse",
        "Segment {i}-{j} leaves the area served. Keep the route inside, or file with the service responsible there.",
        "航段 {i}-{j} 超出服务区。请将航线保持在服务区内，或向当地负责的服务机构申请。",
    ),
    "outside_corridor": ReasonText(
        "refuse",
        "Segment {i}-{j} lies outside the corridors, and free flight is not allowed. Follow a corridor in "
        "its direction, with the whole tolerance of the flight inside its width and band.",
        "航段 {i}-{j} 位于航路之外，而目前不允许自由飞行。请沿航路规定方向飞行，并使飞行容差完全位于其宽度和"
        "高度范围内。",
    ),
    "synthetic_terrain": ReasonText(
        "pending",
        "True heights here rest on the made-up ground model {terrain}; an officer must confirm them. Wait "
        "for the decision, or have a surveyed terrain model loaded.",
        "此处真高依据合成地形模型“{terrain_zh}”得出，须由人工确认。请等待决定，或联系管理员载入实测地形模型。",
    ),
    "performance_exceeded": ReasonText(
        "refuse",
        "Segment {i}-{j} asks for a {what} of {asked_mps:.1f} m/s; the aircraft can do {possible_mps:.1f} "
        "m/s. Plan it slower.",
        "航段 {i}-{j} 要求{what_zh} {asked_mps:.1f} 米/秒，超过该机型能力 {possible_mps:.1f} 米/秒。请降低计划速度。",
    ),
    "times_not_attainable": ReasonText(
        "refuse",
        "The aircraft would reach the end of segment {i}-{j} {late_s:.1f} s later than filed; {tolerance_s:g} s are "
        "allowed. File the times in attainable_s as t_s of the waypoints, fly slower, or make turns gentler.",
        "航空器将比计划晚 {late_s:.1f} 秒到达航段 {i}-{j} 的终点，允许偏差为 {tolerance_s:g} 秒。请将 attainable_s "
        "中的时间填入各航点的 t_s，或降低速度、放缓转弯。",
    ),
    "wind_too_strong": ReasonText(
        "refuse",
        "The aircraft cannot hold segment {i}-{j} in a wind of {wind_mps:.1f} m/s from {from_deg:.0f} degrees at its "
        "{possible_mps:.1f} m/s. Fly when the wind has dropped, or use a faster aircraft.",
        "在来自 {from_deg:.0f} 度、风速 {wind_mps:.1f} 米/秒的风中，该航空器以 {possible_mps:.1f} 米/秒的速度无法保持"
        "航段 {i}-{j}。请待风减弱后飞行，或使用速度更高的航空器。",
    ),
    "pad_busy": ReasonText(
        "refuse",
        "All {pads} pads of the {role} site {name} are taken around {at}. {frees} Or choose another site.",
        "{role_zh}起降点“{name_zh}”的 {pads} 个机位在 {at} 前后均被占用。{frees_zh}或选择其他起降点。",
    ),
    "pad_departures_exceeded": ReasonText(
        "refuse",
        "The site {name} takes at most {most} departures in any hour, and {at} would be one more. {frees} Or choose "
        "another site.",
        "起降点“{name_zh}”每小时最多允许 {most} 架次起飞，{at} 的起飞将超出限制。{frees_zh}或选择其他起降点。",
    ),
    "climb_not_filed": ReasonText(
        None,
        "The route {verb} {height_m:.0f} m above the pad of the {role} site {name}, so nothing is reserved between "
        "the two. Add a waypoint on the pad, at the same position.",
        "航线在{role_zh}起降点“{name_zh}”机位上方 {height_m:.0f} 米处{verb_zh}，其间的空域未被保留。请在机位处的"
        "同一位置增加一个航点。",
    ),
    "cell_capacity": ReasonText(
        "refuse",
        "The cell {cell} already holds its {most} flights while this one would be in it. {frees} Or route around it.",
        "本次飞行经过单元格 {cell} 时，该单元格已达 {most} 架次上限。{frees_zh}或绕开该单元格。",
    ),
    "priority_not_entitled": ReasonText(
        "refuse",
        "Priority {priority} needs an entitlement; the highest this organisation may ask for is {limit}. "
        "File with {limit} or less.",
        "优先级 {priority} 需要授权；本单位可申请的最高优先级为 {limit}。请使用不超过 {limit} 的优先级。",
    ),
    "site_unknown": ReasonText(
        "refuse",
        "The {role} site {site_id} is not known here. Choose one from the list of sites.",
        "{role_zh}起降点 {site_id} 不存在。请从起降点列表中选择。",
    ),
    "site_closed": ReasonText(
        "refuse",
        "The {role} site {name} is closed. Choose another one.",
        "{role_zh}起降点“{name_zh}”已关闭。请选择其他起降点。",
    ),
    "site_not_open": ReasonText(
        "refuse",
        "The {role} site {name} is not open for the whole stay from {at}{why}. {frees} Or choose another one.",
        "{role_zh}起降点“{name_zh}”在 {at} 起的占用时段内未全程开放{why_zh}。{frees_zh}或选择其他起降点。",
    ),
    "site_direction": ReasonText(
        "refuse",
        "The route {verb} {bearing:.0f} degrees at the {role} site {name}; open are {sectors}. Turn the first or last leg "
        "into one of these directions.",
        "航线在{role_zh}起降点“{name_zh}”的{verb_zh}为 {bearing:.0f} 度，开放方位为 {sectors}。请将首段或末段航线调"
        "整到开放方位。",
    ),
    "site_away_from_route": ReasonText(
        "warning",
        "The {role} site {name} lies {distance_m:.0f} m from the end of the route it belongs to, beyond its "
        "radius of {radius_m:.0f} m. Check the site or the route.",
        "{role_zh}起降点“{name_zh}”距航线相应端点 {distance_m:.0f} 米，超出其 {radius_m:.0f} 米半径。请核对起"
        "降场或航线。",
    ),
    "contingency_site_missing": ReasonText(
        None,
        "The plan says that the aircraft goes to its alternate on a lost link and names none. Give "
        "contingency.alternate_site_id, or choose another procedure.",
        "计划规定失联时飞往备降场，但未指定备降场。请填写 contingency.alternate_site_id，或选择其他程序。",
    ),
    "lost_link_below_terrain": ReasonText(
        None,
        "On a lost link the aircraft would return {height_m:.0f} m above its landing place, which is {depth_m:.1f} m too "
        "low over the ground of {terrain} on the way. File a greater contingency.rtl_altitude_agl_m.",
        "失联返航高度为着陆点上方 {height_m:.0f} 米，返航途中低于“{terrain_zh}”地面安全高度 {depth_m:.1f} 米。请提高 "
        "contingency.rtl_altitude_agl_m。",
    ),
    "lost_link_above_ceiling": ReasonText(
        None,
        "On a lost link the aircraft would return at up to {top_m:.1f} m true height with its tolerance; the ceiling is "
        "{ceiling_m:g} m. File contingency.rtl_altitude_agl_m at least {excess_m:.1f} m lower.",
        "失联返航时加上容差真高可达 {top_m:.1f} 米，超过 {ceiling_m:g} 米上限。请将 contingency.rtl_altitude_agl_m 至少"
        "降低 {excess_m:.1f} 米。",
    ),
    "lost_link_zone": ReasonText(
        None,
        "On a lost link the straight way back from segment {i}-{j} enters the zone {name}. File land, hold or an "
        "alternate as contingency.lost_link, or contingency.return_route reverse where the autopilot is set so.",
        "失联时从航段 {i}-{j} 直线返航将进入区域“{name_zh}”。请将 contingency.lost_link 改为 land、hold 或 alternate；"
        "若自驾仪已设置为沿原航线返航，请填写 contingency.return_route 为 reverse。",
    ),
    "off_site_not_allowed": ReasonText(
        "refuse",
        "The {role} is not at a registered site, which the rules here demand. Name a site and start or end "
        "the route there.",
        "{role_zh}不在已登记的起降点，而现行规则要求使用起降点。请指定起降点并使航线在该处起止。",
    ),
    "filed_too_late": ReasonText(
        "refuse",
        "The plan was filed {given_s:.0f} s before departure; {asked_s:.0f} s are needed. Depart later.",
        "计划在起飞前 {given_s:.0f} 秒提交，须至少提前 {asked_s:.0f} 秒。请推迟起飞。",
    ),
    "night_flight": ReasonText(
        "pending",
        "Part of the flight is at night (20:00 to 06:00 Beijing time), which an officer must allow. Wait for "
        "the decision, or fly by day.",
        "部分飞行处于夜间（北京时间 20:00 至次日 06:00），须由人工批准。请等待决定或改在白天飞行。",
    ),
    "pending_authority": ReasonText(
        "pending",
        "No standing approval covers this flight, so the authority must decide{because}. Wait for the decision, or "
        "apply for a standing approval.",
        "没有长期批准覆盖本次飞行，须由管理部门决定{because_zh}。请等待决定，或申请长期批准。",
    ),
    "outside_standing_approval": ReasonText(
        "warning",
        "The standing approval {name} does not cover this flight: {missed}. Change the flight so that all of it lies inside, "
        "take a counter-offer that does, or wait for the authority.",
        "长期批准“{name}”未覆盖本次飞行：{missed_zh}。请调整飞行使其完全位于范围内、采用符合范围的替代方案，或等待管理部门决定。",
    ),
    "applied_too_late": ReasonText(
        None,
        "The application must arrive before {by} Beijing time for a take-off at {departs}. Depart on a later day, or fly "
        "under a standing approval.",
        "计划于北京时间 {departs} 起飞，申请须在 {by} 前提出。请推迟至之后的日期起飞，或在长期批准下飞行。",
    ),
    "standing_not_filed": ReasonText(
        None,
        "Under a standing approval a flight, or its day, is filed before {by} Beijing time; this one departs at {departs}. "
        "File the day under the approval in time, or depart on a day that is filed.",
        "长期批准下的飞行（或当日计划）须在北京时间 {by} 前报备；本次飞行于 {departs} 起飞。请按时报备当日计划，"
        "或改在已报备的日期起飞。",
    ),
    "urgency_not_applicable": ReasonText(
        "warning",
        "Special urgency is for emergency and public-safety tasks; this plan is judged without it. Leave urgency out.",
        "特别紧急仅适用于应急和公共安全任务；本计划按常规处理。请去掉 urgency。",
    ),
    "article27_missing": ReasonText(
        None,
        "The plan lacks items that Article 27 of Order 761 asks for: {items}. Add them under remarks.",
        "计划缺少《无人驾驶航空器飞行管理暂行条例》第二十七条要求的内容：{items_zh}。请在 remarks 中补充。",
    ),
    "duration_not_allowed": ReasonText(
        "refuse",
        "The flight lasts {lasts_s:.0f} s; from {low_s:.0f} to {high_s:.0f} s are allowed. Shorten, lengthen "
        "or split it.",
        "飞行时长 {lasts_s:.0f} 秒，允许范围为 {low_s:.0f} 至 {high_s:.0f} 秒。请缩短、延长或拆分。",
    ),
}


def render(code: str, /, **values: object) -> tuple[str, str]:
    """Return the English and the Chinese sentence of a code; raises KeyError for an unknown code or a missing value."""
    text = CATALOGUE[code]
    return text.en.format(**values), text.zh.format(**values)
