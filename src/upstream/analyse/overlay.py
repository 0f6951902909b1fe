"""Violence that partners see beside violence that the police record: how much is not known, where and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from upstream.errors import BadInput
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.partner_violence import (
    SHOWN_FROM,
    SOURCES,
    TIMES,
    WEEK,
    PartnerCounts,
    PartnerPlace,
    partner_places,
)
from upstream.measures.result import TableVersion
from upstream.periods import Month
from upstream.stats.intervals import Interval, wilson_interval
from upstream.stats.shared_counts import LEAST_PERIODS, Unshared, unshared

METHOD: Final = (
    "Counts by small area and week; no record is linked with another and nobody is identified. An assault that both "
    "know lies in the same small area and week of both, so the partner's counts follow the police's at one ratio; the "
    "part that does not follow is not known to the police there and then. Interval of 95% by leaving out each week in "
    "turn."
)
ASSUMED: Final = (
    "Violence that the police do not know comes to a place independently of what they record there in the same week, "
    "season apart. Where one thing makes both rise in one place and week, the share is understated; where a partner "
    "writes down the wrong place or day, it is overstated."
)
WIDEST: Final = 0.5
"""Between the ends of an interval: a wider one is printed without its middle, which would say more than is known."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what a partner sees is not known to the police, in one part of the force or week.

    Attributes
    ----------
    name
        Area's code, or part of the week.
    partner, recorded
        Assaults of the partner, and recorded violence, in the weeks compared.
    result
        Share with its interval; ``None`` where there is too little to say.
    """

    name: str
    partner: int
    recorded: int
    result: Unshared | None

    @property
    def told(self) -> bool:
        """Whether the interval is narrow enough for its middle to be printed."""
        return self.result is not None and self.result.upper - self.result.lower <= WIDEST


@dataclass(frozen=True, slots=True)
class Overlay:
    """A partner's violence beside recorded violence.

    Attributes
    ----------
    source
        Table of the partner, and its name in words.
    first, last, weeks
        Days compared and whole weeks between them.
    force
        Of every small area and hour.
    areas
        By policing area, in order of code.
    times
        By part of the week.
    seen
        Small areas with enough of the partner's assaults to be shown, those first that stand out most surely.
    by_site
        Partner's assaults by hospital site.
    answered, told
        Injured people who said whether the police had been told, and the share of them that said no, with its interval;
        ``None`` where nobody was asked.
    located
        Share of the partner's assaults that have a known small area of the force.
    unplaced, elsewhere
        Partner's assaults without a known small area, and of one outside the force.
    left_out
        Months that keep weeks out.
    tables, engine_version
        What it rests on.
    """

    source: str
    title: str
    first: dt.date
    last: dt.date
    weeks: int
    force: Share
    areas: tuple[Share, ...]
    times: tuple[Share, ...]
    seen: tuple[PartnerPlace, ...]
    by_site: Mapping[str, int]
    answered: int
    told: Interval | None
    located: float
    unplaced: int
    elsewhere: int
    left_out: tuple[Month, ...]
    tables: tuple[TableVersion, ...]
    engine_version: str = ENGINE_VERSION

    @property
    def places(self) -> tuple[PartnerPlace, ...]:
        """Small areas in which the partner sees far more than the police record, surest first."""
        return tuple(one for one in self.seen if one.stands_out)


def overlay(counts: PartnerCounts) -> Overlay:
    """How much of a partner's violence the police do not know, where and when.

    Question: what share of the violence that a partner sees is not among the police's records of its place and week?

    Parameters: ``counts`` of :func:`upstream.measures.partner_violence.partner_counts`.

    Assumes: :data:`ASSUMED`. Shares are of the assaults whose small area is known; by site, where it is not, only the
    partner's own number is given: one hospital's counts cannot say what the police know.

    When not to use: as the share of all violence that is unknown (most victims see neither a hospital nor the police).

    Raises
    ------
    BadInput
        Fewer whole weeks than an interval needs.
    """
    if len(counts.weeks) < LEAST_PERIODS:
        raise BadInput(
            f"{len(counts.weeks)} whole weeks are held of both tables.", allowed=f"{LEAST_PERIODS} weeks or more"
        )
    every = np.ones(len(counts.small_areas), bool)
    of_area = np.array(counts.areas)
    placed = int(counts.partner[0].sum())
    seen = placed + counts.unplaced + counts.elsewhere
    yes, no = (counts.told.get(answer, 0) for answer in ("yes", "no"))
    return Overlay(
        source=counts.source,
        title=SOURCES[counts.source],
        first=counts.weeks[0],
        last=counts.weeks[-1] + dt.timedelta(days=WEEK - 1),
        weeks=len(counts.weeks),
        force=_share("force", counts, every, 0),
        areas=tuple(_share(code, counts, of_area == code, 0) for code in sorted(set(counts.areas))),
        times=tuple(_share(name, counts, every, at) for at, name in enumerate(TIMES) if at),
        seen=partner_places(counts),
        by_site=counts.by_site,
        answered=yes + no,
        told=wilson_interval(no, yes + no) if yes + no else None,
        located=placed / seen if seen else float("nan"),
        unplaced=counts.unplaced,
        elsewhere=counts.elsewhere,
        left_out=counts.left_out,
        tables=counts.tables,
    )


def _share(name: str, counts: PartnerCounts, places: np.ndarray[Any, Any], time: int) -> Share:
    partner, recorded = counts.partner[time][places], counts.recorded[time][places]
    result = unshared(partner, recorded)
    known = not np.isnan(result.share) and not np.isnan(result.lower)
    return Share(name, int(partner.sum()), int(recorded.sum()), result if known else None)


def as_rows(made: Overlay, *, public: bool = False) -> list[dict[str, Any]]:
    """One row for the force, each area, part of the week and partner-only place.

    For the public, counts of 1 to 7 are withheld; and where one area or part of the week has such a count, those of all
    of them, because the force's total would give it away.
    """
    rows = [_row_of_share("force", made.force, public and _small(made.force))]
    for kind, family in (("area", made.areas), ("time", made.times)):
        hidden = public and any(_small(one) for one in family)
        rows += [_row_of_share(kind, one, hidden) for one in family]
    return rows + [_row_of_place(one, public) for one in made.places]


def _small(one: Share) -> bool:
    return any(0 < count < SHOWN_FROM for count in (one.partner, one.recorded))


def _gives_away(made: Overlay) -> bool:
    """Whether a count of assaults without a place in the force is small."""
    return any(0 < count < SHOWN_FROM for count in (made.unplaced, made.elsewhere))


def _row_of_share(kind: str, one: Share, hidden: bool) -> dict[str, Any]:
    told = one.result if one.told and not hidden else None
    ends = one.result if not hidden else None
    return {
        "of": kind, "name": one.name, "lsoa": None, "partner": None if hidden else one.partner,
        "recorded": None if hidden else one.recorded, "share_not_known": told.share if told else None,
        "lower": ends.lower if ends else None, "upper": ends.upper if ends else None,
        "least_not_known": ends.least if ends else None, "expected": None, "p": None,
    }  # fmt: skip


def _row_of_place(one: PartnerPlace, public: bool) -> dict[str, Any]:
    hidden = public and 0 < one.recorded < SHOWN_FROM
    return {
        "of": "place", "name": one.area, "lsoa": one.small_area, "partner": one.partner,
        "recorded": None if hidden else one.recorded, "share_not_known": None, "lower": None, "upper": None,
        "least_not_known": None if hidden else one.least_unknown / one.partner,
        "expected": None if hidden else one.expected, "p": None if hidden else one.p,
    }  # fmt: skip


def place_rows(made: Overlay, names: Mapping[str, str], *, public: bool = False) -> list[dict[str, Any]]:
    """One row for each small area with enough of the partner's assaults to be shown: those that stand out first.

    For the public the rest stand in the order of their codes: the order of what is withheld would give it away.
    """
    order = sorted(made.seen, key=lambda one: (not one.stands_out, one.small_area)) if public else sorted(
        made.seen, key=lambda one: not one.stands_out
    )  # fmt: skip
    rows = []
    for one in order:
        row = _row_of_place(one, public)
        rows.append(
            {
                "lsoa": one.small_area, "name": names.get(one.small_area, one.small_area), "area": one.area,
                "partner": row["partner"], "recorded": row["recorded"], "expected": row["expected"],
                "least_not_known": row["least_not_known"], "p": row["p"], "stands_out": one.stands_out,
            }
        )  # fmt: skip
    return rows


def in_words(made: Overlay, *, public: bool = False) -> list[str]:
    """What was found, sentence by sentence; for the public without small counts."""
    lines = [
        f"{made.title}: {made.force.partner:,} in {made.weeks} whole weeks from {made.first} to {made.last}, beside "
        f"{made.force.recorded:,} recorded crimes of violence in the same small areas.",
        _sentence("Not among the police's records of their place and week", made.force),
    ]
    if not public or not _gives_away(made):
        lines.append(
            f"{made.located:.0%} have a known small area of the force; {made.unplaced:,} have none and "
            f"{made.elsewhere:,} lie elsewhere."
        )
    if made.told:
        lines.append(
            f"Of {made.answered:,} injured people who were asked, {made.told.estimate:.0%} ({made.told.lower:.0%} to "
            f"{made.told.upper:.0%}) said that the police had not been told."
        )
    if made.left_out:
        lacking = ", ".join(month.label for month in made.left_out)
        lines.append(f"Weeks touching {lacking} are left out: not held whole.")
    return [*lines, METHOD, ASSUMED]


def _sentence(what: str, one: Share) -> str:
    if one.result is None:
        return f"{what}: there is too little to say."
    ends = f"{one.result.lower:.0%} to {one.result.upper:.0%}"
    return f"{what}: {one.result.share:.0%} ({ends})." if one.told else f"{what}: somewhere from {ends}."


def as_facts(made: Overlay, *, public: bool = False) -> dict[str, Any]:
    """What was compared and what it rests on, beside the rows, as JSON has it; for the public without small counts."""
    hidden = public and _gives_away(made)
    return {
        "source": made.source, "first": made.first.isoformat(), "last": made.last.isoformat(), "weeks": made.weeks,
        "located": None if hidden else made.located,
        "unplaced": None if hidden else made.unplaced,
        "elsewhere": None if hidden else made.elsewhere,
        "left_out": [str(month) for month in made.left_out], "method": METHOD, "assumed": ASSUMED,
        "tables": {one.table: one.version for one in made.tables}, "engine_version": made.engine_version,
    }  # fmt: skip
