"""The head of the portfolio: what came of plans in a sentence, and as intervals below each other."""

from collections.abc import Iterable
from typing import Any

from upstream.reports.document import Cell, Chart, Column, Row, Table, Text
from upstream.reports.forest import Drawn, draw_ratios, in_per_cent
from upstream.stats.intervals import Interval
from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.models import Assessed
from upstream_web.problems.portfolio import Came, Counts

SAID = {
    Assessed.Word.WORKED: "worked",
    Assessed.Word.PERHAPS: "perhaps worked",
    Assessed.Word.NOT_SHOWN: "showed no effect",
    Assessed.Word.PERHAPS_WORSE: "perhaps made it worse",
    Assessed.Word.WORSE: "made it worse",
    Assessed.Word.NOT_KNOWN: "cannot be told",
}
TITLE = "What each plan did"
NOTE = "Each line is the 95% interval of the change that a plan made; left of 0% is a reduction."
FEWEST = 2


def in_a_sentence(counts: Counts, late: int) -> str:
    """ "Of 4 plans assessed from records 3 worked and 1 showed no effect. 40 assessments are overdue." """
    parts = [f"{count:,} {SAID[word]}" for word, count in zip(Assessed.Word, counts.whole.words, strict=True) if count]
    said = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    plans = counts.whole.plans
    overdue = "1 assessment is" if late == 1 else f"{late:,} assessments are" if late else "No assessment is"
    return f"Of {plans:,} {'plan' if plans == 1 else 'plans'} assessed from records {said}. {overdue} overdue."


def words_that_occur(counts: Counts) -> list[tuple[int, str]]:
    """Place and label of each answer that some plan has: a column of noughts tells nothing."""
    return [
        (at, str(word.label)) for at, (word, count) in enumerate(zip(Assessed.Word, counts.whole.words, strict=True))
        if count
    ]  # fmt: skip


def picture_of(rows: Iterable[Came]) -> dict[str, Any] | None:
    """Changes with their intervals, in whole per cent as they are printed; nothing of fewer than two."""
    found = [(one, ratio) for one in rows if one.shown and (ratio := _ratio(one.row))]
    if len(found) < FEWEST:
        return None
    wide, narrow = draw_ratios([Drawn(one.title, ratio) for one, ratio in found], "portfolio-changes", TITLE, NOTE)
    columns = (Column("Plan", "text"), Column("Change"), Column("Lowest"), Column("Highest"))
    rows_of = tuple(_row(one.title, ratio) for one, ratio in found)
    table = Table("portfolio-changes-table", TITLE, columns, rows_of)
    return block(Chart("portfolio-changes", TITLE, NOTE, wide, table, ((Text(NOTE),),), narrow=narrow), lambda _: "")


def _row(name: str, ratio: Interval) -> Row:
    words = (name, *(in_per_cent(value) for value in (ratio.estimate, ratio.lower, ratio.upper)))
    return Row(tuple(Cell((Text(one),)) for one in words))


def _ratio(row: Assessed) -> Interval | None:
    if row.change is None or row.lower is None or row.upper is None:
        return None
    return Interval(*(1 + round(value) / 100 for value in (row.change, row.lower, row.upper)))
