"""Compiled plan geometry to bytes and back, without losing a bit."""

import msgspec
import numpy as np

from airspace.geometry4d import PlanGeometry, Prism, Trajectory4D


class _Trajectory(msgspec.Struct, tag="trajectory"):
    segments: bytes
    waypoint_of: bytes


class _Prism(msgspec.Struct, array_like=True):
    ring: bytes | None
    circle: tuple[float, float, float] | None
    z_low_m: float
    z_high_m: float
    t_start_s: float
    t_end_s: float


class _Volumes(msgspec.Struct, tag="volumes"):
    prisms: list[_Prism]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Trajectory | _Volumes)


def encode(geometry: PlanGeometry) -> bytes:
    """Return the geometry as bytes."""
    if isinstance(geometry, Trajectory4D):
        segments = np.ascontiguousarray(geometry.segments, dtype="<f8")
        waypoint_of = np.ascontiguousarray(geometry.waypoint_of, dtype="<i4")
        return _encoder.encode(_Trajectory(segments.tobytes(), waypoint_of.tobytes()))
    return _encoder.encode(_Volumes([_pack(prism) for prism in geometry]))


def decode(data: bytes) -> PlanGeometry:
    """Return the geometry whose bytes these are; raises msgspec.DecodeError for anything else."""
    value = _decoder.decode(data)
    if isinstance(value, _Trajectory):
        segments = np.frombuffer(value.segments, dtype="<f8").reshape(-1, 8)
        return Trajectory4D(segments, np.frombuffer(value.waypoint_of, dtype="<i4"))
    return tuple(_unpack(prism) for prism in value.prisms)


def _pack(prism: Prism) -> _Prism:
    ring = None if prism.ring is None else np.ascontiguousarray(prism.ring, dtype="<f8").tobytes()
    return _Prism(ring, prism.circle, prism.z_low_m, prism.z_high_m, prism.t_start_s, prism.t_end_s)


def _unpack(prism: _Prism) -> Prism:
    ring = None if prism.ring is None else np.frombuffer(prism.ring, dtype="<f8").reshape(-1, 2)
    return Prism(ring, prism.circle, prism.z_low_m, prism.z_high_m, prism.t_start_s, prism.t_end_s)
