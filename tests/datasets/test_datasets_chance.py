"""Months vary as chance does: shares about their level as binomial draws, counts at least as Poisson draws.

Limits are set from the spread of past months. Were that spread smaller than chance makes it, nearly every later month
would lie outside. The spread is taken from the differences of consecutive months, so that a published change of level
counts for one month only.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from upstream.datasets.sampling import counts, successes, tie

SPAN = "between '2020-04-01' and '2022-06-30'"
# 26 differences: the ratio of purely binomial months lies between 0.7 and 1.4 in 99 of 100 series
LEAST, MOST = 0.7, 2.0
# the share of calls that a control room answers in time has bad months that nobody would call chance
MOST_OF_CALLS = 10.0
SATISFIED = "answer in ('completely_satisfied', 'very_satisfied')"
CHARGED = "outcome_code in ('1', '1A')"


def spread_ratio(successes: np.ndarray, trials: np.ndarray) -> float:
    """Standard deviation of monthly shares over that of binomial months with one level; no unit."""
    share = successes.sum() / trials.sum()
    z = (successes / trials - share) / np.sqrt(share * (1 - share) / trials)
    return float(np.sqrt(np.mean(np.diff(z) ** 2) / 2))


def survey(name: str, question: str, positive: str) -> tuple[str, str, str, str]:
    return "survey_responses", "responded_on", positive, f"survey = '{name}' and question = '{question}'"


def outcome(positive: str, among: str = "true") -> tuple[str, str, str, str]:
    return "outcomes", "outcome_on", positive, among


def in_time(grade: int, seconds: int) -> tuple[str, str, str, str]:
    took = f"datediff('second', acknowledged_at, arrived_at) <= {seconds}"
    return "incidents", "opened_on", took, f"grade = {grade} and arrived_at is not null"


SHARES = {
    "domestic abuse satisfaction": survey("victim_domestic_abuse", "whole_experience", SATISFIED),
    "domestic abuse follow-up": survey("victim_domestic_abuse", "follow_up", SATISFIED),
    "burglary satisfaction": survey("victim_burglary", "whole_experience", SATISFIED),
    "violent crime satisfaction": survey("victim_violent", "whole_experience", SATISFIED),
    "hate crime satisfaction": survey("victim_hate", "whole_experience", SATISFIED),
    "road collision satisfaction": survey("victim_road_collision", "whole_experience", SATISFIED),
    "confidence": survey("public_perception", "confidence", "answer in ('strongly_agree', 'tend_to_agree')"),
    "treated fairly": survey("public_perception", "treated_fairly", "answer in ('strongly_agree', 'tend_to_agree')"),
    "seen police": survey("public_perception", "seen_police", "answer = 'yes'"),
    "charges": outcome(CHARGED),
    "outcome 14": outcome("outcome_code = '14'"),
    "outcome 16": outcome("outcome_code = '16'"),
    "outcome 17": outcome("outcome_code = '17'"),
    "outcome 18": outcome("outcome_code = '18'"),
    "outcome 20": outcome("outcome_code = '20'"),
    "outcome 22": outcome("outcome_code = '22'"),
    "domestic abuse outcomes": outcome("domestic_abuse"),
    "domestic abuse charges": outcome(CHARGED, "domestic_abuse"),
    "domestic abuse outcome 16": outcome("outcome_code = '16'", "domestic_abuse"),
    "grade 1 in time": in_time(1, 1200),
    "grade 2 in time": in_time(2, 7200),
    "grade 3 in time": in_time(3, 172_800),
}  # fmt: skip
COUNTS = {
    **{f"outcome {code}": ("outcomes", "outcome_on", f"outcome_code = '{code}'")
       for code in ("1", "1A", "8", "14", "16", "17", "18", "20", "22")},
    **{f"{channel} contacts": ("contacts", "queued_on", f"channel = '{channel}'")
       for channel in ("999", "101", "digital")},
    "incidents": ("incidents", "opened_on", "true"),
    "arrests": ("arrests", "arrested_on", "true"),
    "searches": ("stop_searches", "searched_on", "true"),
    "answers on domestic abuse": ("survey_responses", "responded_on", "survey = 'victim_domestic_abuse' "
                                  "and question = 'whole_experience'"),
    "answers on hate crime": ("survey_responses", "responded_on", "survey = 'victim_hate'"),
}  # fmt: skip


def monthly(con: duckdb.DuckDBPyConnection, table: str, day: str, positive: str, among: str) -> np.ndarray:
    """Successes and trials of each of the 27 months, a row a month."""
    return np.array(con.execute(
        f"select count(*) filter ({positive}), count(*) from {table} where {among} and {day} {SPAN} "
        f"group by date_trunc('month', {day}) order by date_trunc('month', {day})"
    ).fetchall(), float)  # fmt: skip


@pytest.mark.parametrize("name", SHARES)
def test_force_shares_vary_as_chance_does(full: duckdb.DuckDBPyConnection, name: str) -> None:
    held = monthly(full, *SHARES[name])
    assert held.shape == (27, 2)
    assert LEAST < spread_ratio(held[:, 0], held[:, 1]) < MOST


@pytest.mark.parametrize("name", SHARES)
def test_area_shares_vary_as_chance_does(full: duckdb.DuckDBPyConnection, name: str) -> None:
    table, day, positive, among = SHARES[name]
    ratios = []
    for area in "ABCDE":
        held = monthly(full, table, day, positive, f"{among} and area = '{area}'")
        ratios.append(spread_ratio(held[:, 0], held[:, 1]))
    assert LEAST < float(np.sqrt(np.mean(np.square(ratios)))) < MOST
    assert max(ratios) < MOST


@pytest.mark.parametrize(("channel", "seconds"), [("999", 10), ("101", 30)])
def test_calls_vary_by_more_than_chance(full: duckdb.DuckDBPyConnection, channel: str, seconds: int) -> None:
    waited = f"datediff('microsecond', queued_at, answered_at) <= {seconds * 1_000_000}"
    for positive in (waited, "abandoned"):
        held = monthly(full, "contacts", "queued_on", positive, f"channel = '{channel}'")
        assert 1.0 < spread_ratio(held[:, 0], held[:, 1]) < MOST_OF_CALLS


@pytest.mark.parametrize("where", ["true", *(f"area = '{code}'" for code in "ABCDE")])
def test_referral_rates_vary_as_chance_does(full: duckdb.DuckDBPyConnection, where: str) -> None:
    held = np.array(full.execute(
        "select sum(numerator), sum(denominator) from returns where measure = 'victim_referrals' "
        f"and period_to {SPAN} and {where} group by period_to order by period_to"
    ).fetchall(), float)  # fmt: skip
    assert LEAST < spread_ratio(held[:, 0], held[:, 1]) < MOST


@pytest.mark.parametrize(("role", "abuse"), [("victim", True), ("victim", False), ("suspect", True)])
def test_repeat_rates_vary_as_chance_does(full: duckdb.DuckDBPyConnection, role: str, abuse: bool) -> None:
    flagged = "and crimes.domestic_abuse" if abuse else ""
    held = np.array(full.execute(
        "with seen as (select distinct person, datediff('month', date '2018-07-01', crimes.recorded_on) as month "
        f"from people_in_crimes join crimes using (crime_ref) where role = '{role}' and crimes.status <> 'cancelled' "
        f"{flagged}), "
        "known as (select month, month - lag(month) over (partition by person order by month) as since from seen) "
        "select count(*) filter (since <= 11), count(*) from known where month >= 21 group by month order by month"
    ).fetchall(), float)  # fmt: skip
    assert held.shape == (27, 2)
    assert LEAST < spread_ratio(held[:, 0], held[:, 1]) < MOST


@pytest.mark.parametrize("name", COUNTS)
def test_counts_vary_at_least_as_poisson_draws(full: duckdb.DuckDBPyConnection, name: str) -> None:
    table, day, among = COUNTS[name]
    held = monthly(full, table, day, "true", among)[:, 0]
    assert held.size == 27
    # step to step, so that neither season nor trend makes up for months that are too smooth
    assert float(np.mean(np.diff(held) ** 2) / 2 / held.mean()) > LEAST**2


def test_successes_keep_their_level_and_their_spread() -> None:
    rng = np.random.default_rng(5)
    trials = np.full(4000, 70, np.int64)
    drawn = successes(trials, 0.72, rng, swing=0.0)
    assert drawn.mean() / 70 == pytest.approx(0.72, abs=0.004)
    assert spread_ratio(drawn, trials) == pytest.approx(1.0, abs=0.06)


def test_a_printed_total_is_met_and_chance_remains() -> None:
    rng = np.random.default_rng(6)
    trials = np.full(12, 70, np.int64)
    held = [successes(trials, 0.72, rng, total=596, swing=0.0) for _ in range(400)]
    assert {int(months.sum()) for months in held} == {596}
    assert all(((months >= 0) & (months <= trials)).all() for months in held)
    # conditional on the sum the variance is that of a multivariate hypergeometric draw: 11 / 12 of the binomial
    share = 596 / 840
    expected = 70 * share * (1 - share) * 11 / 12
    assert np.var(held) == pytest.approx(expected, rel=0.08)


def test_a_total_beyond_the_trials_is_met_as_nearly_as_they_allow() -> None:
    rng = np.random.default_rng(7)
    trials = np.array([3, 0, 5], np.int64)
    assert tie(np.array([1, 0, 2], np.int64), trials, 99, rng).tolist() == [3, 0, 5]
    assert tie(np.array([1, 0, 2], np.int64), trials, 0, rng).tolist() == [0, 0, 0]


def test_counts_have_the_dispersion_of_their_level_and_its_swing() -> None:
    drawn = counts(400.0, np.random.default_rng(8), 20_000, swing=0.05)
    assert drawn.mean() == pytest.approx(400, rel=0.01)
    # Poisson variance 400 and the swing's (0.05 * 400) squared
    assert drawn.var() == pytest.approx(800, rel=0.05)
