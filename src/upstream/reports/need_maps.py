"""Maps of needs: how surely each small area is among the first, and where posts go; the same figures as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from upstream.analyse.needs import Index, Ranked
from upstream.reports.document import Cell, Chart, Column, Row, Table, Text
from upstream.reports.place_maps import Shaded, Sheet, draw_places
from upstream.respond.allocation import Allocation, Place

PERCENT = 100.0


def index_map(index: Index, codes: Sequence[str], sheet: Sheet, shown: Sequence[Ranked]) -> Chart:
    """Small areas shaded by the share of the simulations in which they are among the first; those chosen outlined."""
    surely = {row.area.code: round(PERCENT * row.in_top) for row in index.areas}
    chosen = {row.area.code for row in index.areas[: index.top]}
    title = f"How surely a small area is among the first {index.top}"
    picture = _drawn("needs-map", title, codes, sheet, surely, chosen)
    columns = (Column("Small area", "text", wide=True), Column("Rank"), Column(f"In the first {index.top}, per cent"))
    rows = tuple(_row(row.area.name, row.rank, surely[row.area.code]) for row in shown)
    note = "Red outlines are the small areas chosen. Shades: per cent of the simulations of other weights and counts."
    return Chart("needs-map", title, *picture, Table("needs-map-figures", title, columns, rows), ((Text(note),),))


def posts_map(way: Allocation, places: Sequence[Place], codes: Sequence[str], sheet: Sheet) -> Chart:
    """Small areas shaded by the posts that one way puts there."""
    posts = {place.code: int(n) for place, n in zip(places, way.posts, strict=True)}
    title = f"Where the posts go: {way.way[0].lower()}{way.way[1:]}"
    picture = _drawn("posts-map", title, codes, sheet, posts, {code for code, n in posts.items() if n})
    columns = (Column("Small area", "text", wide=True), Column("Policing area", "text"), Column("Posts"))
    rows = tuple(_row(place.name, place.group, posts[place.code]) for place in places if posts[place.code])
    note = "Darker: more posts. The tables below have every way side by side."
    return Chart("posts-map", title, *picture, Table("posts-map-figures", title, columns, rows), ((Text(note),),))


def _drawn(
    key: str, title: str, codes: Sequence[str], sheet: Sheet, values: Mapping[str, float], ringed: set[str]
) -> tuple[str, str]:
    """A description and the picture."""
    at = [number for number, code in enumerate(codes) if code in ringed]
    description = f"{len(at):,} of {len(codes):,} small areas are outlined; the table has the same figures."
    shades = np.array([values.get(code, math.nan) for code in codes], np.float64)
    return description, draw_places(key, title, description, Shaded(sheet, shades), ringed=at)


def _row(name: str, *numbers: object) -> Row:
    return Row((Cell((Text(name),)), *(Cell((Text(str(number)),)) for number in numbers)))
