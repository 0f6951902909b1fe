"""Commentary: people's words bound to figures, and what to write where a number is backed by none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from upstream.errors import UpstreamError
from upstream.measures.result import FORCE, NOT_KNOWN
from upstream.reports.bound_figures import CHANGES, bound_figure
from upstream.reports.commentary import Commentary, NotBacked, Unbacked
from upstream.reports.document import Section
from upstream.reports.figures import Figure
from upstream.reports.measure_page import Reading, measure_section
from upstream_web.measures.engine.commentary import as_commentary
from upstream_web.measures.engine.figures import Figures
from upstream_web.measures.models import Words

NEAR = 0.1
"""A figure this near to a number that nothing backs (as a share of it) is offered in its place."""
_CHANGE_WORDS = {
    "previous": "the period before",
    "same_last_year": "the same period last year",
    "year_to_date": "last year to date",
    "rolling_12": "the twelve months before",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that can be written in commentary: ``{{...}}``, what it is, and what it prints today."""

    written: str
    words: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Problem:
    """A place that cannot be published, and what to write instead."""

    section: str
    line: int
    words: str
    instead: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A measure's page with commentary (`section`), or every reason why it cannot stand there (`problems`)."""

    section: Section | None
    problems: tuple[Problem, ...]


@lru_cache(maxsize=256)
def bound(figures: Figures, key: str, written: Commentary) -> Bound:
    """Bind commentary to the figures of its page."""
    try:
        return Bound(measure_section(Reading(figures.month, figures.bindings, {key: written}), key), ())
    except NotBacked as error:
        return Bound(None, tuple(_problem(figures, key, one) for one in error.problems))


def _problem(figures: Figures, key: str, one: Unbacked) -> Problem:
    return Problem(one.section, one.line, one.words[:1].upper() + one.words[1:], _instead(figures, key, one.number))


def _instead(figures: Figures, key: str, number: str) -> str:
    """The reference that prints nearest to a number, or how to quote where it came from."""
    if not number:
        return ""
    quote = f'If it comes from elsewhere, name its source: [{number}](source "name, date").'
    typed = _size(number)
    near = [(abs(abs(one.figure.value or 0.0) - typed), one) for one in references(figures, key) if _alike(one, number)]
    if not near:
        return quote
    gap, best = min(near, key=lambda pair: pair[0])
    if gap > NEAR * max(abs(typed), 1e-9):
        return quote
    return f"Write {best.written} for {best.words}, which is {best.figure.text}. {quote}"


def _alike(reference: Reference, number: str) -> bool:
    """A per cent stands for a per cent, anything else for anything else."""
    return reference.figure.text.endswith("%") == number.endswith("%")


def _size(number: str) -> float:
    return float(re.sub(r"[^0-9.]", "", number) or "0")


@lru_cache(maxsize=128)
def references(figures: Figures, key: str) -> tuple[Reference, ...]:
    """What can be written about a measure, with what it prints: only what has a value."""
    found = []
    for written, words in _candidates(figures, key):
        try:
            figure = bound_figure(written, key, figures.bindings)
        except UpstreamError:
            continue
        found.append(Reference(f"{{{{{written}}}}}", words, figure))
    return tuple(found)


def _candidates(figures: Figures, key: str) -> Iterator[tuple[str, str]]:
    result = figures.bindings[key].result
    if FORCE not in result.series:
        return
    month = result.series[FORCE].latest_month
    yield "this", f"{month.label}, whole force"
    yield f"this.force.{month - 1}", (month - 1).label
    yield f"this.force.{month - 12}", (month - 12).label
    yield "this.force.now.ytd", "the year to date"
    yield "this.force.now.rolling_12", "the last twelve months"
    for form, words in (
        ("upper", "upper control limit"),
        ("mean", "mean"),
        ("lower", "lower control limit"),
    ):
        yield f"this.force.{month}.{form}", f"the {words} in {month.label}"
    for form in ("numerator", "denominator"):
        yield f"this.force.{month}.{form}", f"the {form} in {month.label}"
    for name in CHANGES:
        yield f"this.force.change.{name}", f"the change on {_CHANGE_WORDS[name]}"
        yield f"this.force.percent.{name}", f"the change on {_CHANGE_WORDS[name]}, per cent"
    for area, series in result.series.items():
        if area not in (FORCE, NOT_KNOWN):
            yield f"this.{area}", f"{month.label}, {series.area_name}"


def bound_section(figures: Figures, key: str, words: Words) -> Section | None:
    """A measure's page with these words, or `None` when they cannot stand there."""
    return bound(figures, key, as_commentary(words)).section
