"""What every rule looks at: the tables understood and the sentences, of all files together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath

from upstream.reports.check.grids import Grid
from upstream.reports.check.numbers import EPSILON, Value, show
from upstream.reports.check.reading.model import Sentence, Table
from upstream.reports.check.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Evidence:
    """Tables and sentences of one run, in the order of the files, and the places that they speak of."""

    tables: tuple[Table, ...]
    grids: tuple[Grid, ...]
    sentences: tuple[Sentence, ...]
    scopes: Scopes

    def words_by_section(self) -> dict[tuple[str, tuple[str, ...]], str]:
        """All that is said under one heading, by file and headings."""
        held: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for sentence in self.sentences:
            held.setdefault((sentence.file, sentence.section), []).append(sentence.text)
        said = {place: " ".join(texts) for place, texts in held.items()}
        # a heading inside a page is read with what the page says above it
        return {(file, at): f"{said.get((file, at[:-1]), '')} {text}" for (file, at), text in said.items()}

    def documents(self) -> list[tuple[Grid, ...]]:
        """Tables by document: those of one file, and CSV files of one folder together, since each holds one table."""
        held: dict[str, list[Grid]] = {}
        for grid in self.grids:
            file = grid.table.file
            one = str(PurePath(file).parent / "*.csv") if file.lower().endswith(".csv") else file
            held.setdefault(one, []).append(grid)
        return [tuple(grids) for grids in held.values()]


_ENOUGH_TO_TELL = 60
_ROUNDED = 5
# larger than any per cent printed without its sign
_A_SHARE = 150
# one count in five is a multiple by chance; a rounded report has a few exact numbers all the same
_MOSTLY = 0.85


def rounding_seen(grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    """The tables, each marked whether the counts of its file are rounded."""
    counts: dict[str, list[float]] = {}
    for grid in grids:
        kept = counts.setdefault(grid.table.file, [])
        at = [n for n, column in enumerate(grid.columns) if column.role == "count"]
        kept += [v.number for row in grid.rows for n in at if (v := row.values[n]) is not None and v.number > _A_SHARE]
    rounded = {
        file
        for file, held in counts.items()
        if len(held) >= _ENOUGH_TO_TELL and sum(n % _ROUNDED == 0 for n in held) >= _MOSTLY * len(held)
    }
    return tuple(replace(grid, rounded=grid.table.file in rounded) for grid in grids)


def shown(values: list[Value], total: float) -> str:
    """A sum for a sentence: the parts when they are few, their number otherwise."""
    decimals = max((v.decimals for v in values), default=0)
    if len(values) <= 8:
        left = " + ".join(
            show(v.number, v.decimals) if v.number >= 0 else f"({show(v.number, v.decimals)})" for v in values
        )
    else:
        left = (
            f"the {len(values)} parts ({show(values[0].number, values[0].decimals)} + "
            f"{show(values[1].number, values[1].decimals)} + ...)"
        )
    return f"{left} = {show(total, decimals)}"


def rounding_base(numbers: list[float]) -> float:
    """What whole counts were rounded to (1, 5, 10, 100, 1,000) as their divisibility shows."""
    kept = [abs(n) for n in numbers if n]
    for base in (1000.0, 100.0, 10.0, 5.0):
        # chance gives multiples of ten in four numbers once in ten thousand, of five in six once in fifteen thousand
        if len(kept) >= (4 if base >= 10.0 else 6) and all(abs(n / base - round(n / base)) < EPSILON for n in kept):
            return base
    return 1.0
