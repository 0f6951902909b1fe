"""The door of the portfolio to the engine: changes of several plans as intervals below each other."""

from collections.abc import Sequence

from upstream.reports.document import Cell, Chart, Column, Row, Table, Text
from upstream.reports.forest import Drawn, draw_ratios, in_per_cent, of_per_cent

KEY, TITLE = "portfolio-changes", "What each plan did"
NOTE = "Each line is the 95% interval of the change that a plan made; left of 0% is a reduction."
FEWEST = 2
Change = tuple[str, tuple[float, float, float]]
"""The name of a plan, and its change with lowest and highest, in per cent."""


def changes_drawn(changes: Sequence[Change]) -> Chart | None:
    """The picture, in whole per cent; nothing of fewer than two."""
    if len(changes) < FEWEST:
        return None
    drawn = [of_per_cent(name, *values) for name, values in changes]
    wide, narrow = draw_ratios(drawn, KEY, TITLE, NOTE)
    columns = (Column("Plan", "text"), Column("Change"), Column("Lowest"), Column("Highest"))
    table = Table(f"{KEY}-table", TITLE, columns, tuple(_row(one) for one in drawn))
    return Chart(KEY, TITLE, NOTE, wide, table, ((Text(NOTE),),), narrow=narrow)


def _row(one: Drawn) -> Row:
    ends = (one.ratio.estimate, one.ratio.lower, one.ratio.upper)
    return Row(tuple(Cell((Text(words),)) for words in (one.name, *map(in_per_cent, ends))))
