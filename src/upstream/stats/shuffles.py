"""Values dealt out anew at random, many times over: what every test by permutation draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray


def shuffles(values: NDArray[Any], number: int, rng: np.random.Generator) -> NDArray[Any]:
    """Random orders of the same values: (number, n).

    Every order is as likely as any other. Each is drawn from a stream of its own, begun at 64 bits from ``rng``: so
    they are the same on any number of processors, and drawn on all of them.

    After Fisher and Yates's shuffle as in Knuth, The Art of Computer Programming 2, algorithm 3.4.2P; whole numbers
    below a bound without bias as in Lemire 2019, ACM Transactions on Modeling and Computer Simulation 29(1):3; the
    streams are SplitMix64, Steele, Lea and Flood 2014, OOPSLA '14:453-472.
    """
    drawn = np.empty((number, len(values)), values.dtype)
    _shuffle(values, rng.integers(0, 2**64, number, dtype=np.uint64), drawn)
    return drawn


def _mixed(state: np.uint64) -> np.uint64:
    """32 random bits of a state of SplitMix64."""
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)


_bits = njit(cache=True, inline="always")(_mixed)


def _shuffled(values: NDArray[Any], seeds: NDArray[np.uint64], drawn: NDArray[Any]) -> None:
    step, low = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFFFFFFFF)
    for row in prange(len(seeds)):
        state, out = seeds[row], drawn[row]
        out[:] = values
        for last in range(len(values) - 1, 0, -1):
            below = np.uint64(last + 1)
            state += step
            product = _bits(state) * below
            if (product & low) < below:
                unfair = (np.uint64(1 << 32) - below) % below
                while (product & low) < unfair:
                    state += step
                    product = _bits(state) * below
            chosen = np.int64(product >> np.uint64(32))
            out[last], out[chosen] = out[chosen], out[last]


_shuffle = njit(parallel=True, cache=True)(_shuffled)
