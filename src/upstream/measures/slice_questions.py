"""Questions about the records of one problem: its place, types and days, as whole numbers by when, where and what.

Beside the questions of measures, which are of a whole force by area and month, these are of one slice of one table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

from upstream.measures.conditions import month_number, seconds, unbound
from upstream.measures.questions import Question
from upstream.measures.source_tables import source_table

HOUR: Final = 3600
TYPE_COLUMN: Final = {"crimes": "category", "street_crimes": "category", "incidents": "incident_type"}
"""The column that says what kind of crime or incident a row is."""
_TIMES: Final = {"crimes": ("committed_from", "committed_to"), "incidents": ("opened_at", "opened_at")}
_POINTS: Final = {"crimes": ("easting", "northing"), "street_crimes": ("longitude", "latitude")}
_REFERENCES: Final = {"crimes": "crime_ref", "incidents": "incident_ref"}
_CANCELLED: Final = "cancelled"
_IN_FORCE: Final = "current"


@dataclass(frozen=True, slots=True)
class SliceRows:
    """Which rows of a table a slice is.

    Attributes
    ----------
    table : str
        "crimes", "incidents" or "street_crimes".
    first, last : date
        Days on which they were recorded, both included.
    areas : tuple of str or None
        Area codes; ``None``: every area.
    small_areas : tuple of str or None
        Codes of small areas; ``None``: every one.
    types : tuple of str or None
        Values of the table's type column; ``None``: every one.
    without_types : tuple of str
        Values that are left out, whatever else is asked.
    visible : tuple of str or None
        Areas whose rows the reader may use; ``None``: every row.
    force : str or None
        Slug of the force, for the tables of police.uk.
    """

    table: str
    first: dt.date
    last: dt.date
    areas: tuple[str, ...] | None = None
    small_areas: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    visible: tuple[str, ...] | None = None
    force: str | None = None
    without_types: tuple[str, ...] = ()


def has_times(table: str) -> bool:
    """Whether the table knows the hour of what happened."""
    return table in _TIMES


def by_month(wanted: SliceRows) -> Question:
    """Rows by month, type and offence code: month, type, code (null where the table has none), n."""
    rows = _rows(wanted)
    code = rows["offence_code"] if "offence_code" in rows.columns else ibis.null("string")
    table = source_table(wanted.table)
    rows = rows.mutate(upstream_month=month_number(rows[table.event_date]), upstream_code=code)
    kind = rows[TYPE_COLUMN[wanted.table]]
    answer = rows.group_by(month=rows.upstream_month, type=kind, code=rows.upstream_code).agg(n=rows.count())
    return Question("slice", (wanted.table,), answer)


def by_small_area(wanted: SliceRows) -> Question:
    """Rows by small area: lsoa (null where not known), n."""
    rows = _rows(wanted)
    return Question("slice", (wanted.table,), rows.group_by("lsoa").agg(n=rows.count()))


def by_area_and_code(wanted: SliceRows) -> Question:
    """Rows by area, type and offence code: area and code (null where the table has none), type, n."""
    rows = _rows(wanted)
    rows = rows.mutate(
        upstream_area=rows["area"] if "area" in rows.columns else ibis.null("string"),
        upstream_code=rows["offence_code"] if "offence_code" in rows.columns else ibis.null("string"),
    )
    kind = rows[TYPE_COLUMN[wanted.table]]
    answer = rows.group_by(area=rows.upstream_area, type=kind, code=rows.upstream_code).agg(n=rows.count())
    return Question("slice", (wanted.table,), answer)


def by_address(wanted: SliceRows) -> Question:
    """Crimes by small area, type and address: lsoa, type, n (an address: easting and northing, null where not known).

    The addresses themselves are not answered: how many records the busiest has is all that anybody asks.
    """
    rows = _rows(wanted)
    kind = rows[TYPE_COLUMN[wanted.table]]
    each = rows.group_by(lsoa=rows.lsoa, type=kind, east=rows.easting, north=rows.northing).agg(n=rows.count())
    return Question("slice", (wanted.table,), each.select("lsoa", "type", "n"))


def by_victim(wanted: SliceRows) -> Question:
    """Crimes by small area, type and victim: lsoa, type, n. Businesses are left out, and nobody is named."""
    people = _victims()
    rows = _rows(wanted)
    own = rows.select("crime_ref", "lsoa", type=rows[TYPE_COLUMN[wanted.table]])
    each = people.distinct().inner_join(own, "crime_ref").group_by("lsoa", "type", "person").agg(n=ibis._.count())
    return Question("slice", (wanted.table, "people_in_crimes"), each.select("lsoa", "type", "n"))


def days_of_people(wanted: SliceRows, role: str) -> Question:
    """Days on which each person was a victim, or a suspect, of the slice's crimes: who, day; one row a crime.

    ``who`` is a number that means nothing beyond this answer: no pseudonym leaves the question. No businesses.
    """
    people = unbound(source_table("people_in_crimes"))
    people = people.filter(
        (people["role"] == role).fill_null(False), ~people["business"].fill_null(False), people["person"].notnull()
    ).select("crime_ref", "person")
    rows = _rows(wanted)
    own = rows.select("crime_ref", day=rows[source_table(wanted.table).event_date])
    each = people.distinct().inner_join(own, "crime_ref")
    answer = each.select(who=ibis.dense_rank().over(order_by=each.person).cast("int64"), day=each.day)
    return Question("slice", (wanted.table, "people_in_crimes"), answer)


def in_small_areas(name: str, small_areas: Sequence[str], first: dt.date | None, last: dt.date) -> Question:
    """Rows of any table with small areas in some of them: n. From ``first`` to ``last`` by the table's own day; without
    ``first``, of a register: what is in force in it as it is held, whenever it was read."""
    table = source_table(name)
    rows = unbound(table)
    day = rows[table.event_date]
    rows = rows.filter(rows["lsoa"].isin(list(small_areas)))
    if first is not None:
        rows = rows.filter(day >= ibis.literal(first), day <= ibis.literal(last))
    elif "status" in table.columns:
        rows = rows.filter((rows["status"] == _IN_FORCE).fill_null(True))
    return Question("slice", (name,), rows.agg(n=rows.count()))


def by_small_area_and_type(wanted: SliceRows) -> Question:
    """Rows by small area, type and offence code: lsoa (null where not known), type, code (null: none), n."""
    rows = _rows(wanted)
    code = rows["offence_code"] if "offence_code" in rows.columns else ibis.null("string")
    rows = rows.mutate(upstream_code=code)
    kind = rows[TYPE_COLUMN[wanted.table]]
    answer = rows.group_by(lsoa=rows["lsoa"], type=kind, code=rows.upstream_code).agg(n=rows.count())
    return Question("slice", (wanted.table,), answer)


def victims_again_by_small_area(wanted: SliceRows) -> Question:
    """People who were victims of at least two of the slice's crimes in one small area: lsoa, n (people)."""
    rows = _rows(wanted).select("crime_ref", "lsoa")
    people = _victims().inner_join(rows, "crime_ref").select("crime_ref", "person", "lsoa").distinct()
    each = people.group_by("lsoa", "person").agg(offences=ibis._.count())
    again = each.filter(each["offences"] > 1)
    return Question("slice", (wanted.table, "people_in_crimes"), again.group_by("lsoa").agg(n=again.count()))


def by_start(wanted: SliceRows) -> Question:
    """Rows by the UTC day and hour of their start and how long they may have lasted.

    day, hour (null: not known), span: whole hours from the hour of the start to that of the end, 0 within one hour;
    n rows. Hours are UTC: the clock of the place is put on afterwards, alike for every engine.
    """
    rows = _rows(wanted)
    start, end = _TIMES[wanted.table]
    rows = rows.mutate(upstream_from=rows[start].truncate("h"), upstream_to=rows[end].truncate("h"))
    rows = rows.mutate(
        upstream_day=rows.upstream_from.date(),
        upstream_hour=rows.upstream_from.hour().cast("int64"),
        upstream_span=(seconds(rows, "upstream_from", "upstream_to") / HOUR).cast("int64"),
    )
    answer = rows.group_by(day=rows.upstream_day, hour=rows.upstream_hour, span=rows.upstream_span).agg(n=rows.count())
    return Question("slice", (wanted.table,), answer)


def by_cell(wanted: SliceRows) -> Question:
    """Rows by policing area, small area, type and month: area and lsoa (null where not known), type, month, n."""
    rows = _rows(wanted)
    table = source_table(wanted.table)
    area = rows["area"] if "area" in table.columns else ibis.null("string")
    rows = rows.mutate(upstream_month=month_number(rows[table.event_date]), upstream_area=area)
    answer = rows.group_by(
        area=rows.upstream_area, lsoa=rows["lsoa"], type=rows[TYPE_COLUMN[wanted.table]], month=rows.upstream_month
    ).agg(n=rows.count())
    return Question("slice", (wanted.table,), answer)


def each_row(wanted: SliceRows, *, reference: bool = False) -> Question:
    """The rows themselves: day, start and end (null where not known), area, lsoa, type, code, x and y.

    With ``reference`` also the record's own, ref: for those who may go to the records.

    x and y are metres of the National Grid, or degrees of longitude and latitude in the tables of police.uk; null where
    the table has no points.
    """
    rows = _rows(wanted)
    table = source_table(wanted.table)
    start, end = _TIMES.get(wanted.table, (None, None))
    x, y = _POINTS.get(wanted.table, (None, None))

    def column(name: str | None, kind: str) -> ir.Value:
        return rows[name] if name in table.columns else ibis.null(kind)

    answer = rows.select(
        day=rows[table.event_date],
        start=column(start, "timestamp"),
        end=column(end, "timestamp"),
        area=column("area", "string"),
        lsoa=rows["lsoa"],
        type=rows[TYPE_COLUMN[wanted.table]],
        code=column("offence_code", "string"),
        x=column(x, "float64"),
        y=column(y, "float64"),
        **({"ref": rows[_REFERENCES[wanted.table]]} if reference else {}),
    )
    return Question("slice", (wanted.table,), answer)


def by_offences_a_victim(wanted: SliceRows) -> Question:
    """People by how many of the slice's crimes they were victims of: offences, n (people). Businesses are left out."""
    refs = _rows(wanted).select("crime_ref")
    each = _victims().semi_join(refs, "crime_ref").distinct().group_by("person").agg(offences=ibis._.count())
    answer = each.group_by("offences").agg(n=each.count())
    return Question("slice", (wanted.table, "people_in_crimes"), answer)


def by_age_and_sex(wanted: SliceRows, role: str) -> Question:
    """People in a role by age band at the first of the slice's crimes and by sex: age, sex (null: not known), n people.

    Nobody has two ages in the answer: the youngest band recorded is that of the first crime. Where two sexes are
    recorded of one person, neither is told. Businesses are left out.
    """
    refs = _rows(wanted).select("crime_ref")
    people = unbound(source_table("people_in_crimes"))
    people = people.filter(
        (people["role"] == role).fill_null(False), ~people["business"].fill_null(False), people["person"].notnull()
    ).select("crime_ref", "person")
    held = source_table("ages_and_sexes")
    described = unbound(held).select("crime_ref", "person", "age_band", "sex")
    order = held.columns["age_band"].allowed or ()
    rank = described["age_band"].cases(*((band, at) for at, band in enumerate(order)))
    described = described.mutate(upstream_band=rank.cast("int64"))
    own = people.semi_join(refs, "crime_ref").distinct().left_join(described, ["crime_ref", "person"])
    each = own.group_by("person").agg(age=own.upstream_band.min(), first=own.sex.min(), last=own.sex.max())
    each = each.mutate(upstream_sex=ibis.cases((each["first"] == each["last"], each["first"])))
    answer = each.group_by(age=each.age, sex=each.upstream_sex).agg(n=each.count())
    return Question("slice", (wanted.table, "people_in_crimes", "ages_and_sexes"), answer)


def _victims() -> ir.Table:
    people = unbound(source_table("people_in_crimes"))
    return people.filter(
        (people["role"] == "victim").fill_null(False), ~people["business"].fill_null(False), people["person"].notnull()
    ).select("crime_ref", "person")


def _rows(wanted: SliceRows) -> ir.Table:
    """The slice: notifiable crimes that still stand, or every incident, of the days, places and types."""
    table = source_table(wanted.table)
    rows = unbound(table)  # a place that the table cannot tell is an error of the column, never a wider answer
    day = rows[table.event_date]
    rows = rows.filter(day >= ibis.literal(wanted.first), day <= ibis.literal(wanted.last))
    if wanted.table == "crimes":
        kept = (rows["record_kind"] == "crime").fill_null(False) & (rows["status"] != _CANCELLED).fill_null(True)
        rows = rows.filter(kept)
    if wanted.force is not None and "force" in table.columns:
        rows = rows.filter(rows["force"] == wanted.force)
    for column, values in (
        ("area", wanted.areas),
        ("area", wanted.visible),
        ("lsoa", wanted.small_areas),
        (TYPE_COLUMN[wanted.table], wanted.types),
    ):
        if values is not None:
            rows = rows.filter(rows[column].isin(list(values)).fill_null(False))
    if wanted.without_types:
        kind = rows[TYPE_COLUMN[wanted.table]]
        rows = rows.filter((~kind.isin(list(wanted.without_types))).fill_null(True))
    return rows
