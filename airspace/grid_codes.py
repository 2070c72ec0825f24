"""BeiDou grid location codes, two-dimensional (GB/T 39409-2020, chapter 5), encoded and decoded exactly.

Level 1 is the 6 x 4 degree sheet `N50J`: hemisphere N or S, zone 01-60 counted eastwards from 180 W, band A-V counted
from the equator. Below it each level divides its parent; from level 2 on all hemispheres are mirrored into the
north-eastern one, so counting runs away from the equator and the prime meridian.

    level   1      2     3      4     5    6    7       8       9       10
    size    6x4    30'   15x10' 1'    4"   2"   1/4"    1/32"   1/256"  1/2048"
    parts          12x8  2x3    15x10 15x15 2x2 8x8     8x8     8x8     8x8
    length  4      6     7      9     11   12   14      16      18      20

Levels 3 and 6 are one digit in Z order (rows from the equator), the others one digit for longitude and one for latitude
(0-9, A-E). Codes reach to 88 degrees; the caps have others (5.3), which no low-altitude city needs.

Positions are taken as the decimal numbers they are written as: 114 is on the edge of its sheet, 113.9 on that of a cell.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Final

LEVELS: Final = range(1, 11)
LENGTHS: Final = (4, 6, 7, 9, 11, 12, 14, 16, 18, 20)
MAX_LAT_DEG: Final = 88.0
_PARTS: Final = ((12, 8), (2, 3), (15, 10), (15, 15), (2, 2), (8, 8), (8, 8), (8, 8), (8, 8))
_Z_LEVELS: Final = frozenset({3, 6})
_DIGITS: Final = "0123456789ABCDE"
_BANDS: Final = "ABCDEFGHIJKLMNOPQRSTUV"
_SHEET_LON_DEG: Final = 6
_SHEET_LAT_DEG: Final = 4
_HEAD: Final = re.compile(r"([NS])(\d{2})([A-V])([0-9A-E]*)")


class GridCodeError(ValueError):
    """A text that is no code; `detail` and `detail_zh` say why."""

    def __init__(self, detail: str, detail_zh: str) -> None:
        super().__init__(detail)
        self.detail, self.detail_zh = detail, detail_zh


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: its code, level, and edges in degrees (exact sixtieths rounded once to float64)."""

    code: str
    level: int
    min_lat_deg: float
    min_lon_deg: float
    max_lat_deg: float
    max_lon_deg: float

    @property
    def centre_deg(self) -> tuple[float, float]:
        """Latitude and longitude of the middle."""
        return (self.min_lat_deg + self.max_lat_deg) / 2, (self.min_lon_deg + self.max_lon_deg) / 2


def grid_code(lat_deg: float, lon_deg: float, level: int = 10) -> str:
    """Return the code of the cell of a level that holds a point; raises ValueError out of range.

    A cell holds its edges towards the equator and the prime meridian; 180 E counts as 180 W.
    """
    if level not in LEVELS:
        raise ValueError(f"the level must lie between 1 and 10, not {level}")
    if not abs(lat_deg) < MAX_LAT_DEG or not abs(lon_deg) <= 180.0:
        raise ValueError("the code is defined between 88 S and 88 N, and longitudes within 180 degrees")
    lat, lon = Decimal(repr(float(lat_deg))), Decimal(repr(float(lon_deg)))
    if lon == 180:
        lon = Decimal(-180)
    band, rest_lat = divmod(abs(lat), _SHEET_LAT_DEG)
    if lon >= 0:
        zone, rest_lon = divmod(lon, _SHEET_LON_DEG)
        number = 31 + int(zone)
    else:
        zone, rest_lon = divmod(-lon, _SHEET_LON_DEG)
        if zone == 30:  # 180 W itself: the far edge of the last sheet
            zone, rest_lon = Decimal(29), Decimal(6)
        number = 30 - int(zone)
    code = f"{'S' if lat < 0 else 'N'}{number:02d}{_BANDS[int(band)]}"
    lon_parts = lat_parts = 1
    columns, rows = _indices(rest_lon, rest_lat, level)
    for step, (across, up) in enumerate(_PARTS[: level - 1], start=2):
        lon_parts, lat_parts = lon_parts * across, lat_parts * up
        column, row = columns[step - 2] % across, rows[step - 2] % up
        code += str(row * 2 + column) if step in _Z_LEVELS else _DIGITS[column] + _DIGITS[row]
    return code


def _indices(rest_lon: Decimal, rest_lat: Decimal, level: int) -> tuple[list[int], list[int]]:
    """Return the running index of the cell at each level from 2 on, counted from the sheet's near corner."""
    columns, rows = [], []
    lon_parts = lat_parts = 1
    for across, up in _PARTS[: level - 1]:
        lon_parts, lat_parts = lon_parts * across, lat_parts * up
        columns.append(min(_floor(rest_lon * lon_parts / _SHEET_LON_DEG), lon_parts - 1))
        rows.append(min(_floor(rest_lat * lat_parts / _SHEET_LAT_DEG), lat_parts - 1))
    return columns, rows


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))


def grid_cell(code: str) -> GridCell:
    """Return the cell of a code, small letters allowed; raises GridCodeError."""
    text = code.strip().upper()
    match = _HEAD.fullmatch(text)
    if match is None or len(text) not in LENGTHS:
        raise GridCodeError(
            "A BeiDou grid code is such as N50F0036 cut to 4, 6, 7, 9, 11, 12, 14, 16, 18 or 20 characters.",
            "北斗网格码形如 N50F，长度为 4、6、7、9、11、12、14、16、18 或 20 位。",
        )
    number, level = int(match[2]), LENGTHS.index(len(text)) + 1
    if not 1 <= number <= 60:
        raise GridCodeError("The zone must lie between 01 and 60.", "带号须在 01 至 60 之间。")
    east = number > 30
    lon = Fraction(_SHEET_LON_DEG * (number - 31 if east else 30 - number))
    lat = Fraction(_SHEET_LAT_DEG * _BANDS.index(match[3]))
    width, height = Fraction(_SHEET_LON_DEG), Fraction(_SHEET_LAT_DEG)
    digits = iter(match[4])
    for step, (across, up) in enumerate(_PARTS[: level - 1], start=2):
        if step in _Z_LEVELS:
            row, column = divmod(_DIGITS.index(next(digits)), 2)
        else:
            column, row = _DIGITS.index(next(digits)), _DIGITS.index(next(digits))
        if column >= across or row >= up:
            raise GridCodeError(
                f"At level {step} there are {across} x {up} cells; the code names one beyond.",
                f"第 {step} 级有 {across} x {up} 个网格，该码超出范围。",
            )
        width, height = width / across, height / up
        lon, lat = lon + width * column, lat + height * row
    low_lon, high_lon = (lon, lon + width) if east else (-lon - width, -lon)
    low_lat, high_lat = (lat, lat + height) if match[1] == "N" else (-lat - height, -lat)
    return GridCell(text, level, float(low_lat), float(low_lon), float(high_lat), float(high_lon))


def neighbours(code: str) -> list[str]:
    """Return the codes of the cells around one, across the edges of sheets, the equator and 180 degrees too."""
    cell = grid_cell(code)
    lat, lon = cell.centre_deg
    height, width = cell.max_lat_deg - cell.min_lat_deg, cell.max_lon_deg - cell.min_lon_deg
    found = []
    for up in (1, 0, -1):
        for across in (-1, 0, 1):
            y, x = lat + up * height, (lon + across * width + 180.0) % 360.0 - 180.0
            if (up, across) != (0, 0) and abs(y) < MAX_LAT_DEG:
                found.append(grid_code(y, x, cell.level))
    return found
