"""What guards every page, asked of real answers: each of these fails when its setting is taken out."""

import runpy
import sys

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from factories.people import TeamFactory, UserFactory, person
from factories.problems import PlanFactory
from factories.signing_in import PASSWORD, sign_in
from upstream_web.people.permissions import Permission
from upstream_web.problems.models import Plan

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
GUARDS = ("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "X_FRAME")


def page_of(kind: str) -> HttpResponse:
    """A page to whoever comes, one behind signing in, one that is not there, and what the API says."""
    client = Client()
    if kind != "open":
        sign_in(client, person(Permission.PLAN_START))
    return client.get(
        {"open": "/account/login/", "shut": "/plans/", "absent": "/plans/0/", "api": "/api/v1/plans"}[kind]
    )


@pytest.mark.parametrize("kind", ["open", "shut", "absent", "api"])
def test_every_answer_says_what_a_browser_may_do_with_it(kind: str) -> None:
    answer = page_of(kind)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    nonce = policy["script-src"].removeprefix("'self' ")
    assert nonce.startswith("'nonce-")
    assert len(nonce) > 25
    assert policy == {
        "default-src": "'self'",
        "script-src": f"'self' {nonce}",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"
    assert "no-store" in answer["Cache-Control"]


def test_no_two_answers_have_the_same_nonce() -> None:
    assert page_of("open")["Content-Security-Policy"] != page_of("open")["Content-Security-Policy"]


def test_a_form_sent_by_another_site_starts_no_plan() -> None:
    team = TeamFactory()
    client = sign_in(Client(enforce_csrf_checks=True), person(Permission.PLAN_START, team=team))
    given = {"title": "Sheds", "area": team.area.pk, "team": team.pk, "size": "standard", "kind": "neighbourhood"}
    assert client.post("/plans/start/", given | {"start": "1"}).status_code == 403
    assert not Plan.objects.exists()
    client.get("/plans/start/")
    cookie = client.cookies["csrftoken"]
    assert cookie["httponly"]
    sent = given | {"start": "1", "csrfmiddlewaretoken": cookie.value}
    assert client.post("/plans/start/", sent).status_code == 302


def test_five_failures_lock_an_account_for_whoever_knows_its_password() -> None:
    user = UserFactory()
    for password in [*["wrong"] * 5, PASSWORD]:
        answer = Client().post("/account/login/", {"login": user.email, "password": password})
    assert answer.status_code == 200
    assert "too many failed attempts" in answer.content.decode()


@pytest.mark.parametrize("address", ["/plans/", "/plans/{}/", "/search/?q=script"])
def test_what_somebody_typed_is_shown_and_never_run(address: str) -> None:
    team = TeamFactory()
    plan = PlanFactory(team=team, title=SCRIPT, place=SCRIPT)
    plan.problem = SCRIPT
    plan.save()
    client = sign_in(Client(), person(Permission.PLAN_START, team=team, name=SCRIPT))
    html = client.get(address.format(plan.pk)).content.decode()
    assert SCRIPT not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_production_speaks_over_tls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"SECRET_KEY": "x" * 40, "HOSTS": "testserver", "ADDRESS": "https://testserver"}
    for name, value in said.items():
        monkeypatch.setenv(f"UPSTREAM_{name}", value)
    monkeypatch.delitem(sys.modules, "upstream_web.config.settings.base")
    production = runpy.run_module("upstream_web.config.settings.production")
    with override_settings(**{name: value for name, value in production.items() if name.startswith(GUARDS)}):
        plain = Client().get("/account/login/")
        assert (plain.status_code, plain["Location"]) == (301, "https://testserver/account/login/")
        user = UserFactory()
        client = Client()
        answer = client.get("/account/login/", HTTP_X_FORWARDED_PROTO="https")
        assert answer["Strict-Transport-Security"] == "max-age=31536000"
        assert answer.cookies["csrftoken"]["secure"]
        signed = client.post("/account/login/", {"login": user.email, "password": PASSWORD}, secure=True)
        assert signed.cookies["sessionid"]["secure"]


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ("", {"options": "-c jit=off"}),
        ("?sslmode=require", {"sslmode": "require", "options": "-c jit=off"}),
        ("?sslmode=require&options=-c%20jit%3Don", {"sslmode": "require", "options": "-c jit=on"}),
    ],
)
def test_what_the_address_of_the_database_asks_for_holds(monkeypatch, asked: str, options: dict[str, str]) -> None:
    monkeypatch.setenv("UPSTREAM_DATABASE", f"postgres://upstream@db.invented.example/upstream{asked}")
    monkeypatch.delitem(sys.modules, "upstream_web.config.settings.base")
    assert runpy.run_module("upstream_web.config.settings.base")["DATABASES"]["default"]["OPTIONS"] == options
