"""How high the sun stands at a place and moment: whether it is dark."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

DARK_BELOW: Final = -6.0
"""Degrees under the horizon from which it is dark: the end of civil twilight, when lamps are needed outdoors."""
HORIZON: Final = -0.833
"""Height of the sun's middle at sunrise and sunset: its radius and the bending of light allowed for."""
_J2000: Final = np.datetime64("2000-01-01T12:00", "m")
_MINUTES_A_DAY: Final = 1440.0


def sun_height(moments: ArrayLike, *, latitude: float, longitude: float) -> NDArray[np.float64]:
    """Degrees of the sun above the horizon at moments in UTC (datetime64), good to about a quarter of a degree.

    Source: low-precision formulas for the sun of the Astronomical Almanac, section C (1950 to 2050), and Greenwich
    mean sidereal time.
    """
    days = (np.asarray(moments, "datetime64[m]") - _J2000).astype(np.float64) / _MINUTES_A_DAY
    mean_longitude = np.radians(280.460 + 0.9856474 * days)
    anomaly = np.radians(357.528 + 0.9856003 * days)
    ecliptic = mean_longitude + np.radians(1.915) * np.sin(anomaly) + np.radians(0.020) * np.sin(2 * anomaly)
    tilt = np.radians(23.439 - 0.0000004 * days)
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    hour_angle = np.radians(280.46062 + 360.98564737 * days + longitude) - ascension
    up = np.radians(latitude)
    height = np.arcsin(np.sin(up) * np.sin(declination) + np.cos(up) * np.cos(declination) * np.cos(hour_angle))
    degrees: NDArray[np.float64] = np.degrees(height)
    return degrees
