"""Near repeats and space-time clusters at scale: Knox's test beside pointpats in the same run, and the scan by itself.

Prints JSON lines. The peer is compared at 5,000 points only: at 50,000 it runs out of memory. Each size of Knox's test
is run in a process of its own so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from timing import best

from upstream.stats.knox import knox
from upstream.stats.scan_statistic import circles, permutation_scan

SEED = 20220630
SIDE_METRES, DAYS = 12_000, 365
NEAR_METRES, NEAR_DAYS = 200, 14
PERMUTATIONS = 999
BESIDE_PEER, LEAST_TIMES_FASTER = 5_000, 150
# points, seconds at most, megabytes at most
SIZES = ((50_000, 5, 1_000), (200_000, 60, 4_000))
SCANNED, SCAN_SECONDS, SCAN_PLACES, SCAN_DAYS, LONGEST_DAYS = 10_000, 30, 1_000, 365, 28

Points = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


def say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def points(number: int) -> Points:
    rng = np.random.default_rng(SEED)
    return rng.uniform(0, SIDE_METRES, number), rng.uniform(0, SIDE_METRES, number), rng.integers(0, DAYS, number)


def knox_of(given: Points, permutations: int) -> NDArray[np.int64]:
    found = knox(
        *given,
        distance_breaks=[0, NEAR_METRES],
        lag_breaks=[0, NEAR_DAYS],
        distance_closed="right",
        lag_closed="right",
        permutations=permutations,
        rng=np.random.default_rng(1),
    )
    return found.observed


def by_hand(given: Points, breaks: list[float], lags: list[float]) -> list[list[int]]:
    """Every pair of points looked at: the oracle of the counts."""
    x, y, t = given
    counts = np.zeros((len(breaks) - 1, len(lags) - 1), np.int64)
    for one in range(len(t) - 1):
        away = np.hypot(x[one + 1 :] - x[one], y[one + 1 :] - y[one])
        apart = np.abs(t[one + 1 :] - t[one])
        for row, (low, high) in enumerate(pairwise(breaks)):
            near = ((away > low) | ((low == 0) & (away == 0))) & (away <= high)
            for column, (early, late) in enumerate(pairwise(lags)):
                counts[row, column] += int(
                    (near & ((apart > early) | ((early == 0) & (apart == 0))) & (apart <= late)).sum()
                )
    return counts.tolist()


def beside_the_peer() -> None:
    """pointpats keeps a set of the neighbours in time of every event and loops over events for each permutation."""
    given = points(BESIDE_PEER)
    observed = knox_of(given, 0)
    ours = best(lambda: knox_of(given, PERMUTATIONS), 5)
    bench, bar = (
        f"Knox's test, {BESIDE_PEER:,} points, {PERMUTATIONS} permutations",
        (f"{LEAST_TIMES_FASTER} times faster, the count of every pair looked at in turn"),
    )
    from pointpats import Knox  # a peer of the bench alone: requirements/bench.txt

    place = np.column_stack(given[:2])
    started = time.perf_counter()
    peer = Knox(place, given[2].reshape(-1, 1), delta=NEAR_METRES, tau=NEAR_DAYS, permutations=PERMUTATIONS)
    theirs = time.perf_counter() - started
    equal = by_hand(given, [0, NEAR_METRES], [0, NEAR_DAYS]) == observed.tolist() == [[int(peer.nst)]]
    say(
        bench=bench,
        ours_seconds=round(ours, 4),
        peer="pointpats",
        peer_seconds=round(theirs, 2),
        ratio=ours / theirs,
        times_faster=round(theirs / ours),
        equal=equal,
        bar=bar,
        met=equal and theirs / ours >= LEAST_TIMES_FASTER,
    )


def alone(number: int) -> None:
    """One size, with the memory of this process: the time includes finding the pairs."""
    knox_of(points(500), PERMUTATIONS)  # compiled before
    given = points(number)
    started = time.perf_counter()
    observed = knox_of(given, PERMUTATIONS)
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(seconds=seconds, megabytes=round(megabytes), observed=int(observed[0, 0]))


def at_scale() -> None:
    for number, seconds, megabytes in SIZES:
        done = subprocess.run(
            [sys.executable, __file__, "--alone", str(number)], stdout=subprocess.PIPE, text=True, check=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        say(
            bench=f"Knox's test, {number:,} points, {PERMUTATIONS} permutations, {found['megabytes']:,} MB at most",
            ours_seconds=round(found["seconds"], 2),
            peer_seconds=None,
            megabytes=found["megabytes"],
            pairs_near=found["observed"],
            bar=f"{seconds} s, {megabytes:,} MB",
            met=found["seconds"] <= seconds and found["megabytes"] <= megabytes,
        )


def scan() -> None:
    """Days of events at small areas; circles of up to a tenth of the events, cylinders of up to four weeks."""
    rng = np.random.default_rng(SEED)
    x, y = rng.uniform(0, SIDE_METRES, (2, SCAN_PLACES))
    where = rng.choice(SCAN_PLACES, SCANNED, p=rng.dirichlet(np.full(SCAN_PLACES, 2.0)))
    ages = rng.integers(0, SCAN_DAYS, SCANNED)
    zones = circles(x, y, np.bincount(where, minlength=SCAN_PLACES), most_share=0.1)
    permutation_scan(where, ages, zones, most_periods=LONGEST_DAYS, rng=rng, simulations=1)
    for simulations in (99, 999):
        started = time.perf_counter()
        found = permutation_scan(where, ages, zones, most_periods=LONGEST_DAYS, rng=rng, simulations=simulations)
        seconds = time.perf_counter() - started
        say(
            bench=f"space-time scan, {SCANNED:,} events, {found.zones:,} cylinders, {simulations} simulations",
            ours_seconds=round(seconds, 2),
            peer_seconds=None,
            zones=found.zones,
            nanoseconds_a_zone_and_simulation=round(seconds * 1e9 / found.zones / (simulations + 1), 3),
            **({"bar": f"{SCAN_SECONDS} s", "met": seconds <= SCAN_SECONDS} if simulations == 999 else {}),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", type=int, help="time Knox's test with so many points in this process")
    parser.add_argument("--without-peer", action="store_true", help="leave out the comparison with pointpats")
    options = parser.parse_args()
    if options.alone:
        alone(options.alone)
        return
    if not options.without_peer:
        beside_the_peer()
    at_scale()
    scan()


if __name__ == "__main__":
    main()
