"""What was planted is there, and its size is what the manifest says: counted from the records."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.stats import spearmanr

from upstream.analyse.overlay import overlay
from upstream.datasets import Manifest
from upstream.measures.partner_violence import Source, partner_counts
from upstream.periods import Month
from upstream.places.add import add_places
from upstream.records.contract import contract
from upstream.records.quality import month_facts
from upstream.stats.level_shifts import level_shifts
from upstream.store import ReadingScope, Store, mark_personal

CRIME = "record_kind = 'crime' and status <> 'cancelled'"
KEYS = ("hot_spot_patrols", "street_lighting", "retail_partnership", "leaflets")


def count(connection: duckdb.DuckDBPyConnection, where: str) -> int:
    row = connection.execute(f"select count(*) from crimes where {CRIME} and {where}").fetchone()
    assert row is not None
    return int(row[0])


def test_the_recording_step_has_its_size(full: duckdb.DuckDBPyConnection, synthetic_force: Manifest) -> None:
    step = synthetic_force.planted["public_order_step"]
    public_order = f"category = '{step['category']}'"
    after = count(full, f"{public_order} and recorded_on between '2022-02-01' and '2022-06-30'")
    before = count(full, f"{public_order} and recorded_on between '2021-02-01' and '2021-06-30'")
    assert step["first_month"] == "2022-02"
    assert after / before == pytest.approx(step["ratio"], rel=0.01)
    # a step and not a drift: the two months after it stand well above the two before it
    near_after = count(full, f"{public_order} and recorded_on between '2022-02-01' and '2022-03-31'") / 59
    near_before = count(full, f"{public_order} and recorded_on between '2021-12-01' and '2022-01-31'") / 62
    assert near_after / near_before > 1.25


def test_the_emerging_cluster_stands_out(full: duckdb.DuckDBPyConnection, synthetic_force: Manifest) -> None:
    cluster = synthetic_force.planted["cluster"]
    near = (
        f"category = '{cluster['category']}' and "
        f"(easting - {cluster['easting']}) ** 2 + (northing - {cluster['northing']}) ** 2 "
        f"<= {cluster['radius_metres'] + 1} ** 2"
    )
    days = (np.datetime64(cluster["last_day"]) - np.datetime64(cluster["first_day"])).astype(int) + 1
    inside = count(full, f"{near} and recorded_on between '{cluster['first_day']}' and '{cluster['last_day']}'")
    year = count(full, f"{near} and recorded_on between '2021-04-18' and '2022-04-17'")
    assert inside >= cluster["records"] == 42
    assert inside > 8 * max(year * days / 365, 1)


def _months(first: Month, length: int) -> str:
    return f"recorded_on between '{first.first_day}' and '{(first + (length - 1)).last_day}'"


@pytest.mark.parametrize("key", KEYS)
def test_interventions_have_their_true_effect(
    full: duckdb.DuckDBPyConnection, synthetic_force: Manifest, key: str
) -> None:
    plan = next(p for p in synthetic_force.planted["interventions"] if p["key"] == key)
    start, length = Month.parse(plan["first_month"]), plan["months_either_side"]
    counts = []
    for places in (plan["treated"], plan["control"]):
        where = f"category = '{plan['category']}' and lsoa in {tuple(places)}"
        counts.append(
            (
                count(full, f"{where} and {_months(start - length, length)}"),
                count(full, f"{where} and {_months(start, length)}"),
            )
        )
    (before, after), (control_before, control_after) = counts
    effect = math.log(after / before * control_before / control_after)
    error = math.sqrt(sum(1 / n for pair in counts for n in pair))
    assert abs(effect - math.log(plan["true_ratio"])) < 3 * error
    if plan["true_ratio"] < 1:
        assert effect / error < -2.5, "a known effect must be findable"
    else:
        assert abs(effect / error) < 2.5, "nothing was planted here"
    assert not set(plan["treated"]) & set(plan["control"])


def test_one_month_is_half_uploaded(full: duckdb.DuckDBPyConnection, synthetic_force: Manifest) -> None:
    half = synthetic_force.planted["half_month"]
    month = Month.parse(half["month"])
    here = f"area = '{half['area']}'"
    held = count(full, f"{here} and {_months(month, 1)}") / month.days
    around = (
        count(full, f"{here} and {_months(month - 1, 1)}") / (month - 1).days
        + count(full, f"{here} and {_months(month + 1, 1)}") / (month + 1).days
    ) / 2
    assert held / around == pytest.approx(1 - half["share_missing"], abs=0.08)
    elsewhere = count(full, f"not {here} and {_months(month, 1)}") / month.days
    usual = count(full, f"not {here} and {_months(month - 1, 1)}") / (month - 1).days
    assert elsewhere / usual > 0.85


def test_the_half_uploaded_month_is_named_and_no_other(synthetic_force: Manifest, tmp_path: Path) -> None:
    half = synthetic_force.planted["half_month"]
    store = Store(tmp_path / "store")
    path = store.folder("crimes") / "crimes.parquet"
    path.write_bytes((synthetic_force.folder / synthetic_force.tables["crimes"]["file"]).read_bytes())
    store.commit("crimes", schema=contract("crimes").schema, note={}, made_from=None, add=[path])
    named = [(str(fact.month), low.area, low.category) for fact in month_facts(store, "crimes") for low in fact.low]
    assert named == [(half["month"], half["area"], None)]


def test_dwelling_burglaries_come_in_near_repeats(full: duckdb.DuckDBPyConnection) -> None:
    rows = full.execute(
        f"select easting, northing, datediff('day', date '2018-01-01', recorded_on) from crimes "
        f"where category = 'residential_burglary' and {CRIME} and recorded_on >= '2021-01-01'"
    ).fetchnumpy()
    x, y, day = (np.asarray(column, dtype=float) for column in rows.values())
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= 250
    upper = np.triu(near, 1)
    first, second = np.nonzero(upper)
    soon = int((np.abs(day[first] - day[second]) <= 14).sum())
    rng = np.random.default_rng(1)
    shuffled = []
    for _ in range(19):
        moved = rng.permutation(day)
        shuffled.append(int((np.abs(moved[first] - moved[second]) <= 14).sum()))
    assert soon > 1.5 * np.mean(shuffled)
    assert soon > max(shuffled)


def test_hot_spots_stay_where_they_are(full: duckdb.DuckDBPyConnection) -> None:
    rows = full.execute(
        "select lsoa, count(*) filter (year(recorded_on) = 2019) as a, "
        "count(*) filter (year(recorded_on) = 2021) as b "
        f"from crimes where {CRIME} group by lsoa"
    ).fetchnumpy()
    a, b = np.asarray(rows["a"], dtype=float), np.asarray(rows["b"], dtype=float)
    assert spearmanr(a, b).statistic > 0.9
    busiest = np.argsort(-a)[: len(a) // 10]
    assert b[busiest].sum() > 0.25 * b.sum()


def test_each_kind_of_crime_has_its_hours_and_days(full: duckdb.DuckDBPyConnection) -> None:
    def share(category: str, when: str) -> float:
        among = f"category = '{category}' and committed_to is not null"
        return count(full, f"{among} and {when}") / count(full, among)

    night = "hour(committed_to at time zone 'Europe/London') not between 4 and 19"
    assert share("violence_with_injury", night) > 0.45
    assert share("shoplifting", night) < 0.20
    weekend = "dayofweek(recorded_on) in (6, 0)"
    assert share("violence_with_injury", weekend) > 2 / 7
    assert share("shoplifting", weekend) < 2 / 7


def test_the_season_shows_in_years_that_nothing_is_printed_for(full: duckdb.DuckDBPyConnection) -> None:
    rows = full.execute(
        "select month(opened_on) as m, count(*) from incidents where incident_type like 'asb_%' "
        "and opened_on between '2018-07-01' and '2019-06-30' group by m order by m"
    ).fetchall()
    by_month = dict(rows)
    assert by_month[7] > 1.25 * by_month[1]


def test_the_offence_window_is_plausible(full: duckdb.DuckDBPyConnection) -> None:
    late = full.execute(
        "select count(*) from crimes where committed_from > committed_to or committed_to > recorded_at"
    ).fetchone()
    assert late == (0,)
    burglary, violence = (
        full.execute(
            f"select median(datediff('minute', committed_from, committed_to)) from crimes where category = '{category}'"
        ).fetchone()
        for category in ("residential_burglary", "violence_with_injury")
    )
    assert burglary is not None
    assert violence is not None
    assert burglary[0] > 120
    assert violence[0] == 0


@pytest.fixture(scope="module")
def partners(synthetic_force: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The force's crimes and its partners' records, and the map that places them."""
    store = Store(tmp_path_factory.mktemp("partners") / "store")
    for table in ("crimes", "ed_assaults", "ambulance_incidents"):
        path = store.folder(table) / f"{table}.parquet"
        path.write_bytes((synthetic_force.folder / synthetic_force.tables[table]["file"]).read_bytes())
        held = contract(table)
        schema = mark_personal(held.schema, [column.name for column in held.columns if column.personal])
        store.commit(table, schema=schema, note={}, made_from=None, add=[path])
    add_places(store, "lookup", synthetic_force.folder / "places" / "lookup_lsoa21_areas.csv", who="tests")
    return store


@pytest.mark.parametrize("source", ["ed_assaults", "ambulance_incidents"])
def test_what_partners_see_and_the_police_do_not_is_found(
    partners: Store, synthetic_force: Manifest, source: Source
) -> None:
    scope = ReadingScope("tester", "tests", frozenset({source}), personal=True)
    counts = partner_counts(source, partners, scope, Month(2021, 7).first_day, Month(2022, 6).last_day)
    made = overlay(counts)
    true = synthetic_force.planted["partner_violence"][source]["share_not_known"]
    assert made.force.result is not None
    assert made.force.result.lower < true < made.force.result.upper
    assert made.force.told
    planted = synthetic_force.planted["partner_only_places"] if source == "ed_assaults" else []
    assert sorted(place.small_area for place in made.places) == planted


def test_the_risky_premises_stand_where_most_violence_is(
    full: duckdb.DuckDBPyConnection, synthetic_force: Manifest
) -> None:
    risky = synthetic_force.planted["risky_premises"]
    near = (
        "category = 'violence_with_injury' and recorded_on >= '2021-07-01' and "
        f"(easting - {risky['easting']}) ** 2 + (northing - {risky['northing']}) ** 2 <= 900"
    )
    assert count(full, near) == risky["violence"] > 50
    held = full.execute(
        f"select name, easting, northing from licensed_premises where licence_ref = '{risky['licence_ref']}'"
    ).fetchall()
    assert held == [(risky["name"], risky["easting"], risky["northing"])]


def test_the_recording_step_is_found_as_a_lasting_change(
    full: duckdb.DuckDBPyConnection, synthetic_force: Manifest
) -> None:
    """No single month of it stands out; two months after it began the force and an area do."""
    step = synthetic_force.planted["public_order_step"]
    begun = Month.parse(step["first_month"])
    where = f"{CRIME} and category = '{step['category']}' and recorded_on < '{(begun + 3).first_day}'"
    rows = full.execute(
        f"select area, year(recorded_on) * 12 + month(recorded_on) as month, count(*) from crimes where {where} "
        "group by all order by all"
    ).fetchall()
    areas = sorted({area for area, _, _ in rows})
    held = [month for _, month, _ in rows]
    first = min(held)
    counts = np.zeros((len(areas) + 1, max(held) - first + 1))
    for area, month, n in rows:
        counts[[areas.index(area), -1], month - first] += n
    found = level_shifts(counts)
    assert found.p[-1] < 0.01, "the force"
    assert found.p.min() < 0.0005, "the area in which it shows most"
    assert level_shifts(counts[:, :-3]).p.min() > 0.05, "nothing before it began"
