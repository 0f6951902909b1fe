"""Deny by default, and signing in."""

import pytest
from django.test import Client
from markupsafe import escape

from factories.people import UserFactory, person
from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import WORDS, Permission

pytestmark = pytest.mark.django_db


def test_whoever_has_not_signed_in_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/people/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/people/me/")


def test_signing_in_with_e_mail_and_password(client: Client) -> None:
    user = person(Permission.PLAN_START)
    page = client.post(
        "/account/login/?next=/people/me/", {"login": user.email, "password": "a long enough password"}, follow=True
    )
    assert page.status_code == 200
    assert user.name in page.content.decode()
    assert escape(WORDS[Permission.PLAN_START]) in page.content.decode()


@pytest.mark.parametrize("email", ["nobody@force.example", None])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, email: str | None) -> None:
    address = email or UserFactory().email
    page = client.post("/account/login/", {"login": address, "password": "wrong"}).content.decode()
    assert "The email address and/or password you specified are not correct." in page


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    client.post("/account/signup/", {"email": "a@b.example", "password1": "x" * 15, "password2": "x" * 15})
    assert not standing(UserFactory()).memberships
    assert not User.objects.filter(email="a@b.example").exists()


def test_every_permission_has_words() -> None:
    assert set(WORDS) == set(Permission)
