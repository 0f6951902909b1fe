"""What every map is drawn on: metres of the National Grid to pixels, north up, the same scale both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

SIDE: Final = 620.0
"""Pixels of the longer side."""
MARGIN: Final = 10.0
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """The corner of a map in metres, pixels a metre, and its size in pixels with a margin round it."""

    west: float
    north: float
    scale: float
    width: float
    height: float

    def at(self, points: Points) -> list[tuple[float, float]]:
        """Pixels of points (n, 2) in metres."""
        x = MARGIN + (points[:, 0] - self.west) * self.scale
        y = MARGIN + (self.north - points[:, 1]) * self.scale
        return list(zip(x.tolist(), y.tolist(), strict=True))


def frame_round(points: Points, side: float = SIDE) -> Frame:
    """The frame that holds some points (n, 2), its longer side ``side`` pixels."""
    low, high = points.min(axis=0), points.max(axis=0)
    across, up = (float(length) for length in np.maximum(high - low, 1.0))
    scale = (side - 2 * MARGIN) / max(across, up)
    return Frame(float(low[0]), float(high[1]), scale, across * scale + 2 * MARGIN, up * scale + 2 * MARGIN)


def rings(shape: shapely.Geometry) -> Sequence[Points]:
    """Outer lines of each part of an outline."""
    return [shapely.get_coordinates(part.exterior) for part in shapely.get_parts(shape)]
