"""Most similar areas and forces, by stated variables."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from upstream.analyse.index_definition import IndexDefinition, refuse_protected
from upstream.analyse.small_area_needs import Needs
from upstream.errors import BadInput
from upstream.stats.composite import transformed
from upstream.stats.similarity import MOST_SIMILAR, most_similar


@dataclass(frozen=True, slots=True)
class Alike:
    """One area like the one asked about.

    Attributes
    ----------
    code, name, where
        It, and the area it lies in (empty for a force).
    distance
        In standard deviations of the variables.
    kept
        Share of the variables without which it would still be among those listed, 0 to 1.
    apart
        Title of the variable in which it differs most, and the share of the squared distance that this makes.
    """

    code: str
    name: str
    where: str
    distance: float
    kept: float
    apart: tuple[str, float]


@dataclass(frozen=True, slots=True)
class Similar:
    """The areas most like ``code``, the nearest first, by ``variables`` (titles)."""

    code: str
    name: str
    variables: tuple[str, ...]
    found: tuple[Alike, ...]


def similar_small_areas(definition: IndexDefinition, needs: Needs, code: str, *, count: int = MOST_SIMILAR) -> Similar:
    """The small areas whose needs are most like those of one, on the variables of a definition.

    Raises
    ------
    BadInput
        The small area is not among those compared.
    """
    codes = [area.code for area in needs.areas]
    if code not in codes:
        raise BadInput(f"There is no small area {code} to compare.", allowed=f"codes such as {codes[0]} of the force")
    weights = {one.key: one.weight for one in definition.indicators}
    table = transformed(np.array([one.values for one in needs.indicators]), definition.transformation).T
    return _similar(
        table, codes, [area.name for area in needs.areas], [area.area for area in needs.areas],
        [one.title for one in needs.used], [weights[one.key] for one in needs.used], code, count,
    )  # fmt: skip


def similar_in_table(path: Path, code: str, *, count: int = MOST_SIMILAR) -> Similar:
    """The areas (forces, districts) most like one, by every numeric column of a CSV whose first column names them.

    Raises
    ------
    BadInput
        The file is not such a table, the area is not in it, or a column is of a protected characteristic.
    """
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", allowed="a CSV file: a name, then numbers")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = [row for row in csv.reader(stream) if any(cell.strip() for cell in row)] or [[]]
    refuse_protected(path.name, *header[1:])
    names = [row[0].strip() for row in rows]
    try:
        table = np.array([[float(cell) for cell in row[1:]] for row in rows])
    except ValueError as error:
        raise BadInput(f"{path.name}: {error}.", allowed="a name, then a number in every column") from None
    if table.ndim != 2 or table.shape != (len(rows), len(header) - 1) or len(set(names)) < len(names):
        raise BadInput(f"{path.name} is no table of areas.", allowed="one row an area, a number in every column")
    if code not in names:
        raise BadInput(f"There is no {code!r} in {path.name}.", allowed=", ".join(names[:12]))
    titles = [name.strip() for name in header[1:]]
    return _similar(table, names, names, [""] * len(names), titles, [1.0] * len(titles), code, count)


def _similar(
    table: NDArray[np.float64], codes: Sequence[str], names: Sequence[str], where: Sequence[str],
    titles: Sequence[str], weights: Sequence[float], code: str, count: int,
) -> Similar:  # fmt: skip
    at = list(codes).index(code)
    made = most_similar(table, at, weights=weights, count=count)
    found = []
    for row, other in enumerate(made.order):
        most = int(made.parts[row].argmax())
        found.append(
            Alike(codes[other], names[other], where[other], float(made.distance[row]), float(made.kept[row]),
                  (titles[most], float(made.parts[row, most])))
        )  # fmt: skip
    return Similar(code, names[at], tuple(titles), tuple(found))
