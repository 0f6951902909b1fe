"""Before it starts: what to compare with, how small an effect would be seen, and what would come by itself."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from upstream.assess.counts import SEVERAL, windows_between
from upstream.assess.finding import Better, Refused
from upstream.assess.panel import NEVER, Floats, Mask, Panel, panel_of
from upstream.assess.period_labels import Step
from upstream.errors import BadInput
from upstream.stats.before_after import LEAST_PERIODS, SMOOTHED, counts_before_after, counts_compared, drift_apart
from upstream.stats.displacement import dispersion_of_changes
from upstream.stats.falling_back import LEAST_PLACES, Return, expected_return
from upstream.stats.intervals import Interval
from upstream.stats.power import Design, chance_of_seeing, smallest_ratio

LEAST_EVENTS: Final = 20
"""A comparison with fewer before is refused: chance alone moves 20 by some 22%. Ours."""
DRIFT: Final = 0.05
SMALL_P: Final = 0.01
NOTABLE: Final = 0.1
"""A fall of this share that comes by itself is warned of. Ours."""
MONTHS: Final = (3, 6, 12)
MONTHS_IN_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a place followed the treated one before.

    Attributes
    ----------
    level
        Its rate over the treated place's.
    together
        Correlation of changes, -1 to 1; not a number where either never changed.
    over_a_year
        Whether changes are over a year, and so free of season; else from period to period.
    apart
        Root mean squared difference of the logarithms, level taken out: 0.2 is about 20%.
    drift : Interval
        Factor by which treated over comparison grew a period; 1 where they moved alike.
    drift_p
        Two-sided p of moving alike.
    """

    level: float
    together: float
    over_a_year: bool
    apart: float
    drift: Interval
    drift_p: float

    @property
    def apart_per_cent(self) -> float:
        """How far a period strays from the treated place's, in per cent, the level taken out."""
        return 100 * math.expm1(self.apart)

    @property
    def drifts(self) -> bool:
        """Whether it moved away from the treated place more than chance would have it."""
        return self.drift_p < DRIFT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that the treated one may be compared with, and why; or why not.

    Attributes
    ----------
    unit
        Its name.
    fit
        None where it is refused.
    reasons
        Sentences.
    """

    unit: str
    fit: Fit | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is likely to be seen after some months.

    Attributes
    ----------
    months
        Months after it began.
    smallest
        Smallest effect that is seen 80 times in 100, as a share of what there would have been (0.25 is a quarter fewer,
        or more where more is good); None where none is.
    chance
        Chance of seeing the effect that was asked about, 0 to 1; not a number where nothing can be said.
    """

    months: int
    smallest: float | None
    chance: float


@dataclass(frozen=True, slots=True)
class Curve:
    """How small an effect would be seen, against one comparison.

    Attributes
    ----------
    compared
        Names of the units compared with; none where before is compared with after alone.
    dispersion
        Variance of a period's count over its mean that was allowed for.
    effect
        The effect whose chance of being seen is given, as a share.
    seen
        By months after it was fully running.
    """

    compared: tuple[str, ...]
    dispersion: float
    effect: float
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What is known before it starts.

    Attributes
    ----------
    candidates
        Places to compare with, the best first.
    curves
        Before and after alone; against the best candidate; against all that may serve, where there are several.
    by_itself
        What the place would count with nothing done; None where ``why_not`` says why.
    why_not
        Why regression to the mean cannot be told.
    """

    candidates: tuple[Candidate, ...]
    curves: tuple[Curve, ...]
    by_itself: Return | None
    why_not: str = ""


def design_of(panel: Panel, *, effect: float = 0.2, chosen_by: int = 1) -> Planned:
    """Candidates, power curves and what comes by itself, in one answer."""
    candidates = comparisons_by_fit(panel)
    serve = [one.unit for one in candidates if one.fit is not None and not one.fit.drifts]
    against = [[], serve[:1], serve if len(serve) > 1 else []]
    curves = [smallest_effect(panel, names, effect=effect) for at, names in enumerate(against) if names or not at]
    try:
        return Planned(candidates, tuple(curves), comes_by_itself(panel, periods=chosen_by))
    except BadInput as refused:
        return Planned(candidates, tuple(curves), None, str(refused))


def not_yet_begun(
    rows: Iterable[tuple[str, str, float]], *, outcome: str, treated: Collection[str], buffer: Collection[str] = (),
    better: Better = "lower",
) -> Panel:  # fmt: skip
    """A panel all of whose periods lie before: it begins in the period after the last."""
    given = list(rows)
    last = max((period for _, period, _ in given), default="")
    panel = panel_of(given, outcome=outcome, treated=treated, start=last, buffer=buffer, better=better)
    return replace(panel, starts=np.where(panel.starts == NEVER, NEVER, len(panel.periods)))


def comparisons_by_fit(panel: Panel) -> tuple[Candidate, ...]:
    """Every other unit, the one that followed the treated place best first; those that cannot serve last, with why.

    Those that drifted away come after those that did not; then the smaller difference of logarithms is better, which a
    large and steady place wins over a small one.
    """
    treated = _before(panel, panel.treated)
    if len(treated) < LEAST_PERIODS or not treated.sum():
        raise Refused(
            f"{len(treated)} periods before, with {treated.sum():g} {panel.outcome} in the treated place.",
            allowed=f"{LEAST_PERIODS} or more, with events",
            remedy="Add earlier periods: which place is alike shows only in what came before.",
        )
    others = [at for at, role in enumerate(panel.roles) if role != "treated"]
    made = [_candidate(panel, at, treated) for at in others]
    return tuple(sorted(made, key=_rank))


def smallest_effect(
    panel: Panel, compared: Sequence[str] = (), *, months: Sequence[int] = MONTHS, effect: float = 0.2
) -> Curve:
    """How small an effect is likely to be seen after some months, and the chance of seeing a given one.

    It is asked of before and after, against the comparison where one is given, as :mod:`upstream.assess.counts` will:
    the same seasons of the time before, and what counts vary by beyond chance as the time before shows it.
    """
    if not 0 < effect < 1:
        raise Refused(f"An effect of {effect:g} was asked about.", allowed="a share between 0 and 1")
    names = tuple(compared)
    others = np.isin(panel.units, names)
    if (missing := set(names) - set(panel.units)) or (others & panel.treated).any():
        raise Refused(
            f"{', '.join(sorted(missing)) or 'The treated place'} cannot be compared with.",
            allowed="other units of the data",
        )
    spread = _spread(panel, others)
    ratio = 1 - effect if panel.better == "lower" else 1 + effect
    return Curve(names, spread.dispersion, effect, tuple(_seen(panel, others, spread, one, ratio) for one in months))


def comes_by_itself(panel: Panel, *, periods: int = 1) -> Return:
    """What the treated place would count in the next periods with nothing done; learnt from every unit."""
    if int(panel.treated.sum()) != 1 or len(panel.units) < LEAST_PLACES:
        raise Refused(
            f"{int(panel.treated.sum())} treated of {len(panel.units)} units.",
            allowed=f"one treated unit among {LEAST_PLACES} or more that could have been chosen",
            remedy="Give the counts of every place that could have been chosen.",
        )
    before = panel.start
    return expected_return(
        panel.counts[:, :before],
        int(np.flatnonzero(panel.treated)[0]),
        periods=periods,
        exposure=panel.exposure[:, :before],
    )


def said_of_design(made: Planned, panel: Panel) -> tuple[str, ...]:
    """The whole answer in sentences."""
    said = [f"{_may_serve(one)} {one.unit}: {' '.join(one.reasons)}" for one in made.candidates]
    said += [f"{_against(one)}: {_said_of_seen(one, each, panel)}" for one in made.curves for each in one.seen]
    if made.by_itself is None:
        return (*said, f"What would come by itself is not known: {made.why_not}")
    return (*said, said_of_return(made.by_itself, panel))


def _may_serve(one: Candidate) -> str:
    if one.fit is None:
        return "Not with"
    return "Rather not with" if one.fit.drifts else "Compare with"


def _against(curve: Curve) -> str:
    if not curve.compared:
        return "Before and after alone"
    return f"Against {curve.compared[0] if len(curve.compared) == 1 else f'{len(curve.compared)} places together'}"


def _said_of_seen(curve: Curve, seen: Seen, panel: Panel) -> str:
    way = "fall" if panel.better == "lower" else "rise"
    if math.isnan(seen.chance):
        return f"after {seen.months} months, nothing can be said."
    small = "no effect" if seen.smallest is None else f"a {way} of {100 * seen.smallest:.0f}% or more"
    return (
        f"after {seen.months} months, {small} is likely (80%) to be seen; "
        f"one of {100 * curve.effect:.0f}% has a chance of {100 * seen.chance:.0f}%."
    )


def said_of_return(made: Return, panel: Panel) -> str:
    """What comes by itself in one sentence; a warning where the place was chosen for a bad time."""
    return by_itself_in_words(made, panel.outcome, panel.better, panel.step).words


@dataclass(frozen=True, slots=True)
class ByItself:
    """What comes by itself in a sentence or two, and whether they warn."""

    words: str
    warns: bool


def by_itself_in_words(made: Return, outcome: str, better: Better = "lower", step: Step = "month") -> ByItself:
    """The same where the panel is no longer at hand; what is asked of records is asked by month."""
    expected = made.expected
    long = f"{made.periods} {step}s" if made.periods > 1 else step
    plain = (
        f"With nothing done the next {long} would count about {expected.estimate:,.1f} {outcome} "
        f"({100 * expected.confidence:.0f}% range {expected.lower:,.0f} to {expected.upper:,.0f}); "
        f"the last {long} counted {made.recent:,.0f}."
    )
    by_itself = 1 - made.ratio if better == "lower" else made.ratio - 1
    if not by_itself >= NOTABLE:
        return ByItself(plain, warns=False)
    way = "fall" if better == "lower" else "rise"
    said = (
        f"{plain} A {way} of {100 * by_itself:.0f}% comes by itself: it looks chosen for a bad time. "
        "Judge it against a comparison, or against a longer time before."
    )
    return ByItself(said, warns=True)


def _before(panel: Panel, units: Mask) -> Floats:
    """(periods before,) counts of units, as if exposure had stayed at its mean."""
    exposed = panel.exposure[units].sum(axis=0)[: panel.start]
    counts: Floats = panel.counts[units].sum(axis=0)[: panel.start] * exposed.mean() / exposed
    return counts


def _candidate(panel: Panel, at: int, treated: Floats) -> Candidate:
    unit, role = panel.units[at], panel.roles[at]
    if role == "buffer":
        return Candidate(unit, None, ("It is near by: what is done may reach it, or the problem may move to it.",))
    series = _before(panel, np.arange(len(panel.units)) == at)
    if series.sum() < LEAST_EVENTS:
        return Candidate(
            unit, None, (f"Too few {panel.outcome} before ({series.sum():,.0f}; {LEAST_EVENTS} or more are needed).",)
        )
    if int((treated + series > 0).sum()) < LEAST_PERIODS:
        return Candidate(unit, None, (f"{panel.outcome.capitalize()} fall in too few periods to see a drift.",))
    fit = _fit(panel, at, treated, series)
    return Candidate(unit, fit, _reasons(fit))


def _fit(panel: Panel, at: int, treated: Floats, series: Floats) -> Fit:
    year, start = panel.in_a_year, panel.start
    a, b = np.log(treated + SMOOTHED), np.log(series + SMOOTHED)
    over_a_year = start >= year + LEAST_PERIODS and year > 1
    lag = year if over_a_year else 1
    changes = np.array([a[lag:] - a[:-lag], b[lag:] - b[:-lag]])
    moved = bool((changes.std(axis=1) > 0).all())
    drift = drift_apart(treated, series)
    exposed = panel.exposed("treated")[:start].mean() / panel.exposure[at, :start].mean()
    return Fit(
        level=float(series.sum() / treated.sum() * exposed),
        together=float(np.corrcoef(changes)[0, 1]) if moved else math.nan,
        over_a_year=over_a_year,
        apart=float(np.std(a - b)),
        drift=drift.per_period,
        drift_p=drift.p,
    )


def _reasons(fit: Fit) -> tuple[str, ...]:
    changes = "changes over a year" if fit.over_a_year else "changes from period to period (season not taken out)"
    together = "cannot be compared" if math.isnan(fit.together) else f"correlate at {fit.together:.2f}"
    moved = "moved away from" if fit.drifts else "shows no drift away from"
    p = "p below 0.01" if fit.drift_p < SMALL_P else f"p {fit.drift_p:.2f}"
    return (
        f"Level {fit.level:.2f} times the treated place's; apart by about {fit.apart_per_cent:.0f}% a period.",
        f"Their {changes} {together}.",
        f"It {moved} the treated place before ({p}).",
    )


def _rank(one: Candidate) -> tuple[bool, bool, float, str]:
    return (one.fit is None, one.fit is not None and one.fit.drifts, one.fit.apart if one.fit else 0.0, one.unit)


@dataclass(frozen=True, slots=True)
class _Spread:
    """Variance over mean; degrees of freedom where units show it, None where the periods will."""

    dispersion: float
    degrees: float | None


def _spread(panel: Panel, others: Mask) -> _Spread:
    """What counts vary by, as the test afterwards will see it: about the levels of two halves of what came before."""
    half, start = panel.start // 2, panel.start
    if start < LEAST_PERIODS:
        raise Refused(
            f"{start} periods before do not show how much counts vary.",
            allowed=f"{LEAST_PERIODS} or more",
            remedy="Add earlier periods.",
        )
    y = panel.series("treated")
    first, second = y[:half], y[half:start]
    if not others.any():
        return _Spread(counts_before_after(first, second).dispersion, None)
    c = panel.counts[others]
    found = counts_compared(first, second, c[:, :half].sum(axis=0), c[:, half:start].sum(axis=0)).dispersion
    parts = c[:, :half].sum(axis=1), c[:, half:start].sum(axis=1)
    apart = dispersion_of_changes(*parts) if int((parts[0] + parts[1] > 0).sum()) >= SEVERAL else 1.0
    return _Spread(apart, float(others.sum()) - 1) if apart > found else _Spread(found, None)


def _seen(panel: Panel, others: Mask, spread: _Spread, months: int, ratio: float) -> Seen:
    after = max(1, round(panel.in_a_year * months / MONTHS_IN_YEAR))
    before = windows_between(panel, panel.counted + after).before
    y, c = panel.series("treated")[before], panel.counts[others].sum(axis=0)[before]
    degrees = spread.degrees or len(y) + after - 2
    if not y.any() or degrees < 1:
        return Seen(months, None, math.nan)
    design = Design(
        float(y.mean()), len(y), after, compared=float(c.mean()), dispersion=spread.dispersion, degrees=degrees
    )
    smallest = smallest_ratio(design, fewer=panel.better == "lower")
    share = None if smallest is None else round(abs(1 - smallest), 3)
    return Seen(months, share, float(chance_of_seeing(design, ratio)[0]))
