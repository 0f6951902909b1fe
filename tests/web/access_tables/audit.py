"""The audit log."""

from factories.access import ELSEWHERE, OPENS, REFUSED, SIGN_IN, Row, World
from factories.people import person
from upstream_web.people.permissions import Permission


def world() -> World:
    others = [permission for permission in Permission if permission != Permission.AUDIT_READ]
    people = {"anonymous": None, "stranger": person(*others), "auditor": person(Permission.AUDIT_READ)}
    return World(people)


AUDITORS = {"anonymous": SIGN_IN, "stranger": REFUSED, "auditor": OPENS}

ROWS = [
    Row("audit:log", {**AUDITORS, "auditor": ELSEWHERE}),  # asked for the reason first
    Row("audit:seals", AUDITORS),
    Row("audit:head", AUDITORS),
]
