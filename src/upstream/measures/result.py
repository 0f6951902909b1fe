"""What a measure's calculation gives: frozen series that carry their provenance. Nothing here computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from upstream.measures.definition import Definition
from upstream.periods import Month

FORCE = "force"
"""Area key of the whole force: every row, whatever its area says."""
NOT_KNOWN = "not_known"
"""Area key of rows whose area is blank or is no area of the force."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
State = Literal["held", "part", "missing", "not_applicable"]
Grain = Literal["day", "week", "month", "quarter", "year", "year_to_date", "rolling_3", "rolling_6", "rolling_12"]


@dataclass(frozen=True, slots=True)
class TableVersion:
    """A Delta table version that a figure rests on; ``version`` is -1 for Parquet files outside a store."""

    table: str
    version: int
    committed_at: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What reproduces a figure.

    Attributes
    ----------
    key, hash : str
        The definition and the SHA-256 of what it says.
    tables : tuple of TableVersion
    query : str
        SQL whose result holds the integer facts behind the figure (one query may serve many measures).
    engine : str
        "duckdb" or "spark".
    engine_version : str
        Version of the calculation; a change of it empties the cache.
    """

    key: str
    hash: str
    tables: tuple[TableVersion, ...]
    query: str
    engine: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Value:
    """One figure: value in the measure's unit, NaN when missing.

    Attributes
    ----------
    value : float
    numerator, denominator : float
        Counts (or weighted sums) behind it; NaN where the kind has none.
    state : State
    months_held, months_wanted : int
        How many of the months it covers are held ("11 of 12 months held").
    low, high : float
        95% interval of a proportion or quantile; NaN for counts.
    """

    value: float
    numerator: float
    denominator: float
    state: State
    months_held: int
    months_wanted: int
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True, slots=True)
class Limits:
    """Control limits of one rule, a value for every month of the series (NaN where there are none).

    Attributes
    ----------
    rule : str
        "two_sd", "xmr" or "counts".
    centre, lower, upper : (n_months,) float array, unrounded, measure's unit
    baseline_from, baseline_to : Month or None
        The baseline of the newest limits.
    baseline_months : int
        How many of the baseline's months are held (10 and 11 of 12 are used and say so).
    refused : str or None
        Why there are none for the newest month.
    notes : tuple of str
        Plain sentences to print beside the chart.
    false_alarm : float
        Chance that a value of an unchanged series lies outside the newest limits (0 to 1); NaN when not known.
    dependent : bool
        Whether the newest baseline's months follow one another too closely for that chance to be relied on.
    """

    rule: str
    centre: Floats
    lower: Floats
    upper: Floats
    baseline_from: Month | None
    baseline_to: Month | None
    baseline_months: int
    refused: str | None = None
    notes: tuple[str, ...] = ()
    false_alarm: float = float("nan")
    dependent: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A special-cause signal at a month.

    Attributes
    ----------
    month : Month
    rule : str
        "above_limit", "below_limit", "shift", "trend", "two_of_three".
    limits : str
        The limits rule it was judged against.
    direction : {"high", "low"}
    favourable : bool or None
        By the measure's direction of good; ``None``: neither direction is good.
    """

    month: Month
    rule: str
    limits: str
    direction: Literal["high", "low"]
    favourable: bool | None


@dataclass(frozen=True, slots=True)
class Change:
    """From an earlier figure to a later one.

    Attributes
    ----------
    name : str
        "previous", "same_last_year", "year_to_date", "rolling_12".
    now_label, then_label : str
        The periods compared, for readers.
    now, then : Value
    difference : float
        ``now - then`` (percentage points for a per cent); NaN when either is missing.
    percent : float
        100 (now - then) / then; NaN for per cents, when ``then`` is missing, or when the base is tiny.
    percent_withheld : str or None
        Why there is no per cent.
    p_value : float
        Two-sided exact test of no change; NaN when there is none.
    significant : bool or None
        ``p_value`` < 0.05.
    test : str or None
        Its name.
    broken : Month or None
        First month of a new way of recording that lies between the two, which are then not comparable.
    """

    name: str
    now_label: str
    then_label: str
    now: Value
    then: Value
    difference: float
    percent: float
    percent_withheld: str | None
    p_value: float
    significant: bool | None
    test: str | None
    broken: Month | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """The months ahead from the series' pre-chosen model.

    Attributes
    ----------
    months : tuple of Month
    median : (n_ahead,) float array, measure's unit
    low_80, high_80, low_95, high_95 : (n_ahead,) float arrays
        Ends of the 80% and 95% intervals of each month.
    model : str
        Which model.
    refused : str or None
        Why there is none (then the arrays are empty).
    """

    months: tuple[Month, ...]
    median: Floats
    low_80: Floats
    high_80: Floats
    low_95: Floats
    high_95: Floats
    model: str
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely what good looks like is to be reached by its date.

    Attributes
    ----------
    probability : float
        0 to 1; NaN when none is given.
    band : str or None
        Words of the probability yardstick.
    target : str
        The target as worded.
    by : Month or None
    threshold : float
        What has to be reached, in the unit of ``on``; NaN when there is none.
    model : str
    reason : str or None
        Why none is given.
    already : bool
        True when the date has passed or the period is complete: the outcome is known, not forecast.
    overridden_by, override_reason : str or None
        A person's own judgement, with a name (a post) and a reason; ``probability`` and ``band`` are then theirs and
        ``model_probability`` keeps the model's.
    """

    probability: float
    band: str | None
    target: str
    by: Month | None
    threshold: float
    model: str
    reason: str | None = None
    already: bool = False
    overridden_by: str | None = None
    override_reason: str | None = None
    model_probability: float = float("nan")


@dataclass(frozen=True, slots=True)
class Rank:
    """Place among similar forces, 1 = lowest rate per 1,000 residents, with its 95% interval by simulation."""

    rank: int
    low: int
    high: int
    of: int
    rate_per_1000: float
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One measure in one area, to the newest month.

    Attributes
    ----------
    area, area_name : str
        ``FORCE``, an area's code, or ``NOT_KNOWN``.
    months : tuple of Month
        Consecutive; the last is the month reported.
    monthly : (n_months,) float array
        Each month's own value (a proportion's own month), NaN when missing.
    values : (n_months,) float array
        The headline value by the measure's window ending in that month; equals ``monthly`` when the window is a month.
    numerator, denominator : (n_months,) float arrays
        Of each month alone; NaN when missing or when the kind has none.
    states : tuple of State
        Of each month.
    latest : Value
        The headline value in the last month (or the last month it is expected for).
    latest_month : Month
    year_to_date, rolling_12 : Value
    limits : tuple of Limits
        Primary first, then the others.
    flags : tuple of Flag
        Every special cause of every month under the primary limits, and limits crossed under the others.
    changes : tuple of Change
    projection : Projection or None
    likelihoods : tuple of Likelihood
        One a target, the headline target first.
    rank : Rank or None
    left_out : int
        Rows that the kind could not use in the latest month (durations: a time lacking or negative).
    outside_q : float
        Benjamini-Hochberg q of the latest month against its primary limits' baseline, among all lines that have limits
        (0 to 1); NaN without limits.
    breaks : tuple of Month
        First months of each new way of recording within ``months``; nothing may be read across one.
    """

    area: str
    area_name: str
    months: tuple[Month, ...]
    monthly: Floats
    values: Floats
    numerator: Floats
    denominator: Floats
    states: tuple[State, ...]
    latest: Value
    latest_month: Month
    year_to_date: Value | None
    rolling_12: Value | None
    limits: tuple[Limits, ...]
    flags: tuple[Flag, ...]
    changes: tuple[Change, ...]
    projection: Projection | None
    likelihoods: tuple[Likelihood, ...]
    rank: Rank | None = None
    left_out: int = 0
    outside_q: float = float("nan")
    breaks: tuple[Month, ...] = ()

    @property
    def exceptional(self) -> Flag | None:
        """The flag of the latest month outside its primary limits, if it is."""
        primary = self.limits[0].rule if self.limits else None
        for flag in self.flags:
            if flag.month == self.latest_month and flag.limits == primary and flag.rule.endswith("_limit"):
                return flag
        return None


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """A measure for the force and its areas, or why it could not be calculated.

    ``series`` maps area keys to series, the force first, then areas in the order given, then ``NOT_KNOWN`` when it has
    rows. ``not_held`` says which table or month is lacking (then ``series`` is empty).
    """

    definition: Definition
    series: dict[str, Series]
    provenance: Provenance | None
    not_held: str | None = None


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """What chance alone would flag on the wall shown.

    Attributes
    ----------
    series : int
        Measure x area lines with limits in the latest month; without alternative readings and those that are apart.
    expected : float
        Lines expected outside their limits if nothing had changed.
    outside : int
        Lines that are.
    shift, trend, near : float
        Lines expected to end in a run on one side, in a trend, and near a limit twice in three months, likewise. They
        overlap one another and ``expected``.
    flagged : int
        Lines whose latest month breaks any of these rules.
    standing_out : int
        Lines so far out that at most one in twenty of them is expected to be chance (q of 5% or less).
    dependent, dependent_outside : int
        Lines apart: stocks, and series whose baseline months follow one another, whose false alarms nobody can count;
        and how many of them are outside.
    """

    series: int
    expected: float
    outside: int
    shift: float = 0.0
    trend: float = 0.0
    near: float = 0.0
    flagged: int = 0
    standing_out: int = 0
    dependent: int = 0
    dependent_outside: int = 0

    @property
    def expected_at_most(self) -> float:
        """Upper bound of the lines expected to break any rule if nothing had changed."""
        return min(float(self.series), self.expected + self.shift + self.trend + self.near)


@dataclass(frozen=True, slots=True)
class Results:
    """Every measure asked for, to one month.

    ``measures`` maps definition keys to results, in the order of the definitions. ``areas`` maps area keys to names in
    report order (force and not-known line included). ``kept_as`` is the name that they are kept under in the store's
    cache; empty when they are not.
    """

    to: Month
    areas: dict[str, str]
    measures: dict[str, MeasureResult]
    tables: tuple[TableVersion, ...]
    false_alarms: FalseAlarms
    engine: str
    engine_version: str
    kept_as: str = ""
