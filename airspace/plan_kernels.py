"""Kernels of what every filed plan needs: the projection, the undulation under it, and its volumes as text.

Plain functions of arrays and numbers that call nothing outside this module, so that numba's own check of the file a cached
kernel came from is enough; uncompiled they are slow and give the same answers.

Transverse Mercator: Krueger's series to the sixth order in the third flattening (Karney, Transverse Mercator with an
accuracy of a few nanometers, 2011, equations 35 and 36), and the sixth-order series from the conformal to the geodetic
latitude. `tm` float64 (24,) holds the central meridian in radians, the scaled rectifying radius, the false easting and
northing, the eccentricity, one spare number, and six coefficients each for the way there, the way back and the latitude.
"""

import math

import numpy as np

from airspace.geometry4d import FloatArray, IntArray

ByteArray = np.ndarray[tuple[int], np.dtype[np.uint8]]

RADIAN = math.pi / 180.0
PLACES = 7
"""Decimals of a degree in published volumes."""
EPOCH_DAYS = 19_723
"""Days from 1970-01-01 to the scene epoch, 2024-01-01."""
OCTAGON = 1.0 / math.cos(math.pi / 8)


def forward(lat_deg: FloatArray, lon_deg: FloatArray, tm: FloatArray, x: FloatArray, y: FloatArray) -> bool:
    """Write metres east and north of points in degrees; False, with nothing certain, where one is too far away."""
    e = tm[4]
    for k in range(len(lat_deg)):
        away = lon_deg[k] * RADIAN - tm[0]
        phi = lat_deg[k] * RADIAN
        if not (abs(away) < 0.35 and abs(phi) < 1.4):
            return False
        s = math.sin(phi)
        t = s / math.cos(phi)
        sigma = math.sinh(e * math.atanh(e * s))
        taup = t * math.sqrt(1.0 + sigma * sigma) - sigma * math.sqrt(1.0 + t * t)
        c = math.cos(away)
        xi = math.atan2(taup, c)
        eta = math.asinh(math.sin(away) / math.sqrt(taup * taup + c * c))
        z = complex(2.0 * xi, 2.0 * eta)
        sine, twice = _sine(z), 2.0 * _cosine(z)
        b0, b1 = complex(0.0, 0.0), complex(0.0, 0.0)
        for j in range(11, 5, -1):
            b0, b1 = twice * b0 - b1 + tm[j], b0
        moved = sine * b0
        x[k] = tm[2] + tm[1] * (eta + moved.imag)
        y[k] = tm[3] + tm[1] * (xi + moved.real)
    return True


def inverse(x: FloatArray, y: FloatArray, tm: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray) -> bool:
    """Write degrees of points in metres east and north; False, with nothing certain, where one is too far away."""
    for k in range(len(x)):  # noqa: SIM110  (numba compiles no generators)
        if not inverse_one(x[k], y[k], tm, k, lat_deg, lon_deg):
            return False
    return True


def inverse_one(x: float, y: float, tm: FloatArray, k: int, lat_deg: FloatArray, lon_deg: FloatArray) -> bool:
    """Write the degrees of one point at place k; False where it is too far away."""
    xi, eta = (y - tm[3]) / tm[1], (x - tm[2]) / tm[1]
    if not (abs(eta) < 0.35 and abs(xi) < 1.4):
        return False
    grown = math.exp(2.0 * eta)
    wide, high = 0.5 * (grown + 1.0 / grown), 0.5 * (grown - 1.0 / grown)
    sine, cosine = math.sin(2.0 * xi), math.cos(2.0 * xi)
    # sin z and 2 cos z of z = 2 (xi + i eta), and Clenshaw's sum of the series.
    twice = complex(2.0 * cosine * wide, -2.0 * sine * high)
    b0, b1 = complex(0.0, 0.0), complex(0.0, 0.0)
    for j in range(17, 11, -1):
        b0, b1 = twice * b0 - b1 + tm[j], b0
    moved = complex(sine * wide, cosine * high) * b0
    xi -= moved.real
    eta -= moved.imag
    s, c = math.sinh(eta), math.cos(xi)
    t = math.sin(xi) / math.sqrt(s * s + c * c)
    # From the conformal latitude, whose tangent is t, to the geodetic one.
    whole = 1.0 + t * t
    twice_real = 2.0 * (1.0 - t * t) / whole
    d0, d1 = 0.0, 0.0
    for j in range(23, 17, -1):
        d0, d1 = twice_real * d0 - d1 + tm[j], d0
    lat_deg[k] = (math.atan(t) + 2.0 * t / whole * d0) / RADIAN
    lon_deg[k] = (tm[0] + math.atan2(s, c)) / RADIAN
    return True


def _sine(z: complex) -> complex:
    return complex(math.sin(z.real) * math.cosh(z.imag), math.cos(z.real) * math.sinh(z.imag))


def _cosine(z: complex) -> complex:
    return complex(math.cos(z.real) * math.cosh(z.imag), -math.sin(z.real) * math.sinh(z.imag))


def bilinear(row: FloatArray, col: FloatArray, values: FloatArray, result: FloatArray) -> bool:
    """Write grid values between the corners of their cells; False where a point lies outside (NaN is outside)."""
    rows, cols = values.shape
    for k in range(len(row)):
        if not (0.0 <= row[k] <= rows - 1 and 0.0 <= col[k] <= cols - 1):
            return False
        i, j = min(int(row[k]), rows - 2), min(int(col[k]), cols - 2)
        v, u = row[k] - i, col[k] - j
        low = values[i, j] * (1 - u) + values[i, j + 1] * u
        high = values[i + 1, j] * (1 - u) + values[i + 1, j + 1] * u
        result[k] = low * (1 - v) + high * v
    return True


def flown(
    rows: FloatArray,
    corners: FloatArray,
    waypoint_of: IntArray,
    waypoint_count: int,
    pairs: FloatArray,
    bounds: FloatArray,
    agl: FloatArray,
    reaches: IntArray,
    extremes: FloatArray,
) -> None:
    """Write what the rules ask of each segment over ground that is linear along it.

    `corners` (4, n + 1): latitude, longitude, undulation, ground; `pairs` (4, n, 2) get the same at start and end;
    `bounds` (n, 4) the boxes; `agl` (2, n) the lowest and highest true height; `reaches` (n,) the waypoint at the end;
    `extremes` (6,) the least and greatest latitude, longitude and true height of all.
    """
    n = len(rows)
    for c in range(2):
        extremes[2 * c] = extremes[2 * c + 1] = corners[c, 0]
        for k in range(1, n + 1):
            extremes[2 * c] = min(extremes[2 * c], corners[c, k])
            extremes[2 * c + 1] = max(extremes[2 * c + 1], corners[c, k])
    extremes[4], extremes[5] = math.inf, -math.inf
    for i in range(n):
        for c in range(4):
            pairs[c, i, 0], pairs[c, i, 1] = corners[c, i], corners[c, i + 1]
        bounds[i, 0], bounds[i, 2] = min(rows[i, 0], rows[i, 4]), max(rows[i, 0], rows[i, 4])
        bounds[i, 1], bounds[i, 3] = min(rows[i, 1], rows[i, 5]), max(rows[i, 1], rows[i, 5])
        first, last = rows[i, 2] - corners[3, i], rows[i, 6] - corners[3, i + 1]
        agl[0, i], agl[1, i] = min(first, last), max(first, last)
        extremes[4], extremes[5] = min(extremes[4], agl[0, i]), max(extremes[5], agl[1, i])
        moves = waypoint_of[i + 1] != waypoint_of[i] if i + 1 < n else waypoint_of[i] < waypoint_count - 1
        reaches[i] = waypoint_of[i] + (1 if moves else 0)


# -- volumes as text ---------------------------------------------------------------------------------------------------


def strip_count(rows: FloatArray, longest_s: float) -> int:
    """Return into how many volumes a flight is cut: parts of equal length, none longer than `longest_s`."""
    count = 0
    for i in range(len(rows)):
        count += max(1, math.ceil((rows[i, 7] - rows[i, 3]) / longest_s - 1e-9))
    return count


def volumes_text(
    rows: FloatArray,
    limits: FloatArray,
    tm: FloatArray,
    fixed: ByteArray,
    cuts: IntArray,
    scratch: FloatArray,
    text: ByteArray,
) -> int:
    """Write the published volumes of a flight as a JSON array; return its length, -1 where a corner is too far away.

    `limits`: horizontal, vertical, time tolerance and the longest part; `fixed` the constant pieces of the text one
    after the other, `cuts` where each begins and ends; `scratch` (2, 1) holds a corner's degrees.
    """
    at = 0
    text[at] = 91
    at += 1
    reach = limits[0] * OCTAGON
    turned = np.empty((4, 2))
    for corner in range(4):
        turn = (-67.5 + 45.0 * corner) * RADIAN
        turned[corner, 0], turned[corner, 1] = math.cos(turn) * reach, math.sin(turn) * reach
    for i in range(len(rows)):
        parts = max(1, math.ceil((rows[i, 7] - rows[i, 3]) / limits[3] - 1e-9))
        dx, dy = rows[i, 4] - rows[i, 0], rows[i, 5] - rows[i, 1]
        dz, dt = rows[i, 6] - rows[i, 2], rows[i, 7] - rows[i, 3]
        for part in range(parts):
            a, b = part / parts, (part + 1) / parts
            x0, y0, x1, y1 = rows[i, 0] + dx * a, rows[i, 1] + dy * a, rows[i, 0] + dx * b, rows[i, 1] + dy * b
            z0, z1 = rows[i, 2] + dz * a, rows[i, 2] + dz * b
            if at > 1:
                text[at] = 44
                at += 1
            at = _copy(fixed, cuts, 0, text, at)
            long = math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
            ux, uy = ((x1 - x0) / long, (y1 - y0) / long) if long > 0.0 else (1.0, 0.0)
            for corner in range(8):
                c, s = turned[corner % 4, 0], turned[corner % 4, 1]
                ox, oy = ux * c - uy * s, ux * s + uy * c
                x, y = (x1 + ox, y1 + oy) if corner < 4 else (x0 - ox, y0 - oy)
                if not inverse_one(x, y, tm, 0, scratch[0], scratch[1]):
                    return -1
                at = _copy(fixed, cuts, 1 if corner == 0 else 2, text, at)
                at = _decimal(int(np.rint(scratch[0, 0] * 1e7)), PLACES, text, at)
                at = _copy(fixed, cuts, 3, text, at)
                at = _decimal(int(np.rint(scratch[1, 0] * 1e7)), PLACES, text, at)
            at = _copy(fixed, cuts, 4, text, at)
            at = _decimal(int(np.rint((min(z0, z1) - limits[1]) * 1e3)), 3, text, at)
            at = _copy(fixed, cuts, 5, text, at)
            at = _decimal(int(np.rint((max(z0, z1) + limits[1]) * 1e3)), 3, text, at)
            at = _copy(fixed, cuts, 6, text, at)
            at = _instant(int(np.rint((rows[i, 3] + dt * a - limits[2]) * 1e6)), text, at)
            at = _copy(fixed, cuts, 7, text, at)
            at = _instant(int(np.rint((rows[i, 3] + dt * b + limits[2]) * 1e6)), text, at)
            at = _copy(fixed, cuts, 8, text, at)
    text[at] = 93
    return at + 1


def _copy(fixed: ByteArray, cuts: IntArray, piece: int, text: ByteArray, at: int) -> int:
    for k in range(cuts[piece], cuts[piece + 1]):
        text[at] = fixed[k]
        at += 1
    return at


def _decimal(value: int, places: int, text: ByteArray, at: int) -> int:
    """Write value / 10 ** places with as few decimals as it takes, at least one."""
    if value < 0:
        text[at] = 45
        at += 1
        value = -value
    scale = 1
    for _ in range(places):
        scale *= 10
    whole, rest = value // scale, value % scale
    digits = 1
    bound = 10
    while whole >= bound:
        bound *= 10
        digits += 1
    at = _digits(whole, digits, text, at)
    text[at] = 46
    at += 1
    kept = places
    while kept > 1 and rest % 10 == 0:
        rest //= 10
        kept -= 1
    return _digits(rest, kept, text, at)


def _digits(value: int, count: int, text: ByteArray, at: int) -> int:
    for k in range(at + count - 1, at - 1, -1):
        text[k] = 48 + value % 10
        value //= 10
    return at + count


def _instant(scene_us: int, text: ByteArray, at: int) -> int:
    """Write microseconds since the scene epoch as RFC 3339 without the Z (civil calendar from days, Hinnant 2013)."""
    days = scene_us // 86_400_000_000
    rest = scene_us - days * 86_400_000_000
    z = days + EPOCH_DAYS + 719_468
    era = z // 146_097
    of_era = z - era * 146_097
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    at = _digits(year, 4, text, at)
    text[at] = 45
    at = _digits(month, 2, text, at + 1)
    text[at] = 45
    at = _digits(day, 2, text, at + 1)
    text[at] = 84
    seconds = rest // 1_000_000
    at = _digits(seconds // 3600, 2, text, at + 1)
    text[at] = 58
    at = _digits(seconds // 60 % 60, 2, text, at + 1)
    text[at] = 58
    at = _digits(seconds % 60, 2, text, at + 1)
    text[at] = 46
    return _digits(rest % 1_000_000, 6, text, at + 1)
