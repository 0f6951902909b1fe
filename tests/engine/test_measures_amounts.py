"""Shares of time and money, and of rows that are no part of their base: no binomial interval, no test of chance."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.measures.calculate import calculate
from upstream.measures.loading import load_file, load_packs
from upstream.measures.result import FORCE, Series
from upstream.periods import Month, months
from upstream.records.contract import contract
from upstream.store import Snapshot

TO = Month(2022, 6)
HEAD = """key = "m"
title = "T"
question = "Q?"
objective = "o"
key_question = "k"
kind = "proportion"
good = "lower"
owner = "Head of Human Resources"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
returns = "sickness_days"
"""


def _series(folder: Path, text: str) -> Series:
    """2,000 of 40,000 days a month, and 2,300 in the last: so many days would always be significant."""
    shown = list(months(Month(2021, 4), TO))
    schema = contract("returns").schema
    values = {
        "measure": ["sickness_days"] * len(shown),
        "area": [FORCE] * len(shown),
        "period_from": [m.first_day for m in shown],
        "period_to": [m.last_day for m in shown],
        "numerator": [2_000.0] * (len(shown) - 1) + [2_300.0],
        "denominator": [40_000.0] * len(shown),
    }
    columns = {f.name: pa.array(values.get(f.name, [None] * len(shown)), f.type) for f in schema}
    pq.write_table(pa.table(columns, schema=schema), folder / "returns.parquet")
    (folder / "m.toml").write_text(HEAD + text, "utf-8")
    at = dt.datetime(2022, 7, 1, tzinfo=dt.UTC)
    snapshot = Snapshot("returns", 0, (folder / "returns.parquet",), schema, len(shown), at)
    results = calculate(load_file(folder / "m.toml"), {"returns": snapshot}, to=TO, areas={"A": "Area A"})
    return results.measures["m"].series[FORCE]


def test_days_of_one_absence_are_not_separate_events(tmp_path: Path) -> None:
    events, days = _series(tmp_path, ""), _series(tmp_path, "amounts = true\n")
    assert events.latest.value == days.latest.value == pytest.approx(5.75)
    assert events.changes[0].significant is True
    assert events.latest.low < 5.75 < events.latest.high
    assert {change.significant for change in days.changes} == {None}
    assert days.latest.low != days.latest.low, "an interval of days as if each were drawn by itself"


def test_shares_whose_parts_come_from_two_tables_are_not_binomial() -> None:
    force = next(pack for pack in load_packs() if pack.key == "force")
    assert not force.definition("da_arrest_rate").of_separate_events
    assert not force.definition("officer_sickness").of_separate_events
    assert force.definition("positive_action").of_separate_events
    assert force.definition("repeat_victim_rate").of_separate_events
