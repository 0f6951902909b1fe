"""How often the rule for half-uploaded months is wrong where nothing is missing, and how often it finds what is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from upstream.records.quality import Cell, PartMonth, too_low

MONTHS = 36
AREAS = np.array([0.3, 0.22, 0.18, 0.14, 0.1, 0.06])
KINDS = np.array([0.3, 0.22, 0.1, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0.01, 0.005, 0.005])
VOLUME = 12_000
"""Rows a month of a force of middling size, police.uk kinds and six districts."""
RESTLESS = 0.12
"""Standard deviation of the log of a cell's level from month to month beyond chance, as in the open data of four forces
and 63 months: 0.084 by district, 0.100 by kind and 0.122 by both."""
FORCES, FORCES_DEEP, DAMAGED = 40, 1_000, 150


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20190228)


def drawn(rng: np.random.Generator, restless: float) -> np.ndarray:
    """Rows of one force by month, area and kind, with a season and without one month incomplete."""
    season = 1 + 0.15 * np.sin(2 * np.pi * (np.arange(MONTHS) + rng.uniform(0, 12)) / 12)
    level = VOLUME * season[:, None, None] * AREAS[None, :, None] * KINDS
    return rng.poisson(level * np.exp(rng.normal(0, restless, level.shape)))


def cells(month: np.ndarray) -> dict[Cell, int]:
    return {(f"area {a}", f"kind {k}"): int(n) for (a, k), n in np.ndenumerate(month) if n}


def judged(rows: np.ndarray) -> Iterator[tuple[int, tuple[PartMonth, ...]]]:
    every = [cells(month) for month in rows]
    for at, own in enumerate(every):
        near = [every[at + step] for step in (-2, -1, 1, 2) if 0 <= at + step < len(every)]
        yield at, too_low(own, near)


def false_months(rng: np.random.Generator, forces: int, restless: float) -> float:
    """Share of months named although nothing is missing."""
    named = sum(bool(low) for _ in range(forces) for _, low in judged(drawn(rng, restless)))
    return named / (forces * MONTHS)


def found(rng: np.random.Generator, forces: int, where: tuple[slice, slice], kept: float, named: Cell) -> float:
    """Share of months, of which only a part of the rows somewhere is kept, that are named as just that."""
    hits = 0
    for _ in range(forces):
        rows = drawn(rng, RESTLESS)
        at = int(rng.integers(2, MONTHS - 2))
        rows[at][where] = rng.binomial(rows[at][where], kept)
        low = dict(judged(rows[at - 2 : at + 3]))[2]
        hits += [(one.area, one.category) for one in low] == [named]
    return hits / forces


def test_it_seldom_cries_wolf(rng: np.random.Generator) -> None:
    # six months in 10,000 by the deep run: one is expected here, and five or more one time in 500
    assert false_months(rng, FORCES, RESTLESS) < 5 / (FORCES * MONTHS)


@pytest.mark.deep
def test_it_seldom_cries_wolf_over_many_forces(rng: np.random.Generator) -> None:
    usual, wild = false_months(rng, FORCES_DEEP, RESTLESS), false_months(rng, FORCES, 1.5 * RESTLESS)
    assert usual < 0.001
    assert wild < 0.02


@pytest.mark.parametrize(
    ("area", "kind", "kept", "named", "at_least"),
    [
        (slice(5, 6), slice(None), 0.5, ("area 5", None), 0.6),
        (slice(0, 1), slice(None), 0.5, ("area 0", None), 0.65),
        (slice(None), slice(2, 3), 0.5, (None, "kind 2"), 0.6),
        (slice(None), slice(None), 0.5, (None, None), 0.85),
        (slice(5, 6), slice(0, 1), 0.25, ("area 5", "kind 0"), 0.95),
        (slice(0, 1), slice(3, 4), 0.25, ("area 0", "kind 3"), 0.95),
    ],
    ids=["smallest area", "largest area", "a kind", "the force", "a kind in an area", "a smaller kind in an area"],
)
def test_what_is_missing_is_found_and_named_once(
    rng: np.random.Generator, area: slice, kind: slice, kept: float, named: Cell, at_least: float
) -> None:
    assert found(rng, DAMAGED, (area, kind), kept, named) >= at_least
