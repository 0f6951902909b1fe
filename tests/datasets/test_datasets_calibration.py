"""The acceptance test: every printed cell that is not excluded, counted again from the records."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest

from upstream.datasets import published_tables as published
from upstream.datasets.published_tables import AREAS, CATEGORIES, FORCE, KEYWORDS

CODES = ("A", "B", "C", "D", "E")
LIMIT_TOLERANCE = 0.10
BASELINE = slice(0, 12)

CRIME = "record_kind = 'crime' and status <> 'cancelled'"
LINES = {
    "total_recorded_crime": ("crimes", "recorded_on", CRIME),
    **{c: ("crimes", "recorded_on", f"category = '{c}' and {CRIME}") for c in CATEGORIES},
    **{k: ("crimes", "recorded_on", f"{k} and status <> 'cancelled'") for k in KEYWORDS},
    "serious_violence": ("crimes", "recorded_on", f"category in ('homicide', 'violence_with_injury') and {CRIME}"),
    "alcohol": ("crimes", "recorded_on", f"alcohol and {CRIME}"),
    "incidents": ("incidents", "opened_on", "true"),
    "anti_social_behaviour": ("incidents", "opened_on", "incident_type like 'asb_%'"),
    "mental_health": ("incidents", "opened_on", "mental_health"),
}

Series = dict[tuple[str, str], np.ndarray]


@pytest.fixture(scope="module")
def monthly(full: duckdb.DuckDBPyConnection) -> Series:
    """Fifteen monthly counts, April 2021 to June 2022, of every area and line."""
    out: Series = {}
    for line, (table, day, where) in LINES.items():
        counts = np.zeros((len(CODES), 15), np.int64)
        rows = full.execute(
            f"select area, datediff('month', date '2021-04-01', {day}), count(*) from {table} "
            f"where {where} and {day} between '2021-04-01' and '2022-06-30' group by all"
        ).fetchall()
        for area, month, count in rows:
            counts[CODES.index(area), month] = count
        for index, area in enumerate(AREAS):
            out[area, line] = counts[index]
        out[FORCE, line] = counts.sum(axis=0)
    return out


def counted(series: np.ndarray) -> dict[str, int]:
    return {
        "jun_2022": int(series[14]),
        "jun_2021": int(series[2]),
        "ytd_2022_23": int(series[12:15].sum()),
        "ytd_2021_22": int(series[0:3].sum()),
    }


def test_every_printed_count_is_within_the_bound(monthly: Series) -> None:
    far, checked = [], 0
    for key, row in published.printed_rows().items():
        for cell, value in counted(monthly[key]).items():
            if cell in row.cells and not published.excluded(*key, cell):
                checked += 1
                if abs(value - row.cells[cell]) > published.tolerance(row.cells[cell]):
                    far.append((*key, cell, value, row.cells[cell]))
    assert far == []
    assert checked == 2 * 154 + 2 * 130 - 5


def test_every_printed_year_to_date_change_is_within_the_bound(monthly: Series) -> None:
    far = []
    for key, row in published.printed_rows().items():
        cells = counted(monthly[key])
        then = cells["ytd_2021_22"]
        if published.excluded(*key, "ytd_pct_change") or then == 0:
            continue
        expected = then * (1 + row.cells["ytd_pct_change"] / 100)
        # the printed per cent is rounded: half a point of the earlier count is added to the bound
        if abs(cells["ytd_2022_23"] - expected) > published.tolerance(expected) + 0.005 * then:
            far.append((*key, cells["ytd_2022_23"], expected))
    assert far == []


def test_mean_and_deviation_of_2021_22_match_the_limits(monthly: Series) -> None:
    far, checked = [], 0
    for key, row in published.printed_rows().items():
        if row.floored or published.excluded(*key, "limits"):
            continue
        checked += 1
        year = monthly[key][BASELINE]
        if abs(year.mean() / row.mean - 1) > LIMIT_TOLERANCE:
            far.append((*key, "mean", float(year.mean()), row.mean))
        if abs(year.std(ddof=1) / row.deviation - 1) > LIMIT_TOLERANCE:
            far.append((*key, "deviation", float(year.std(ddof=1)), row.deviation))
    assert far == []
    assert checked == 133


def test_outcomes_by_category(full: duckdb.DuckDBPyConnection) -> None:
    rows = full.execute(
        "select category, count(*), count(*) filter (outcome_code in ('1', '1A')), "
        "count(*) filter (outcome_code = '16') "
        "from outcomes where outcome_on between '2022-04-01' and '2022-06-30' group by category"
    ).fetchall()
    assert {r[0] for r in rows} == set(CATEGORIES)
    for category, outcomed, charged, sixteen in rows:
        wanted = published.wanted(FORCE, category, "outcomed_ytd")
        assert wanted is not None
        assert abs(outcomed - wanted) <= published.tolerance(wanted), category
        for cell, count in (("positive_action_pct", charged), ("outcome16_pct", sixteen)):
            share = published.wanted(FORCE, category, cell)
            assert share is not None
            assert abs(100 * count / outcomed - share) <= published.share_tolerance(share, wanted), (category, cell)


@dataclass(frozen=True)
class Fact:
    key: str
    value: float
    unit: str
    decimals: int


def _facts() -> dict[str, Fact]:
    path = Path(published.__file__).parent / "published" / "facts.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            r["key"]: Fact(r["key"], float(r["value"]), r["unit"], int(r["decimals"])) for r in csv.DictReader(stream)
        }


Q1, Q1_BEFORE = ("2022-04-01", "2022-06-30"), ("2021-04-01", "2021-06-30")
Q4, Q3 = ("2022-01-01", "2022-03-31"), ("2021-10-01", "2021-12-31")
JUNE, MAY, JUNE_BEFORE = ("2022-06-01", "2022-06-30"), ("2022-05-01", "2022-05-31"), ("2021-06-01", "2021-06-30")
YEAR, YEAR_2021, YEAR_2020 = ("2021-07-01", "2022-06-30"), ("2021-04-01", "2022-03-31"), ("2020-04-01", "2021-03-31")
HALF = ("2022-01-01", "2022-06-30")
Period = tuple[str, str]
Answer = tuple[float, float]
"""A value and, for a share, the number it is a share of."""


class Asking:
    """Counts and shares of the tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def one(self, sql: str) -> tuple[float, ...]:
        row = self._connection.execute(sql).fetchone()
        assert row is not None
        return tuple(float(v or 0) for v in row)

    def count(self, table: str, day: str, period: Period, where: str = "true") -> Answer:
        return self.one(
            f"select count(*) from {table} where {day} between '{period[0]}' and '{period[1]}' and ({where})"
        )[0], 0

    def share(self, table: str, day: str, period: Period, of: str, among: str = "true", weight: str = "1") -> Answer:
        top, base, n = self.one(
            f"select sum({weight}) filter ({of}), sum({weight}), count(*) from {table} "
            f"where {day} between '{period[0]}' and '{period[1]}' and ({among})"
        )
        return 100 * top / base, n


def _survey(a: Asking, survey: str, question: str, period: Period, positive: str, extra: str = "true") -> Answer:
    return a.share(
        "survey_responses", "responded_on", period, positive,
        f"survey = '{survey}' and question = '{question}' and {extra}", "weight",
    )  # fmt: skip


SATISFIED = "answer in ('completely_satisfied', 'very_satisfied')"
AGREE = "answer in ('strongly_agree', 'tend_to_agree')"
CHARGED = "outcome_code in ('1', '1A')"


def _survey_facts(a: Asking) -> dict[str, Answer]:
    public = "public_perception"
    april = ("2022-04-01", "2022-04-30")
    return {
        "satisfied_da_rolling_12": _survey(a, "victim_domestic_abuse", "whole_experience", YEAR, SATISFIED),
        "satisfied_burglary_rolling_6": _survey(a, "victim_burglary", "whole_experience", HALF, SATISFIED),
        "satisfied_violent_rolling_6": _survey(a, "victim_violent", "whole_experience", HALF, SATISFIED),
        "satisfied_hate_rolling_12": _survey(a, "victim_hate", "whole_experience", YEAR, SATISFIED),
        "confidence_rolling_12": _survey(a, public, "confidence", YEAR, AGREE),
        "confidence_rolling_12_to_2022_03": _survey(a, public, "confidence", YEAR_2021, AGREE),
        "confidence_rolling_12_to_2021_03": _survey(a, public, "confidence", YEAR_2020, AGREE),
        "confidence_quarter_4_2021_22": _survey(a, public, "confidence", Q4, AGREE),
        "confidence_event_women_2021_22": _survey(
            a, public, "affected_by_event", YEAR_2021, "answer = 'yes'", "gender = 'female'"
        ),
        "confidence_event_men_2021_22": _survey(
            a, public, "affected_by_event", YEAR_2021, "answer = 'yes'", "gender = 'male'"
        ),
        "da_satisfied_first_contact_2022_04": _survey(a, "victim_domestic_abuse", "initial_contact", april, SATISFIED),
        "da_satisfied_follow_up_2022_04": _survey(a, "victim_domestic_abuse", "follow_up", april, SATISFIED),
    }


def _outcome_facts(a: Asking) -> dict[str, Answer]:
    def n(period: Period, where: str) -> Answer:
        return a.count("outcomes", "outcome_on", period, where)

    def s(period: Period, of: str, among: str = "true") -> Answer:
        return a.share("outcomes", "outcome_on", period, of, among)

    da, sixteen = "domestic_abuse", "outcome_code = '16'"
    out = {
        "outcome_1_2022_05": n(MAY, "outcome_code = '1'"),
        "outcome_1_2022_06": n(JUNE, "outcome_code = '1'"),
        "charges_quarter_1_2021_22": n(Q1_BEFORE, CHARGED),
        "da_charges_2022_06": n(JUNE, f"{da} and {CHARGED}"),
        "da_charges_2022_05": n(MAY, f"{da} and {CHARGED}"),
        "da_charges_2021_06": n(JUNE_BEFORE, f"{da} and {CHARGED}"),
        "da_charges_quarter_1_2022_23": n(Q1, f"{da} and {CHARGED}"),
        "da_charges_quarter_1_2021_22": n(Q1_BEFORE, f"{da} and {CHARGED}"),
        "da_outcomed_2022_05": n(MAY, da),
        "da_outcomed_2022_06": n(JUNE, da),
        "outcome_16_2022_06": n(JUNE, sixteen),
        "outcome_16_2022_05": n(MAY, sixteen),
        "da_outcome_16_2022_06": n(JUNE, f"{da} and {sixteen}"),
        "da_outcome_16_2022_05": n(MAY, f"{da} and {sixteen}"),
        "outcome_16_quarter_1_2021_22": n(Q1_BEFORE, sixteen),
        "outcome_16_quarter_1_2022_23": n(Q1, sixteen),
        "charge_share_2022_06": s(JUNE, CHARGED),
        "da_charge_share_2022_06": s(JUNE, CHARGED, da),
        "outcome_16_share_2022_06": s(JUNE, sixteen),
        "da_outcome_16_share_2022_06": s(JUNE, sixteen, da),
        "outcome_16_share_quarter_1_2021_22": s(Q1_BEFORE, sixteen),
        "outcome_16_share_quarter_1_2022_23": s(Q1, sixteen),
    }
    for code in ("14", "17", "20", "22"):
        this = f"outcome_code = '{code}'"
        out[f"outcome_{code}_quarter_4_2021_22"] = n(Q4, this)
        out[f"outcome_{code}_quarter_1_2022_23"] = n(Q1, this)
        out[f"outcome_{code}_share_quarter_4_2021_22"] = s(Q4, this)
        out[f"outcome_{code}_share_quarter_1_2022_23"] = s(Q1, this)
        out[f"outcome_{code}_share_2022_06"] = s(JUNE, this)
    return out


def _repeat(a: Asking, month: str, role: str, extra: str = "true") -> tuple[float, float]:
    """Repeat people and all people of a month: another offence in the twelve months before the offence."""
    who = f"role = '{role}' and not business and status <> 'cancelled' and {extra}"
    return a.one(
        f"""
        with offences as (
            select person, recorded_on, lag(recorded_on) over (partition by person order by recorded_on) as before
            from people_in_crimes where {who}
        ), people as (
            select person, bool_or(before is not null and before >= recorded_on - interval 12 month) as again
            from offences where strftime(recorded_on, '%Y-%m') = '{month}' group by person
        )
        select count(*) filter (again), count(*) from people
        """
    )


def _people_facts(a: Asking) -> dict[str, Answer]:
    victims, everyone = _repeat(a, "2022-06", "victim", "domestic_abuse")
    suspects, all_suspects = _repeat(a, "2022-06", "suspect", "domestic_abuse")
    return {
        "repeat_victims_2022_06": (_repeat(a, "2022-06", "victim")[0], 0),
        "repeat_victims_2021_06": (_repeat(a, "2021-06", "victim")[0], 0),
        "repeat_victims_2020_06": (_repeat(a, "2020-06", "victim")[0], 0),
        "da_repeat_victim_rate_2022_06": (100 * victims / everyone, everyone),
        "da_repeat_suspect_rate_2022_06": (100 * suspects / all_suspects, all_suspects),
        "da_repeat_suspects_2022_06": (suspects, 0),
    }


def _offender_facts(a: Asking) -> dict[str, Answer]:
    def suspected(period: Period) -> Answer:
        top, base = a.one(
            f"""
            select count(*) filter (p.person is not null), count(*) from iom_cohort i left join (
                select distinct person, last_day(recorded_on) as ends from people_in_crimes
                where role = 'suspect' and status <> 'cancelled'
            ) p on p.person = i.person and p.ends = i.snapshot_on
            where i.snapshot_on between '{period[0]}' and '{period[1]}'
            """
        )
        return 100 * top / base, base

    return {
        "iom_offenders_2022_03": a.count("iom_cohort", "snapshot_on", ("2022-03-31", "2022-03-31")),
        "iom_offenders_2022_06": a.count("iom_cohort", "snapshot_on", JUNE),
        "iom_suspected_2022_06": suspected(JUNE),
        "iom_suspected_quarter_1_2022_23": suspected(Q1),
        "iom_suspected_quarter_1_2021_22": suspected(Q1_BEFORE),
    }


def _areas() -> list[tuple[str, str]]:
    return [*((name, f"area = '{code}'") for name, code in zip(AREAS, CODES, strict=True)), (FORCE, "true")]


def _snapshot_facts(a: Asking) -> dict[str, Answer]:
    out: dict[str, Answer] = {
        "open_investigations": a.count("open_investigations", "snapshot_on", JUNE),
        "workflows": (
            a.one("select count(distinct workflow) from open_investigations where snapshot_on = '2022-06-30'")[0], 0),
        "investigations_under_4_weeks": a.share(
            "open_investigations", "snapshot_on", JUNE, "snapshot_on - opened_on < 28"
        ),
    }  # fmt: skip
    for name, where in _areas():
        for rating in ("red", "amber", "green", "unscored"):
            out[f"plans_{rating}_{name}"] = a.count(
                "problem_plans", "snapshot_on", JUNE, f"closed_on is null and rating = '{rating}' and {where}"
            )
        for band, low, high in (("a", 1, 4), ("b", 5, 9), ("c", 10, 19), ("d", 20, 999)):
            holders, held = a.one(
                f"select count(*), sum(n) from (select count(*) as n from open_investigations where "
                f"snapshot_on = '2022-06-30' and {where} group by workflow) where n between {low} and {high}"
            )
            out[f"workflows_{band}_{name}"], out[f"open_investigations_{band}_{name}"] = (holders, 0), (held, 0)
    return out


def _demand_facts(a: Asking) -> dict[str, Answer]:
    waited = "datediff('microsecond', queued_at, answered_at) / 1e6"
    took = "datediff('second', acknowledged_at, arrived_at)"

    def in_time(grade: int, seconds: int, where: str = "true") -> Answer:
        arrived = f"grade = {grade} and arrived_at is not null and {where}"
        return a.share("incidents", "opened_on", JUNE, f"{took} <= {seconds}", arrived)

    def median(grade: int) -> Answer:
        return a.one(
            f"select median({took}), count(*) from incidents where grade = {grade} and arrived_at is not null "
            "and opened_on between '2022-06-01' and '2022-06-30'"
        )

    def unresourced(day: str, where: str = "true") -> Answer:
        reads = "hour between 8 and 22"
        return a.one(f"select sum(incidents) / 15 from unresourced where read_on = '{day}' and {reads} and {where}")[
            0
        ], 0

    out = {
        "digital_contacts": a.count("contacts", "queued_on", JUNE, "channel = 'digital'"),
        "grade_1_median_seconds": median(1),
        "grade_2_median_seconds": median(2),
        "grade_1_in_time": in_time(1, 1200),
        "grade_2_in_time": in_time(2, 7200),
        "grade_1_in_time_north_worcestershire": in_time(1, 1200, "area = 'B'"),
        "grade_1_in_time_south_worcestershire": in_time(1, 1200, "area = 'A'"),
        "unresourced_2022_06_30": unresourced("2022-06-30"),
        "unresourced_2022_05_31": unresourced("2022-05-31"),
        "unresourced_2021_06_30": unresourced("2021-06-30"),
        "unresourced_grade_2": unresourced("2022-06-30", "grade = 2"),
        "unresourced_grade_2_south_worcestershire": unresourced("2022-06-30", "grade = 2 and area = 'A'"),
        "unresourced_grades_4_5": unresourced("2022-06-30", "grade in (4, 5)"),
        "unresourced_grade_1": unresourced("2022-06-30", "grade = 1"),
    }
    for channel, seconds in (("999", 10), ("101", 30)):
        calls = f"channel = '{channel}'"
        out[f"calls_{channel}_in_{seconds}_seconds"] = a.share(
            "contacts", "queued_on", JUNE, f"{waited} <= {seconds}", calls
        )
        out[f"calls_{channel}_abandoned"] = a.share("contacts", "queued_on", JUNE, "abandoned", calls)
    return out


def _crime_facts(a: Asking) -> dict[str, Answer]:
    def n(period: Period, where: str, kind: str = CRIME) -> Answer:
        return a.count("crimes", "recorded_on", period, f"{where} and {kind}")

    kept = "status <> 'cancelled'"
    out = {
        "assault_with_injury_2022_06": n(JUNE, "offence = 'Assault with Injury'"),
        "assault_serious_harm_2022_06": n(JUNE, "offence = 'Assault with Intent to cause Serious Harm'"),
        "obscene_publications_2022_06": n(JUNE, "offence like 'Obscene Publications%'"),
        "other_theft_offence_2022_06": n(JUNE, "offence = 'Other Theft'"),
        "making_off_2022_06": n(JUNE, "offence = 'Making Off without Payment'"),
        "da_crimes_and_incidents_2022_05": n(MAY, "domestic_abuse", kept),
        "da_stalking_harassment_2022_06": n(
            JUNE, "domestic_abuse and offence in ('Stalking', 'Harassment', 'Malicious Communications')", kept
        ),
        "rural_2022_06": n(JUNE, "rural"),
        "rural_2021_06": n(JUNE_BEFORE, "rural"),
        "homicides_quarter_1_2022_23": n(Q1, "category = 'homicide'"),
        "homicides_quarter_4_2021_22": n(Q4, "category = 'homicide'"),
        "homicides_quarter_3_2021_22": n(Q3, "category = 'homicide'"),
        "firearm_discharges_quarter_1_2022_23": n(Q1, "firearm_discharged"),
        "firearm_discharges_quarter_4_2021_22": n(Q4, "firearm_discharged"),
        "drug_homicides_quarter_1_2022_23": n(Q1, "category = 'homicide' and drug_related"),
    }
    for category in (
        "violence_with_injury",
        "misc_crimes_against_society",
        "public_order",
        "other_theft",
        "shoplifting",
    ):
        out[f"{category}_2022_05"] = n(MAY, f"category = '{category}'")
    for name, where in _areas():
        crimes = n(JUNE, f"domestic_abuse and {where}")[0]
        arrests = a.count("arrests", "arrested_on", JUNE, f"domestic_abuse and {where}")[0]
        out[f"da_arrest_rate_{name}_2022_06"] = 100 * arrests / crimes, crimes
    before = n(JUNE_BEFORE, "domestic_abuse")[0]
    arrests = a.count("arrests", "arrested_on", JUNE_BEFORE, "domestic_abuse")[0]
    out["da_arrest_rate_force_2021_06"] = 100 * arrests / before, before
    return out


def _return_facts(a: Asking) -> dict[str, Answer]:
    def value(measure: str, ends: str = "2022-06-30", where: str = "true") -> Answer:
        return a.one(
            f"select sum(numerator) from returns where measure = '{measure}' and period_to = '{ends}' and {where}"
        )[0], 0

    def share(measure: str, ends: str = "2022-06-30", where: str = "true") -> Answer:
        return a.one(
            f"select 100 * sum(numerator) / sum(denominator), sum(denominator) from returns "
            f"where measure = '{measure}' and period_to = '{ends}' and {where}"
        )

    out = {
        "foi_on_time": share("foi_on_time"),
        "foi_on_time_2022_05": share("foi_on_time", "2022-05-31"),
        "sar_on_time": share("sar_on_time"),
        "sar_on_time_2022_05": share("sar_on_time", "2022-05-31"),
        "employees_suspended": value("employees_suspended"),
        "conduct_cases_quarter_1_2022_23": (
            sum(value("conduct_cases_recorded", day)[0] for day in ("2022-04-30", "2022-05-31", "2022-06-30")), 0),
        "audit_cdi_overall_2021_22": share("audit_cdi_overall", "2022-03-31"),
        "audit_vap_24_hours": share("audit_vap_24_hours", "2022-03-31"),
        "decision_maker_backlog": value("decision_maker_backlog"),
        "youth_joint_decisions": value("youth_joint_decisions", "2022-03-31"),
        "soc_disruptions": value("soc_disruptions"),
        "soc_disruptions_quarter_4_2021_22": value("soc_disruptions", "2022-03-31"),
        "organised_crime_groups_active": value("organised_crime_groups_active"),
        "ksi_collisions": value("ksi_collisions"),
        "ksi_collisions_south_worcestershire": value("ksi_collisions", where="area = 'A'"),
        "powered_two_wheelers": share("casualties_powered_two_wheelers"),
        "pdr_objectives_set": share("pdr_objectives_set"),
        "pdr_objectives_set_south_worcestershire": share("pdr_objectives_set", where="area = 'A'"),
        "officer_attrition": share("officer_leavers"),
        "staff_attrition": share("staff_leavers"),
        "pcso_attrition": share("pcso_leavers"),
        "student_officers": value("student_officers_per_tutor"),
        "tutors": value("tutors"),
        "covid_absences": value("covid_absences"),
        "female_officers": share("workforce_female_officers"),
        "ict_tickets": value("ict_tickets"),
        "ict_events_resolved": value("ict_events_resolved"),
    }  # fmt: skip
    named = {f"return_{key}": answer for key, answer in out.items()}
    for month, ends in (("2022-04", "2022-04-30"), ("2022-05", "2022-05-31"), ("2022-06", "2022-06-30")):
        for name, where in _areas():
            named[f"referral_rate_{name}_{month}"] = share("victim_referrals", ends, where)
    return named


FACTS: tuple[Callable[[Asking], dict[str, Answer]], ...] = (
    _survey_facts, _outcome_facts, _people_facts, _offender_facts, _snapshot_facts, _demand_facts, _crime_facts,
    _return_facts,
)  # fmt: skip


def _allowed(fact: Fact, base: float) -> float:
    if fact.unit == "percent":
        return published.share_tolerance(fact.value, base, fact.decimals)
    if fact.unit == "seconds":
        # a median of n times whose logarithm has a spread of about 1: 3.5 standard errors of two such medians
        return 3.5 * fact.value * float(np.sqrt(2 * np.pi / 2 / base))
    return published.tolerance(fact.value)


def test_every_listed_fact_is_within_the_bound(full: duckdb.DuckDBPyConnection) -> None:
    facts = _facts()
    asking = Asking(full)
    answers = {key: answer for group in FACTS for key, answer in group(asking).items()}
    assert set(facts) - set(answers) == set()
    far = {
        key: (answers[key][0], fact.value)
        for key, fact in facts.items()
        if abs(answers[key][0] - fact.value) > _allowed(fact, answers[key][1])
    }
    assert far == {}


def test_neighbourhood_crime_is_about_a_third_below_the_national_baseline(full: duckdb.DuckDBPyConnection) -> None:
    # source 004, report p.57: about 30% below July 2018 to June 2019
    where = "category in ('personal_robbery', 'residential_burglary', 'vehicle_offences', 'theft_from_person')"
    asking = Asking(full)
    now = asking.count("crimes", "recorded_on", Q1, f"{where} and {CRIME}")[0] / 3
    then = asking.count("crimes", "recorded_on", ("2018-07-01", "2019-06-30"), f"{where} and {CRIME}")[0] / 12
    assert 0.62 < now / then < 0.78
