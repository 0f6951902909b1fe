"""A partner's violence beside recorded violence as blocks of a page: tables with intervals, and a map."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from upstream.measures.partner_violence import SHOWN_FROM
from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Row, Table, Text
from upstream.reports.place_maps import Shaded, Sheet, draw_places

Plain = Mapping[str, Any]
MOST_ROWS: Final = 25
TITLE: Final = "At least so much is in no record of its place and week, per cent"
WITHHELD: Final = "withheld"


def overlay_blocks(
    answer: Plain, areas: Mapping[str, str], codes: Sequence[str] = (), sheet: Sheet | None = None
) -> tuple[Block, ...]:
    """What was found, by policing area, part of the week and small area, and what it rests on.

    Parameters
    ----------
    answer
        One half of what :func:`upstream.analyse.overlay_kept.overlay_answer` gives.
    areas
        Policing area's code to name.
    codes, sheet
        Small areas that have an outline, and the outlines as they are drawn; ``None``: no map.
    """
    said, *more, method, assumed = answer["words"]
    places = _places(answer["places"], areas)
    return (
        Callout("note", "What was found", (Text(" ".join((said, *more))),)),
        _shares(answer["rows"], "area", "By policing area", areas),
        _shares(answer["rows"], "time", "By part of the week", {}),
        *(() if sheet is None else (_map(answer["places"], places, codes, sheet),)),
        places,
        _facts(answer["facts"]),
        Callout("note", "How it is worked out", (Text(method),)),
        Callout("warning", "What it assumes", (Text(assumed),)),
    )


def _shares(rows: Sequence[Plain], kind: str, title: str, names: Mapping[str, str]) -> Table:
    columns = (Column(title.removeprefix("By ").capitalize(), "text", wide=True), Column("Partner"),
               Column("Recorded"), Column("Not known to the police"), Column("95% interval"),
               Column("At least"))  # fmt: skip
    shown = [row for row in rows if row["of"] in ("force", kind)]
    made = tuple(
        Row(
            (
                _cell(_named(row, names)),
                _cell(_count(row["partner"])), _cell(_count(row["recorded"])), _cell(_share(row)), _cell(_ends(row)),
                _cell(_percent(row["least_not_known"])),
            )
        )
        for row in shown
    )  # fmt: skip
    note = (
        "Where the interval is wider than half of the scale no middle is printed: it would say more than is known. At "
        "least: what the partner has beyond every recorded crime of the same place and week."
    )
    return Table(f"overlay-{kind}", title, columns, made, ((Text(note),),))


def _places(rows: Sequence[Plain], areas: Mapping[str, str]) -> Table:
    columns = (Column("Small area", "text", wide=True), Column("Policing area", "text"), Column("Partner"),
               Column("Recorded"), Column("Partner expected"), Column("Not known, at least"),
               Column("Stands out", "text"))  # fmt: skip
    made = tuple(
        Row(
            (
                _cell(row["name"]), _cell(areas.get(row["area"], row["area"])), _cell(_count(row["partner"])),
                _cell(_count(row["recorded"])),
                _cell(WITHHELD if row["expected"] is None else f"{row['expected']:.1f}"),
                _cell(_percent(row["least_not_known"])), _cell("yes" if row["stands_out"] else "no"),
            )
        )
        for row in rows[:MOST_ROWS]
    )  # fmt: skip
    notes = [
        f"Small areas with fewer than {SHOWN_FROM} of the partner's assaults are shown to nobody. Expected: were the "
        "mix of the two that of the whole force. A small area stands out where the partner has far more than that; of "
        "those named, one in ten may be named wrongly. It says where to look, never who was hurt."
    ]
    if len(rows) > MOST_ROWS:
        notes.append(f"The first {MOST_ROWS} of {len(rows):,}; the file has all.")
    return Table(
        "overlay-places", "By small area", columns, made, tuple((Text(note),) for note in notes)
    )  # fmt: skip


def _map(rows: Sequence[Plain], figures: Table, codes: Sequence[str], sheet: Sheet) -> Chart:
    least = {row["lsoa"]: row["least_not_known"] for row in rows if row["least_not_known"] is not None}
    named = {row["lsoa"] for row in rows if row["stands_out"]}
    shades = np.array([100 * least.get(code, math.nan) for code in codes], np.float64).round()
    ringed = [at for at, code in enumerate(codes) if code in named]
    description = f"{len(ringed):,} of {len(codes):,} small areas are outlined; the table has the same figures."
    picture = draw_places("overlay-map", TITLE, description, Shaded(sheet, shades), ringed=ringed)
    note = (
        f"Red outlines: the partner sees far more than the police record. Palest: none, or fewer than {SHOWN_FROM} of "
        "the partner's assaults, or withheld."
    )
    data = Table("overlay-map-figures", TITLE, figures.columns, figures.rows, figures.notes)
    return Chart("overlay-map", TITLE, description, picture, data, ((Text(note),),))


def _facts(facts: Plain) -> Facts:
    days = f"{dt.date.fromisoformat(facts['first']):%-d %B %Y} to {dt.date.fromisoformat(facts['last']):%-d %B %Y}"
    tables = ", ".join(f"{name.replace('_', ' ')} version {version}" for name, version in facts["tables"].items())
    return Facts(
        (
            ("Compared", (Text(f"{facts['title']}, beside recorded violence, {days}: {facts['weeks']} whole weeks"),)),
            ("Counted from", (Text(f"{tables}; calculation {facts['engine_version']}"),)),
        )
    )


def _named(row: Plain, names: Mapping[str, str]) -> str:
    if row["of"] == "force":
        return "Whole force"
    return names.get(row["name"], row["name"]) if row["of"] == "area" else str(row["name"]).capitalize()


def _share(row: Plain) -> str:
    if row["share_not_known"] is not None:
        return f"{row['share_not_known']:.0%}"
    if row["upper"] is not None:
        return "interval alone"
    return WITHHELD if row["partner"] is None else "too little to say"


def _ends(row: Plain) -> str:
    return "–" if row["upper"] is None else f"{row['lower']:.0%} to {row['upper']:.0%}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _count(value: int | None) -> str:
    return WITHHELD if value is None else f"{value:,}"


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
