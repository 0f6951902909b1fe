"""The reports of the demonstration: one for those who govern, one for everybody; others sign than made them."""

from collections.abc import Mapping

from upstream_web.people.models import User
from upstream_web.reports import changes
from upstream_web.reports.models import Report

TITLES = {
    Report.Audience.INTERNAL: "Quarterly performance report",
    Report.Audience.PUBLIC: "How policing in Marchwold stands",
}


def begin_reports(people: Mapping[str, User], month: str) -> list[Report]:
    """Begin a report for each audience; the worker makes their files."""
    maker = people["analyst@demo.example"]
    return [
        changes.begin_report(title=title, month=month, audience=audience, by=maker)
        for audience, title in TITLES.items()
    ]


def publish_report(report: Report, people: Mapping[str, User]) -> None:
    """Take a report through review and sign-off to publication, each step by somebody else.

    A report that the check finds fault with stays a draft: nobody invents answers to its findings.
    """
    report.refresh_from_db()
    if not report.digest or report.findings.exists():
        return
    for action, name in (
        ("submit", "analyst"),
        ("agree", "performance"),
        ("sign_off", "deputy"),
        ("publish", "deputy"),
    ):
        report = changes.take_step(report=report, action=action, words="", by=people[f"{name}@demo.example"])
