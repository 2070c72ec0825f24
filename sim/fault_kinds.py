"""The kinds of fault a simulated vehicle can have and the values each takes, as one table.

Scenarios, the control API and the documentation are made from `KINDS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from typing import Final, TypeAlias

Value: TypeAlias = float | str
_METRES: Final = 20_000.0


class FaultKind(StrEnum):
    """The kinds of fault."""

    LOST_LINK = "lost_link"
    PACKET_LOSS = "packet_loss"
    DELAY = "delay"
    GPS_JUMP = "gps_jump"
    GPS_DRIFT = "gps_drift"
    GNSS_LOSS = "gnss_loss"
    BATTERY_SAG = "battery_sag"
    MOTOR_FAILURE = "motor_failure"
    STUCK_MODE = "stuck_mode"
    CLOCK_SKEW = "clock_skew"
    REFUSE_COMMANDS = "refuse_commands"
    IGNORE_COMMANDS = "ignore_commands"


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """One value of a kind: a number within bounds, or one of some words (no words: any text)."""

    name: str
    default: Value
    text: str
    text_zh: str
    low: float = -inf
    high: float = inf
    words: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return not isinstance(self.default, str)

    def read(self, value: object) -> Value:
        """Return a value as given by a person; raises ValueError that says what it may be."""
        if not self.is_number:
            if not isinstance(value, str):
                raise ValueError(f"must be text, {self._allowed()}")
            if self.words and value not in self.words:
                raise ValueError(f"{value!r} is unknown; {self._allowed()}")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError(f"must be a number, {self._allowed()}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{value:g} is out of range; {self._allowed()}")
        return float(value)

    def _allowed(self) -> str:
        if self.words:
            return f"one of {', '.join(self.words)}"
        return f"between {self.low:g} and {self.high:g}" if self.is_number else self.text


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What a kind does and which values it takes."""

    kind: FaultKind
    text: str
    text_zh: str
    values: tuple[ValueSpec, ...] = ()

    def read(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Return all values, defaults filled in; raises FaultValueError naming the value at fault."""
        known = {v.name: v for v in self.values}
        for name in given:
            if name not in known:
                names = ", ".join(known) or "none"
                raise FaultValueError(name, f"{self.kind} has no value {name!r}; it has: {names}")
        out: dict[str, Value] = {}
        for spec in self.values:
            try:
                out[spec.name] = spec.read(given[spec.name]) if spec.name in given else spec.default
                if spec.name == "commands":
                    command_numbers(str(out[spec.name]))
            except ValueError as wrong:
                raise FaultValueError(spec.name, f"{spec.name} {wrong}") from None
        return out


class FaultValueError(ValueError):
    """A value that its kind cannot take; `name` is the value's."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


_DIRECTION: Final = ValueSpec("direction", "both", "which way", "方向", words=("both", "up", "down"))
_COMMANDS: Final = ValueSpec(
    "commands", "all", "all, or MAV_CMD numbers separated by commas", "全部，或以逗号分隔的 MAV_CMD 编号"
)
_UPLOADS: Final = ValueSpec("uploads", "yes", "whether mission uploads too", "是否包括航线上传", words=("yes", "no"))


def _number(name: str, default: float, low: float, high: float, text: str, text_zh: str) -> ValueSpec:
    return ValueSpec(name, default, text, text_zh, low, high)


KINDS: Final[dict[FaultKind, KindSpec]] = {
    spec.kind: spec
    for spec in (
        KindSpec(FaultKind.LOST_LINK, "nothing gets through", "链路完全中断", (_DIRECTION,)),
        KindSpec(
            FaultKind.PACKET_LOSS,
            "datagrams are lost at random",
            "随机丢包",
            (_number("loss_pct", 20.0, 0.0, 100.0, "share lost", "丢包率"), _DIRECTION),
        ),
        KindSpec(
            FaultKind.DELAY,
            "datagrams come late, out of order when the jitter is long, some twice",
            "报文延迟、乱序、重复",
            (
                _number("delay_s", 1.0, 0.0, 60.0, "shortest delay", "最小延迟"),
                _number("jitter_s", 0.0, 0.0, 60.0, "added at random up to", "随机附加延迟上限"),
                _number("duplicate_pct", 0.0, 0.0, 100.0, "share that comes twice", "重复率"),
                _DIRECTION,
            ),
        ),
        KindSpec(
            FaultKind.GPS_JUMP,
            "the position jumps, and the vehicle navigates by it",
            "定位突跳，飞行器按错误位置飞行",
            (
                _number("east_m", 150.0, -_METRES, _METRES, "metres east", "东向米数"),
                _number("north_m", 0.0, -_METRES, _METRES, "metres north", "北向米数"),
                _number("up_m", 0.0, -1000.0, 1000.0, "metres up", "垂向米数"),
            ),
        ),
        KindSpec(
            FaultKind.GPS_DRIFT,
            "the position drifts away, and the vehicle navigates by it",
            "定位漂移，飞行器按错误位置飞行",
            (
                _number("east_mps", 1.0, -50.0, 50.0, "metres a second east", "东向速度"),
                _number("north_mps", 0.0, -50.0, 50.0, "metres a second north", "北向速度"),
                _number("up_mps", 0.0, -10.0, 10.0, "metres a second up", "垂向速度"),
            ),
        ),
        KindSpec(FaultKind.GNSS_LOSS, "no position; a multirotor lands with the wind", "失去卫星定位，多旋翼随风降落"),
        KindSpec(
            FaultKind.BATTERY_SAG,
            "charge is gone at once, and the cells' voltage drops",
            "电量骤降、电芯压降",
            (
                _number("lost_pct", 40.0, 0.0, 100.0, "share of the capacity that is gone", "损失的容量比例"),
                _number("drop_v", 0.2, 0.0, 1.5, "volts a cell, while the fault lasts", "每节电芯压降（伏）"),
            ),
        ),
        KindSpec(
            FaultKind.MOTOR_FAILURE,
            "a motor stops",
            "电机失效",
            (ValueSpec("outcome", "lands", "it lands at once, or falls", "就地迫降或坠落", words=("lands", "falls")),),
        ),
        KindSpec(
            FaultKind.STUCK_MODE,
            "the mode does not change, whatever is commanded",
            "飞行模式无法切换",
            (
                ValueSpec(
                    "answer",
                    "accepted",
                    "what it answers all the same",
                    "仍然给出的应答",
                    words=("accepted", "failed"),
                ),
            ),
        ),
        KindSpec(
            FaultKind.CLOCK_SKEW,
            "its clock is off and runs at another rate",
            "时钟偏差",
            (
                _number("offset_s", 5.0, -1e6, 1e6, "seconds ahead", "超前秒数"),
                _number("rate_ppm", 0.0, -1e5, 1e5, "parts in a million too fast", "频率偏差"),
            ),
        ),
        KindSpec(
            FaultKind.REFUSE_COMMANDS,
            "commands are answered with a refusal and not carried out",
            "拒绝指令",
            (
                _COMMANDS,
                _UPLOADS,
                ValueSpec(
                    "result",
                    "denied",
                    "the refusal",
                    "应答结果",
                    words=("temporarily_rejected", "denied", "unsupported", "failed"),
                ),
            ),
        ),
        KindSpec(
            FaultKind.IGNORE_COMMANDS,
            "commands are neither carried out nor answered",
            "不理会指令",
            (_COMMANDS, _UPLOADS),
        ),
    )
}


def command_numbers(text: str) -> frozenset[int] | None:
    """Return the MAV_CMD numbers of a comma-separated list, None for "all"; raises ValueError."""
    if text.strip() == "all":
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is neither all nor MAV_CMD numbers separated by commas")
    return frozenset(int(part) for part in parts)
