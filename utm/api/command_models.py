"""Bodies of orders to vehicles."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from utm.api.body import ApiModel
from utm.api.flight_plan_models import Identifier
from utm.command_values import CommandRequest, CommandType
from utm.command_work import MESSAGE_IDS

Sentence = Annotated[str, Field(min_length=5, max_length=500)]
_ALLOWED: dict[str, frozenset[str]] = {
    "hold": frozenset({"lat_deg", "lon_deg", "alt_m", "alt_datum", "duration_s"}),
    "resume": frozenset(),
    "rtl": frozenset(),
    "land": frozenset(),
    "land_at_site": frozenset({"site_id"}),
    "reroute": frozenset({"plan", "plan_id"}),
    "upload_plan": frozenset({"plan_id"}),
    "upload_geofence": frozenset({"plan_id"}),
    "set_message_rates": frozenset({"rates"}),
}


class CommandParams(ApiModel):
    """What is asked of a vehicle; which members a type takes is in docs/commands.md."""

    type: CommandType
    lat_deg: float | None = Field(None, ge=-90, le=90, description="hold: where, WGS-84; absent: where it is.")
    lon_deg: float | None = Field(None, ge=-180, le=180)
    alt_m: float | None = Field(None, ge=-500, le=10_000, description="hold: how high; absent: as high as it is.")
    alt_datum: Literal["AGL", "AMSL", "HAE"] | None = None
    duration_s: float | None = Field(
        None, ge=10, le=1_800, description="hold: how long the place is reserved at first."
    )
    site_id: Identifier | None = Field(None, description="land_at_site: where.")
    plan_id: Identifier | None = Field(None, description="upload_plan, upload_geofence, reroute: a plan filed already.")
    plan: dict[str, Any] | None = Field(None, description="reroute: the body of a new plan, filed with the command.")
    rates: dict[str, float] | None = Field(
        None, min_length=1, max_length=16, description="set_message_rates: MAVLink message names and their rates in Hz."
    )

    @field_validator("rates")
    @classmethod
    def _known_messages(cls, rates: dict[str, float] | None) -> dict[str, float] | None:
        for name, rate_hz in (rates or {}).items():
            if name not in MESSAGE_IDS:
                raise ValueError(f"{name[:40]!r} is no MAVLink message")
            if not 0 <= rate_hz <= 50:
                raise ValueError("rates lie between 0 and 50 Hz")
        return rates

    @model_validator(mode="after")
    def _fits_type(self) -> "CommandParams":
        given = {name for names in _ALLOWED.values() for name in names if getattr(self, name) is not None}
        unknown = sorted(given - _ALLOWED[self.type])
        if unknown:
            raise ValueError(f"{self.type} takes no {', '.join(unknown)}")
        if (self.lat_deg is None) != (self.lon_deg is None):
            raise ValueError("lat_deg and lon_deg are given together")
        if (self.alt_m is None) != (self.alt_datum is None):
            raise ValueError("alt_m and alt_datum are given together")
        needed = {"land_at_site": "site_id", "set_message_rates": "rates"}.get(self.type)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"{self.type} needs {needed}")
        if self.type == "reroute" and (self.plan is None) == (self.plan_id is None):
            raise ValueError("reroute needs either plan or plan_id")
        return self

    def request(self, aircraft_id: str) -> CommandRequest:
        """Return the request to one vehicle."""
        names = _ALLOWED[self.type]
        params = {name: value for name in sorted(names) if (value := getattr(self, name)) is not None}
        return CommandRequest(aircraft_id, self.type, params)


class Grounds(ApiModel):
    """Why, and the second step."""

    reason: Sentence | None = Field(None, description="Dispatchers: why, where the flight itself gives no cause.")
    override: Sentence | None = Field(None, description="Dispatchers: why a conflict is accepted; audited.")
    confirmation_token: str | None = Field(None, max_length=200, description="From the answer to the first step.")


class CommandBody(CommandParams, Grounds):
    """An order to one vehicle."""


class MassItem(CommandParams):
    """An order to one of several vehicles."""

    aircraft_id: Identifier


class MassBody(Grounds):
    """Orders to several vehicles, judged jointly and always confirmed."""

    commands: list[MassItem] = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _each_once(self) -> "MassBody":
        named = [item.aircraft_id for item in self.commands]
        if len(set(named)) != len(named):
            raise ValueError("each aircraft is named once")
        return self
