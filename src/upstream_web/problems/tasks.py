"""Letters about plans. They say that something waits, never what a plan says."""

from django_tasks import task

from upstream_web.design.environment import day
from upstream_web.people import links
from upstream_web.people.models import User
from upstream_web.people.tasks import send_letter
from upstream_web.problems.access import action_by_link

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
