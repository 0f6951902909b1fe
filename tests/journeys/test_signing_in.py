"""Signing in with a security key in a real browser, under the site's own content security policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.signing_in import PASSWORD
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed")]
WIDTHS = (1280, 375)
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def site(committed: None, live_server: object, settings: object) -> str:
    """The site at a name that a security key can be tied to."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A page that fails the test when the browser refuses something or a script breaks."""
    context = browser.new_context(base_url=site, viewport={"width": WIDTHS[0], "height": 900})
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert not [line for line in said if "Failed to load resource" not in line]


def sign_in(page: Page, user: User, then: str = "/") -> None:
    page.goto(f"/account/login/?next={then}")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def without_fault(page: Page, *addresses: str) -> None:
    """No rule of WCAG 2.2 AA that axe knows is broken, nothing is wider than the screen, on a desk and on a phone."""
    for address in addresses:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} is wider than {width}"
            found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": WCAG_22_AA})
            assert found.violations_count == 0, f"{address} at {width}: {found.generate_report()}"
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def test_a_security_key_is_added_asked_for_and_signs_in_alone(page: Page) -> None:
    user = UserFactory()
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    touch = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**touch, "isUserVerified": True, "automaticPresenceSimulation": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    sign_in(page, user, "/account/second-step/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name of the key").fill("blue key")
    page.get_by_label("Sign in with this key alone").check()
    page.get_by_role("button", name="Add the key").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto("/account/second-step/webauthn/")
    assert page.get_by_role("row", name="blue key").get_by_text("Yes").is_visible()

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, user, "/people/me/")
    page.get_by_role("button", name="Use your security key").click()
    page.wait_for_url("**/people/me/")

    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="Sign in", exact=True).wait_for(state="detached")
    page.goto("/people/me/")
    assert page.get_by_role("heading", name=user.name).is_visible()


def test_pages_of_signing_in_have_no_fault(page: Page) -> None:
    user = UserFactory()
    without_fault(page, "/account/login/", "/account/password/reset/", "/account/password/reset/done/")
    sign_in(page, user, "/account/second-step/totp/activate/")
    without_fault(page, page.url)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    own = ("password/change/", "second-step/", "second-step/totp/activate/", "second-step/webauthn/add/", "sessions/")
    without_fault(page, "/people/me/", *(f"/account/{address}" for address in own))


def test_the_page_that_asks_for_a_second_step_has_no_fault(page: Page) -> None:
    sign_in(page, person(Permission.AUDIT_READ, without_second_step=True))
    page.wait_for_url("**/people/me/second-step/")
    without_fault(page, page.url)


def test_an_administrator_keeps_people_and_reads_the_log(page: Page, settings: object) -> None:
    settings.SECOND_STEP_FOR = []  # the step itself is above
    force = AreaFactory(code="FORCE", name="Northshire")
    AreaFactory(code="NORTH", name="Northshire North", parent=force)
    body = OrganisationFactory(name="Northshire Police", area=force)
    team = TeamFactory(organisation=body, area=force, name="Administration")
    user = person(Permission.PEOPLE_MANAGE, Permission.AUDIT_READ, team=team)
    sign_in(page, user, "/people/add/")
    page.get_by_label("Name").fill("Kim Lee")
    page.get_by_label("E-mail address").fill("kim@force.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Team").select_option(label="Administration (Northshire Police)")
    page.get_by_label("Role").select_option(index=1)
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("Kim Lee has a new membership.").is_visible()
    kim = page.url
    number = kim.rstrip("/").rsplit("/", 1)[1]
    pages = ("", "add/", "bodies/", f"bodies/{body.pk}/", f"teams/{team.pk}/", "areas/", "areas/FORCE/", "roles/")
    without_fault(page, kim, f"{kim}hand-over/", f"/people/{number}/edit/", *(f"/people/{rest}" for rest in pages))
    page.goto("/audit/")
    page.get_by_label("Routine check of the audit log").check()
    without_fault(page, page.url)
    page.get_by_label("Routine check of the audit log").check()
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("cell", name="Membership added").is_visible()
    without_fault(page, "/audit/", "/audit/seals/")
