"""A survey camera that looks straight down: what one picture covers and how fine it sees."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Camera:
    """Sensor and lens; the sensor's width lies across the direction of flight."""

    sensor_width_mm: float
    sensor_height_mm: float
    focal_mm: float
    image_width_px: int
    image_height_px: int

    def footprint_m(self, height_m: float) -> tuple[float, float]:
        """Return what a picture from that height covers of level ground, across and along the flight, metres."""
        return height_m * self.sensor_width_mm / self.focal_mm, height_m * self.sensor_height_mm / self.focal_mm

    def gsd_m(self, height_m: float) -> float:
        """Return the ground sampling distance: the greater side of what one pixel covers, metres."""
        across_m, along_m = self.footprint_m(height_m)
        return max(across_m / self.image_width_px, along_m / self.image_height_px)

    def height_for_gsd_m(self, gsd_m: float) -> float:
        """Return the greatest height from which no pixel covers more."""
        return gsd_m / self.gsd_m(1.0)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of a picture the next one along the line (`front`) and on the next line (`side`) repeats, 0 to below 1."""

    front: float = 0.75
    side: float = 0.65

    def spacing_m(self, footprint_m: tuple[float, float]) -> tuple[float, float]:
        """Return the greatest distance between lines, and between pictures of a line."""
        across_m, along_m = footprint_m
        return across_m * (1 - self.side), along_m * (1 - self.front)


def pictures_on(length_m: float, every_m: float) -> int:
    """Return how many pictures a line of that length takes, its two ends included."""
    return math.ceil(max(0.0, length_m) / every_m - 1e-9) + 1
