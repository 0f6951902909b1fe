"""Near repeats and new clusters as blocks of a page: in words, as tables, and as a map with the same figures."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from upstream.disclosure.published import published_count
from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Paragraph, Row, Table, Text
from upstream.reports.scan_maps import draw_map, marks_of

Plain = Mapping[str, Any]
MOST_ROWS: Final = 25
TEN_YEARS: Final = 3_650.0


def near_repeat_blocks(answer: Plain, *, small_numbers: bool) -> tuple[Block, ...]:
    """Knox's table in words, then where risk is raised and until when."""
    return (*_said_of_bands(answer), _bands_table(answer), *_risk(answer, small_numbers), _near_repeat_facts(answer))


def cluster_blocks(answer: Plain, *, small_numbers: bool) -> tuple[Block, ...]:
    """The clusters of a night: in words, on a map, and what was looked at."""
    new = [row for row in answer["clusters"] if row["new"]]
    if new:
        words = f"{len(new)} new cluster{'' if len(new) == 1 else 's'} on {_day(answer['to'])}: " + "; ".join(
            f"{row['name']} since {_day(row['first'])}{_more(row, small_numbers)}" for row in new
        )
        said: Block = Callout("note", "What was found", _runs(words + "."))
    else:
        said = Callout(
            "note", "No new cluster", _runs(
                f"On {_day(answer['to'])} nothing was so strong that chance gives it less often than once in "
                f"{answer['recurrence_days']:,.0f} nights of looking."
            ),
        )  # fmt: skip
    return (said, *_cluster_map(answer, small_numbers), _cluster_facts(answer))


# --- near repeats --------------------------------


def _said_of_bands(answer: Plain) -> tuple[Block, ...]:
    raised = [row for row in answer["bands"] if row["raised"]]
    kind = _kinds(answer)
    if not raised:
        words = (
            f"No band of distance and time holds more pairs of {kind} than chance gives: as far as these records say, "
            "one does not make another near by more likely."
        )
        return (Callout("note", "No near repeats", _runs(words)),)
    said = [
        f"{row['distance']} and {row['time']} apart there are {_times(row['ratio'])} as many pairs as chance gives "
        f"({row['pairs']:,} found, {row['expected']:,.0f} expected, p {row['p']:.3f})"
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
        "Each cell: pairs found, times the pairs expected, and p, the chance of so many were the days dealt out at "
        f"random ({answer['permutations']:,} times).",
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
    words = f"{row['pairs']:,}, {row['ratio']:.2f} times, p {row['p']:.3f}"
    return Cell((Text(words),), "above" if row["raised"] else "")


def _risk(answer: Plain, small_numbers: bool) -> tuple[Block, ...]:
    rows = answer["risk"]
    if not rows:
        return (Paragraph(_runs("No square is at raised risk, so there is no visit to plan from this.")),)
    columns = (Column("On the map", "text"), Column("Small area", "text", wide=True),
               Column("Easting, northing", "text"), Column("Recent events"),
               Column("Times as many pairs"), Column("Raised until", "text"))  # fmt: skip
    shown = [
        Row(
            (
                _cell(str(at)), _cell(row["name"]), _cell(f"{row['easting']:.0f}, {row['northing']:.0f}"),
                _cell(_count(row["events"], small_numbers)), _cell(f"{row['ratio']:.1f}"), _cell(_day(row["until"])),
            )
        )
        for at, row in enumerate(rows[:MOST_ROWS], 1)
    ]  # fmt: skip
    title = f"Where risk is raised after {_day(answer['to'])}"
    notes = [f"Squares of {rows[0]['metres']:.0f} metres; a square is never one household."]
    if len(rows) > MOST_ROWS:
        notes.append(f"The first {MOST_ROWS} of {len(rows):,}, most recent events first; the map shows all.")
    data = Table("near-repeat-risk", title, columns, tuple(shown), tuple(_runs(note) for note in notes))
    marks = marks_of(rows)
    description = f"{len(rows):,} squares on the outlines of the areas; the table lists them by number."
    picture = draw_map("near-repeat-map", title, description, answer["outlines"], marks)
    note = "Red squares: more likely than usual. Numbers are those of the table."
    beside = replace(data, key="near-repeat-map-figures")
    return (Chart("near-repeat-map", title, description, picture, beside, (_runs(note),)), data)


def _near_repeat_facts(answer: Plain) -> Facts:
    return Facts(
        (
            *read_facts(answer),
            ("Dated", _runs(
                f"By the middle of the time in which each can have happened; {answer['dated_by_recording']:,} by the "
                f"day of recording, {answer['uncertain_days']:,} known only to within a week or more."
            )),
            ("Chains", _runs(
                f"{answer['chains']:,} chains of events no more than {answer['chain_metres']:.0f} metres and "
                f"{answer['chain_days']} days from the next; the longest has {answer['longest_chain']:,}. "
                "They join events, not people."
            )),
            ("Method", _runs("Knox’s test, the days dealt out anew; false discovery rate of Benjamini and Hochberg.")),
        )
    )  # fmt: skip


# --- clusters ------------------------------------


def _cluster_map(answer: Plain, small_numbers: bool) -> tuple[Block, ...]:
    rows = answer["clusters"]
    if not rows:
        return ()
    columns = (Column("On the map", "text"), Column("Place", "text", wide=True), Column("Since", "text"),
               Column("Events"), Column("Expected"), Column("Radius, metres"), Column("By chance alone", "text"),
               Column("New", "text"))  # fmt: skip
    shown = tuple(
        Row(
            (
                _cell(str(at)), _cell(row["name"] or "not known"), _cell(_day(row["first"])),
                _cell(_count(row["events"], small_numbers)), _cell(f"{row['expected']:.1f}"),
                _cell(f"{row['radius_metres']:,.0f}"), _cell(in_nights(row["recurrence_days"])),
                Cell((Text("yes" if row["new"] else "no"),), "above" if row["new"] else ""),
            )
        )
        for at, row in enumerate(rows, 1)
    )  # fmt: skip
    title = f"Clusters still there on {_day(answer['to'])}"
    note = "By chance alone: in how many nights of looking one so strong is to be expected where nothing has changed."
    data = Table("clusters", title, columns, shown, (_runs(note),))
    description = f"{len(rows)} circles on the outlines of the areas; the table lists them by number."
    picture = draw_map("cluster-map", title, description, answer["outlines"], marks_of(rows))
    return (Chart("cluster-map", title, description, picture, replace(data, key="cluster-map-figures")), data)


def _cluster_facts(answer: Plain) -> Facts:
    model = {
        "permutation": "Space-time permutation scan: each place and each day by its own total.",
        "poisson": "Poisson scan: the latest days against each place’s own history.",
    }[answer["model"]]
    left = answer["at_one_address"]
    return Facts(
        (
            *read_facts(answer),
            ("Looked at", _runs(
                f"{answer['places']:,} squares of {answer['cell_metres']:.0f} metres, {answer['cylinders']:,} circles "
                f"and spans of up to {answer['longest_days']} days, {answer['replicas']:,} replicas."
            )),
            ("Left out", _runs(f"{left:,} that rest on one address." if left else "None that rests on one address.")),
            ("Method", _runs(model)),
        )
    )  # fmt: skip


# --- both ----------------------------------------


def read_facts(answer: Plain) -> tuple[tuple[str, tuple[Text, ...]], ...]:
    """What was read, and of which versions of the records."""
    read = answer["read"]
    rest = "".join(f" {count:,} left out: {reason}." for reason, count in read["left_out"].items())
    gaps = f" Not held: {', '.join(read['missing_months'])}." if read["missing_months"] else ""
    tables = ", ".join(f"{name} version {version}" for name, version in read["tables"].items())
    return (
        ("Events", _runs(f"{read['used']:,} from {_day(read['first'])} to {_day(read['last'])}.{rest}{gaps}")),
        ("Rests on", _runs(tables)),
    )


def in_nights(days: float | None) -> str:
    """How seldom chance alone gives one: no finer than the replicas can say."""
    return "under once in 10 years" if days is None or days > TEN_YEARS else f"once in {days:,.0f} nights"


def _kinds(answer: Plain) -> str:
    types: Sequence[str] = answer["read"]["types"]
    return ", ".join(types).lower() if types else "crimes of every kind"


def _more(row: Plain, small_numbers: bool) -> str:
    """How many times what was expected: with what was expected, it would give a small count away."""
    return f", {_times(row['ratio'])} what was to be expected" if small_numbers else ""


def _times(ratio: float | None) -> str:
    return "many times" if ratio is None else f"{ratio:.1f} times"


def _count(value: int | None, small_numbers: bool) -> str:
    if value is None:
        return "not known"
    shown = value if small_numbers else published_count(value)
    return "under 5" if math.isnan(shown) else f"{shown:,.0f}"


def _day(text: str) -> str:
    day = dt.date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _runs(words: str) -> tuple[Text, ...]:
    return (Text(words),)


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
