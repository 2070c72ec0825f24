"""What the centre's people see of the system itself: every feed with rate, loss and age, and every dependency's health."""

import asyncio
from collections import defaultdict
from statistics import median
from typing import Any, Final, Literal

import numpy as np

from airspace.timebase import from_scene_s, to_scene_s
from mavlink_bridge.peers import VehicleInfo
from utm.plan_records import rfc3339
from utm.services import Services
from utm.store import webhooks

State = Literal["ready", "degraded", "failing", "off"]
LOSS_WARN_PCT: Final = 5.0
"""Of a link's frames (ours): beyond it positions begin to be missing in rows."""
WORST: Final = 50


def feeds(services: Services) -> dict[str, Any]:
    """Return every source of positions: our own MAVLink links, and each organisation's feeds."""
    now_s = to_scene_s(services.clock.now())
    vehicles = services.bridge.vehicles()
    return {
        "at": rfc3339(services.clock.now()),
        "mavlink": [_link(endpoint, infos) for endpoint, infos in sorted(_by_transport(services, vehicles).items())],
        "worst_links": [_vehicle(info) for info in sorted(vehicles, key=lambda info: -info.loss_pct)[:WORST]],
        "tracks": _tracks(services, now_s),
        "counters": services.bridge.counters(),
    }


def _by_transport(services: Services, vehicles: list[VehicleInfo]) -> dict[str, list[VehicleInfo]]:
    """Return the vehicles by the kind of transport they came over; every address we listen at stands, heard or not."""
    found: dict[str, list[VehicleInfo]] = {address: [] for address in services.bridge.addresses()}
    kinds = {address.split(":", 1)[0]: address for address in found}
    for info in vehicles:
        kind = info.endpoint.split(":", 1)[0]
        found.setdefault(kinds.get(kind, kind), []).append(info)
    return found


def _link(address: str, infos: list[VehicleInfo]) -> dict[str, Any]:
    frames, lost = sum(info.frames for info in infos), sum(info.lost for info in infos)
    up = [info for info in infos if info.link_up]
    return {
        "address": address,
        "vehicles": len(infos),
        "vehicles_up": len(up),
        "rate_hz": round(sum(info.rate_hz for info in up), 1),
        "position_rate_hz": round(sum(info.position_rate_hz for info in up), 1),
        "frames": frames,
        "lost": lost,
        "loss_pct": round(100.0 * lost / (frames + lost), 2) if frames + lost else None,
        "age_s": round(min(info.link_age_s for info in infos), 1) if infos else None,
        "signed": sum(info.signed for info in infos),
    }


def _vehicle(info: VehicleInfo) -> dict[str, Any]:
    return {
        "endpoint": info.endpoint,
        "system_id": info.vehicle.system_id,
        "up": info.link_up,
        "rate_hz": round(info.rate_hz, 1),
        "position_rate_hz": round(info.position_rate_hz, 1),
        "loss_pct": round(info.loss_pct, 2),
        "age_s": round(info.link_age_s, 1),
    }


def _tracks(services: Services, now_s: float) -> list[dict[str, Any]]:
    picture, telemetry = services.picture, services.telemetry
    ages: dict[tuple[str | None, str], list[float]] = defaultdict(list)
    rows = np.flatnonzero(picture.alive & (picture.received_s > -np.inf))
    for row, received_s in zip(rows.tolist(), picture.received_s[rows].tolist(), strict=True):
        who = telemetry.identity(row)
        ages[who.feeder_id, who.source].append(max(0.0, now_s - received_s))
    counts = telemetry.feed_meter.feeds
    organisations = services.identity.directory.organisations
    found = []
    for feeder_id, source in sorted({*ages, *counts}, key=lambda key: (key[0] or "", key[1])):
        heard = ages.get((feeder_id, source), [])
        count = None if feeder_id is None else counts.get((feeder_id, source))
        firm = None if feeder_id is None else organisations.get(feeder_id)
        sent = 0 if count is None else count.accepted + count.refused
        last_s = float("-inf") if count is None else count.last_s
        age_s = min(heard) if heard else now_s - last_s if last_s > float("-inf") else None
        found.append(
            {
                "source": source,
                "feeder_id": feeder_id,
                "feeder": None if firm is None else firm.name,
                "feeder_zh": None if firm is None else firm.name_zh,
                "tracks": len(heard),
                "age_s": None if age_s is None else round(age_s, 1),
                "median_age_s": round(median(heard), 1) if heard else None,
                "rate_hz": None if count is None else round(count.rate_hz(now_s), 2),
                "refused": None if count is None else count.refused,
                "refused_pct": None if count is None or not sent else round(100.0 * count.refused / sent, 2),
            }
        )
    return found


async def health(services: Services) -> dict[str, Any]:
    """Return the state of everything the service leans on, the gravest first."""
    found = [
        await _store(services),
        _clock(services),
        _bridge(services),
        _recorder(services),
        _terrain(services),
        _weather(services),
        await _webhooks(services),
        _authority(services),
        _reporter(services),
        _analysis(services),
    ]
    order: dict[str, int] = {"failing": 0, "degraded": 1, "ready": 2, "off": 3}
    return {"at": rfc3339(services.clock.now()), "items": sorted(found, key=lambda item: order[item["state"]])}


def _item(name: str, state: State, why: str | None = None, why_zh: str | None = None, **detail: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "why": why, "why_zh": why_zh, "detail": detail}


async def _store(services: Services) -> dict[str, Any]:
    try:
        answers = await asyncio.to_thread(services.store.check)
    except Exception as error:
        return _item("store", "failing", f"It cannot be read: {type(error).__name__}.", "无法读取数据库。")
    path = services.settings.database_path
    size_mb = round(path.stat().st_size / (1 << 20), 1) if path.is_file() else None
    if not answers:
        return _item("store", "failing", "The writer does not answer.", "写入线程无响应。", size_mb=size_mb)
    return _item("store", "ready", size_mb=size_mb, waiting=services.store.waiting)


def _clock(services: Services) -> dict[str, Any]:
    state = services.time_watch.state()
    detail: dict[str, Any] = {key: value for key, value in state.document().items() if key not in ("state", "why")}
    if not state.ok:
        return _item("clock", "failing", state.why or "It cannot be believed.", "时钟不可信，暂停审批。", **detail)
    return _item("clock", "ready", **detail)


def _bridge(services: Services) -> dict[str, Any]:
    addresses, vehicles = services.bridge.addresses(), services.bridge.vehicles()
    up = sum(info.link_up for info in vehicles)
    if not addresses:
        return _item("mavlink", "off", "No MAVLink address is set.", "未设置 MAVLink 端口。")
    detail: dict[str, Any] = {"addresses": ", ".join(addresses), "vehicles": len(vehicles), "vehicles_up": up}
    if vehicles and not up:
        return _item("mavlink", "degraded", "Every vehicle is silent.", "所有航空器均无信号。", **detail)
    return _item("mavlink", "ready", **detail)


def _recorder(services: Services) -> dict[str, Any]:
    recorder = services.recording.recorder
    if recorder is None:
        return _item("recorder", "off", "Recording is switched off.", "记录功能已关闭。")
    counters = recorder.counters
    detail: dict[str, Any] = {name: counters[name] for name in ("flushes", "failed_flushes", "rows_given_up")}
    detail["size_mb"] = round(counters["bytes"] / (1 << 20), 1)
    if counters["rows_given_up"]:
        return _item("recorder", "failing", "Positions were given up unwritten.", "部分位置未能写入。", **detail)
    if counters["failed_flushes"]:
        return _item("recorder", "degraded", "Some writes failed and were repeated.", "部分写入失败后重试。", **detail)
    return _item("recorder", "ready", **detail)


def _terrain(services: Services) -> dict[str, Any]:
    spec = services.book.city.terrain
    label = {"label": spec.label, "label_zh": spec.label_zh}
    if spec.synthetic:
        why, why_zh = "The ground is not surveyed: true heights are not to be relied on.", "地形非实测，真高不可依赖。"
        return _item("terrain", "degraded", why, why_zh, **label)
    return _item("terrain", "ready", **label)


def _weather(services: Services) -> dict[str, Any]:
    field = services.weather.field
    now_s = to_scene_s(services.clock.now())
    until_s = float(field.edges_s[-1])
    detail: dict[str, Any] = {"until": rfc3339(from_scene_s(until_s)), "forecast_id": services.weather.forecast_id}
    if field.synthetic:
        return _item(
            "weather",
            "degraded",
            "No forecast is imported; a calm one is made up.",
            "未导入预报，使用虚构静风。",
            **detail,
        )
    if until_s < now_s:
        return _item("weather", "failing", "The forecast has run out.", "预报已过期。", **detail)
    return _item("weather", "ready", **detail)


async def _webhooks(services: Services) -> dict[str, Any]:
    hooks, sent = await services.store.read(webhooks.states)
    detail: dict[str, Any] = {
        "webhooks": sum(hooks.values()),
        "waiting": sent.get("waiting", 0),
        "dead": sent.get("dead", 0),
    }
    if not hooks:
        return _item("webhooks", "off", "Nobody has one.", "尚无订阅。", **detail)
    if detail["dead"] or hooks.get("refused", 0) or hooks.get("off", 0):
        return _item(
            "webhooks", "degraded", "Some receivers do not take what is sent.", "部分接收方未能接收。", **detail
        )
    return _item("webhooks", "ready", **detail)


def _authority(services: Services) -> dict[str, Any]:
    courier = services.rules.authority
    if courier is None:
        return _item("authority", "off", "No system of an authority is set.", "未接入管理部门系统（UOM）。")
    detail: dict[str, Any] = dict(courier.counters)
    if courier.reachable is False:
        return _item(
            "authority", "failing", "The authority's system does not answer.", "管理部门系统无响应。", **detail
        )
    return _item("authority", "ready", **detail)


def _reporter(services: Services) -> dict[str, Any]:
    reporter = services.reporter
    if not reporter.enabled:
        return _item("reporting", "off", "No platform to report to is set.", "未设置动态上报平台。")
    detail: dict[str, Any] = {"waiting": reporter.pending, **reporter.measures()}
    if not reporter.connected:
        return _item(
            "reporting",
            "degraded",
            "The platform does not answer; reports wait on disk.",
            "上报平台无响应，数据暂存。",
            **detail,
        )
    return _item("reporting", "ready", **detail)


def _analysis(services: Services) -> dict[str, Any]:
    watch = services.watch
    detail: dict[str, Any] = {"last_ms": round(watch.last_ms, 1), **watch.counters}
    if watch.counters["analyses"] == 0 and watch.counters["analyses_failed"]:
        return _item("analysis", "failing", "No analysis of the picture succeeds.", "态势分析失败。", **detail)
    return _item("analysis", "ready", **detail)
