"""Deny by default, and signing in with a password."""

import re

import pytest
from django.core import mail
from django.test import Client
from markupsafe import escape

from factories.people import UserFactory, person
from factories.signing_in import PASSWORD, sign_in
from upstream_web.audit.models import AuditEvent
from upstream_web.people.models import User
from upstream_web.people.permissions import WORDS, Permission

pytestmark = pytest.mark.django_db


def test_whoever_has_not_signed_in_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/people/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/people/me/")


def test_signing_in_with_e_mail_and_password(client: Client) -> None:
    user = person(Permission.PLAN_START)
    page = client.post("/account/login/?next=/people/me/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert page.status_code == 200
    assert user.name in page.content.decode()
    assert escape(WORDS[Permission.PLAN_START]) in page.content.decode()


def test_signing_in_and_failing_to_are_recorded(client: Client) -> None:
    user = UserFactory()
    client.post("/account/login/", {"login": user.email.upper(), "password": "wrong"})
    client.post("/account/login/", {"login": "a secret typed here@by.mistake", "password": "wrong"})
    client.post("/account/login/", {"login": "mistake@elsewhere.example", "password": "wrong"})
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    rows = AuditEvent.objects.order_by("id").values_list("action", "object_id", "object_name", "by_id")
    assert list(rows) == [
        ("person.sign_in_failed", str(user.pk), user.name, None),
        ("person.sign_in_failed", "", "an unknown address", None),
        ("person.signed_in", str(user.pk), user.name, user.pk),
    ]
    assert AuditEvent.objects.last().details == {"method": "password", "address": "127.0.0.1"}
    assert "mistake" not in str(list(AuditEvent.objects.values()))


def test_an_account_that_was_closed_does_not_sign_in(client: Client) -> None:
    user = UserFactory(is_active=False)
    page = client.post("/account/login/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert "Your account is closed" in page.content.decode()
    assert client.get("/people/me/").status_code == 302


def test_signing_out(client: Client) -> None:
    sign_in(client, UserFactory())
    assert "Sign out" in client.get("/account/logout/").content.decode()
    client.post("/account/logout/")
    assert client.get("/people/me/").status_code == 302


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    answer = client.post("/account/signup/", {"email": "a@b.example", "password1": "x" * 15, "password2": "x" * 15})
    assert answer.status_code == 404
    assert not User.objects.exists()


def test_every_permission_has_words() -> None:
    assert set(WORDS) == set(Permission)


def link_in(letter: mail.EmailMessage) -> str:
    return re.search(r"http://127\.0\.0\.1:8765(/account/password/reset/key/\S+)", letter.body)[1]


def test_a_password_is_chosen_from_a_link_that_works_once(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    user = UserFactory()
    page = client.post("/account/password/reset/", {"email": user.email}, follow=True)
    assert "Look at your e-mail" in page.content.decode()
    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert "[" not in letter.subject
    link = link_in(letter)

    form = client.get(link, follow=True)
    assert "Choose your password" in form.content.decode()
    new = "three random words"
    with django_capture_on_commit_callbacks(execute=True):
        saved = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new}, follow=True)
    assert "Your password is saved" in saved.content.decode()
    assert "was chosen from the link" in mail.outbox[-1].body
    assert AuditEvent.objects.filter(action="account.password_reset", by_id=user.pk).exists()

    assert "This link does not work any more" in Client().get(link, follow=True).content.decode()
    assert client.post("/account/login/", {"login": user.email, "password": new}).status_code == 302


def test_a_password_that_is_short_or_common_is_refused(client: Client) -> None:
    user = sign_in(client, UserFactory())
    assert user
    page = client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": "passw0rd", "password2": "passw0rd"}
    )
    assert "too short" in page.content.decode()


def test_changing_a_password_signs_out_everywhere_and_is_told(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    user = UserFactory()
    elsewhere = sign_in(Client(), user)
    sign_in(client, user)
    new = "three random words"
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert elsewhere.get("/people/me/").status_code == 302
    assert client.get("/people/me/").status_code == 302
    assert mail.outbox[-1].subject == "Your Upstream account was changed"
    assert AuditEvent.objects.filter(action="account.password_changed", by_id=user.pk).exists()


def test_whoever_has_no_password_is_told_so_instead(client: Client) -> None:
    user = UserFactory(password=None)
    user.set_unusable_password()
    user.save()
    sign_in(client, user)
    page = client.get("/account/password/change/", follow=True)
    assert "There is no password to change here" in page.content.decode()
