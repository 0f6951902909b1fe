"""Deleting what has done its work: each kind just after its time, counted in the log, and nothing else."""

import datetime
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from factories.people import UserFactory, person
from factories.problems import ActionFactory, PlanFactory
from factories.signing_in import sign_in
from upstream_web.audit.models import AuditEvent
from upstream_web.audit.retention import periods
from upstream_web.measures.models import CommentaryDraft
from upstream_web.notices.models import Digest, Notice
from upstream_web.people.models import OneTimeLink
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.telling import remind
from upstream_web.problems.models import Draft
from upstream_web.problems.presenters import draft_is_kept

pytestmark = pytest.mark.django_db


def ago(days: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def notice(**fields: Any) -> Notice:
    given = {"kind": "plan_given", "subject_type": "problems.plan", "subject_id": 1, "at": ago(1)} | fields
    return Notice.objects.create(user=UserFactory(), **given)


def link(**fields: Any) -> OneTimeLink:
    made = {"made_at": ago(400), "expires_at": ago(-1), "purpose": "action", "email": "a@b.example"}
    number = OneTimeLink.objects.count()
    made["target_id"] = f"{number}"
    return OneTimeLink.objects.create(**made | fields, made_by=UserFactory(), token_hash=f"{number:064}")


def draft(days: float) -> Draft:
    return Draft.objects.create(user=UserFactory(), form="plan-1", data={"text": "typed"}, saved_at=ago(days))


def commentary(days: float) -> CommentaryDraft:
    return CommentaryDraft.objects.create(
        person=UserFactory(), measure="crime_total", month="2026-03", saved_at=ago(days)
    )


def digest(days: int) -> Digest:
    return Digest.objects.create(user=UserFactory(), day=timezone.localdate() - datetime.timedelta(days=days))


KINDS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "seen": (lambda: notice(at=ago(300), read_at=ago(89.9)), lambda: notice(at=ago(300), read_at=ago(90.1))),
    "unseen": (lambda: notice(at=ago(364.9)), lambda: notice(at=ago(365.1))),
    "reminder": (
        lambda: notice(at=ago(729), read_at=ago(700), once="action 1 overdue 2024-01-01"),
        lambda: notice(at=ago(731), read_at=ago(1), once="action 1 overdue 2024-01-01"),
    ),
    "letter": (lambda: digest(30), lambda: digest(31)),
    "used link": (lambda: link(used_at=ago(29.9)), lambda: link(used_at=ago(30.1))),
    "link that ran out": (lambda: link(expires_at=ago(29.9)), lambda: link(expires_at=ago(30.1))),
    "draft": (lambda: draft(179.9), lambda: draft(180.1)),
    "commentary": (lambda: commentary(179.9), lambda: commentary(180.1)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_kept_for_its_time_and_then_deleted_and_counted(kind: str) -> None:
    young, old = (make() for make in KINDS[kind])
    call_command("tidy")
    assert list(type(young).objects.values_list("pk", flat=True)) == [young.pk]
    assert old.pk != young.pk
    event = AuditEvent.objects.get(by_name="tidy")
    assert 1 in event.details.values()
    assert "typed" not in str(event.details)
    call_command("tidy")
    assert AuditEvent.objects.filter(by_name="tidy").count() == 1


DOC = Path(__file__).parents[2] / "docs/how-to/tidy-up.md"


def test_a_force_sets_days_of_its_own(settings: LazySettings) -> None:
    young, old = draft(9.9), draft(10.1)
    settings.RETENTION_DAYS = {"drafts": 10}
    call_command("tidy")
    assert list(Draft.objects.values_list("pk", flat=True)) == [young.pk] != [old.pk]
    assert "for 10 days" in draft_is_kept()
    assert (periods()["drafts"].own, periods()["letters"].own) == (True, False)


@pytest.mark.parametrize("own", [{"audit_log": 3}, {"draft": 3}, {"drafts": "3"}, {"drafts": -1}, {"drafts": True}])
def test_days_that_fit_nothing_are_refused_before_anything_is_deleted(own: dict, settings: LazySettings) -> None:
    draft(200)
    settings.RETENTION_DAYS = own
    with pytest.raises(ImproperlyConfigured, match=r"RETENTION_DAYS.*drafts, letters, links"):
        call_command("tidy")
    assert Draft.objects.exists()


def test_administrators_and_the_documentation_see_every_period(client: Client, settings: LazySettings) -> None:
    settings.RETENTION_DAYS = {"links": 1}
    sign_in(client, person(Permission.PEOPLE_MANAGE))
    page = html.unescape(client.get("/people/retention/").content.decode())
    told = DOC.read_text("utf-8")
    for key, kept in periods().items():
        assert all(words in page for words in (kept.what, kept.why)), key
        assert f"| {kept.what} | `{key}` |" in told
        if kept.days and not kept.own:
            assert f"{kept.days} days after {kept.since}" in page
            assert f"{kept.days} days after {kept.since} |" in told
    assert ">1 day after it was used or ran out<" in page
    assert "Set by your force" in page
    assert page.count("Not deleted") == sum(kept.days is None for kept in periods().values()) == 3


def test_a_session_that_is_over_goes_with_what_was_typed_in_it(client: Client) -> None:
    sign_in(client, person(Permission.PLAN_START))
    session = client.session
    session["kept_form"] = {"fields": [["text", "typed"]]}
    session["seen_at"] = 0  # so that its use is noted again
    session.save()
    other = sign_in(Client(), person(Permission.PLAN_START))
    for one in (client, other):
        UserSession.objects.create(
            user_id=one.session["_auth_user_id"], session_key=one.session.session_key, ip="127.0.0.1", user_agent="x",
            created_at=ago(2), last_seen_at=ago(2), data={},
        )  # fmt: skip
    Session.objects.filter(pk=session.session_key).update(expire_date=ago(0.1))
    call_command("tidy")
    assert list(Session.objects.values_list("pk", flat=True)) == [other.session.session_key]
    assert UserSession.objects.get().session_key == other.session.session_key
    assert other.get("/").status_code == 200


def test_tidying_reminds_nobody_twice_within_the_time_a_reminder_is_kept() -> None:
    officer = person(Permission.PLAN_START)
    plan = PlanFactory(team=officer.memberships.get().team, owner=officer, status="active")
    ActionFactory(plan=plan, owner=officer, due_on=timezone.localdate() - datetime.timedelta(days=3))
    from upstream_web.audit.changes import System

    assert remind(on=timezone.localdate(), by=System("remind")) == 1
    Notice.objects.update(at=ago(600), read_at=ago(600))
    call_command("tidy")
    assert remind(on=timezone.localdate(), by=System("remind")) == 0


def test_the_workers_notes_go_too() -> None:
    for days in (29, 31):
        DBTaskResult.objects.create(
            args_kwargs={"args": [], "kwargs": {}}, task_path="upstream_web.runs.tasks.carry_out", status="SUCCESSFUL",
            finished_at=ago(days), backend_name="default", exception_class_path="", traceback="",
        )  # fmt: skip
    call_command("tidy")
    assert DBTaskResult.objects.count() == 1


def test_it_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    draft(200)
    call_command("tidy")
    assert "Deleted 1 drafts of plans" in capsys.readouterr().out
