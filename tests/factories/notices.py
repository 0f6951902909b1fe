"""Notices for tests."""

import factory

from factories.people import UserFactory
from upstream_web.notices.models import Notice


class NoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notice

    user = factory.SubFactory(UserFactory)
    kind = Notice.Kind.PLAN_RETURNED
    subject_type = "problems.plan"
    subject_id = factory.Sequence(lambda n: n + 1)
