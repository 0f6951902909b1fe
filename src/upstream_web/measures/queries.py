"""Which months of figures there are."""

from dataclasses import dataclass
from typing import Any

from upstream_web.measures.engine.store import force
from upstream_web.measures.models import Calculation, CommentaryDraft, CommentaryVersion
from upstream_web.people.models import User


def has_records() -> bool:
    """Whether the store holds anything that a measure counts from."""
    return force().has_records


def calculation_of(month: str) -> Calculation | None:
    """The newest calculation of a month with today's definitions."""
    return Calculation.objects.with_definitions(force().digest).filter(month=month).order_by("-made_at").first()


def newest_calculation() -> Calculation | None:
    """The newest calculation of the latest month."""
    return Calculation.objects.with_definitions(force().digest).order_by("-month", "-made_at").first()


def months_ready() -> list[str]:
    """Months that can be shown at once, latest first."""
    rows = Calculation.objects.with_definitions(force().digest).order_by("-month").values_list("month", flat=True)
    return list(dict.fromkeys(rows))


def commentary_on(measure: str, month: str) -> CommentaryVersion | None:
    """The newest version of the commentary on a measure of a month."""
    rows = CommentaryVersion.objects.filter(measure=measure, month=month).select_related("written_by")
    return rows.order_by("-number").first()


def commentary_versions(measure: str, month: str) -> list[CommentaryVersion]:
    """Every version, newest first."""
    rows = CommentaryVersion.objects.filter(measure=measure, month=month).select_related("written_by")
    return list(rows.order_by("-number"))


def commentary_of_month(month: str) -> dict[str, CommentaryVersion]:
    """The newest version on each measure of a month."""
    rows = CommentaryVersion.objects.filter(month=month).order_by("number")
    return {row.measure: row for row in rows}


def earlier_commentary(measure: str, month: str) -> CommentaryVersion | None:
    """The newest version on the measure of the latest month before."""
    rows = CommentaryVersion.objects.filter(measure=measure, month__lt=month).order_by("-month", "-number")
    return rows.first()


def draft_of(person: User, measure: str, month: str) -> CommentaryDraft | None:
    """The person's own draft."""
    return CommentaryDraft.objects.filter(person=person, measure=measure, month=month).first()


@dataclass(frozen=True, slots=True)
class Start:
    """What the editor begins with: the person's draft, else the newest version, else nothing.

    base : number of the version that it was started from
    """

    words: dict[str, Any]
    base: int
    draft: CommentaryDraft | None


def starting_words(person: User, measure: str, month: str, earlier: str) -> Start:
    """What a person finds in the editor; `earlier` takes the words of an earlier month in place of none."""
    draft, newest = draft_of(person, measure, month), commentary_on(measure, month)
    if draft is not None:
        return Start(draft.written, draft.base, draft)
    base = newest.number if newest is not None else 0
    source = newest or (commentary_on(measure, earlier) if earlier else None)
    return Start(source.written if source is not None else {"author": person.post}, base, None)
