"""Signing in with the force's identity provider, over a real OpenID Connect provider on this machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client, override_settings

from factories.people import UserFactory, person
from factories.signing_in import sign_in
from upstream_web.audit.models import AuditEvent
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
START = "/account/oidc/organisation/login/?process=login&next=/people/me/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, in a process of its own as in life."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/.well-known/openid-configuration")
        yield address
        running.terminate()


def wait_for(address: str) -> None:
    for _ in range(200):
        try:
            return requests.get(address, timeout=1).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(address)


@contextmanager
def provider(issuer: str, domains: list[str]) -> Iterator[None]:
    app = {
        "provider_id": "organisation",
        "name": "Force account",
        "client_id": "upstream",
        "secret": "shared with the provider",
        "settings": {"server_url": issuer, "verified_email": domains},
    }
    with override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}):
        yield


@pytest.fixture
def configured(issuer: str) -> Iterator[None]:
    with provider(issuer, ["force.example"]):
        yield


def at_provider(issuer: str, subject: str, **claims: object) -> None:
    """Somebody whom the provider knows."""
    requests.put(f"{issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()


def there_and_back(client: Client, subject: str) -> object:
    """From our button to the provider, the person's consent there, and back to us."""
    leave = client.post(START)
    back = requests.post(leave["Location"], data={"sub": subject}, allow_redirects=False, timeout=5)
    where = urlsplit(back.headers["Location"])
    return client.get(f"{where.path}?{where.query}", follow=True)


@pytest.mark.usefixtures("configured")
def test_the_sign_in_page_offers_the_provider_by_its_name(client: Client) -> None:
    page = client.get("/account/login/?next=/people/me/").content.decode()
    assert "Sign in with Force account" in page
    assert "next=%2Fpeople%2Fme%2F" in page


def test_without_a_provider_none_is_offered(client: Client) -> None:
    assert "Sign in with Force account" not in client.get("/account/login/").content.decode()
    assert client.post(START).status_code == 404


@pytest.mark.usefixtures("configured")
def test_the_whole_way_with_a_proof_key_a_state_and_a_code(client: Client, issuer: str) -> None:
    user = UserFactory(email="sam@force.example", name="Sam")
    at_provider(issuer, "sam-at-force", email="sam@force.example", name="Sam")
    asked = parse_qs(urlsplit(client.post(START)["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    page = there_and_back(client, "sam-at-force")
    assert page.redirect_chain[-1][0] == "/people/me/"
    assert "Sam" in page.content.decode()
    assert SocialAccount.objects.get(user=user).uid == "sam-at-force"
    assert AuditEvent.objects.get(action="person.signed_in").details["method"] == "socialaccount"


@pytest.mark.usefixtures("configured")
def test_the_next_time_the_person_is_known_by_the_providers_number_not_by_the_address(
    client: Client, issuer: str
) -> None:
    user = UserFactory(email="kim@force.example")
    at_provider(issuer, "kim-at-force", email="kim@force.example")
    there_and_back(client, "kim-at-force")
    at_provider(issuer, "kim-at-force", email="kim.married@force.example")
    other = Client()
    there_and_back(other, "kim-at-force")
    assert user.name in other.get("/people/me/").content.decode()


@pytest.mark.usefixtures("configured")
def test_whoever_has_no_account_gets_none(client: Client, issuer: str) -> None:
    at_provider(issuer, "stranger", email="stranger@force.example")
    page = there_and_back(client, "stranger")
    assert "You have no account yet" in page.content.decode()
    assert not User.objects.exists()
    assert client.get("/people/me/").status_code == 302


@pytest.mark.usefixtures("configured")
def test_an_address_that_the_provider_does_not_answer_for_signs_nobody_in(client: Client, issuer: str) -> None:
    UserFactory(email="chief@elsewhere.example")
    at_provider(issuer, "impostor", email="chief@elsewhere.example", email_verified=False)
    page = there_and_back(client, "impostor")
    assert client.get("/people/me/").status_code == 302
    assert "You have no account yet" in page.content.decode()
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("configured")
def test_a_closed_account_stays_closed(client: Client, issuer: str) -> None:
    UserFactory(email="gone@force.example", is_active=False)
    at_provider(issuer, "gone", email="gone@force.example")
    page = there_and_back(client, "gone")
    assert "Your account is closed" in page.content.decode()
    assert client.get("/people/me/").status_code == 302


@pytest.mark.usefixtures("configured")
def test_refusing_at_the_provider_comes_back_without_signing_in(client: Client, issuer: str) -> None:
    leave = client.post(START)["Location"]
    back = requests.post(leave, data={"action": "deny"}, allow_redirects=False, timeout=5)
    where = urlsplit(back.headers["Location"])
    # this provider leaves out the state that RFC 6749 4.1.2.1 asks for
    state = parse_qs(urlsplit(leave).query)["state"][0]
    page = client.get(f"{where.path}?{where.query}&state={state}", follow=True)
    assert "You did not sign in" in page.content.decode()
    assert client.get("/people/me/").status_code == 302


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("query", ["code=stolen&state=made-up", "code=stolen", "error=server_error"])
def test_an_answer_that_nobody_asked_for_is_refused(client: Client, query: str) -> None:
    UserFactory(email="sam@force.example")
    page = client.get(f"/account/oidc/organisation/login/callback/?{query}")
    assert "Signing in did not work" in page.content.decode()
    assert client.get("/people/me/").status_code == 302


@pytest.mark.usefixtures("configured")
def test_the_answer_to_somebody_else_is_refused(client: Client, issuer: str) -> None:
    UserFactory(email="sam@force.example")
    at_provider(issuer, "sam-at-force", email="sam@force.example")
    leave = Client().post(START)
    back = requests.post(leave["Location"], data={"sub": "sam-at-force"}, allow_redirects=False, timeout=5)
    where = urlsplit(back.headers["Location"])
    client.get(f"{where.path}?{where.query}")
    assert client.get("/people/me/").status_code == 302


@pytest.mark.usefixtures("configured")
def test_whoever_has_only_the_provider_proves_there_again_who_they_are(client: Client, issuer: str) -> None:
    user = person(Permission.AUDIT_READ, email="lee@force.example", without_second_step=True)
    user.set_unusable_password()
    user.save()
    at_provider(issuer, "lee", email="lee@force.example")
    there_and_back(client, "lee")
    sign_in(client, user, ago=20 * 60, method="socialaccount")
    with override_settings(SECOND_STEP_BY_PROVIDER=True):
        answer = client.get("/audit/")
    assert "/account/oidc/organisation/login/" in answer["Location"]
    assert "prompt%3Dlogin" in answer["Location"]
    again = client.post(answer["Location"])
    assert "prompt=login" in again["Location"]


def test_forms_may_lead_to_the_provider_and_nowhere_else() -> None:
    with override_settings(CSP_FORM_ACTION=["https://login.force.example"]):
        policy = Client().get("/account/login/")["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://login.force.example")
