"""The probability yardstick: a number between 0 and 1, and the words the field uses for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from upstream.errors import BadInput

SOURCE: Final = "Cabinet Office, PHIA, Explaining uncertainty in UK intelligence assessment, gov.uk, 24 March 2025"
EVEN_CHANCE: Final = 0.5
NEGLIGIBLE: Final = 0.01
"""Smaller probabilities print as "less than 1%": a simulation does not resolve them and a reader would misread 0%."""


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the yardstick.

    Attributes
    ----------
    order : int
        1 (least likely) to 7.
    term : str
        The words printed.
    lower, upper : float
        Probabilities, 0 to 1, as the source prints them; there are gaps between bands.
    """

    order: int
    term: str
    lower: float
    upper: float


BANDS: Final = (
    Band(1, "Remote chance", 0.00, 0.05),
    Band(2, "Highly unlikely", 0.10, 0.20),
    Band(3, "Unlikely", 0.25, 0.35),
    Band(4, "Realistic possibility", 0.40, 0.50),
    Band(5, "Likely or probable", 0.55, 0.75),
    Band(6, "Highly likely", 0.80, 0.90),
    Band(7, "Almost certain", 0.95, 1.00),
)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A probability with its band.

    Attributes
    ----------
    probability : float
        0 to 1.
    band : Band
        The nearest band.
    printed : str
        Number and words together, for example ``"43% (realistic possibility)"``.
    in_gap : bool
        Whether the probability lies between two bands of the source.
    """

    probability: float
    band: Band
    printed: str
    in_gap: bool


def likelihood(probability: float) -> Likelihood:
    """The band of the yardstick nearest to a probability.

    Question: what word does the field use for this number?

    Parameters: ``probability`` 0 to 1.

    Assumes: nothing. The scale has gaps (5-10%, 20-25% ...): the nearest band is taken, and halfway between two bands
    the one nearer to an even chance, so that words never claim more certainty than the number.

    When not to use: without the number beside it.

    Source: Cabinet Office, PHIA, Explaining uncertainty in UK intelligence assessment, gov.uk, 24 March 2025.
    """
    if not 0 <= probability <= 1:
        raise BadInput(f"{probability} is not a probability.", allowed="0 to 1")
    band = min(BANDS, key=lambda b: (round(_distance(probability, b), 9), _from_even(b)))
    inside = band.lower <= probability <= band.upper
    return Likelihood(probability, band, f"{printed_percent(probability)} ({band.term.lower()})", not inside)


def printed_percent(probability: float) -> str:
    """A probability as a whole per cent; the ends as "less than 1%" and "more than 99%"."""
    if probability < NEGLIGIBLE:
        return "less than 1%"
    if probability > 1 - NEGLIGIBLE:
        return "more than 99%"
    return f"{100 * probability:.0f}%"


def _distance(probability: float, band: Band) -> float:
    return max(band.lower - probability, probability - band.upper, 0.0)


def _from_even(band: Band) -> float:
    return max(band.lower - EVEN_CHANCE, EVEN_CHANCE - band.upper, 0.0)
