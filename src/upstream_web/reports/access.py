"""Reports for a person: what is published to readers of measures, what is at work to those who make it."""

from django.db.models import QuerySet
from django.http import Http404

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.reports.models import Report, ReportFile

MAKERS = (Permission.COMMENTARY_WRITE, Permission.REPORT_REVIEW, Permission.REPORT_PUBLISH)


def is_maker(user: User) -> bool:
    """Whether the person writes, reviews or publishes reports."""
    return any(standing(user).allows(permission) for permission in MAKERS)


def reports_for_reading(user: User) -> QuerySet[Report]:
    """What the person may read: everything for makers, what is or was published for readers of measures."""
    rows = Report.objects.select_related("begun_by")
    if is_maker(user):
        return rows
    if standing(user).allows(Permission.MEASURE_READ):
        return rows.released()
    return rows.published().public()


def report_for_reading(user: User, pk: int) -> Report:
    """One report; absent and not open to the person look the same."""
    row = reports_for_reading(user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def report_for_making(user: User, pk: int) -> Report:
    """One report, for those who write, review or publish."""
    if not is_maker(user):
        raise Http404
    return report_for_reading(user, pk)


def public_report(pk: int) -> Report:
    """A published public report, for anybody."""
    row = Report.objects.published().public().filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def file_of(report: Report, kind: str) -> ReportFile:
    """One format of a report."""
    row = report.files.filter(kind=kind).first()
    if row is None:
        raise Http404
    return row
