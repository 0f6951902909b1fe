"""Our drawings as PNG, for programs that show no SVG. Typst draws them, with the fonts of this package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typst

from upstream.errors import BadInput
from upstream.reports.font_coverage import FONTS

POINTS_PER_INCH: Final = 72
SHARP: Final = 2.0
"""Dots of the picture for each unit of the drawing: twice, for projectors and paper."""
_BOX: Final = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
TEMPLATE: Final = Path(__file__).parent / "templates" / "picture.typ"


@dataclass(frozen=True, slots=True)
class Png:
    """A picture; ``width`` and ``height`` are the drawing's own units."""

    png: bytes
    width: float
    height: float


def as_png(svg: str, *, sharp: float = SHARP) -> Png:
    """Draw an SVG of ours; the same drawing gives the same bytes.

    Raises
    ------
    BadInput
        It has no view box that begins at 0 0.
    """
    box = _BOX.search(svg)
    if box is None:
        raise BadInput("The drawing has no view box.", allowed='an SVG with viewBox="0 0 width height"')
    png: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"svg": svg, "width": str(box[1])},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="png",
        ppi=POINTS_PER_INCH * sharp,
    )
    return Png(png, float(box[1]), float(box[2]))
