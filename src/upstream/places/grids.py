"""Grids of equal cells, square or hexagonal, over an area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.neighbours import Neighbours, within
from upstream.stats.points import points

Shape = Literal["square", "hexagon"]
MOST_CELLS: Final = 200_000
_ROW: Final = math.sqrt(3) / 2
"""Rows of hexagons one unit across lie this far apart."""
_A_LITTLE_MORE: Final = 1.01


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells that lie, wholly or in part, in an area.

    Attributes, each array (n,)
    ----------
    shape : str
    across : float
        Side of a square; distance between opposite sides of a hexagon; metres.
    column, row : of int64
        Where a cell stands on the whole grid, whose origin is that of the National Grid: the same cells come out
        whatever the area.
    x, y : of float64
        Centres, metres.
    area : of float64
        Square metres of the cell inside the area: what rates are of.
    cells : of object
        Whole outlines, metres.
    """

    shape: Shape
    across: float
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    area: NDArray[np.float64]
    cells: NDArray[np.object_]

    @property
    def keys(self) -> NDArray[np.str_]:
        """A name of each cell: the metres of its centre, east and north."""
        return np.array([f"{x:.0f} {y:.0f}" for x, y in zip(self.x, self.y, strict=True)], np.str_)


def grid(area: Any, *, shape: Shape, across: float) -> Grid:
    """Cells over an area.

    Parameters
    ----------
    area
        A shapely polygon, or several, in metres.
    shape, across
        Hexagons have their neighbours all at one distance; squares are easier to read off a map.

    Raises
    ------
    BadInput
        No area, a width that is no length, or more cells than a map can hold.
    """
    if area.is_empty or not across > 0 or not math.isfinite(across):
        raise BadInput(
            f"Cells {across} metres across over an area of {area.area:.0f} square metres.", allowed="above 0"
        )
    west, south, east, north = area.bounds
    if (east - west) * (north - south) / across**2 > MOST_CELLS * 4:
        raise BadInput(f"Cells {across:g} metres across are too many.", allowed=f"up to {MOST_CELLS:,} cells")
    column, row = _all_over(shape, across, (west, south, east, north))
    x, y = _centres(shape, across, column, row)
    cells = _outlines(shape, across, x, y)
    shapely.prepare(area)
    kept = np.flatnonzero(shapely.intersects(area, cells))
    inside = shapely.area(shapely.intersection(cells[kept], area))
    kept, inside = kept[inside > 0], inside[inside > 0]
    if len(kept) > MOST_CELLS:
        raise BadInput(f"Cells {across:g} metres across are too many.", allowed=f"up to {MOST_CELLS:,} cells")
    return Grid(shape, across, column[kept], row[kept], x[kept], y[kept], inside, cells[kept])


def cells_of(grid: Grid, x: ArrayLike, y: ArrayLike) -> NDArray[np.int64]:
    """The cell of each point, as a position in the grid; -1: in none of them. (n,)"""
    place = points(x, y)
    column, row = _column_row(grid.shape, grid.across, place[:, 0], place[:, 1])
    known = {pair: at for at, pair in enumerate(zip(grid.column.tolist(), grid.row.tolist(), strict=True))}
    pairs, where = np.unique(np.column_stack([column, row]), axis=0, return_inverse=True)
    found = np.array([known.get((int(one), int(other)), -1) for one, other in pairs], np.int64)
    return found[where.ravel()] if len(place) else np.empty(0, np.int64)


def beside(grid: Grid) -> Neighbours:
    """Cells that share a side or a corner: eight of a square, six of a hexagon, fewer at the edge."""
    reach = grid.across * (math.sqrt(2) if grid.shape == "square" else 1)
    return within(grid.x, grid.y, reach * _A_LITTLE_MORE)


def _all_over(
    shape: Shape, across: float, bounds: tuple[float, float, float, float]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every column and row that may touch the bounds, row by row."""
    high = across if shape == "square" else across * _ROW
    columns = np.arange(math.floor(bounds[0] / across) - 2, math.ceil(bounds[2] / across) + 2)
    rows = np.arange(math.floor(bounds[1] / high) - 2, math.ceil(bounds[3] / high) + 2)
    down, along = np.meshgrid(rows, columns, indexing="ij")
    return along.ravel().astype(np.int64), down.ravel().astype(np.int64)


def _centres(
    shape: Shape, across: float, column: NDArray[np.int64], row: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if shape == "square":
        x, y = column + 0.5, row + 0.5
    else:
        x, y = column + (row % 2) * 0.5, row * _ROW
    return np.asarray(x * across, np.float64), np.asarray(y * across, np.float64)


def _column_row(
    shape: Shape, across: float, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if shape == "square":
        return np.floor(x / across).astype(np.int64), np.floor(y / across).astype(np.int64)
    # a hexagon is what lies nearest to its centre: of the even rows' nearest centre and the odd rows', the nearer
    tall = 2 * across * _ROW
    tried = []
    for odd in (0, 1):
        row = (2 * np.round((y - odd * tall / 2) / tall) + odd).astype(np.int64)
        column = np.round(x / across - 0.5 * odd).astype(np.int64)
        east, north = _centres(shape, across, column, row)
        tried.append((column, row, np.hypot(x - east, y - north)))
    first = tried[0][2] <= tried[1][2]
    return np.where(first, tried[0][0], tried[1][0]), np.where(first, tried[0][1], tried[1][1])


def _outlines(shape: Shape, across: float, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.object_]:
    if shape == "square":
        half = across / 2
        boxes: NDArray[np.object_] = shapely.box(x - half, y - half, x + half, y + half)
        return boxes
    angle = np.radians(np.arange(30, 390, 60))  # corners up and down: rows of hexagons run east
    far = across / math.sqrt(3)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * far
    corners = np.stack([x, y], axis=1)[:, None, :] + ring[None, :, :]
    hexagons: NDArray[np.object_] = shapely.polygons(corners)
    return hexagons
