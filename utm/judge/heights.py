"""The judge's own geoid: the city's CSV, bilinear, in plain arithmetic."""

from __future__ import annotations

from utm.judge.plans import HeightOf


def geoid_from_csv(text: str) -> HeightOf:
    """Return the undulation in metres as a function of lat_deg, lon_deg, from CSV lat_deg,lon_deg,undulation_m.

    The grid is regular; outside it the function raises ValueError.
    """
    cells: dict[tuple[float, float], float] = {}
    for line in text.splitlines():
        if line and line[0] not in "#l":
            lat, lon, undulation = (float(part) for part in line.split(","))
            cells[lat, lon] = undulation
    lats, lons = sorted({lat for lat, _ in cells}), sorted({lon for _, lon in cells})
    rows = [[cells[lat, lon] for lon in lons] for lat in lats]
    lat_step, lon_step = (lats[-1] - lats[0]) / (len(lats) - 1), (lons[-1] - lons[0]) / (len(lons) - 1)

    def undulation_m(lat_deg: float, lon_deg: float) -> float:
        v, u = (lat_deg - lats[0]) / lat_step, (lon_deg - lons[0]) / lon_step
        if not (0 <= v <= len(lats) - 1 and 0 <= u <= len(lons) - 1):
            raise ValueError(f"the geoid does not reach {lat_deg}, {lon_deg}")
        i, j = min(int(v), len(lats) - 2), min(int(u), len(lons) - 2)
        v, u = v - i, u - j
        south, north = rows[i], rows[i + 1]
        return (1 - v) * ((1 - u) * south[j] + u * south[j + 1]) + v * ((1 - u) * north[j] + u * north[j + 1])

    return undulation_m
