"""Concentration over small areas, and over the facilities of a register, worked out and drawn."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from upstream.measures.events import Events, EventsOf, events
from upstream.measures.registers import REGISTERS, listed, registers_held
from upstream.measures.slices import table_of
from upstream.periods import Month
from upstream.reports.concentration_pages import concentration_blocks, facility_blocks
from upstream.reports.document import Block
from upstream.reports.scan_maps import area_outlines
from upstream.scan.concentration import Exposure
from upstream.scan.concentration_answer import RADII, USUAL_RADIUS, concentration_answer, facility_answer
from upstream.scan.study import study_of
from upstream.store import ReadingScope
from upstream_web.explore.engine import CALCULATION, PURPOSE, Worked
from upstream_web.explore.engine.places import versions_now
from upstream_web.explore.engine.profiles import small_area_names
from upstream_web.measures.engine.store import force

SEED = 2015
USUAL_MONTHS = 36
"""Three years, so that the leading places of one can be looked for in the next."""
EXPOSURES = {"places": "Small areas alike", "residents": "People living there", "area": "Square kilometres"}
METRES = {f"{radius:g}": f"{radius:g} metres" for radius in RADII}
USUAL_METRES = f"{USUAL_RADIUS:g}"


def kinds_of_facility() -> dict[str, str]:
    """Kinds of facility that a register held lists, and their names."""
    return {kind: REGISTERS[kind].words for kind in registers_held(force().store)}


def concentration(asked: Mapping[str, Any], who: str, say: Callable[[str], None]) -> Worked:
    """How few small areas hold how much of a type, an area and months."""
    of = force()
    say("Reading the records")
    read = _events(asked, who, point=False)
    say("Working it out")
    study = study_of(read, of.store, area_names=of.areas)
    answer = concentration_answer(read, study, exposure=cast("Exposure", asked["exposure"]), seed=SEED)
    return Worked(answer, {one.table: one.version for one in read.tables}, CALCULATION)


def facilities(asked: Mapping[str, Any], who: str, say: Callable[[str], None]) -> Worked:
    """Which few facilities of a kind hold how much of what happens near one of them."""
    of = force()
    say("Reading the register")
    areas = (asked["area"],) if asked["area"] else None
    scope = ReadingScope(who, PURPOSE, frozenset({REGISTERS[asked["kind"]].table}))
    register = listed(asked["kind"], of.store, scope, areas=areas)
    say("Reading the records")
    read = _events(asked, who, point=True)
    say("Working it out")
    names = small_area_names()
    answer = facility_answer(read, register, radius=float(asked["radius"]), names=names, seed=SEED)
    answer["outlines"] = area_outlines(read, of.store)
    tables = {one.table: one.version for one in read.tables} | {REGISTERS[register.kind].table: register.version}
    return Worked(answer, tables, CALCULATION)


def versions_of(asked: Mapping[str, Any]) -> dict[str, int]:
    """What a question rests on, at its newest version."""
    store, found = force().store, versions_now((asked["type"],))
    if "kind" not in asked:
        return found
    table = REGISTERS[asked["kind"]].table
    return found | ({table: store.version(table)} if store.holds(table) else {})


def concentration_drawn(
    answer: Mapping[str, Any], *, small_numbers: bool, lead: Callable[[str], str] | None = None
) -> tuple[Block, ...]:
    """A kept answer as blocks of a page; ``lead`` gives the address of the problem profile of a small area."""
    draw = facility_blocks if "radius_metres" in answer else concentration_blocks
    return draw(answer, small_numbers=small_numbers, lead=lead)


def _events(asked: Mapping[str, Any], who: str, *, point: bool) -> Events:
    of = force()
    first, last = Month.parse(asked["first"]), Month.parse(asked["last"])
    areas = (asked["area"],) if asked["area"] else None
    question = EventsOf(first.first_day, last.last_day, areas, types=(asked["type"],), force=of.settings.force_key)
    settings = of.settings
    scope = ReadingScope(who, PURPOSE, frozenset({table_of(question.types, of.store)}))
    return events(
        question, of.store, scope, need="point" if point else "small area",
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip
