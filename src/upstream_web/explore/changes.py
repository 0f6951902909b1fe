"""Asking for an analysis, and keeping its answer."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from upstream_web.audit.changes import record
from upstream_web.explore.engine import Worked
from upstream_web.explore.models import Analysis
from upstream_web.explore.queries import digest
from upstream_web.people.models import User
from upstream_web.places.models import Area
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

ANALYSE = "explore.analyse"


def ask_for(*, kind: str, asked: Mapping[str, Any], by: User) -> Run:
    """Ask for an analysis to be worked out; it takes longer than a page may."""
    words, types = Analysis.Kind(kind).label, asked["type"]
    named = types if isinstance(types, str) else ", ".join(types) or "every crime"
    return start(kind_key=ANALYSE, title=f"{words}: {named}", parameters={"kind": kind, "asked": dict(asked)}, by=by)


@transaction.atomic
def note_paper(*, analysis: Analysis, by: User) -> None:
    """Record that somebody took an analysis out as a paper."""
    details = {"kind": analysis.kind, "asked": analysis.asked}
    record(by=by, action="analysis.paper_taken", of=analysis, details=details)


@transaction.atomic
def note_file(*, analysis: Analysis, part: str, ending: str, by: User) -> None:
    """Record that small counts of an analysis, or of a part of it, were taken out as a file; before it is sent."""
    details = {"kind": analysis.kind, "asked": analysis.asked, "part": part, "as": ending}
    record(by=by, action="analysis.file_taken", of=analysis, details=details)


@transaction.atomic
def note_look(*, asked: Mapping[str, Any], ending: str, by: User) -> None:
    """Record that small counts of the explorer were taken out as a file; nobody has kept them, so its place stands."""
    details = {"asked": {name: str(value) for name, value in asked.items()}, "as": ending}
    record(by=by, action="counts.file_taken", of=Area(name=asked["area"] or "The whole force"), details=details)


@transaction.atomic
def note_reading(*, analysis: Analysis, chain: int, purpose: str, by: User) -> None:
    """Record that a person reads which records a chain joins, and why; before anything is shown."""
    details = {"kind": analysis.kind, "asked": analysis.asked, "chain": chain, "purpose": purpose}
    record(by=by, action="analysis.records_read", of=analysis, details=details)


@transaction.atomic
def keep(*, kind: str, asked: Mapping[str, Any], worked: Worked, by: Any) -> Analysis:
    """Keep an answer; the same of the same records is kept once."""
    question, rests_on = digest(kind, dict(asked)), digest(worked.tables, worked.engine_version)
    found, new = Analysis.objects.get_or_create(
        question=question,
        rests_on=rests_on,
        defaults={
            "kind": kind,
            "asked": dict(asked),
            "tables": worked.tables,
            "engine_version": worked.engine_version,
            "answer": worked.answer,
            "made_by_id": by.pk,
        },
    )
    details = {"kind": kind, "asked": dict(asked), "versions": worked.tables, "kept_before": not new}
    record(by=by, action="analysis.worked_out", of=found, details=details)
    return found
