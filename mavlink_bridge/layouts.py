"""Layouts: where the fields of the messages we read and write lie in a MAVLink payload.

Fields stand in wire order (largest type first, MAVLink serialisation rules), extensions last. Type letters are those of
`struct`, little-endian; a number before the letter is an array length, `s` are bytes. The tests hold every layout
against pymavlink's. One differs on purpose: param_value stays four bytes, because PX4 puts integers into them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .message_table import NAME


@dataclass(frozen=True, slots=True)
class Layout:
    """One message: its id, its field names in wire order and the formats that unpack a full-length payload."""

    message_id: int
    name: str
    fields: tuple[str, ...]
    types: tuple[str, ...]
    packer: struct.Struct

    @property
    def size(self) -> int:
        """Length of the whole payload in bytes, extensions included."""
        return self.packer.size

    def dtype(self) -> np.dtype[Any]:
        """The payload as a numpy structured type, for arrays of zero-padded payloads."""
        return np.dtype([(name, _numpy_type(kind)) for name, kind in zip(self.fields, self.types, strict=True)])

    def unpack(self, payload: bytes) -> tuple[Any, ...]:
        """Return the fields in wire order of a payload that may be zero-truncated or longer than known.

        Arrays of numbers come flattened, one value an element. The spec (MAVLink 2 "Empty-Byte Payload Truncation",
        "Message Extensions") makes both lengths legal.
        """
        size = self.packer.size
        if len(payload) < size:
            payload = payload + bytes(size - len(payload))
        return self.packer.unpack_from(payload)


def _numpy_type(kind: str) -> Any:
    letters = {"B": "u1", "b": "i1", "H": "<u2", "h": "<i2", "I": "<u4", "i": "<i4", "Q": "<u8", "q": "<i8", "f": "<f4"}
    count, letter = kind[:-1], kind[-1]
    if letter == "s":
        return f"V{count or 1}"
    return (letters[letter], int(count)) if count else letters[letter]


_TABLE: Final = """
0 custom_mode:I type:B autopilot:B base_mode:B system_status:B mavlink_version:B
1 onboard_control_sensors_present:I onboard_control_sensors_enabled:I onboard_control_sensors_health:I load:H
  voltage_battery:H current_battery:h drop_rate_comm:H errors_comm:H errors_count1:H errors_count2:H errors_count3:H
  errors_count4:H battery_remaining:b onboard_control_sensors_present_extended:I
  onboard_control_sensors_enabled_extended:I onboard_control_sensors_health_extended:I
2 time_unix_usec:Q time_boot_ms:I
11 custom_mode:I target_system:B base_mode:B
20 param_index:h target_system:B target_component:B param_id:16s
22 param_value:4s param_count:H param_index:H param_id:16s param_type:B
23 param_value:4s target_system:B target_component:B param_id:16s param_type:B
24 time_usec:Q lat:i lon:i alt:i eph:H epv:H vel:H cog:H fix_type:B satellites_visible:B alt_ellipsoid:i h_acc:I
  v_acc:I vel_acc:I hdg_acc:I yaw:H
33 time_boot_ms:I lat:i lon:i alt:i relative_alt:i vx:h vy:h vz:h hdg:H
39 param1:f param2:f param3:f param4:f x:f y:f z:f seq:H command:H target_system:B target_component:B frame:B
  current:B autocontinue:B mission_type:B
40 seq:H target_system:B target_component:B mission_type:B
42 seq:H total:H mission_state:B mission_mode:B
43 target_system:B target_component:B mission_type:B
44 count:H target_system:B target_component:B mission_type:B
45 target_system:B target_component:B mission_type:B
46 seq:H
47 target_system:B target_component:B type:B mission_type:B
51 seq:H target_system:B target_component:B mission_type:B
66 req_message_rate:H target_system:B target_component:B req_stream_id:B start_stop:B
73 param1:f param2:f param3:f param4:f x:i y:i z:f seq:H command:H target_system:B target_component:B frame:B
  current:B autocontinue:B mission_type:B
75 param1:f param2:f param3:f param4:f x:i y:i z:f command:H target_system:B target_component:B frame:B current:B
  autocontinue:B
76 param1:f param2:f param3:f param4:f param5:f param6:f param7:f command:H target_system:B target_component:B
  confirmation:B
77 command:H result:B progress:B result_param2:i target_system:B target_component:B
109 rxerrors:H fixed:H rssi:B remrssi:B txbuf:B noise:B remnoise:B
111 tc1:q ts1:q
147 current_consumed:i energy_consumed:i temperature:h voltages:10H current_battery:h id:B battery_function:B type:B
  battery_remaining:b time_remaining:i charge_state:B voltages_ext:4H mode:B fault_bitmask:I
148 capabilities:Q uid:Q flight_sw_version:I middleware_sw_version:I os_sw_version:I board_version:I vendor_id:H
  product_id:H flight_custom_version:8s middleware_custom_version:8s os_custom_version:8s uid2:18s
166 rxerrors:H fixed:H rssi:B remrssi:B txbuf:B noise:B remnoise:B
235 timestamp:I latitude:i longitude:i custom_mode:H altitude:h target_altitude:h target_distance:H wp_num:H
  failure_flags:H type:B autopilot:B heading:B target_heading:B throttle:B airspeed:B airspeed_sp:B groundspeed:B
  windspeed:B wind_heading:B eph:B epv:B temperature_air:b climb_rate:b battery:b custom0:b custom1:b custom2:b
242 latitude:i longitude:i altitude:i x:f y:f z:f q:4f approach_x:f approach_y:f approach_z:f time_usec:Q
244 interval_us:i message_id:H
245 vtol_state:B landed_state:B
246 ICAO_address:I lat:i lon:i altitude:i heading:H hor_velocity:H ver_velocity:h flags:H squawk:H altitude_type:B
  callsign:9s emitter_type:B tslc:B
253 severity:B text:50s id:H chunk_seq:B
340 time:Q lat:i lon:i alt:i relative_alt:i next_lat:i next_lon:i next_alt:i vx:h vy:h vz:h h_acc:H v_acc:H
  vel_acc:H update_rate:H uas_id:18s flight_state:B flags:B
410 id:I event_time_boot_ms:I sequence:H destination_component:B destination_system:B log_levels:B arguments:40s
12900 target_system:B target_component:B id_or_mac:20s id_type:B ua_type:B uas_id:20s
12901 latitude:i longitude:i altitude_barometric:f altitude_geodetic:f height:f timestamp:f direction:H
  speed_horizontal:H speed_vertical:h target_system:B target_component:B id_or_mac:20s status:B height_reference:B
  horizontal_accuracy:B vertical_accuracy:B barometer_accuracy:B speed_accuracy:B timestamp_accuracy:B
12904 operator_latitude:i operator_longitude:i area_ceiling:f area_floor:f operator_altitude_geo:f timestamp:I
  area_count:H area_radius:H target_system:B target_component:B id_or_mac:20s operator_location_type:B
  classification_type:B category_eu:B class_eu:B
12915 target_system:B target_component:B id_or_mac:20s single_message_size:B msg_pack_size:B messages:225s
"""


def _read(table: str) -> dict[int, Layout]:
    layouts: dict[int, Layout] = {}
    for row in table.replace("\n  ", " ").strip().split("\n"):
        number, *pairs = row.split()
        names, kinds = zip(*(pair.split(":") for pair in pairs), strict=True)
        message_id = int(number)
        layouts[message_id] = Layout(
            message_id, NAME[message_id], tuple(names), tuple(kinds), struct.Struct("<" + "".join(kinds))
        )
    return layouts


LAYOUTS: Final[dict[int, Layout]] = _read(_TABLE)
"""Every message we read or write, by id."""

BY_NAME: Final[dict[str, Layout]] = {layout.name: layout for layout in LAYOUTS.values()}
