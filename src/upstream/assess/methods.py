"""The methods that the ladder asks, the highest first, each with what it cannot do without.

A new method adds its line where it belongs in that order.
"""

from __future__ import annotations

from typing import Final

from upstream.assess import counts, differences, micro_synthetic, series, structural, synthetic
from upstream.assess.ladder import Method, Needs

METHODS: Final = (
    Method(
        "micro_synthetic",
        "Micro synthetic control",
        Needs(before=3, comparisons=micro_synthetic.LEAST_DONORS, at_once=True),
        micro_synthetic.micro_synthetic,
    ),
    Method(
        "synthetic_control",
        "Synthetic control",
        Needs(before=12, comparisons=synthetic.LEAST_DONORS, at_once=True, counts=False, steady=False),
        synthetic.synthetic,
    ),
    Method(
        "synthetic_did",
        "Synthetic difference in differences",
        Needs(before=12, comparisons=synthetic.LEAST_DONORS, at_once=True, counts=False, steady=False),
        synthetic.synthetic_difference,
    ),
    Method(
        "difference_in_differences",
        "Difference in differences",
        Needs(before=2, after=1, comparisons=4, at_once=True, counts=False),
        differences.difference_in_differences,
    ),
    Method(
        "staggered",
        "Steps against places not yet treated",
        Needs(before=2, after=1, comparisons=2, counts=False, steady=False),
        differences.staggered_differences,
    ),
    Method(
        "interrupted_series_compared",
        "Interrupted series, against a comparison",
        Needs(before=6, after=3, comparisons=1, mean=1.0),
        series.interrupted_compared,
    ),
    Method(
        "structural",
        "Structural time series",
        Needs(before=12, mean=structural.LEAST_MEAN, at_once=True, counts=False),
        structural.structural,
    ),
    Method(
        "before_after_compared",
        "Before and after, against a comparison",
        Needs(before=2, after=1, comparisons=1),
        counts.before_and_after_compared,
    ),
    Method("displacement_difference", "Weighted displacement difference", Needs(comparisons=1), counts.displacement),
    Method(
        "interrupted_series", "Interrupted series", Needs(before=6, after=3, mean=1.0, steady=False), series.interrupted
    ),
    Method("before_after", "Before and after", Needs(before=2, steady=False), counts.before_and_after),
)
