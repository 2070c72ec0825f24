"""Whether somebody is in a closed area already: then the question is how to get out of it, no longer whether to enter."""

from dataclasses import replace

from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.geometry4d import Prism, Tolerance
from airspace.infringement import infringements
from airspace.region import Region
from airspace.schedule import PERMANENT
from airspace.volumes import prism_area, volume_path
from airspace.zones import Zone

_DOT_M = 0.1


def is_inside(zone: Zone, place: tuple[float, float, float], region: Region, tolerance: Tolerance) -> bool:
    """Tell whether a place (local metres, HAE), widened as plans are, lies in a zone's area and band, whatever its times."""
    x_m, y_m, z_m = place
    dot = Prism(None, (x_m, y_m, _DOT_M), z_m, z_m + _DOT_M, 0.0, 1.0)
    try:
        path = volume_path((dot,), (prism_area(dot, region),), region)
    except (NoGroundError, OutsideGeoidError):
        return False
    return bool(infringements(path, [replace(zone, applicability=PERMANENT)], tolerance))
