"""Reports for tests, without their files: those take seconds to make."""

import factory

from factories.people import UserFactory
from upstream_web.reports.models import Finding, Report


class ReportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Report

    title = "Quarterly performance report"
    month = "2022-06"
    audience = Report.Audience.INTERNAL
    begun_by = factory.SubFactory(UserFactory)
    digest = "d" * 64


class FindingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Finding

    report = factory.SubFactory(ReportFactory)
    rule = "parts_do_not_sum"
    severity = "error"
    place = "line 1"
    arithmetic = factory.Sequence(lambda n: f"{n} + 1 is not {n}")
