"""Work on plans beside the site: counting records; letters, which say that something waits, never what a plan says."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django_tasks import task

from upstream_web.design.environment import day
from upstream_web.people import links
from upstream_web.people.models import User
from upstream_web.people.tasks import send_letter
from upstream_web.problems.access import action_by_link, plan_for_assessing, plan_for_counting
from upstream_web.problems.changes import assessing, designing, slices
from upstream_web.runs.kinds import Outcome, kind_of_run
from upstream_web.runs.progress import Progress

SUBJECT = "An action waits for your word"


@task()
def send_action_link(action_id: int, by_id: int) -> None:
    """E-mail a new link to an action, made here so that no table of tasks ever holds it."""
    action, by = action_by_link(action_id), User.objects.get(pk=by_id)
    if action is None:
        return
    address = links.make(purpose="action", target_id=action.pk, email=action.owner_email, by=by)
    words = {
        "name": action.owner_name or "colleague",
        "by": by.name,
        "organisation": action.plan.lead.name,
        "due": day(action.due_on),
        "link": address,
        "days": str(links.LASTS.days),
    }
    send_letter.call(action.owner_email, SUBJECT, "problems/mail/action_link.txt", words)


def may_count(user: User, parameters: Mapping[str, Any]) -> bool:
    """Whether the person may have the records of the plan counted today."""
    try:
        plan_for_counting(user, parameters["plan"])
    except (Http404, PermissionDenied):
        return False
    return True


@kind_of_run(slices.COUNT, may_ask=may_count)
def count_records(progress: Progress, by: Any, *, plan: int, stage: str) -> Outcome:
    """Count a plan's records for whoever asked."""
    found, _ = plan_for_counting(by, plan)
    progress.say("Counting the records of the plan's place, types and months")
    row = slices.count_again(plan=found, by=by)
    progress.rests_on(row.data_versions, row.engine_version)
    return Outcome(f"what was counted for {found.ref}", reverse(f"problems:{stage}", args=[found.pk]))


def may_assess(user: User, parameters: Mapping[str, Any]) -> bool:
    """Whether the person may have the plan assessed from records today."""
    try:
        plan_for_assessing(user, parameters["plan"])
    except (Http404, PermissionDenied):
        return False
    return True


@kind_of_run(assessing.ASSESS, may_ask=may_assess)
def assess_plan(progress: Progress, by: Any, *, plan: int) -> Outcome:
    """Assess a plan from records for whoever asked."""
    found, _ = plan_for_assessing(by, plan)
    progress.say("Counting the plan's place and its comparison, before and after, and asking every method")
    row = assessing.assess_again(plan=found, by=by)
    progress.rests_on(row.data_versions, row.engine_version)
    return Outcome(f"what was found for {found.ref}", reverse("problems:assessment", args=[found.pk]))


@kind_of_run(designing.DESIGN, may_ask=may_assess)
def design_assessment(progress: Progress, by: Any, *, plan: int, asked: Mapping[str, Any]) -> Outcome:
    """Work a design out for whoever asked."""
    found, _ = plan_for_assessing(by, plan)
    progress.say("Counting every place that it may be compared with, before it begins")
    row = designing.design_again(plan=found, by=by, asked=asked)
    progress.rests_on(row.data_versions, row.engine_version)
    return Outcome(f"the design of {found.ref}", reverse("problems:design", args=[found.pk]))
