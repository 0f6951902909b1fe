"""How to call each change of measures."""

from functools import partial

from factories.people import person
from fixtures_figures import MONTH
from upstream.periods import Month
from upstream_web.measures import changes
from upstream_web.measures.access import figures_for_reading, may_write, records_for_reading
from upstream_web.measures.engine.figures import Made
from upstream_web.measures.models import Calculation
from upstream_web.people.permissions import Permission

FIXTURES = ("ready",)
WORDS = {"author": "Head of Crime", "meaning": "Nobody knows yet."}


def reader():
    return person(Permission.MEASURE_READ)


def figures():
    return figures_for_reading(reader(), MONTH).figures


def ask_for_month():
    return partial(changes.ask_for_month, month=MONTH, by=reader())


def ask_for_paper():
    return partial(changes.ask_for_paper, month=MONTH, keys=["crime_total"], kind="docx", title="Paper", by=reader())


def note_calculation():
    month = Month.parse(MONTH)
    made = Made("b" * 8, "c" * 8, {"crimes": 1}, month, month, "1")
    return partial(changes.note_calculation, month=MONTH, made=made, run=None, by=reader())


def publish_commentary():
    by = person(Permission.MEASURE_READ, Permission.COMMENTARY_WRITE)
    return partial(changes.publish_commentary, figures=figures(), measure="crime_total", words=WORDS, base=0, by=by)


def note_reading():
    given = {"measure": "crime_total", "area": "A", "table": "crimes", "purpose": "An audit"}
    return partial(changes.note_reading, calculation=Calculation.objects.get(), by=reader(), **given)


def without_the_role():
    return partial(figures_for_reading, person(*(one for one in Permission if one != Permission.MEASURE_READ)), MONTH)


def by_a_reader():
    return partial(may_write, figures_for_reading(reader(), MONTH), "crime_total")


def overtaken():
    return partial(publish_commentary(), base=1)


def not_backed():
    return partial(publish_commentary(), words={**WORDS, "meaning": "It rose by 31.7%."})


def of_another_area():
    return partial(records_for_reading, figures_for_reading(reader(), MONTH), "crime_total", "A")


CALLS = {
    one.__name__: one for one in (ask_for_month, ask_for_paper, note_calculation, publish_commentary, note_reading)
}
WRITES = {
    "ask_for_month": ("run.asked_for",),
    "ask_for_paper": ("run.asked_for",),
    "note_calculation": ("measures.calculated",),
    "publish_commentary": ("commentary.published",),
    "note_reading": ("measure.records_read",),
}
REFUSED = {
    "ask_for_month": (without_the_role,),
    "ask_for_paper": (without_the_role,),
    "publish_commentary": (by_a_reader, overtaken, not_backed),
    "note_reading": (of_another_area,),
}
NO_PERSON_ASKS = {"note_calculation": "the worker"}
