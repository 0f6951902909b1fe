"""Notices in words, with the titles of what the reader may see today."""

from collections.abc import Iterable
from dataclasses import dataclass

from upstream_web.notices.models import Notice
from upstream_web.notices.subjects import Subject, described
from upstream_web.people.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """A notice and what it is about; no subject where the person may no longer see it."""

    notice: Notice
    subject: Subject | None


def lines(user: User, notices: Iterable[Notice]) -> list[Line]:
    """Notices for a page, one question a type of subject."""
    rows = list(notices)
    ids: dict[str, set[int]] = {}
    for row in rows:
        ids.setdefault(row.subject_type, set()).add(row.subject_id)
    known = {(kind, pk): subject for kind in ids for pk, subject in described(user, kind, ids[kind]).items()}
    return [Line(row, known.get((row.subject_type, row.subject_id))) for row in rows]
