"""Where each method of assessment is published, as its kernel names it: the references of a paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from upstream.assess.finding import MARYLAND_SOURCE
from upstream.stats.yardstick import SOURCE as YARDSTICK_SOURCE

SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "micro_synthetic": (
        "Deville and Särndal (1992), Calibration estimators in survey sampling, Journal of the American Statistical "
        "Association 87, 376-382",
        "Hainmueller (2012), Entropy balancing for causal effects, Political Analysis 20, 25-46",
    ),
    "synthetic_control": (
        "Abadie and Gardeazabal (2003), The economic costs of conflict, American Economic Review 93, 113-132",
        "Abadie, Diamond and Hainmueller (2010), Synthetic control methods for comparative case studies, Journal of "
        "the American Statistical Association 105, 493-505",
    ),
    "synthetic_did": (
        "Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), Synthetic difference-in-differences, American "
        "Economic Review 111, 4088-4118",
    ),
    "difference_in_differences": (
        "Donald and Lang (2007), Inference with difference-in-differences and other panel data, Review of Economics "
        "and Statistics 89, 221-233",
        "Paule and Mandel (1982), Consensus values and weighting factors, Journal of Research of the National Bureau "
        "of Standards 87, 377-385",
    ),
    "staggered": (
        "Callaway and Sant'Anna (2021), Difference-in-differences with multiple time periods, Journal of Econometrics "
        "225, 200-230",
    ),
    "interrupted_series_compared": (
        "Lopez Bernal, Cummins and Gasparrini (2017), Interrupted time series regression for the evaluation of public "
        "health interventions, International Journal of Epidemiology 46, 348-355",
    ),
    "structural": (
        "Brodersen, Gallusser, Koehler, Remy and Scott (2015), Inferring causal impact using Bayesian structural "
        "time-series models, Annals of Applied Statistics 9, 247-274",
    ),
    "before_after_compared": (
        "Gart (1966), Alternative analyses of contingency tables, Biometrika 53, 637-639",
        "Agresti (1999), On logit confidence intervals for the odds ratio with small samples, Biometrics 55, 597-602",
    ),
    "displacement_difference": (
        "Wheeler and Ratcliffe (2018), A simple weighted displacement difference test to evaluate place based crime "
        "interventions, Crime Science 7:11",
    ),
    "before_after": (
        "Przyborowski and Wilenski (1940), Homogeneity of results in testing samples from Poisson series, Biometrika "
        "31, 313-323",
        "Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16, "
        "101-133",
    ),
}
SOURCES["interrupted_series"] = SOURCES["interrupted_series_compared"]
WORTH: Final = "HM Treasury (2022), The Green Book: central government guidance on appraisal and evaluation"


def references(methods: Iterable[str], *, worth: bool) -> tuple[str, ...]:
    """The publications that a paper rests on, in alphabetical order."""
    found = {one for key in methods for one in SOURCES.get(key, ())} | {MARYLAND_SOURCE, YARDSTICK_SOURCE}
    return tuple(sorted(found | ({WORTH} if worth else set())))
