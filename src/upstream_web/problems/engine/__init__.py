"""The only door of plans to the engine: what the records say of a plan's place, and whether the plan worked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from upstream.analyse.kept import as_data, from_data
from upstream.analyse.problem_profile import TABLES, problem_profile
from upstream.analyse.profile_counts import ProfileOf
from upstream.assess import kept as answers
from upstream.assess.finding import Finding
from upstream.assess.in_words import effect, in_a_word
from upstream.assess.ladder import Answer
from upstream.assess.of_records import AskedOf, assess_records
from upstream.assess.panel import Marker
from upstream.assess.panel_data import panel_data
from upstream.errors import UpstreamError
from upstream.periods import Month
from upstream.places.areas import areas_of_small_areas
from upstream.places.outlines import outlines, vintages_held
from upstream.places.tables import AREAS, read_table
from upstream.places.tree import area_of_each, levels_held
from upstream.records.quality import MonthFact, month_facts
from upstream.reports.assessment import ShownAnswer, answer_blocks
from upstream.reports.document import Block, Section
from upstream.reports.problem_profile import profile_sections
from upstream.store import ReadingScope
from upstream_web.measures.engine.store import Force, force
from upstream_web.problems.models import Assessed, NamedAssessment, Plan, Slice

PURPOSE = "Problem-solving plan"
COUNTED = frozenset({"crimes", "incidents", "street_crimes"})
"""Tables counted in the rest of the force, to stand beside the plan's own area: totals, and nothing of people."""
USUAL_MONTHS = 24
"""Months counted when a plan names no period: two years, so that each month has last year's beside it."""


class CannotCount(UpstreamError):
    """Why the records cannot be counted for a plan, in words for whoever asked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the engine counted.

    asked : place, types and months, as plain data
    data_versions : table name to version
    result : everything counted, as plain data
    summary : of an assessment, what lists and counts ask of it, by the fields that keep it
    """

    asked: dict[str, Any]
    data_versions: dict[str, int]
    engine_version: str
    result: dict[str, Any]
    summary: dict[str, Any] = field(default_factory=dict)


def count_records(plan: Plan, small_areas: Sequence[str], who: str) -> Counted:
    """Count the records of a plan for a person; what is read of people is logged with the plan's reference."""
    try:
        of = force()
        if not of.has_records:
            raise CannotCount("No records are held yet. Ask whoever runs Upstream to add records of crimes first.")
        areas = _areas(plan, of)
        scope = ReadingScope(who, f"{PURPOSE} {plan.ref}", TABLES, areas=areas, personal=True)
        first, last = _period(plan, of)
        asked = ProfileOf(first, last, areas, tuple(small_areas), tuple(plan.crime_types), of.settings.force_key)
        made = problem_profile(
            asked, of.store, scope, areas=of.areas, elsewhere=ReadingScope(who, scope.purpose, COUNTED),
            engine=of.settings.engine, memory=of.settings.memory, threads=of.settings.threads,
        )  # fmt: skip
    except UpstreamError as error:
        raise CannotCount(str(error)) from error
    return Counted(
        asked={
            "place": plan.area.name,
            "small_areas": list(small_areas),
            "crime_types": list(plan.crime_types),
            "from": str(first),
            "to": str(last),
        },
        data_versions={name: of.store.version(name) for name in made.read if of.store.holds(name)}
        | {one.table: one.version for one in made.profile.tables},
        engine_version=made.profile.engine_version,
        result=as_data(made),
    )


def records_of(row: Slice, stage: str, *, public: bool) -> tuple[Section, ...]:
    """What was counted for a stage, by heading; small numbers left out for those who may not see them.

    Scanning has how much there is; Analysis everything else.
    """
    made = profile_sections(from_data(row.result), row.asked["place"], public=public)
    return tuple(one for one in made if (one.id == "demand") == (stage == Plan.Stage.SCANNING))


def _areas(plan: Plan, of: Force) -> tuple[str, ...] | None:
    """The records' own codes of the plan's area; `None` for the whole force."""
    if plan.area.kind == plan.area.Kind.FORCE:
        return None
    above = plan.area.path.strip("/").split("/")
    found = [code for code, name in of.areas.items() if code in above or name == plan.area.name]
    if not found:
        known = ", ".join(of.areas.values()) or "none"
        raise CannotCount(f"The records do not know {plan.area.name}. Areas that they know: {known}.")
    return tuple(found)


def _period(plan: Plan, of: Force) -> tuple[Month, Month]:
    """The plan's months; without them the last two years held."""
    if plan.period_from and plan.period_to:
        return Month.of(plan.period_from), Month.of(plan.period_to)
    held = months_held(of)
    last = held[-1].month
    return max(held[0].month, last - (USUAL_MONTHS - 1)), last


def months_held(of: Force) -> Sequence[MonthFact]:
    """The months of crimes held, first to last."""
    held = next(
        (
            facts
            for name in ("crimes", "street_crimes")
            if (facts := month_facts(of.store, name, of.settings.force_key))
        ),
        (),
    )
    if not held:
        raise CannotCount("No records of crimes are held yet.")
    return held


@dataclass(frozen=True, slots=True)
class SmallArea:
    """A small area of the places held.

    inside : what it lies in, the smallest first, each as code and name
    """

    code: str
    name: str
    inside: tuple[tuple[str, str], ...]


def small_areas_held() -> tuple[SmallArea, ...]:
    """Small areas of the newest census whose outlines are held, in the order of their codes; without outlines, all that
    the look-ups name."""
    store, known = force().store, tuple(force().areas)
    names = {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, AREAS).to_pylist()}
    vintages = vintages_held(store)
    codes = outlines(store, vintages[-1]).codes.tolist() if vintages else sorted(names)
    levels = [area_of_each(store, level) for level in reversed(levels_held(store))]
    named = areas_of_small_areas(store, known) or {}
    found = []
    for code in codes:
        inside = [(level[code].code, level[code].name) for level in levels if code in level]
        inside += [(named[code], named[code])] if code in named else []
        found.append(SmallArea(code, names.get(code, code), tuple(inside)))
    return tuple(found)


ASSESSED_TABLES = frozenset({"crimes", "incidents"})


@dataclass(frozen=True, slots=True)
class Places:
    """Small areas by what they are in an assessment, as codes.

    comparison : `None` where nobody chose: every other one of the force
    later : of treated ones that began later, their own first month
    """

    treated: tuple[str, ...]
    comparison: tuple[str, ...] | None = None
    buffer: tuple[str, ...] = ()
    later: Mapping[str, Month] = field(default_factory=dict)


def assess(named: NamedAssessment, places: Places, who: str) -> Counted:
    """Whether the plan worked by its named assessment, as far as the records held go."""
    plan = named.plan
    try:
        of = force()
        if not of.has_records:
            raise CannotCount("No records are held yet. Ask whoever runs Upstream to add records of crimes first.")
        asked = AskedOf(
            *_months_of(named, of),
            places.treated,
            places.comparison,
            tuple(named.crime_types),
            of.settings.force_key,
            places.buffer,
            named.phase_in,
            places.later,
            tuple(Month.parse(month) for month, _ in named.also_began),
            tuple(Marker(month, words) for month, words in named.rule_changes),
        )
        _all_begun(asked)
        scope = ReadingScope(who, f"Assessment of {plan.ref}", ASSESSED_TABLES, areas=None, personal=False)
        options = {"engine": of.settings.engine, "memory": of.settings.memory, "threads": of.settings.threads}
        made = assess_records(asked, of.store, scope, **options)
    except UpstreamError as error:
        raise CannotCount(str(error)) from error
    return Counted(
        asked={
            "treated": list(asked.treated),
            "comparison": None if asked.comparison is None else list(asked.comparison),
            "buffer": list(asked.buffer),
            "phase_in": asked.phase_in,
            "later": {code: str(month) for code, month in asked.later.items()},
            "crime_types": list(asked.types),
            "from": str(asked.first),
            "start": str(asked.start),
            "to": str(asked.last),
        },
        data_versions={one.table: one.version for one in made.tables},
        engine_version=made.engine_version,
        result=answers.as_data(made.answer)
        | {"table": made.table, "kinds": [list(one) for one in made.kinds], "panel": panel_data(made.panel)},
        summary=_summary(effect_of_answer(made.answer), asked.last),
    )


def _all_begun(asked: AskedOf) -> None:
    last = max([asked.start, *asked.later.values()])
    if last + asked.phase_in > asked.last:
        raise CannotCount(
            f"Records are held to {asked.last.label}; it is fully running everywhere from "
            f"{(last + asked.phase_in).label}. The page fills itself when they come in."
        )


def versions_held() -> dict[str, int]:
    """The newest version of every table: what was assessed on older ones is assessed again."""
    return force().versions


def assessment_of(row: Assessed, *, public: bool) -> tuple[Block, ...]:
    """What was found, as blocks; small numbers left out for those who may not see them."""
    tables = tuple(row.data_versions.items())
    return answer_blocks(ShownAnswer(answers.from_data(row.result), row.plan.area.name, tables, public))


@dataclass(frozen=True, slots=True)
class Effect:
    """What was found, in one line of a list or card.

    words : the effect
    verdict : the likelihood that it did good, on the yardstick
    level : Maryland scale, 1 to 5
    change, lower, upper : per cent, below 0 is a reduction; `None` where the method has no ratio
    cases, expected : events counted after it began, and those to be expected without it
    word : the answer of the main method as one of a few words
    good, bad : whether the interval lies wholly on one side
    """

    words: str
    verdict: str
    level: int
    change: float | None
    lower: float | None
    upper: float | None
    cases: int
    expected: int
    word: str
    good: bool
    bad: bool


def effect_of(row: Assessed) -> Effect:
    """The effect of the highest method that has a ratio, else of the main one."""
    return effect_of_answer(answers.from_data(row.result))


def effect_of_answer(answer: Answer) -> Effect:
    """The same of an answer that is not kept yet."""
    word = in_a_word(answer.main, agreed=not answer.disagreements)
    return _effect(next((one for one in (answer.main, *answer.checks) if one.log_ratio is not None), answer.main), word)


def _effect(of: Finding, word: str) -> Effect:
    ends = [math.nan] * 3 if of.ratio is None else [of.ratio.estimate, of.ratio.lower, of.ratio.upper]
    change, low, high = (100 * (one - 1) if math.isfinite(one) else None for one in ends)
    known = low is not None and high is not None
    below, above = known and high < 0, known and low > 0
    lower_is_good = of.better == "lower"
    return Effect(
        effect(of), of.verdict.printed, of.maryland.level, change, low, high, int(of.observed),
        round(of.counterfactual) if math.isfinite(of.counterfactual) else 0, word,
        below if lower_is_good else above, above if lower_is_good else below,
    )  # fmt: skip


def _summary(found: Effect, last: Month) -> dict[str, Any]:
    return {
        "word": found.word, "change": found.change, "lower": found.lower, "upper": found.upper, "level": found.level,
        "likelihood": found.verdict[:80], "fewest": max(0, min(found.cases, found.expected)), "until": last.last_day,
    }  # fmt: skip


def _months_of(named: NamedAssessment, of: Force) -> tuple[Month, Month, Month]:
    """First whole month, first month after it began, last month held. Months between before and after count as after
    but for those of coming in that were named, so that an effect that is not yet there cannot pass for one."""
    first = Month.of(named.before_from)
    first = first if first.first_day == named.before_from else first + 1
    begun = Month.of(named.before_to)
    start = begun + 1 if begun.last_day == named.before_to else begun
    last = Month.of(named.after_to)
    last = last if last.last_day == named.after_to else last - 1
    held = months_held(of)
    last = min(last, held[-1].month)
    if last < Month.of(named.after_from):
        raise CannotCount(
            f"Records are held to {held[-1].month.label}; the time after begins on {named.after_from:%-d %B %Y}. "
            "The page fills itself when they come in."
        )
    return first, start, last
