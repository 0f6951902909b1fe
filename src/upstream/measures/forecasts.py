"""Likelihoods kept when they are given, and scored when their date has passed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from upstream.errors import NotHeld
from upstream.measures.result import Results
from upstream.periods import Month
from upstream.store import Store

TABLE: Final = "forecasts"
SCHEMA: Final = pa.schema(
    [
        ("measure", pa.string()),
        ("definition_hash", pa.string()),
        ("area", pa.string()),
        ("target", pa.string()),
        ("made_to", pa.string()),
        ("by", pa.string()),
        ("threshold", pa.float64()),
        ("probability", pa.float64()),
        ("model_probability", pa.float64()),
        ("model", pa.string()),
        ("overridden_by", pa.string()),
        ("override_reason", pa.string()),
        ("made_on", pa.date32()),
    ]
)
_IDENTITY: Final = ("measure", "definition_hash", "area", "target", "made_to", "probability")


@dataclass(frozen=True, slots=True)
class Scored:
    """A forecast whose date has passed.

    Attributes
    ----------
    measure, area, target : str
    made_to, by : Month
        The month it was made at the end of, and its date.
    probability : float
        As it was published.
    reached : bool
        What happened.
    brier : float
        (probability - outcome) squared: 0 is perfect, 0.25 is a coin.
    """

    measure: str
    area: str
    target: str
    made_to: Month
    by: Month
    probability: float
    reached: bool
    brier: float


def keep_forecasts(store: Store, results: Results, *, made_on: dt.date, who: str) -> int:
    """Append every likelihood that was forecast to the store's table ``forecasts``; how many were new.

    A forecast already kept (same measure, definition, area, target, month and probability) is not kept again.
    """
    held = {tuple(row[name] for name in _IDENTITY) for row in _rows(store)}
    rows = [row for row in _given(results, made_on) if tuple(row[name] for name in _IDENTITY) not in held]
    if not rows:
        return 0
    made_from = store.version(TABLE) if store.holds(TABLE) else None
    path = store.folder(TABLE) / f"{uuid.uuid4().hex}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    note = {"action": "keep forecasts", "who": who, "to": str(results.to), "rows": len(rows)}
    store.commit(TABLE, schema=SCHEMA, note=note, made_from=made_from, add=[path])
    return len(rows)


def _given(results: Results, made_on: dt.date) -> list[dict[str, Any]]:
    found = []
    for key, result in results.measures.items():
        for area, series in result.series.items():
            for one in series.likelihoods:
                if one.band is None or one.already:
                    continue
                found.append(
                    {
                        "measure": key,
                        "definition_hash": result.definition.hash,
                        "area": area,
                        "target": one.target,
                        "made_to": str(series.latest_month),
                        "by": str(one.by),
                        "threshold": one.threshold,
                        "probability": one.probability,
                        "model_probability": one.model_probability,
                        "model": one.model,
                        "overridden_by": one.overridden_by,
                        "override_reason": one.override_reason,
                        "made_on": made_on,
                    }
                )
    return found


def _rows(store: Store) -> list[dict[str, Any]]:
    try:
        snapshot = store.snapshot(TABLE)
    except NotHeld:
        return []
    return [row for file in snapshot.files for row in pq.read_table(file, schema=SCHEMA).to_pylist()]


def forecasts_due(store: Store, to: Month) -> dict[Month, frozenset[str]]:
    """The dates of kept forecasts up to ``to``, earliest first, each with the keys of its measures."""
    due: dict[Month, set[str]] = {}
    for row in _rows(store):
        by = Month.parse(row["by"])
        if by <= to:
            due.setdefault(by, set()).add(row["measure"])
    return {by: frozenset(due[by]) for by in sorted(due)}


def score_forecasts(store: Store, results: Sequence[Results]) -> tuple[Scored, ...]:
    """Every kept forecast whose date one of the results has reached, with what happened.

    ``results`` are calculated to the dates of the forecasts: a likelihood with its date passed is an outcome there. A
    forecast is scored only against the definition that made it.
    """
    outcomes: dict[tuple[str, str, str, str, str], bool] = {}
    for one in results:
        for key, result in one.measures.items():
            for area, series in result.series.items():
                for likelihood in series.likelihoods:
                    if likelihood.already:
                        place = (key, result.definition.hash, area, likelihood.target, str(likelihood.by))
                        outcomes[place] = likelihood.probability == 1.0
    found = []
    for row in _rows(store):
        reached = outcomes.get((row["measure"], row["definition_hash"], row["area"], row["target"], row["by"]))
        if reached is not None:
            p = float(row["probability"])
            made_to, by = Month.parse(row["made_to"]), Month.parse(row["by"])
            brier = (p - float(reached)) ** 2
            found.append(Scored(row["measure"], row["area"], row["target"], made_to, by, p, reached, brier))
    return tuple(sorted(found, key=lambda s: (s.by, s.measure, s.area, s.made_to)))
