"""Reports: made by the engine, frozen, reviewed and signed off by different people, published, superseded."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client

from factories.people import person
from factories.reports import FindingFactory, ReportFactory
from fixtures_figures import MONTH
from upstream.measures.forecasts import TABLE as FORECASTS
from upstream_web.audit.models import AuditEvent
from upstream_web.measures.models import Calculation, CommentaryVersion
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.reports import changes, engine, life
from upstream_web.reports.models import Comment, Finding, Report, ReportFile, Step
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
READ, WRITE, REVIEW, PUBLISH = (
    *(Permission.MEASURE_READ, Permission.COMMENTARY_WRITE),
    *(Permission.REPORT_REVIEW, Permission.REPORT_PUBLISH),
)
ALL = (READ, WRITE, REVIEW, PUBLISH)


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def file_for(report: Report, content: bytes = b"<html>", kind: str = "html") -> ReportFile:
    row = ReportFile(report=report, kind=kind, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    row.file.save(f"x.{kind}", ContentFile(content))
    return row


def through(report: Report, *steps: tuple[str, User]) -> Report:
    for action, by in steps:
        report = changes.take_step(report=report, action=action, words="because", by=by)
    return report


def published(**fields: Any) -> Report:
    report = ReportFactory(**fields)
    file_for(report)
    maker, reviewer, signer = person(*ALL), person(*ALL), person(*ALL)
    return through(report, ("submit", maker), ("agree", reviewer), ("sign_off", signer), ("publish", signer))


@pytest.fixture
def made(client: Client, ready: Calculation, django_capture_on_commit_callbacks: Any) -> Iterator[tuple[Report, User]]:
    """A draft that the engine made: the small force's, in every format."""
    writer = person(*ALL)
    CommentaryVersion.objects.create(
        measure="crime_total",
        month=MONTH,
        number=1,
        written_by=writer,
        author="Head of Crime",
        meaning="It was {{this}}.",
    )
    client.force_login(writer)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/reports/new/", {"title": "To the panel", "month": MONTH, "audience": "internal"})
    report = Report.objects.get()
    assert answer["Location"] == f"/work/{report.run_id}/"
    yield report, writer
    for one in report.files.all():
        one.file.delete(save=False)


def test_a_report_is_made_in_every_format_with_the_commentary_and_checked(
    client: Client, made: tuple[Report, User]
) -> None:
    report, _ = made
    assert report.run.state == "done", report.run.reason
    assert set(report.files.values_list("kind", flat=True)) == set(engine.KINDS)
    contents = {one.kind: client.get(f"/reports/{report.pk}/file/{one.kind}/").content for one in report.files.all()}
    assert contents["pdf"].startswith(b"%PDF")
    assert json.loads(contents["json"])["document"]["period"] == MONTH
    assert "Head of Crime" in contents["html"].decode()
    for one in report.files.all():
        assert hashlib.sha256(contents[one.kind]).hexdigest() == one.sha256
    page = words(client.get(f"/reports/{report.pk}/"))
    waiting = report.findings.count()
    assert f"{waiting} of its findings" in page or "finds no contradiction" in page
    assert report.calculation.month == MONTH
    assert report.run.inputs == report.calculation.tables


def test_the_reports_own_page_runs_no_script_and_borrows_no_name(client: Client, made: tuple[Report, User]) -> None:
    answer = client.get(f"/reports/{made[0].pk}/file/html/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy


def test_making_again_keeps_the_answers_to_the_same_findings(
    client: Client, made: tuple[Report, User], django_capture_on_commit_callbacks: Any
) -> None:
    report, writer = made
    found = (
        engine.Found("rows_copied", "error", "line 3", "1 is 1"),
        engine.Found("rows_copied", "error", "line 4", "2"),
    )
    drawn = engine.Drawn({"html": b"<p>1", "csv": b"1"}, found)
    changes.keep_files(report=report, drawn=drawn, calculation=report.calculation, by=writer)
    first = report.digest
    changes.answer_findings(report=report, finding_ids=[report.findings.first().pk], answer="It is.", by=writer)
    drawn = engine.Drawn({"html": b"<p>2"}, found)
    before = report.files.get(kind="html").file
    with django_capture_on_commit_callbacks(execute=True):
        changes.keep_files(report=report, drawn=drawn, calculation=report.calculation, by=writer)
        assert before.storage.exists(before.name)
    assert not before.storage.exists(before.name)
    assert report.digest != first
    assert [one.answer for one in report.findings.order_by("id")] == ["It is.", ""]
    assert report.files.count() == 1


def test_the_whole_life_with_different_people(client: Client) -> None:
    report = ReportFactory()
    file_for(report)
    maker, reviewer, signer = person(READ, WRITE), person(READ, REVIEW), person(READ, PUBLISH)
    for by, action, state in (
        (maker, "submit", "in_review"),
        (reviewer, "agree", "in_review"),
        (signer, "sign_off", "signed_off"),
        (signer, "publish", "published"),
        (signer, "supersede", "superseded"),
    ):
        client.force_login(by)
        assert client.post(f"/reports/{report.pk}/step/{action}/", {"words": "because"}).status_code == 302
        report.refresh_from_db()
        assert report.state == state
    taken = Step.objects.values_list("action", "from_state", "to_state")
    assert list(taken)[-2:] == [("publish", "signed_off", "published"), ("supersede", "published", "superseded")]
    assert AuditEvent.objects.filter(action__startswith="report.", object_id=str(report.pk)).count() == 5


def test_nobody_reviews_what_they_sent_or_signs_off_what_they_reviewed() -> None:
    first, second, third = (person(*ALL) for _ in range(3))
    report = through(ReportFactory(), ("submit", first))
    with pytest.raises(changes.NotAllowed, match="another person reviews it"):
        through(report, ("agree", first))
    with pytest.raises(changes.NotAllowed, match="No reviewer has agreed yet"):
        through(report, ("sign_off", third))
    report = through(report, ("agree", second))
    with pytest.raises(changes.NotAllowed, match="You reviewed it"):
        through(report, ("sign_off", second))
    assert through(report, ("sign_off", third)).state == "signed_off"


def test_an_agreement_does_not_outlive_a_return_to_draft() -> None:
    first, second, third = (person(*ALL) for _ in range(3))
    report = through(ReportFactory(), ("submit", first), ("agree", second), ("return", third), ("submit", first))
    with pytest.raises(changes.NotAllowed, match="No reviewer has agreed yet"):
        through(report, ("sign_off", third))


def test_findings_are_answered_before_sign_off_and_not_after(client: Client) -> None:
    maker, reviewer, signer = (person(*ALL) for _ in range(3))
    report = ReportFactory()
    rows = FindingFactory.create_batch(2, report=report)
    report = through(report, ("submit", maker), ("agree", reviewer))
    with pytest.raises(changes.NotAllowed, match="2 findings of the check are not answered"):
        through(report, ("sign_off", signer))
    client.force_login(maker)
    address = f"/reports/{report.pk}/answer/"
    assert client.post(address, {"finding": [row.pk for row in rows], "answer": " "}).status_code == 409
    client.post(address, {"finding": [row.pk for row in rows], "answer": "Rounded parts, as meant."})
    assert Finding.objects.filter(answer="Rounded parts, as meant.", answered_by=maker).count() == 2
    through(report, ("sign_off", signer))
    assert client.post(address, {"finding": [rows[0].pk], "answer": "Later."}).status_code == 409
    assert AuditEvent.objects.filter(action="report.findings_answered").count() == 1


def test_findings_of_another_report_are_left_alone() -> None:
    mine, other = ReportFactory(), FindingFactory()
    changes.answer_findings(report=mine, finding_ids=[other.pk], answer="Not mine.", by=person(*ALL))
    other.refresh_from_db()
    assert other.answer == ""


@pytest.mark.parametrize("state", list(Report.State))
@pytest.mark.parametrize("action", [*dict.fromkeys(one.action for one in life.MOVES), "odd"])
def test_only_the_steps_of_the_table_are_taken(state: str, action: str) -> None:
    report, by = ReportFactory(state=state), person(*ALL)
    legal = any(one.action == action and one.from_state == state for one in life.MOVES)
    barred = action in ("sign_off",)
    if legal and not barred:
        changes.take_step(report=report, action=action, words="because", by=by)
    else:
        with pytest.raises(changes.NotAllowed):
            changes.take_step(report=report, action=action, words="because", by=by)


@pytest.mark.parametrize("one", life.MOVES, ids=lambda one: one.action)
def test_each_step_needs_its_permission(one: life.Move) -> None:
    report = ReportFactory(state=one.from_state)
    without = person(*[p for p in ALL if p != one.permission])
    with pytest.raises(changes.NotAllowed, match="cannot be taken"):
        changes.take_step(report=report, action=one.action, words="because", by=without)
    if one.says:
        with pytest.raises(changes.NotAllowed, match="Say why"):
            changes.take_step(report=report, action=one.action, words=" ", by=person(*ALL))


def test_a_draft_without_files_is_not_sent_for_review() -> None:
    with pytest.raises(changes.NotAllowed, match="not been made"):
        through(ReportFactory(digest=""), ("submit", person(*ALL)))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportFactory(digest="", state="in_review")


def test_what_was_sent_for_review_is_not_made_anew(client: Client) -> None:
    writer = person(*ALL)
    report = through(ReportFactory(), ("submit", writer))
    client.force_login(writer)
    assert client.post(f"/reports/{report.pk}/make/").status_code == 409
    with pytest.raises(changes.NotAllowed):
        changes.keep_files(report=report, drawn=engine.Drawn({}, ()), calculation=None, by=writer)


def test_a_newer_report_of_the_month_supersedes_the_one_before_for_the_same_readers(client: Client) -> None:
    old, other = published(), published(audience="public")
    new = published(title="Corrected report")
    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.state, other.state, new.supersedes_id) == ("superseded", "published", old.pk)
    client.force_login(person(READ))
    assert "Corrected report" in words(client.get(f"/reports/{old.pk}/"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=old.pk).update(state="published")


def test_publishing_has_the_engine_keep_what_was_said_to_be_likely(
    client: Client, made: tuple[Report, User], own_figures: Any, django_capture_on_commit_callbacks: Any
) -> None:
    report, writer = made
    Finding.objects.all().delete()
    reviewer, signer = person(*ALL), person(*ALL)
    report = through(report, ("submit", writer), ("agree", reviewer), ("sign_off", signer))
    assert not (own_figures / "store" / FORECASTS).exists()
    with django_capture_on_commit_callbacks(execute=True):
        through(report, ("publish", signer))
    assert (own_figures / "store" / FORECASTS).exists()


def test_comments_are_kept_with_their_author(client: Client) -> None:
    report, by = ReportFactory(), person(READ, REVIEW)
    client.force_login(by)
    client.post(f"/reports/{report.pk}/comment/", {"text": "<b>Page 4</b> needs words."})
    assert client.post(f"/reports/{report.pk}/comment/", {"text": " "}).status_code == 422
    page = client.get(f"/reports/{report.pk}/").content.decode()
    assert "&lt;b&gt;Page 4&lt;/b&gt; needs words." in page
    assert Comment.objects.get().by == by


def test_a_damaged_file_is_not_shown(client: Client) -> None:
    report = published()
    row = report.files.get()
    with open(row.file.path, "ab") as file:  # noqa: PTH123  the path is the storage's own
        file.write(b"!")
    client.force_login(person(READ))
    answer = client.get(f"/reports/{report.pk}/file/html/")
    assert answer.status_code == 500
    assert "not the one that was made" in words(answer)


# -- who sees what -----------------------------------------------------------------------------------------------
ADDRESSES = ("/reports/{pk}/", "/reports/{pk}/file/html/")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("permissions", "draft", "out"),
    [((), 404, 404), ((READ,), 404, 200), ((WRITE,), 200, 200), ((REVIEW,), 200, 200), ((PUBLISH,), 200, 200)],
)
def test_drafts_are_for_makers_and_what_is_published_for_readers(
    client: Client, address: str, permissions: tuple[Permission, ...], draft: int, out: int
) -> None:
    unfinished = ReportFactory()
    file_for(unfinished)
    done = published()
    client.force_login(person(*permissions))
    assert client.get(address.format(pk=unfinished.pk)).status_code == draft
    assert client.get(address.format(pk=done.pk)).status_code == out


@pytest.mark.parametrize("address", ["make/", "comment/", "answer/", "step/publish/"])
def test_readers_change_nothing(client: Client, address: str) -> None:
    report = published()
    client.force_login(person(READ))
    assert client.post(f"/reports/{report.pk}/{address}", {"text": "x", "answer": "x"}).status_code == 404
    assert client.get("/reports/new/").status_code == 403


@pytest.mark.parametrize("address", ["/published/{pk}/", "/published/{pk}/html/"])
def test_everybody_reads_published_public_reports_and_nothing_else(client: Client, address: str) -> None:
    public, internal = published(audience="public"), published()
    draft = ReportFactory(audience="public")
    file_for(draft)
    assert client.get(address.format(pk=public.pk)).status_code == 200
    assert client.get(address.format(pk=internal.pk)).status_code == 404
    assert client.get(address.format(pk=draft.pk)).status_code == 404
    assert client.get(f"/reports/{public.pk}/").status_code == 302
    assert public.title in words(client.get("/published/"))
    changes.take_step(report=public, action="supersede", words="A fault", by=person(*ALL))
    assert client.get(address.format(pk=public.pk)).status_code == 404
    assert public.title not in words(client.get("/published/"))


def test_a_public_report_is_made_under_public_disclosure(
    ready: Calculation, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked = []

    def drawn(figures: Any, **how: Any) -> engine.Drawn:
        asked.append(how["public"])
        return engine.Drawn({"html": b"<p>"}, ())

    monkeypatch.setattr(engine, "draw", drawn)
    by = person(*ALL)
    for audience in Report.Audience:
        with django_capture_on_commit_callbacks(execute=True):
            changes.begin_report(title="T", month=MONTH, audience=audience, by=by)
    assert asked == [False, True]


def test_a_month_that_is_not_calculated_is_said(django_capture_on_commit_callbacks: Any, figures: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        changes.begin_report(title="T", month="2022-05", audience="internal", by=person(*ALL))
    assert "are not calculated" in Run.objects.get().reason


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    ReportFactory.create_batch(15)
    client.force_login(person(*ALL))
    with django_assert_max_num_queries(12):
        client.get("/reports/")
    report = ReportFactory()
    FindingFactory.create_batch(20, report=report)
    with django_assert_max_num_queries(20):
        client.get(f"/reports/{report.pk}/")
