"""The home page and search: whose words they show is in test_access_sweep."""

from factories.access import OPENS, Row, World, areas, everybody, to_all


def world() -> World:
    return World(everybody(*areas()))


ROWS = [
    Row("home:index", to_all()),
    Row("home:search", to_all(), query="?q=lane"),
    Row("home:words", to_all(anonymous=OPENS)),
]
