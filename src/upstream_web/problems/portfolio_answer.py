"""The head of the portfolio: what came of plans in a sentence, and as intervals below each other."""

from collections.abc import Iterable
from typing import Any

from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.engine.portfolio import changes_drawn
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
    """Changes that the reader may see, with their intervals; nothing of fewer than two."""
    drawn = changes_drawn([(one.title, change) for one in rows if one.shown and (change := _change(one.row))])
    return None if drawn is None else block(drawn, lambda _: "")


def _change(row: Assessed) -> tuple[float, float, float] | None:
    if row.change is None or row.lower is None or row.upper is None:
        return None
    return row.change, row.lower, row.upper
