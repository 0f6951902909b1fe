"""New clusters as blocks of a page: in words, as a table, and as a map with the same figures; words of every scan."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from upstream.disclosure.published import published_count
from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Row, Table, Text
from upstream.reports.scan_maps import both_maps, marks_of

Plain = Mapping[str, Any]
TEN_YEARS: Final = 3_650.0


def cluster_blocks(answer: Plain, *, small_numbers: bool) -> tuple[Block, ...]:
    """The clusters of a night: in words, on a map, and what was looked at."""
    new = [row for row in answer["clusters"] if row["new"]]
    if new:
        words = f"{len(new)} new cluster{'' if len(new) == 1 else 's'} on {day_words(answer['to'])}: " + "; ".join(
            f"{row['name']} since {day_words(row['first'])}{_more(row, small_numbers)}" for row in new
        )
        said: Block = Callout("note", "What was found", _runs(words + "."))
    else:
        said = Callout(
            "note", "No new cluster", _runs(
                f"On {day_words(answer['to'])} nothing was so strong that chance gives it less often than once in "
                f"{answer['recurrence_days']:,.0f} nights of looking."
            ),
        )  # fmt: skip
    return (said, *_cluster_map(answer, small_numbers), _cluster_facts(answer))


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
                _cell(str(at)), _cell(row["name"] or "not known"), _cell(day_words(row["first"])),
                _cell(count_words(row["events"], small_numbers)), _cell(f"{row['expected']:.1f}"),
                _cell(f"{row['radius_metres']:,.0f}"), _cell(in_nights(row["recurrence_days"])),
                Cell((Text("yes" if row["new"] else "no"),), "above" if row["new"] else ""),
            )
        )
        for at, row in enumerate(rows, 1)
    )  # fmt: skip
    title = f"Clusters still there on {day_words(answer['to'])}"
    note = "By chance alone: in how many nights of looking one so strong is to be expected where nothing has changed."
    data = Table("clusters", title, columns, shown, (_runs(note),))
    description = f"{len(rows)} circles on the outlines of the areas; the table lists them by number."
    picture, small = both_maps("cluster-map", title, description, answer["outlines"], marks_of(rows))
    return (
        Chart(
            "cluster-map",
            title,
            description,
            picture,
            replace(data, key="cluster-map-figures", title=f"{title}, as on the map"),
            narrow=small,
        ),
        data,
    )


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


# --- words of every scan -------------------------


def read_facts(answer: Plain) -> tuple[tuple[str, tuple[Text, ...]], ...]:
    """What was read, and of which versions of the records."""
    read = answer["read"]
    rest = "".join(f" {count:,} left out: {reason}." for reason, count in read["left_out"].items())
    gaps = f" Not held: {', '.join(read['missing_months'])}." if read["missing_months"] else ""
    tables = ", ".join(f"{name} version {version}" for name, version in read["tables"].items())
    return (
        (
            "Events",
            _runs(f"{read['used']:,} from {day_words(read['first'])} to {day_words(read['last'])}.{rest}{gaps}"),
        ),
        ("Rests on", _runs(tables)),
    )


def in_nights(days: float | None) -> str:
    """How seldom chance alone gives one: no finer than the replicas can say."""
    return "under once in 10 years" if days is None or days > TEN_YEARS else f"once in {days:,.0f} nights"


def kind_words(answer: Plain) -> str:
    """The kinds of crime looked at."""
    types: Sequence[str] = answer["read"]["types"]
    return ", ".join(types).lower() if types else "crimes of every kind"


def _more(row: Plain, small_numbers: bool) -> str:
    """How many times what was expected: with what was expected, it would give a small count away."""
    return f", {times_words(row['ratio'])} what was to be expected" if small_numbers else ""


def times_words(ratio: float | None) -> str:
    """How many times what was expected."""
    return "many times" if ratio is None else f"{ratio:.1f} times"


def count_words(value: int | None, small_numbers: bool) -> str:
    """A count as the reader may see it."""
    if value is None:
        return "not known"
    shown = value if small_numbers else published_count(value)
    return "under 5" if math.isnan(shown) else f"{shown:,.0f}"


def day_words(text: str) -> str:
    """A day, written as 2022-06-30, in words."""
    day = dt.date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _runs(words: str) -> tuple[Text, ...]:
    return (Text(words),)


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
