"""Reports as pages want them."""

from django.db.models import QuerySet

from upstream_web.reports.models import Report


def public_reports() -> QuerySet[Report]:
    """What everybody may read today, latest month first."""
    return Report.objects.published().public().order_by("-month", "-id")


def with_everything(report: Report) -> Report:
    """The report with its steps, comments, files and findings, read at once."""
    rows = Report.objects.select_related("begun_by", "calculation", "run", "supersedes")
    return rows.prefetch_related("steps__by", "comments__by", "files", "findings__answered_by", "superseded_by").get(
        pk=report.pk
    )
