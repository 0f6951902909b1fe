"""A published aoristic table, and a slow second reading of ranges."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.aoristic import aoristic


@pytest.mark.shared
def test_burglaries_of_washington_2016(shared_data: Path) -> None:
    # R package aoristic 1.1.1 on DC open data; its table is rounded to three decimals
    folder = shared_data / "golden"
    with (folder / "dc_burglaries_2016_local_time.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (folder / "dc_burglaries_2016_expected_hour_by_day.csv").open() as file:
        table = [[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:25]]
    found = aoristic(
        np.array([row["StartDateTime"] for row in rows], "datetime64[m]"),
        np.array([row["EndDateTime"] or "NaT" for row in rows], "datetime64[m]"),
    )
    assert found.events == 1025
    assert found.weights == pytest.approx(np.array(table), abs=0.000501)


def test_every_minute_looked_at_in_turn_gives_the_same() -> None:
    rng = np.random.default_rng(4)
    begins = np.datetime64("2026-01-01T00:00", "m") + rng.integers(0, 60 * 24 * 60, 200)
    lengths = rng.choice([0, 1, 2, 59, 60, 61, 600, 3_000, 10_079, 10_080, 20_000], 200)
    slow = np.zeros((24, 7))
    for begin, length in zip(begins, lengths, strict=True):
        if length >= 7 * 24 * 60:
            slow += 1 / 168
            continue
        for minute in range(max(length, 1)):
            moment = (begin + minute).item()
            slow[moment.hour, moment.weekday()] += 1 / max(length, 1)
    found = aoristic(begins, begins + lengths)
    assert found.weights == pytest.approx(slow, abs=1e-9)
    assert found.weights.sum() == pytest.approx(200)
    assert found.over_a_week == (lengths >= 10_080).sum()
    assert found.uncertain == (lengths > 60).sum()


def test_a_week_later_is_the_same_and_reversed_ranges_are_left_out_and_counted() -> None:
    begins = np.array(["2026-03-02T10:00", "2026-03-03T23:30"], "datetime64[m]")
    ends = np.array(["2026-03-02T12:00", "2026-03-03T22:00"], "datetime64[m]")
    found = aoristic(begins, ends)
    assert (found.events, found.reversed) == (1, 1)
    assert found.weights[10, 0] == found.weights[11, 0] == 0.5  # a Monday
    assert (aoristic(begins + 7 * 24 * 60, ends + 7 * 24 * 60).weights == found.weights).all()


def test_a_missing_end_is_the_beginning_and_a_missing_beginning_is_refused() -> None:
    begins = np.array(["2026-03-07T23:59", "NaT"], "datetime64[m]")
    ends = np.array(["NaT", "2026-03-07T23:59"], "datetime64[m]")
    assert aoristic(begins[:1], ends[:1]).weights[23, 5] == 1  # a Saturday
    with pytest.raises(BadInput, match="1 events have no beginning"):
        aoristic(begins, ends)
    with pytest.raises(BadInput, match="one of each"):
        aoristic(begins, ends[:1])
