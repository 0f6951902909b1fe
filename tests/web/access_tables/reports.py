"""Reports: drafts for those who write and review them; what is published for everybody, signed in or not."""

from factories.access import ABSENT, OPENS, SIGN_IN, Row, World
from factories.people import person
from upstream_web.people.permissions import Permission


def world() -> World:
    return World({"anonymous": None, "stranger": person(Permission.PLAN_START)}, {"kind": "pdf", "action": "publish"})


# there is no report in this world: what one that is not published shows to whom is in the tests of reports
NOT_THERE = {"anonymous": ABSENT, "stranger": ABSENT}

ROWS = [
    Row("reports:index", {"anonymous": SIGN_IN, "stranger": OPENS}),
    Row("reports:public_index", {"anonymous": OPENS, "stranger": OPENS}),
    Row("reports:public_report", NOT_THERE),
    Row("reports:public_file", NOT_THERE),
]
