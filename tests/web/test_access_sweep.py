"""Every address of the site, tried by everybody: the table of role x address x object, and nothing outside it."""

import copy
import importlib.util
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from factories.access import (
    ABSENT,
    ELSEWHERE,
    EVERYBODY,
    NO_TOKEN,
    NOT_SHOWN,
    NOTHING,
    OPENS,
    REFUSED,
    SHUT,
    SIGN_IN,
    TAKEN,
    Expected,
    Row,
    World,
)
from factories.problems import ActionFactory
from factories.signing_in import sign_in
from upstream_web.problems.models import Plan

TABLES = Path(__file__).parent / "access_tables"
SIGNING_IN = re.compile(r"^(account|mfa|usersessions|socialaccount|openid)_")


def addresses() -> Iterator[tuple[str, list[str]]]:
    """The name of every address with the names of its parts."""

    def walk(patterns: list[URLPattern | URLResolver], space: str, parts: list[str]) -> Iterator[tuple[str, list[str]]]:
        for pattern in patterns:
            here = parts + list(pattern.pattern.regex.groupindex)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, inner, here)
            else:
                yield f"{space}{pattern.name}", here

    yield from walk(get_resolver().url_patterns, "", [])


def area_of(name: str) -> str:
    """The file that an address belongs to."""
    return "signing_in" if SIGNING_IN.match(name) else name.partition(":")[0]


@cache
def table(area: str) -> ModuleType:
    path = TABLES / f"{area}.py"
    assert path.is_file(), f"The addresses of {area} have no table: add {path.relative_to(TABLES.parent.parent)}"
    spec = importlib.util.spec_from_file_location(f"access_table_{area}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ADDRESSES = sorted({(name, tuple(parts)) for name, parts in addresses()})
NAMES = sorted({name for name, _ in ADDRESSES})


def rows_of(name: str) -> list[Row]:
    rows = [row for row in table(area_of(name)).ROWS if row.name == name]
    assert rows, f"{name} has no row: say in access_tables/{area_of(name)}.py who finds what there"
    return rows


@dataclass
class Site:
    """The addresses of a world, tried by its people; nothing that a form does there stays."""

    world: World
    cookies: dict[str, SimpleCookie] = field(default_factory=lambda: {"anonymous": SimpleCookie()})
    client: Client = field(default_factory=Client)

    def address(self, row: Row, /, **instead: object) -> str:
        parts = next(parts for found, parts in ADDRESSES if found == row.name)
        values = {part: self.world.kwargs[row.kwargs.get(part, part)] for part in parts}
        return reverse(row.name, kwargs=values | instead) + row.query

    def answer(self, who: str, address: str, *, send: bool = False) -> HttpResponse:
        if who not in self.cookies:
            self.cookies[who] = sign_in(Client(), self.world.people[who]).cookies
        self.client.cookies = copy.deepcopy(self.cookies[who])  # a new one each time would build the site anew
        with transaction.atomic():
            answer = self.client.post(address, {}) if send else self.client.get(address)
            transaction.set_rollback(True)
        if answer.streaming:
            # the client closes it at its end, and leaves the connection open; what it said can be read once more
            answer.streaming_content = list(answer.streaming_content)
        return answer

    def finds(self, who: str, address: str, *, send: bool = False) -> Expected:
        answer = self.answer(who, address, send=send)
        if answer.status_code == ELSEWHERE and answer["Location"].startswith("/account/login/"):
            return SIGN_IN
        return answer.status_code


AREAS_OF_WORK = sorted(path.stem for path in TABLES.glob("[a-z]*.py"))


@pytest.fixture
def site(request: pytest.FixtureRequest, db: None) -> Site:
    """The world of an area's table, with what the table says it rests on."""
    module = table(request.getfixturevalue("area"))
    for fixture in getattr(module, "FIXTURES", ()):
        request.getfixturevalue(fixture)
    return Site(module.world())


def names_of(area: str) -> list[str]:
    return [name for name in NAMES if area_of(name) == area]


@pytest.mark.parametrize("name", NAMES)
def test_every_address_has_a_row(name: str) -> None:
    assert rows_of(name)


@pytest.mark.parametrize("area", AREAS_OF_WORK)
def test_an_address_opens_to_just_those_whom_the_table_names(area: str, site: Site) -> None:
    wrong = []
    for row in (row for name in names_of(area) for row in rows_of(name)):
        address = site.address(row)
        for who, expected in row.expected.items():
            found = site.finds(who, address)
            sent = site.finds(who, address, send=True)
            if found == NOT_SHOWN != expected:  # the target of a form: what matters is who may send it
                found = sent
            meant = row.sends.get(who, expected if expected in SHUT else TAKEN)
            if not is_meant(found, expected):
                wrong.append(f"{address} as {who}: {found}, expected {expected}")
            if not is_meant(sent, meant) and sent != NOT_SHOWN:
                wrong.append(f"{address}, sent by {who}: {sent}, expected {meant}")
    assert not wrong, "\n".join(wrong)


def is_meant(found: Expected, expected: Expected) -> bool:
    if expected == TAKEN:
        return found not in SHUT and found < SERVER_FAULT
    return found in ((REFUSED, ABSENT) if expected == NOTHING else (expected,))


SERVER_FAULT = 500
OBJECT_PARTS = ("key", "code", "ref")
"""Parts that name an object in words; every number names one."""

GONE_VALUES = {int: 987_654_321, str: "no-such-thing"}


def parts_of_objects(row: Row, world: World) -> list[str]:
    """Which parts of an address name an object."""
    parts = next(parts for found, parts in ADDRESSES if found == row.name)
    values = {part: world.kwargs[row.kwargs.get(part, part)] for part in parts}
    return [part for part, value in values.items() if isinstance(value, int) or part in OBJECT_PARTS]


def said(answer: HttpResponse, address: str) -> tuple[object, ...]:
    """An answer without what differs each time: its address, the token of its forms, the nonce of its scripts."""
    words = [answer.get("Location", ""), answer["Content-Type"], answer.getvalue().decode(errors="ignore")]
    for changing in (quote(address, safe=""), quote(address), address):
        words = [text.replace(changing, "") for text in words]
    words = [re.sub(r'(nonce|csrfmiddlewaretoken" value)="[^"]+"', "", text) for text in words]
    return answer.status_code, *words


@pytest.mark.parametrize("area", AREAS_OF_WORK)
def test_what_is_shut_answers_as_what_is_absent(area: str, site: Site) -> None:
    """Nobody can tell by an answer whether something that they may not see is there."""
    for row in (row for name in names_of(area) for row in rows_of(name)):
        told_apart = getattr(table(area), "MAY_SEE_IT_IS_THERE", {}).get(row.name, ())
        shut = [who for who in row.expected if row.expected[who] in SHUT and who not in ALIKE]
        for who, part in itertools.product(shut, parts_of_objects(row, site.world)):
            if row.expected[who] == REFUSED and who in told_apart:
                continue
            value = site.world.kwargs[row.kwargs.get(part, part)]
            there, gone = site.address(row), site.address(row, **{part: GONE_VALUES[type(value)]})
            for send in (False, True):
                found = said(site.answer(who, there, send=send), there)
                assert found == said(site.answer(who, gone, send=send), gone), f"{there} as {who}, send={send}"
                assert found[0] != OPENS


ALIKE = {*EVERYBODY} - {"anonymous", "newcomer", "partner", "performance_lead", "neighbourhood_officer elsewhere"}
"""Whose answers are looked at by their status alone: they are shut out for the same reasons as others."""


@pytest.mark.parametrize("area", AREAS_OF_WORK)
def test_a_part_of_what_is_others_does_not_open_below_ones_own(area: str, site: Site) -> None:
    """The number of one's own plan before the number of a line of another: the line is not there."""
    mine, who = site.world.mine, site.world.mine_of
    for row in (row for name in names_of(area) for row in rows_of(name) if mine):
        objects = parts_of_objects(row, site.world)
        own = {part: mine[row.kwargs.get(part, part)] for part in objects} if len(objects) > 1 else {}
        opened = {site.finds(who, site.address(row, **own), send=send) for send in (False, True) if own}
        assert not opened & {*SHUT}, f"{row.name}: its own owner is shut out, so this proves nothing"
        for part, send in itertools.product(objects[1:], (False, True)):
            foreign = site.address(row, **own | {part: site.world.kwargs[row.kwargs.get(part, part)]})
            found = site.finds(who, foreign, send=send)
            assert found in (ABSENT, NOT_SHOWN), f"{foreign}, send={send}: {found}"


LISTS = [name for name, parts in ADDRESSES if not parts and area_of(name) in ("home", "notices", "problems", "reports")]
QUERIES = ("", "?q=lane&words=lane&show=all&area=A", "?q=heron&words=heron&show=all")
TELLING = {"pk": ("quiet lane",), "secret": ("heron street", "heron house")}
OF_EACH_KIND = (
    *("newcomer", "neighbourhood_officer", "performance_lead", "partner", "administrator", "commissioner"),
    *("neighbourhood_officer elsewhere", "hub elsewhere", "partner elsewhere"),
)
LISTED = {"problems:plans", "problems:export", "problems:export_workbook", "problems:meeting", "home:search"}


@pytest.mark.parametrize("area", ["problems"])
def test_no_list_names_a_plan_that_is_shut(area: str, site: Site) -> None:
    """Nor search, a filter, a file, a page of one's own: whoever may not open a plan reads no word of it anywhere."""
    plan, lead = Plan.objects.get(pk=site.world.kwargs["pk"]), site.world.people["performance_lead"]
    ActionFactory(plan=plan, title="Watch the heron house", marking="sensitive", owner=lead)
    expected = {row.kwargs.get("pk", "pk"): row.expected for row in rows_of("problems:overview")}
    shown = set()
    for who, listing, query in itertools.product(OF_EACH_KIND, LISTS, QUERIES):
        text = words_of_answer(site.answer(who, reverse(listing) + query)).lower()
        for which, words in TELLING.items():
            if any(telling in text for telling in words):
                assert expected[which][who] == OPENS, f"{listing}{query} shows {who} what they may not open"
                shown.add(listing)
    assert shown >= LISTED, "if nobody is shown anything, this proves nothing"


def words_of_answer(answer: HttpResponse) -> str:
    """The text of a page or a file; of a workbook, all its sheets."""
    if not answer["Content-Type"].endswith("spreadsheetml.sheet"):
        return answer.getvalue().decode(errors="ignore")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return " ".join(archive.read(part).decode(errors="ignore") for part in archive.namelist())


def test_every_row_names_an_address_that_exists() -> None:
    named = {row.name for area in AREAS_OF_WORK for row in table(area).ROWS}
    assert named <= set(NAMES), f"not addresses any more: {sorted(named - set(NAMES))}"


def test_every_address_has_a_name() -> None:
    assert "None" not in {name.rpartition(":")[2] for name in NAMES}


def test_rows_of_objects_say_who_must_not_see_them() -> None:
    open_to_everybody = []
    for name, parts in ADDRESSES:
        found = {expected for row in rows_of(name) for expected in row.expected.values()}
        if parts and not found & {NO_TOKEN, REFUSED, ABSENT, NOTHING}:
            open_to_everybody.append(name)
    named = {name for area in AREAS_OF_WORK for name in getattr(table(area), "OPEN_TO_ALL_STAFF", ())}
    assert set(open_to_everybody) == named, "say who must not see these, or name them in OPEN_TO_ALL_STAFF"


EVERY_ROLE = ("evidence", "home", "measures", "notices", "problems", "programs", "reports", "runs")


@pytest.mark.parametrize("area", EVERY_ROLE)
def test_every_row_of_these_areas_tries_every_role(area: str) -> None:
    short = [row.name for row in table(area).ROWS if not {*EVERYBODY} <= {*row.expected}]
    assert not short, f"rows without everybody: {short}"
