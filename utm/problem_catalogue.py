"""Every error code of the API: its status, its texts in two languages, and what to do about it.

One code, one line; a code never changes its meaning and never goes away. `docs/errors.md` lists the same codes and a test
keeps the two equal. Field codes say what is wrong with one value inside a body or a parameter.
"""

# ruff: noqa: E501  (a table: one code, one line, both languages side by side)

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """What one error code means, in both languages, and whether trying the same request again can help."""

    status: int
    title: str
    title_zh: str
    advice: str
    advice_zh: str
    retryable: bool = False


_E = CodeEntry

CATALOGUE: dict[str, CodeEntry] = {
    # -- the request itself
    "bad_request": _E(400, "The request cannot be understood", "请求无法理解", "Correct the request; see the API reference.", "请对照接口文档修改请求。"),
    "invalid_header": _E(400, "A header is missing or malformed", "请求头缺失或格式错误", "Send the header as the API reference describes it.", "请按接口文档发送该请求头。"),
    "not_found": _E(404, "There is no such thing", "资源不存在", "Check the identifier and the path; what you may not see is also reported as not found.", "请检查标识和路径；无权查看的对象同样显示为不存在。"),
    "method_not_allowed": _E(405, "This path does not take that method", "该路径不支持此方法", "Use one of the methods in the Allow header.", "请使用 Allow 响应头中列出的方法。"),
    "conflict": _E(409, "The state of things does not allow this", "当前状态不允许此操作", "Read the object again and decide anew.", "请重新读取对象后再决定。"),
    "precondition_required": _E(428, "The request must say which version it changes", "请求必须指明所修改的版本", "Send If-Match with the version you have read.", "请用 If-Match 发送您读取的版本号。"),
    "body_too_large": _E(413, "The body is too large", "请求体过大", "Send less at once; split batches.", "请减少单次发送的内容，分批提交。"),
    "unsupported_media_type": _E(415, "The body is of another type than this path reads", "请求体类型不受支持", "Send Content-Type: application/json in UTF-8 without Content-Encoding.", "请以 UTF-8 发送 Content-Type: application/json，且不使用 Content-Encoding。"),
    "malformed_json": _E(422, "The body is not JSON", "请求体不是合法的 JSON", "Correct the syntax at the position given.", "请修正所示位置的语法错误。"),
    "not_finite_number": _E(422, "NaN and Infinity are no JSON numbers", "NaN 和 Infinity 不是 JSON 数值", "Send a finite number, or null or nothing where the value is unknown.", "请发送有限数值；未知时请发送 null 或省略该字段。"),
    "duplicate_key": _E(422, "An object names the same key twice", "对象中出现重复的键", "Send each key once.", "每个键只能出现一次。"),
    "too_deep": _E(422, "The body is nested too deeply", "请求体嵌套过深", "Send fewer nested arrays and objects.", "请减少数组和对象的嵌套层数。"),
    "validation_failed": _E(422, "Some values are not acceptable", "部分字段不符合要求", "Correct every field listed in errors.", "请修正 errors 中列出的每个字段。"),
    "invalid_parameter": _E(422, "A path or query parameter is not acceptable", "路径或查询参数不符合要求", "Correct every parameter listed in errors.", "请修正 errors 中列出的每个参数。"),
    "invalid_cursor": _E(422, "The cursor was not issued by this list", "游标无效", "Start again without a cursor; keep next_cursor as it was given.", "请去掉游标重新查询，并原样使用 next_cursor。"),
    "invalid_bbox": _E(422, "The bounding box is not acceptable", "范围框不符合要求", "Send min_lon,min_lat,max_lon,max_lat in degrees.", "请按 min_lon,min_lat,max_lon,max_lat（度）发送。"),
    "unknown_format": _E(422, "That format is not known", "格式未知", "Use one of the formats the detail names.", "请使用说明中列出的格式之一。"),
    "too_many_requests": _E(429, "Too many requests", "请求过于频繁", "Wait as long as Retry-After says.", "请按 Retry-After 指示的时间等待。", True),
    "internal_error": _E(500, "The service failed", "服务内部错误", "Try again later; quote the trace_id when you report it.", "请稍后重试；报告时请附上 trace_id。", True),
    "not_implemented": _E(501, "This server does not offer that", "本服务器未提供该功能", "Use another way; see the API reference.", "请参阅接口文档选择其他方式。"),
    "service_unavailable": _E(503, "The service cannot answer now", "服务暂时不可用", "Wait as long as Retry-After says and send the same request again.", "请按 Retry-After 等待后重发同一请求。", True),
    "store_unavailable": _E(503, "Nothing was stored", "数据未能保存", "Send the same request again with the same Idempotency-Key.", "请使用相同的 Idempotency-Key 重发同一请求。", True),
    "simulator_unreachable": _E(503, "The simulator does not answer", "模拟器无响应", "Check that the simulated traffic is still running, then try again.", "请确认模拟交通仍在运行，然后重试。", True),
    "clock_off": _E(503, "The server's clock cannot be believed", "服务器时钟不可信", "Wait as long as Retry-After says; the operator of the server must set its clock right (see /readyz).", "请按 Retry-After 等待；服务器运维人员须校正时钟（参见 /readyz）。", True),
    # -- who is asking
    "unauthenticated": _E(401, "Say who you are", "需要身份认证", "Send Authorization: Bearer with a token from POST /oauth/token, or sign in.", "请携带 POST /oauth/token 取得的令牌（Authorization: Bearer），或登录。"),
    "invalid_token": _E(401, "The token is not valid", "令牌无效", "Get a new token from POST /oauth/token.", "请从 POST /oauth/token 重新获取令牌。"),
    "token_expired": _E(401, "The token has expired", "令牌已过期", "Get a new token from POST /oauth/token.", "请从 POST /oauth/token 重新获取令牌。"),
    "token_revoked": _E(401, "The token was revoked", "令牌已被吊销", "Get a new token from POST /oauth/token; when that is refused too, ask your administrator for a new secret.", "请从 POST /oauth/token 重新获取令牌；若仍被拒绝，请向管理员申请新的密钥。"),
    "totp_required": _E(401, "A one-time code is needed", "需要动态验证码", "Send name and password again with code: six digits of the authenticator app, or a recovery code.", "请连同 code 重新提交：身份验证器的六位数字，或一个恢复码。"),
    "wrong_code": _E(401, "The one-time code is wrong or was used", "动态验证码错误或已使用", "Wait for the next code of the app, check the phone's clock, or send a recovery code.", "请等待下一个验证码、检查手机时间，或使用恢复码。"),
    "too_many_attempts": _E(429, "Too many wrong attempts", "错误次数过多", "Wait as long as Retry-After says, then check what you send.", "请按 Retry-After 等待，并核对所提交的内容。", True),
    "weak_password": _E(422, "The password is too weak", "密码强度不足", "Choose a longer one that is no common word and not the name; a sentence of several words is best.", "请选择更长的密码，不要使用常见词或用户名；由多个词组成的句子最佳。"),
    "name_taken": _E(409, "The name is already in use", "名称已被使用", "Choose another name.", "请更换名称。"),
    "totp_state": _E(409, "The second factor is not in the state for that", "双因素验证当前状态不允许该操作", "Read GET /v1/session/totp; enrol first, then confirm with a code of the app.", "请读取 GET /v1/session/totp；先登记，再用验证码确认。"),
    "last_credential": _E(409, "The client would have no way to show who it is", "该客户端将失去全部凭证", "Add another credential first, or delete the client.", "请先添加其他凭证，或删除该客户端。"),
    "application_decided": _E(409, "The application has been decided", "该申请已有结论", "Read it; a refused firm may apply again.", "请查看结论；被拒绝的单位可重新申请。"),
    "secret_not_available": _E(409, "There is no secret to collect", "没有可领取的密钥", "It is collected once, after approval and before it lapses; ask an administrator for a new one.", "密钥在批准后、过期前只能领取一次；请向管理员申请新密钥。"),
    "too_many_applications": _E(503, "Too many applications wait for a decision", "待审批的申请过多", "Apply again later, or call the operations centre.", "请稍后再申请，或联系运行中心。", True),
    "oidc_unavailable": _E(503, "The sign-in provider does not answer as it should", "登录服务提供方响应异常", "Try again later or sign in with name and password; an administrator finds the cause in the log by trace_id.", "请稍后重试，或使用用户名和密码登录；管理员可用 trace_id 在日志中查找原因。", True),
    "quota_exceeded": _E(403, "The organisation has as much of this as it may", "已达到单位配额上限", "Give up what is no longer needed, or ask an administrator for a larger quota; GET /v1/quotas/own shows all.", "请释放不再需要的资源，或向管理员申请更高配额；GET /v1/quotas/own 可查看全部配额。"),
    "daily_quota_exceeded": _E(429, "The organisation has filed as many plans today as it may", "已达到单位当日提交上限", "Wait as long as Retry-After says, or ask an administrator for a larger quota.", "请按 Retry-After 等待，或向管理员申请更高配额。", True),
    "session_expired": _E(401, "The session is over", "会话已失效", "Sign in again.", "请重新登录。"),
    "wrong_credentials": _E(401, "Name or password is wrong", "用户名或密码错误", "Check both and try again.", "请检查后重试。"),
    "csrf_failed": _E(403, "The request did not come from this console", "请求并非来自本控制台", "Send X-CSRF-Token from GET /v1/session, from a page of this origin.", "请从同源页面发送 GET /v1/session 给出的 X-CSRF-Token。"),
    "forbidden": _E(403, "Your role may not do this", "您的角色无权执行此操作", "Ask somebody with one of the roles the detail names.", "请联系具有相应角色的人员。"),
    "insufficient_scope": _E(403, "The token does not carry the scope", "令牌缺少所需权限范围", "Get a token with the scope the detail names.", "请获取包含所需 scope 的令牌。"),
    # -- flight plans
    "idempotency_key_reused": _E(409, "The key was used for another body", "幂等键已用于另一请求", "Use a new key for a new plan; repeat a request with its own body.", "新计划请使用新的键；重发请求时请保持请求体不变。"),
    "illegal_transition": _E(409, "The plan cannot take that step from its state", "计划当前状态不允许该操作", "Take one of the steps the detail names.", "请执行说明中列出的操作之一。"),
    "stale_version": _E(409, "The object has changed since it was read", "对象已被他人修改", "Read it again and repeat the change with its present version.", "请重新读取并以当前版本号重试。"),
    "illegal_alert_step": _E(409, "The alert cannot take that step from its state", "告警当前状态不允许该操作", "Take one of the steps the detail names; read the alert again.", "请执行说明中列出的操作之一，并重新读取该告警。"),
    "readiness_missing": _E(409, "The firm has not reported readiness", "运营人尚未报告准备情况", "Wait until the firm has confirmed the plan, then release it.", "请等待运营人确认（confirm）后再放行。"),
    "plan_refused": _E(409, "The plan cannot be approved", "计划未获批准", "Read decision.reasons; take a counter-offer or change the plan.", "请查看 decision.reasons，接受替代方案或修改计划。"),
    "activation_refused": _E(409, "The flight may not start now", "现在不能起飞", "Read decision.reasons for what stands in the way.", "请查看 decision.reasons 了解原因。"),
    "still_airborne": _E(409, "The vehicle is still in the air", "航空器仍在空中", "End the plan once it has landed.", "请在降落后结束计划。", True),
    "offer_expired": _E(409, "The offer is no longer held", "替代方案已失效", "File the plan again to get new offers.", "请重新提交计划以获取新的方案。"),
    "departure_in_past": _E(422, "The departure lies in the past", "起飞时间已过", "Send a departure that is still to come, with its offset.", "请发送将来的起飞时间（含时区）。"),
    "outside_coverage": _E(422, "The place lies outside the area served", "位置超出服务范围", "Check the coordinates; this server serves one city.", "请检查坐标；本服务器仅服务一个城市。"),
    # -- rule clock and reach
    "readiness_too_late": _E(409, "Readiness is reported too late", "准备情况报告过晚", "Report readiness earlier than readiness_lead_s before departure; modify the plan to depart later.", "请在规定的提前量之前报告；或修改计划推迟起飞。"),
    "day_filed_too_late": _E(409, "The day is filed too late", "当日计划报备过晚", "File a later day; a day is filed before noon of the day before, Beijing time.", "请报备之后的日期；须在前一日北京时间 12:00 前报备。"),
    "report_closed": _E(409, "The report is closed", "报告已结束", "Read it again; what is filed or waived stays so.", "请重新读取；已提交或已豁免的报告不可更改。"),
    "too_many_contacts": _E(409, "The organisation has as many contacts as it may", "联系人数量已达上限", "Change or delete one of them.", "请修改或删除已有的联系人。"),
    "contact_gone": _E(409, "The contact was taken away", "联系人已删除", "Make the contact again; its new messages go there.", "请重新创建联系人。"),
    # -- webhooks
    "too_many_webhooks": _E(409, "The organisation has as many webhooks as it may", "Webhook 数量已达上限", "Change or delete one of them.", "请修改或删除已有的 Webhook。"),
    "event_forgotten": _E(409, "The event is no longer kept", "该事件已过保存期", "Read the present state from the API; events are kept for seven days.", "请通过接口读取当前状态；事件仅保存七天。"),
    # -- logistics
    "booking_refused": _E(409, "The flight cannot be booked as asked", "无法按请求预订", "Read decision.reasons; take a counter-offer, another time or another resource.", "请查看 decision.reasons，接受替代方案、改时间或更换资源。"),
    "order_not_reassigned": _E(409, "The order cannot be given to that aircraft", "无法改派给该航空器", "Read why; choose another aircraft, or leave the choice to the planner.", "请查看原因，改选其他航空器，或交由系统安排。"),
    "carrier_unavailable": _E(409, "The carrier is not available", "该运力当前不可用", "Set its state to available, or name another aircraft.", "请将其状态设为 available，或改用其他航空器。"),
    "no_battery_free": _E(409, "No battery of the firm is free", "没有空闲电池", "Wait until one is back, or add one.", "请等待电池归还或新增电池。", True),
    "no_crew_free": _E(409, "No crew of the firm has room", "没有空闲机组", "Wait until a flight has landed, or put a crew on duty.", "请等待航班结束或安排机组值班。", True),
    # -- ground
    "population_unusable": _E(422, "The file says nothing about people in this city", "文件不含本市人口信息", "Check places, units and format; dry_run=true lists what was read.", "请检查位置、单位与格式；dry_run=true 可列出读取结果。"),
    # -- weather
    "weather_unusable": _E(422, "The file gives no weather over this city", "文件不含本市气象信息", "Check places, units and reach_m; dry_run=true lists what was read.", "请检查位置、单位与 reach_m；dry_run=true 可列出读取结果。"),
    # -- fleet, airspace, live
    "registration_taken": _E(409, "The registration is already in use", "登记号已被使用", "Check the registration; an aircraft is registered once.", "请核对登记号；一架航空器只能登记一次。"),
    "aircraft_id_taken": _E(409, "An aircraft with that id exists", "该航空器编号已存在", "Leave aircraft_id out and use the one given.", "请省略 aircraft_id，使用系统分配的编号。"),
    "endpoint_taken": _E(409, "Another registration claims that MAVLink address", "该 MAVLink 地址已被其他登记占用", "Use the address and system id of your own vehicle.", "请使用本机的地址和系统编号。"),
    "aircraft_inactive": _E(409, "The aircraft has been deregistered", "航空器已注销", "Register the aircraft again or use another.", "请重新登记或使用其他航空器。"),
    "aircraft_in_use": _E(409, "The aircraft has live plans", "航空器有未结束的计划", "End or cancel its plans first.", "请先结束或取消其计划。"),
    "illegal_contingency_step": _E(409, "The contingency cannot take that step from its state", "该应急情况当前状态不允许此操作", "Read it again; only a proposed one is accepted or dismissed.", "请重新读取；仅待确认的应急情况可被确认或排除。"),
    "notice_too_short": _E(409, "The zone would begin with less notice than asked for", "区域公告提前量不足", "Let it begin later, or give emergency_override with the reason.", "请推迟生效时间，或在 emergency_override 中说明紧急理由。"),
    "nothing_to_execute": _E(409, "No action of the list waits to be carried out", "清单中没有待执行的处置项", "Read the list again; what is executing, confirmed or withdrawn is left alone.", "请重新读取清单；执行中、已确认或已撤销的处置项不会重复执行。"),
    "zone_exists": _E(409, "A zone with that id exists", "该编号的区域已存在", "Use PUT to change it, or another id.", "请用 PUT 修改，或使用其他编号。"),
    "vehicle_not_connected": _E(409, "No live link to the vehicle", "与航空器无有效链路", "Wait until its heartbeat is heard again.", "请等待其心跳恢复。", True),
    "command_not_possible": _E(409, "The command does not fit the vehicle's state", "指令与航空器状态不符", "Read the flight's state and choose another command.", "请查看飞行状态并选择其他指令。"),
    "command_outstanding": _E(409, "A command of this kind is under way", "同类指令正在执行", "Wait until the command the detail names has ended.", "请等待说明中所列指令结束。", True),
    "command_conflict": _E(409, "The command would bring the vehicle too close to others or into a zone", "该指令将造成冲突或进入限制区域", "Read effects for what is in the way; send what is recommended, or, as a dispatcher, an override with a reason.", "请查看 effects 中的冲突，采用推荐的指令；调度员可附理由强制执行（override）。"),
    "command_reason_required": _E(409, "Say why the operations centre commands this flight", "请说明运行中心指挥该飞行的理由", "Send a reason: the flight conforms, no alert names it, and it is its firm's to command.", "请填写 reason：该飞行符合计划且无相关告警，应由其运营人指挥。"),
    "alternative_refused": _E(409, "The alternative would be refused too", "替代方案同样会被拒绝", "Read decision for what stands in its way; choose another time or height.", "请查看 decision 中的冲突，另选时间或高度。"),
    "owned_by_other_position": _E(409, "Another position owns it", "由其他席位负责", "Ask the position that owner names, or have the flight transferred; a supervisor sends a reason.", "请与 owner 所列席位联系或办理移交；主任可填写 reason 后操作。"),
    "not_supervisor": _E(403, "Only a supervisor may do that", "仅主任可执行此操作", "Sign on at a position that supervises, or ask an administrator.", "请在主任席位签到，或联系管理员。"),
    "position_in_use": _E(409, "The position still owns something", "该席位仍有负责的对象", "Give its sectors and flights to other positions first.", "请先将其扇区和飞行交给其他席位。"),
    "transfer_pending": _E(409, "It is offered already", "已有待答复的移交", "Wait for the answer, or withdraw the offer that waits.", "请等待答复，或撤回待答复的移交。"),
    "transfer_closed": _E(409, "The transfer has ended", "该移交已结束", "Read the board again; offer anew if it is still needed.", "请重新读取席位看板；如仍需要请重新发起。"),
    "confirmation_required": _E(409, "Confirm what this would do", "请确认该操作的影响", "Read effects, then send the same body with confirmation_token.", "请查看 effects，然后携带 confirmation_token 重新发送同一请求。", True),
    "confirmation_invalid": _E(409, "The confirmation does not fit this order", "确认无效", "Ask again without a token: it holds for two minutes, for one caller, for one body, once.", "请去掉令牌重新请求：确认两分钟内有效，仅限同一用户、同一请求、一次。"),
    "import_failed": _E(422, "The file could not be imported", "文件无法导入", "Correct what errors lists; try with dry_run=true.", "请修正 errors 所列问题，可先用 dry_run=true 试导入。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldText:
    """The standing text of a field code in both languages; `{...}` is filled from the check that failed."""

    detail: str
    detail_zh: str


_F = FieldText

FIELD_CODES: dict[str, FieldText] = {
    "required": _F("this field is required", "此字段必填"),
    "unknown_field": _F("this field is not known here", "此处不识别该字段"),
    "wrong_type": _F("must be {expected}", "必须是{expected_zh}"),
    "not_null": _F("must not be null; leave the field out where the value is unknown", "不能为 null；未知时请省略该字段"),
    "not_finite": _F("must be a finite number, not NaN or Infinity", "必须是有限数值，不能是 NaN 或 Infinity"),
    "out_of_range": _F("must be {limit}", "必须{limit_zh}"),
    "invalid_choice": _F("must be one of {choices}", "必须是以下之一：{choices}"),
    "invalid_time": _F("must be an RFC 3339 time such as 2026-03-01T08:00:00+08:00", "必须是 RFC 3339 时间，例如 2026-03-01T08:00:00+08:00"),
    "naive_time": _F("has no offset; add an offset such as +08:00 or Z", "缺少时区；请加上偏移量，例如 +08:00 或 Z"),
    "too_long": _F("must have at most {max} {unit}", "最多 {max} {unit_zh}"),
    "too_short": _F("must have at least {min} {unit}", "至少 {min} {unit_zh}"),
    "invalid_format": _F("must match {pattern}", "必须符合 {pattern}"),
    "invalid_value": _F("{reason}", "{reason}"),
    "too_far_ahead": _F("lies too far ahead", "距今过远"),
    "departure_in_past": _F("lies in the past", "时间已过"),
    "duplicate_key": _F("this key stands twice in its object", "该键在对象中重复出现"),
    "not_unique": _F("is already used by another", "已被其他对象使用"),
    "not_found": _F("there is no such thing, or it is not yours", "不存在或不属于您"),
    "probably_swapped": _F("latitude and longitude are probably swapped", "经纬度可能颠倒"),
    "malformed_json": _F("is not JSON at {where}", "{where} 处不是合法的 JSON"),
    "too_many_errors": _F("there are {more} more errors", "另有 {more} 个错误"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one value: its JSON pointer, a stable code, and the texts."""

    field: str
    code: str
    detail: str
    detail_zh: str | None = None

    @classmethod
    def of(cls, field: str, code: str, **values: object) -> "FieldProblem":
        """Return the problem with the standing texts of the code, filled with `values`."""
        text = FIELD_CODES[code]
        return cls(field, code, text.detail.format(**values), text.detail_zh.format(**values))
