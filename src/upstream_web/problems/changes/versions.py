"""Versions: the whole plan after each change, and the lock that keeps one writer from undoing another unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.forms.models import model_to_dict
from django.utils import timezone

from upstream_web.audit.changes import plain_value
from upstream_web.people.models import User
from upstream_web.problems.models import NamedAssessment, Plan, PlanVersion
from upstream_web.problems.queries import values_of_named
from upstream_web.problems.questions import questions
from upstream_web.search.changes import index

PARTS = ("answers", "hypotheses", "objectives", "responses", "actions", "named_assessments", "results", "invitations")
LEFT_OUT = {"id", "plan", "version", "changed_at", "changed_by", "made_at", "made_by", "reminded_on"}


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people changed the same words.

    field : what both changed
    theirs : as somebody else saved it meanwhile
    yours : as the person sent it
    version : of what is saved now
    """

    field: str
    theirs: str
    yours: str
    version: int


class EditClash(Exception):
    """Nothing was saved: the person sees both texts and decides."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__(f"{len(clashes)} changed by somebody else meanwhile")
        self.clashes = clashes


def locked(queryset: models.QuerySet, pk: int) -> Any:
    """The row, held until the transaction ends, so that reading its version and writing it are one act."""
    return queryset.select_for_update().get(pk=pk)


def refuse_clash(row: Any, values: Mapping[str, Any]) -> None:
    """Refuse values that differ from what somebody else saved in the row meanwhile."""
    clashes = tuple(
        Clash(name, str(getattr(row, name) or ""), str(value or ""), row.version)
        for name, value in values.items()
        if getattr(row, name) != value
    )
    if clashes:
        raise EditClash(clashes)


def keep_version(*, plan: Plan, by: User | None, why: str) -> PlanVersion:
    """Keep the plan as it stands now; called last in every change of a plan's content, with the plan locked."""
    plan.version += 1
    plan.changed_at = timezone.now()
    plan.stage = stage_reached(plan)
    plan.save(update_fields=["version", "changed_at", "stage"])
    index(of=plan, texts=plan.searched())
    return PlanVersion.objects.create(
        plan=plan, number=plan.version, at=plan.changed_at, by=by, why=why[:200], content=content_of(plan)
    )


def content_of(plan: Plan) -> dict[str, Any]:
    """All that a plan says, as plain values."""
    content: dict[str, Any] = {"plan": _plain(model_to_dict(plan, exclude=["version", "changed_at", "id"]))}
    for part in PARTS:
        content[part] = {_name(row): _plain(_values(row)) for row in getattr(plan, part).order_by("id")}
    return content


def stage_reached(plan: Plan) -> str:
    """The last step of SARA that has something in it: what lists show."""
    stages = Plan.Stage
    if plan.status in (Plan.Status.ASSESSING, Plan.Status.CLOSED) or plan.results.exists():
        return stages.ASSESSMENT
    if plan.responses.exists() or plan.actions.exists():
        return stages.RESPONSE
    of_analysis = [question.key for question in questions() if question.stage == "analysis"]
    if (
        plan.hypotheses.exists()
        or plan.slices.exists()
        or plan.answers.filter(question__in=of_analysis).exclude(text="").exists()
    ):
        return stages.ANALYSIS
    return stages.SCANNING


def _name(row: models.Model) -> str:
    return getattr(row, "question", None) or str(row.pk)


def _values(row: models.Model) -> Mapping[str, Any]:
    return values_of_named(row) if isinstance(row, NamedAssessment) else model_to_dict(row, exclude=LEFT_OUT)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain_value(value) for key, value in values.items()}
