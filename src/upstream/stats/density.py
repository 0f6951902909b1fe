"""Density of points on a grid, by a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import oaconvolve
from scipy.spatial import cKDTree

from upstream.errors import BadInput
from upstream.stats.points import points

Kernel = Literal["quartic", "gaussian"]
"""``quartic``: 3/pi h^2 (1 - (d/h)^2)^2 up to the bandwidth h, what police mapping uses. ``gaussian``: h is its sd."""

_LEAST_CELLS: Final = 6
"""Cells to a bandwidth: with fewer the steps of the grid show in the density."""
_SPREAD: Final = 1 / 6
"""Variance, in cells squared, that sharing a point out over the four centres round it adds along each axis."""
_QUARTIC_SPREAD: Final = 8.0
"""A quartic kernel's reach squared over its variance along an axis."""
_FINE_ENOUGH: Final = 12
"""Cells to a quartic kernel's reach; with fewer its steep side is drawn on a grid three times as fine."""
_MOST_CELLS: Final = 25_000_000
_GAUSSIAN_REACH: Final = 5.0
"""Standard deviations: what lies beyond is 0.0004% of the kernel."""


@dataclass(frozen=True, slots=True)
class Density:
    """Events per unit of area on a grid of square cells.

    Attributes
    ----------
    x : array (columns,), y : array (rows,) of float
        Centres of the cells, ascending, in the unit of the points.
    values : array (rows, columns) of float
        Events per square unit at the centres; not a number outside the boundary.
    bandwidth, cell : float
        Reach of the kernel (its sd for ``gaussian``), side of a cell; same unit.
    kernel : str
    inside, outside : int
        Points used; points off the grid or outside the boundary, left out.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    values: NDArray[np.float64]
    bandwidth: float
    cell: float
    kernel: Kernel
    inside: int
    outside: int


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """A bandwidth and the rule that chose it.

    Attributes
    ----------
    bandwidth : float
        In the unit of the points.
    rule : str
        Name of the rule.
    tried, score : array (candidates,) of float
        What was tried, and the mean log density of each point by the others.
    """

    bandwidth: float
    rule: str
    tried: NDArray[np.float64]
    score: NDArray[np.float64]


def density(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bandwidth: float,
    cell: float,
    bounds: tuple[float, float, float, float],
    kernel: Kernel = "quartic",
    boundary: ArrayLike | None = None,
) -> Density:
    """Kernel density on a grid.

    Question: how many events are there to the square unit, around each place of a map?

    Parameters:

    x, y : (n,)
        Projected coordinates.
    bandwidth, cell
        Reach of the kernel and side of a cell; at least six cells to a bandwidth.
    bounds
        Least x, least y, greatest x, greatest y of the grid; whole cells from the least corner.
    kernel
        ``quartic`` or ``gaussian``.
    boundary : (rows, columns) of bool, optional
        Cells inside the area policed. The density near its edge (and near the edge of the grid) is divided by the part
        of the kernel that lies inside, for nothing outside was counted.

    Assumes: events may happen anywhere inside; points at shared map points make spots of their own shape.

    When not to use: fewer than about 30 points; to compare maps of unlike bandwidth.

    Source: Chainey and Ratcliffe 2005, GIS and Crime Mapping, ch. 6 (quartic kernel); Diggle 1985, Applied Statistics
    34:138-147 (edge).
    """
    columns, rows = _shape(bandwidth, cell, bounds)
    within = np.ones((rows, columns), bool) if boundary is None else np.asarray(boundary, bool)
    if within.shape != (rows, columns):
        raise BadInput(f"A boundary of {within.shape} cells on a grid of {(rows, columns)}.")
    finer = 3 if kernel == "quartic" and bandwidth < _FINE_ENOUGH * cell else 1  # odd: the centres stay centres
    fine = cell / finer
    east, north = np.asarray(x, np.float64), np.asarray(y, np.float64)
    shared = np.zeros((rows * finer, columns * finer))
    inside = -1 if east.shape != north.shape else _share(east, north, bounds[0], bounds[1], cell, finer, within, shared)
    if inside < 0:
        points(x, y)  # says what is wrong with them
    whole = within.astype(np.float64).repeat(finer, 0).repeat(finer, 1)
    middle = (slice(finer // 2, None, finer),) * 2
    smooth = _smoothed(shared, bandwidth / fine, kernel)[middle] * finer**2
    mass = _smoothed(whole, bandwidth / fine, kernel)[middle]
    values = np.full((rows, columns), np.nan)
    np.divide(smooth, mass * cell**2, out=values, where=within)
    return Density(
        x=(bounds[0] + (np.arange(columns) + 0.5) * cell).astype(np.float64),
        y=(bounds[1] + (np.arange(rows) + 0.5) * cell).astype(np.float64),
        values=np.maximum(values, 0),
        bandwidth=bandwidth,
        cell=cell,
        kernel=kernel,
        inside=inside,
        outside=len(east) - inside,
    )


def bandwidth_by_likelihood(x: ArrayLike, y: ArrayLike, candidates: Sequence[float]) -> Bandwidth:
    """The bandwidth under which each point is likeliest by the others.

    Question: which bandwidth makes each point most expected from the others?

    Parameters:

    x, y : (n,)
        Projected coordinates.
    candidates
        Bandwidths of the quartic kernel to try, same unit.

    Assumes: points are no copies of one another: many at one place drive the bandwidth to the smallest tried.

    When not to use: points at shared map points.

    Source: leave-one-out likelihood, Duin 1976, IEEE Transactions on Computers C-25:1175-1179.
    """
    place = points(x, y)
    tried = np.sort(np.asarray(candidates, np.float64))
    if len(place) < 2 or not len(tried) or not tried[0] > 0:
        raise BadInput(
            f"{len(place)} points and the bandwidths {list(candidates)}.", allowed="two points, widths above 0"
        )
    pairs = cKDTree(place).query_pairs(tried[-1], output_type="ndarray")
    apart = np.hypot(*(place[pairs[:, 0]] - place[pairs[:, 1]]).T)
    score = []
    # a point alone within its bandwidth is impossible by the others: it counts as one kernel's worth in the whole area
    least = 1 / max(float(np.prod(np.ptp(place, axis=0))), tried[-1] ** 2)
    for width in tried:
        near = apart < width
        lift = 3 / (np.pi * width**2) * (1 - (apart[near] / width) ** 2) ** 2
        others = np.bincount(pairs[near].ravel(), np.repeat(lift, 2), len(place)) / (len(place) - 1)
        score.append(float(np.log(np.maximum(others, least / len(place))).mean()))
    return Bandwidth(float(tried[int(np.argmax(score))]), "leave-one-out likelihood", tried, np.array(score))


def _shape(bandwidth: float, cell: float, bounds: tuple[float, float, float, float]) -> tuple[int, int]:
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    if not (bandwidth > 0 and cell > 0 and width > 0 and height > 0 and bandwidth >= _LEAST_CELLS * cell):
        raise BadInput(
            f"A bandwidth of {bandwidth}, cells of {cell} and bounds {bounds}.",
            allowed=f"a bandwidth of at least {_LEAST_CELLS} cells, bounds from least to greatest",
        )
    columns, rows = int(np.ceil(width / cell - 1e-9)), int(np.ceil(height / cell - 1e-9))
    if columns * rows > _MOST_CELLS:
        raise BadInput(
            f"A grid of {columns:,} by {rows:,} cells.", allowed=f"{_MOST_CELLS:,} cells", remedy="Use larger cells."
        )
    return columns, rows


def _shared_out(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    west: float,
    south: float,
    cell: float,
    finer: int,
    within: NDArray[np.bool_],
    shared: NDArray[np.float64],
) -> int:
    """Add each point that lies within to the four fine centres round it, the nearer the more; how many did, or -1 where
    a point has no place."""
    rows, columns = within.shape
    fine, inside = cell / finer, 0
    for at in range(len(x)):
        across, up = x[at] - west, y[at] - south
        if not (np.isfinite(across) and np.isfinite(up)):
            return -1
        column, row = int(np.floor(across / cell)), int(np.floor(up / cell))
        if column < 0 or row < 0 or column >= columns or row >= rows or not within[row, column]:
            continue
        inside += 1
        across, up = across / fine - 0.5, up / fine - 0.5
        left, low = int(np.floor(across)), int(np.floor(up))
        right, high = across - left, up - low
        # beyond the outermost centres there is no cell to share with
        columns_of = (max(left, 0), min(left + 1, columns * finer - 1))
        rows_of = (max(low, 0), min(low + 1, rows * finer - 1))
        shared[rows_of[0], columns_of[0]] += (1 - right) * (1 - high)
        shared[rows_of[0], columns_of[1]] += right * (1 - high)
        shared[rows_of[1], columns_of[0]] += (1 - right) * high
        shared[rows_of[1], columns_of[1]] += right * high
    return inside


_share = njit(cache=True)(_shared_out)


def _smoothed(cells: NDArray[np.float64], reach: float, kernel: Kernel) -> NDArray[np.float64]:
    """Cells after the kernel, whose sum is one; ``reach`` in cells.

    Sharing points out over the centres spreads them by a sixth of a cell squared: the kernel is that much narrower.
    """
    if kernel == "gaussian":
        for axis in (0, 1):
            cells = gaussian_filter1d(
                cells, np.sqrt(reach**2 - _SPREAD), axis=axis, mode="constant", truncate=_GAUSSIAN_REACH
            )
        return cells
    narrow = np.sqrt(reach**2 - _SPREAD * _QUARTIC_SPREAD)
    side = np.arange(-int(reach), int(reach) + 1)
    lift = np.maximum(1 - (side[:, None] ** 2 + side[None, :] ** 2) / narrow**2, 0) ** 2
    smooth: NDArray[np.float64] = oaconvolve(cells, lift / lift.sum(), mode="same")
    return smooth
