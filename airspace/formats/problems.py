"""What is wrong in a foreign file: which field, on which line, with a stable code and both languages.

An error keeps a record from being used; a warning says what was understood differently from how it was written.
"""

# ruff: noqa: E501  (a table: one code, both languages side by side)

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from airspace.errors import FieldError

Severity: TypeAlias = Literal["error", "warning"]

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "malformed_json": ("The file is not JSON: {reason}.", "文件不是合法的 JSON：{reason}。"),
    "malformed_xml": ("The file is not well-formed XML: {reason}.", "文件不是格式良好的 XML：{reason}。"),
    "forbidden_xml": (
        "Document types and entities are not read; save the file without <!DOCTYPE>.",
        "不读取文档类型和实体；请保存为不含 <!DOCTYPE> 的文件。",
    ),
    "malformed_archive": ("The file is not a usable ZIP archive: {reason}.", "文件不是可用的 ZIP 压缩包：{reason}。"),
    "archive_too_large": (
        "Unpacked, the archive exceeds {limit}. Send the documents without pictures and models.",
        "解压后超过 {limit}。请去掉图片和模型后重新发送。",
    ),
    "malformed_file": ("{reason}", "{reason_zh}"),
    "malformed_line": ("The line cannot be read: {reason}.", "该行无法读取：{reason_zh}。"),
    "unexpected_end": ("The file ends inside {what}; it may have been cut off.", "文件在{what_zh}中途结束，可能不完整。"),
    "wrong_encoding": ("The text is not UTF-8.", "文本不是 UTF-8 编码。"),
    "too_deep": ("Nested more deeply than any file of this format.", "嵌套过深。"),
    "too_many": ("More than {limit} {what}. Split the file.", "{what}超过 {limit} 个。请拆分文件。"),
    "not_finite": ("Must be a finite number, not NaN or infinity.", "必须是有限数值，不能是 NaN 或无穷大。"),
    "duplicate_key": ("This key stands twice in its object.", "该键在对象中重复出现。"),
    "wrong_type": ("Must be {what}.", "必须是{what_zh}。"),
    "missing": ("{what} is missing.", "缺少{what_zh}。"),
    "not_allowed": ("{value} is none of {choices}.", "{value} 不是 {choices} 之一。"),
    "unknown_unit": ("The unit {value} is not known; use {choices}.", "未知单位 {value}；请使用 {choices}。"),
    "unknown_datum": ("The vertical reference {value} is not known; use {choices}.", "未知高度基准 {value}；请使用 {choices}。"),
    "unknown_geometry": ("{value} is no shape a zone can have here.", "{value} 不是可用的区域形状。"),
    "unknown_version": ("The version {value} is not read here; {choices}.", "不支持版本 {value}；{choices}。"),
    "unknown_field": ("{value} is not known in this place and would be lost.", "此处不识别 {value}，内容将丢失。"),
    "ignored": ("{what} is not used.", "未使用{what_zh}。"),
    "mixed_datums": (
        "The limits have different references ({value}); taken outwards as {taken}.",
        "上下限基准不同（{value}）；按外包络取为 {taken}。",
    ),
    "limits_converted": ("The limits {value} were taken outwards as {taken}.", "高度限 {value} 按外包络取为 {taken}。"),
    "reversed_band": ("The lower limit {lower} must be below the upper limit {upper}.", "下限 {lower} 必须低于上限 {upper}。"),
    "altitude_out_of_range": ("The height {value} is out of range.", "高度 {value} 超出范围。"),
    "terrain_unknown": ("The ground there is not known, so heights cannot be converted.", "该处地面高程未知，无法换算高度。"),
    "id_rewritten": ("The identifier {value} cannot be part of a path; {taken} is used.", "编号 {value} 不能用于路径；改用 {taken}。"),
    "not_unique": ("The identifier {value} is used by another zone of this file.", "编号 {value} 与文件中其他区域重复。"),
    "invalid_format": ("{value} is no usable identifier.", "{value} 不是可用的编号。"),
    "malformed_time": ("{value} is no time this format knows.", "{value} 不是该格式的时间。"),
    "unknown_day": ("{value} is no day of the week; use {choices}.", "{value} 不是星期；请使用 {choices}。"),
    "daylight_event": (
        "Times of sunrise and sunset are not judged here; give clock times.",
        "不支持日出日落时刻；请给出具体时间。",
    ),
    "not_active": ("No period applies.", "没有适用时段。"),
    "circle_too_small": ("The radius {value} is not positive.", "半径 {value} 不是正数。"),
    "home_elevation_needed": (
        "Heights are relative to home, whose elevation the file does not say. Send home_amsl_m=<metres above sea level>, or "
        "home_amsl_m=ground to take it from the ground model.",
        "高度相对于起飞点，但文件未给出起飞点海拔。请发送 home_amsl_m=<海拔米数>，或 home_amsl_m=ground 取自地形模型。",
    ),
    "home_elevation_doubtful": (
        "The file says home stands at {value} m above sea level, the ground model {ground} m. Send home_amsl_m to decide.",
        "文件中起飞点海拔为 {value} 米，地形模型为 {ground} 米。请用 home_amsl_m 确认。",
    ),
    "unknown_frame": ("The frame {value} has no height this server can convert.", "坐标系 {value} 的高度无法换算。"),
    "unsupported_command": ("The command {value} cannot be part of a filed route.", "指令 {value} 不能作为申报航线的一部分。"),
    "ignored_command": ("The command {value} changes no place or time of the route and is left out.", "指令 {value} 不影响航线，已略去。"),
    "place_missing": ("The item has no place of its own and none precedes it.", "该项没有位置，且之前也没有位置。"),
    "speed_missing": ("No speed is given; send cruise_speed_mps.", "未给出速度；请发送 cruise_speed_mps。"),
    "too_few_waypoints": ("A route needs at least two waypoints; {count} found.", "航线至少需要两个航点；找到 {count} 个。"),
    "too_many_waypoints": ("At most {limit} waypoints; {count} found.", "航点最多 {limit} 个；找到 {count} 个。"),
    "heights_clamped": (
        "The line is clamped to the ground and has no heights; send alt_m and alt_datum or save it with heights.",
        "该线贴地，没有高度；请发送 alt_m 和 alt_datum，或带高度保存。",
    ),
    "datum_missing": (
        "The file does not say what its heights are measured from; send alt_datum=AGL, AMSL or HAE.",
        "文件未说明高度基准；请发送 alt_datum=AGL、AMSL 或 HAE。",
    ),
    "altitude_missing": ("The position has no height.", "该位置没有高度。"),
    "not_in_file": ("{what} stands in no file of this format; send it as a parameter before filing.", "该格式的文件不含{what_zh}；请作为参数发送。"),
    "several_routes": ("The file holds {count} routes; the first is taken.", "文件含 {count} 条航线；取第一条。"),
    "crs_converted": ("Positions were converted from {value} to WGS-84.", "坐标已由 {value} 转换为 WGS-84。"),
    "approximated": ("{what} is approximated by {taken}.", "{what_zh}以 {taken} 近似。"),
    "not_expressible": ("{what} cannot be written in this format.", "该格式无法表达{what_zh}。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormatProblem:
    """One problem of a file: `field` is a JSON pointer or a path of the format's own names; `line` counts from 1."""

    field: str
    line: int | None
    code: str
    detail: str
    detail_zh: str
    severity: Severity = "error"

    @classmethod
    def of(
        cls, field: str, line: int | None, code: str, *, severity: Severity = "error", **values: object
    ) -> "FormatProblem":
        """Return the problem with the standing texts of the code; `what` and `what_zh`, `reason` and `reason_zh` pair."""
        shown = {name: _short(value) for name, value in values.items()}
        for name in ("what", "reason"):
            shown.setdefault(f"{name}_zh", shown.get(name, ""))
        detail, detail_zh = TEXTS[code]
        return cls(field, line, code, detail.format(**shown), detail_zh.format(**shown), severity)

    @classmethod
    def of_field(cls, error: FieldError, field: str, line: int | None) -> "FormatProblem":
        """Return a fault of the core's parsers, placed in the file."""
        return cls(field, line, error.code, error.detail, error.detail_zh)


def _short(value: object) -> str:
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 120 else text[:117] + "..."
