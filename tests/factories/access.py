"""The table of role x address x object: what each area's file in `tests/web/access_tables` is written with.

A file holds `world()`, which makes the objects and the people, and `ROWS`. An address that no row names is swept all
the same, by the strictest rule: whoever has not signed in is sent to sign in, and a `stranger` finds nothing where the
address is of an object. So a new page is in the sweep before anybody thinks of it; a row says what else is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from upstream_web.people.models import User

SIGN_IN, OPENS, ELSEWHERE, NO_TOKEN, REFUSED, ABSENT, GONE, NOT_SHOWN = "sign in", 200, 302, 401, 403, 404, 410, 405
"""Sent to sign in; a page; sent on; no token; not allowed; as if absent; a dead link; the target of a form, no page."""

NOTHING = "nothing"
"""Either not allowed or as if it did not exist."""

SHUT = (SIGN_IN, NO_TOKEN, REFUSED, ABSENT, NOTHING)
Expected = str | int


@dataclass(frozen=True)
class World:
    """What the addresses are tried on.

    people : by what they are to the objects; `anonymous` (nobody) and `stranger` (another organisation) must be there
    kwargs : values of the addresses' parts by name, such as ``pk``; where one name means different objects, a row says;
        a part that is not here is 1, which most likely is nothing: give real objects, or only the refusal is tried
    """

    people: Mapping[str, User | None]
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One address and who finds what there.

    name : of the address, such as ``people:person``
    expected : by person; those who are left out are not tried
    kwargs : names in the world's `kwargs` that fill the parts, where they are called otherwise: ``{"pk": "team"}``
    """

    name: str
    expected: Mapping[str, Expected]
    kwargs: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


def strictest(parts: list[str]) -> dict[str, Expected]:
    """What is expected of an address that no row names."""
    return {"anonymous": SIGN_IN, "stranger": NOTHING} if parts else {"anonymous": SIGN_IN}
