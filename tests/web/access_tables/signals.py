"""Signals of the north: read by the force's people there, decided on by hub and analysts."""

from factories.access import ABSENT, REFUSED, TAKEN, Row, World, admits, anywhere, areas, everybody
from factories.signals import SignalFactory

READERS = ("neighbourhood_officer", "supervisor", "hub", "analyst", "performance_lead")
DECIDERS = ("hub", "analyst")


def world() -> World:
    north, south = areas()
    people = everybody(north, south)
    mine = SignalFactory(area=south)
    return World(people, {"pk": SignalFactory(area=north).pk, "ending": "csv"}, {"pk": mine.pk}, "hub elsewhere")


LISTS = admits(*anywhere(*READERS), others=REFUSED)
DECIDING = admits(*DECIDERS, but=dict.fromkeys((one for one in READERS if one not in DECIDERS), REFUSED))
ROWS = [
    Row("signals:inbox", LISTS),
    Row("signals:inbox_file", LISTS),
    Row("signals:how_often", LISTS),
    Row("signals:look", admits(*anywhere(*DECIDERS), others=REFUSED, found=TAKEN)),
    Row("signals:signal", admits(*READERS, others=ABSENT)),
    Row("signals:watch", DECIDING),
    Row("signals:dismiss", DECIDING),
]
MAY_SEE_IT_IS_THERE = {"signals:watch": READERS, "signals:dismiss": READERS}
