"""The scorecard pack: every catalogue row, every rule and every return has its definition, and none stands alone."""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from upstream.measures.definition import Definition, Pack
from upstream.measures.loading import load_packs
from upstream.periods import Month

FOLDER = resources.files("upstream.measures").joinpath("definitions")
PACKS = ("force", "national_2026", "police_uk")
CATALOGUE_ROWS = 61
FORCE_LINES, AREA_LINES = 24, 26


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(FOLDER.joinpath("force", name).read_text("utf-8").splitlines()))


def codes(name: str) -> list[str]:
    path = resources.files("upstream.records").joinpath("code_lists", f"{name}.toml")
    return list(tomllib.loads(path.read_text("utf-8"))["codes"])


def returns(pack: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = tomllib.loads(FOLDER.joinpath(pack, "returns.toml").read_text("utf-8"))["returns"]
    return listed


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {pack.key: pack for pack in load_packs(PACKS)}


@pytest.fixture(scope="module")
def force(packs: dict[str, Pack]) -> Pack:
    return packs["force"]


def plain(pack: Pack) -> list[Definition]:
    """The default readings that count something."""
    return [one for one in pack.definitions if one.alternative_of is None and one.kind != "page"]


# --- the catalogue ------------------------------


def test_every_catalogue_row_is_covered(force: Pack) -> None:
    catalogue = rows("catalogue.csv")
    assert len(catalogue) == CATALOGUE_ROWS
    for row in catalogue:
        measures = row["measures"].split()
        assert measures, row
        for key in measures:
            assert row["kpi_ref"] in force.definition(key).kpi_refs, (row["kpi_ref"], key)


def test_no_definition_names_a_reference_the_catalogue_lacks(force: Pack) -> None:
    known = {row["kpi_ref"] for row in rows("catalogue.csv")}
    for one in force.definitions:
        assert one.kpi_refs, one.key
        assert set(one.kpi_refs) <= known, one.key


def test_every_scorecard_row_has_a_scorecard_line(force: Pack) -> None:
    for row in rows("catalogue.csv"):
        if row["in_scorecard"] == "1":
            assert any(force.definition(key).in_scorecard for key in row["measures"].split()), row["kpi_ref"]


def test_one_row_of_two_measures_is_two(force: Pack) -> None:
    by_ref = {row["kpi_ref"]: row["measures"].split() for row in rows("catalogue.csv")}
    assert {"foi_on_time", "sar_on_time"} <= set(by_ref["3.1.2"])
    surveys = {"satisfaction_da", "satisfaction_burglary", "satisfaction_violent", "satisfaction_hate"}
    assert surveys <= set(by_ref["1.1.1"])
    assert {"inspection_recommendations_open", "inspection_recommendations_age"} <= set(by_ref["4.3.2"])
    assert {"repeat_victim_rate", "repeat_da_victim_rate"} <= set(by_ref["4.1.5"])
    prose = [
        row["kpi_ref"] for row in rows("catalogue.csv") if force.definition(row["measures"].split()[0]).kind == "page"
    ]
    assert prose == ["2.1.2", "X-EXC", "X-SPR", "5.1.6", "5.3.1"]


@pytest.mark.shared
def test_the_catalogue_is_the_published_one(shared: Path) -> None:
    with (shared / "golden" / "seeds" / "kpi_catalogue.csv").open(encoding="utf-8") as file:
        seed = list(csv.DictReader(file))
    ours = [(r["kpi_ref"], r["kpi"], r["wdgll_scorecard"], r["wdgll_body"], r["source"]) for r in rows("catalogue.csv")]
    assert ours == [(r["kpi_ref"], r["kpi"], r["wdgll"], r["body_wdgll"], r["source"]) for r in seed]


# --- the rules ------------------------------


def test_every_rule_is_followed_by_measures_that_exist(force: Pack) -> None:
    for row in rows("rules.csv"):
        assert row["kind"] in ("measure", "method", "code", "context"), row
        assert bool(row["measures"]) or row["kind"] != "measure", row["rule_id"]
        assert row["followed_by"], row["rule_id"]
        for key in row["measures"].split():
            force.definition(key)


@pytest.mark.shared
def test_no_published_rule_is_left_out(shared: Path) -> None:
    with (shared / "golden" / "seeds" / "measure_rules.csv").open(encoding="utf-8") as file:
        published = {row["rule_id"] for row in csv.DictReader(file)}
    ours = [row["rule_id"] for row in rows("rules.csv")]
    assert set(ours) == published
    assert len(ours) == len(set(ours))


def test_rules_as_written(force: Pack) -> None:
    """What the definitions say, against what the rules say."""
    window = {key: force.definition(f"satisfaction_{key}").window for key in ("burglary", "violent", "hate", "da")}
    assert window == {"burglary": "rolling_6", "violent": "rolling_6", "hate": "rolling_12", "da": "rolling_12"}
    bands = [force.definition(f"workflows_{band}") for band in "abcd"]
    assert [(b.at_least, b.at_most) for b in bands] == [(1, 4), (5, 9), (10, 19), (20, None)]
    officer, dispatch = force.definition("grade_1_officer_time"), force.definition("grade_1_dispatch_time")
    assert (officer.duration_from, officer.duration_to) == ("dispatched_at", "arrived_at")
    assert (dispatch.duration_from, dispatch.duration_to) == ("acknowledged_at", "dispatched_at")
    repeat = force.definition("repeat_da_victim_rate")
    assert (repeat.window_months, repeat.prior, repeat.person) == (12, "offence", "person")
    unresourced = force.definition("unresourced")
    assert unresourced.denominator is not None
    assert unresourced.denominator.distinct == ("read_on", "hour")
    assert unresourced.numerator is not None
    assert unresourced.numerator.filter is not None
    assert unresourced.numerator.filter.text == "hour >= 8 and hour <= 22"
    action = force.definition("positive_action").numerator
    assert action is not None
    assert action.filter is not None
    assert action.filter.text == "outcome_code in ('1', '1A')"
    assert force.definition("iom_suspected_reoffending").linked_person == "person"
    assert all(force.definition(f"grade_{g}_in_time").starts == Month(2022, 3) for g in (1, 2, 3))


def test_dated_breaks(force: Pack) -> None:
    dated = {one.key: str(one.breaks[0].start) for one in plain(force) if one.breaks}
    assert dated["crime_public_order"] == dated["asb"] == "2022-02"
    assert dated["satisfaction_da"] == dated["da_satisfaction_month"] == "2022-10"
    assert dated["iom_suspected_reoffending"] == "2021-10"
    assert "crime_total" not in dated


# --- targets and readings ------------------------------

TARGETS = {
    "satisfaction_da": ("at_least", 80, "year_end"),
    "satisfaction_violent": ("at_least", 70, "year_end"),
    "public_confidence": ("at_least", 88, "year_end"),
    "complaints_outside_schedule_3": ("at_least", 75, "year_end"),
    "foi_on_time": ("at_least", 90, "year_end"),
    "calls_999_in_time": ("at_least", 90, "year_end"),
    "calls_101_in_time": ("at_least", 80, "2022-06"),
    "problem_solving_trained": ("at_least", 200, "2022-09"),
    "grade_1_in_time": ("at_least", 90, "year_end"),
    "crime_residential_burglary": ("at_most", -25, "year_end"),
    "officer_sickness": ("at_most", 4, "year_end"),
    "officer_attrition": ("below", 4.7, "year_end"),
    "workforce_ethnic_minority": ("at_least", 3.8, "year_end"),
    "ksi_casualties": ("at_most", -5, "None"),
    "rank_inspection_recommendations": ("at_most", 10, "year_end"),
}


@pytest.mark.parametrize("key", TARGETS)
def test_targets_as_printed(force: Pack, key: str) -> None:
    target = force.definition(key).targets[0]
    assert (target.comparator, target.value, str(target.by)) == TARGETS[key]
    assert target.source


NO_TARGET = (
    "calls_999 asb crime_total mental_health_incidents rural_crime soc_disruptions ict_tickets digital_contacts "
    "unresourced victim_referral_rate iom_suspected_reoffending homicide"
)


@pytest.mark.parametrize("key", NO_TARGET.split())
def test_no_target_where_the_source_has_none(force: Pack, key: str) -> None:
    assert force.definition(key).targets == ()


CONTRADICTED = {
    "grade_1_in_time": "target_12_minutes",
    "satisfaction_burglary": "rolling_12_months",
    "complaints_outside_schedule_3": "no_date",
    "public_confidence": "by_march_2022",
    "audit_cdi_overall": "not_applicable",
    "open_investigations": "control_limits",
    "ksi_casualties": "to_be_reviewed",
    "pdr_objectives_set": "to_be_determined",
    "officer_sickness": "group_average",
    "crime_residential_burglary": "against_2019_20",
    "repeat_victim_rate": "before_the_month",
    "iom_suspected_reoffending": "community_only",
    "neighbourhood_crime": "households_and_people",
}


@pytest.mark.parametrize("key", CONTRADICTED)
def test_both_readings_are_named_and_one_is_the_default(force: Pack, key: str) -> None:
    default = force.definition(key)
    assert default.reading
    assert default.reading_reason
    other = force.definition(f"{key}@{CONTRADICTED[key]}")
    assert other.reading_reason
    assert not other.in_scorecard
    assert other.hash != default.hash


def test_grade_1_readings_differ_in_minutes_only(force: Pack) -> None:
    default, other = force.definition("grade_1_in_time"), force.definition("grade_1_in_time@target_12_minutes")
    assert default.denominator == other.denominator
    assert default.numerator is not None
    assert other.numerator is not None
    assert default.numerator.filter is not None
    assert other.numerator.filter is not None
    assert "1200" in default.numerator.filter.text
    assert "720" in other.numerator.filter.text


# --- the crime tables ------------------------------


def test_the_crime_tables_have_the_printed_lines(force: Pack) -> None:
    tables = {table.key: table for table in force.tables}
    assert len(tables["crime_force"].measures) == FORCE_LINES
    assert len(tables["crime_area"].measures) == AREA_LINES
    categories = [f"crime_{code}" for code in codes("crime_categories") if code != "homicide"]
    for table in tables.values():
        assert list(table.measures[: 1 + len(categories)]) == ["crime_total", *categories]
    for outcome in tables["crime_force"].outcomes:
        assert force.definition(outcome).tables == ("outcomes",)
        for code in codes("crime_categories"):
            assert force.definition(f"{outcome}_in_{code}").window == "year_to_date"


@pytest.mark.shared
def test_the_crime_tables_are_in_the_printed_order(force: Pack, shared: Path) -> None:
    def words(text: str) -> str:
        text = (
            text.lower().replace("&", "and").replace("misc.", "miscellaneous").replace("from person", "from the person")
        )
        return re.sub(r"[^a-z]", "", text.split("(")[0].replace("related", ""))

    with (shared / "golden" / "seeds" / "crime_tables_2022_06.csv").open(encoding="utf-8") as file:
        printed = list(csv.DictReader(file))
    titles = {one.key: one.title for one in force.definitions}
    for key, area in (("crime_force", "West Mercia"), ("crime_area", "Shropshire")):
        table = next(t for t in force.tables if t.key == key)
        lines = [words(row["category"]) for row in printed if row["area"] == area]
        assert len(lines) == len(table.measures)
        for line, measure in zip(lines, table.measures, strict=True):
            ours = words(titles[measure]).removesuffix("incidents") or "incidents"
            assert ours[:10] == line[:10], (line, titles[measure])


# --- every pack ------------------------------


@pytest.mark.parametrize("name", PACKS)
def test_every_definition_is_reviewed_owned_and_sourced(packs: dict[str, Pack], name: str) -> None:
    for one in packs[name].definitions:
        assert one.owner.startswith(("Head of", "Director of", "Force Crime Registrar")), one.key
        assert one.source, one.key
        cited = [one.source, *(target.source for target in one.targets if target.source)]
        assert not [words for words in cited if ".txt" in words or "|" in words], one.key
        assert dt.date(2021, 10, 1) <= one.reviewed < one.next_review, one.key
        assert one.about or one.kind == "page", one.key
        assert all(text.endswith((".", "'", ")")) for text in (one.about, *one.caveats) if text), one.key


@pytest.mark.parametrize("name", PACKS)
def test_every_measure_is_on_a_page_or_in_a_table(packs: dict[str, Pack], name: str) -> None:
    pack = packs[name]
    placed = {key for page in pack.pages for key in page.measures}
    placed |= {key for table in pack.tables for key in (*table.measures, *table.outcomes)}
    columns = {f"{outcome}_in" for table in pack.tables for outcome in table.outcomes}
    alone = [
        one.key for one in plain(pack) if one.key not in placed and one.family not in {*columns, "investigation_age"}
    ]
    assert alone == []


def test_keys_are_the_same_in_no_two_packs(packs: dict[str, Pack]) -> None:
    keys = [one.key for pack in packs.values() for one in pack.definitions]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", ["force", "national_2026"])
def test_every_return_is_listed_and_every_listed_one_is_read(packs: dict[str, Pack], name: str) -> None:
    listed = {str(row["key"]): row for row in returns(name)}
    assert len(listed) == len(returns(name))
    read = {key for one in packs[name].definitions for key in one.returns}
    assert read <= set(listed)
    filters = " ".join(
        tally.filter.text for one in packs[name].definitions for tally in (one.numerator,)
        if tally is not None and tally.filter is not None and tally.table == "returns"
    )  # fmt: skip
    unread = [key for key in listed if key not in read and f"'{key}'" not in filters]
    assert unread == []


@pytest.mark.parametrize("name", ["force", "national_2026"])
def test_returns_say_what_a_row_means(packs: dict[str, Pack], name: str) -> None:
    for row in returns(name):
        assert row["frequency"] in ("month", "quarter", "year", "occasion")
        assert row["kind"] in ("flow", "level")
        assert row["reported_for"] in ("areas", "force")
        assert row["unit"]
        assert row["numerator"]
    shared_key = {str(row["key"]): row for row in returns(name)}
    for one in packs[name].definitions:
        for key in one.returns if one.alternative_of is None else ():
            if one.kind in ("proportion", "ratio") and len(one.tables) == 1:
                assert "denominator" in shared_key[key], one.key
            assert one.frequency == shared_key[key]["frequency"], one.key
            assert one.kind != "level" or shared_key[key]["kind"] == "level", one.key
            assert one.kind != "count" or shared_key[key]["kind"] == "flow", one.key
            assert not one.by_area or shared_key[key]["reported_for"] == "areas", one.key


def test_total_recorded_crime_of_open_data_has_no_anti_social_behaviour(packs: dict[str, Pack]) -> None:
    total = packs["police_uk"].definition("street_total").numerator
    assert total is not None
    assert total.filter is not None
    assert total.filter.text == "category != 'anti_social_behaviour'"
    types = set(codes("police_uk_categories")) - {"violent_crime", "public_disorder_and_weapons"}
    assert types == {one.key.removeprefix("street_") for one in plain(packs["police_uk"]) if one.family == "street"} | {
        "anti_social_behaviour"
    }


def test_unverified_national_facts_say_so(packs: dict[str, Pack]) -> None:
    for one in plain(packs["national_2026"]):
        texts = " ".join((one.source, one.about, *one.caveats))
        if one.key in ("shoplifting", "shoplifting_charged", "asb_2026"):
            continue
        assert "not verified" in texts, one.key
        assert all(target.comparator is None for target in one.targets), one.key
