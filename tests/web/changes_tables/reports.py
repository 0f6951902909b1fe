"""How to call each change of reports."""

from factories.people import UserFactory, person
from factories.reports import FindingFactory, ReportFactory
from upstream_web.people.permissions import Permission
from upstream_web.reports import changes, engine


def begin_report():
    by = UserFactory()
    return lambda: changes.begin_report(title="To the panel", month="2022-06", audience="internal", by=by)


def make_files():
    report, by = ReportFactory(), UserFactory()
    return lambda: changes.make_files(report=report, by=by)


def keep_files():
    report, by = ReportFactory(), UserFactory()
    changes.keep_files(report=report, drawn=engine.Drawn({"html": b"old"}, ()), calculation=None, by=by)
    found = (engine.Found("rows_copied", "error", "line 3", "1 is 1"),)
    return lambda: changes.keep_files(
        report=report, drawn=engine.Drawn({"html": b"new"}, found), calculation=None, by=by
    )


def take_step():
    report, by = ReportFactory(), person(Permission.COMMENTARY_WRITE)
    return lambda: changes.take_step(report=report, action="submit", words="", by=by)


def comment():
    report, by = ReportFactory(), UserFactory()
    return lambda: changes.comment(report=report, text="Page 4 needs words.", by=by)


def answer_findings():
    finding, by = FindingFactory(), UserFactory()
    return lambda: changes.answer_findings(report=finding.report, finding_ids=[finding.pk], answer="It is so.", by=by)


CALLS = {one.__name__: one for one in (begin_report, make_files, keep_files, take_step, comment, answer_findings)}
