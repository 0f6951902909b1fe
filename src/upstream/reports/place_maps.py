"""Maps of places: outlines shaded by how many, some of them ringed, north up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.reports.map_frame import MARGIN, Frame, frame_round, rings
from upstream.reports.svg import HEAT, KINDS, Drawing, closed

BELOW: Final = 26.0
LINE: Final = 26.0
KEY_LETTER: Final = 10.0
"""Pixels that a letter of the key may take: pages enlarge its words where the map is drawn small."""
SIMPLER_PIXELS: Final = 0.6
"""Corners nearer than this to the line between their neighbours are not seen: leaving them out makes pages light."""
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Outlines as they are drawn: worked out once, shaded many times.

    Attributes
    ----------
    frame : Frame
    paths : tuple of str
        The steps of each place's outline, in pixels.
    """

    frame: Frame
    paths: tuple[str, ...]


def sheet_of(outlines: Shapes) -> Sheet:
    """The sheet of outlines (n,) in metres."""
    if not len(outlines):
        return Sheet(Frame(0.0, 0.0, 1.0, 2 * MARGIN, 2 * MARGIN), ())
    frame = frame_round(shapely.get_coordinates(outlines))
    simple = shapely.simplify(outlines, SIMPLER_PIXELS / frame.scale)
    return Sheet(frame, tuple(closed([frame.at(ring) for ring in rings(shape)]) for shape in simple))


@dataclass(frozen=True, slots=True)
class Shaded:
    """Places on a map: as they are drawn, and (n,) values to shade them by, not a number where withheld."""

    sheet: Sheet
    values: NDArray[np.float64]


def steps_of(values: NDArray[np.float64]) -> list[tuple[float, float]]:
    """What the shades from the second on stand for: from and up to; by quantiles of what is above nought."""
    known = np.sort(values[np.isfinite(values) & (values > 0)])
    if not len(known):
        return []
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, len(HEAT)), method="nearest"))
    if len(cuts) == 1:
        return [(float(cuts[0]), float(cuts[0]))]
    lows = [float(known[0]), *(float(known[np.searchsorted(known, cut, "right")]) for cut in cuts[1:-1])]
    return list(zip(lows, (float(cut) for cut in cuts[1:]), strict=True))


def draw_places(
    key: str, title: str, description: str, shown: Shaded, *, ringed: Sequence[int] = (), edges: Sequence[int] = (),
) -> str:  # fmt: skip
    """The picture: places shaded, the darker the more; ``ringed`` ones (positions) have a thick outline, ``edges`` a
    dashed one."""
    frame, paths = shown.sheet.frame, shown.sheet.paths
    steps = steps_of(shown.values)
    page = Drawing(frame.width, frame.height + BELOW + LINE * (len(_lines(steps, frame.width)) - 1))
    by_step: dict[int, list[str]] = {}
    for path, value in zip(paths, shown.values.tolist(), strict=True):
        by_step.setdefault(_step(value, steps), []).append(path)
    for step, outlines in sorted(by_step.items()):
        page.areas(f"c-heat-{step}", outlines)
    for at in edges:
        page.outline("c-limit", paths[at])
    for at in ringed:
        page.outline("c-hot", paths[at])
    _key(page, steps)
    return page.svg(key, title, description)


def draw_kinds(
    key: str, title: str, description: str, sheet: Sheet, kinds: Sequence[int], names: Sequence[str],
    *, edges: Sequence[int] = (),
) -> str:  # fmt: skip
    """The picture: places coloured by kind (1 to 8; 0: of none), ``names`` of the kinds in its key; ``edges`` ones
    (positions) have a dashed outline."""
    if len(names) > len(KINDS):
        raise BadInput(f"{len(names)} kinds cannot be told apart on a map.", allowed=f"up to {len(KINDS)}")
    page = Drawing(sheet.frame.width, sheet.frame.height + LINE * len(names))
    by_kind: dict[int, list[str]] = {}
    for path, kind in zip(sheet.paths, kinds, strict=True):
        by_kind.setdefault(kind, []).append(path)
    for kind, outlines in sorted(by_kind.items()):
        page.areas(f"c-kind-{kind}" if kind else "c-heat-0", outlines)
    for at in edges:
        page.outline("c-between", sheet.paths[at])
    for number, name in enumerate(names, 1):
        y = sheet.frame.height + LINE * (number - 1)
        page.rect(f"c-kind-{number}", MARGIN, y, 20, 16)
        page.text("t-ink", MARGIN + 28, y + 14, name, size=15)
    return page.svg(key, title, description)


def _step(value: float, steps: Sequence[tuple[float, float]]) -> int:
    if not math.isfinite(value) or value <= 0:
        return 0
    found = next(at for at, (_, high) in enumerate(steps) if value <= high)
    return len(HEAT) - len(steps) + found


def _lines(steps: Sequence[tuple[float, float]], wide: float) -> list[list[tuple[int, str, float]]]:
    """What the shades are, on as many lines as there is room for: shade, words and where they begin."""
    lines: list[list[tuple[int, str, float]]] = [[]]
    x = MARGIN
    for at, (low, high) in enumerate(steps):
        words = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
        needed = 40 + KEY_LETTER * len(words)
        if x + needed > wide and lines[-1]:
            lines.append([])
            x = MARGIN
        lines[-1].append((len(HEAT) - len(steps) + at, words, x))
        x += needed
    return lines


def _key(page: Drawing, steps: Sequence[tuple[float, float]]) -> None:
    lines = _lines(steps, page.width)
    for down, line in enumerate(lines):
        y = page.height - BELOW - LINE * (len(lines) - 1 - down) + 6
        for step, words, x in line:
            page.rect(f"c-heat-{step}", x, y, 20, 16)
            page.text("t-ink", x + 26, y + 14, words, size=15)
