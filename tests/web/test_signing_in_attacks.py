"""What somebody tries at the door: guessing, finding out who has an account, redirects, hosts and forged forms."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from factories.people import UserFactory
from factories.signing_in import PASSWORD, sign_in
from upstream_web.people.models import User

pytestmark = pytest.mark.django_db


def attempt(client: Client, email: str, password: str = "wrong", **extra: str) -> str:
    return client.post("/account/login/", {"login": email, "password": password}, **extra).content.decode()


def test_after_five_failures_the_account_is_locked_whatever_the_address_of_the_computer(client: Client) -> None:
    user = UserFactory()
    for i in range(5):
        assert "is not right" in attempt(client, user.email, REMOTE_ADDR=f"10.0.0.{i}")
    assert "too many failed attempts" in attempt(Client(), user.email, PASSWORD, REMOTE_ADDR="10.0.1.1")
    assert Client().get("/people/me/").status_code == 302
    other = UserFactory()
    assert client.post("/account/login/", {"login": other.email, "password": PASSWORD}).status_code == 302


def test_the_lock_looks_the_same_for_an_address_that_nobody_has(client: Client) -> None:
    for _ in range(5):
        attempt(client, "nobody@force.example")
    assert "too many failed attempts" in attempt(client, "nobody@force.example")


def test_one_computer_that_tries_many_accounts_is_stopped(client: Client) -> None:
    pages = [attempt(client, f"somebody{i}@force.example", REMOTE_ADDR="10.0.0.9") for i in range(31)]
    assert "is not right" in pages[0]
    assert "too many failed attempts" in pages[30] or "Too many attempts" in pages[30]
    assert "is not right" in attempt(client, "somebody@force.example", REMOTE_ADDR="10.0.0.10")


def test_failures_are_counted_where_every_worker_sees_them(client: Client) -> None:
    attempt(client, UserFactory().email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM upstream_cache WHERE cache_key LIKE '%login_failed%'")
        assert cursor.fetchone()[0] == 2
    assert type(caches["default"]).__name__ == "DatabaseCache"


def test_a_new_password_lifts_the_lock(client: Client) -> None:
    user = UserFactory()
    for _ in range(5):
        attempt(Client(), user.email)
    sign_in(client, user)
    new = "three random words"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert Client().post("/account/login/", {"login": user.email, "password": new}).status_code == 302


@pytest.mark.parametrize("email", ["nobody@force.example", None])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, email: str | None) -> None:
    page = attempt(client, email or UserFactory().email)
    assert "The e-mail address or the password is not right." in page


class Work:
    """What a request did: how often a password was hashed, and its queries by table and verb."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hashed = 0
        encode = MD5PasswordHasher.encode

        def counting(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
            self.hashed += 1
            return encode(hasher, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counting)

    def of(self, client: Client, address: str, data: dict[str, str]) -> tuple[int, list[str]]:
        self.hashed = 0
        caches["default"].clear()
        with CaptureQueriesContext(connection) as queries:
            client.post(address, data)
        names = re.compile(r'"(s\d+_x|_django_curs_)\w+"')  # of savepoints and cursors
        return self.hashed, [names.sub("", " ".join(query["sql"].split()[:3])) for query in queries]


def test_signing_in_does_the_same_work_for_known_and_unknown_addresses(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, work = UserFactory(), Work(monkeypatch)
    known = work.of(client, "/account/login/", {"login": user.email, "password": "wrong"})
    unknown = work.of(client, "/account/login/", {"login": "nobody@force.example", "password": "wrong"})
    closed = UserFactory(is_active=False).email
    inactive = work.of(client, "/account/login/", {"login": closed, "password": "wrong"})
    assert known == unknown == inactive
    assert known[0] == 1


@override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
def test_asking_for_a_password_link_does_the_same_work_for_known_and_unknown_addresses(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, work = UserFactory(), Work(monkeypatch)
    known = work.of(client, "/account/password/reset/", {"email": user.email})
    unknown = work.of(client, "/account/password/reset/", {"email": "nobody@force.example"})
    assert known == unknown
    assert not mail.outbox


def test_nobody_without_an_account_gets_a_letter(client: Client) -> None:
    page = client.post("/account/password/reset/", {"email": "nobody@force.example"}, follow=True)
    assert "Look at your e-mail" in page.content.decode()
    client.post("/account/password/reset/", {"email": UserFactory(is_active=False).email})
    assert not mail.outbox


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "///evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(client: Client, target: str) -> None:
    user = UserFactory()
    answer = client.post(f"/account/login/?next={target}", {"login": user.email, "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    answer = client.post(f"/account/logout/?next={target}", {"next": target})
    assert answer["Location"] == "/"


def test_a_request_for_another_host_is_refused(client: Client) -> None:
    assert client.get("/account/login/", HTTP_HOST="evil.example").status_code == 400


def test_letters_carry_the_sites_own_address_whatever_host_was_asked(client: Client) -> None:
    user = UserFactory()
    client.post("/account/password/reset/", {"email": user.email}, HTTP_HOST="localhost", HTTP_X_FORWARDED_HOST="evil")
    assert "http://127.0.0.1:8765/" in mail.outbox[0].body
    assert "localhost" not in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


@pytest.mark.parametrize("address", ["/account/login/", "/account/logout/", "/account/password/reset/"])
def test_a_forged_form_is_refused(address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    user = UserFactory()
    sign_in(client, user)
    answer = client.post(address, {"login": user.email, "password": PASSWORD, "email": user.email})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
    assert client.get("/people/me/").status_code == 200
    assert not mail.outbox


def test_cookies_and_headers_give_nothing_away(client: Client) -> None:
    user = UserFactory()
    answer = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]
    policy = client.get("/people/me/")["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert "'unsafe-inline'" not in policy


def test_the_session_gets_another_key_when_somebody_signs_in(client: Client) -> None:
    client.get("/account/login/?next=/people/me/")
    client.post("/account/login/", {"login": "x@force.example", "password": "wrong"})
    session = client.session
    session["planted"] = True
    session.save()
    before = client.session.session_key
    user = UserFactory()
    client.cookies["sessionid"] = before
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.session.session_key != before
    assert User.objects.get(pk=user.pk).last_login
