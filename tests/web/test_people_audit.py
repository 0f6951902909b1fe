"""Pages of the audit log: who did and who read what, asked with a reason, and itself on record."""

import datetime
import re
from html import unescape

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.people import AreaFactory, UserFactory, person
from factories.signing_in import PASSWORD, sign_in
from upstream_web.audit import seals
from upstream_web.audit.changes import record, record_reading
from upstream_web.audit.models import AuditEvent
from upstream_web.people import purpose
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client) -> object:
    user = person(Permission.AUDIT_READ, name="Audrey Auditor")
    sign_in(client, user)
    client.post("/people/purpose/?next=/audit/", {"purpose": "check", "reference": "A/12"})
    return user


def happen(number: int = 1, **options: object) -> None:
    by = options.pop("by", None) or UserFactory()
    for i in range(number):
        with transaction.atomic():
            record(**{"by": by, "action": "area.renamed", "of": AreaFactory(), "details": {"n": i}} | options)


def test_the_log_asks_why_and_keeps_the_reason_with_every_reading(client: Client) -> None:
    sign_in(client, person(Permission.AUDIT_READ))
    asked = client.get("/audit/?words=x")
    assert asked["Location"] == "/people/purpose/?next=%2Faudit%2F%3Fwords%3Dx"
    assert "Why do you need to read this?" in client.get(asked["Location"]).content.decode()
    assert "“Reason” needs an answer." in client.post(asked["Location"], {}).content.decode()
    given = client.post(asked["Location"], {"purpose": "complaint", "reference": "C/7"})
    assert given["Location"] == "/audit/?words=x"
    assert client.get(given["Location"]).status_code == 200
    reading = AuditEvent.objects.get(action="audit.read")
    assert reading.details == {"purpose": "A complaint or a conduct matter (C/7)", "words": "x"}


def test_a_reason_holds_for_an_hour(client: Client, auditor: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/audit/").status_code == 200
    now = purpose.time.time()
    monkeypatch.setattr(purpose.time, "time", lambda: now + purpose.ASKED_EVERY + 1)
    assert client.get("/audit/").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_giving_a_reason_never_leads_to_another_site(client: Client, target: str) -> None:
    sign_in(client, person(Permission.AUDIT_READ))
    assert client.post(f"/people/purpose/?next={target}", {"purpose": "check"})["Location"] == "/people/me/"


def test_a_sensitive_page_asks_whoever_signed_in_long_ago_and_then_opens(client: Client, auditor: object) -> None:
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 20 * 60
    session.save()
    asked = client.get("/audit/", follow=True)
    where, _ = asked.redirect_chain[-1]
    assert where == "/account/reauthenticate/?next=%2Faudit%2F"
    assert "Confirm that it is you" in asked.content.decode()
    assert "The password is not right" in client.post(where, {"password": "wrong"}).content.decode()
    assert client.post(where, {"password": PASSWORD})["Location"] == "/audit/"
    assert client.get("/audit/").status_code == 200


def shown(client: Client, query: str) -> str:
    return client.get(f"/audit/?{query}").content.decode()


def test_the_log_is_narrowed_by_person_object_action_and_days(client: Client, auditor: object) -> None:
    sam, area = UserFactory(name="Sam Field", email="sf@force.example"), AreaFactory(name="Harbour")
    happen(by=sam, of=area)
    happen(by=UserFactory(name="Kim Lee"), action="plan.submitted")
    record_reading(by=sam, action="note.read", of=area, purpose="Inspection or scrutiny")
    sam_page = shown(client, "person=sam+field")
    assert "Area renamed" in sam_page
    assert "Plan submitted" not in sam_page
    assert "Area renamed" in shown(client, "person=sf@force.example")
    assert "Nothing." in shown(client, "person=nobody+at+all")
    reads = shown(client, "action=read&words=harbour")
    assert "Note read" in reads
    assert "Inspection or scrutiny" in reads
    assert "Area renamed" not in reads
    assert "Note read" not in shown(client, "action=changed&words=harbour")
    of_one = shown(client, f"kind=places.area&number={area.pk}")
    assert "Area renamed" in of_one
    assert "Plan submitted" not in of_one


def test_days_are_days_of_this_countrys_clock_both_included(client: Client, auditor: object) -> None:
    midnight = datetime.datetime(2026, 6, 2, tzinfo=timezone.get_default_timezone())
    for minutes, name in ((-1, "Before"), (0, "First"), (24 * 60 - 1, "Last"), (24 * 60, "After")):
        at = midnight + datetime.timedelta(minutes=minutes)
        AuditEvent.objects.create(at=at, by_name=name, action="x.y", object_type="z", object_id="1")
    page = shown(client, "first-day=2&first-month=6&first-year=2026&last-day=2&last-month=6&last-year=2026")
    assert [name in page for name in ("Before", "First", "Last", "After")] == [False, True, True, False]


def test_a_mistyped_day_is_said_and_shows_everything(client: Client, auditor: object) -> None:
    assert "is not a date" in shown(client, "first-day=40&first-month=6&first-year=2026")


def test_pages_of_the_log_follow_each_other_without_gap_or_repeat(client: Client, auditor: object) -> None:
    happen(120)
    seen, address = [], "/audit/?words=Area"
    while address:
        text = client.get(address).content.decode()
        seen += re.findall(r">N: (\d+)<", text)
        earlier = re.search(r'href="([^"]+)">Earlier<', text)
        address = f"/audit/{unescape(earlier[1])}" if earlier else ""
    assert seen == [str(n) for n in reversed(range(120))]


def test_the_log_asks_the_database_as_often_for_many_as_for_few(client: Client, auditor: object) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/audit/")
        return len(captured)

    happen(2)
    few = queries()
    happen(60)
    assert queries() == few < 20


def test_what_people_typed_is_shown_as_text(client: Client, auditor: object) -> None:
    happen(of=AreaFactory(name="<script>alert(1)</script>"), details={"note": "{{ 7 * 7 }} <b>"})
    page = shown(client, "")
    assert "<script>alert(1)" not in page
    assert "{{ 7 * 7 }} &lt;b&gt;" in page


def test_the_head_is_shown_and_saved(client: Client, auditor: object) -> None:
    assert "Nothing is sealed yet." in client.get("/audit/seals/").content.decode()
    assert client.get("/audit/head.txt").content == b""
    happen(2)
    digest = seals.seal()[-1].digest
    assert digest in client.get("/audit/seals/").content.decode()
    saved = client.get("/audit/head.txt")
    assert digest in saved.content.decode()
    assert seals.verify(saved.content.decode().split()[2]).fault == ""


def test_every_kind_of_reading_counts_as_one_and_as_no_change(client: Client, auditor: object) -> None:
    for action in ("plan.sensitive_file_read", "measure.records_read"):
        happen(action=action)
    for chosen, there in (("read", True), ("changed", False)):
        page = shown(client, f"action={chosen}")
        assert [words in page for words in ("Plan sensitive file read", "Measure records read")] == [there, there]


def test_a_name_finds_what_belongs_to_it_too(client: Client, auditor: object) -> None:
    plan, other = AreaFactory(name="Mill Lane"), AreaFactory(name="Elsewhere")
    happen(of=plan)
    happen(of=AreaFactory(name="a file"), parent=plan, action="plan.file_added")
    happen(of=AreaFactory(name="another"), parent=other, action="plan.noted")
    page = shown(client, "words=mill+lane")
    assert "Plan file added" in page
    assert "Plan noted" not in page
