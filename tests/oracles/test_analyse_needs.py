"""The index of needs against a recount row by row, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from fixtures_needs import AREAS, NeedsForce
from upstream.analyse.index_definition import load_index
from upstream.analyse.needs import Index, index_of_needs
from upstream.analyse.small_area_needs import TABLES
from upstream.harm.weights import one_for, weights
from upstream.stats.composite import composite, exact, shrunken_rates
from upstream.store import ReadingScope

SCOPE = ReadingScope("tests", "a recount", TABLES, personal=True)
VIOLENCE, ACQUISITIVE = {"violence_with_injury"}, {"residential_burglary", "personal_robbery"}


@pytest.fixture(scope="module")
def found(needs_force: NeedsForce) -> Index:
    return index_of_needs(load_index("vulnerability"), needs_force.store, SCOPE, areas=AREAS, force="test")


@pytest.fixture(scope="module")
def counted(needs_force: NeedsForce) -> dict[str, Counter[str]]:
    """Indicator -> small area -> number, one record at a time."""
    made: dict[str, Counter[str]] = defaultdict(Counter)
    where = {}
    for crime in needs_force.crimes:
        if crime["status"] == "cancelled":
            continue
        where[crime["crime_ref"]] = crime["lsoa"]
        weight = one_for(weights(), "crimes", crime["category"], None)
        if weight is not None and not weight.found_by_police:
            made["harm"][crime["lsoa"]] += float(weight.days)
        made["violence"][crime["lsoa"]] += crime["category"] in VIOLENCE
        made["acquisitive"][crime["lsoa"]] += crime["category"] in ACQUISITIVE
    for incident in needs_force.incidents:
        made["asb"][incident["lsoa"]] += incident["incident_type"].startswith("asb")
    times: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for one in needs_force.people:
        if one["crime_ref"] in where and one["role"] == "victim" and not one["business"]:
            times[where[one["crime_ref"]], one["person"]].add(one["crime_ref"])
    for (code, _), crimes in times.items():
        made["repeats"][code] += len(crimes) > 1
    return made


def test_every_value_is_a_recount(found: Index, needs_force: NeedsForce, counted: dict[str, Counter[str]]) -> None:
    keys = [one.of.key for one in found.indicators]
    assert keys == ["harm", "violence", "acquisitive", "repeats", "asb", "income", "health", "education"]
    assert sum(counted["repeats"].values()) > 50
    for row in found.areas:
        code = row.area.code
        values = dict(zip(keys, row.values, strict=True))
        for key in keys[:5]:
            assert values[key] == pytest.approx(1000 * counted[key][code] / needs_force.residents[code]), (key, code)
        assert values["income"] == needs_force.income[code]
        assert row.area.rural == needs_force.rural[code]


def test_ranks_are_those_of_the_recount(
    found: Index, needs_force: NeedsForce, counted: dict[str, Counter[str]]
) -> None:
    codes = needs_force.codes[:-1]
    bases = [needs_force.residents[code] for code in codes]
    each = [(float(w.days), n) for category, n in _kinds(needs_force, codes).items()
            if (w := one_for(weights(), "crimes", category, None)) and not w.found_by_police]  # fmt: skip
    spread = sum(days * days * n for days, n in each) / sum(days * n for days, n in each)
    indicators = [
        shrunken_rates([counted[key][code] for code in codes], bases, dispersion=spread if key == "harm" else 1.0)
        for key in ("harm", "violence", "acquisitive", "repeats", "asb")
    ]
    income = np.array([needs_force.income[code] for code in codes])
    # health was made to fall as income deprivation rises, education to be half of it
    indicators += [exact(income), exact(1 - income), exact(income / 2)]
    plain = composite(indicators, [25, 15, 10, 15, 10, 10, 8, 7])
    assert {row.area.code: row.rank for row in found.areas} == dict(zip(codes, plain.ranks.tolist(), strict=True))


def _kinds(force: NeedsForce, codes: list[str]) -> Counter[str]:
    # the spread of harm is that of every crime of the force, wherever it is
    return Counter(crime["category"] for crime in force.crimes if crime["status"] != "cancelled")


def test_every_crime_is_somewhere(found: Index, needs_force: NeedsForce) -> None:
    standing = [crime for crime in needs_force.crimes if crime["status"] != "cancelled"]
    too_few = needs_force.codes[-1]
    assert found.left_out == ((too_few, 40),)
    assert found.without_place == sum(crime["lsoa"] is None for crime in standing) > 0
    assert found.elsewhere == sum(crime["lsoa"] == too_few for crime in standing) > 0
    assert found.placed + found.elsewhere + found.without_place == len(standing)


def test_who_lives_in_those_chosen_is_a_recount(
    found: Index, needs_force: NeedsForce, counted: dict[str, Counter[str]]
) -> None:
    ranked, chosen = [row.area.code for row in found.areas], [row.area.code for row in found.areas[:10]]
    (white,) = [group for group in found.groups if group.group == "White"]

    def share(codes: list[str]) -> float:
        return sum(needs_force.white[c] for c in codes) / sum(needs_force.residents[c] for c in codes)

    assert (white.of_all, white.of_top) == pytest.approx((share(ranked), share(chosen)))
    harm = counted["harm"]
    need = sum(harm[c] * needs_force.white[c] / needs_force.residents[c] for c in ranked) / sum(harm[c] for c in ranked)
    assert white.of_need == pytest.approx(need)


def test_rural_and_urban_are_a_recount(found: Index, needs_force: NeedsForce) -> None:
    rural = {kind.name: kind for kind in found.kinds}["Rural"]
    codes = [row.area.code for row in found.areas if needs_force.rural[row.area.code]]
    assert (rural.small_areas, rural.in_top) == (
        len(codes),
        sum(row.rank <= 10 for row in found.areas if row.area.rural),
    )
    assert rural.share_of_residents == pytest.approx(
        sum(needs_force.residents[c] for c in codes) / sum(needs_force.residents[row.area.code] for row in found.areas)
    )
    of_kind = [row.rank_of_kind for row in found.areas if row.area.rural]
    assert of_kind == list(range(1, len(codes) + 1))
