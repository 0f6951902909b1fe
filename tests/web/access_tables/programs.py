"""The API's own pages. What a token opens is in test_api; here nobody has one."""

from factories.access import ABSENT, OPENS, SIGN_IN, Row, World
from factories.people import person
from factories.programs import ApiTokenFactory
from upstream_web.people.permissions import Permission


def world() -> World:
    owner = person(Permission.PLAN_START)
    people = {"anonymous": None, "stranger": person(*Permission), "owner": owner}
    return World(people, {"pk": ApiTokenFactory(user=owner).pk})


STAFF = {"anonymous": SIGN_IN, "stranger": OPENS}

ROWS = [
    Row("programs:reference", STAFF),
    Row("programs:openapi", {"anonymous": OPENS}),
    Row("programs:tokens", STAFF),
    Row("programs:make_token", STAFF),
    Row("programs:end_token", {"anonymous": SIGN_IN, "stranger": ABSENT}),
]
