"""Cut the sea and the Guangdong–Hong Kong boundary around Shenzhen out of two OpenStreetMap packages.

Run once when the base map should change; the result is committed, so no build needs the 100 MB packages:

    npm pack @geo-maps/countries-coastline-1m @osm_borders/maritime_10m     # then unpack each
    python web/dev/make_coast.py COASTS/map.geo.json BORDERS/borders.geo.json web/src/city/coast.json

The data are © OpenStreetMap contributors, ODbL 1.0 (web/src/city/LICENSE.coast.md). The coast is that of 2017 and
generalised by the package to points some hundred metres apart; corners are rounded here for a quieter picture.
"""

import json
import sys
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box, shape

WEST, SOUTH, EAST, NORTH = 112.9, 21.75, 115.5, 23.35
WINDOW = box(WEST, SOUTH, EAST, NORTH)
COUNTRIES = ("CHN", "HKG", "MAC")
SIMPLIFY_DEG = 0.00006  # about 6 m: below one pixel at zoom 14
GAP_DEG = 0.0003  # closes slivers between neighbouring territories
SMALLEST_ISLAND_DEG2 = 1e-7  # about a thousand square metres
ROUNDINGS = 2

Ring = list[tuple[float, float]]


def _near(ring: list[list[float]]) -> bool:
    xs = [point[0] for point in ring]
    ys = [point[1] for point in ring]
    return max(xs) >= WEST and min(xs) <= EAST and max(ys) >= SOUTH and min(ys) <= NORTH


def _clipped(ring: list[list[float]]) -> Any:
    # clip_by_rect is linear in the ring; make_valid on a whole continent takes minutes.
    part = shapely.clip_by_rect(Polygon(ring), WEST, SOUTH, EAST, NORTH)
    return part if part.is_valid else shapely.make_valid(part)


def _polygons(geometry: Any) -> list[Polygon]:
    return [part for part in getattr(geometry, "geoms", [geometry]) if part.geom_type == "Polygon"]


def _on_frame(point: tuple[float, float]) -> bool:
    return min(abs(point[0] - WEST), abs(point[0] - EAST), abs(point[1] - SOUTH), abs(point[1] - NORTH)) < 1e-7


def _rounded_ring(ring: Ring) -> Ring:
    """Cut the corners of a closed ring (Chaikin), leaving those on the window's edge."""
    points = ring[:-1]
    for _ in range(ROUNDINGS):
        cut: Ring = []
        for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
            if _on_frame((ax, ay)):
                cut.append((ax, ay))
            else:
                cut.append((0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by))
            if not _on_frame((bx, by)):
                cut.append((0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by))
        points = cut
    return [*points, points[0]]


def sea_around(path: str) -> MultiPolygon:
    """Return the sea inside the window: the window less all land in it."""
    with open(path, encoding="utf-8") as file:
        world = json.load(file)
    lands = []
    for feature in world["features"]:
        if feature["properties"].get("A3") not in COUNTRIES:
            continue
        geometry = feature["geometry"]
        for outer, *_ in geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]:
            if _near(outer):
                lands.append(_clipped(outer))
    land = shapely.union_all(lands).buffer(GAP_DEG, join_style="mitre").buffer(-GAP_DEG, join_style="mitre")
    sea = WINDOW.difference(land).simplify(SIMPLIFY_DEG)
    kept = []
    for part in _polygons(sea):
        if part.area <= SMALLEST_ISLAND_DEG2:
            continue
        holes = [hole for hole in part.interiors if Polygon(hole).area > SMALLEST_ISLAND_DEG2]
        smooth = Polygon(
            _rounded_ring(list(part.exterior.coords)), [_rounded_ring(list(hole.coords)) for hole in holes]
        )
        kept.extend(_polygons(shapely.make_valid(smooth).simplify(SIMPLIFY_DEG)))
    return MultiPolygon(kept)


def boundary_of(path: str, iso_a2: str) -> list[LineString]:
    """Return the outline of one territory inside the window."""
    with open(path, encoding="utf-8") as file:
        world = json.load(file)
    lines: list[LineString] = []
    for feature in world["features"]:
        if feature["properties"].get("isoA2") != iso_a2:
            continue
        geometry = feature["geometry"]
        for part in geometry.get("geometries", [geometry]):
            cut = shape(part).boundary.intersection(WINDOW).simplify(SIMPLIFY_DEG)
            lines.extend(line for line in getattr(cut, "geoms", [cut]) if line.geom_type == "LineString")
    return lines


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates[0], (int, float)):
        return [round(coordinates[0], 5), round(coordinates[1], 5)]
    return [_rounded(item) for item in coordinates]


def _feature(kind: str, geometry: Any) -> dict[str, Any]:
    mapping = shapely.geometry.mapping(geometry)
    return {
        "type": "Feature",
        "properties": {"kind": kind},
        "geometry": {"type": mapping["type"], "coordinates": _rounded(mapping["coordinates"])},
    }


def main() -> None:
    """Write the feature collection."""
    coasts_path, borders_path, out_path = sys.argv[1:4]
    features = [_feature("sea", part) for part in sea_around(coasts_path).geoms]
    features += [_feature("boundary", line) for line in boundary_of(borders_path, "HK")]
    collection = {
        "type": "FeatureCollection",
        "attribution": "© OpenStreetMap contributors, ODbL 1.0",
        "features": features,
    }
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump(collection, file, separators=(",", ":"), ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    main()
