"""The performance pages: for those whose role reads measures; with figures they are tried in test_measures_pages."""

from factories.access import REFUSED, SIGN_IN, Row, World
from factories.people import person
from upstream_web.people.permissions import Permission


def world() -> World:
    others = [permission for permission in Permission if permission != Permission.MEASURE_READ]
    return World(
        {"anonymous": None, "stranger": person(*others)},
        {"month": "2022-06", "key": "crime_total", "code": "A", "area": "A", "kind": "csv"},
    )


READERS = {"anonymous": SIGN_IN, "stranger": REFUSED}

ROWS = [
    Row("measures:index", READERS),
    Row("measures:calculate", {"anonymous": SIGN_IN, "stranger": REFUSED}),
    *(Row(f"measures:{page}", READERS) for page in ("scorecard", "measure", "compare", "download", "area")),
]
