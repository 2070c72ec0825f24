"""Every format of routes behind one pair of functions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias, get_args

from airspace.formats import routes_missions, routes_plain, routes_wpml
from airspace.formats.mission_items import home_of, items_of
from airspace.formats.routes import FinishedRoute, RouteFile, RouteOptions, finish_route, route_of_body, steps_of
from airspace.formats.zone_drafts import with_lines
from airspace.region import Region

RouteFormat: TypeAlias = Literal["qgc", "waypoints", "mavlink", "wpml", "kml", "kmz", "geojson", "csv"]
ROUTE_FORMATS: Final[tuple[RouteFormat, ...]] = get_args(RouteFormat)
JSON_FORMATS: Final = frozenset({"qgc", "mavlink", "geojson"})


def read_route(
    kind: RouteFormat, documents: Mapping[str, bytes], options: RouteOptions, region: Region
) -> FinishedRoute:
    """Return the body of the plan a file describes, and every problem with its field and line.

    `documents` are those of an archive by name; of any other file there is one, whatever its name.
    """
    data = next(iter(documents.values()), b"")
    finished = finish_route(_read(kind, documents, data), options, region)
    if kind in JSON_FORMATS and finished.problems:
        return replace(finished, problems=with_lines(finished.problems, data.decode("utf-8", "replace")))
    return finished


def _read(kind: RouteFormat, documents: Mapping[str, bytes], data: bytes) -> RouteFile:
    if kind == "wpml":
        return routes_wpml.read(documents)
    if kind == "qgc":
        return routes_missions.read_qgc(data)
    if kind == "waypoints":
        return routes_missions.read_waypoints(data)
    if kind == "mavlink":
        return routes_missions.read_mavlink(data)
    if kind == "geojson":
        return routes_plain.read_geojson(data)
    if kind == "csv":
        return routes_plain.read_csv(data)
    return routes_plain.read_kml(data)


def write_route(kind: RouteFormat, body: Mapping[str, Any], region: Region) -> dict[str, bytes]:
    """Return the documents of a plan by name; raises ValueError where the format cannot hold it (a plan of volumes)."""
    if kind == "geojson":
        return {"plan.geojson": routes_plain.write_geojson(body)}
    route = route_of_body(body)
    if kind == "csv":
        return {"plan.csv": routes_plain.write_csv(body)}
    if kind in ("kml", "kmz"):
        return {"doc.kml": routes_plain.write_kml(body)}
    steps = steps_of(route, region)
    cruise = route.cruise_speed_mps or steps[0].speed_mps
    if kind == "wpml":
        return routes_wpml.write(steps, cruise)
    home = home_of(steps)
    if kind == "qgc":
        return {"plan.plan": routes_missions.write_qgc(items_of(steps, cruise), home, cruise)}
    if kind == "mavlink":
        return {"plan.json": routes_missions.write_mavlink(items_of(steps, cruise), home, cruise)}
    return {"plan.waypoints": routes_missions.write_waypoints(items_of(steps, None), home)}
