"""A drawing: shapes and words written out as SVG, the same bytes every time.

Each element carries its colours as attributes, which the PDF reads, and a class, by which the HTML page restyles it
for dark and high-contrast screens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

INK: Final = "#1b2733"
SOFT: Final = "#4d5b68"
RULE: Final = "#d5dce2"
BAND: Final = "#e3ecf3"
LIMIT: Final = "#55758f"
VALUE: Final = "#12406b"
FLAG: Final = "#a5173a"
AHEAD: Final = "#0b6e69"
AHEAD_BAND: Final = "#d3ebe8"
GOOD: Final = "#2f6f1f"
GAP: Final = "#eceff1"
HEAT: Final = ("#f3f6f8", "#d6e3ee", "#a9c6de", "#6f9fc4", "#3a6f9f", "#12406b")
"""Few to many; each differs from its neighbours in lightness, so that they are told apart without colour."""

KINDS: Final = ("#a9c6de", "#e69f00", "#009e73", "#f0e442", "#d55e00", "#cc79a7", "#f3f6f8", "#56b4e9")
"""Kinds side by side, light enough for dark lines over them. Source: Okabe and Ito (2008), Color universal design, but
for the first and seventh, which are the reports' own."""

_HALO: Final = 'stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'

# class -> presentation attributes
_STYLES: Final[dict[str, str]] = {
    "c-grid": f'stroke="{RULE}" stroke-width="1"',
    "c-axis": f'stroke="{SOFT}" stroke-width="1"',
    "c-band": f'fill="{BAND}"',
    "c-limit": f'fill="none" stroke="{LIMIT}" stroke-width="1.2" stroke-dasharray="5 3"',
    "c-expected": f'fill="none" stroke="{SOFT}" stroke-width="2" stroke-dasharray="7 4" stroke-linejoin="round"',
    "c-between": f'fill="none" stroke="{INK}" stroke-width="1.6" stroke-dasharray="4 2"',
    "c-mean": f'fill="none" stroke="{LIMIT}" stroke-width="1"',
    "c-value": f'fill="none" stroke="{VALUE}" stroke-width="2" stroke-linejoin="round"',
    "c-trend": f'fill="none" stroke="{AHEAD}" stroke-width="3" stroke-linejoin="round"',
    "c-interval": f'stroke="{LIMIT}" stroke-width="3" stroke-linecap="round"',
    "c-dot": f'fill="{VALUE}"',
    "c-flag": f'fill="{FLAG}"',
    "c-ahead": f'fill="none" stroke="{AHEAD}" stroke-width="1.6" stroke-dasharray="2 3"',
    "c-ahead-band": f'fill="{AHEAD_BAND}"',
    "c-good": f'fill="none" stroke="{GOOD}" stroke-width="1.6" stroke-dasharray="9 4"',
    "c-gap": f'fill="{GAP}"',
    "c-cross": f'stroke="{SOFT}" stroke-width="1.5"',
    "c-break": f'stroke="{INK}" stroke-width="1.2" stroke-dasharray="1 3"',
    "c-box": f'fill="{INK}"',
    "c-bar": f'fill="{VALUE}"',
    "c-outline": f'fill="none" stroke="{SOFT}" stroke-width="0.6" stroke-linejoin="round"',
    "c-edge": f'stroke="{SOFT}" stroke-width="0.3" stroke-linejoin="round"',
    "c-hot": f'fill="none" stroke="{FLAG}" stroke-width="1.6" stroke-linejoin="round"',
    "c-ring": f'fill="none" stroke="{FLAG}" stroke-width="2.5"',
    **{f"c-heat-{step}": f'fill="{colour}"' for step, colour in enumerate(HEAT)},
    **{f"c-kind-{at}": f'fill="{colour}"' for at, colour in enumerate(KINDS, 1)},
    "t-ink": f'fill="{INK}"',
    "t-soft": f'fill="{SOFT}"',
    "t-value": f'fill="{VALUE}"',
    "t-limit": f'fill="{LIMIT}"',
    "t-flag": f'fill="{FLAG}"',
    "t-ahead": f'fill="{AHEAD}"',
    "t-good": f'fill="{GOOD}"',
    "t-paper": 'fill="#ffffff"',
    # words over lines have a halo of paper
    "t-ink h": f'fill="{INK}" {_HALO}',
    "t-soft h": f'fill="{SOFT}" {_HALO}',
    "t-flag h": f'fill="{FLAG}" {_HALO}',
}

FONT: Final = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Arial, sans-serif"


def closed(rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    """Closed lines as the steps of a path."""
    return "".join("M" + "L".join(f"{n(x)} {n(y)}" for x, y in ring) + "Z" for ring in rings)


def n(number: float) -> str:
    """A coordinate: one decimal, no trailing zero, no minus zero."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


@dataclass
class Drawing:
    """Collects elements; coordinates are in pixels of a ``width`` x ``height`` view box, y downwards."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.parts.append(f'<line class="{kind}" x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" {_STYLES[kind]}/>')

    def rect(self, kind: str, x: float, y: float, width: float, height: float) -> None:
        self.parts.append(
            f'<rect class="{kind}" x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" {_STYLES[kind]}/>'
        )

    def path(self, kind: str, points: list[tuple[float, float]], *, closed: bool = False) -> None:
        if not points:
            return
        steps = "L".join(f"{n(x)} {n(y)}" for x, y in points)
        self.parts.append(f'<path class="{kind}" d="M{steps}{"Z" if closed else ""}" {_STYLES[kind]}/>')

    def areas(self, kind: str, outlines: Sequence[str]) -> None:
        """Outlines as :func:`closed` made them, filled and edged alike, as one element: a map of a thousand places
        stays light."""
        if outlines:
            steps = "".join(outlines)
            self.parts.append(f'<path class="{kind} c-edge" d="{steps}" {_STYLES[kind]} {_STYLES["c-edge"]}/>')

    def outline(self, kind: str, steps: str) -> None:
        """One outline as :func:`closed` made it, as a line alone."""
        if steps:
            self.parts.append(f'<path class="{kind}" d="{steps}" {_STYLES[kind]}/>')

    def dot(self, kind: str, x: float, y: float, radius: float) -> None:
        self.parts.append(f'<circle class="{kind}" cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" {_STYLES[kind]}/>')

    def triangle(self, kind: str, x: float, y: float, size: float, *, up: bool) -> None:
        """A marker that is told apart by shape: it points the way the value lies."""
        tip = -size if up else size
        self.path(kind, [(x, y + tip), (x - size, y - tip * 0.7), (x + size, y - tip * 0.7)], closed=True)

    def cross(self, x: float, y: float, size: float) -> None:
        self.line("c-cross", x - size, y - size, x + size, y + size)
        self.line("c-cross", x - size, y + size, x + size, y - size)

    def text(
        self, kind: str, x: float, y: float, words: str, *, size: float = 12, anchor: str = "start", bold: bool = False
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        place = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(
            f'<text class="{kind}" x="{n(x)}" y="{n(y)}" font-size="{n(size)}"{place}{weight} {_STYLES[kind]}>'
            f"{escape(words)}</text>"
        )

    def svg(self, key: str, title: str, description: str) -> str:
        """The whole picture, named and described for those who do not see it."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}-t {key}-d" '
            f'viewBox="0 0 {n(self.width)} {n(self.height)}" font-family="{FONT}">'
            f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>'
            '<g aria-hidden="true">' + "".join(self.parts) + "</g></svg>"
        )


def width_of(words: str, size: float) -> float:
    """About how wide words are drawn (mean advance of a humanist sans)."""
    return len(words) * size * 0.5
