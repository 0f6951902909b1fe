"""Asking for an analysis, and keeping its answer."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from upstream_web.audit.changes import record
from upstream_web.explore.engine import Worked
from upstream_web.explore.models import Analysis
from upstream_web.explore.queries import digest
from upstream_web.people.models import User
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

ANALYSE = "explore.analyse"


def ask_for(*, kind: str, asked: Mapping[str, Any], by: User) -> Run:
    """Ask for an analysis to be worked out; it takes longer than a page may."""
    words = Analysis.Kind(kind).label
    return start(
        kind_key=ANALYSE, title=f"{words}: {asked['type']}", parameters={"kind": kind, "asked": dict(asked)}, by=by
    )  # fmt: skip


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
