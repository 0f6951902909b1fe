"""How to call each change of tokens."""

from functools import partial

from factories.people import UserFactory
from factories.programs import ApiTokenFactory
from upstream_web.programs import changes
from upstream_web.programs.access import own_token


def make_token():
    return partial(changes.make_token, by=UserFactory(), name="List", scopes=["plans.read"], days=30)


def end_token():
    token = ApiTokenFactory()
    return partial(changes.end_token, token=token, by=token.user)


def note_use():
    return partial(changes.note_use, token=ApiTokenFactory())


def no_such_scope():
    return partial(changes.make_token, by=UserFactory(), name="List", scopes=["people.write"], days=30)


def already_over():
    return partial(changes.make_token, by=UserFactory(), name="List", scopes=["plans.read"], days=-1)


def of_somebody_else():
    return partial(own_token, UserFactory(), ApiTokenFactory().pk)


CALLS = {one.__name__: one for one in (make_token, end_token, note_use)}
WRITES = {"make_token": ("api.token_made",), "end_token": ("api.token_ended",), "note_use": ()}
REFUSED = {"make_token": (no_such_scope, already_over), "end_token": (of_somebody_else,)}
NO_PERSON_ASKS = {"note_use": "a program's first question of a day"}
