"""How to call each change of reports."""

from functools import partial

from factories.people import UserFactory, person
from factories.reports import FindingFactory, ReportFactory
from upstream_web.people.permissions import Permission
from upstream_web.reports import changes, engine
from upstream_web.reports.access import report_for_making
from upstream_web.reports.models import Report


def begin_report():
    by = UserFactory()
    return partial(changes.begin_report, title="To the panel", month="2022-06", audience="internal", by=by)


def make_files():
    report, by = ReportFactory(), UserFactory()
    return partial(changes.make_files, report=report, by=by)


def keep_files():
    report, by = ReportFactory(), UserFactory()
    changes.keep_files(report=report, drawn=engine.Drawn({"html": b"old"}, ()), calculation=None, by=by)
    found = (engine.Found("rows_copied", "error", "line 3", "1 is 1"),)
    return partial(
        changes.keep_files, report=report, drawn=engine.Drawn({"html": b"new"}, found), calculation=None, by=by
    )


def take_step():
    report, by = ReportFactory(), person(Permission.COMMENTARY_WRITE)
    return partial(changes.take_step, report=report, action="submit", words="", by=by)


def comment():
    report, by = ReportFactory(), UserFactory()
    return partial(changes.comment, report=report, text="Page 4 needs words.", by=by)


def answer_findings():
    finding, by = FindingFactory(), UserFactory()
    return partial(changes.answer_findings, report=finding.report, finding_ids=[finding.pk], answer="It is so.", by=by)


def by_a_reader():
    return partial(report_for_making, person(Permission.MEASURE_READ), ReportFactory().pk)


def made_after_review():
    report = ReportFactory(state=Report.State.IN_REVIEW)
    return partial(changes.make_files, report=report, by=UserFactory())


def kept_after_review():
    report = ReportFactory(state=Report.State.IN_REVIEW)
    drawn = engine.Drawn({"html": b"new"}, ())
    return partial(changes.keep_files, report=report, drawn=drawn, calculation=None, by=UserFactory())


def without_the_role():
    others = [one for one in Permission if one != Permission.COMMENTARY_WRITE]
    return partial(changes.take_step, report=ReportFactory(), action="submit", words="", by=person(*others))


def not_from_here():
    return partial(changes.take_step, report=ReportFactory(), action="publish", words="", by=person(*Permission))


def without_words():
    report = ReportFactory(state=Report.State.IN_REVIEW)
    return partial(changes.take_step, report=report, action="return", words=" ", by=person(*Permission))


def answered_after_sign_off():
    row = FindingFactory()
    Report.objects.update(state=Report.State.SIGNED_OFF)
    return partial(
        changes.answer_findings, report=row.report, finding_ids=[row.pk], answer="So it is.", by=UserFactory()
    )


def comment_on_what_is_published():
    report = ReportFactory(state=Report.State.PUBLISHED)
    return partial(changes.comment, report=report, text="Page 4 needs words.", by=UserFactory())


CALLS = {one.__name__: one for one in (begin_report, make_files, keep_files, take_step, comment, answer_findings)}
WRITES = {
    "answer_findings": ("report.findings_answered",),
    "begin_report": (
        "report.begun",
        "run.asked_for",
        "report.files_asked_for",
    ),
    "comment": ("report.commented",),
    "keep_files": ("report.files_made",),
    "make_files": (
        "run.asked_for",
        "report.files_asked_for",
    ),
    "take_step": ("report.submit",),
}
REFUSED = {
    "make_files": (by_a_reader, made_after_review),
    "keep_files": (kept_after_review,),
    "take_step": (by_a_reader, without_the_role, not_from_here, without_words),
    "comment": (by_a_reader, comment_on_what_is_published),
    "answer_findings": (by_a_reader, answered_after_sign_off),
}
NO_PERSON_ASKS = {"begin_report": "its page asks for the permission, see access_tables/reports"}
