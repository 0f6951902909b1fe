"""Whom a problem harms and who is suspected, by age and sex: counts of people in bands, and who may be shown them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from upstream.analyse.profile_counts import ProfileOf
from upstream.disclosure.published import LEAST_DENOMINATOR, published_count
from upstream.disclosure.relations import table_relations
from upstream.disclosure.setting import PUBLIC
from upstream.disclosure.suppression import suppress
from upstream.measures.source_tables import source_table

TABLE: Final = "ages_and_sexes"
SEXES: Final = ("female", "male")
NOT_RECORDED: Final = "not recorded"
LEAST_PEOPLE: Final = LEAST_DENOMINATOR
"""People that a table is made of at least: of fewer nearly every band would be withheld."""
FIXED: Final = (
    "To whoever may not see small numbers ages and sexes are shown only of a whole policing area or the force, of one "
    "type or every crime, and of one financial year: tables of freer choices could be subtracted from each other until "
    "one person is left."
)


@dataclass(frozen=True, slots=True)
class Bands:
    """People of one role by age and sex.

    Attributes
    ----------
    ages
        Names of the bands, youngest first, and "not recorded".
    counts
        A row a band of ``ages``, a column each for female, male and not recorded: people, each counted once, by the age
        at the first of the crimes asked for.
    """

    ages: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def people(self) -> int:
        """All of them."""
        return sum(sum(row) for row in self.counts)


@dataclass(frozen=True, slots=True)
class People:
    """Victims and suspects by age and sex."""

    victims: Bands
    suspects: Bands


def bands_of(rows: Sequence[dict[str, Any]]) -> Bands:
    """The answer to :func:`upstream.measures.slice_questions.by_age_and_sex` as a table."""
    ages = (*(source_table(TABLE).columns["age_band"].allowed or ()), NOT_RECORDED)
    counts = [[0] * (len(SEXES) + 1) for _ in ages]
    for row in rows:
        across = SEXES.index(row["sex"]) if row["sex"] in SEXES else len(SEXES)
        down = len(ages) - 1 if row["age"] is None else int(row["age"])
        counts[down][across] += int(row["n"])
    return Bands(ages, tuple(tuple(row) for row in counts))


def is_fixed(of: ProfileOf) -> bool:
    """Whether the question is one of the few whose tables for everybody cannot be subtracted to one person."""
    year = of.first.financial_year
    whole_year = (of.first, of.last) == (year.first_month, year.last_month)
    whole_place = not of.small_areas and (of.areas is None or len(of.areas) == 1)
    return whole_year and whole_place and len(of.types) <= 1


@lru_cache(maxsize=64)
def shown_bands(bands: Bands, *, public: bool) -> tuple[tuple[float, ...], ...] | None:
    """The table with its totals as a reader may see it, NaN where withheld; ``None`` where there are too few people.

    Question: which ages and sexes may be printed?

    Parameters: ``bands``; ``public`` readers see no small number.

    Returns a row a band and one of totals, a column a sex, one of not recorded and one of totals.

    Assumes: everybody may pass a page on, so that small cells are withheld from all, with as many others as keep them
    hidden beside the totals. For the public every count is to the nearest five, none under five.

    When not to use: for the public, unless :func:`is_fixed`.

    Source: :func:`upstream.disclosure.suppression.suppress`, :func:`upstream.disclosure.published.published_count`.
    """
    if bands.people < LEAST_PEOPLE:
        return None
    inner = np.array(bands.counts, np.int64)
    whole = np.vstack([inner, inner.sum(axis=0)])
    whole = np.hstack([whole, whole.sum(axis=1, keepdims=True)])
    if public:
        return tuple(tuple(published_count(float(cell)) for cell in row) for row in whole)
    rows, columns = whole.shape
    kept = suppress(whole.ravel(), table_relations(rows, columns), PUBLIC).counts.reshape(rows, columns)
    return tuple(tuple(float(cell) for cell in row) for row in kept)
