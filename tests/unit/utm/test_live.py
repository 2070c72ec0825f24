"""The hub: one rising seq, shared encodings, newest positions, events that are never dropped, each sees its own."""

import asyncio
import json
from typing import Any

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.live_world import LAT, LON, World, principal, record, vehicle
from utm.live import CLOSE_OVERFLOW, CLOSE_RESTART, ClientClosed, LiveClient, LiveLimits, Subscription
from utm.live_area import AreaError, Box, CellColumns, Cells, Everywhere, parse_bbox, parse_cells
from utm.live_frames import decode_tracks
from utm.live_schema import AlertItem, OrderItem

A, B = vehicle(40001, 1), vehicle(40002, 2)
DISPATCHER = principal("dispatcher")


def city() -> World:
    """Return a world of two aircraft, ac_1 of org_a and ac_2 of org_b, both in the air."""
    world = World(record("1", 1, firm="org_a"), record("2", 2, firm="org_b"))
    world.position(A)
    world.position(B, LAT + 0.1)
    world.tick()
    return world


def waiting(client: LiveClient) -> list[Any]:
    """Return the frames due now, text decoded."""
    frames: list[Any] = []

    async def drain() -> None:
        while True:
            try:
                frame = await asyncio.wait_for(client.next_frame(), 0.01)
            except TimeoutError:
                return
            frames.append(json.loads(frame) if isinstance(frame, str) else frame)

    loop.run_until_complete(drain())
    return frames


def join(world: World, who: Any = DISPATCHER, **what: Any) -> LiveClient:
    """Return a connected and subscribed client."""
    client = world.hub.connect(who)
    loop.run_until_complete(client.subscribe(Subscription(**what)))
    return client


loop = asyncio.new_event_loop()


def order(number: int) -> OrderItem:
    """Return an order."""
    return OrderItem(f"ord_{number}", "open", "org_a", world_at())


def world_at() -> Any:
    """Return the instant tests start at."""
    return World().clock.now()


def ids(message: dict[str, Any]) -> list[str]:
    """Return the aircraft of a tracks message."""
    return sorted(item["aircraft_id"] for item in message["items"])


# --------------------------------------------------------------------------------------------------------- positions


def test_snapshot_then_increments():
    """A client first gets everything, then only what changed, each with a seq that rises."""
    world = city()
    client = join(world)
    (first,) = waiting(client)
    assert (first["topic"], first["kind"], ids(first)) == ("tracks", "snapshot", ["ac_1", "ac_2"])
    assert waiting(client) == []
    world.tick()
    assert waiting(client) == []
    world.position(A, LAT + 0.001)
    world.tick()
    (second,) = waiting(client)
    assert (second["kind"], ids(second)) == ("increment", ["ac_1"])
    assert second["seq"] > first["seq"]
    assert second["items"][0]["lat_deg"] == pytest.approx(LAT + 0.001)


def test_track_item_fields():
    """An item has every field of the API's track, altitudes in three datums, and null for the unknown."""
    world = city()
    item = next(i for i in waiting(join(world))[0]["items"] if i["aircraft_id"] == "ac_1")
    assert {k: item[k] for k in ("alt_hae_m", "alt_amsl_m", "alt_agl_m")} == {
        "alt_hae_m": 57.0,
        "alt_amsl_m": 60.0,
        "alt_agl_m": 50.0,
    }
    assert (item["vel_east_mps"], item["vel_north_mps"], item["vel_up_mps"]) == (4.0, 3.0, 0.0)
    assert (item["state"], item["source"], item["plan_id"]) == ("unplanned", "mavlink", None)
    assert (item["battery_pct"], item["landed"], item["armed"]) == (None, None, None)
    assert item["observed_at"].endswith("Z")
    assert item["registration"].startswith("UAS")


def test_slow_client_skips_positions_and_gets_the_newest():
    """A client that reads rarely gets one batch with the newest values, and the skipped ones are counted."""
    world = city()
    slow, quick = join(world), join(world)
    waiting(slow)
    waiting(quick)
    for i in range(20):
        world.position(A, LAT + i / 1000)
        world.tick()
        assert len(waiting(quick)) == 1
    (only,) = waiting(slow)
    assert only["items"][0]["lat_deg"] == pytest.approx(LAT + 0.019)
    assert slow.skipped_batches == world.hub.counters["skipped_batches"] == 19
    assert quick.skipped_batches == 0


def test_one_encoding_for_all_who_look_at_the_same():
    """A hundred clients of one area cost one encoding a tick."""
    world = city()
    clients = [join(world) for _ in range(100)]
    view = world.hub.view_for(Everywhere(), DISPATCHER)
    assert [len(waiting(client)) for client in clients] == [1] * 100
    before = view.encodings
    world.position(A, LAT + 0.001)
    world.tick()
    frames = [waiting(client)[0] for client in clients]
    assert view.encodings - before == 1
    assert all(frame == frames[0] for frame in frames)


def test_bbox_and_leaving_it():
    """A box shows what is inside, tells what entered, and removes what left."""
    world = city()
    client = join(world, area=Box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01))
    assert ids(waiting(client)[0]) == ["ac_1"]
    world.position(A, LAT + 0.05)
    world.position(B, LAT + 0.005)
    world.tick()
    (change,) = waiting(client)
    assert ids(change) == ["ac_2"]
    assert change["removed"] == ["trk_1"]
    world.position(A, LAT + 0.06)
    world.tick()
    assert waiting(client) == []


def test_h3_area():
    """Cells of any resolution show exactly the positions that lie in them."""
    world = city()
    for resolution in (3, 7, 10):
        cell = h3.latlng_to_cell(LAT, LON, resolution)
        seen = ids(waiting(join(world, area=parse_cells([cell])))[0])
        other = h3.latlng_to_cell(LAT + 0.1, LON, resolution)
        assert seen == (["ac_1"] if other != cell else ["ac_1", "ac_2"])


def test_removed_track_is_told():
    """A track that leaves the picture leaves every view, and the other stays."""
    world = World()
    world.position(A)
    world.tick()
    client = join(world)
    waiting(client)
    world.tick(301)
    (change,) = waiting(client)
    assert (change["items"], change["removed"]) == ([], ["trk_1"])


def test_binary_names_rows_before_it_uses_them():
    """Index messages name every row before its first frame, again when its identity changes, and when it leaves."""
    world = city()
    client = join(world, encoding="binary")
    index, frame = waiting(client)
    assert (index["topic"], index["kind"], len(index["items"])) == ("index", "snapshot", 2)
    kind, seq, _, columns = decode_tracks(frame)
    assert (kind, seq) == ("snapshot", index["seq"])
    assert sorted(columns["row"].tolist()) == sorted(item["row"] for item in index["items"])
    world.position(A, LAT + 0.001)
    world.tick()
    (frame,) = waiting(client)
    assert decode_tracks(frame)[3]["lat_deg"].tolist() == pytest.approx([LAT + 0.001])
    world.directory.put(record("3", 1, endpoint="127.0.0.1:40001"))
    world.tick()
    index, _ = waiting(client)
    assert [(item["row"], item["aircraft_id"]) for item in index["items"]] == [(0, "ac_3")]
    world.picture.close_track(1, now_s=world.now_s)
    world.tick()
    (index,) = waiting(client)
    assert (index["items"], index["removed"]) == ([], [1])


def test_binary_says_what_json_says():
    """Both encodings of one picture agree within the resolution of the binary one."""
    world = city()
    (text,) = waiting(join(world))
    index, frame = waiting(join(world, encoding="binary"))
    columns = decode_tracks(frame)[3]
    names = {item["row"]: item["track_id"] for item in index["items"]}
    items = {item["track_id"]: item for item in text["items"]}
    for i, row in enumerate(columns["row"].tolist()):
        item = items[names[row]]
        for name, tolerance in (("lat_deg", 1e-7), ("lon_deg", 1e-7), ("alt_hae_m", 0.06), ("vel_east_mps", 0.006)):
            assert columns[name][i] == pytest.approx(item[name], abs=tolerance)
        assert columns["heading_deg"][i] == pytest.approx(item["heading_deg"], abs=0.006)


def test_an_old_item_shows_its_age():
    """A newcomer sees how long a silent aircraft has been silent, not how long when it last spoke."""
    world = city()
    waiting(join(world))
    world.tick(2)
    world.tick(40)
    ages = [item["link_age_s"] for item in waiting(join(world))[0]["items"]]
    assert ages == pytest.approx([42.2, 42.2], abs=0.2)


moves = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.booleans()), min_size=1, max_size=40)


@given(moves)
@settings(max_examples=40, deadline=None)
def test_a_client_always_ends_with_the_truth(steps):
    """However rarely it reads, a client that applies removed and items holds exactly what is inside its box."""
    world = World()
    box = Box(LON - 1, LAT, LON + 1, LAT + 0.0045)
    client = join(world, area=box)
    held: dict[str, float] = {}
    keys = [vehicle(42000 + i) for i in range(4)]
    for number, place, read in steps:
        world.position(keys[number], LAT + place / 1000)
        world.tick()
        if read or number == 3:
            for message in waiting(client):
                if message["kind"] == "snapshot":
                    held = {}
                for gone in message["removed"]:
                    held.pop(gone, None)
                held |= {item["track_id"]: item["lat_deg"] for item in message["items"]}
            rows = world.picture.snapshot()
            inside = rows[world.picture.lat_deg[rows] <= LAT + 0.0045]
            truth = {world.picture.track_ids[row]: pytest.approx(world.picture.lat_deg[row]) for row in inside}
            assert held == truth


# ----------------------------------------------------------------------------------------------------- who sees what


def test_each_sees_its_own():
    """Operators see their own aircraft, suppliers what they feed, the centre everything."""
    world = city()
    t = world.now_s
    world.position(vehicle(49999, 9))
    nan = np.nan
    from utm.telemetry_values import PositionReport

    world.telemetry.report(
        [PositionReport("r1", None, (LAT, LON, 50.0, nan, nan, 0.0, 0.0, 0.0, nan, t), "radar")],
        feeder_id="org_s",
        now_s=t,
    )
    world.tick()

    def seen(role: Any, organisation: str) -> set[str]:
        return {item["track_id"] for item in waiting(join(world, principal(role, organisation)))[0]["items"]}

    assert seen("operator", "org_a") == {"trk_1"}
    assert seen("operator", "org_b") == {"trk_2"}
    assert seen("operator", "org_c") == set()
    assert seen("supplier", "org_s") == {"r1"}
    for role in ("dispatcher", "regulator", "admin"):
        assert seen(role, "org_centre") == {"trk_1", "trk_2", "trk_3", "r1"}


def test_a_track_between_ticks_is_nobodys():
    """A view made between a new track and the tick that settles whose it is shows it to no firm."""
    world = city()
    for i in range(8):
        world.position(vehicle(43000 + i, 50 + i))
    assert ids(waiting(join(world, principal("operator", "org_a")))[0]) == ["ac_1"]


def test_a_track_that_changes_hands_changes_views():
    """When a vehicle turns out to be another firm's aircraft, the first firm loses it and the other gets it."""
    world = city()
    first, other = join(world, principal("operator", "org_a")), join(world, principal("operator", "org_b"))
    waiting(first)
    waiting(other)
    world.directory.put(record("3", 1, firm="org_b", endpoint="127.0.0.1:40001"))
    world.tick()
    assert waiting(first)[0]["removed"] == ["trk_1"]
    assert ids(waiting(other)[0]) == ["ac_3"]


def test_events_reach_who_they_concern():
    """An event goes to the organisations named and to the centre; zones to all; without a name to the centre alone."""
    world = city()
    topics = ("orders", "zones")
    clients = {
        name: join(world, who, topics=topics)
        for name, who in {
            "a": principal("operator", "org_a"),
            "b": principal("operator", "org_b"),
            "centre": DISPATCHER,
        }.items()
    }
    for client in clients.values():
        waiting(client)
    world.hub.publish("orders", order(1), visible_to={"org_a"})
    world.hub.publish("orders", order(2))
    world.hub.publish("zones", order(3))
    got = {
        name: [item["order_id"] for message in waiting(client) for item in message["items"]]
        for name, client in clients.items()
    }
    assert got == {"a": ["ord_1", "ord_3"], "b": ["ord_3"], "centre": ["ord_1", "ord_2", "ord_3"]}


# ------------------------------------------------------------------------------------------------------------ events


def test_events_keep_their_order_among_positions():
    """On one connection seq never falls, however events and ticks alternate and however late the client reads."""
    world = city()
    client = join(world, topics=("tracks", "orders"))
    waiting(client)
    for i in range(30):
        if i % 3:
            world.hub.publish("orders", order(i))
        if i % 2:
            world.position(A, LAT + i / 1000)
            world.tick()
    messages = waiting(client)
    seqs = [message["seq"] for message in messages]
    assert seqs == sorted(seqs)
    assert [m["items"][0]["order_id"] for m in messages if m["topic"] == "orders"] == [
        f"ord_{i}" for i in range(30) if i % 3
    ]


def test_subscribing_after_events_keeps_seq_rising():
    """A snapshot asked for after events carries a seq no lower than theirs."""
    world = city()
    client = join(world, topics=("tracks", "orders"))
    world.hub.publish("orders", order(1))
    before = waiting(client)[-1]["seq"]
    loop.run_until_complete(client.subscribe(Subscription(topics=("tracks", "orders"))))
    assert [m["seq"] >= before for m in waiting(client)] == [True, True]


def test_resume_without_loss():
    """With since, every event after it comes again, once, and positions come as they are now."""
    world = city()
    client = join(world, topics=("tracks", "orders"))
    world.hub.publish("orders", order(1))
    since = waiting(client)[-1]["seq"]
    client.close()
    world.hub.publish("orders", order(2))
    world.position(A, LAT + 0.002)
    world.tick()
    world.hub.publish("orders", order(3))
    back = join(world, topics=("tracks", "orders"), since=since)
    messages = waiting(back)
    assert [(m["topic"], m["kind"]) for m in messages] == [
        ("orders", "increment"),
        ("orders", "increment"),
        ("tracks", "snapshot"),
    ]
    assert [m["items"][0].get("order_id") for m in messages] == ["ord_2", "ord_3", None]
    assert ids(messages[2]) == ["ac_1", "ac_2"]
    world.hub.publish("orders", order(4))
    assert [m["items"][0]["order_id"] for m in waiting(back)] == ["ord_4"]


@pytest.mark.parametrize("since", [0, 10**15])
def test_since_beyond_retention_gives_a_snapshot(since):
    """A since from before the retention or from another server gets fresh snapshots of every topic."""
    world = city()

    async def orders(_: Any) -> list[OrderItem]:
        return [order(7)]

    world.hub.provide("orders", orders)
    messages = waiting(join(world, topics=("tracks", "orders"), since=since))
    assert [(m["topic"], m["kind"]) for m in messages] == [("tracks", "snapshot"), ("orders", "snapshot")]
    assert messages[1]["items"][0]["order_id"] == "ord_7"


def test_retention_is_bounded():
    """Old events are forgotten by count, size and age, and who asks for them gets a snapshot."""
    world = World(limits=LiveLimits(retention_events=5))
    first = world.hub.publish("orders", order(0))
    for i in range(1, 10):
        world.hub.publish("orders", order(i))
    assert world.hub.missed(first) is None
    assert len(world.hub.missed(world.hub.seq - 5) or []) == 5
    world.clock.move(601)
    assert world.hub.missed(world.hub.seq) == []
    assert world.hub.missed(world.hub.seq - 1) is None


def test_overflowing_mailbox_ends_the_connection_only():
    """A client that lets its events pile up is ended with a code, a neighbour gets every one of them."""
    world = World(limits=LiveLimits(mailbox_events=10))
    stuck, reader = join(world, topics=("orders",)), join(world, topics=("orders",))
    waiting(stuck)
    got: list[str] = []
    for i in range(30):
        world.hub.publish("orders", order(i))
        got += [item["order_id"] for m in waiting(reader) for item in m["items"]]
    assert got == [f"ord_{i}" for i in range(30)]
    with pytest.raises(ClientClosed) as closed:
        loop.run_until_complete(stuck.next_frame())
    assert closed.value.code == CLOSE_OVERFLOW
    assert world.hub.counters["mailbox_overflows"] == 1


def test_positions_alone_never_end_a_connection():
    """However long a client does not read positions, it is neither ended nor costs memory."""
    world = city()
    client = join(world)
    for i in range(500):
        world.position(A, LAT + i / 10000)
        world.tick()
    messages = waiting(client)
    assert len(messages) == 2
    assert messages[-1]["items"][0]["lat_deg"] == pytest.approx(LAT + 0.0499)


def test_events_during_a_slow_snapshot_come_after_it():
    """What is published while a snapshot is being gathered is delivered after the snapshot."""
    world = World()

    async def slow(_: Any) -> list[OrderItem]:
        world.hub.publish("orders", order(2))
        await asyncio.sleep(0)
        return [order(1)]

    world.hub.provide("orders", slow)
    messages = waiting(join(world, topics=("orders",)))
    assert [(m["kind"], m["items"][0]["order_id"]) for m in messages] == [("snapshot", "ord_1"), ("increment", "ord_2")]


def test_closing_the_hub_ends_everybody():
    """Closing the hub ends every connection with the code for a restart, also those that join late."""
    world = city()
    client = join(world)
    loop.run_until_complete(world.hub.close())
    for one in (client, world.hub.connect(DISPATCHER)):
        with pytest.raises(ClientClosed) as closed:
            loop.run_until_complete(one.next_frame())
        assert closed.value.code == CLOSE_RESTART


def test_views_nobody_looks_at_are_dropped():
    """A view lasts as long as somebody looks at it, and leaving twice is leaving once."""
    world = city()
    client, other = join(world), join(world)
    client.close()
    client.close()
    assert len(world.hub._views) == 1
    other.close()
    assert world.hub._views == {}
    assert world.hub.clients == 0


def test_publish_refuses_unknown_topics():
    """Publishing on a topic that does not exist is the caller's mistake."""
    world = World()
    for topic in ("nonsense", "tracks"):
        with pytest.raises(ValueError, match="no events"):
            world.hub.publish(topic, order(1))


def test_alert_item_round_trip():
    """An alert arrives with its texts in both languages."""
    world = World()
    client = join(world, topics=("alerts",))
    waiting(client)
    at = world.clock.now()
    world.hub.publish("alerts", AlertItem("al_1", "link_lost", "warning", "raised", at, "Link lost.", "链路中断。"))
    (message,) = waiting(client)
    assert message["items"][0]["detail_zh"] == "链路中断。"


# ------------------------------------------------------------------------------------------------------------- areas


@pytest.mark.parametrize("bad", ["", "1,2,3", "1,2,3,x", "nan,1,2,3", [3, 1, 2, 2], [0, 0, 181, 1], [0, -91, 1, 1]])
def test_bad_boxes_are_refused(bad):
    """A box that is none is refused with a code and both texts."""
    with pytest.raises(AreaError) as error:
        parse_bbox(bad)
    assert error.value.code == "invalid_bbox"
    assert error.value.detail_zh


@pytest.mark.parametrize(
    "bad", [["nonsense"], ["-8928308280fffff"], ["0"], ["ffffffffffffffffffff"], ["8928308280ffffe"]]
)
def test_bad_cells_are_refused(bad):
    """Text that is no H3 cell is refused with a code."""
    with pytest.raises(AreaError) as error:
        parse_cells(bad)
    assert error.value.code == "invalid_h3"


def test_too_many_cells_are_refused():
    """More cells than the bound are refused before any is read."""
    with pytest.raises(AreaError) as error:
        parse_cells(["x"] * 10_001)
    assert error.value.code == "too_many_cells"


def test_cells_follow_the_rows():
    """A row's cell is computed anew after it moved."""
    cells = CellColumns()
    rows, lat, lon = np.array([0]), np.array([LAT]), np.array([LON])
    before = cells.cells(9, rows, lat, lon)[0]
    lat[0] += 0.05
    assert cells.cells(9, rows, lat, lon)[0] == before
    cells.moved(rows, 5)
    assert h3.int_to_str(int(cells.cells(9, rows, lat, lon)[0])) == h3.latlng_to_cell(lat[0], LON, 9)
    assert parse_cells([h3.int_to_str(int(before))]) == Cells(frozenset({int(before)}))
