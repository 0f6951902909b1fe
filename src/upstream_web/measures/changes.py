"""Every write about measures, and every reading of records behind a figure."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from upstream.reports.commentary import NotBacked, Unbacked
from upstream_web.audit.changes import record
from upstream_web.measures import drafts, queries
from upstream_web.measures.engine.commentary import as_commentary
from upstream_web.measures.engine.figures import Figures, Made
from upstream_web.measures.engine.words import bound
from upstream_web.measures.models import WRITTEN, Calculation, CommentaryVersion
from upstream_web.people.models import User
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

CALCULATE = "measures.calculate"
PAPER = "measures.paper"


class Overtaken(Exception):
    """Somebody else has written a newer version than the one that was started from; nothing was written."""


def ask_for_month(*, month: str, by: Any) -> Run:
    """Ask for the measures to a month to be worked out from the newest records."""
    return start(kind_key=CALCULATE, title=f"Calculate the measures to {month}", parameters={"month": month}, by=by)


def ask_for_paper(*, month: str, keys: list[str], kind: str, title: str, by: User) -> Run:
    """Ask for slides or a Word file of some measures."""
    parameters = {"month": month, "keys": keys, "kind": kind, "title": title}
    return start(kind_key=PAPER, title=title, parameters=parameters, by=by)


@transaction.atomic
def note_calculation(*, month: str, made: Made, run: Run | None, by: Any) -> Calculation:
    """Remember that a month was worked out; the same results again change nothing."""
    fields = {
        "month": month,
        "definitions": made.digest,
        "tables": made.tables,
        "held_from": str(made.held_from),
        "held_to": str(made.held_to),
        "run": run,
    }
    row, new = Calculation.objects.get_or_create(kept_as=made.kept_as, defaults=fields)
    record(by=by, action="measures.calculated", of=row, after={"month": month, "tables": made.tables, "new": new})
    return row


def publish_commentary(
    *, figures: Figures, measure: str, words: Mapping[str, Any], base: int, by: User
) -> CommentaryVersion:
    """Put words on a measure's page as its next version; the person's draft has done its work.

    Raises
    ------
    Overtaken
        Version `base` is no longer the newest: the words stay in the draft.
    NotBacked
        A number in the words is backed by no value.
    """
    month = str(figures.month)
    version = CommentaryVersion(measure=measure, month=month, number=base + 1, written_by=by, **words)
    problems = bound(figures, measure, as_commentary(version)).problems
    if problems:
        raise NotBacked(measure, [Unbacked(one.section, one.line, "", one.words) for one in problems])
    try:
        return _published(version, base, by)
    except IntegrityError as error:
        raise Overtaken from error


@transaction.atomic
def _published(version: CommentaryVersion, base: int, by: User) -> CommentaryVersion:
    before = queries.commentary_on(version.measure, version.month)
    if (before.number if before else 0) != base:
        raise Overtaken
    version.save(force_insert=True)
    old = before.written if before else dict.fromkeys(WRITTEN)
    record(by=by, action="commentary.published", of=version, before=old, after=version.written)
    drafts.drop(measure=version.measure, month=version.month, by=by)
    return version


@transaction.atomic
def note_reading(*, calculation: Calculation, measure: str, area: str, table: str, purpose: str, by: User) -> None:
    """Record that a person reads the records behind a figure, and why; before anything is shown."""
    details = {"measure": measure, "area": area, "table": table, "month": calculation.month, "purpose": purpose}
    record(by=by, action="measure.records_read", of=calculation, details=details)
