"""The bodies and answers of operators and aircraft at the HTTP edge."""

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from utm.api.body import ApiModel
from utm.fleet import normal_endpoint

_KEY_BYTES = 32

Text = Annotated[str, Field(min_length=1, max_length=100)]
SpeedMps = Annotated[float, Field(gt=0, le=150)]
AccelMps2 = Annotated[float, Field(gt=0, le=50)]


def _endpoint(value: str) -> str:
    normal = normal_endpoint(value)
    if normal is None:
        raise ValueError("must be IP:PORT of the peer, such as 10.0.0.7:14555 or [fd00::7]:14555")
    return normal


def _signing_key(value: str) -> str:
    """Return the key as hexadecimal, from hexadecimal or base64."""
    for decode in (bytes.fromhex, lambda text: base64.b64decode(text, validate=True)):
        try:
            key = decode(value)
        except (ValueError, binascii.Error):
            continue
        if len(key) == _KEY_BYTES:
            return key.hex()
    raise ValueError("must be 32 bytes as 64 hexadecimal digits or as base64")


Endpoint = Annotated[str, Field(max_length=60), AfterValidator(_endpoint)]
SigningKey = Annotated[
    str, Field(max_length=100, json_schema_extra={"format": "password"}), AfterValidator(_signing_key)
]
SystemId = Annotated[int, Field(ge=1, le=255)]


class MavlinkBody(ApiModel):
    """How the vehicle is recognised on MAVLink."""

    system_id: SystemId
    endpoint: Endpoint | None = None
    """IP:PORT of the peer; without it and without a key, the first unsigned peer using the system id."""
    signing_key: SigningKey | None = None
    """32 bytes, hexadecimal or base64; never returned."""


class MavlinkPatch(ApiModel):
    """Changes to how the vehicle is recognised; null takes a value away, an absent one stays."""

    system_id: SystemId | None = None
    endpoint: Endpoint | None = None
    signing_key: SigningKey | None = None


MassKg = Annotated[float, Field(gt=0, le=100_000)]
EnduranceS = Annotated[float, Field(ge=60.0, le=7 * 86_400.0)]


class AircraftBody(ApiModel):
    """An aircraft to register for the caller's own firm."""

    aircraft_id: Annotated[str, Field(pattern=r"^ac_[A-Za-z0-9_-]{1,60}$")] | None = None
    registration: Annotated[str, Field(pattern=r"^UAS[0-9A-Za-z]{8}$")]
    """The registration mark of CCAR-92, 92.211: UAS and 8 letters or digits."""
    manufacturer: Text
    model: Text
    aircraft_class: Literal["micro", "light", "small", "medium", "large"] = Field(alias="class")
    mavlink: MavlinkBody | None = None
    max_speed_mps: SpeedMps | None = None
    max_climb_mps: SpeedMps | None = None
    max_descent_mps: SpeedMps | None = None
    max_accel_mps2: AccelMps2 | None = None
    """Along and across the track; where it is given, a plan's times are checked against turns and starts from rest."""
    endurance_s: EnduranceS | None = None
    """How long a full battery flies it at cruise, unloaded; until a flight shows its own rate, the low-battery alert
    reckons with it (half an hour where it is not told)."""
    empty_mass_kg: MassKg | None = None
    mtow_kg: MassKg | None = None
    """Largest take-off mass."""
    max_height_agl_m: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """The true height it cannot exceed; asked of micro aircraft."""
    airspace_keeping: bool | None = None
    """It can be kept within an airspace."""
    reliable_surveillance: bool | None = None
    """It can be watched reliably."""
    micro_power_radio: bool | None = None
    """Its radio is micro-power short-range equipment; asked of micro aircraft."""
    agricultural: bool | None = None
    """It is made for work in agriculture, forestry, animal husbandry or fishery alone."""
    max_radius_m: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """How far from its place of take-off it can fly; asked of agricultural aircraft."""


class AircraftPatch(ApiModel):
    """Changes to an aircraft: an absent field stays, null takes it away where it is optional."""

    manufacturer: Text | None = None
    model: Text | None = None
    mavlink: MavlinkPatch | None = None
    max_speed_mps: SpeedMps | None = None
    max_climb_mps: SpeedMps | None = None
    max_descent_mps: SpeedMps | None = None
    max_accel_mps2: AccelMps2 | None = None
    """Along and across the track; where it is given, a plan's times are checked against turns and starts from rest."""
    endurance_s: EnduranceS | None = None
    """How long a full battery flies it at cruise, unloaded; until a flight shows its own rate, the low-battery alert
    reckons with it (half an hour where it is not told)."""
    empty_mass_kg: MassKg | None = None
    mtow_kg: MassKg | None = None
    """Largest take-off mass."""
    max_height_agl_m: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """The true height it cannot exceed; asked of micro aircraft."""
    airspace_keeping: bool | None = None
    """It can be kept within an airspace."""
    reliable_surveillance: bool | None = None
    """It can be watched reliably."""
    micro_power_radio: bool | None = None
    """Its radio is micro-power short-range equipment; asked of micro aircraft."""
    agricultural: bool | None = None
    """It is made for work in agriculture, forestry, animal husbandry or fishery alone."""
    max_radius_m: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """How far from its place of take-off it can fly; asked of agricultural aircraft."""


class MavlinkAnswer(BaseModel):
    """How the vehicle is recognised on MAVLink."""

    system_id: int
    endpoint: str | None
    signed: bool = Field(description="Whether a signing key is held; the key itself is never returned.")


class PerformanceAnswer(BaseModel):
    """The fastest it flies level, climbs and descends: as registered, else the usual values of its class."""

    max_speed_mps: float
    max_climb_mps: float
    max_descent_mps: float


class AircraftAnswer(BaseModel):
    """A registered aircraft."""

    aircraft_id: str
    registration: str
    organisation_id: str
    manufacturer: str
    model: str
    aircraft_class: str = Field(serialization_alias="class")
    mavlink: MavlinkAnswer | None
    max_speed_mps: float | None
    max_climb_mps: float | None
    max_descent_mps: float | None
    max_accel_mps2: float | None
    endurance_s: float | None
    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    max_height_agl_m: float | None = None
    airspace_keeping: bool | None = None
    reliable_surveillance: bool | None = None
    micro_power_radio: bool | None = None
    agricultural: bool | None = None
    max_radius_m: float | None = None
    agricultural_by_numbers: bool = Field(
        False,
        description="It is of the agricultural class (Order 761, Article 62): declared so, its numbers within limits.",
    )
    agricultural_missing: list[str] = Field(default_factory=list, description="Numbers that would decide that.")
    agricultural_because: list[str] = Field(
        default_factory=list, description="Which of that class's limits it exceeds."
    )
    class_by_numbers: str | None = Field(
        None, description="The class its numbers give (Order 761, Article 62), by which it is judged; null: undecided."
    )
    class_missing: list[str] = Field(default_factory=list, description="Numbers that would decide its class.")
    class_because: list[str] = Field(default_factory=list, description="Which limits of lower classes it exceeds.")
    performance: PerformanceAnswer
    active: bool
    version: int


class AircraftList(BaseModel):
    """One page of aircraft."""

    items: list[AircraftAnswer]
    next_cursor: str | None


class OperatorAnswer(BaseModel):
    """A firm that flies."""

    organisation_id: str
    name: str
    name_zh: str
    active: bool
    entitlements: list[str]
    aircraft_count: int


class OperatorList(BaseModel):
    """One page of operators."""

    items: list[OperatorAnswer]
    next_cursor: str | None
