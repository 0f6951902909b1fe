"""Runs for tests."""

import factory

from factories.people import UserFactory
from upstream_web.runs.models import Run


class RunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Run

    kind = "tests.count"
    title = "Count to three"
    asked_by = factory.SubFactory(UserFactory)
