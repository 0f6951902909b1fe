"""How long a session lasts, how many there may be, and what becomes of a form that comes too late."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from factories.people import UserFactory
from factories.signing_in import PASSWORD, sign_in
from upstream_web.people import kept
from upstream_web.people.changes import close_account

pytestmark = pytest.mark.django_db


def test_an_unused_session_ends(client: Client) -> None:
    sign_in(client, UserFactory(), ago=settings.SESSION_UNUSED + 1)
    page = client.get("/people/me/", follow=True)
    assert page.redirect_chain == [("/account/login/?next=/people/me/", 302)]
    assert "You were signed out" in page.content.decode()


def test_a_session_in_use_goes_on_but_not_for_ever(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user, ago=settings.SESSION_UNUSED - 60)
    assert client.get("/people/me/").status_code == 200
    session = client.session
    assert time.time() - session["seen_at"] < 5
    session["signed_in_at"] = int(time.time()) - settings.SESSION_WHOLE - 1
    session.save()
    assert client.get("/people/me/").status_code == 302


def test_a_session_whose_beginning_is_unknown_counts_from_the_last_time_the_person_signed_in(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    assert client.get("/people/me/").status_code == 200
    user.last_login = None
    user.save()
    assert client.get("/people/me/").status_code == 302


def test_use_is_noted_once_a_minute(client: Client, django_assert_num_queries: object) -> None:
    user = UserFactory()
    sign_in(client, user, ago=90)
    client.get("/people/me/")
    assert UserSession.objects.get(user=user).session_key == client.session.session_key
    before = UserSession.objects.get(user=user).last_seen_at
    client.get("/people/me/")
    assert UserSession.objects.get(user=user).last_seen_at == before


def test_the_oldest_session_ends_when_there_are_too_many() -> None:
    user = UserFactory()
    clients = [Client() for _ in range(settings.SESSIONS_AT_ONCE + 1)]
    for each in clients:
        each.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert [each.get("/people/me/").status_code for each in clients] == [302] + [200] * settings.SESSIONS_AT_ONCE


def test_signing_out_everywhere_else() -> None:
    user = UserFactory()
    here, there = Client(), Client()
    for each in (here, there):
        each.post("/account/login/", {"login": user.email, "password": PASSWORD})
    page = here.get("/account/sessions/").content.decode()
    assert "Sign out everywhere else" in page
    here.post("/account/sessions/")
    assert there.get("/people/me/").status_code == 302
    assert here.get("/people/me/").status_code == 200


def too_late(client: Client, user: object) -> None:
    sign_in(client, user, ago=settings.SESSION_UNUSED + 1)
    answer = client.post("/people/me/?stage=2", {"words": "two long\nparagraphs <b>", "csrfmiddlewaretoken": "x"})
    assert answer.status_code == 302


def test_a_form_that_comes_too_late_is_offered_again_to_the_same_person(client: Client) -> None:
    user = UserFactory()
    too_late(client, user)
    answer = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == "/people/me/kept/"
    page = client.get("/people/me/kept/").content.decode()
    assert 'action="/people/me/?stage=2"' in page
    assert "two long\nparagraphs &lt;b&gt;" in page
    assert 'value="x"' not in page
    client.post("/people/me/?stage=2", {"words": "sent"})
    assert client.get("/people/me/kept/").status_code == 302


def test_a_form_that_comes_too_late_is_not_shown_to_anybody_else(client: Client) -> None:
    too_late(client, UserFactory())
    other = UserFactory()
    answer = client.post("/account/login/", {"login": other.email, "password": PASSWORD})
    assert answer["Location"] == "/"
    assert client.get("/people/me/kept/")["Location"] == "/"
    assert "two long" not in str(dict(client.session))


def test_a_kept_form_can_be_thrown_away(client: Client) -> None:
    user = UserFactory()
    too_late(client, user)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/people/me/kept/throw-away/")
    assert client.get("/people/me/kept/")["Location"] == "/"


def test_a_form_that_is_too_large_is_not_kept(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user, ago=settings.SESSION_UNUSED + 1)
    client.post("/people/me/", {"words": "x" * (kept.MOST + 1)})
    assert "kept_form" not in client.session


def test_a_forged_form_is_not_kept() -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, UserFactory(), ago=settings.SESSION_UNUSED + 1)
    assert client.post("/people/me/", {"words": "planted by another site"}).status_code == 403
    assert "kept_form" not in client.session


def test_a_closed_account_is_signed_out_wherever_it_is_signed_in() -> None:
    user, other = UserFactory(), UserFactory()
    for somebody in (user, user, other):
        client = sign_in(Client(), somebody)
        session = UserSession.objects.create(
            user=somebody, session_key=client.session.session_key, ip="127.0.0.1", user_agent="x"
        )
        assert session.exists()
    close_account(user=user, by=other)
    assert [one.user_id for one in UserSession.objects.all()] == [other.pk]
    assert Session.objects.count() == 1
