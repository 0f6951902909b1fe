"""Patrol plans as blocks of a page and as a sheet to print: places, the dose by place and week, the stops of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from upstream.reports.document import Block, Cell, Chart, Column, Document, Paragraph, Row, Section, Table, Text
from upstream.reports.forest import shortened
from upstream.reports.svg import Drawing
from upstream.respond.patrol import LONGEST, SHORTEST, Dose, HotSpot, Stop, WeekDose

SOURCE: Final = (
    f"Stops of {SHORTEST} to {LONGEST} minutes: in one city a hot spot stayed quiet longest after stops of about 15 "
    "minutes (Koper 1995, Justice Quarterly 12, 649-672). That is one study of when disorder came next, not a trial of "
    "lengths. The order is drawn by chance, so that nobody learns it."
)
_WIDE, _NAME, _ROW = 680.0, 250.0, 30.0
_NARROW, _NARROW_ROW = 340.0, 50.0


def dose_blocks(by_place: Sequence[Dose], by_week: Sequence[WeekDose], names: Mapping[str, str]) -> tuple[Block, ...]:
    """What was due and what was delivered, by place and by week, each as a chart with its table.

    Parameters
    ----------
    by_place, by_week
        Of the stops that were due.
    names
        Key of each hot spot to its name.
    """
    return (_by_place(by_place, names), *((_by_week(by_week),) if by_week else ()))


def _by_place(rows: Sequence[Dose], names: Mapping[str, str]) -> Chart:
    title = "Minutes delivered of those due, by place"
    columns = (Column("Place", "text", wide=True), Column("Minutes due"), Column("Delivered"), Column("Share"),
               Column("Stops due"), Column("Stops made"), Column("At the planned time"),
               Column(f"Of {SHORTEST} to {LONGEST} minutes"))  # fmt: skip
    made = tuple(
        _row(names.get(one.spot, one.spot), f"{one.planned:,.0f}", f"{one.delivered:,.0f}", _share(one),
             one.visits_planned, one.visits, one.as_planned, one.in_band)
        for one in rows
    )  # fmt: skip
    pairs = [(names.get(one.spot, one.spot), one.planned, one.delivered) for one in rows]
    notes = (
        (Text("At the planned time: stops that began within a quarter of an hour of a planned one. It says what places "
              "got, never what an officer did."),),
    )  # fmt: skip
    data = Table("dose-place-figures", title, columns, made, notes)
    return _chart("dose-place", title, pairs, data)


def _by_week(rows: Sequence[WeekDose]) -> Chart:
    title = "Minutes delivered of those due, by week"
    columns = (Column("Week from", "text", wide=True), Column("Minutes due"), Column("Delivered"), Column("Stops due"),
               Column("Stops made"), Column(f"Of {SHORTEST} to {LONGEST} minutes"))  # fmt: skip
    made = tuple(
        _row(_day(one.monday), f"{one.planned:,}", f"{one.delivered:,.0f}", one.visits_planned, one.visits, one.in_band)
        for one in rows
    )
    pairs = [(_day(one.monday), float(one.planned), one.delivered) for one in rows]
    return _chart("dose-week", title, pairs, Table("dose-week-figures", title, columns, made))


def _chart(key: str, title: str, pairs: Sequence[tuple[str, float, float]], data: Table) -> Chart:
    due, delivered = sum(pair[1] for pair in pairs), sum(pair[2] for pair in pairs)
    description = f"{delivered:,.0f} minutes delivered of {due:,.0f} due; the table has the same figures."
    note = (Text("Outline: due. Filled: delivered."),)
    wide = draw_pairs(key, title, description, pairs)
    narrow = draw_pairs(f"{key}-narrow", title, description, pairs, narrow=True)
    return Chart(key, title, description, wide, data, (note,), narrow=narrow)


def draw_pairs(
    key: str, title: str, description: str, pairs: Sequence[tuple[str, float, float]], *, narrow: bool = False
) -> str:
    """Two bars a row on one scale: an outline of what was due, and in it what was delivered; on a telephone under the
    row's name."""
    wide, name_room, row = (_NARROW, 2.0, _NARROW_ROW) if narrow else (_WIDE, _NAME, _ROW)
    page = Drawing(wide, 8 + row * len(pairs) + 4)
    most = max((max(due, got) for _, due, got in pairs), default=0.0) or 1.0
    room = wide - name_room - (100 if narrow else 120)
    for at, (name, due, got) in enumerate(pairs):
        top = 8 + at * row
        y = top + row - _ROW
        if narrow:
            page.text("t-ink", 2, top + 14, name, size=13)
        else:
            page.text("t-ink", _NAME - 10, y + 17, shortened(name, 12, _NAME), size=12, anchor="end")
        page.rect("c-bar", name_room, y + 6, room * got / most, _ROW - 16)
        page.path("c-outline", _box(name_room, y + 2, room * due / most, _ROW - 8), closed=True)
        printed = f"{got:,.0f} of {due:,.0f}"
        page.text("t-ink", name_room + room * max(due, got) / most + 8, y + 17, printed, size=12)
    return page.svg(key, title, description)


def _box(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def day_tables(stops: Sequence[Stop], spots: Sequence[HotSpot]) -> tuple[Table, ...]:
    """The stops of one day, a table a team, with room to write in what was done; places by number and name."""
    numbers = {spot.key: at for at, spot in enumerate(spots, 1)}
    names = {spot.key: spot.name for spot in spots}
    columns = (Column("From", "text"), Column("Until", "text"), Column("Place", "text"),
               Column("Where", "text", wide=True), Column("Came at", "text"), Column("Minutes", "text"))  # fmt: skip
    teams = sorted({one.team for one in stops})
    return tuple(
        Table(
            f"team-{team}", f"Team {team}", columns,
            tuple(
                _row(f"{one.start:%H:%M}", f"{one.start + dt.timedelta(minutes=one.minutes):%H:%M}", numbers[one.spot],
                     names[one.spot], "          ", "          ")
                for one in stops if one.team == team
            ),
        )
        for team in teams
    )  # fmt: skip


def day_sheet(
    title: str, day: dt.date, tables: Sequence[Table], *, force: str, marking: str, created: dt.datetime
) -> Document:
    """The stops of one day as a sheet to print and write on."""
    how = Section("how", "How long, and why", (Paragraph((Text(SOURCE),)),))
    return Document(
        title=f"{title}, {_day(day)}", force=force, period=_day(day), subtitle="patrol sheet", marking=marking,
        handling="Operational: for the teams on the patrol. Shred after the stops are written down.",
        created=created.astimezone(dt.UTC).replace(microsecond=0),
        sections=(Section("stops", "Stops", tuple(tables)), how),
        layout="sheet",
    )  # fmt: skip


def _share(one: Dose) -> str:
    return f"{one.share:.0%}" if one.planned else "none due"


def _day(day: dt.date) -> str:
    return f"{day:%-d %B %Y}"


def _row(*cells: object) -> Row:
    return Row(tuple(Cell((Text(str(one)),)) for one in cells))
