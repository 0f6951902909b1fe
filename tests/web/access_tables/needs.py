"""Needs of places: read by whoever reads signals, counted for whoever decides on them."""

from factories.access import ELSEWHERE, REFUSED, Row, World, admits, anywhere, areas, everybody

READERS = ("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead")
COUNTERS = ("hub", "analyst")
COMPARERS = (*READERS, "commissioner")


def world() -> World:
    return World(everybody(*areas()), {"part": "places", "ending": "csv"})


PAGES = admits(*anywhere(*READERS), others=REFUSED)
ROWS = [
    Row("needs:index", PAGES),
    Row("needs:types", PAGES),
    Row("needs:similar", PAGES),
    Row("needs:posts", PAGES),
    Row("needs:table", admits(*anywhere(*READERS), others=REFUSED, found=404)),
    Row("needs:types_table", admits(*anywhere(*READERS), others=REFUSED, found=404)),
    Row("needs:overlay", admits(*anywhere(*COMPARERS), others=REFUSED)),
    Row("needs:overlay_file", admits(*anywhere(*COMPARERS), others=REFUSED, found=404)),
    Row("needs:count", admits(*anywhere(*COUNTERS), others=REFUSED, found=ELSEWHERE)),
]
