"""Near repeats as blocks of a page: the bands, where risk is raised, windows for visits, and the chains of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Link, Paragraph, Row, Table, Text
from upstream.reports.explore_files import chain_file, risk_file
from upstream.reports.scan_maps import both_maps, marks_of
from upstream.reports.scan_pages import count_words, day_words, kind_words, read_facts, times_words
from upstream.stats.yardstick import printed_percent

Plain = Mapping[str, Any]
Lead = Callable[[int], str]
"""The address of the page of a chain."""
MOST_ROWS: Final = 10
"""As many as the map numbers: on a telephone each row is a card of its own."""
NAMED: Final = 3
"""Small areas of a chain that are named; the file has all."""
ONE_CHAIN: Final = 0.25
"""Share of the events in one chain from which the chains say little."""


def near_repeat_blocks(answer: Plain, *, small_numbers: bool, lead: Lead | None = None) -> tuple[Block, ...]:
    """Knox's table in words, where risk is raised and until when, and which events follow one another.

    ``lead`` gives the address of each chain's own page, for those who may see it.
    """
    return (
        *_said_of_bands(answer),
        _bands_table(answer),
        *_risk(answer, small_numbers),
        *(_windows(answer, small_numbers) if "windows" in answer else ()),
        *(_chains(answer, small_numbers, lead) if "chain_rows" in answer else ()),
        _near_repeat_facts(answer, small_numbers),
    )


def _said_of_bands(answer: Plain) -> tuple[Block, ...]:
    raised = [row for row in answer["bands"] if row["raised"]]
    kind = kind_words(answer)
    if not raised:
        words = (
            f"No band of distance and time holds more pairs of {kind} than chance gives: as far as these records say, "
            "one does not make another near by more likely."
        )
        return (Callout("note", "No near repeats", _runs(words)),)
    said = [
        f"{row['distance']} and {row['time']} apart there are {times_words(row['ratio'])} as many pairs as chance "
        f"gives ({row['pairs']:,} found, {row['expected']:,.0f} expected)"
        for row in sorted(raised, key=lambda row: -row["ratio"])[:3]
    ]
    words = f"After {kind}, more follow near by and soon: " + "; ".join(said) + "."
    return (Callout("note", "Near repeats", _runs(words)),)


def _bands_table(answer: Plain) -> Table:
    times = [row["time"] for row in answer["bands"]]
    columns = tuple(dict.fromkeys(times))
    rows = tuple(
        Row((_cell(distance), *(_band(row) for row in group)))
        for distance, group in groupby(answer["bands"], key=lambda row: row["distance"])
    )
    notes = (
        "Each cell: pairs found, how many times as many as expected, and in brackets how often so many or more came by "
        f"chance alone, the days dealt out at random ({answer['permutations']:,} times).",
        "An arrow marks a raised band: a fifth more than expected at least, the share of false arrows held to 5%.",
    )
    return Table(
        "near-repeat-bands", "Pairs of events by how far and how long apart",
        (Column("Apart", "text", wide=True), *(Column(words) for words in columns)), rows,
        tuple(_runs(note) for note in notes),
    )  # fmt: skip


def _band(row: Plain) -> Cell:
    if row["ratio"] is None:
        return _cell("none there")
    chance = printed_percent(row["p"]).replace("less than", "under").replace("more than", "over")
    words = f"{row['pairs']:,}, {row['ratio']:.2f} times ({chance})"
    return Cell((Text(words),), "above" if row["raised"] else "")


def _risk(answer: Plain, small_numbers: bool) -> tuple[Block, ...]:
    rows = risk_file(answer, small_numbers=small_numbers)  # those withheld last: their order would say how many
    if not rows:
        return (Paragraph(_runs("No square is at raised risk, so there is no visit to plan from this.")),)
    columns = (Column("On the map", "text"), Column("Small area", "text", wide=True),
               Column("Easting, northing", "text"), Column("Recent events"),
               Column("Times as many pairs"), Column("Raised until", "text"))  # fmt: skip
    shown = [
        Row(
            (
                _cell(str(at)), _cell(row["name"]), _cell(f"{row['easting']:.0f}, {row['northing']:.0f}"),
                _cell("under 5" if row["events"] is None else f"{row['events']:,}"), _cell(f"{row['ratio']:.1f}"),
                _cell(day_words(row["until"])),
            )
        )
        for at, row in enumerate(rows[:MOST_ROWS], 1)
    ]  # fmt: skip
    title = f"Where risk is raised after {day_words(answer['to'])}"
    notes = [f"Squares of {rows[0]['metres']:.0f} metres; a square is never one household."]
    if len(rows) > MOST_ROWS:
        first = f"The first {MOST_ROWS} of {len(rows):,}, most recent events first"
        notes.append(f"{first}; the map shows all, and the file lists them.")
    data = Table("near-repeat-risk", title, columns, tuple(shown), tuple(_runs(note) for note in notes))
    marks = marks_of(rows)
    description = f"{len(rows):,} squares on the outlines of the areas; the table lists them by number."
    picture, small = both_maps("near-repeat-map", title, description, answer["outlines"], marks)
    note = "Red squares: more likely than usual. Numbers are those of the table."
    beside = replace(data, key="near-repeat-map-figures", title=f"{title}, as on the map")
    return (Chart("near-repeat-map", title, description, picture, beside, (_runs(note),), narrow=small), data)


def _windows(answer: Plain, small_numbers: bool) -> tuple[Block, ...]:
    """Windows for visits: each is of one event, so they are for those who may see records."""
    rows = answer["windows"]
    if not rows:
        return ()
    if not small_numbers:
        words = "Each is round one event, so they are for those who may go to the records. The squares above are not."
        return (Callout("note", "Visits to plan", _runs(words)),)
    columns = (Column("On the map", "text"), Column("Round the event of", "text"), Column("Offence", "text", wide=True),
               Column("Small area", "text", wide=True), Column("Easting, northing", "text"),
               Column("How far, and until when", "text", wide=True))  # fmt: skip
    each = [list(own) for _, own in groupby(rows, key=lambda row: row["event"])]
    shown = tuple(
        Row((_cell(str(at)), _cell(day_words(own[0]["day"])), _cell(own[0]["type"]), _cell(own[0]["name"]),
             _cell(f"{own[0]['easting']:.0f}, {own[0]['northing']:.0f}"), _cell("; ".join(map(_open, own)))))
        for at, own in enumerate(each[:MOST_ROWS], 1)
    )  # fmt: skip
    title = f"Visits to plan after {day_words(answer['to'])}"
    notes = ["The latest event first. A point given is the middle of the 100 metre square of the event, not its own."]
    if len(each) > MOST_ROWS:
        notes.append(f"The first {MOST_ROWS} of {len(each):,}; the file has every one.")
    data = Table("near-repeat-windows", title, columns, shown, tuple(_runs(note) for note in notes))
    description = f"Circles round {len(each):,} recent events; the table lists them by number."
    widest = marks_of([own[0] for own in each])
    picture, small = both_maps("near-repeat-window-map", title, description, answer["outlines"], widest)
    beside = replace(data, key="near-repeat-window-map-figures", title=f"{title}, as on the map")
    note = "Circles: how far from a recent event another is more likely. Numbers are those of the table."
    return (Chart("near-repeat-window-map", title, description, picture, beside, (_runs(note),), narrow=small), data)


def _open(window: Plain) -> str:
    """One window of an event, in words."""
    far = f"{window['radius_metres']:.0f} metres" if window["radius_metres"] else "at the place"
    return f"{far} until {day_words(window['until'])}"


def _chains(answer: Plain, small_numbers: bool, lead: Lead | None) -> tuple[Block, ...]:
    """The chains: events that follow one another, the latest first."""
    rows = chain_file(answer, small_numbers=small_numbers)
    if not rows:
        words = (
            "No events follow one another" if small_numbers else "No chain has five events or more, so none is listed"
        )
        return (
            Paragraph(_runs(f"{words}, within {answer['chain_metres']:.0f} metres and {answer['chain_days']} days.")),
        )
    columns = (Column("Chain", "text"), Column("Events"), Column("First", "text"), Column("Latest", "text"),
               Column("Small areas", "text", wide=True))  # fmt: skip
    shown = tuple(
        Row((_led(row["chain"], lead), _cell(f"{row['events']:,}"), _cell(_when(row["first"])),
             _cell(_when(row["last"])), _cell(_few(row["names"]))))
        for row in rows[:MOST_ROWS]
    )  # fmt: skip
    notes = [
        f"Each event of a chain is no more than {answer['chain_metres']:.0f} metres and {answer['chain_days']} days "
        "from another of it. A chain joins events, not people: nothing says that one person did them."
    ]
    if not small_numbers:
        notes.append("Chains of fewer than five events are not listed, and counts are to the nearest five.")
    if len(rows) > MOST_ROWS:
        notes.append(f"The first {MOST_ROWS} of {len(rows):,}; the file has every one.")
    if answer["longest_chain"] > ONE_CHAIN * answer["events"]:
        notes.append(
            "One chain holds a large part of all the events: there are too many of them for chains to say much."
        )
    title = "Events that follow one another, the latest first"
    return (Table("near-repeat-chains", title, columns, shown, tuple(_runs(note) for note in notes)),)


def _led(number: int, lead: Lead | None) -> Cell:
    return Cell((Link(f"Chain {number}", lead(number)),)) if lead else _cell(f"Chain {number}")


def _when(text: str) -> str:
    """A day in words; a month, where that is all that is told."""
    return day_words(text) if len(text) > len("2022-06") else day_words(f"{text}-01").partition(" ")[2]


def _few(names: str) -> str:
    every = names.split("; ")
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


def _near_repeat_facts(answer: Plain, small_numbers: bool) -> Facts:
    return Facts(
        (
            *read_facts(answer),
            ("Dated", _runs(
                f"By the middle of the time in which each can have happened; {answer['dated_by_recording']:,} by the "
                f"day of recording, {answer['uncertain_days']:,} known only to within a week or more."
            )),
            ("Chains", _runs(
                f"Chains: {count_words(answer['chains'], small_numbers)}; events in the longest: "
                f"{count_words(answer['longest_chain'], small_numbers)}. Chains at one point, which may be one "
                f"household, are not listed: {count_words(answer['chains_at_one_point'], small_numbers)}."
            )),
            ("Method", _runs("Knox’s test, the days dealt out anew; false discovery rate of Benjamini and Hochberg.")),
        )
    )  # fmt: skip


def _runs(words: str) -> tuple[Text, ...]:
    return (Text(words),)


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
