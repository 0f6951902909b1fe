"""Notices: each is for one person."""

from factories.access import ELSEWHERE, Row, World, admits, areas, everybody, to_all
from factories.notices import NoticeFactory


def world() -> World:
    people = everybody(*areas())
    return World(people, {"pk": NoticeFactory(user=people["neighbourhood_officer"]).pk})


ROWS = [
    Row("notices:index", to_all()),
    Row("notices:settings", to_all()),
    Row("notices:read_all", to_all(ELSEWHERE)),
    Row("notices:follow", admits("neighbourhood_officer", found=ELSEWHERE)),
]
