"""Concentration and risky facilities as blocks of a page: how few hold how much, a curve, and which they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from upstream.reports.counterfactual import period_in_words
from upstream.reports.curve import NARROW, draw_curve
from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Link, Paragraph, Row, Table, Text
from upstream.reports.explore_files import concentration_file, facility_file
from upstream.reports.explore_pages import SMALL, Lead
from upstream.reports.scan_maps import both_maps, marks_of
from upstream.reports.scan_pages import count_words, kind_words, read_facts

Plain = Mapping[str, Any]
MOST_ROWS: Final = 25
LEAST_PUBLIC: Final = 100
"""Events from which a curve is shown to everybody, at steps of :data:`_COARSE`: a step is then as coarse as a count to
the nearest five. Ours."""
_COARSE: Final = 0.05
_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Shares of the places at which the curve's table says what they hold."""
_BY: Final = {"places": "on places alike", "residents": "by people living there", "area": "by square kilometres"}


def concentration_blocks(answer: Plain, *, small_numbers: bool, lead: Lead | None = None) -> tuple[Block, ...]:
    """How few small areas hold how much, beside chance; the curve; whether the same ones lead every year; which.

    ``lead`` gives the address of the problem profile of a small area.
    """
    if _too_few(answer, small_numbers):
        return _not_shown(answer)
    chance = f"Chance deals them out {_BY[answer['exposure']]}."
    return (
        _said(answer, "small areas", small_numbers),
        _shares(answer, "small areas", chance, small_numbers),
        _curve(answer, "small areas", small_numbers),
        *_stable(answer, small_numbers),
        _places(answer, small_numbers, lead),
        *_notes(answer, small_numbers),
        Facts(read_facts(answer)),
    )


def facility_blocks(answer: Plain, *, small_numbers: bool, lead: Lead | None = None) -> tuple[Block, ...]:
    """How few facilities hold how much, the curve, and which they are: names for those who may see records."""
    if _too_few(answer, small_numbers):
        return _not_shown(answer)
    noun = answer["words"].lower()
    chance = "Chance deals them out on facilities alike."
    return (
        _said(answer, noun, small_numbers),
        _shares(answer, noun, chance, small_numbers),
        _curve(answer, noun, small_numbers),
        *_facilities(answer, small_numbers, lead),
        *_notes(answer, small_numbers),
        _facility_facts(answer, small_numbers),
    )


def _too_few(answer: Plain, small_numbers: bool) -> bool:
    return not small_numbers and answer["concentration"]["events"] < LEAST_PUBLIC


def _not_shown(answer: Plain) -> tuple[Block, ...]:
    words = f"Fewer than {LEAST_PUBLIC} events: how they lie is for those who may go to the records."
    return (Callout("note", "Too few to show", _runs(words)), Facts(read_facts(answer)))


def _said(answer: Plain, noun: str, small_numbers: bool) -> Callout:
    found = answer["concentration"]
    half = next(one for one in found["shares"] if one["of_events"] == 0.5)
    more = "fewer than" if half["of_places"] < half["by_chance"] else "as many as, or more than,"
    words = (
        f"Half of {_of_what(answer, small_numbers)} is at {half['places']:,} of {found['places']:,} {noun} "
        f"({_share(half['of_places'])}), {more} chance would need ({_share(half['by_chance'])})."
    )
    return Callout("note", "How few hold how much", _runs(words))


def _of_what(answer: Plain, small_numbers: bool) -> str:
    radius = answer.get("radius_metres")
    near = f" within {radius:g} metres of one" if radius else ""
    return f"{count_words(answer['concentration']['events'], small_numbers)} events ({kind_words(answer)}){near}"


def _shares(answer: Plain, noun: str, chance: str, small_numbers: bool) -> Table:
    found = answer["concentration"]
    columns = (Column("Of the events", "text"), Column(f"Fewest {noun}"), Column("Of all of them (95% interval)"),
               Column("By chance alone"))  # fmt: skip
    rows = tuple(
        Row((_cell(f"{one['of_events']:.0%}"), _cell(f"{one['places']:,}"),
             _cell(f"{_share(one['of_places'])} ({_share(one['lower'])} to {_share(one['upper'])})"),
             _cell(_share(one["by_chance"]))))
        for one in found["shares"]
    )  # fmt: skip
    places = 3 if small_numbers else 1
    gini = (
        f"Gini coefficient {found['gini']:.{places}f}, by chance {found['gini_by_chance']:.{places}f}. Adjusted for "
        f"counts lower than places: {found['generalised_gini']:.{places}f}, which is 0 where the events lie as evenly "
        "as they can and near 1 where one place has all."
    )
    return Table("concentration-shares", "How few hold how much", columns, rows, (_runs(chance), _runs(gini)))


def _curve(answer: Plain, noun: str, small_numbers: bool) -> Chart:
    """The J-curve; to those who may not see small numbers at a few places and in coarse steps."""
    held: Sequence[float] = answer["curve"]
    at = [min(len(held), max(1, math.ceil(step * len(held)))) for step in _STEPS]
    drawn: Sequence[int] = range(1, len(held) + 1)
    if not small_numbers:
        held, drawn = [round(share / _COARSE) * _COARSE for share in held], list(dict.fromkeys(at))
    points = [(0.0, 0.0), *((place / len(held), held[place - 1]) for place in drawn)]
    title = f"Share of the events in the {noun} with most"
    rows = tuple(
        Row((_cell(f"{step:.0%}"), _cell(f"{place:,}"), _cell(f"{held[place - 1]:.0%}")))
        for step, place in zip(_STEPS, at, strict=True)
    )
    columns = (Column(f"Of the {noun}, those with most first", "text"), Column("How many"), Column("Of the events"))
    data = Table("concentration-curve-figures", title, columns, rows)
    description = (
        f"The first {at[3]:,} of {len(held):,} {noun} hold {held[at[3] - 1]:.0%}; a straight line is all alike."
    )
    of = (title, description, points, f"share of the {noun}")
    picture, small = draw_curve("concentration-curve", *of), draw_curve("concentration-curve-narrow", *of, NARROW)
    note = "The more the line bows to the left and up, the fewer hold most of it. Dashed: if all had the same."
    return Chart("concentration-curve", title, description, picture, data, (_runs(note),), narrow=small)


def _stable(answer: Plain, small_numbers: bool) -> tuple[Block, ...]:
    rows = answer["stability"]
    if not rows:
        return (Paragraph(_runs("Two whole years are needed to say whether the same places lead every year.")),)
    columns = (Column("Year from", "text"), Column("Next from", "text"), Column("Leading places"),
               Column("Led again"), Column("By chance"), Column("Their events"), Column("A year later"),
               Column("If nothing had changed"))  # fmt: skip
    shown = tuple(
        Row(
            (
                _cell(period_in_words(row["year_from"])), _cell(period_in_words(row["next_from"])),
                _cell(f"{row['leading']:,}"), _cell(f"{row['stayed']:,}"), _cell(f"{_led_by_chance(row):,.1f}"),
                _cell(count_words(row["events_before"], small_numbers)),
                _cell(count_words(row["events_after"], small_numbers)),
                _cell(count_words(round(row["expected_after_if_unchanged"]), small_numbers)),
            )
        )
        for row in rows
    )  # fmt: skip
    notes = (
        "Leading: the fewest that held a quarter of the events. Places chosen because they led fall back by "
        "themselves: compare the year later with the last column, never with the year before.",
    )
    return (Table("concentration-stable", "Do the same places lead every year?", columns, shown,
                  tuple(_runs(note) for note in notes)),)  # fmt: skip


def _led_by_chance(row: Plain) -> float:
    """Places that would lead again were they drawn blindly: from the overlap that chance gives."""
    overlap = float(row["jaccard_by_chance"])
    return float(2 * row["leading"] * overlap / (1 + overlap))


def _places(answer: Plain, small_numbers: bool, lead: Lead | None) -> Table:
    rows = concentration_file(answer, small_numbers=small_numbers)
    columns = [Column("Small area", "text", wide=True), Column("Code", "text"), Column("Events")]
    shown = [
        [_led(row["name"] or row["lsoa"], row["lsoa"], lead), _cell(row["lsoa"]), _cell(_printed(row["events"]))]
        for row in rows[:MOST_ROWS]
    ]
    if small_numbers:  # shares so far of rounded counts would tell the counts
        columns.append(Column("So far"))
        shown = [[*cells, _cell(f"{row['share_so_far']:.0%}")] for cells, row in zip(shown, rows, strict=False)]
    shown_rows = tuple(Row(tuple(cells)) for cells in shown)
    return Table("concentration-places", "Small areas with most", tuple(columns), shown_rows, _first(len(rows)))


def _facilities(answer: Plain, small_numbers: bool, lead: Lead | None) -> tuple[Block, ...]:
    """A map of those with most and a table with the same figures, for those who may see records."""
    if not small_numbers:
        words = "Names of facilities are for those who may go to the records."
        return (Callout("note", "Which they are", _runs(words)),)
    rows = facility_file(answer)
    columns = (Column("On the map", "text"), Column("Facility", "text", wide=True), Column("Reference", "text"),
               Column("Small area", "text"), Column(f"Events within {answer['radius_metres']:g} metres"))  # fmt: skip
    shown = tuple(
        Row(
            (
                _cell(str(at)),
                _cell(row["name"]),
                _cell(row["reference"]),
                _led(row["place"], row["lsoa"], lead),
                _cell(_printed(row["events"])),
            )
        )
        for at, row in enumerate(rows[:MOST_ROWS], 1)
    )
    title = f"{answer['words']} with most events near by"
    notes = (
        "That events are near says nothing of who runs a place: its size, its custom and the street matter. Look "
        "before anything is said of it.",
    )
    data = Table("facilities", title, columns, shown, (*(_runs(note) for note in notes), *_first(len(rows))))
    most = [row | {"radius_metres": answer["radius_metres"]} for row in rows[:MOST_ROWS] if row["events"]]
    description = f"{len(most):,} facilities on the outlines of the areas; the table lists them by number."
    picture, small = both_maps("facility-map", title, description, answer.get("outlines", ()), marks_of(most))
    beside = replace(data, key="facility-map-figures", title=f"{title}, as on the map")
    note = f"Circles of {answer['radius_metres']:g} metres, or as wide as can be seen. Numbers are those of the table."
    return (Chart("facility-map", title, description, picture, beside, (_runs(note),), narrow=small), data)


def _facility_facts(answer: Plain, small_numbers: bool) -> Facts:
    found, without = answer["concentration"], answer["without_point"]
    none = sum(row["events"] == 0 for row in answer["rows"])
    facts = [
        ("Facilities", _runs(
            f"{found['places']:,} {answer['words'].lower()}; {count_words(none, small_numbers)} of them have no event "
            f"near by. {f'{without:,} more have no point.' if without else ''}".strip()
        )),
        ("Near", _runs(
            f"Within {answer['radius_metres']:g} metres, each event at the nearest facility alone. "
            f"{count_words(answer['beyond'], small_numbers)} events are near none."
        )),
        ("Register", _runs(f"{answer['table'].replace('_', ' ')} version {answer['version']}")),
    ]  # fmt: skip
    return Facts((*facts, *read_facts(answer)))


def _notes(answer: Plain, small_numbers: bool) -> list[Block]:
    notes: list[Block] = [Callout("note", "What this rests on", _runs(note)) for note in answer["read"]["notes"]]
    if not small_numbers:
        notes.append(Callout("note", "Small numbers", _runs(SMALL)))
    return notes


def _first(number: int) -> tuple[tuple[Text], ...]:
    return (_runs(f"The first {MOST_ROWS} of {number:,}; the file has every one."),) if number > MOST_ROWS else ()


def _share(share: float) -> str:
    return f"{share:.1%}"


def _led(name: str, code: str, lead: Lead | None) -> Cell:
    return Cell((Link(name, lead(code)),)) if lead and code else _cell(name)


def _printed(count: int | None) -> str:
    return "under 5" if count is None else f"{count:,}"


def _runs(words: str) -> tuple[Text]:
    return (Text(words),)


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
