"""Before what is sensitive: whoever signed in long ago shows again who they are, and comes back to the page."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import ActionFactory, PlanFactory
from factories.signing_in import PASSWORD, second_step, sign_in
from fixtures_figures import MONTH
from upstream_web.audit.models import AuditEvent
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.changes.sharing import add_file
from upstream_web.problems.models import Marking, Plan

pytestmark = pytest.mark.django_db
LONG_AGO = 20 * 60
ASK, ASK_CODE = "/account/reauthenticate/", "/account/second-step/reauthenticate/"
RECORDS = f"/measures/{MONTH}/measure/crime_total/records/force/"
PURPOSE = {"purpose": "Checking the figure for the board"}


@pytest.fixture
def analyst() -> User:
    force = TeamFactory(area=AreaFactory(code="marchwold", kind=Area.Kind.FORCE))
    rest = (Permission.MEASURE_READ, Permission.MEASURE_RECORDS, Permission.PLAN_START, Permission.SENSITIVE_READ)
    return person(*rest, team=force)


@pytest.fixture
def marked(analyst: User) -> Plan:
    return PlanFactory(team=analyst.memberships.get().team, owner=analyst, marking=Marking.SENSITIVE)


@pytest.fixture
def sensitive(analyst: User, marked: Plan, ready: object) -> dict[str, str]:
    """Every kind of address that gives something sensitive away."""
    upload = SimpleUploadedFile("list.txt", b"words")
    file = add_file(plan=marked, by=analyst, upload=upload, what="List", marking=Marking.OFFICIAL)
    return {
        "records": RECORDS,
        "file": f"/plans/{marked.pk}/file/{file.pk}/",
        "paper": f"/plans/{marked.pk}/brief.pdf",
        "list": "/plans/export.csv?show=all",
        "workbook": "/plans/export.xlsx",
        "readers": f"/plans/{marked.pk}/history/readers/",
    }


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def events() -> int:
    return AuditEvent.objects.exclude(action__startswith="person.").count()


@pytest.mark.parametrize("what", ["records", "file", "paper", "list", "workbook", "readers"])
def test_whoever_signed_in_long_ago_is_asked_and_comes_back(
    client: Client, analyst: User, sensitive: dict[str, str], what: str
) -> None:
    address = sensitive[what]
    sign_in(client, analyst, ago=LONG_AGO)
    before = events()
    asked = client.get(address)
    assert asked.status_code == 302
    assert asked["Location"] == f"{ASK}?{urlencode({'next': address})}"
    assert events() == before
    page = client.get(asked["Location"])
    assert "Confirm that it is you" in page.content.decode()
    assert "The password is not right" in client.post(asked["Location"], {"password": "wrong"}).content.decode()
    assert client.get(address).status_code == 302
    back = client.post(asked["Location"], {"password": PASSWORD})
    assert back["Location"] == address
    assert body(client.get(address))
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("what", ["records", "file", "paper", "list", "workbook", "readers"])
def test_whoever_signed_in_lately_is_not_asked(
    client: Client, analyst: User, sensitive: dict[str, str], what: str
) -> None:
    sign_in(client, analyst, ago=60)
    answer = client.get(sensitive[what])
    assert answer.status_code == 200
    assert body(answer)


def test_what_is_not_sensitive_asks_for_nothing(client: Client, analyst: User) -> None:
    plan = PlanFactory(team=analyst.memberships.get().team, owner=analyst)
    upload = SimpleUploadedFile("map.txt", b"words")
    file = add_file(plan=plan, by=analyst, upload=upload, what="Map", marking=Marking.OFFICIAL)
    sign_in(client, analyst, ago=LONG_AGO)
    for page in (f"file/{file.pk}/", "brief.pdf", ""):
        answer = client.get(f"/plans/{plan.pk}/{page}")
        assert answer.status_code == 200
        assert body(answer)
    assert client.get("/plans/export.xlsx").status_code == 200
    ActionFactory(plan=plan, marking=Marking.SENSITIVE)
    assert client.get("/plans/export.xlsx").status_code == 302


def test_who_may_not_is_refused_before_anything_is_asked(client: Client, sensitive: dict[str, str]) -> None:
    sign_in(client, person(Permission.PLAN_START, Permission.MEASURE_READ), ago=LONG_AGO)
    for what, expected in (("records", 403), ("file", 404), ("paper", 404), ("readers", 404)):
        assert client.get(sensitive[what]).status_code == expected


def test_a_purpose_typed_before_the_question_is_kept_and_used_once(
    client: Client, analyst: User, ready: object
) -> None:
    sign_in(client, analyst, ago=LONG_AGO)
    asked = client.post(RECORDS, PURPOSE)
    assert asked["Location"] == f"{ASK}?next={quote(RECORDS, safe='')}"
    assert not AuditEvent.objects.filter(action="measure.records_read").exists()
    shown = client.post(asked["Location"], {"password": PASSWORD})
    assert "records of crimes" in shown.content.decode()
    assert AuditEvent.objects.get(action="measure.records_read").details["purpose"] == PURPOSE["purpose"]


def test_a_code_of_the_app_will_do(client: Client, analyst: User, ready: object) -> None:
    secret = second_step(analyst)
    sign_in(client, analyst, ago=LONG_AGO)
    asked = client.get(RECORDS)["Location"]
    where = f"{ASK_CODE}?next={quote(RECORDS, safe='')}"
    assert where.partition("?")[0] in client.get(asked).content.decode()
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(where, {"code": code})["Location"] == RECORDS
    assert client.get(RECORDS).status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
@pytest.mark.parametrize("page", [ASK, ASK_CODE])
def test_confirming_never_leads_to_another_site(client: Client, analyst: User, target: str, page: str) -> None:
    secret = second_step(analyst)
    sign_in(client, analyst, ago=LONG_AGO)
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    answer = client.post(f"{page}?{urlencode({'next': target})}", {"password": PASSWORD, "code": code})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert "evil" not in answer["Location"]
    hidden = client.get(f"{page}?{urlencode({'next': target})}").content.decode()
    assert f'href="{target}' not in hidden


def test_passwords_cannot_be_guessed_here_without_end(client: Client, analyst: User) -> None:
    sign_in(client, analyst, ago=LONG_AGO)
    pages = [client.post(ASK, {"password": f"wrong {i}"}) for i in range(12)]
    assert "The password is not right" in pages[0].content.decode()
    assert pages[-1].status_code == 429
    assert client.post(ASK, {"password": PASSWORD}).status_code == 429


def test_whoever_signs_in_by_the_provider_alone_is_sent_there(
    client: Client, analyst: User, ready: object, settings: Any
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {"provider_id": "organisation", "name": "x", "client_id": "x", "settings": {"server_url": "http://x"}}
            ]
        }
    }
    analyst.set_unusable_password()
    analyst.save()
    SocialAccount.objects.create(user=analyst, provider="organisation", uid="1")
    sign_in(client, analyst, ago=LONG_AGO, method="socialaccount")
    answer = client.get(RECORDS)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/oidc/organisation/login/?process=login&")
    assert urlencode({"next": RECORDS}) in answer["Location"]
    assert quote("prompt=login") in answer["Location"]
