"""Needs of places: read by whoever reads signals, counted for whoever decides on them."""

from factories.access import ABSENT, ELSEWHERE, FAR, REFUSED, Row, World, admits, anywhere, areas, everybody
from factories.patrols import DAY, PatrolPlanFactory, PatrolSpotFactory, PatrolStopFactory, PatrolVisitFactory

READERS = ("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead")
COUNTERS = ("hub", "analyst")
COMPARERS = (*READERS, "commissioner")


def world() -> World:
    north, south = areas()
    plan = PatrolPlanFactory(area=north)
    spot = PatrolSpotFactory(plan=plan)
    PatrolStopFactory(spot=spot)
    visit = PatrolVisitFactory(spot=spot)
    kwargs = {"part": "places", "ending": "csv", "pk": plan.pk, "visit": visit.pk, "day": DAY.isoformat()}
    return World(everybody(north, south), kwargs)


PATROLLERS = ("neighbourhood_officer", "supervisor", "hub")
FAR_READERS = dict.fromkeys((f"{who}{FAR}" for who in READERS), ABSENT)
"""Readers of another area: the patrol plan is as if absent."""
PLANNERS = admits(*anywhere(*PATROLLERS), others=REFUSED)
PATROL = admits(*READERS, others=REFUSED) | FAR_READERS
RECORDS = admits(*PATROLLERS, others=REFUSED) | FAR_READERS
PAGES = admits(*anywhere(*READERS), others=REFUSED)
ROWS = [
    Row("needs:index", PAGES),
    Row("needs:types", PAGES),
    Row("needs:similar", PAGES),
    Row("needs:posts", PAGES),
    Row("needs:table", admits(*anywhere(*READERS), others=REFUSED, found=404)),
    Row("needs:types_table", admits(*anywhere(*READERS), others=REFUSED, found=404)),
    Row("needs:posts_table", admits(*anywhere(*READERS), others=REFUSED, found=404)),
    Row("needs:versions", PAGES),
    Row("needs:moves_table", admits(*anywhere(*READERS), others=REFUSED, found=404)),
    Row("needs:keep_version", admits(*anywhere(*COUNTERS), others=REFUSED, found=404)),
    Row("needs:patrols", PAGES),
    Row("needs:plan_patrol", PLANNERS),
    Row("needs:patrol", PATROL),
    Row("needs:patrol_file", PATROL),
    Row("needs:patrol_sheet", PATROL),
    Row("needs:patrol_sheet_pdf", PATROL),
    Row("needs:add_visits", RECORDS),
    Row("needs:withdraw_visit", RECORDS | admits(*PATROLLERS, others=REFUSED, found=ELSEWHERE) | FAR_READERS),
    Row("needs:overlay", admits(*anywhere(*COMPARERS), others=REFUSED)),
    Row("needs:overlay_file", admits(*anywhere(*COMPARERS), others=REFUSED, found=404)),
    Row("needs:count", admits(*anywhere(*COUNTERS), others=REFUSED, found=ELSEWHERE)),
]

MAY_SEE_IT_IS_THERE = dict.fromkeys(("needs:add_visits", "needs:withdraw_visit"), ("analyst", "performance_lead"))
"""They read the plan, and so know that it is there."""
