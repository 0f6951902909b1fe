"""The API's own pages. What a token opens is in test_api; here nobody has one."""

from factories.access import ELSEWHERE, OPENS, Row, World, admits, areas, everybody, to_all
from factories.programs import ApiTokenFactory


def world() -> World:
    people = everybody(*areas())
    return World(people, {"pk": ApiTokenFactory(user=people["neighbourhood_officer"]).pk})


ROWS = [
    Row("programs:reference", to_all()),
    Row("programs:openapi", to_all(anonymous=OPENS)),
    Row("programs:tokens", to_all()),
    Row("programs:make_token", to_all()),
    Row("programs:end_token", admits("neighbourhood_officer", found=ELSEWHERE)),
]
