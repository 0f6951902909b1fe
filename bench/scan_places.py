"""Gi* and local Moran at 35,000 areas beside esda, and density of a million points beside KDEpy's FFTKDE, in one run.

Prints JSON lines. The peers are in requirements/bench.txt, which `make bench` installs.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from timing import best

from upstream.stats.density import density
from upstream.stats.local_association import getis_ord, local_moran
from upstream.stats.neighbours import Neighbours, nearest

SEED = 20220630
AREAS, NEIGHBOURS, PERMUTATIONS = 35_000, 6, 999
ASSOCIATION_BAR = 15
POINTS, SIDE, CELLS, DENSITY_BAR, MOST_ERROR = 1_000_000, 10_000.0, 500, 3, 0.002
BANDWIDTH = 300.0
Floats = NDArray[np.float64]


def say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def judged(bench: str, ours: float, peer: float, name: str, times: int, right: bool, bar: str) -> bool:
    met = right and peer >= times * ours
    say(bench=bench, ours_seconds=ours, peer_seconds=peer, peer=name, ratio=ours / peer, bar=bar, met=met,
        times_faster=round(peer / ours, 1), right=right)  # fmt: skip
    return met


def areas() -> tuple[Floats, Neighbours]:
    """Counts of areas, some of them hot with their neighbours."""
    rng = np.random.default_rng(SEED)
    x, y = rng.uniform(0, 400_000, (2, AREAS))
    level = np.where(np.hypot(x - 1e5, y - 1e5) < 8_000, 12.0, 4.0)
    return rng.poisson(level).astype(float), nearest(x, y, NEIGHBOURS)


def association() -> bool:
    """Both statistics with conditional permutations; the peer works on one core, as it does by default."""
    from esda import G_Local
    from libpysal.weights import W

    values, beside = areas()
    lists = {at: beside.index[beside.start[at] : beside.start[at + 1]].tolist() for at in range(AREAS)}
    warnings.simplefilter("ignore")
    weights = W(lists, silence_warnings=True)
    binary = G_Local(values, weights, transform="B", star=True, permutations=0)
    rng = np.random.default_rng(1)
    ours = getis_ord(values, beside, rng=rng, permutations=PERMUTATIONS)
    # the peer's own answer with weights of one is right; ours is the same, and is that for any scaling of a row
    right = bool(np.allclose(ours.statistic, np.asarray(binary.Zs, float), atol=1e-6))
    scaled = getis_ord(values, beside.row_standardised(), rng=rng, permutations=0).statistic
    unchanged = bool(np.allclose(scaled, ours.statistic, atol=1e-9))
    usual = np.asarray(G_Local(values, weights, star=True, permutations=0).Zs, float)
    say(step="a row rescaled", ours_unchanged=unchanged,
        peer_default_over_right=round(float(np.median(usual / ours.statistic)), 3))  # fmt: skip
    local_moran(values, beside, rng=rng, permutations=9)
    seconds = best(lambda: getis_ord(values, beside, rng=rng, permutations=PERMUTATIONS), 3)
    peer = best(lambda: G_Local(values, weights, transform="B", star=True, permutations=PERMUTATIONS, seed=1), 1)
    bar = f"{ASSOCIATION_BAR} times faster, the same statistic, nothing changed by rescaling"
    met = judged(f"Gi*, {AREAS:,} areas, {PERMUTATIONS} permutations", seconds, peer, "esda", ASSOCIATION_BAR,
                 right and unchanged, bar)  # fmt: skip
    return met & moran_beside(values, beside, weights)


def moran_beside(values: Floats, beside: Neighbours, weights: Any) -> bool:
    from esda import Moran_Local

    rng = np.random.default_rng(2)
    standard = beside.row_standardised()
    ours = local_moran(values, standard, rng=rng, permutations=PERMUTATIONS)
    seconds = best(lambda: local_moran(values, standard, rng=rng, permutations=PERMUTATIONS), 3)
    found: list[Any] = []
    peer = best(lambda: found.append(Moran_Local(values, weights, permutations=PERMUTATIONS, seed=1)), 1)
    # the peer divides by n - 1, we by n, as the source's equation 12
    right = bool(np.allclose(ours.statistic, np.asarray(found[0].Is, float) * AREAS / (AREAS - 1), rtol=1e-6))
    bar = f"{ASSOCIATION_BAR} times faster, the same statistic"
    return judged(f"local Moran, {AREAS:,} areas, {PERMUTATIONS} permutations", seconds, peer, "esda", ASSOCIATION_BAR,
                  right, bar)  # fmt: skip


def exact(x: Floats, y: Floats, at_x: Floats, at_y: Floats) -> Floats:
    """Gaussian density at some places, point by point."""
    found = []
    for one, other in zip(at_x, at_y, strict=True):
        away = ((x - one) ** 2 + (y - other) ** 2) / (2 * BANDWIDTH**2)
        found.append(np.exp(-away).sum() / (2 * np.pi * BANDWIDTH**2))
    return np.array(found)


def smooth() -> bool:
    """A gaussian of one bandwidth on the same grid; both errors are taken against the exact value at some cells."""
    from KDEpy import FFTKDE

    rng = np.random.default_rng(SEED)
    centres = rng.uniform(2_000, 8_000, (40, 2))
    place = centres[rng.integers(0, 40, POINTS)] + rng.normal(0, 500, (POINTS, 2))
    place = place[(place > 0).all(1) & (place < SIDE).all(1)]
    x, y = np.ascontiguousarray(place[:, 0]), np.ascontiguousarray(place[:, 1])
    cell = SIDE / CELLS
    inside = np.ones((CELLS, CELLS), bool)

    def ours() -> Floats:
        return density(x, y, bandwidth=BANDWIDTH, cell=cell, bounds=(0, 0, SIDE, SIDE), kernel="gaussian").values

    axis = (np.arange(CELLS) + 0.5) * cell
    mesh = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    # the peer's grid must cover every point
    wide = np.concatenate([[axis[0] - cell], axis, [axis[-1] + cell]])
    grid = np.stack(np.meshgrid(wide, wide, indexing="ij"), -1).reshape(-1, 2)

    def peer() -> Floats:
        found = FFTKDE(kernel="gaussian", bw=BANDWIDTH).fit(place).evaluate(grid) * len(place)
        return found.reshape(CELLS + 2, CELLS + 2)[1:-1, 1:-1].T

    made, theirs = ours(), peer()
    # away from the edge, where ours alone allows for what lies beyond it
    chosen = rng.integers(100, CELLS - 100, (60, 2))
    truth = exact(x, y, axis[chosen[:, 1]], axis[chosen[:, 0]])
    peak = np.nanmax(made)
    errors = [float(np.abs(map_[chosen[:, 0], chosen[:, 1]] - truth).max() / peak) for map_ in (made, theirs)]
    relative = float(np.abs(made[chosen[:, 0], chosen[:, 1]] / truth - 1).max())
    say(step="error", ours_of_peak=errors[0], peer_of_peak=errors[1], ours_relative=relative, points=len(place),
        cells=int(inside.sum()), grid=len(mesh))  # fmt: skip
    bar = f"{DENSITY_BAR} times faster, error under 0.2% of the exact value"
    return judged(f"density of {POINTS:,} points on {CELLS} x {CELLS}", best(ours, 5), best(peer, 3), "KDEpy FFTKDE",
                  DENSITY_BAR, relative < MOST_ERROR, bar)  # fmt: skip


def main() -> int:
    try:
        met = association() & smooth()
    except ImportError as error:
        say(bench="Gi*, local Moran and density", ours_seconds=None, bar=f"beside the peer: {error.name} is not there",
            met=False)  # fmt: skip
        return 1
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
