"""A report in words."""

from itertools import groupby
from typing import Any

from django.urls import reverse

from upstream.periods import Month
from upstream_web.people.models import User
from upstream_web.reports import access, life
from upstream_web.reports.engine import RULE_WORDS
from upstream_web.reports.models import Finding, Report

TAGS = {
    Report.State.DRAFT: "govuk-tag--grey",
    Report.State.IN_REVIEW: "govuk-tag--yellow",
    Report.State.SIGNED_OFF: "govuk-tag--blue",
    Report.State.PUBLISHED: "govuk-tag--green",
    Report.State.SUPERSEDED: "govuk-tag--orange",
}
FILE_WORDS = {"html": "Web page", "pdf": "PDF", "xlsx": "Excel workbook", "csv": "CSV, every figure", "json": "JSON"}
MEGABYTE = 1_000_000
MOST_AT_WORK = 20
"""Unpublished reports looked at for what waits; there are never many."""


def tag(report: Report) -> dict[str, str]:
    """The state as a tag."""
    return {"text": report.get_state_display(), "classes": TAGS[Report.State(report.state)]}


def row(report: Report) -> dict[str, Any]:
    """A report in a list."""
    audience = "Public" if report.is_public else "Internal"
    return {"report": report, "tag": tag(report), "month": Month.parse(report.month).label, "audience": audience}


def shown(report: Report, reader: User) -> dict[str, Any]:
    """The page of a report."""
    maker = access.is_maker(reader)
    findings = list(report.findings.all())
    return {
        **row(report),
        "maker": maker,
        "files": files(report, "reports:file"),
        "moves": [_move(report, reader, one) for one in life.moves_of(report, reader)] if maker else [],
        "may_make": maker and report.state == Report.State.DRAFT,
        "may_answer": maker and report.state in (Report.State.DRAFT, Report.State.IN_REVIEW),
        "findings": _findings(findings),
        "unanswered": sum(1 for one in findings if not one.answer),
        "steps": [{"step": one, "words": life.DONE[one.action]} for one in report.steps.all()],
        "newer": next((one for one in report.superseded_by.all()), None),
    }


def waiting_for(person: User) -> list[dict[str, Any]]:
    """Reports that this person can take on now, with the step that waits for them."""
    if not access.is_maker(person):
        return []
    at_work = access.reports_for_reading(person).filter(
        state__in=(Report.State.DRAFT, Report.State.IN_REVIEW, Report.State.SIGNED_OFF)
    )
    rows = []
    for report in at_work.prefetch_related("steps", "findings").order_by("-id")[:MOST_AT_WORK]:
        if report.state == Report.State.DRAFT and report.begun_by_id != person.pk:
            continue
        steps = [one for one in life.moves_of(report, person) if not (one.says or life.obstacles(report, person, one))]
        if steps:
            rows.append({**row(report), "step": steps[0].label})
    return rows


def files(report: Report, name: str) -> list[dict[str, Any]]:
    """The formats to read it in."""
    order = list(FILE_WORDS)
    rows = sorted(report.files.all(), key=lambda one: order.index(one.kind))
    return [
        {
            "text": FILE_WORDS[one.kind],
            "href": reverse(name, args=[report.pk, one.kind]),
            "size": f"{one.size / MEGABYTE:.1f} MB",
            "sha256": one.sha256,
        }
        for one in rows
    ]


def _move(report: Report, reader: User, one: life.Move) -> dict[str, Any]:
    return {
        "action": one.action,
        "label": one.label,
        "says": one.says,
        "obstacles": life.obstacles(report, reader, one),
        "href": reverse("reports:step", args=[report.pk, one.action]),
    }


def _findings(rows: list[Finding]) -> list[dict[str, Any]]:
    """Findings by rule, in words, and how many of each wait for an answer."""
    groups = [(rule, list(found)) for rule, found in groupby(rows, key=lambda one: one.rule)]
    return [
        {
            "rule": rule,
            "words": RULE_WORDS.get(rule, rule)[:1].upper() + RULE_WORDS.get(rule, rule)[1:],
            "rows": found,
            "waiting": sum(1 for one in found if not one.answer),
        }
        for rule, found in groups
    ]
