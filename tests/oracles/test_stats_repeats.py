"""The repeat kernel against a slow, obvious recount with dates, and against DuckDB's window query."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from upstream.errors import BadInput
from upstream.stats.repeats import LookBack, repeat_persons, sorted_keys

EPOCH = dt.date(1970, 1, 1)
FIRST, MONTHS = (2020 - 1970) * 12, 30


def events(seed: int, n: int, people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    start = (dt.date(2019, 6, 1) - EPOCH).days
    return rng.integers(0, people, n), (start + rng.integers(0, 900, n)).astype(np.int32), rng.integers(0, 3, n)


def a_year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def recount(
    persons: np.ndarray, days: np.ndarray, groups: np.ndarray, look_back: LookBack, same_month: bool
) -> tuple[np.ndarray, np.ndarray]:
    seen = [[set() for _ in range(3)] for _ in range(MONTHS)]
    again = [[set() for _ in range(3)] for _ in range(MONTHS)]
    dates = [EPOCH + dt.timedelta(int(d)) for d in days]
    for i, (person, day, group) in enumerate(zip(persons, dates, groups, strict=True)):
        row = (day.year - 1970) * 12 + day.month - 1 - FIRST
        if not 0 <= row < MONTHS:
            continue
        seen[row][group].add(person)
        start = a_year_before(day if look_back == "from_event" else day.replace(day=1))
        for j, other in enumerate(dates):
            # of two events on one day, one counts as the earlier; which one decides the group it is counted in
            earlier = (other, groups[j], j) < (day, group, i)
            in_month = (other.year, other.month) == (day.year, day.month)
            if persons[j] == person and earlier and other >= start and (same_month or not in_month):
                again[row][group].add(person)
    return np.array([[len(g) for g in row] for row in seen]), np.array([[len(g) for g in row] for row in again])


@pytest.mark.parametrize("same_month", [True, False])
@pytest.mark.parametrize("look_back", ["from_event", "from_month_start"])
def test_kernel_equals_the_recount(look_back: LookBack, same_month: bool) -> None:
    persons, days, groups = events(7, 450, 150)
    found = repeat_persons(
        persons, days, first_month=FIRST, months=MONTHS, groups=groups, group_count=3,
        look_back=look_back, same_month_counts=same_month,
    )  # fmt: skip
    seen, again = recount(persons, days, groups, look_back, same_month)
    assert np.array_equal(found.persons, seen)
    assert np.array_equal(found.repeats, again)
    assert again.sum() > 20


def test_kernel_equals_duckdbs_window_query() -> None:
    persons, days, _ = events(8, 20_000, 6_000)
    found = repeat_persons(persons, days, first_month=FIRST, months=12)
    table = pa.table({"person": persons, "day": pa.array(days).cast(pa.date32())})
    query = """
    with marked as (
      select person, date_trunc('month', day) as month,
             lag(day) over (partition by person order by day) >= day - interval 12 month as again from events
    )
    select count(distinct person), count(distinct person) filter (again) from marked
    where year(month) = 2020 group by month order by month
    """
    with duckdb.connect() as database:
        database.register("events", table)
        theirs = database.execute(query).fetchall()
    ours = zip(found.persons[:, 0].tolist(), found.repeats[:, 0].tolist(), strict=True)
    assert list(ours) == theirs


def test_the_two_readings_differ_where_they_should() -> None:
    def repeats(first: dt.date, second: dt.date, look_back: LookBack, *, same_month: bool = True) -> int:
        found = repeat_persons(
            [1, 1], [(first - EPOCH).days, (second - EPOCH).days], look_back=look_back, same_month_counts=same_month,
            first_month=(second.year - 1970) * 12 + second.month - 1, months=1,
        )  # fmt: skip
        return int(found.repeats[0, 0])

    # a year and five days before the offence, but within twelve whole months of its month
    early, late = dt.date(2021, 6, 10), dt.date(2022, 6, 15)
    assert (repeats(early, late, "from_event"), repeats(early, late, "from_month_start")) == (0, 1)
    # exactly twelve months before counts
    assert repeats(dt.date(2021, 6, 15), late, "from_event") == 1
    assert repeats(dt.date(2021, 6, 14), late, "from_event") == 0
    # 29 February looks back to 28 February
    assert repeats(dt.date(2019, 2, 28), dt.date(2020, 2, 29), "from_event") == 1
    assert repeats(dt.date(2019, 2, 27), dt.date(2020, 2, 29), "from_event") == 0
    # earlier in the same month, or the same day
    for earlier in (dt.date(2022, 6, 2), late):
        assert repeats(earlier, late, "from_event") == 1
        assert repeats(earlier, late, "from_event", same_month=False) == 0


def test_months_without_the_whole_window_are_marked() -> None:
    persons, days, _ = events(9, 500, 100)
    found = repeat_persons(persons, days, first_month=FIRST, months=12, held_from=(dt.date(2019, 6, 1) - EPOCH).days)
    assert found.window_held.tolist() == [False] * 5 + [True] * 7


def test_wide_person_codes_and_the_sort() -> None:
    rng = np.random.default_rng(10)
    persons, days, _ = events(10, 5_000, 1_500)
    codes = rng.integers(-(2**62), 2**62, 1_500)
    assert np.unique(codes).size == 1_500
    plain = repeat_persons(persons, days, first_month=FIRST, months=MONTHS)
    keyed = repeat_persons(codes[persons], days, first_month=FIRST, months=MONTHS)
    assert np.array_equal(plain.repeats, keyed.repeats)
    for top in (1, 2**11, 2**33, 2**62):
        keys = rng.integers(0, top, 3_000)
        assert np.array_equal(sorted_keys(keys.copy()), np.sort(keys))


def test_nothing_and_nonsense() -> None:
    assert repeat_persons([], [], first_month=FIRST, months=2).persons.sum() == 0
    with pytest.raises(BadInput):
        repeat_persons([1, 2], [3], first_month=FIRST, months=2)
    with pytest.raises(BadInput):
        repeat_persons([1], [3], groups=[5], group_count=2, first_month=FIRST, months=2)
