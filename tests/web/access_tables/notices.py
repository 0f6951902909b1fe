"""Notices: each is for one person."""

from factories.access import ABSENT, ELSEWHERE, OPENS, SIGN_IN, Row, World
from factories.notices import NoticeFactory
from factories.people import person
from upstream_web.people.permissions import Permission


def world() -> World:
    owner = person(Permission.PLAN_START)
    people = {"anonymous": None, "stranger": person(*Permission), "owner": owner}
    return World(people, {"pk": NoticeFactory(user=owner).pk})


EVERYBODY = {"anonymous": SIGN_IN, "stranger": OPENS, "owner": OPENS}

ROWS = [
    Row("notices:index", EVERYBODY),
    Row("notices:settings", EVERYBODY),
    Row("notices:read_all", {"anonymous": SIGN_IN, "owner": ELSEWHERE}),
    Row("notices:follow", {"anonymous": SIGN_IN, "stranger": ABSENT, "owner": ELSEWHERE}),
]
