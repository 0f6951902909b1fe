"""The performance pages: for those whose role reads measures; records behind a figure, as far as the role's area."""

from factories.access import ABSENT, REFUSED, TAKEN, Row, World, admits, anywhere, areas, everybody
from fixtures_figures import MONTH

FIXTURES = ("ready",)


def world() -> World:
    parts = {"month": MONTH, "key": "crime_total", "code": "A", "area": "A", "kind": "csv"}
    return World(everybody(*areas()), parts | {"of people": "repeat_victim_rate", "no month": "2021-01"})


READERS = anywhere("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead", "commissioner")
WRITERS = anywhere("analyst", "performance_lead")

READ = admits(*READERS, others=REFUSED)
WRITE = admits(*WRITERS, others=REFUSED)
RECORDS = admits("analyst", others=REFUSED, but={"analyst elsewhere": ABSENT})

ROWS = [
    Row("measures:index", admits(*READERS, others=REFUSED, found=TAKEN)),
    Row("measures:calculate", admits(*READERS, others=REFUSED, found=TAKEN)),
    *(Row(f"measures:{page}", READ) for page in ("scorecard", "measure", "compare", "download", "area")),
    *(Row(f"measures:{page}", READ) for page in ("versions", "paper")),
    Row("measures:scorecard", READ, {"month": "no month"}),
    Row("measures:commentary", WRITE),
    Row("measures:preview", WRITE),
    Row("measures:records", RECORDS),
    # tables about people are never shown, not to those either whose role goes to the records
    Row("measures:records", admits(*anywhere("analyst"), others=REFUSED, found=ABSENT), {"key": "of people"}),
]
