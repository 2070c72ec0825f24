"""Routes as DJI WPML: `waylines.wpml`, which is flown, and `template.kml`, which the planner edits.

Heights: `executeHeightMode` WGS84 is over the ellipsoid, relativeToStartPoint over home (`takeOffRefPoint`: latitude,
longitude, ellipsoid height), realTimeFollowSurface over the ground; `heightMode` EGM96 is over sea level. Written files use
WGS84, so that every height is what the plan says whatever the start. Source: DJI Cloud API, WPML 1.0.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from airspace.formats.problems import FormatProblem
from airspace.formats.routes import Datum, Home, Point, RouteFile, Step
from airspace.formats.xml_text import Node, element, parse_xml, text_element
from airspace.formats.zone_drafts import Place, ZoneFile
from airspace.formats.zones_kml import coordinates, number_in

WAYLINES: Final = "wpmz/waylines.wpml"
TEMPLATE: Final = "wpmz/template.kml"
_KML: Final = "http://www.opengis.net/kml/2.2"
_WPML: Final = "http://www.dji.com/wpmz/1.0.6"
_DATUMS: Final[dict[str, Datum]] = {
    "WGS84": "HAE",
    "EGM96": "AMSL",
    "relativeToStartPoint": "HOME",
    "aboveGroundLevel": "AGL",
    "realTimeFollowSurface": "AGL",
}
_CURVES: Final = frozenset({"coordinateTurn", "toPointAndPassWithContinuityCurvature"})


def read(documents: Mapping[str, bytes]) -> RouteFile:
    """Read the documents of an archive by name; the waylines count, the template only where there are none."""
    found = RouteFile()
    name = next((key for key in documents if key.lower().endswith("waylines.wpml")), None)
    name = name or next((key for key in documents if key.lower().endswith(("template.kml", ".wpml"))), None)
    if name is None:
        found.add("missing", Place("", None), what=f"{WAYLINES} in the archive", what_zh=f"压缩包中的 {WAYLINES}")
        return found
    root = parse_xml(documents[name])
    if isinstance(root, FormatProblem):
        found.problems.append(replace(root, field=name))
        return found
    folders = [folder for folder in root.all("Folder") if folder.child("Placemark") is not None]
    if not folders:
        what, what_zh = "A Folder with Placemarks", "含 Placemark 的 Folder"
        found.add("missing", Place(f"{name}/Folder", root.line), what=what, what_zh=what_zh)
        return found
    if len(folders) > 1:
        found.add("several_routes", Place(f"{name}/Folder[1]", folders[1].line), warning=True, count=len(folders))
    config = next(iter(root.all("missionConfig")), None)
    _read_home(config, name, found)
    _read_folder(folders[0], f"{name}/Folder", found)
    return found


def _read_home(config: Node | None, name: str, found: RouteFile) -> None:
    node = None if config is None else config.child("takeOffRefPoint")
    if node is None or not node.text.strip():
        return
    place = Place(f"{name}/missionConfig/takeOffRefPoint", node.line)
    numbers = [number_in(part) for part in node.text.split(",")]
    if len(numbers) != 3 or None in numbers:
        found.add("wrong_type", place, what="latitude,longitude,height", what_zh=" 纬度,经度,高度")
        return
    lat, lon, alt = (number or 0.0 for number in numbers)
    found.home = Home(lat, lon, alt, "HAE", place)


def _read_folder(folder: Node, at: str, found: RouteFile) -> None:
    mode_at = next((node for tag in ("executeHeightMode", "heightMode") for node in folder.all(tag)), None)
    mode = mode_at.text.strip() if mode_at is not None else ""
    datum = _DATUMS.get(mode)
    if datum is None:
        place = Place(f"{at}/executeHeightMode", (mode_at or folder).line)
        found.add("unknown_datum", place, value=mode or "nothing", choices=", ".join(_DATUMS))
        return
    crs = folder.text_of("waylineCoordinateSysParam", "coordinateMode")
    if crs not in (None, "WGS84"):
        place = Place(f"{at}/waylineCoordinateSysParam/coordinateMode", folder.line)
        found.add("not_allowed", place, value=crs, choices="WGS84")
    found.cruise_speed_mps = number_in(folder.text_of("autoFlightSpeed") or "")
    common = folder.text_of("globalHeight")
    curved = False
    marks = [node for node in folder.children if node.tag == "Placemark"]
    for n, mark in enumerate(marks):
        _read_placemark(mark, f"{at}/Placemark[{n}]", datum, common, found)
        turn = mark.text_of("waypointTurnParam", "waypointTurnMode") or folder.text_of("globalWaypointTurnMode")
        if turn in _CURVES and 0 < n < len(marks) - 1 and not curved:
            curved = True
            place = Place(f"{at}/Placemark[{n}]/waypointTurnParam", mark.line)
            found.add(
                "approximated", place, warning=True, what="a curved turn", what_zh="曲线转弯", taken="straight legs"
            )


def _read_placemark(mark: Node, at: str, datum: Datum, common: str | None, found: RouteFile) -> None:
    node = mark.find("Point", "coordinates")
    if node is None:
        found.add(
            "missing",
            Place(f"{at}/Point/coordinates", mark.line),
            what="Point/coordinates",
            what_zh=" Point/coordinates",
        )
        return
    noted = ZoneFile()
    positions = coordinates(node, f"{at}/Point/coordinates", noted)
    found.problems.extend(noted.problems)
    if not positions:
        return
    tags = ("executeHeight", "ellipsoidHeight", "height") if datum == "HAE" else ("executeHeight", "height")
    own = (
        None if mark.text_of("useGlobalHeight") == "1" else next((t for tag in tags if (t := mark.text_of(tag))), None)
    )
    height = number_in(own or common or "")
    if height is None:
        found.add("altitude_missing", Place(f"{at}/executeHeight", mark.line))
        return
    speed = None if mark.text_of("useGlobalSpeed") == "1" else number_in(mark.text_of("waypointSpeed") or "")
    hold = sum(number_in(item.text.strip()) or 0.0 for item in mark.all("hoverTime"))
    lon, lat = positions[0][:2]
    found.points.append(Point(lat, lon, height, datum, Place(at, mark.line), speed or None, hold or None))


def write(steps: list[Step], cruise_speed_mps: float) -> dict[str, bytes]:
    """Return the two documents of an archive."""
    first = steps[0]
    config = element(
        "wpml:missionConfig",
        element("wpml:flyToWaylineMode", "safely"),
        element("wpml:finishAction", "noAction"),
        element("wpml:exitOnRCLost", "executeLostAction"),
        element("wpml:executeRCLostAction", "goBack"),
        element("wpml:takeOffSecurityHeight", "20"),
        element("wpml:takeOffRefPoint", f"{first.lat_deg!r},{first.lon_deg!r},{first.alt_hae_m!r}"),
        element("wpml:globalTransitionalSpeed", repr(cruise_speed_mps)),
    )
    return {
        TEMPLATE: _document(config, _folder(steps, cruise_speed_mps, template=True)),
        WAYLINES: _document(config, _folder(steps, cruise_speed_mps, template=False)),
    }


def _document(config: str, folder: str) -> bytes:
    body = element("Document", config, folder)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="{_KML}" xmlns:wpml="{_WPML}">{body}</kml>\n').encode()


def _folder(steps: list[Step], cruise_speed_mps: float, *, template: bool) -> str:
    system = element(
        "wpml:waylineCoordinateSysParam", element("wpml:coordinateMode", "WGS84"), element("wpml:heightMode", "WGS84")
    )
    head = (
        [element("wpml:templateType", "waypoint"), system]
        if template
        else [element("wpml:executeHeightMode", "WGS84"), element("wpml:waylineId", "0")]
    )
    marks = [_placemark(n, step, template=template) for n, step in enumerate(steps)]
    return element(
        "Folder",
        *head,
        element("wpml:templateId", "0"),
        element("wpml:autoFlightSpeed", repr(cruise_speed_mps)),
        *marks,
    )


def _placemark(n: int, step: Step, *, template: bool) -> str:
    heights = (
        [element("wpml:ellipsoidHeight", repr(step.alt_hae_m)), element("wpml:height", repr(step.alt_hae_m))]
        if template
        else [element("wpml:executeHeight", repr(step.alt_hae_m))]
    )
    turn = element(
        "wpml:waypointTurnParam",
        element("wpml:waypointTurnMode", "toPointAndStopWithDiscontinuityCurvature"),
        element("wpml:waypointTurnDampingDist", "0"),
    )
    heading = element("wpml:waypointHeadingParam", element("wpml:waypointHeadingMode", "followWayline"))
    return "\n" + element(
        "Placemark",
        element("Point", element("coordinates", f"{step.lon_deg!r},{step.lat_deg!r}")),
        element("wpml:index", str(n)),
        *heights,
        element("wpml:useGlobalSpeed", "0") if template else None,
        element("wpml:waypointSpeed", repr(step.speed_mps)),
        heading,
        turn,
        element("wpml:useStraightLine", "1"),
        _hover(n, step.hold_s),
    )


def _hover(n: int, hold_s: float) -> str | None:
    if hold_s <= 0:
        return None
    action = element(
        "wpml:action",
        element("wpml:actionId", "0"),
        element("wpml:actionActuatorFunc", "hover"),
        element("wpml:actionActuatorFuncParam", text_element("wpml:hoverTime", repr(hold_s))),
    )
    return element(
        "wpml:actionGroup",
        element("wpml:actionGroupId", str(n)),
        element("wpml:actionGroupStartIndex", str(n)),
        element("wpml:actionGroupEndIndex", str(n)),
        element("wpml:actionGroupMode", "sequence"),
        element("wpml:actionTrigger", element("wpml:actionTriggerType", "reachPoint")),
        action,
    )
