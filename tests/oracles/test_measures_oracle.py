"""Every kind of measure against an independent recount in pandas on random records, on DuckDB and on Spark."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.errors import BadInput
from upstream.measures.asked import Asked
from upstream.measures.calculate import calculate
from upstream.measures.definition import Definition
from upstream.measures.gathering import gather
from upstream.measures.loading import load_file
from upstream.measures.periods_of import by_period
from upstream.measures.result import FORCE, NOT_KNOWN, MeasureResult
from upstream.periods import Month
from upstream.records.contract import contract
from upstream.store import Snapshot

AREAS = {"A": "Area A", "B": "Area B"}
FIRST, TO = Month(2020, 1), Month(2022, 6)
SPAN = (TO.last_day - FIRST.first_day).days + 1
MONTHS = [Month.from_index(i) for i in range(FIRST.index, TO.index + 1)]

HEAD = """
key = "{key}"
title = "T"
question = "Q?"
objective = "o"
key_question = "k"
good = "neither"
owner = "Head of Performance"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""
BODIES = {
    "counted": 'kind = "count"\ntable = "crimes"\n'
    "filter = \"category in ('rape', 'homicide') and status != 'cancelled'\"",
    "summed": 'kind = "count"\ntable = "unresourced"\ncolumn = "incidents"\nfilter = "hour >= 8 and hour <= 22"',
    "shared": 'kind = "proportion"\ntable = "crimes"\n[numerator]\nfilter = "domestic_abuse and not knife"',
    "divided": 'kind = "proportion"\n[numerator]\ntable = "arrests"\nfilter = "domestic_abuse"\n'
    '[denominator]\ntable = "crimes"\nfilter = "domestic_abuse"',
    "weighted": 'kind = "proportion"\ntable = "survey_responses"\nfilter = "answer != \'dont_know\'"\n'
    'weight = "weight"\nwindow = "rolling_6"\n[numerator]\n'
    'filter = "answer in (\'strongly_agree\', \'tend_to_agree\')"',
    "ratio": 'kind = "ratio"\ntable = "open_investigations"\n[numerator]\n[denominator]\ndistinct = ["workflow"]',
    "mean": 'kind = "mean"\ntable = "unresourced"\nfilter = "hour >= 8 and hour <= 22"\ncolumn = "incidents"\n'
    'per = ["read_on", "hour"]',
    "median": 'kind = "duration"\ntable = "incidents"\nfilter = "grade = 1"\nfrom = "dispatched_at"\nto = "arrived_at"',
    "ninetieth": 'kind = "duration"\ntable = "incidents"\nfrom = "acknowledged_at"\nto = "dispatched_at"\n'
    'statistic = "percentile"\npercentile = 90',
    "in_time": 'kind = "proportion"\ntable = "incidents"\nfilter = "grade = 1 and arrived_at is not missing"\n'
    '[numerator]\nfilter = "seconds_between(dispatched_at, arrived_at) <= 720"',
    "age": 'kind = "duration"\ntable = "open_investigations"\nfrom = "opened_on"\nto = "snapshot_on"\nunit = "days"',
    "repeat": 'kind = "repeat"\ntable = "people_in_crimes"\nfilter = "role = \'victim\' and not business"\n'
    'person = "person"',
    "repeat_before": 'kind = "repeat"\ntable = "people_in_crimes"\nfilter = "role = \'victim\'"\nperson = "person"\n'
    'prior = "month"\nstatistic = "people"',
    "banded": 'kind = "holders"\ntable = "open_investigations"\nholder = "workflow"\nat_least = 5\nat_most = 9',
    "stock": 'kind = "level"\ntable = "open_investigations"\nfilter = "student_officer"',
    "linked": 'kind = "linked_share"\ntable = "iom_cohort"\nperson = "person"\nfilter = "setting = \'community\'"\n'
    '[linked]\ntable = "people_in_crimes"\nfilter = "role = \'suspect\'"',
    "returned": 'kind = "proportion"\nreturns = "requests_on_time"',
    "referred": 'kind = "proportion"\n[numerator]\nreturns = "referrals"\n[denominator]\ntable = "crimes"\n'
    'filter = "victim_based"',
}  # fmt: skip


def _days(rng: np.random.Generator, n: int) -> np.ndarray[Any, Any]:
    return np.array([FIRST.first_day + dt.timedelta(days=int(d)) for d in rng.integers(0, SPAN, n)])


def _maybe(rng: np.random.Generator, n: int, share: float = 0.4) -> list[bool | None]:
    return [None if x < 0.1 else bool(x < 0.1 + share) for x in rng.random(n)]


def _areas(rng: np.random.Generator, n: int) -> list[str | None]:
    return list(rng.choice(np.array(["A", "B", "ZZ", None], dtype=object), n, p=[0.5, 0.4, 0.05, 0.05]))


def _month_ends() -> list[dt.date]:
    return [m.last_day for m in MONTHS]


def make_records(seed: int) -> dict[str, pd.DataFrame]:
    """Random records with blanks, unknown areas, negative durations and two snapshots in some months."""
    rng = np.random.default_rng(seed)
    n = 6_000
    crimes = pd.DataFrame(
        {
            "crime_ref": [f"c{i}" for i in range(n)],
            "recorded_on": _days(rng, n),
            "area": _areas(rng, n),
            "category": rng.choice(["rape", "homicide", "shoplifting"], n),
            "status": rng.choice(np.array(["recorded", "cancelled", None], dtype=object), n, p=[0.8, 0.1, 0.1]),
            "domestic_abuse": _maybe(rng, n),
            "knife": _maybe(rng, n),
            "victim_based": _maybe(rng, n, 0.8),
        }
    )
    arrests = pd.DataFrame(
        {"arrest_ref": [f"a{i}" for i in range(900)], "arrested_on": _days(rng, 900), "area": _areas(rng, 900),
         "domestic_abuse": _maybe(rng, 900)}
    )  # fmt: skip
    surveys = pd.DataFrame(
        {"response_ref": [f"s{i}" for i in range(3000)], "survey": "public_perception", "question": "confidence",
         "responded_on": _days(rng, 3000), "area": _areas(rng, 3000),
         "answer": rng.choice(["strongly_agree", "tend_to_agree", "neither", "dont_know"], 3000),
         "weight": np.round(rng.uniform(0.2, 3.0, 3000), 4)}
    )  # fmt: skip
    opened = [dt.datetime.combine(day, dt.time(12), dt.UTC) for day in _days(rng, n)]
    seconds = rng.integers(-60, 4000, (n, 2))
    blank = rng.random((n, 2)) < 0.1
    micro = [dt.timedelta(microseconds=int(x)) for x in rng.integers(0, 1_000_000, n)]
    dispatched = [None if blank[i, 0] else opened[i] + dt.timedelta(seconds=int(seconds[i, 0])) for i in range(n)]
    arrived = [
        None if blank[i, 1] or there is None else there + dt.timedelta(seconds=int(seconds[i, 1])) + micro[i]
        for i, there in enumerate(dispatched)
    ]
    incidents = pd.DataFrame(
        {"incident_ref": [f"i{i}" for i in range(n)], "opened_on": [o.date() for o in opened],
         "acknowledged_at": opened, "dispatched_at": dispatched, "arrived_at": arrived, "grade": rng.integers(1, 4, n),
         "area": _areas(rng, n)}
    )  # fmt: skip
    ends = _month_ends()
    snapshots = [*ends, *(m.first_day for m in MONTHS[::3])]
    rows = 5_000
    at = [snapshots[i] for i in rng.integers(0, len(snapshots), rows)]
    investigations = pd.DataFrame(
        {"snapshot_on": at, "crime_ref": [f"o{i}" for i in range(rows)],
         "opened_on": [d - dt.timedelta(days=int(x)) for d, x in zip(at, rng.integers(0, 400, rows), strict=True)],
         "workflow": [f"w{i}" for i in rng.integers(0, 25, rows)], "area": _areas(rng, rows),
         "student_officer": _maybe(rng, rows)}
    )  # fmt: skip
    people = pd.DataFrame(
        {"crime_ref": [f"c{i}" for i in range(n)], "person": [f"p{i}" for i in rng.integers(0, 1500, n)],
         "role": rng.choice(["victim", "suspect"], n, p=[0.7, 0.3]), "recorded_on": _days(rng, n),
         "business": _maybe(rng, n, 0.1), "area": _areas(rng, n)}
    )  # fmt: skip
    cohort = pd.DataFrame(
        [{"snapshot_on": day, "person": f"p{i}", "area": _areas(rng, 1)[0],
          "setting": str(rng.choice(["community", "custody"]))} for day in ends for i in rng.choice(1500, 40, False)]
    )  # fmt: skip
    hourly = pd.DataFrame(
        [{"area": a, "grade": 1, "read_on": d, "hour": int(h), "incidents": int(rng.poisson(20))}
         for a in ("A", "B") for d in {m.first_day for m in MONTHS} for h in range(6, 24)]
    )  # fmt: skip
    returns = pd.DataFrame(
        [{"measure": "requests_on_time", "area": "testshire", "period_from": m.first_day, "period_to": m.last_day,
          "numerator": float(rng.integers(10, 90)), "denominator": 100.0} for m in MONTHS if m != Month(2021, 9)]
        + [{"measure": "referrals", "area": a, "period_from": m.first_day, "period_to": m.last_day,
            "numerator": float(rng.integers(10, 30)), "denominator": None} for m in MONTHS for a in ("A", "B")]
    )  # fmt: skip
    return {
        "crimes": crimes, "arrests": arrests, "survey_responses": surveys, "incidents": incidents,
        "open_investigations": investigations, "people_in_crimes": people, "iom_cohort": cohort, "unresourced": hourly,
        "returns": returns,
    }  # fmt: skip


def written(records: dict[str, pd.DataFrame], folder: Path) -> dict[str, Snapshot]:
    """The records as Parquet files of their contracts, two files a table."""
    snapshots = {}
    for name, frame in records.items():
        schema = contract(name).schema
        blank = [None] * len(frame)
        columns = {
            field.name: pa.array(
                frame[field.name].tolist() if field.name in frame else blank, field.type, from_pandas=True
            )
            for field in schema
        }
        table = pa.table(columns, schema=schema)
        half = len(frame) // 2
        files = []
        (folder / name).mkdir(parents=True)
        for at, part in enumerate((table.slice(0, half), table.slice(half))):
            path = folder / name / f"part-{at}.parquet"
            pq.write_table(part, path)
            files.append(path)
        snapshots[name] = Snapshot(name, 0, tuple(files), schema, len(frame), dt.datetime(2022, 7, 1, tzinfo=dt.UTC))
    return snapshots


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Definition]:
    folder = tmp_path_factory.mktemp("definitions")
    for key, body in BODIES.items():
        (folder / f"{key}.toml").write_text(HEAD.format(key=key) + body, "utf-8")
    return {key: load_file(folder / f"{key}.toml")[0] for key in BODIES}


@pytest.fixture(scope="module")
def records() -> dict[str, pd.DataFrame]:
    return make_records(7)


@pytest.fixture(scope="module")
def tables(records: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Snapshot]:
    return written(records, tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def results(definitions: dict[str, Definition], tables: dict[str, Snapshot]) -> dict[str, MeasureResult]:
    found = calculate(list(definitions.values()), tables, to=TO, areas=AREAS, force="testshire")
    return found.measures


# --- the recount: one plain function a kind ------------------------------


def month_of(days: pd.Series) -> pd.Series:
    return days.map(lambda d: d.year * 12 + d.month - 1)


def cut(frame: pd.DataFrame, area: str) -> pd.DataFrame:
    if area == FORCE:
        return frame
    if area == NOT_KNOWN:
        return frame[~frame["area"].isin(list(AREAS))]
    return frame[frame["area"] == area]


def true(column: pd.Series) -> pd.Series:
    return column.map(lambda x: x is True)


def per_month(frame: pd.DataFrame, day: str) -> dict[int, pd.DataFrame]:
    groups = dict(list(frame.groupby(month_of(frame[day]))))
    return {m.index: groups.get(m.index, frame.iloc[:0]) for m in MONTHS}


def last_snapshots(frame: pd.DataFrame) -> pd.DataFrame:
    newest = frame.groupby(month_of(frame["snapshot_on"]))["snapshot_on"].transform("max")
    return frame[frame["snapshot_on"] == newest]


def recount(key: str, records: dict[str, pd.DataFrame], area: str) -> list[float]:
    r = {name: cut(frame, area) for name, frame in records.items()}
    out = []
    for m in MONTHS:
        i = m.index
        match key:
            case "counted":
                f = per_month(r["crimes"], "recorded_on")[i]
                out.append(float((f["category"].isin(["rape", "homicide"]) & (f["status"] != "cancelled")).sum()))
            case "summed" | "mean":
                f = per_month(r["unresourced"], "read_on")[i]
                f = f[f["hour"].between(8, 22)]
                reads = len(set(zip(f["read_on"], f["hour"], strict=True)))
                out.append(float(f["incidents"].sum()) if key == "summed" else _over(f["incidents"].sum(), reads))
            case "shared":
                f = per_month(r["crimes"], "recorded_on")[i]
                out.append(_over(100 * (true(f["domestic_abuse"]) & ~true(f["knife"])).sum(), len(f)))
            case "divided":
                above = true(per_month(r["arrests"], "arrested_on")[i]["domestic_abuse"]).sum()
                below = true(per_month(r["crimes"], "recorded_on")[i]["domestic_abuse"]).sum()
                out.append(_over(100 * above, below))
            case "weighted":
                f = per_month(r["survey_responses"], "responded_on")[i]
                f = f[f["answer"] != "dont_know"]
                yes = f[f["answer"].isin(["strongly_agree", "tend_to_agree"])]
                out.append(_over(100 * yes["weight"].sum(), f["weight"].sum()))
            case "ratio" | "banded" | "stock" | "age":
                f = per_month(cut(last_snapshots(records["open_investigations"]), area), "snapshot_on")[i]
                held = f.groupby("workflow").size()
                ages = [(s - o).days for s, o in zip(f["snapshot_on"], f["opened_on"], strict=True)]
                out.append(
                    {
                        "ratio": _over(len(f), len(held)),
                        "banded": float(held.between(5, 9).sum()),
                        "stock": float(true(f["student_officer"]).sum()),
                        "age": float(np.median(ages)) if ages else np.nan,
                    }[key]
                )
            case "median" | "ninetieth" | "in_time":
                f = per_month(r["incidents"], "opened_on")[i]
                out.append(_timed(key, f))
            case "repeat" | "repeat_before":
                out.append(_repeats(key, records["people_in_crimes"], area, m))
            case "linked":
                f = per_month(r["iom_cohort"], "snapshot_on")[i]
                people = set(f[f["setting"] == "community"]["person"])
                suspects = per_month(records["people_in_crimes"], "recorded_on")[i]
                out.append(
                    _over(100 * len(people & set(suspects[suspects["role"] == "suspect"]["person"])), len(people))
                )
            case "returned" | "referred":
                out.append(_returned(key, records, area, m))
    return out


def _over(above: float, below: float) -> float:
    return float(above) / float(below) if below else np.nan


def _timed(key: str, f: pd.DataFrame) -> float:
    start, end = ("acknowledged_at", "dispatched_at") if key == "ninetieth" else ("dispatched_at", "arrived_at")
    if key != "ninetieth":
        f = f[f["grade"] == 1]
    taken = []
    for a, b in zip(f[start], f[end], strict=True):
        if key == "in_time" and pd.isna(b):
            continue
        blank = pd.isna(a) or pd.isna(b)
        seconds = (
            np.nan if blank else float(b.replace(microsecond=0).timestamp() - a.replace(microsecond=0).timestamp())
        )
        if key == "in_time" or seconds >= 0:
            taken.append(seconds)
    if key == "in_time":
        return _over(100 * sum(t <= 720 for t in taken), len(taken))
    return float(np.percentile(taken, 50 if key == "median" else 90)) / 60 if taken else np.nan


def _repeats(key: str, people: pd.DataFrame, area: str, m: Month) -> float:
    if m.index < FIRST.index + 12:
        return np.nan
    f = people[people["role"] == "victim"]
    if key == "repeat":
        f = f[~true(f["business"])]
    here = cut(f, area)
    here = here[month_of(here["recorded_on"]) == m.index]
    repeats = set()
    for person, rows in here.groupby("person"):
        theirs = f[f["person"] == person]
        for ref, day in zip(rows["crime_ref"], rows["recorded_on"], strict=True):
            if key == "repeat_before":
                other = month_of(theirs["recorded_on"]).between(m.index - 12, m.index - 1)
            else:
                back = (pd.Timestamp(day) - pd.DateOffset(months=12)).date()
                earlier = (theirs["recorded_on"] < day) | ((theirs["recorded_on"] == day) & (theirs["crime_ref"] < ref))
                other = earlier & (theirs["recorded_on"] >= back)
            if other.any():
                repeats.add(person)
    return _over(100 * len(repeats), here["person"].nunique()) if key == "repeat" else float(len(repeats))


def _returned(key: str, records: dict[str, pd.DataFrame], area: str, m: Month) -> float:
    f = records["returns"]
    f = f[f["period_to"] == m.last_day]
    if key == "returned":
        f = f[f["measure"] == "requests_on_time"]
        return _over(100 * f["numerator"].sum(), f["denominator"].sum()) if area == FORCE else np.nan
    f = f[f["measure"] == "referrals"]
    f = f if area == FORCE else f[f["area"] == area]
    crimes = per_month(cut(records["crimes"], area), "recorded_on")[m.index]
    return _over(100 * f["numerator"].sum(), true(crimes["victim_based"]).sum()) if len(f) else np.nan


@pytest.mark.parametrize("key", BODIES)
def test_every_month_equals_the_recount(
    key: str, results: dict[str, MeasureResult], records: dict[str, pd.DataFrame]
) -> None:
    series = results[key].series
    assert set(series) >= ({FORCE} if key == "returned" else {FORCE, "A", "B"})
    for area, one in series.items():
        expected = np.array(recount(key, records, area))[-len(one.months) :]
        np.testing.assert_allclose(one.monthly, expected, rtol=1e-12, atol=0, err_msg=f"{key} {area}")


@pytest.mark.parametrize("key", ["counted", "summed", "stock"])
def test_areas_and_not_known_add_up_to_the_force(key: str, results: dict[str, MeasureResult]) -> None:
    series = results[key].series
    parts = sum(one.numerator for area, one in series.items() if area != FORCE)
    np.testing.assert_array_equal(series[FORCE].numerator, parts)


def test_a_rolling_window_is_one_ratio_of_its_months(results: dict[str, MeasureResult]) -> None:
    one = results["weighted"].series[FORCE]
    above, below = one.numerator, one.denominator
    np.testing.assert_allclose(one.values[10], 100 * above[5:11].sum() / below[5:11].sum(), rtol=1e-12)
    assert np.isnan(one.values[4]), "five months held are not six"
    assert one.latest.months_held == one.latest.months_wanted == 6


def test_a_missing_month_is_missing_and_the_window_says_so(results: dict[str, MeasureResult]) -> None:
    one = results["returned"].series[FORCE]
    at = one.months.index(Month(2021, 9))
    assert np.isnan(one.monthly[at])
    assert one.states[at] == "missing"
    assert one.rolling_12 is not None
    assert np.isnan(one.rolling_12.value)
    assert (one.rolling_12.months_held, one.rolling_12.months_wanted) == (11, 12)


def _period_of(day: dt.date, grain: str) -> dt.date:
    if grain == "day":
        return day
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    month = Month.of(day)
    return (month.quarter if grain == "quarter" else month.financial_year).first_month.first_day


@pytest.mark.parametrize("grain", ["day", "week", "quarter", "year"])
@pytest.mark.parametrize("key", ["counted", "shared"])
def test_other_periods_equal_the_recount(
    key: str,
    grain: Any,
    definitions: dict[str, Definition],
    tables: dict[str, Snapshot],
    records: dict[str, pd.DataFrame],
) -> None:
    f = records["crimes"]
    start = f["recorded_on"].map(lambda day: _period_of(day, grain))
    found = by_period(definitions[key], tables, grain, to=TO, areas=AREAS)[FORCE]
    assert len(found) > 1
    for period in found:
        rows = f[start == period.first]
        if key == "counted":
            hit = rows["category"].isin(["rape", "homicide"]) & (rows["status"] != "cancelled")
            assert period.value.value == hit.sum(), period.label
        else:
            hit = true(rows["domestic_abuse"]) & ~true(rows["knife"])
            np.testing.assert_allclose(period.value.value, _over(100 * hit.sum(), len(rows)), rtol=1e-12)


def test_a_median_has_no_figure_by_day(definitions: dict[str, Definition], tables: dict[str, Snapshot]) -> None:
    with pytest.raises(BadInput, match="median has no figure by day"):
        by_period(definitions["median"], tables, "day", to=TO, areas=AREAS)


def test_order_of_records_changes_nothing(
    definitions: dict[str, Definition],
    records: dict[str, pd.DataFrame],
    results: dict[str, MeasureResult],
    tmp_path: Path,
) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=3) for name, frame in records.items()}
    again = calculate(list(definitions.values()), written(shuffled, tmp_path), to=TO, areas=AREAS, force="testshire")
    for key, result in again.measures.items():
        for area, one in result.series.items():
            np.testing.assert_array_equal(one.monthly, results[key].series[area].monthly, err_msg=f"{key} {area}")


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_and_duckdb_agree_to_the_digit(
    definitions: dict[str, Definition], tables: dict[str, Snapshot], spark: Any
) -> None:
    asked = Asked(TO, AREAS, "testshire")
    wanted = list(definitions.values())
    ours, theirs = gather(wanted, tables, asked, "duckdb"), gather(wanted, tables, asked, "spark", spark=spark)
    for table, daily in ours.daily.items():
        np.testing.assert_array_equal(daily.rows, theirs.daily[table].rows, err_msg=table)
        for one, grid in daily.sums.items():
            np.testing.assert_array_equal(grid, theirs.daily[table].sums[one], err_msg=f"{table} {one}")
    assert ours.other.keys() == theirs.other.keys()
    for key, answer in ours.other.items():
        assert _sorted(answer.rows) == _sorted(theirs.other[key].rows), key


def _sorted(rows: pa.Table) -> list[tuple[Any, ...]]:
    names = sorted(rows.column_names)
    return sorted(tuple(0 if row[n] is None else row[n] for n in names) for row in rows.to_pylist())
