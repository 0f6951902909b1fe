"""A force among similar forces: events per 1,000 residents over twelve months, where their records are held."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from upstream.measures.asked import EngineName
from upstream.measures.definition import Definition
from upstream.measures.engines import ask_duckdb, ask_spark
from upstream.measures.facts import Frame, lay_out_daily
from upstream.measures.questions import Scope, Sum, daily_question
from upstream.measures.result import FORCE, NOT_KNOWN, Rank
from upstream.measures.source_tables import source_table
from upstream.periods import MONTHS_IN_YEAR, Month, months
from upstream.stats.peers import dispersion_of_table, min_ranks, peer_ranks
from upstream.store import Snapshot
from upstream.units import PER_1000


def can_be_ranked(definition: Definition) -> bool:
    """Counts and rates of tables that hold several forces."""
    tally = definition.numerator
    return (
        definition.kind in ("count", "rate")
        and tally is not None
        and tally.column is None
        and "force" in source_table(tally.table).columns
    )


def ranks(
    definitions: Sequence[Definition],
    tables: Mapping[str, Snapshot],
    *,
    to: Month,
    force: str,
    similar: Sequence[str],
    residents: Mapping[str, float],
    engine: EngineName = "duckdb",
    spark: object = None,
) -> dict[str, Rank]:
    """The place of ``force`` among itself and ``similar`` forces in the twelve months to ``to``, 1 the lowest rate.

    A force counts when all twelve months and its residents are held; a measure of which fewer than two forces count, or
    not ``force`` itself, has no rank. Intervals allow for months that vary more than Poisson.
    """
    group = tuple(dict.fromkeys((force, *similar)))
    chosen = [d for d in definitions if can_be_ranked(d) and d.numerator is not None and d.numerator.table in tables]
    found: dict[str, Rank] = {}
    first = to - (MONTHS_IN_YEAR - 1)
    for table in dict.fromkeys(d.numerator.table for d in chosen if d.numerator is not None):
        own = [d for d in chosen if d.numerator is not None and d.numerator.table == table]
        sums = {d.key: Sum(d.numerator.filter) for d in own if d.numerator is not None}
        question = daily_question(source_table(table), sums.values(), Scope(first, to, by_force=True))
        asking = ask_spark([question], tables, spark) if engine == "spark" and spark else ask_duckdb([question], tables)
        frame = Frame((FORCE, *group, NOT_KNOWN), tuple(months(first, to)), ())
        with asking as (answer,):
            daily = lay_out_daily(answer, frame)
        held = np.all(np.add.reduceat(daily.rows, frame.month_starts, axis=1) > 0, axis=1)
        at = [i for i, name in enumerate(frame.labels) if name in group and held[i] and residents.get(name, 0) > 0]
        names = [frame.labels[i] for i in at]
        if force not in names or len(names) < 2:
            continue
        for key, one in sums.items():
            monthly = np.add.reduceat(daily.sums[one], frame.month_starts, axis=1)[at]
            found[key] = _rank(key, monthly, names, force, to, residents)
    return found


def _rank(
    key: str,
    monthly: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    names: Sequence[str],
    force: str,
    to: Month,
    residents: Mapping[str, float],
) -> Rank:
    seed = int.from_bytes(hashlib.sha256(f"{key}|{force}|{to}".encode()).digest()[:8])
    heads = np.array([residents[name] for name in names])
    rng = np.random.default_rng(seed)
    made = peer_ranks(monthly.sum(axis=1), heads, rng=rng, per=PER_1000, dispersion=dispersion_of_table(monthly))
    own, n = names.index(force), len(names)
    # the source ranks the smallest rate first; the statistic ranks the highest first
    rank = int(min_ranks(-made.rates)[own])
    low, high = n + 1 - int(made.upper[own]), n + 1 - int(made.lower[own])
    return Rank(rank, min(low, rank), max(high, rank), n, float(made.rates[own]), tuple(names))
