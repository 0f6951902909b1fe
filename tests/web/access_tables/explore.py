"""Patterns in the records: for those whose role reads measures."""

from factories.access import REFUSED, Row, World, admits, anywhere, areas, everybody

FIXTURES = ("figures",)


def world() -> World:
    return World(everybody(*areas()), {"ending": "csv"})


READERS = anywhere("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead", "commissioner")
READ = admits(*READERS, others=REFUSED)

PAGES = ("index", "near_repeats", "clusters", "when", "hot_spots", "map", "map_file")
ROWS = [Row(f"explore:{page}", READ) for page in PAGES]
