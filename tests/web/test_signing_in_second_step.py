"""The second step of signing in: who needs one, an authenticator app, recovery codes, and proving again who one is."""

import re

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from factories.people import UserFactory, person
from factories.signing_in import PASSWORD, second_step, sign_in
from upstream_web.audit.models import AuditEvent
from upstream_web.people.access import recently_signed_in
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
LONG_AGO = 20 * 60


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.parametrize("permission", [Permission.PEOPLE_MANAGE, Permission.AUDIT_READ])
def test_a_role_over_people_or_the_audit_log_opens_nothing_without_a_second_step(
    client: Client, permission: Permission
) -> None:
    user = person(permission, without_second_step=True)
    sign_in(client, user)
    answer = client.get("/")
    assert answer["Location"] == "/people/me/second-step/"
    page = client.get(answer["Location"]).content.decode()
    assert "Add an authenticator app" in page
    assert client.get("/account/second-step/").status_code == 200
    second_step(user)
    assert client.get("/").status_code == 200


def test_recovery_codes_alone_are_no_second_step(client: Client) -> None:
    user = person(Permission.PEOPLE_MANAGE, without_second_step=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    sign_in(client, user)
    assert client.get("/").status_code == 302


def test_other_roles_may_do_without(client: Client) -> None:
    sign_in(client, person(Permission.PLAN_START))
    assert client.get("/").status_code == 200


@override_settings(SECOND_STEP_BY_PROVIDER=True)
def test_the_identity_provider_may_have_asked_already(client: Client) -> None:
    user = person(Permission.AUDIT_READ, without_second_step=True)
    assert sign_in(client, user, method="socialaccount").get("/").status_code == 200
    assert sign_in(client, user, method="password").get("/").status_code == 302


def test_adding_an_authenticator_app_and_signing_in_with_it(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    user = UserFactory()
    sign_in(client, user)
    asked = client.get("/account/second-step/totp/activate/", follow=True)
    assert "Confirm that it is you" in asked.content.decode()
    page = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'<code class="app-code">(\w+)</code>', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/second-step/totp/activate/", {"code": code(secret)}, follow=True)
    assert "Each code works once" in done.content.decode()
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    assert "An authenticator app was added" in mail.outbox[0].body
    assert AuditEvent.objects.filter(action="account.totp_activated", by_id=user.pk).exists()

    fresh = Client()
    answer = fresh.post("/account/login/?next=/people/me/", {"login": user.email, "password": PASSWORD})
    assert fresh.get("/people/me/").status_code == 302
    assert "Second step" in fresh.get(answer["Location"]).content.decode()
    assert "The code is not right" in fresh.post(answer["Location"], {"code": "000000"}).content.decode()
    spare = re.findall(r'<code class="app-code">(\d+)</code>', done.content.decode())
    assert len(spare) == 10
    assert fresh.post(answer["Location"], {"code": spare[0]})["Location"] == "/people/me/"
    assert AuditEvent.objects.filter(action="person.signed_in").last().details["method"] == "recovery_codes"

    again = Client()
    again.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert "The code is not right" in again.post(answer["Location"], {"code": spare[0]}).content.decode()


def test_codes_cannot_be_guessed_without_end(client: Client) -> None:
    user = UserFactory()
    second_step(user)
    where = client.post("/account/login/", {"login": user.email, "password": PASSWORD})["Location"]
    pages = [client.post(where, {"code": f"{i:06}"}).content.decode() for i in range(12)]
    assert "The code is not right" in pages[0]
    assert "too many" in pages[-1].lower()


@recently_signed_in
def sensitive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("opened")


def ask(client: Client, user: object) -> HttpRequest:
    request = RequestFactory().get("/sensitive/?a=1")
    request.user, request.session = user, client.session
    return request


def test_a_sensitive_page_opens_to_whoever_signed_in_lately(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user, ago=60)
    assert sensitive(ask(client, user)).content == b"opened"


def test_somebody_elses_record_of_signing_in_counts_for_nothing(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user, ago=0)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk + 1)
    session.save()
    with pytest.raises(ReauthenticationRequired):
        sensitive(ask(client, user))


def test_a_sensitive_page_asks_whoever_signed_in_long_ago(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user, ago=LONG_AGO)
    with pytest.raises(ReauthenticationRequired):
        sensitive(ask(client, user))
