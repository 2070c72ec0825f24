"""What is said of orders that ended otherwise than by the vehicle's answer."""

from typing import Final

from utm.command_values import Said

RESTARTED: Final = Said(
    "The server ended while this was under way. It may have been carried out: look at the vehicle before the next order.",
    "指令执行期间服务器中断，指令可能已被执行；下达新指令前请先查看航空器状态。",
)
RESTARTED_QUEUED: Final = Said(
    "The server ended before it noted that this was sent. It may have been: look at the vehicle before the next order.",
    "服务器在记录发送之前中断，指令可能已发送；下达新指令前请先查看航空器状态。",
)
CLOSED: Final = Said(
    "The server was stopped while this was under way; it may have been carried out.",
    "服务器在执行期间停止，指令可能已被执行。",
)
TOO_LONG: Final = Said(
    "It did not come to an end in its time; it may have been carried out.", "未在规定时间内完成，指令可能已被执行。"
)
FAILED: Final = Said("The service failed; it may have been carried out.", "服务内部错误，指令可能已被执行。")
SEEN: Final = Said("Seen doing it; no acknowledgement was heard.", "已观察到执行；未收到应答。")
