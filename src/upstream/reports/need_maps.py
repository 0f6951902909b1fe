"""Maps of needs: how surely each small area is among the first, and where posts go; the same figures as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from upstream.analyse.needs import Index, Ranked
from upstream.analyse.typology import Typology
from upstream.reports.document import Cell, Chart, Column, Row, Table, Text
from upstream.reports.place_maps import Shaded, Sheet, draw_kinds, draw_places
from upstream.respond.allocation import Allocation, Place
from upstream.stats.classes import STABLE

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


def types_map(made: Typology, codes: Sequence[str], sheet: Sheet) -> Chart:
    """Small areas by class, those that lie between classes dashed; the same as counts by policing area."""
    title = f"Small areas in {len(made.classes)} classes"
    of = {row.area.code: row for row in made.areas}
    kinds = [of[code].number if code in of else 0 for code in codes]
    unsure = [at for at, code in enumerate(codes) if code in of and of[code].certainty < STABLE]
    names = [f"{one.number}. {one.name}{'' if one.stable else ' (not stable)'}" for one in made.classes]
    description = f"{len(codes):,} small areas in {len(names)} classes; the table counts them by policing area."
    picture = draw_kinds("types-map", title, description, sheet, kinds, names, edges=unsure)
    where = sorted({row.area.area for row in made.areas})
    columns = (Column("Class", "text", wide=True), Column("Found again, per cent"), *(Column(name) for name in where))
    rows = tuple(
        _row(name, round(PERCENT * one.stability), *(_count(made, one.number, area) for area in where))
        for name, one in zip(names, made.classes, strict=True)
    )
    note = (
        f"Dashed: small areas that fell into their class in under {STABLE:.0%} of the times, and so lie between "
        "classes. The file has the class of every small area."
    )
    data = Table("types-map-figures", f"{title}, by policing area", columns, rows)
    return Chart("types-map", title, description, picture, data, ((Text(note),),))


def _count(made: Typology, number: int, area: str) -> int:
    return sum(row.number == number and row.area.area == area for row in made.areas)


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
