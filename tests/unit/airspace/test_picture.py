"""The picture: order of arrival, refusals, states with hysteresis, rows and versions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid
from airspace.frame import LocalFrame
from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.picture import Picture
from airspace.tracks import IngestCode, ObservationBatch, PictureFullError, PictureLimits, TrackState

NOW = 90_000_000.0
LAT, LON = 22.55, 114.05
FRAME = LocalFrame("EPSG:4547")
GEOID = GeoidGrid(np.array([22.0, 23.0]), np.array([113.0, 115.0]), np.full((2, 2), -3.0))
ALTITUDES = AltitudeModel(GEOID, FlatTerrain(10.0, "flat"))


def picture(**limits: float) -> Picture:
    """Return an empty picture over a flat city: undulation -3 m, ground 10 m above the geoid."""
    return Picture(FRAME, ALTITUDES, PictureLimits(**limits), capacity=4)


def batch(*reports: dict[str, float]) -> ObservationBatch:
    """Return a batch of reports; each starts from a good one observed and received at `t`."""
    rows, columns = [], []
    for report in reports:
        t = report.get("t", NOW)
        good = {
            "lat": LAT,
            "lon": LON,
            "hae": 57.0,
            "amsl": np.nan,
            "home": np.nan,
            "east": 0.0,
            "north": 0.0,
            "up": 0.0,
            "heading": np.nan,
            "observed": t,
            "received": t,
        } | {k: v for k, v in report.items() if k not in {"t", "row"}}
        rows.append(report.get("row", 0))
        columns.append(list(good.values()))
    return ObservationBatch.from_columns(np.array(rows, np.int64), np.array(columns, float).reshape(-1, 11))


def one_flight(**limits: float) -> Picture:
    """Return a picture with one registered, airborne track on row 0, planned to hover at LAT, LON, 57 m."""
    sky = picture(**limits)
    sky.open_track("trk_a", now_s=NOW)
    sky.bind_aircraft(0, "ac_a")
    x, y = FRAME.to_xy(LAT, LON)
    hover = Trajectory4D(np.array([[x[0], y[0], 57, NOW - 60, x[0], y[0], 57, NOW + 600]]), np.zeros(1, np.int32))
    sky.bind_plan(0, "fp_a", hover, Tolerance())
    sky.set_landed(0, False)
    return sky


def fly(sky: Picture, t: float, *, off: bool = False) -> TrackState:
    """Report one position at `t`, on or 33 m off the plan, advance and return the state."""
    sky.ingest(batch({"t": t, "lat": LAT + (0.0003 if off else 0.0)}))
    sky.advance(t)
    return TrackState(sky.state[0])


# ----------------------------------------------------------------------------------------------------------- ingest


def test_altitudes_are_completed():
    """From the ellipsoid height follow sea level and true height, and from sea level the other two."""
    sky = picture()
    for name in ("trk_a", "trk_b"):
        sky.open_track(name, now_s=NOW)
    sky.ingest(batch({"row": 0, "hae": 57.0}, {"row": 1, "hae": np.nan, "amsl": 60.0}))
    for row in (0, 1):
        assert (sky.alt_hae_m[row], sky.alt_amsl_m[row], sky.alt_agl_m[row]) == pytest.approx((57, 60, 50))


def test_beyond_the_geoid_altitudes_stay_unknown():
    """A vehicle on another continent keeps the altitude it gave, no other, and costs its neighbours nothing."""
    sky = picture()
    for name in ("trk_a", "trk_b", "trk_c"):
        sky.open_track(name, now_s=NOW)
    reports = [{"row": 0}, {"row": 1, "lat": 47.4, "lon": 8.5, "hae": np.nan, "amsl": 488.0}, {"row": 2}]
    assert (sky.ingest(batch(*reports)).code == IngestCode.ACCEPTED).all()
    assert sky.alt_amsl_m[1] == 488.0
    assert np.isnan([sky.alt_hae_m[1], sky.alt_agl_m[1]]).all()
    assert sky.alt_agl_m[[0, 2]] == pytest.approx([50, 50])


def test_order_of_arrival():
    """Older and repeated observations are ignored and counted, within a batch and across batches."""
    sky = picture()
    sky.open_track("trk_a", now_s=NOW)
    first = sky.ingest(batch({"t": NOW + 1}, {"t": NOW + 3}, {"t": NOW + 2}, {"t": NOW + 3}, {"t": NOW + 4}))
    assert first.code.tolist() == [0, 0, IngestCode.OUT_OF_ORDER, IngestCode.DUPLICATE, 0]
    second = sky.ingest(batch({"t": NOW + 4}, {"t": NOW}))
    assert second.code.tolist() == [IngestCode.DUPLICATE, IngestCode.OUT_OF_ORDER]
    assert sky.observed_s[0] == NOW + 4
    assert sky.counters["out_of_order"] == sky.counters["duplicate"] == 2
    assert first.accepted.observed_s.tolist() == [NOW + 1, NOW + 3, NOW + 4]


def test_future_stamps_count_as_arrival():
    """A clock that runs ahead is flagged and counted, and cannot block the observations that follow."""
    sky = picture()
    sky.open_track("trk_a", now_s=NOW)
    report = sky.ingest(batch({"observed": NOW + 3600, "received": NOW}))
    assert report.code[0] == IngestCode.ACCEPTED
    assert report.ahead[0]
    assert sky.observed_s[0] == NOW
    assert sky.clock_ahead[0]
    assert sky.counters["clock_ahead"] == 1
    after = sky.ingest(batch({"observed": NOW + 1.5, "received": NOW + 1}))
    assert after.code[0] == IngestCode.ACCEPTED
    assert not after.ahead[0]
    assert sky.observed_s[0] == NOW + 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"lat": 0.0, "lon": 0.0}, IngestCode.NO_POSITION),
        ({"lat": np.nan}, IngestCode.OUT_OF_RANGE),
        ({"lon": np.inf}, IngestCode.OUT_OF_RANGE),
        ({"lat": 90.1}, IngestCode.OUT_OF_RANGE),
        ({"lon": -180.1}, IngestCode.OUT_OF_RANGE),
        ({"hae": np.inf}, IngestCode.OUT_OF_RANGE),
        ({"amsl": -2e5}, IngestCode.OUT_OF_RANGE),
        ({"up": 1e4}, IngestCode.OUT_OF_RANGE),
        ({"heading": 361.0}, IngestCode.OUT_OF_RANGE),
        ({"heading": -1.0}, IngestCode.OUT_OF_RANGE),
        ({"observed": np.nan}, IngestCode.OUT_OF_RANGE),
        ({"received": np.inf}, IngestCode.OUT_OF_RANGE),
        ({"observed": NOW - 301}, IngestCode.TOO_OLD),
    ],
)
def test_bad_values_are_refused_alone(fault, code):
    """One bad report is refused with its code and counted; its neighbours in the batch are taken."""
    sky = picture()
    for name in ("trk_a", "trk_b"):
        sky.open_track(name, now_s=NOW)
    report = sky.ingest(batch({"row": 1}, {"row": 0} | fault, {"row": 1, "t": NOW + 1}))
    assert report.code.tolist() == [0, code, 0]
    assert sky.counters[code.name.lower()] == 1
    assert sky.snapshot().tolist() == [1]


def test_observation_of_no_track_is_an_error():
    """A row that holds no track is the caller's mistake and changes nothing."""
    sky = picture()
    with pytest.raises(ValueError, match="no track"):
        sky.ingest(batch({"row": 0}))


reports = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(0, 10_000)), max_size=60)


@given(reports, st.integers(1, 7))
@settings(max_examples=150, deadline=None)
def test_columns_never_mix_rows(items, size):
    """However reports are ordered and batched, each row ends with all the values of its own newest report."""
    sky = picture()
    newest: dict[int, tuple[int, int]] = {}
    for row in range(4):
        sky.open_track(f"trk_{row}", now_s=NOW)
    for start in range(0, len(items), size):
        part = items[start : start + size]
        sky.ingest(
            batch(
                *(
                    {
                        "row": row,
                        "observed": NOW + t,
                        "received": NOW + 20,
                        "lat": 22 + mark * 1e-5,
                        "lon": 114 + mark * 1e-5,
                        "hae": float(mark),
                        "north": mark / 100,
                    }
                    for row, t, mark in part
                )
            )
        )
        for row, t, mark in part:
            if row not in newest or t > newest[row][0]:
                newest[row] = (t, mark)
    assert sky.snapshot().tolist() == sorted(newest)
    x, y = sky.x_m, sky.y_m
    for row, (t, mark) in newest.items():
        assert sky.observed_s[row] == NOW + t
        assert sky.lat_deg[row] == 22 + mark * 1e-5
        assert sky.lon_deg[row] == 114 + mark * 1e-5
        assert sky.alt_hae_m[row] == mark
        assert sky.vel_north_mps[row] == mark / 100
        expected = FRAME.to_xy(22 + mark * 1e-5, 114 + mark * 1e-5)
        assert (x[row], y[row]) == pytest.approx((expected[0][0], expected[1][0]))


# ----------------------------------------------------------------------------------------------------------- states


def test_unregistered_is_unknown():
    """A track of no registered aircraft is unknown, also when it falls silent, and is gone after the retention."""
    sky = picture()
    sky.open_track("trk_a", now_s=NOW)
    sky.ingest(batch({}))
    for t in (0.25, 100):
        sky.advance(NOW + t)
        assert sky.state[0] == TrackState.UNKNOWN
    assert [gone.track_id for gone in sky.advance(NOW + 301).removed] == ["trk_a"]


def test_airborne_without_plan_is_unplanned():
    """A registered aircraft in the air without a plan is unplanned, on the ground it is not."""
    sky = picture()
    sky.open_track("trk_a", now_s=NOW)
    sky.bind_aircraft(0, "ac_a")
    sky.ingest(batch({}))
    sky.advance(NOW)
    assert sky.state[0] == TrackState.UNPLANNED
    sky.set_landed(0, True)
    sky.advance(NOW)
    assert sky.state[0] == TrackState.CONFORMING
    sky.set_landed(0, None)
    sky.set_armed(0, False)
    sky.advance(NOW)
    assert sky.state[0] == TrackState.CONFORMING


def test_deviation_is_raised_fast_and_cleared_slowly():
    """Two positions off the plan raise the alarm; it takes three on it over three seconds to clear it."""
    sky = one_flight()
    assert fly(sky, NOW) == TrackState.CONFORMING
    assert fly(sky, NOW + 1, off=True) == TrackState.CONFORMING
    assert fly(sky, NOW + 2, off=True) == TrackState.NONCONFORMING
    assert sky.lateral_m[0] == pytest.approx(33.2, abs=0.2)
    states = [fly(sky, NOW + t) for t in (3, 4, 5)]
    assert states == [TrackState.NONCONFORMING] * 3
    assert fly(sky, NOW + 6) == TrackState.CONFORMING


def test_single_outlier_is_no_alarm():
    """One position off the plan between good ones raises nothing."""
    sky = one_flight()
    states = [fly(sky, NOW + t, off=t == 3) for t in range(8)]
    assert states == [TrackState.CONFORMING] * 8


def test_outlier_that_nothing_contradicts_is_an_alarm():
    """A last position off the plan raises the alarm when no newer one comes in time."""
    sky = one_flight()
    fly(sky, NOW, off=True)
    sky.advance(NOW + 1.5)
    assert sky.state[0] == TrackState.CONFORMING
    sky.advance(NOW + 1.75)
    assert sky.state[0] == TrackState.NONCONFORMING


@given(st.lists(st.floats(-1.5, 1.5), min_size=20, max_size=80))
@settings(max_examples=60, deadline=None)
def test_noise_at_the_limit_does_not_flicker(noise):
    """A flight that sways about the very limit changes state at most once in three seconds."""
    sky = one_flight()
    changes: list[float] = []
    for i, sway in enumerate(noise):
        t = NOW + i * 0.5
        sky.ingest(batch({"t": t, "lat": LAT + (20 + sway) / 110_740}))
        changes += [t] * len(sky.advance(t).transitions)
    calm = np.diff(changes[1:])  # the first change is from "unknown" at birth
    assert (calm[1::2] >= 3.0).all()  # every clearing takes its time


def test_lost_and_found():
    """Silence makes a flight lost after five seconds, a dead link after one, and the next position ends it."""
    sky = one_flight()
    fly(sky, NOW)
    sky.advance(NOW + 5)
    assert sky.state[0] == TrackState.CONFORMING
    changes = sky.advance(NOW + 5.1).transitions
    assert [(c.before, c.after, c.plan_id) for c in changes] == [(TrackState.CONFORMING, TrackState.LOST, "fp_a")]
    assert fly(sky, NOW + 6) == TrackState.CONFORMING
    sky.set_link(0, False)
    sky.advance(NOW + 7.1)
    assert sky.state[0] == TrackState.LOST


def test_contingency_is_shown_until_it_ends():
    """A declared contingency shows instead of the deviation it explains."""
    sky = one_flight()
    sky.set_contingent(0, True)
    assert fly(sky, NOW, off=True) == TrackState.CONTINGENT
    sky.set_contingent(0, False)
    assert fly(sky, NOW + 1, off=True) == TrackState.NONCONFORMING


def test_landing_is_confirmed_once():
    """A landing counts after two seconds on the ground following a flight, once; flapping reports restart the wait."""
    sky = one_flight()
    fly(sky, NOW)
    sky.set_landed(0, True)
    assert not sky.advance(NOW + 1).landed
    sky.set_landed(0, False)
    assert not sky.advance(NOW + 2).landed
    sky.set_landed(0, True)
    assert not sky.advance(NOW + 3).landed
    assert not sky.advance(NOW + 4.9).landed
    assert sky.advance(NOW + 5).landed == [0]
    assert not sky.advance(NOW + 9).landed


def test_landing_without_a_landed_state():
    """Where the vehicle never says whether it stands, disarming after having been above home is a landing."""
    sky = picture()
    sky.open_track("trk_a", now_s=NOW)
    sky.bind_aircraft(0, "ac_a")
    sky.set_armed(0, True)
    sky.ingest(batch({"home": 30.0}))
    sky.advance(NOW)
    sky.set_armed(0, False)
    sky.advance(NOW + 1)
    assert sky.advance(NOW + 3).landed == [0]


def test_parked_aircraft_never_lands():
    """An aircraft that was never in the air is not reported as landed."""
    sky = one_flight()
    sky.set_landed(0, True)
    for t in range(10):
        sky.ingest(batch({"t": NOW + t}))
        assert not sky.advance(NOW + t).landed


# ------------------------------------------------------------------------------------------------- rows and versions


def test_growth_keeps_rows():
    """More tracks than the first allocation find room and the earlier rows keep their values."""
    sky = picture()
    for i in range(40):
        sky.open_track(f"trk_{i}", now_s=NOW)
    sky.ingest(batch(*({"row": i, "hae": float(i)} for i in range(40))))
    for i in range(40, 1000):
        sky.open_track(f"trk_{i}", now_s=NOW)
    assert sky.alt_hae_m[:40].tolist() == list(range(40))
    assert sky.snapshot().tolist() == list(range(40))


def test_full_picture_refuses_the_newcomer():
    """At the most tracks it may hold the picture refuses the next one and keeps the others."""
    sky = picture(capacity_max=4)
    for i in range(4):
        sky.open_track(f"trk_{i}", now_s=NOW)
    with pytest.raises(PictureFullError):
        sky.open_track("trk_4", now_s=NOW)
    sky.close_track(1, now_s=NOW)
    with pytest.raises(PictureFullError):
        sky.open_track("trk_4", now_s=NOW + 59)
    assert sky.open_track("trk_4", now_s=NOW + 60) == 1


def test_a_reused_row_starts_fresh():
    """A row serves another track only after its quarantine, under a new generation, with nothing of the first left."""
    sky = one_flight()
    fly(sky, NOW, off=True)
    fly(sky, NOW + 1, off=True)
    sky.close_track(0, now_s=NOW + 2)
    assert sky.open_track("trk_b", now_s=NOW + 3) == 1
    assert sky.open_track("trk_c", now_s=NOW + 62) == 0
    assert sky.generation[0] == 1
    assert sky.plan_ids[0] is sky.aircraft_ids[0] is None
    assert not sky.planned[0]
    assert not sky.registered[0]
    assert 0 not in sky.snapshot()
    sky.ingest(batch({"t": NOW + 62}))
    sky.advance(NOW + 62)
    assert sky.state[0] == TrackState.UNKNOWN


def test_changes_since_a_version():
    """A reader that asks again with the version it got sees exactly what changed and what left in between."""
    sky = picture()
    for i in range(3):
        sky.open_track(f"trk_{i}", now_s=NOW)
    sky.ingest(batch({"row": 0}, {"row": 1}))
    start = sky.changed_since(0)
    assert start.rows.tolist() == [0, 1]
    assert not sky.changed_since(start.version).rows.size
    sky.ingest(batch({"row": 1, "t": NOW + 1}))
    sky.close_track(0, now_s=NOW)
    later = sky.changed_since(start.version)
    assert later.rows.tolist() == [1]
    assert [gone.track_id for gone in later.removed] == ["trk_0"]
    assert later.complete
    sky.set_battery(1, 50.0)
    version = sky.current_version
    sky.set_battery(1, 50.0)
    assert sky.current_version == version
