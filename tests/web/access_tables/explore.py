"""Patterns in the records: for those whose role reads measures."""

from factories.access import ABSENT, REFUSED, Row, World, admits, anywhere, areas, everybody

FIXTURES = ("figures",)


def world() -> World:
    return World(everybody(*areas()), {"ending": "csv", "chain": 1})


READERS = anywhere("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead", "commissioner")
READ = admits(*READERS, others=REFUSED)

PAGES = (
    *("index", "near_repeats", "clusters", "when", "hot_spots", "concentration", "facilities", "map", "map_file"),
    "profile",
)
FILES = (
    *(
        "near_repeats_file",
        "when_file",
        "clusters_file",
        "hot_spots_file",
        "concentration_file",
        "facilities_file",
        "profile_pdf",
    ),
)
"""Of a question that nobody has asked yet: for those who may ask, there is none."""
UNASKED = admits(*READERS, others=REFUSED, found=ABSENT)
RECORDS = admits(*anywhere("analyst"), others=REFUSED, found=ABSENT)
ROWS = [
    *(Row(f"explore:{page}", READ) for page in PAGES),
    *(Row(f"explore:{page}", UNASKED) for page in FILES),
    Row("explore:near_repeat_chain", RECORDS),
]
