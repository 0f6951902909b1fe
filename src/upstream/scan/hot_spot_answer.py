"""Hot spots, harm spots and the naive map of the same places in one answer, and how each would have done."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.scan.back_test import back_test
from upstream.scan.hot_spots import HarmSpots, HotSpots, Of, harm_spots, hot_spots
from upstream.scan.place_rows import back_test_rows, study_facts
from upstream.scan.read_facts import read_facts
from upstream.scan.study import Study

PERMUTATIONS: Final = 999
TESTED_SHARE: Final = 0.05
"""Share of the area that each map may name when it is tested."""
PER: Final = 1_000
"""Residents that a rate is to."""
NAMED: Final = 0.05
"""Share of the places called the naive map's own."""


def hot_spot_answer(events: Events, study: Study, *, seed: int, of: Of = "counts") -> dict[str, Any]:
    """Places with what each map says of them, as plain data; the same ``seed`` gives the same answer.

    ``of`` rates: Gi* is taken of events to the residents, shrunk by empirical Bayes. The other maps, and the tests on
    later months, are of counts all the same.
    """
    rng = np.random.default_rng(seed)
    hot = hot_spots(events, study, rng=rng, permutations=PERMUTATIONS, of=of)
    try:
        harm = harm_spots(events, study, rng=rng)
    except BadInput:  # incidents have no weight
        harm = None
    try:
        tested = back_test(
            events, study, rng=rng, maps=("all months", "gi", *(("harm",) if harm else ())), areas=(TESTED_SHARE,)
        )
    except BadInput:  # fewer than two whole months
        tested = None
    return {
        "read": read_facts(events, hot.left_out, hot.notes),
        "study": study_facts(study),
        "permutations": PERMUTATIONS,
        "seed": seed,
        "of": of,
        "expected_false": hot.expected_false,
        "places": _places(hot, harm),
        "back_test": back_test_rows(tested) if tested else [],
        "tested": len(tested.periods) if tested else 0,
    }


def _places(hot: HotSpots, harm: HarmSpots | None) -> list[dict[str, Any]]:
    rank = np.empty(len(hot.naive), np.int64)
    rank[hot.naive] = np.arange(1, len(hot.naive) + 1)
    named = max(1, round(NAMED * len(rank)))
    order = np.lexsort((rank, hot.called != "hot"))
    return [
        {
            "lsoa": str(hot.study.keys[at]),
            "name": str(hot.study.names[at]),
            "called": str(hot.called[at]),
            "events": int(hot.counts[at]),
            "rank": int(rank[at]),
            "naive": bool(rank[at] <= named and hot.counts[at]),
            **_harm(harm, int(at)),
            **_rate(hot, int(at)),
        }
        for at in order
    ]


def _rate(hot: HotSpots, at: int) -> dict[str, Any]:
    """Residents, and the rate that Gi* was taken of, to a thousand of them; nothing where it was taken of counts."""
    if hot.of == "counts" or hot.study.residents is None:
        return {}
    return {"residents": int(hot.study.residents[at]), "smoothed_rate": float(hot.values[at]) * PER}


def _harm(harm: HarmSpots | None, at: int) -> dict[str, Any]:
    if harm is None:
        return {"harm_days": None, "leads": 0.0}
    totals = harm.totals
    return {
        "harm_days": float(totals.total[at]),
        "harm_low": float(totals.lower[at]),
        "harm_high": float(totals.upper[at]),
        "harm_rank_low": int(totals.rank_low[at]),
        "harm_rank_high": int(totals.rank_high[at]),
        "leads": float(totals.in_top[at]),
    }
