"""Tokens for tests."""

import datetime

import factory
from django.utils import timezone

from factories.people import UserFactory
from upstream_web.programs.models import ApiToken


class ApiTokenFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory)
    name = "List"
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
    expires_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=30))
