"""The area of plans: tells lower areas what it has for them."""

from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    """Says what links open, how plans and actions are called in notices, and what passes on when somebody moves."""

    name = "upstream_web.problems"

    def ready(self) -> None:
        from upstream_web.notices import subjects
        from upstream_web.people import handover, links
        from upstream_web.problems.access import action_by_link
        from upstream_web.problems.beside_signals import address_to_accept, plans_beside
        from upstream_web.problems.handover import OwnedActions, OwnedPlans
        from upstream_web.problems.presenters import actions_as_subjects, plans_as_subjects
        from upstream_web.signals import beside

        def title_of(pk: str) -> str | None:
            action = action_by_link(pk)
            return action.title if action else None

        links.register(links.Purpose("action", title_of, "problems:action_by_link"))
        subjects.register("problems.plan", plans_as_subjects)
        subjects.register("problems.action", actions_as_subjects)
        handover.register(OwnedPlans())
        handover.register(OwnedActions())
        beside.register(beside.Work(plans_beside, address_to_accept))
