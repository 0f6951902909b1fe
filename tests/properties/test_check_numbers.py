"""Numbers survive printing and reading; the order of rows and of files changes no finding."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.reports.check import check_tables
from upstream.reports.check.numbers import Value, parse_value, percent_agrees, share_can_be
from upstream.reports.check.reading.sheets import read_csv


@given(st.integers(-10_000_000, 10_000_000), st.sampled_from(["{:,}", "{}", "({})", "{:,} "]))
def test_counts_survive_printing(number: int, form: str) -> None:
    text = form.format(abs(number)) if form == "({})" else form.format(number)
    value = parse_value(text.replace("-", "\u2212"))
    assert value is not None
    assert value.number == (-abs(number) if form == "({})" else number)


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([0, 1, 2]))
def test_a_rounded_per_cent_always_follows(later: int, earlier: int, decimals: int) -> None:
    exact = 100 * (later - earlier) / earlier
    printed = Value(round(exact, decimals), decimals, True, "")
    assert percent_agrees(printed, Value(later, 0, False, ""), Value(earlier, 0, False, ""), change=True)


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_share_of_some_whole_can_be(part: int, more: int) -> None:
    whole = part + more
    assert share_can_be(Value(round(100 * part / whole), 0, True, ""), part)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    parts = [[f"Area {chr(65 + n)}", *(rng.randint(10, 900) for _ in range(3))] for n in range(6)]
    total = ["Total", *(sum(int(r[c]) for r in parts) for c in (1, 2, 3))]
    total[2] = int(total[2]) + rng.choice((0, 7))

    def found(rows: list[list[object]]) -> list[str]:
        lines = [["Area", "Apr 2024", "May 2024", "Jun 2024"], *rows, total]
        pages = read_csv("\n".join(",".join(map(str, r)) for r in lines) + "\n", "x.csv")
        return sorted(f.rule for f in check_tables(pages.tables).findings)

    turned = list(parts)
    rng.shuffle(turned)
    assert found(parts) == found(turned)
