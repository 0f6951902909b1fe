"""Plans and what belongs to them, for tests."""

import datetime

import factory
from django.db.models import Max
from django.utils import timezone

from factories.people import OrganisationFactory, TeamFactory, UserFactory
from upstream_web.problems.models import (
    Action,
    Answer,
    Invitation,
    NamedAssessment,
    Note,
    Objective,
    Plan,
    Response,
    Result,
)

OPENED = datetime.date(2026, 1, 5)


class PlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Plan

    ref = factory.Sequence(lambda n: f"T2026-{n:04d}")
    title = factory.Sequence(lambda n: f"Problem {n}")
    team = factory.SubFactory(TeamFactory)
    area = factory.LazyAttribute(lambda o: o.team.area)
    lead = factory.LazyAttribute(lambda o: o.team.organisation)
    owner = factory.SubFactory(UserFactory)
    opened_on = OPENED


class AnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Answer

    plan = factory.SubFactory(PlanFactory)
    question = "community"
    text = "Shoppers and staff of the parade."
    changed_at = factory.LazyFunction(timezone.now)


class ObjectiveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Objective

    plan = factory.SubFactory(PlanFactory)
    what = "Fewer thefts from shops on the parade"
    measure = "Shop thefts a month"
    baseline = 12.0
    target = 8.0
    by_when = datetime.date(2026, 9, 30)


class ResponseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Response

    plan = factory.SubFactory(PlanFactory)
    title = "Staff greet everybody who comes in"
    mechanism = "Greeting takes away the feeling of being unseen."
    tier = "secondary"
    side = "guardian"
    organisation = factory.LazyAttribute(lambda o: o.plan.lead)


class ActionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Action

    plan = factory.SubFactory(PlanFactory)
    number = factory.LazyAttribute(lambda o: (o.plan.actions.aggregate(last=Max("number"))["last"] or 0) + 1)
    title = "Visit the shops"
    organisation = factory.LazyAttribute(lambda o: o.plan.lead)
    due_on = datetime.date(2026, 6, 30)


class NamedAssessmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NamedAssessment

    plan = factory.SubFactory(PlanFactory)
    measure = "Shop thefts recorded"
    area = factory.LazyAttribute(lambda o: o.plan.area)
    comparison = "The market square, where nothing changes"
    before_from = datetime.date(2025, 1, 1)
    before_to = datetime.date(2025, 12, 31)
    after_from = datetime.date(2026, 2, 1)
    after_to = datetime.date(2026, 7, 31)
    smallest_effect = 20.0
    review_on = datetime.date(2026, 8, 15)
    made_at = factory.LazyFunction(timezone.now)


class ResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Result

    plan = factory.SubFactory(PlanFactory)
    process = "All visits were made."
    outcome = "Thefts fell from 12 to 9 a month."
    verdict = "some"
    lesson = "Go on greeting; change the lighting first."
    decision = "close"
    made_at = factory.LazyFunction(timezone.now)


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Note

    plan = factory.SubFactory(PlanFactory)
    text = "The manager changes in June."
    at = factory.LazyFunction(timezone.now)


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    plan = factory.SubFactory(PlanFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    purpose = "Crime and Disorder Act 1998, section 115"
    valid_from = OPENED


def ready_plan(**fields: object) -> Plan:
    """A plan that may be submitted."""
    plan = PlanFactory(**fields)
    for question in ("community", "harmful", "expectation", "events", "recurring", "similarity", "why"):
        AnswerFactory(plan=plan, question=question)
    ObjectiveFactory(plan=plan)
    ResponseFactory(plan=plan)
    NamedAssessmentFactory(plan=plan)
    return plan
