"""Violence known to partners alone: small areas where hospitals or ambulances see far more than the police record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, get_args

from upstream.errors import BadInput, NotHeld
from upstream.harm.totals import Counted, harm_of
from upstream.measures.partner_violence import (
    FALSE_DISCOVERY,
    SHOWN_FROM,
    SOURCES,
    PartnerCounts,
    PartnerPlace,
    Source,
    partner_counts,
    partner_only_places,
)
from upstream.periods import Month
from upstream.scan.night import Night
from upstream.scan.signals import Signal, key_of
from upstream.stats.intervals import wilson_interval

TABLES: Final = tuple(get_args(Source))
WINDOW_DAYS: Final = 365
"""Days compared: a year, so that a quiet season is in it as often as a busy one."""
LIKE: Final = "violence_with_injury"
"""What an assault seen by a partner is taken to weigh as."""
VIOLENCE: Final = "Violence and sexual offences"
METHOD: Final = (
    f"Assaults of a partner and recorded violence of {WINDOW_DAYS} days by small area and whole week, nobody linked: "
    "chance of the partner's share by a beta-binomial whose spread is that of all small areas; false-discovery rate "
    f"{FALSE_DISCOVERY:.0%} over them; at least {SHOWN_FROM} assaults. Harm as of violence with injury."
)


@dataclass(frozen=True)
class PartnerOnly:
    """What the partners' tables gave.

    Attributes
    ----------
    signals
        Of small areas.
    looked_at
        Small areas compared, over all sources.
    not_looked_for
        Why a source was not compared.
    """

    signals: tuple[Signal, ...]
    looked_at: int
    not_looked_for: dict[str, str]


def partner_only(night: Night) -> PartnerOnly:
    """Small areas in which a partner sees far more violence than the police record.

    Question: where does violence happen that the police hardly know of?

    Parameters: ``night``.

    Assumes, and when not to use: as :func:`~upstream.measures.partner_violence.partner_only_places`.
    """
    found: list[Signal] = []
    looked_at, without = 0, {}
    for source in TABLES:
        if not night.store.holds(source) or not night.scope.covers(source):
            without[f"violence in {SOURCES[source].lower()}"] = "No such table is held."
            continue
        first = night.to - dt.timedelta(days=WINDOW_DAYS - 1)
        try:
            counts = partner_counts(source, night.store, night.scope, first, night.to, areas=night.areas)
        except (BadInput, NotHeld) as error:
            without[f"violence in {SOURCES[source].lower()}"] = str(error)
            continue
        looked_at += int(((counts.partner[0] + counts.recorded[0]).sum(axis=1) > 0).sum())
        found += [_signal(night, source, counts, one) for one in partner_only_places(counts)]
    return PartnerOnly(tuple(found), looked_at, without)


def _signal(night: Night, source: Source, counts: PartnerCounts, one: PartnerPlace) -> Signal:
    place = night.place(one.area, one.small_area)
    partner, recorded = int(counts.partner[0].sum()), int(counts.recorded[0].sum())
    here = wilson_interval(one.partner, one.partner + one.recorded)
    low, high = float(here.lower), float(here.upper)
    usual = partner / (partner + recorded)
    each = float(harm_of("crimes", [Counted(LIKE, None, 1)]).days)
    share = one.partner / (one.partner + one.recorded)
    evidence = (
        f"{SOURCES[source]}, {place}: {one.partner:,} beside {one.recorded:,} crimes of violence recorded, {share:.0%} "
        f"of both ({low:.0%} to {high:.0%}, 95%); over the whole force it is {usual:.0%}, which would give "
        f"{one.expected:,.1f}. At least {one.least_unknown:,} cannot be among those recorded in their week."
    )
    return Signal(
        key=key_of(
            "partner_only", (VIOLENCE,), one.area, (one.small_area,), f"{source}|{Month.of(night.to).financial_year}"
        ),
        kind="partner_only",
        types=(VIOLENCE,),
        area=one.area,
        small_areas=(one.small_area,),
        place=place,
        first=one.first,
        last=one.last,
        count=one.partner,
        expected=one.expected,
        p=one.p,
        false_alarm_share=FALSE_DISCOVERY,
        harm_days=max(one.partner - one.expected, 0.0) * each,
        figures={
            "table": source, "recorded": one.recorded, "least_unknown": one.least_unknown, "q": one.q,
            "share": [low, high], "share_of_force": usual,
        },
        evidence=evidence,
        method=METHOD,
        tables={version.table: version.version for version in counts.tables},
    )  # fmt: skip
