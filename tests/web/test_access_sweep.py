"""Every address of the site, tried by everybody: the table of role x address x object, and nothing outside it."""

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from factories.access import (
    ABSENT,
    ELSEWHERE,
    NO_TOKEN,
    NOT_SHOWN,
    NOTHING,
    REFUSED,
    SHUT,
    SIGN_IN,
    Expected,
    Row,
    World,
    strictest,
)
from factories.signing_in import sign_in

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


def rows_of(name: str, parts: tuple[str, ...]) -> list[Row]:
    named = [row for row in table(area_of(name)).ROWS if row.name == name]
    return named or [Row(name, strictest(list(parts)))]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_an_address_opens_to_just_those_whom_the_table_names(name: str) -> None:
    world: World = table(area_of(name)).world()
    parts = next(parts for found, parts in ADDRESSES if found == name)
    for row in rows_of(name, parts):
        values = {part: world.kwargs.get(row.kwargs.get(part, part), 1) for part in parts}
        address = reverse(name, kwargs=values) + row.query
        for who, expected in row.expected.items():
            client = Client()
            if world.people[who] is not None:
                sign_in(client, world.people[who])
            found = what_is_found(client, address)
            if found == NOT_SHOWN != expected:  # the target of a form: what matters is who may send it
                found = what_is_found(client, address, send=True)
            meant = (REFUSED, ABSENT) if expected == NOTHING else (expected,)
            assert found in meant, f"{address} as {who}: {found}, expected {expected}"
            if expected in SHUT:
                sent = what_is_found(client, address, send=True)
                assert sent in (*SHUT, NOT_SHOWN), f"{address} is shut to {who}, but a form sent there: {sent}"


def what_is_found(client: Client, address: str, *, send: bool = False) -> Expected:
    answer = client.post(address, {}) if send else client.get(address)
    if answer.status_code == ELSEWHERE and answer["Location"].startswith("/account/login/"):
        return SIGN_IN
    return answer.status_code


def test_every_row_names_an_address_that_exists() -> None:
    named = {row.name for path in TABLES.glob("[a-z]*.py") for row in table(path.stem).ROWS}
    assert named <= set(NAMES), f"not addresses any more: {sorted(named - set(NAMES))}"


def test_every_address_has_a_name() -> None:
    assert "None" not in {name.rpartition(":")[2] for name in NAMES}


def test_rows_of_objects_say_who_must_not_see_them() -> None:
    open_to_everybody = []
    for name, parts in ADDRESSES:
        for row in rows_of(name, parts):
            shut_to_somebody = set(row.expected.values()) & {NO_TOKEN, REFUSED, ABSENT, NOTHING}
            if parts and not shut_to_somebody and name not in getattr(table(area_of(name)), "OPEN_TO_ALL_STAFF", {}):
                open_to_everybody.append(name)
    assert not open_to_everybody, f"say who must not see these, or name them in OPEN_TO_ALL_STAFF: {open_to_everybody}"
