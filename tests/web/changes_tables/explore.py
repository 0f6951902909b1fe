"""How to call each change of analyses."""

from functools import partial

from factories.people import person
from upstream_web.explore import changes
from upstream_web.explore.access import analysis_for_reading, chain_for_reading, records_for_exploring
from upstream_web.explore.engine import Worked
from upstream_web.people.permissions import Permission

FIXTURES = ("figures",)
ASKED = {"type": "Burglary", "area": "", "to": "2022-06-30"}


def reader():
    return person(Permission.MEASURE_READ)


def ask_for():
    return partial(changes.ask_for, kind="near_repeats", asked=ASKED, by=reader())


def keep():
    worked = Worked({"bands": []}, {"crimes": 1}, "1")
    return partial(changes.keep, kind="near_repeats", asked=ASKED, worked=worked, by=reader())


def without_the_role():
    every_other = (one for one in Permission if one != Permission.MEASURE_READ)
    return partial(analysis_for_reading, person(*every_other), "near_repeats", ASKED)


def note_paper():
    worked = Worked({"bands": []}, {"crimes": 1}, "1")
    analysis = changes.keep(kind="near_repeats", asked=ASKED, worked=worked, by=reader())
    return partial(changes.note_paper, analysis=analysis, by=reader())


def note_file():
    worked = Worked({"bands": []}, {"crimes": 1}, "1")
    analysis = changes.keep(kind="near_repeats", asked=ASKED, worked=worked, by=reader())
    return partial(changes.note_file, analysis=analysis, part="bands", ending="csv", by=reader())


def note_look():
    return partial(changes.note_look, asked={"area": "", "types": ("Burglary",)}, ending="csv", by=reader())


def look_without_the_role():
    every_other = (one for one in Permission if one != Permission.MEASURE_READ)
    return partial(records_for_exploring, person(*every_other))


def note_reading():
    worked = Worked({"bands": []}, {"crimes": 1}, "1")
    analysis = changes.keep(kind="near_repeats", asked=ASKED, worked=worked, by=reader())
    return partial(changes.note_reading, analysis=analysis, chain=1, purpose="Visits to plan", by=reader())


def without_the_records():
    every_other = (one for one in Permission if one != Permission.MEASURE_RECORDS)
    changes.keep(kind="near_repeats", asked=ASKED, worked=Worked({}, {"crimes": 1}, "1"), by=reader())
    return partial(chain_for_reading, person(*every_other), ASKED, 1)


CALLS = {one.__name__: one for one in (ask_for, keep, note_paper, note_file, note_look, note_reading)}
WRITES = {
    "ask_for": ("run.asked_for",),
    "keep": ("analysis.worked_out",),
    "note_paper": ("analysis.paper_taken",),
    "note_file": ("analysis.file_taken",),
    "note_look": ("counts.file_taken",),
    "note_reading": ("analysis.records_read",),
}
REFUSED = {
    **dict.fromkeys(("ask_for", "note_paper", "note_file"), (without_the_role,)),
    "note_look": (look_without_the_role,),
    "note_reading": (without_the_records,),
}
NO_PERSON_ASKS = {"keep": "the worker"}
