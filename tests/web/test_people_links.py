"""One-time links: somebody without an account opens one thing, once, and nothing else."""

import datetime
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from factories.people import UserFactory
from fixtures_web import closing, one_database_for_all
from upstream_web.audit.models import AuditEvent
from upstream_web.people import links
from upstream_web.people.models import OneTimeLink

pytestmark = pytest.mark.django_db
ADDRESS = "jo@housing.example"
THINGS = {"7": "Fit a light at the back gate", "8": "Talk to the tenants"}


@pytest.fixture(autouse=True)
def purposes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two kinds of thing; the page of both is one that takes a number."""
    monkeypatch.setattr(links, "_purposes", {})
    links.register(links.Purpose("lamp", THINGS.get, "people:person"))
    links.register(links.Purpose("other", THINGS.get, "people:team"))
    return


def made(**options: object) -> str:
    """The path of a new link to thing 7."""
    given = {"purpose": "lamp", "target_id": 7, "email": ADDRESS, "by": UserFactory()} | options
    address = links.make(**given)
    assert address.startswith("http://127.0.0.1:8765/people/link/lamp/")
    return address.removeprefix("http://127.0.0.1:8765")


def opens(client: Client, path: str) -> bool:
    return client.post(path).status_code == 302


def test_looking_at_a_link_does_not_use_it_up(client: Client) -> None:
    path = made()
    for _ in range(3):  # a mail scanner, the mail program's preview, the person
        page = client.get(path)
        assert page.status_code == 200
        assert "Fit a light at the back gate" in page.content.decode()
    assert client.head(path).status_code == 200
    assert OneTimeLink.objects.get().used_at is None
    assert client.post(path)["Location"] == "/people/7/"


def test_a_link_opens_once(client: Client) -> None:
    path = made()
    assert opens(client, path)
    for again in (client.get(path), client.post(path), Client().get(path), Client().post(path)):
        assert again.status_code == 410
        assert "used already" in again.content.decode()
    assert OneTimeLink.objects.get().used_at


def test_a_newer_link_to_the_same_thing_ends_the_one_before(client: Client) -> None:
    used, other_thing, first = made(), made(target_id=8), made()
    second = made(email="sam@housing.example")
    answer = client.post(first)
    assert answer.status_code == 410
    assert "A newer link was sent since" in answer.content.decode()
    assert "A newer link" in client.get(used).content.decode()
    assert opens(client, other_thing)
    assert opens(client, second)
    made()
    assert "used already" in client.get(second).content.decode()
    assert AuditEvent.objects.filter(action="link.made", details__replaced=1).count() == 2


MAKERS = 8


def test_of_links_made_at_the_same_instant_one_opens(committed: None, tmp_path: Path) -> None:
    """And the database itself holds no second one."""
    by, start = UserFactory(), Barrier(MAKERS)

    @closing
    def make(number: int) -> str:
        start.wait(timeout=60)
        return made(by=by, email=f"jo{number}@housing.example")

    @closing
    def open_each(paths: list[str]) -> list[bool]:
        live = OneTimeLink.objects.get(used_at=None, replaced_at=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            OneTimeLink.objects.exclude(pk=live.pk).update(replaced_at=None)
        return [opens(Client(), path) for path in paths]

    with one_database_for_all(tmp_path), ThreadPoolExecutor(MAKERS) as pool:
        paths = list(pool.map(make, range(MAKERS)))
        assert pool.submit(open_each, paths).result().count(True) == 1


def test_a_link_that_the_database_refuses_is_not_tried_for_ever() -> None:
    with pytest.raises(IntegrityError):
        made(lasts=datetime.timedelta(days=-1))


def test_two_at_the_same_moment_open_it_once(client: Client) -> None:
    path = made()
    link = links.find(path.split("/")[4], "lamp")
    OneTimeLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    assert not links.changes.use_link(link=link, by=links.Holder(ADDRESS))


def test_whoever_comes_a_moment_too_late_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made()
    monkeypatch.setattr(links.changes, "use_link", lambda **_: False)  # used between the look and the use
    assert client.post(path).status_code == 410
    assert page_for(client, 7) == 404


def test_an_old_link_opens_nothing(client: Client) -> None:
    path = made(lasts=datetime.timedelta(days=1))
    OneTimeLink.objects.update(
        made_at=timezone.now() - datetime.timedelta(days=2), expires_at=timezone.now() - datetime.timedelta(seconds=1)
    )
    answer = client.post(path)
    assert answer.status_code == 410
    assert "too old" in answer.content.decode()
    assert OneTimeLink.objects.get().used_at is None


def test_a_link_for_one_purpose_opens_no_other(client: Client) -> None:
    path = made()
    assert client.post(path.replace("/lamp/", "/other/")).status_code == 410
    assert client.post(path.replace("/lamp/", "/never-registered/")).status_code == 410
    assert OneTimeLink.objects.get().used_at is None


def test_a_link_to_what_is_closed_opens_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made()
    monkeypatch.delitem(THINGS, "7")
    answer = client.post(path)
    assert answer.status_code == 410
    assert "closed" in answer.content.decode()
    assert "back gate" not in answer.content.decode()


def test_guessing_and_bending_a_link_opens_nothing_and_asks_the_database_nothing(
    client: Client, django_assert_num_queries: object
) -> None:
    path = made()
    head, token, _ = path.rsplit("/", 2)
    secret, signature = token.split(":")
    tries = ["x", f"{secret}:x", f"x:{signature}", token[:-1], token.swapcase(), f"{secret}{signature}", "%00:x"]
    for guess in tries:
        with django_assert_num_queries(0):
            assert client.post(f"{head}/{guess}/").status_code == 410
    assert OneTimeLink.objects.get().used_at is None


def test_the_database_does_not_hold_what_opens(client: Client) -> None:
    path = made()
    secret = path.rsplit("/", 2)[1].split(":")[0]
    assert len(secret) >= 43
    row = OneTimeLink.objects.values().get()
    assert secret not in str(row)
    assert secret not in str(list(AuditEvent.objects.values()))
    assert re.fullmatch(r"[0-9a-f]{64}", row["token_hash"])


def test_a_forged_form_does_not_use_a_link_up() -> None:
    path = made()
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert OneTimeLink.objects.get().used_at is None


@links.granted("lamp")
def lamp_page(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(f"{pk} for {request.link_holder.name}")


def page_for(client: Client, pk: int) -> int:
    request = RequestFactory().get("/")
    request.session = client.session
    try:
        return lamp_page(request, pk=pk).status_code
    except Exception as absent:
        return 404 if type(absent).__name__ == "Http404" else 500


def test_a_used_link_opens_just_its_own_thing_in_that_browser_for_a_while(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page_for(client, 7) == 404
    opens(client, made())
    assert page_for(client, 7) == 200
    assert page_for(client, 8) == 404
    other = Client()
    other.get("/account/login/")
    assert page_for(other, 7) == 404
    now = links.time.time()
    monkeypatch.setattr(links.time, "time", lambda: now + links.OPEN_FOR + 1)
    assert page_for(client, 7) == 404


def test_a_link_signs_nobody_in(client: Client) -> None:
    opens(client, made())
    assert client.get("/people/7/").status_code == 302
    assert client.get("/people/me/")["Location"].startswith("/account/login/")


def test_making_and_using_a_link_is_recorded_with_its_address(client: Client) -> None:
    by = UserFactory()
    opens(client, made(by=by))
    first, second = AuditEvent.objects.order_by("id")
    assert (first.action, first.by_id) == ("link.made", by.pk)
    assert (second.action, second.by_id, second.by_name) == ("link.used", None, ADDRESS)


def test_a_link_for_a_purpose_that_nobody_registered_is_refused() -> None:
    with pytest.raises(KeyError, match="no-such"):
        links.make(purpose="no-such", target_id=7, email=ADDRESS, by=UserFactory())
