"""The home page."""

from factories.access import OPENS, SIGN_IN, Row, World
from factories.people import person
from upstream_web.people.permissions import Permission


def world() -> World:
    return World({"anonymous": None, "stranger": person(Permission.PLAN_START)})


ROWS = [
    Row("home:index", {"anonymous": SIGN_IN, "stranger": OPENS}),
    Row("home:words", {"anonymous": OPENS, "stranger": OPENS}),
]
