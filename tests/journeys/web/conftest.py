"""The site with the cast of the demonstration, visited in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, Page

from factories.signing_in import second_step, sign_in
from upstream_web.demo.people import Cast, make_cast

PASSWORD = "a password for the journeys"
FORCE = {
    "force": {"key": "marchwold", "name": "Marchwold Police"},
    "areas": [{"code": "A", "name": "Hollinmarch"}, {"code": "B", "name": "North Merrowvale"}],
}
Visit = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def orm_beside_a_browser() -> None:
    """Playwright keeps an event loop in this thread, which Django takes for a reason to refuse the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def cast(orm_beside_a_browser: None, committed: None) -> Cast:
    """Everybody of the demonstration, two areas of its force, and the evidence shelf."""
    call_command("load_roles", verbosity=0)
    call_command("load_evidence", verbosity=0)
    made = make_cast(FORCE, PASSWORD)
    second_step(made.people["auditor@demo.example"])
    return made


@pytest.fixture
def visit(browser: Browser, cast: Cast, live_server: Any) -> Iterator[Visit]:
    """Opens the site as somebody, signed in unless nobody is named; what the browser complains of fails the test."""
    contexts, complaints = [], []

    def visiting(who: str = "", address: str = "/", **settings: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **settings)
        contexts.append(context)
        if who:
            client = sign_in(Client(), cast.people[f"{who}@demo.example"])
            key = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        page.goto(address)
        return page

    yield visiting
    for context in contexts:
        context.close()
    assert complaints == []
