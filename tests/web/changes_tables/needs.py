"""How to call each change of exploring, and how each is refused."""

from functools import partial

from factories.people import UserFactory, person
from upstream_web.needs import changes
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission


def ask_to_count():
    return partial(changes.ask_to_count, by=UserFactory())


def asked_by_a_reader():
    return partial(require, person(Permission.SIGNAL_READ), Permission.SIGNAL_DECIDE)


CALLS = {"ask_to_count": ask_to_count}
WRITES = {"ask_to_count": ("run.asked_for",)}
REFUSED = {"ask_to_count": (asked_by_a_reader,)}
NO_PERSON_ASKS: dict[str, str] = {}
