"""The table of role x address x object: what each area's file in `tests/web/access_tables` is written with.

A file holds `world()`, which makes the objects and the people, and `ROWS`: for every address of the area and every kind
of object that may stand there, who finds what. An address without a row fails the sweep, so a new page waits until
somebody has said whom it is for.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from factories.people import (
    BEGIN,
    AreaFactory,
    MembershipFactory,
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    person,
)
from upstream_web.people.management.commands.load_roles import FILE
from upstream_web.people.models import Organisation, Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

SIGN_IN, OPENS, ELSEWHERE, NO_TOKEN, REFUSED, ABSENT, GONE, NOT_SHOWN = "sign in", 200, 302, 401, 403, 404, 410, 405
"""Sent to sign in; a page; sent on; no token; not allowed; as if absent; a dead link; the target of a form, no page."""

NOTHING = "nothing"
"""Either not allowed or as if it did not exist."""

TAKEN = "taken"
"""Of what is sent: it reached the page, whatever the page then says of it."""

SHUT = (SIGN_IN, NO_TOKEN, REFUSED, ABSENT, NOTHING)
Expected = str | int


@dataclass(frozen=True)
class World:
    """What the addresses are tried on.

    people : by what they are to the objects; `anonymous` (nobody) and a `stranger` must be there
    kwargs : values of the addresses' parts by name, such as ``pk``; where one name means different objects, a row says
    mine : values of the same parts for objects of whoever is `mine_of`, who may open none of the others: with these in
        the first part and the others' in the next, nothing may open
    """

    people: Mapping[str, User | None]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    mine: Mapping[str, Any] = field(default_factory=dict)
    mine_of: str = ""


@dataclass(frozen=True)
class Row:
    """One address with one kind of object, and who finds what there.

    name : of the address, such as ``people:person``
    expected : by person; those who are left out are not tried
    kwargs : names in the world's `kwargs` that fill the parts, where they are called otherwise: ``{"pk": "team"}``
    sends : by person, what becomes of a form sent there, where it is not the same people who may open the page
    """

    name: str
    expected: Mapping[str, Expected]
    kwargs: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    sends: Mapping[str, Expected] = field(default_factory=dict)


ROLES: Mapping[str, Mapping[str, Any]] = tomllib.loads(FILE.read_text())
"""The roles that a force starts with, by key."""

FAR = " elsewhere"
"""Behind a role: the same role in another area and another body."""

WITHOUT_ROLE = ("newcomer", "leaver")
"""Accounts without a role today: never had one, had every one of them once, in the same teams."""

EVERYBODY = ("anonymous", *WITHOUT_ROLE, *ROLES, *(f"{key}{FAR}" for key in ROLES))

_BODIES = {
    "partner": Organisation.Kind.COUNCIL,
    "commissioner": Organisation.Kind.POLICING_BODY,
    "panel_member": Organisation.Kind.WARD_PANEL,
}


def anywhere(*roles: str) -> tuple[str, ...]:
    """Holders of the roles, wherever they serve."""
    return (*roles, *(f"{role}{FAR}" for role in roles))


def admits(
    *who: str, others: Expected = ABSENT, found: Expected = OPENS, anonymous: Expected = SIGN_IN, but: Mapping = {}
) -> dict[str, Expected]:
    """Who is admitted; for all others of `EVERYBODY` it is shut."""
    return {**dict.fromkeys(EVERYBODY, others), "anonymous": anonymous, **dict.fromkeys(who, found), **but}


def to_all(found: Expected = OPENS, *, anonymous: Expected = SIGN_IN) -> dict[str, Expected]:
    """Everybody who has signed in."""
    return admits(*EVERYBODY[1:], found=found, anonymous=anonymous)


def everybody(north: Area, south: Area) -> dict[str, User | None]:
    """One person a role in teams of the north, one a role in teams of other bodies in the south, and who has none."""
    found: dict[str, User | None] = {"anonymous": None, "newcomer": UserFactory(), "leaver": UserFactory()}
    for where, behind in ((north, ""), (south, FAR)):
        force = OrganisationFactory()
        for key in ROLES:
            found[f"{key}{behind}"] = person(*_allowed(key), team=_team(key, where, force))
    for key in ROLES:
        role = found[key].memberships.get().role
        MembershipFactory(user=found["leaver"], team=team_of(found[key]), role=role, valid_to=BEGIN)
    return found


def areas() -> tuple[Area, Area]:
    """The north and the south of one force, by the codes that the records of the tests have."""
    force = AreaFactory(code="marchwold", kind=Area.Kind.FORCE)
    return AreaFactory(code="A", parent=force), AreaFactory(code="B", parent=force)


def team_of(user: User) -> Team:
    """The team that somebody is in."""
    return user.memberships.get().team


def _allowed(key: str) -> Iterable[Permission]:
    return [Permission(permission) for permission in ROLES[key]["permissions"]]


def _team(key: str, area: Area, force: Organisation) -> Team:
    body = OrganisationFactory(kind=_BODIES[key]) if key in _BODIES else force
    return TeamFactory(organisation=body, area=area)
