"""Series by hand: limits, breaks, missing months, changes, projections, likelihood, cache, reading scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.errors import BadInput, Refused
from upstream.measures.cache import empty
from upstream.measures.calculate import calculate, reading_scope
from upstream.measures.definition import Definition
from upstream.measures.filters import admits, parse
from upstream.measures.forecasts import keep_forecasts, score_forecasts
from upstream.measures.loading import load_file
from upstream.measures.outlook import overridden
from upstream.measures.plain import plain
from upstream.measures.result import FORCE, NOT_KNOWN, Results, Series
from upstream.measures.source_tables import source_table
from upstream.periods import Month, months
from upstream.records.contract import contract
from upstream.stats.comparisons import conditional_test
from upstream.stats.quantiles import quantile_of_values
from upstream.store import ReadingScope, Snapshot, Store, mark_personal

TO = Month(2022, 6)
HEAD = """key = "m"
title = "T"
question = "Q?"
objective = "o"
key_question = "k"
owner = "Head of Performance"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""
COUNT = 'kind = "count"\ntable = "crimes"\ngood = "lower"\n'
# the monthly mean 100 and SD 10.44 of 2021/22, then three months
YEAR = [90, 110, 90, 110, 90, 110, 90, 110, 90, 110, 90, 110]
QUARTER = [100, 121, 79]


def defined(folder: Path, text: str) -> Definition:
    path = folder / "m.toml"
    path.write_text(HEAD + text, "utf-8")
    return load_file(path)[0]


def crimes(counts: dict[Month, int], folder: Path, area: str = "A") -> Snapshot:
    """A crimes table with so many rows in the middle of each month."""
    day = [dt.date(m.year, m.month, 15) for m, n in counts.items() for _ in range(n)]
    schema = contract("crimes").schema
    values = {"crime_ref": [f"c{i}" for i in range(len(day))], "recorded_on": day, "area": [area] * len(day),
              "category": ["rape"] * len(day)}  # fmt: skip
    table = pa.table({f.name: pa.array(values.get(f.name, [None] * len(day)), f.type) for f in schema}, schema=schema)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "crimes.parquet"
    pq.write_table(table, path)
    return Snapshot("crimes", 0, (path,), schema, len(day), dt.datetime(2022, 7, 1, tzinfo=dt.UTC))


def year_and_quarter() -> dict[Month, int]:
    return dict(zip(months(Month(2021, 4), TO), YEAR + QUARTER, strict=True))


def run(definition: Definition, snapshot: Snapshot) -> Results:
    return calculate([definition], {"crimes": snapshot}, to=TO, areas={"A": "Area A"})


def force(results: Results) -> Series:
    return results.measures["m"].series[FORCE]


def test_limits_are_last_years_mean_and_two_sds_unrounded(tmp_path: Path) -> None:
    one = force(run(defined(tmp_path, COUNT), crimes(year_and_quarter(), tmp_path)))
    limits = one.limits[0]
    sd = np.std(YEAR, ddof=1)
    assert (limits.rule, limits.baseline_months) == ("two_sd", 12)
    np.testing.assert_allclose(
        [limits.centre[-1], limits.upper[-1], limits.lower[-1]], [100, 100 + 2 * sd, 100 - 2 * sd]
    )
    assert np.isnan(limits.centre[0]), "nothing is held before the first year to judge it by"
    outside = [(f.month, f.rule, f.favourable) for f in one.flags if f.limits == "two_sd" and f.rule.endswith("_limit")]
    assert outside == [(Month(2022, 5), "above_limit", False), (Month(2022, 6), "below_limit", True)]
    assert one.exceptional is not None
    assert {each.rule for each in one.limits} == {"two_sd", "xmr", "counts"}


@pytest.mark.parametrize(("lacking", "used"), [(2, 10), (3, 0)])
def test_ten_months_make_a_baseline_and_nine_do_not(tmp_path: Path, lacking: int, used: int) -> None:
    counts = year_and_quarter()
    for month in list(counts)[3 : 3 + lacking]:
        del counts[month]
    limits = force(run(defined(tmp_path, COUNT), crimes(counts, tmp_path))).limits[0]
    assert limits.baseline_months == used
    if used:
        assert limits.notes == ("The baseline holds 10 of 12 months.",)
    else:
        assert limits.refused is not None
        assert "9 of 12 months of 2021/22 are held" in limits.refused


def test_nothing_reaches_across_a_break(tmp_path: Path) -> None:
    text = COUNT + '[[breaks]]\nfrom = "2022-02"\nwhat = "w"\n'
    one = force(run(defined(tmp_path, text), crimes(year_and_quarter(), tmp_path)))
    assert one.limits[0].refused is not None
    assert "since the change of recording in February 2022" in one.limits[0].refused
    assert one.rolling_12 is not None
    assert np.isnan(one.rolling_12.value)
    last_year = next(c for c in one.changes if c.name == "same_last_year")
    assert np.isnan(last_year.percent)
    assert last_year.percent_withheld == "Recording changed in February 2022: the two are not comparable."
    assert last_year.difference == QUARTER[2] - YEAR[2]


def test_changes_divide_by_the_earlier_figure(tmp_path: Path) -> None:
    one = force(run(defined(tmp_path, COUNT), crimes(year_and_quarter(), tmp_path)))
    changes = {c.name: c for c in one.changes}
    assert changes["previous"].percent == pytest.approx(100 * (79 - 121) / 121)
    assert changes["year_to_date"].now.value == 300
    assert changes["year_to_date"].then.value == 290
    assert (changes["year_to_date"].now_label, changes["year_to_date"].then_label) == (
        "April to June 2022",
        "April to June 2021",
    )
    assert np.isnan(changes["rolling_12"].percent), "the year before is not held"


def test_no_per_cent_on_a_tiny_base(tmp_path: Path) -> None:
    counts = dict.fromkeys(months(Month(2021, 4), TO), 5)
    previous = force(run(defined(tmp_path, COUNT), crimes(counts, tmp_path))).changes[0]
    assert np.isnan(previous.percent)
    assert previous.percent_withheld == "The earlier count is 5; no per cent is given on fewer than 20."


def test_unknown_areas_count_for_the_force_and_are_shown(tmp_path: Path) -> None:
    series = run(defined(tmp_path, COUNT), crimes(year_and_quarter(), tmp_path, area="XX")).measures["m"].series
    assert list(series) == [FORCE, "A", NOT_KNOWN]
    assert series[FORCE].latest.value == series[NOT_KNOWN].latest.value == 79
    assert series["A"].latest.value == 0


LIKELY = COUNT + '[[targets]]\ntext = "t"\ncomparator = "at_most"\nvalue = {value}\nby = "{by}"\n'


def test_likelihood_needs_a_figure_and_a_date(tmp_path: Path) -> None:
    snapshot = crimes(year_and_quarter(), tmp_path)
    for text, reason in (
        (COUNT, "What good looks like is not set."),
        (COUNT + '[[targets]]\ntext = "Fewer"\n', "What good looks like is in words: there is no figure to reach."),
        (COUNT + '[[targets]]\ntext = "t"\ncomparator = "at_most"\nvalue = 9\n', "What good looks like has no date."),
    ):
        (likelihood,) = force(run(defined(tmp_path, text), snapshot)).likelihoods
        assert (likelihood.reason, likelihood.band) == (reason, None)
        assert np.isnan(likelihood.probability)


def test_likelihood_follows_the_target(tmp_path: Path) -> None:
    snapshot = crimes(year_and_quarter(), tmp_path)
    given = []
    for value in (20, 100, 400):
        (one,) = force(run(defined(tmp_path, LIKELY.format(value=value, by="year_end")), snapshot)).likelihoods
        assert one.by == Month(2023, 3)
        given.append((one.probability, one.band))
    assert given[0][1] == "Remote chance"
    assert 0.2 < given[1][0] < 0.8
    assert given[2][1] == "Almost certain"


def test_a_date_that_has_passed_is_an_outcome(tmp_path: Path) -> None:
    snapshot = crimes(year_and_quarter(), tmp_path)
    (one,) = force(run(defined(tmp_path, LIKELY.format(value=120, by="2022-05")), snapshot)).likelihoods
    assert (one.already, one.probability, one.model) == (True, 0.0, "outcome")


def test_a_redraw_gives_the_same_figures(tmp_path: Path) -> None:
    definition, snapshot = (
        defined(tmp_path, LIKELY.format(value=100, by="year_end")),
        crimes(year_and_quarter(), tmp_path),
    )
    assert str(plain(run(definition, snapshot))) == str(plain(run(definition, snapshot)))


def test_an_override_needs_a_name_and_a_reason_and_keeps_the_models(tmp_path: Path) -> None:
    snapshot = crimes(year_and_quarter(), tmp_path)
    (one,) = force(run(defined(tmp_path, LIKELY.format(value=100, by="year_end")), snapshot)).likelihoods
    with pytest.raises(BadInput, match="without a name and a reason"):
        overridden(one, probability=0.9, by="Head of Performance", reason=" ")
    changed = overridden(one, probability=0.9, by="Head of Performance", reason="A new team starts in July")
    assert (changed.band, changed.model_probability) == ("Highly likely", one.probability)


def test_kept_results_are_the_same_and_may_be_deleted(tmp_path: Path) -> None:
    definition, snapshot = (
        defined(tmp_path, LIKELY.format(value=100, by="year_end")),
        crimes(year_and_quarter(), tmp_path),
    )
    cache = tmp_path / "cache"

    def again() -> Results:
        return calculate([definition], {"crimes": snapshot}, to=TO, areas={"A": "Area A"}, cache=cache)

    first = again()
    assert len(list(cache.iterdir())) == 1
    assert str(plain(again())) == str(plain(first))
    next(cache.iterdir()).write_bytes(b"not a result")
    assert str(plain(again())) == str(plain(first))
    assert empty(cache) == 1


def test_another_version_of_the_table_is_another_result(tmp_path: Path) -> None:
    definition, cache = defined(tmp_path, COUNT), tmp_path / "cache"
    for last in (79, 80):
        counts = {**year_and_quarter(), TO: last}
        snapshot = crimes(counts, tmp_path / str(last))
        found = calculate([definition], {"crimes": snapshot}, to=TO, areas={"A": "Area A"}, cache=cache)
        assert force(found).latest.value == last


def test_provenance_names_versions_and_the_query(tmp_path: Path) -> None:
    definition = defined(tmp_path, COUNT)
    provenance = run(definition, crimes(year_and_quarter(), tmp_path)).measures["m"].provenance
    assert provenance is not None
    assert (provenance.hash, provenance.tables[0].table, provenance.engine) == (definition.hash, "crimes", "duckdb")
    assert "COUNT(*)" in provenance.query


def test_a_table_that_is_not_held_is_said(tmp_path: Path) -> None:
    results = calculate([defined(tmp_path, COUNT)], {}, to=TO, areas={})
    assert results.measures["m"].not_held == "No snapshot of table 'crimes' was given."


def stored(folder: Path) -> Store:
    store = Store(folder / "store")
    schema = mark_personal(contract("people_in_crimes").schema, ["person"])
    table = pa.table(
        {f.name: pa.array([{"person": "p", "role": "victim", "crime_ref": "c", "area": "A",
                            "recorded_on": dt.date(2022, 6, 1)}.get(f.name)], f.type) for f in schema}, schema=schema
    )  # fmt: skip
    path = store.folder("people_in_crimes") / "one.parquet"
    pq.write_table(table, path)
    store.commit("people_in_crimes", schema=schema, note={}, made_from=None, add=[path])
    return store


def test_tables_about_people_open_only_within_a_scope(tmp_path: Path) -> None:
    text = 'kind = "count"\ntable = "people_in_crimes"\ngood = "neither"\n'
    definition, store = defined(tmp_path, text), stored(tmp_path)
    with pytest.raises(Refused):
        calculate([definition], store, to=TO, areas={"A": "Area A"})
    scope = reading_scope("analyst", "test", [definition])
    assert scope.personal
    found = calculate([definition], store, to=TO, areas={"A": "Area A"}, scope=scope)
    assert force(found).latest.value == 1
    log = (tmp_path / "store" / "reading_log.jsonl").read_text("utf-8").splitlines()
    assert len(log) == 2, "the refusal and the reading"


def test_a_reader_of_one_area_sees_no_other(tmp_path: Path) -> None:
    text = 'kind = "count"\ntable = "people_in_crimes"\ngood = "neither"\n'
    definition, store = defined(tmp_path, text), stored(tmp_path)
    scope = ReadingScope("analyst", "test", frozenset({"people_in_crimes"}), areas=("B",), personal=True)
    found = calculate([definition], store, to=TO, areas={"A": "Area A", "B": "Area B"}, scope=scope)
    assert FORCE not in found.measures["m"].series
    assert found.measures["m"].series == {}


def test_quantiles_are_those_of_the_rows() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 50, 501)
    values, n = np.unique(rows, return_counts=True)
    for p in (0.0, 0.1, 0.5, 0.9, 1.0):
        assert quantile_of_values(values, n, p) == pytest.approx(np.quantile(rows, p))


def test_forecasts_are_kept_once_and_scored_when_their_date_has_passed(tmp_path: Path) -> None:
    definition = defined(tmp_path, LIKELY.format(value=100, by="2022-06"))
    counts = year_and_quarter()
    store = Store(tmp_path / "store")

    def at(month: Month) -> Results:
        held = {m: n for m, n in counts.items() if m <= month}
        snapshot = crimes(held, tmp_path / str(month))
        return calculate([definition], {"crimes": snapshot}, to=month, areas={"A": "Area A"})

    before, after = at(Month(2022, 4)), at(TO)
    today = dt.date(2022, 5, 3)
    assert keep_forecasts(store, before, made_on=today, who="analyst") == 2
    assert keep_forecasts(store, before, made_on=today, who="analyst") == 0
    assert score_forecasts(store, [before]) == ()
    scored = score_forecasts(store, [before, after])
    assert [(s.area, s.by, s.reached) for s in scored] == [("A", TO, True), (FORCE, TO, True)]
    given = before.measures["m"].series[FORCE].likelihoods[0].probability
    assert scored[1].brier == pytest.approx((1 - given) ** 2)


def test_areas_far_away_are_no_areas_of_the_force(tmp_path: Path) -> None:
    near, far = crimes({TO: 996}, tmp_path / "near", "Here"), crimes({TO: 4}, tmp_path / "far", "There")
    both = Snapshot("crimes", 0, near.files + far.files, near.schema, 1000, near.committed_at)
    series = calculate([defined(tmp_path, COUNT)], {"crimes": both}, to=TO, areas={}).measures["m"].series
    assert list(series) == [FORCE, "Here", NOT_KNOWN]
    assert series[NOT_KNOWN].latest.value == 4


def street(counts: dict[str, int], folder: Path, lacking: str = "") -> Snapshot:
    """So many burglaries a month of each force for twelve months; one force lacks a month."""
    schema = contract("street_crimes").schema
    rows = [(name, m) for name, n in counts.items() for m in months(Month(2021, 7), TO) for _ in range(n)
            if not (name == lacking and m == Month(2022, 1))]  # fmt: skip
    values = {
        "force": [name for name, _ in rows],
        "month": [str(month) for _, month in rows],
        "month_on": [month.first_day for _, month in rows],
        "category": ["burglary"] * len(rows),
    }
    table = pa.table({f.name: pa.array(values.get(f.name, [None] * len(rows)), f.type) for f in schema}, schema=schema)
    path = folder / "street.parquet"
    pq.write_table(table, path)
    return Snapshot("street_crimes", 0, (path,), schema, len(rows), dt.datetime(2022, 7, 1, tzinfo=dt.UTC))


def test_a_force_is_ranked_among_those_whose_year_is_held(tmp_path: Path) -> None:
    definition = defined(tmp_path, 'kind = "count"\ntable = "street_crimes"\ngood = "lower"\n')
    snapshot = street({"west-mercia": 30, "kent": 10, "essex": 50, "surrey": 90}, tmp_path, lacking="surrey")
    found = calculate(
        [definition],
        {"street_crimes": snapshot},
        to=TO,
        areas={},
        force="west-mercia",
        populations=dict.fromkeys(("west-mercia", "kent", "essex", "surrey"), 1_000.0),
        similar=("kent", "essex", "surrey"),
    )
    rank = force(found).rank
    assert rank is not None
    assert (rank.rank, rank.of, rank.group) == (2, 3, ("west-mercia", "kent", "essex"))
    assert rank.rate_per_1000 == pytest.approx(360)
    assert (rank.low, rank.high) == (2, 2), "rates far apart leave no doubt"
    assert force(found).latest.value == 30, "only the force's own rows are counted"


def test_of_a_stock_returned_twice_in_a_month_the_last_stands(tmp_path: Path) -> None:
    definition = defined(tmp_path, 'kind = "level"\nreturns = "open_requests"\ngood = "lower"\n')
    schema = contract("returns").schema
    day = [dt.date(2022, 5, 31), dt.date(2022, 6, 10), dt.date(2022, 6, 30)]
    values = {"measure": ["open_requests"] * 3, "area": ["force"] * 3, "period_from": day, "period_to": day,
              "numerator": [7.5, 5.0, 0.0]}  # fmt: skip
    table = pa.table({f.name: pa.array(values.get(f.name, [None] * 3), f.type) for f in schema}, schema=schema)
    path = tmp_path / "returns.parquet"
    pq.write_table(table, path)
    snapshot = Snapshot("returns", 0, (path,), schema, 3, dt.datetime(2022, 7, 1, tzinfo=dt.UTC))
    one = force(calculate([definition], {"returns": snapshot}, to=TO, areas={"A": "Area A"}))
    assert list(one.monthly) == [7.5, 0.0]


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        ('comparator = "at_most"\nvalue = 79', 1.0),
        ('comparator = "below"\nvalue = 79', 0.0),
        ('comparator = "at_least"\nvalue = 79', 1.0),
        ('comparator = "above"\nvalue = 79', 0.0),
        ('comparator = "between"\nlow = 79\nhigh = 80', 1.0),
        ('comparator = "at_most"\nvalue = -12.2\nrelative_to = "last_year"', 1.0),
        ('comparator = "at_most"\nvalue = -12.3\nrelative_to = "last_year"', 0.0),
        # 1,200 in twelve months are 300 in three; this year to date holds 300
        (
            'comparator = "at_most"\nvalue = 0\non = "year_to_date"\nrelative_to = "baseline"\n'
            'baseline_from = "2021-04"\nbaseline_to = "2022-03"',
            1.0,
        ),
        (
            'comparator = "below"\nvalue = 0\non = "year_to_date"\nrelative_to = "baseline"\n'
            'baseline_from = "2021-04"\nbaseline_to = "2022-03"',
            0.0,
        ),
    ],
)
def test_what_was_reached_by_a_date_that_has_come(tmp_path: Path, target: str, reached: float) -> None:
    text = COUNT + f'[[targets]]\ntext = "t"\nby = "2022-06"\n{target}\n'
    (one,) = force(run(defined(tmp_path, text), crimes(year_and_quarter(), tmp_path))).likelihoods
    assert (one.already, one.probability) == (True, reached)


def returned(folder: Path, rows: dict[Month, tuple[float, float]]) -> Snapshot:
    """A returns table with one figure a month, for the whole force."""
    schema = contract("returns").schema
    values = {
        "measure": ["leavers"] * len(rows),
        "area": [FORCE] * len(rows),
        "period_from": [m.first_day for m in rows],
        "period_to": [m.last_day for m in rows],
        "numerator": [above for above, _ in rows.values()],
        "denominator": [below for _, below in rows.values()],
    }
    table = pa.table({f.name: pa.array(values.get(f.name, [None] * len(rows)), f.type) for f in schema}, schema=schema)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "returns.parquet"
    pq.write_table(table, path)
    return Snapshot("returns", 0, (path,), schema, len(rows), dt.datetime(2022, 7, 1, tzinfo=dt.UTC))


def test_months_of_a_stock_are_never_put_together(tmp_path: Path) -> None:
    """Leavers of twelve months, returned every month: three of them together would count each leaver thrice."""
    rows = {m: (200.0 + at, 2_300.0) for at, m in enumerate(months(Month(2020, 4), TO))}
    text = 'kind = "proportion"\nreturns = "leavers"\ngood = "lower"\nstock = true\n'
    results = calculate([defined(tmp_path, text)], {"returns": returned(tmp_path, rows)}, to=TO, areas={"A": "Area A"})
    one = force(results)
    assert one.latest.value == pytest.approx(100 * 226 / 2_300)
    assert one.year_to_date is None
    assert one.rolling_12 is None
    assert {change.name for change in one.changes} == {"previous", "same_last_year"}
    assert all(change.significant is None for change in one.changes)  # mostly the same people twice


def test_a_stock_has_no_longer_window(tmp_path: Path) -> None:
    text = 'kind = "proportion"\nreturns = "leavers"\ngood = "lower"\nstock = true\nwindow = "rolling_12"\n'
    with pytest.raises(BadInput, match="is a stock and is never added over months"):
        defined(tmp_path, text)


def test_windows_that_overlap_are_tested_on_the_months_they_do_not_share(tmp_path: Path) -> None:
    """April to June against March to May is June against March: 130 against 100, not 330 against 300."""
    counts = dict.fromkeys(months(Month(2021, 4), TO), 100) | {TO: 130}
    one = force(run(defined(tmp_path, COUNT + 'window = "rolling_3"\n'), crimes(counts, tmp_path)))
    previous = one.changes[0]
    assert (previous.now.value, previous.then.value) == (330, 300)
    assert previous.p_value == pytest.approx(conditional_test(130, 100, exposure_now=30, exposure_then=31))


def test_a_year_to_date_is_not_compared_with_a_shorter_one(tmp_path: Path) -> None:
    one = force(run(defined(tmp_path, COUNT + 'window = "year_to_date"\n'), crimes(year_and_quarter(), tmp_path)))
    assert "previous" not in {change.name for change in one.changes}


BROKEN = COUNT + '[[breaks]]\nfrom = "2022-03"\nwhat = "A code was added"\nsource = "test"\n'


def test_nothing_reaches_across_a_change_of_recording(tmp_path: Path) -> None:
    """A steady rise of which one step is the change of recording is no trend, and no figure is set against an older."""
    counts = {m: 100 + 10 * at for at, m in enumerate(months(Month(2021, 4), TO))}
    joined = force(run(defined(tmp_path, COUNT), crimes(counts, tmp_path)))
    apart = force(run(defined(tmp_path, BROKEN), crimes(counts, tmp_path)))
    assert TO in {flag.month for flag in joined.flags if flag.rule == "trend"}
    # a trend takes six months: March to June are four
    assert not [flag for flag in apart.flags if flag.rule == "trend" and flag.month >= Month(2022, 3)]
    assert apart.breaks == (Month(2022, 3),)
    broken = {change.name: change.broken for change in apart.changes}
    assert broken["previous"] is None
    assert broken["same_last_year"] == broken["year_to_date"] == Month(2022, 3)
    assert joined.breaks == ()
    assert all(change.broken is None for change in joined.changes)


def test_no_chance_is_given_where_nobody_knows_how_much_the_months_vary(tmp_path: Path) -> None:
    """Nine months of last year are too few to say how much a series varies, and months of another way do not count."""
    whole = year_and_quarter()
    few = {month: n for month, n in whole.items() if month > Month(2021, 6)}
    assert force(run(defined(tmp_path, COUNT), crimes(whole, tmp_path))).changes[0].p_value < 1
    assert force(run(defined(tmp_path, COUNT), crimes(few, tmp_path))).changes[0].significant is None
    assert force(run(defined(tmp_path, BROKEN), crimes(whole, tmp_path))).changes[0].significant is None


def test_a_half_uploaded_month_is_part_and_never_a_figure(tmp_path: Path) -> None:
    counts = dict.fromkeys(months(Month(2021, 4), TO), 400)
    counts[Month(2021, 9)] = 90
    store = Store(tmp_path / "store")
    snapshot = crimes(counts, store.folder("crimes"))
    schema = mark_personal(snapshot.schema, ())
    store.commit("crimes", schema=schema, note={}, made_from=None, add=list(snapshot.files))
    concerned = defined(tmp_path, COUNT + "filter = \"category = 'rape'\"\n")
    (tmp_path / "m.toml").unlink()
    other = replace(defined(tmp_path, COUNT + "filter = \"category = 'homicide'\"\n"), key="other")
    scope = ReadingScope("t", "p", frozenset({"crimes"}), personal=True)
    found = calculate([concerned, other], store, to=TO, areas={"A": "Area A"}, scope=scope).measures
    one = found["m"].series[FORCE]
    at = one.months.index(Month(2021, 9))
    assert one.states[at] == "part"
    assert np.isnan(one.monthly[at])
    assert one.limits[0].baseline_months == 11
    assert one.limits[0].centre[-1] == 400, "the half month is in no baseline"
    assert one.rolling_12 is not None
    assert (one.rolling_12.state, one.rolling_12.months_held) == ("part", 11)
    assert found["other"].series[FORCE].states[at] == "held", "its category was not too low"


def test_a_month_half_uploaded_in_one_area_is_no_figure_there_nor_in_the_force(tmp_path: Path) -> None:
    steady = dict.fromkeys(months(Month(2021, 4), TO), 800)
    store = Store(tmp_path / "store")
    one = crimes({**steady, Month(2021, 9): 350}, store.folder("crimes") / "a", "A")
    other = crimes(steady, store.folder("crimes") / "b", "B")
    schema = mark_personal(one.schema, ())
    store.commit("crimes", schema=schema, note={}, made_from=None, add=[*one.files, *other.files])
    scope = ReadingScope("t", "p", frozenset({"crimes"}), personal=True)
    found = calculate([defined(tmp_path, COUNT)], store, to=TO, areas={"A": "Area A", "B": "Area B"}, scope=scope)
    series = found.measures["m"].series
    at = series[FORCE].months.index(Month(2021, 9))
    assert {area: one.states[at] for area, one in series.items()} == {FORCE: "part", "A": "part", "B": "held"}
    assert series["B"].limits[0].baseline_months == 12
    assert series["A"].limits[0].centre[-1] == 800


@pytest.mark.parametrize(
    ("text", "admitted"),
    [
        ("category = 'rape'", True),
        ("category != 'rape'", False),
        ("category in ('homicide', 'public_order')", False),
        ("category = 'homicide' or knife", None),
        ("category = 'homicide' and knife", False),
        ("not (category = 'rape' and knife)", None),
        ("category is missing", False),
    ],
)
def test_what_a_filter_may_count(text: str, admitted: bool | None) -> None:
    assert admits(parse(text, source_table("crimes")).condition, "category", "rape") is admitted
