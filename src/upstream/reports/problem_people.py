"""Victims and suspects of a problem by age and sex, as blocks of a document: bands of people, never one of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from upstream.analyse.people import FIXED, LEAST_PEOPLE, Bands, People, is_fixed, shown_bands
from upstream.reports.document import Block, Callout, Cell, Column, Paragraph, Row, Table, Text
from upstream.reports.problem_records import Shown

WITHHELD = "not shown"
_RULE = (
    "People, each counted once, by age at the first of these crimes. Cells under 5 are not shown to anybody, nor as "
    "many others as would give them away."
)
_PUBLIC = "People, each counted once, by age at the first of these crimes, to the nearest five; none under five."


def people_blocks(shown: Shown, people: People | None) -> tuple[Block, ...]:
    """Two tables, or why there are none."""
    if people is None:
        return (Callout("not_held", "Ages and sexes", (Text("Not held, or not open to whoever asked."),)),)
    if shown.public and not is_fixed(shown.profile.of):
        return (Callout("note", "Ages and sexes", (Text(FIXED),)),)
    blocks: list[Block] = []
    for title, bands in (("Victims by age and sex", people.victims), ("Suspects by age and sex", people.suspects)):
        blocks += _bands(shown, title, bands)
    return (*blocks, Paragraph((Text(_PUBLIC if shown.public else _RULE),)))


def _bands(shown: Shown, title: str, bands: Bands) -> list[Block]:
    cells = shown_bands(bands, public=shown.public)
    if cells is None:
        said = f"Of fewer than {LEAST_PEOPLE} people ages and sexes are not shown."
        return [Callout("note", title, (Text(said),))]
    names = (*(age[0].upper() + age[1:] for age in bands.ages), "All ages")
    rows = tuple(Row((Cell((Text(name),)), *_cells(shown, row))) for name, row in zip(names, cells, strict=True))
    columns = (Column("Age", "text"), Column("Female"), Column("Male"), Column("Sex not recorded"), Column("All"))
    key = "profile-" + title.split()[0].lower()
    return [Table(key, f"{title}, {shown.period}", columns, rows)]


def _cells(shown: Shown, row: Sequence[float]) -> list[Cell]:
    return [
        Cell((Text(WITHHELD),), "suppressed") if math.isnan(value) else Cell((shown.figure(value, "people"),))
        for value in row
    ]
