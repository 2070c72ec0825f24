"""The parameter protocol's vehicle side: a small table of named values and how they travel.

https://mavlink.io/en/services/parameter.html; integers travel as bytes (PX4) or as a float value (ArduPilot).
"""

from dataclasses import dataclass
from enum import IntEnum
from math import isfinite
from struct import pack, unpack


class ParamKind(IntEnum):
    """MAV_PARAM_TYPE of the types in use."""

    INT8 = 2
    INT16 = 4
    INT32 = 6
    REAL32 = 9


_BOUND = {ParamKind.INT8: 2**7, ParamKind.INT16: 2**15, ParamKind.INT32: 2**31}
_CODE = {ParamKind.INT8: "<b3x", ParamKind.INT16: "<h2x", ParamKind.INT32: "<i"}


@dataclass(slots=True)
class Param:
    """A named value."""

    name: str
    value: float
    kind: ParamKind


class ParamTable:
    """Parameters in a fixed order, found by name or index."""

    def __init__(self, params: list[Param], *, bytewise: bool) -> None:
        self._params = params
        self._index = {p.name: i for i, p in enumerate(params)}
        self._bytewise = bytewise
        self.changes = 0
        """How often a value was set: whoever keeps what follows from values looks whether it is still so."""

    def __len__(self) -> int:
        return len(self._params)

    def value(self, name: str, default: float) -> float:
        """Return a value by name, the default if this flavour has no such parameter."""
        i = self._index.get(name)
        return default if i is None else self._params[i].value

    def set(self, name: str, value: float) -> bool:
        """Set a value by name, as a ground crew does; False if there is no such parameter."""
        i = self._index.get(name)
        if i is not None:
            self._params[i].value = value
            self.changes += 1
        return i is not None

    def find(self, name: str, index: int) -> int | None:
        """Return the index of the parameter meant: by name if the index is -1, else by index."""
        if index < 0:
            return self._index.get(name)
        return index if index < len(self._params) else None

    def at(self, index: int) -> Param:
        """Return the parameter at an index."""
        return self._params[index]

    def wire_value(self, index: int) -> float:
        """Return the float that carries the value in PARAM_VALUE."""
        param = self._params[index]
        if param.kind is ParamKind.REAL32 or not self._bytewise:
            return float(param.value)
        return float(unpack("<f", pack(_CODE[param.kind], int(param.value)))[0])

    def set_from_wire(self, index: int, wire: float, kind: int) -> bool:
        """Set a value from PARAM_SET's float; False for a wrong type or a value that does not fit."""
        param = self._params[index]
        if self._bytewise and kind != param.kind:
            return False
        if not isfinite(wire):  # as bytes of an integer this is one below -8388608: none of ours
            return False
        if param.kind is not ParamKind.REAL32 and self._bytewise:
            param.value = unpack(_CODE[param.kind], pack("<f", wire))[0]
            self.changes += 1
            return True
        if param.kind is not ParamKind.REAL32:
            wire = round(wire)
            if not -_BOUND[param.kind] <= wire < _BOUND[param.kind]:
                return False
        param.value = wire
        self.changes += 1
        return True
