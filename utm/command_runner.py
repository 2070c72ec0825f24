"""Carries one command out over the bridge: what is sent in which order, and what must be seen before it is confirmed.

Nothing here decides whether an order may be given, and nothing is stored: the desk is told of each state. A command ends
in exactly one outcome, whatever the link does; its deadline bounds it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mavlink_bridge import modes
from mavlink_bridge.bridge import Bridge
from mavlink_bridge.command import ACCEPTED, CONFIRMED, REFUSED, SENT, TIMED_OUT, CommandResult, CommandSpec
from mavlink_bridge.confirmations import Holding, Landed, Place, Reaching, Resumed, Returning
from mavlink_bridge.events import Event, MessageInterval, VehicleKey
from mavlink_bridge.mission import MISMATCH, MissionItem, MissionResult
from mavlink_bridge.orders import (
    CMD_DO_SET_MISSION_CURRENT,
    ask_interval,
    circles,
    mode_order,
    modes_at_a_place,
    reposition,
    set_interval,
)
from utm.command_values import CommandState, Said

ATTEMPTS: Final = 8
"""Sends of one command before silence is taken for an answer: on a link that loses half of what it carries each way, eight
leave one in ten unanswered; whoever asked sees that it was not."""
HOLD_CONFIRM_S: Final = 25.0
RETURN_CONFIRM_S: Final = 25.0
RESUME_CONFIRM_S: Final = 20.0
UPLOADS: Final = 3
"""How often a mission is uploaded afresh when what was read back is not what was sent."""
MISSION, FENCE = 0, 1
CANCELLED: Final = 15
"""MAV_MISSION_OPERATION_CANCELLED."""

Tell = Callable[[CommandState, Said], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    state: CommandState
    said: Said


@dataclass(frozen=True, slots=True)
class Work:
    """What the runner is to do with one vehicle; places in degrees, heights above the autopilot's mean sea level.

    `place` is where a hold must be seen (the reserved disc), `goal` where a reposition leads, `home` where a return ends,
    `pad` where a landing must be. `starts_in_s` is how long after the upload a new route begins.
    """

    type: str
    vehicle: VehicleKey
    autopilot: int
    vehicle_type: int
    lasts_s: float
    place: Place | None = None
    goal: tuple[float, float, float] | None = None
    home: Place | None = None
    pad: Place | None = None
    items: tuple[MissionItem, ...] = ()
    fence: tuple[MissionItem, ...] = ()
    rates: Mapping[int, float] | None = None
    start_wait_s: Callable[[], float] = lambda: 0.0
    too_late: Callable[[], bool] = lambda: False


class CommandRunner:
    """Runs commands on the bridge."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def run(self, work: Work, tell: Tell) -> Outcome:
        """Carry a command out; `tell` hears of sent and accepted. Never raises for what a vehicle does."""
        match work.type:
            case "hold":
                return await self._hold(work, tell)
            case "resume":
                return await self._mode(work, "mission", Resumed(), RESUME_CONFIRM_S, tell)
            case "rtl":
                return await self._mode(work, "rtl", Returning(work.home), RETURN_CONFIRM_S, tell)
            case "land":
                return await self._mode(work, "land", Landed(), work.lasts_s, tell)
            case "land_at_site":
                return await self._land_at_site(work, tell)
            case "reroute":
                return await self._reroute(work, tell)
            case "upload_plan":
                return await self._upload_plan(work, tell)
            case "upload_geofence":
                return await self._upload_fence(work, tell)
            case _:
                return await self._rates(work, tell)

    # -- modes ---------------------------------------------------------------------------------------------------------

    async def _hold(self, work: Work, tell: Tell) -> Outcome:
        assert work.place is not None
        round_and_round = circles(work.vehicle_type)
        if work.goal is None:
            return await self._mode(work, "hold", Holding(work.place, circles=round_and_round), HOLD_CONFIRM_S, tell)
        expect = Holding(work.place, circles=round_and_round, modes=modes_at_a_place(work.autopilot))
        return await self._send(work, reposition(*work.goal), expect, work.lasts_s, tell)

    async def _mode(
        self, work: Work, mode: str, expect: Callable[[Event], bool], within_s: float, tell: Tell
    ) -> Outcome:
        spec = mode_order(work.autopilot, work.vehicle_type, mode)
        if spec is None:
            return _refused(f"This autopilot has no mode '{mode}'.", f"该飞控没有“{mode}”模式。")
        return await self._send(work, spec, expect, within_s, tell)

    async def _send(
        self, work: Work, spec: CommandSpec, expect: Callable[[Event], bool] | None, within_s: float, tell: Tell
    ) -> Outcome:
        return _outcome_of(await self._command(work, spec, expect, within_s, tell))

    async def _command(
        self, work: Work, spec: CommandSpec, expect: Callable[[Event], bool] | None, within_s: float, tell: Tell
    ) -> CommandResult:
        def progress(state: str) -> None:
            if state == SENT:
                tell(CommandState.SENT, _SENT)
            elif state == ACCEPTED:
                tell(CommandState.ACCEPTED, _ACCEPTED)

        return await self._bridge.command(
            work.vehicle,
            spec.command,
            spec.params,
            as_int=spec.as_int,
            frame=spec.frame,
            x=spec.x,
            y=spec.y,
            z=spec.z,
            attempts=ATTEMPTS,
            expect=expect,
            confirm_timeout_s=within_s,
            progress=progress,
        )

    # -- missions ------------------------------------------------------------------------------------------------------

    async def _upload(self, work: Work, items: Sequence[MissionItem], mission_type: int, tell: Tell) -> Outcome | None:
        """Upload and read back; returns None once the vehicle holds exactly these items, else how it failed."""
        tell(CommandState.SENT, _UPLOADING)
        result = MissionResult(TIMED_OUT)
        for _ in range(UPLOADS):
            result = await self._bridge.upload_mission(work.vehicle, items, mission_type=mission_type, verify=True)
            if result.verified:
                tell(CommandState.ACCEPTED, _READ_BACK)
                return None
            if result.outcome == REFUSED:
                break
        return _upload_failure(result)

    async def _upload_plan(self, work: Work, tell: Tell) -> Outcome:
        failed = await self._upload(work, work.items, MISSION, tell)
        if failed is not None:
            return failed
        count = len(work.items)
        return _confirmed(
            f"The vehicle holds the plan's mission: {count} items read back and equal.",
            f"航空器已载入该计划的任务：回读 {count} 项，完全一致。",
        )

    async def _upload_fence(self, work: Work, tell: Tell) -> Outcome:
        failed = await self._upload(work, work.fence, FENCE, tell)
        if failed is not None:
            return failed
        count = len(work.fence)
        return _confirmed(
            f"The vehicle holds the fence: {count} items read back and equal.",
            f"航空器已载入地理围栏：回读 {count} 项，完全一致。",
        )

    async def _reroute(self, work: Work, tell: Tell) -> Outcome:
        """Hold, upload, read back, wait for the departure, fly: an upload is not atomic, so none is made in flight."""
        held = await self._hold(work, tell)
        if held.state is not CommandState.CONFIRMED:
            return held
        failed = await self._upload(work, work.items, MISSION, tell)
        if failed is not None:
            return failed
        if work.too_late():
            return _refused(
                "The new plan's departure passed while its mission was loaded; the vehicle stays where it holds.",
                "任务载入完成时新计划的起飞时间已过；航空器保持悬停/盘旋。",
            )
        await asyncio.sleep(max(0.0, work.start_wait_s()))
        first = work.items[_first_leg(work.items)]
        place = Place(first.x / 1e7, first.y / 1e7, 30.0)
        return await self._fly_mission(work, Reaching(place, ("mission",)), RESUME_CONFIRM_S + 20.0, tell)

    async def _land_at_site(self, work: Work, tell: Tell) -> Outcome:
        held = await self._hold(work, tell)
        if held.state is not CommandState.CONFIRMED:
            return held
        failed = await self._upload(work, work.items, MISSION, tell)
        if failed is not None:
            return failed
        return await self._fly_mission(work, Landed(work.pad), work.lasts_s, tell)

    async def _fly_mission(self, work: Work, expect: Callable[[Event], bool], within_s: float, tell: Tell) -> Outcome:
        first = 1.0 if work.autopilot == modes.ARDUPILOT else 0.0
        begun = await self._command(work, CommandSpec(CMD_DO_SET_MISSION_CURRENT, (first,)), None, 0.0, tell)
        if begun.outcome == TIMED_OUT or (begun.outcome == REFUSED and begun.name != "unsupported"):
            return _outcome_of(begun)
        return await self._mode(work, "mission", expect, within_s, tell)

    # -- rates ---------------------------------------------------------------------------------------------------------

    async def _rates(self, work: Work, tell: Tell) -> Outcome:
        for message_id, rate_hz in (work.rates or {}).items():
            outcome = await self._rate(work, message_id, rate_hz, tell)
            if outcome.state is not CommandState.CONFIRMED:
                return outcome
        return _confirmed("The vehicle tells the intervals asked for.", "航空器回报的发送间隔与要求一致。")

    async def _rate(self, work: Work, message_id: int, rate_hz: float, tell: Tell) -> Outcome:
        result = await self._command(work, set_interval(message_id, rate_hz), None, 0.0, tell)
        if result.outcome != ACCEPTED:
            return _outcome_of(result, f"message {message_id}: ", f"消息 {message_id}：")
        wanted_s = 1.0 / rate_hz if rate_hz > 0 else None
        seen: list[MessageInterval] = []

        def told(event: Event) -> bool:
            if isinstance(event, MessageInterval) and event.message_id == message_id:
                seen.append(event)
            return bool(seen) and _same_interval(seen[-1].interval_s, wanted_s)

        for old in (False, True):
            asked = await self._command(work, ask_interval(message_id, old=old), told, 3.0, tell)
            if asked.outcome == CONFIRMED:
                return _outcome_of(asked)
            if asked.name != "unsupported":
                break
        told_s = seen[-1].interval_s if seen else None
        return Outcome(
            CommandState.TIMED_OUT,
            Said(
                f"Accepted, but message {message_id} is not told at the interval asked for (told: {told_s}).",
                f"已接受，但消息 {message_id} 回报的间隔与要求不符（回报：{told_s}）。",
            ),
        )


def _same_interval(told_s: float | None, wanted_s: float | None) -> bool:
    if told_s is None or wanted_s is None:
        return told_s is wanted_s
    return abs(told_s - wanted_s) <= 0.1 * wanted_s


def _first_leg(items: Sequence[MissionItem]) -> int:
    """Return the first item that leads somewhere else: the mission's first place is where the vehicle holds."""
    placed = [k for k, item in enumerate(items) if item.x or item.y]
    return placed[1] if len(placed) > 1 else placed[0]


# -- words -------------------------------------------------------------------------------------------------------------

_SENT: Final = Said("Sent to the vehicle.", "已发送至航空器。")
_UPLOADING: Final = Said("The mission is being sent.", "正在发送任务。")
_ACCEPTED: Final = Said(
    "The vehicle has acknowledged it; whether it does it is not seen yet.", "航空器已应答；尚未观察到其执行。"
)
_READ_BACK: Final = Said("The mission was read back and is the one sent.", "任务已回读，与发送内容一致。")
_REASONS_ZH: Final[dict[str, str]] = {
    "temporarily_rejected": "暂时拒绝",
    "denied": "拒绝",
    "unsupported": "不支持",
    "failed": "执行失败",
    "cancelled": "已取消",
    "only_as_command_long": "仅支持 COMMAND_LONG",
    "only_as_command_int": "仅支持 COMMAND_INT",
    "unsupported_frame": "不支持该坐标系",
    "not_in_control": "地面站无控制权",
}
_MISSION_RESULTS: Final[dict[int, tuple[str, str]]] = {
    1: ("error", "错误"),
    2: ("unsupported frame", "不支持的坐标系"),
    3: ("unsupported", "不支持"),
    4: ("no space", "空间不足"),
    5: ("invalid item", "任务项无效"),
    13: ("invalid sequence", "序号无效"),
    14: ("denied", "拒绝"),
    15: ("cancelled by the vehicle", "航空器取消"),
}


def _outcome_of(result: CommandResult, prefix: str = "", prefix_zh: str = "") -> Outcome:
    """Return what a command machine's result means for an order."""
    if result.outcome == CONFIRMED:
        return _confirmed("The vehicle is seen doing it.", "已观察到航空器执行该指令。")
    if result.outcome == REFUSED:
        name = result.name or result.detail or "no reason given"
        name_zh = _REASONS_ZH.get(name, name)
        return _refused(f"{prefix}The vehicle refused: {name}.", f"{prefix_zh}航空器拒绝：{name_zh}。")
    times = f"{result.attempts} times" if result.attempts != 1 else "once"
    return Outcome(
        CommandState.TIMED_OUT,
        Said(
            f"{prefix}Sent {times}: {result.detail or 'no answer'}. It may have been carried out.",
            f"{prefix_zh}已发送 {result.attempts} 次，{_SILENCE_ZH.get(result.detail, '无应答')}。指令可能已被执行。",
        ),
    )


_SILENCE_ZH: Final = {
    "no acknowledgement": "无应答",
    "in progress, then silent": "执行中，之后无消息",
    "accepted, but the expected state was not observed": "已应答，但未观察到预期状态",
    "the vehicle is not known": "航空器不在线",
}


def _upload_failure(result: MissionResult) -> Outcome:
    if result.outcome == MISMATCH:
        return _refused(
            f"The vehicle holds another mission than was sent: {result.detail}.",
            f"航空器载入的任务与发送的不一致：{result.detail}。",
        )
    if result.outcome == REFUSED:
        name, name_zh = _MISSION_RESULTS.get(result.code or 0, (f"code {result.code}", f"代码 {result.code}"))
        left, left_zh = ("", "")
        if result.code == CANCELLED:  # it heard a part of it: ArduPilot keeps what had arrived
            left, left_zh = (
                " It may hold a part of it; send it again before it flies.",
                "其可能已载入部分任务，飞行前请重新发送。",
            )
        return _refused(
            f"The vehicle refused the mission: {name} {result.detail}.{left}",
            f"航空器拒绝任务：{name_zh}（{result.detail}）。{left_zh}",
        )
    return Outcome(
        CommandState.TIMED_OUT,
        Said(
            f"The upload did not come to an end that could be read back ({result.detail or 'no answer'}); what the vehicle "
            "holds is not known. Read its mission before it flies.",
            f"上传未能完成并回读（{result.detail or '无应答'}）；航空器所载任务未知。飞行前请先读取其任务。",
        ),
    )


def _confirmed(en: str, zh: str) -> Outcome:
    return Outcome(CommandState.CONFIRMED, Said(en, zh))


def _refused(en: str, zh: str) -> Outcome:
    return Outcome(CommandState.REFUSED, Said(en, zh))
