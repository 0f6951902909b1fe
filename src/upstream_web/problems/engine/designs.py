"""Designs of assessments: counted before it starts, from the records held."""

from collections.abc import Mapping, Sequence
from typing import Any

from upstream.assess import kept
from upstream.assess.design import Candidate as Ranked
from upstream.assess.design_of_records import TREATED, DesignAsked, design_records
from upstream.errors import UpstreamError
from upstream.measures.crime_types import ASB, CRIMES_OF, type_label
from upstream.periods import Month
from upstream.places.outlines import outlines, vintages_held, within_metres
from upstream.reports.assessment_design import ShownDesign, design_blocks
from upstream.reports.document import Block
from upstream.store import ReadingScope
from upstream_web.measures.engine.store import force
from upstream_web.problems.engine import ASSESSED_TABLES, CannotCount, Counted, months_held
from upstream_web.problems.models import Design, Plan

LOOKED_AT = 36
"""Months before that a design looks at: three of each season."""
EVERY_CRIME = ""


def what_can_be_counted() -> list[tuple[str, Any]]:
    """Types and, where the force's own records are held, the categories within them; as the choices of a form."""
    types = [(name, name) for name in sorted([*CRIMES_OF, ASB])]
    choices: list[tuple[str, Any]] = [(EVERY_CRIME, "Every crime"), ("Types", types)]
    if force().store.holds("crimes"):
        own = [(key, type_label("crimes", key)) for keys in CRIMES_OF.values() for key in keys if len(keys) > 1]
        choices.append(("Categories of the force’s own records", sorted(own, key=lambda one: one[1])))
    return choices


def counted_in_words(types: Sequence[str]) -> str:
    """Types and categories as people read them; none: every crime."""
    return ", ".join(one if one == ASB else type_label("crimes", one) for one in types) or "Every crime"


def near(treated: list[str], metres: int) -> list[str]:
    """Small areas within some metres of treated ones, by their outlines; none where no outlines are held."""
    store = force().store
    vintages = vintages_held(store)
    if not vintages or not metres:
        return []
    return list(within_metres(outlines(store, vintages[-1]), treated, metres))


def design(plan: Plan, asked: Mapping[str, Any], candidates: Mapping[str, tuple[str, ...]], who: str) -> Counted:
    """What is known before it starts, from the months before it begins.

    asked : treated, buffer, crime_types, begins, effect (per cent), chosen_by, and phase_in where it is given
    candidates : code of each place that it may be compared with, and its small areas
    """
    try:
        of = force()
        if not of.has_records:
            raise CannotCount("No records are held yet. Ask whoever runs Upstream to add records of crimes first.")
        held = months_held(of)
        last = min(Month.parse(asked["begins"]) - 1, held[-1].month)
        first = max(held[0].month, last - (LOOKED_AT - 1))
        if last < first:
            raise CannotCount(f"Records are held from {held[0].month.label}: nothing lies before {asked['begins']}.")
        question = DesignAsked(
            first, last, tuple(asked["treated"]), candidates, tuple(asked["crime_types"]), of.settings.force_key,
            asked["effect"] / 100, asked["chosen_by"], asked.get("phase_in", 0),
        )  # fmt: skip
        scope = ReadingScope(
            who, f"Design of the assessment of {plan.ref}", ASSESSED_TABLES, areas=None, personal=False
        )
        options = {"engine": of.settings.engine, "memory": of.settings.memory, "threads": of.settings.threads}
        made = design_records(question, of.store, scope, **options)
    except UpstreamError as error:
        raise CannotCount(_said(str(error))) from error
    return Counted(
        asked={**asked, "from": str(first), "to": str(last)},
        data_versions={one.table: one.version for one in made.tables},
        engine_version=made.engine_version,
        result={
            "planned": kept.plain(made.planned),
            "outcome": made.outcome,
            "counted": made.counted,
            "proposed": list(made.proposed),
            "others": made.others,
        },
    )


def _said(error: str) -> str:
    return error.replace(TREATED, TREATED.lower())


def candidates_of(row: Design) -> tuple[Ranked, ...]:
    """Places that a design may be compared with, the best first; those that cannot serve last."""
    return kept.planned_from_data(row.result["planned"]).candidates


def design_of(row: Design, *, public: bool) -> tuple[Block, ...]:
    """What a design says, as blocks; counts left out for those who may not see small numbers."""
    months = Month.parse(row.asked["to"]).index - Month.parse(row.asked["from"]).index + 1
    result = row.result
    planned = kept.planned_from_data(result["planned"])
    tables = tuple(row.data_versions.items())
    return design_blocks(
        ShownDesign(
            planned, result["outcome"], result["counted"], months, row.plan.area.name, tables, public,
            row.asked.get("phase_in", 0),
        )
    )  # fmt: skip
