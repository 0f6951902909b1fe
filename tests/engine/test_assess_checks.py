"""What stands beside an answer: pretended starts, whole places drawn anew, other things that began, and delivery."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.assess.counts import before_and_after_compared, displacement
from upstream.assess.differences import difference_in_differences
from upstream.assess.dose import more_for_more
from upstream.assess.drivers import in_words, what_goes_with
from upstream.assess.finding import Refused
from upstream.assess.groups import sooner_or_later
from upstream.assess.panel import Panel, panel_of
from upstream.assess.series import interrupted, interrupted_compared

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


def panel(early: float = 1.0, effect: float = 1.0, seed: int = 3, treated: int = 4, **options: object) -> Panel:
    """Twelve places; in the treated ones something may have begun a year before it is said to have."""
    rng = np.random.default_rng(seed)
    mean = np.full((12, 36), 30.0)
    mean[:treated, 12:] *= early
    mean[:treated, 24:] *= effect
    counts = rng.poisson(mean)
    return panel_of(
        [(f"u{i}", month, float(counts[i, j])) for i in range(12) for j, month in enumerate(MONTHS)],
        outcome="thefts", treated=[f"u{i}" for i in range(treated)], start="2022-01", **options,
    )  # fmt: skip


def test_an_effect_at_a_pretended_start_is_said() -> None:
    quiet, early = (difference_in_differences(panel(one)) for one in (1.0, 0.7))
    assert not any("nothing did" in caveat for caveat in quiet.caveats)
    assert any("begun in 2021-01, when nothing did, it finds a ratio of 0.7" in caveat for caveat in early.caveats)
    assert float(early.figures["ratio at a pretended earlier start"]) == pytest.approx(0.7, abs=0.06)
    assert "ratio at a pretended earlier start" not in difference_in_differences(short()).figures
    for method in (interrupted, interrupted_compared):
        assert any("2021-01, when nothing did" in caveat for caveat in method(panel(0.6)).caveats)
        assert method(panel(0.6)).figures["pretended starts"] == 3


def short() -> Panel:
    rows = [(f"u{i}", month, 20.0 + (i * 7 + j) % 5) for i in range(6) for j, month in enumerate(MONTHS[:12])]
    return panel_of(rows, outcome="thefts", treated=["u0"], start="2020-07")


def test_whole_places_are_drawn_anew_where_three_are_treated() -> None:
    found = difference_in_differences(panel(effect=0.7))
    assert float(found.figures["p, whole places drawn anew"]) < 0.05
    assert "p, whole places drawn anew" not in difference_in_differences(panel(treated=2)).figures
    rng = np.random.default_rng(1)
    counts = rng.poisson(30, (40, 36)).astype(float)
    counts[0, 24:] *= 0.2  # one of four treated places carries all of it
    alone = panel_of(
        [(f"u{i}", month, counts[i, j]) for i in range(40) for j, month in enumerate(MONTHS)],
        outcome="thefts", treated=["u0", "u1", "u2", "u3"], start="2022-01",
    )  # fmt: skip
    assert any("wild bootstrap" in caveat for caveat in difference_in_differences(alone).caveats)


def test_something_else_that_began_is_told_apart_by_the_series_and_said_by_all() -> None:
    without, told = [], []
    for seed in range(25):
        for also, into in (([], without), (["2021-01"], told)):
            ratio = interrupted_compared(panel(0.6, 0.8, seed, also_began=also)).ratio
            assert ratio is not None
            into.append(ratio)
    assert np.mean([one.lower < 0.8 < one.upper for one in told]) > 0.85
    assert np.mean([np.log(one.estimate) for one in told]) == pytest.approx(np.log(0.8), abs=0.08)
    assert np.mean([np.log(one.estimate) for one in without]) > np.log(0.8) + 0.15
    said = difference_in_differences(panel(0.6, 0.8, also_began=["2021-01"])).caveats
    assert any("Something else began there in 2021-01" in caveat for caveat in said)
    with pytest.raises(Refused, match="outside the data"):
        panel(also_began=["2024-01"])


def delivered(slope: float, seed: int = 5, lag: int = 0, sent: float = 0.0) -> list[tuple[str, str, float, float]]:
    """Counts beside doses, of which busy places may be sent more."""
    rng = np.random.default_rng(seed)
    dose = rng.uniform(0, 4, (6, 36))
    level = rng.uniform(20, 60, (6, 1))
    dose += sent * (level - 20)
    count = rng.poisson(level * np.exp(slope * np.roll(dose, lag, axis=1)))
    return [(f"u{i}", MONTHS[j], float(count[i, j]), float(dose[i, j])) for i in range(6) for j in range(36)]


def test_more_for_more() -> None:
    found = more_for_more(delivered(-0.1), outcome="assaults", delivered="hours")
    assert float(found.figures["factor of one unit more"]) == pytest.approx(np.exp(-0.1), abs=0.03)
    assert found.ratio is not None
    assert found.ratio.upper < 1
    assert found.observed - found.counterfactual < 0
    assert found.maryland.level == 2
    assert any("not yet an effect" in caveat for caveat in found.caveats)
    to_busy = more_for_more(delivered(-0.1, sent=0.1), outcome="assaults", delivered="hours")
    assert float(to_busy.figures["factor of one unit more"]) == pytest.approx(np.exp(-0.1), abs=0.03)
    later = more_for_more(delivered(-0.1, lag=2), outcome="assaults", delivered="hours", lag=2)
    assert later.p is not None
    assert later.p < 0.001
    seen = [more_for_more(delivered(0.0, seed), outcome="a", delivered="h").p for seed in range(60)]
    assert np.mean(np.array(seen, float) < 0.05) <= 0.13


@pytest.mark.parametrize(
    ("rows", "lag", "why"),
    [
        ([], 0, "no rows"),
        ([("u", "2020-01", 1.0, 1.0)] * 2, 0, "two rows"),
        ([("u", month, 1.0, 1.0) for month in MONTHS], 0, "alike"),
        (delivered(0.0), 40, "too few"),
        ([("u", month, 1.0, -1.0) for month in MONTHS], 0, "below nought"),
    ],
)
def test_delivery_that_cannot_be_read(rows: list[tuple[str, str, float, float]], lag: int, why: str) -> None:
    with pytest.raises(Refused, match=why):
        more_for_more(rows, outcome="assaults", delivered="hours", lag=lag)


def test_what_goes_with_an_answer() -> None:
    rng = np.random.default_rng(2)
    factors = rng.normal(0, 1, (600, 3))
    yes = rng.random(600) < 1 / (1 + np.exp(-0.3 - 1.2 * factors[:, 1]))
    found = what_goes_with(yes, factors, ["heard", "polite", "quick"])
    assert found[0].name == "polite"
    assert found[0].driver.dominance > 0.9
    assert found[0].p_of_many < 0.001 < 0.05 < max(one.p_of_many for one in found)
    assert all(one.p_of_many >= one.driver.p for one in found)
    assert in_words(found[0]).startswith("polite: odds of yes")
    with pytest.raises(Refused, match="of the rarer kind"):
        what_goes_with(yes[:40], factors[:40], ["heard", "polite", "quick"])
    with pytest.raises(Refused):
        what_goes_with(factors[:, 0] > 0, factors[:, :1], ["perfect"])


def test_time_until_it_happened() -> None:
    rng = np.random.default_rng(4)
    own = np.arange(300) % 2 == 0
    until = rng.exponential(np.where(own, 20, 10))
    months, happened = np.minimum(until, 12), until <= 12
    found = sooner_or_later(months, happened, own, what="reoffending")
    assert found.ratio is not None
    assert found.ratio.upper < 1
    assert found.ratio.lower < 0.5 < found.ratio.upper
    assert found.probability_of_benefit > 0.99
    assert found.observed - found.counterfactual == pytest.approx(found.difference.estimate if found.difference else 0)
    worse = sooner_or_later(months, happened, ~own, what="reoffending")
    assert worse.probability_of_benefit < 0.01
    with pytest.raises(Refused, match="9 people"):
        sooner_or_later(months[:59], happened[:59], np.arange(59) < 9, what="reoffending")
    with pytest.raises(Refused, match="happened to nobody"):
        sooner_or_later(months, np.zeros(300), own, what="reoffending")


@pytest.mark.parametrize("method", [difference_in_differences, before_and_after_compared, displacement])
def test_a_place_that_has_no_like_is_said(method: object) -> None:
    assert callable(method)

    def busy(level: float) -> Panel:
        rows = [
            (f"u{i}", month, (level if i == 0 else 20.0) + (i * 7 + j) % 5)
            for i in range(8)
            for j, month in enumerate(MONTHS)
        ]
        return panel_of(rows, outcome="thefts", treated=["u0"], start="2021-06")

    assert any("2.7 times the thefts of the busiest comparison" in caveat for caveat in method(busy(58.0)).caveats)
    assert not any("busiest comparison" in caveat for caveat in method(busy(25.0)).caveats)
