"""How to call each change of needs, and how each is refused."""

import datetime as dt
from functools import partial

from factories.people import UserFactory, person
from upstream_web.needs import changes
from upstream_web.needs.access import COMPARE
from upstream_web.people.access import require
from upstream_web.people.permissions import Permission


def ask_to_count():
    return partial(changes.ask_to_count, by=UserFactory())


def asked_by_a_reader():
    return partial(require, person(Permission.SIGNAL_READ), Permission.SIGNAL_DECIDE)


def ask_to_compare():
    return partial(changes.ask_to_compare, source="ed", to=dt.date(2022, 6, 30), by=UserFactory())


def compared_by_somebody():
    return partial(require, person(Permission.SIGNAL_READ), COMPARE)


CALLS = {one.__name__: one for one in (ask_to_count, ask_to_compare)}
WRITES = {"ask_to_count": ("run.asked_for",), "ask_to_compare": ("run.asked_for",)}
REFUSED = {"ask_to_count": (asked_by_a_reader,), "ask_to_compare": (compared_by_somebody,)}
NO_PERSON_ASKS: dict[str, str] = {}
