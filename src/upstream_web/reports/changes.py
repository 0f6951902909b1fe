"""Every write to reports."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.measures.engine.figures import figures
from upstream_web.measures.models import Calculation
from upstream_web.people.models import User
from upstream_web.reports import engine, life
from upstream_web.reports.models import Comment, Finding, Report, ReportFile, Step
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

MAKE = "reports.make"


class NotAllowed(Exception):
    """The report cannot take this step now; the message says why."""


@transaction.atomic
def begin_report(*, title: str, month: str, audience: str, by: User) -> Report:
    """Begin a draft and ask for its files."""
    report = Report.objects.create(title=title, month=month, audience=audience, begun_by=by)
    _noted(report, "begin", report.state, by, "")
    record(by=by, action="report.begun", of=report, after={"title": title, "month": month, "audience": audience})
    make_files(report=report, by=by)
    return report


@transaction.atomic
def make_files(*, report: Report, by: User) -> Run:
    """Ask for the files of a draft to be made, from today's figures and commentary."""
    _must_be_draft(report)
    run = start(kind_key=MAKE, title=f"Make {report}", parameters={"report": report.pk}, by=by)
    Report.objects.filter(pk=report.pk).update(run=run)
    record(by=by, action="report.files_asked_for", of=report, details={"run": run.pk})
    return run


def _held(report: Report) -> Report:
    """The report as it is now, held until the transaction ends: somebody may have moved it since it was read."""
    return Report.objects.select_for_update().get(pk=report.pk)


def _must_be_draft(report: Report) -> None:
    if _held(report).state != Report.State.DRAFT:
        raise NotAllowed("Only a draft can be made anew: what was sent for review stays as it was read.")


@transaction.atomic
def keep_files(*, report: Report, drawn: engine.Drawn, calculation: Calculation, by: Any) -> Report:
    """Keep the files and findings of a draft in place of those before; answers to the same findings stay."""
    _must_be_draft(report)
    for old in report.files.all():
        # the file itself goes when it is certain that its row has gone
        transaction.on_commit(partial(old.file.storage.delete, old.file.name))
        old.delete()
    for kind, content in drawn.files.items():
        row = ReportFile(report=report, kind=kind, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        row.file.save(f"{row.sha256[:32]}.{kind}", ContentFile(content))
    answers = {(f.rule, f.place, f.arithmetic): f for f in report.findings.exclude(answer="")}
    report.findings.all().delete()
    Finding.objects.bulk_create(_finding(report, found, answers) for found in drawn.findings)
    report.digest, report.calculation = _digest(report), calculation
    report.save(update_fields=["digest", "calculation"])
    record(
        by=by, action="report.files_made", of=report, details={"digest": report.digest, "findings": len(drawn.findings)}
    )
    return report


def _finding(report: Report, found: engine.Found, answers: Mapping[tuple[str, str, str], Finding]) -> Finding:
    row = Finding(
        report=report, rule=found.rule, severity=found.severity, place=found.place, arithmetic=found.arithmetic
    )
    old = answers.get((found.rule, found.place, found.arithmetic))
    if old is not None:
        row.answer, row.answered_by, row.answered_at = old.answer, old.answered_by, old.answered_at
    return row


def _digest(report: Report) -> str:
    rows = sorted(report.files.values_list("kind", "sha256"))
    return hashlib.sha256("\n".join(f"{kind} {sha}" for kind, sha in rows).encode()).hexdigest()


@transaction.atomic
def take_step(*, report: Report, action: str, words: str, by: User) -> Report:
    """Take a step of the report's life.

    Raises
    ------
    NotAllowed
        It is no step from here, a reason is wanting, or something stands in its way.
    """
    held = _held(report)
    chosen = life.move(action)
    if chosen is None or chosen not in life.moves_of(held, by):
        raise NotAllowed("This step cannot be taken from where the report is now. Somebody may have been quicker.")
    if chosen.says and not words.strip():
        raise NotAllowed("Say why.")
    obstacles = life.obstacles(held, by, chosen)
    if obstacles:
        raise NotAllowed(" ".join(obstacles))
    if action == "publish":
        _supersede_the_one_before(held, by)
        transaction.on_commit(lambda: _keep_likelihoods(held, by))
    return _moved(held, chosen.action, chosen.to_state, by, words)


def _keep_likelihoods(report: Report, by: User) -> None:
    """What was published as likely is scored when its date has passed, so the engine keeps it."""
    made = report.calculation
    found = figures(made.kept_as, made.definitions) if made is not None else None
    if found is not None:
        engine.keep_likelihoods(found, on=timezone.localdate(), who=by.name)


def _supersede_the_one_before(report: Report, by: User) -> None:
    before = Report.objects.select_for_update().published().filter(month=report.month, audience=report.audience).first()
    if before is not None:
        _moved(before, "supersede", Report.State.SUPERSEDED, by, f"A newer report takes its place: {report.title}.")
        report.supersedes = before
        report.save(update_fields=["supersedes"])


def _moved(report: Report, action: str, to_state: str, by: User, words: str) -> Report:
    before = report.state
    report.state = to_state
    report.save(update_fields=["state"])
    _noted(report, action, before, by, words)
    after = {"state": to_state, "words": words, "digest": report.digest}
    record(by=by, action=f"report.{action}", of=report, before={"state": before}, after=after)
    return report


def _noted(report: Report, action: str, before: str, by: User, words: str) -> None:
    Step.objects.create(
        report=report, action=action, from_state=before, to_state=report.state, by=by, at=timezone.now(), words=words
    )


@transaction.atomic
def comment(*, report: Report, text: str, by: User) -> Comment:
    """Say something about a report that is not published yet."""
    if _held(report).state in (Report.State.PUBLISHED, Report.State.SUPERSEDED):
        raise NotAllowed("It is published: begin another report to say it better.")
    row = Comment.objects.create(report=report, by=by, text=text.strip())
    record(by=by, action="report.commented", of=row, parent=report, after={"text": row.text})
    return row


@transaction.atomic
def answer_findings(*, report: Report, finding_ids: list[int], answer: str, by: User) -> int:
    """Answer findings of the check: why each is no fault, or how it was mended; how many were answered."""
    if _held(report).state not in (Report.State.DRAFT, Report.State.IN_REVIEW):
        raise NotAllowed("Findings are answered before sign-off.")
    if not answer.strip():
        raise NotAllowed("Say why it is no fault, or what was done.")
    rows = report.findings.filter(pk__in=finding_ids)
    count = rows.update(answer=answer.strip(), answered_by=by, answered_at=timezone.now())
    record(by=by, action="report.findings_answered", of=report, details={"findings": finding_ids, "answer": answer})
    return count
