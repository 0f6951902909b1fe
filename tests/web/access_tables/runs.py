"""Long work: one's own, and what a permission opens."""

from factories.access import ABSENT, OPENS, SIGN_IN, Row, World
from factories.people import person
from factories.runs import RunFactory
from upstream_web.people.permissions import Permission


def world() -> World:
    owner = person(Permission.PLAN_START)
    run = RunFactory(asked_by=owner)
    return World({"anonymous": None, "stranger": person(*Permission), "owner": owner}, {"pk": run.pk})


ROWS = [
    Row("runs:index", {"anonymous": SIGN_IN, "stranger": OPENS}),
    Row("runs:run", {"anonymous": SIGN_IN, "stranger": ABSENT, "owner": OPENS}),
]
