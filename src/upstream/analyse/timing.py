"""When: hours, weekdays, months, special days and daylight, each with a test that the pattern is more than noise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from upstream.analyse.calendar import Span, SpecialDays, spans, special_days
from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.places.daylight import DARK_BELOW, sun_height
from upstream.places.national_grid import to_degrees
from upstream.records.local_time import LOCAL_ZONE
from upstream.stats.aoristic import Aoristic, aoristic
from upstream.stats.false_alarms import benjamini_hochberg
from upstream.stats.multinomial import g_test
from upstream.stats.shuffles import shuffles

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DRAWS: Final = 999
MOST_FALSE: Final = 0.05
BLOCK_HOURS: Final = 3
"""Hours taken together where weekday and hour are tested together: single hours hold too few."""
LEAST_YEARS: Final = 2
SURE_MINUTES: Final = 60
_BAND: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern and its test.

    Attributes
    ----------
    name
        What was looked at.
    said
        In a sentence.
    events
        Events that could be used for it.
    p, q
        Chance of a pattern as strong where there is none; the same allowing for every pattern looked at.
    method
        The test in words.
    """

    name: str
    said: str
    events: int
    p: float
    method: str
    q: float = float("nan")

    @property
    def real(self) -> bool:
        """Whether it is more than noise, with at most one in twenty of such sayings false."""
        return self.q <= MOST_FALSE


@dataclass(frozen=True, slots=True)
class Timing:
    """When some events happened.

    Attributes
    ----------
    week
        Events by hour and weekday, each shared over the time in which it can have happened.
    months
        Events recorded in each month of the period, (year, month, events).
    patterns
        What was tested; a pattern that could not be is not there.
    not_tested
        Why not, by name.
    """

    week: Aoristic
    months: tuple[tuple[int, int, int], ...]
    patterns: tuple[Pattern, ...]
    not_tested: dict[str, str]


def timing(events: Events, *, days: Sequence[Span] | None = None, seed: int = 1440) -> Timing:
    """When events happen, and which patterns are more than noise.

    Question: at what hours, weekdays, times of year, on what days and in what light does it happen more than it would
    by chance?

    Parameters: ``events``; ``days`` special days (``None``: those of the package); ``seed`` of the draws.

    Assumes: events are independent. Hours are tested with events known to within an hour, weekdays with those known to
    the day: the others are spread in the picture and would hide a pattern in a test.

    When not to use: open data (refused: it has months alone).

    Source: Ratcliffe 2002, Journal of Quantitative Criminology 18:23-43 (aoristic); Wheeler 2016, Policing 39:4 (exact
    test of few events).
    """
    if events.open_data:
        raise BadInput(
            "Open data knows the month of an event, never its day or hour.",
            allowed="the force's own records, with times",
            remedy="Look at its months instead.",
        )
    known = ~np.isnat(events.start)
    if not known.any():
        raise BadInput(
            f"None of {len(events.day):,} events has a time.", allowed="one event or more whose time is known"
        )
    rng = np.random.default_rng(seed)
    found: list[Pattern] = []
    without: dict[str, str] = {}
    table = spans() if days is None else tuple(days)
    for name, made in (
        ("weekday", _weekday(events, rng)),
        ("hour", _hour(events, rng)),
        ("weekday and hour", _together(events, rng)),
        ("time of year", _season(events, rng)),
        ("daylight", _daylight(events, rng)),
    ):
        if isinstance(made, str):
            without[name] = made
        else:
            found.append(made)
    found += [_special(events, one, rng) for one in special_days(table, events.of.first, events.of.last)]
    q = benjamini_hochberg([one.p for one in found]) if found else np.empty(0)
    return Timing(
        week=aoristic(events.start[known], events.end[known]),
        months=_months(events),
        patterns=tuple(
            Pattern(one.name, one.said, one.events, one.p, one.method, float(at))
            for one, at in zip(found, q, strict=True)
        ),
        not_tested=without,
    )


def _sure(events: Events) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Events whose hour is known to within an hour, and whose day is one day."""
    end = np.where(np.isnat(events.end), events.start, events.end)
    known = ~np.isnat(events.start)
    one_day = known & (events.start.astype("datetime64[D]") == end.astype("datetime64[D]"))
    return known & ((end - events.start) <= np.timedelta64(SURE_MINUTES, "m")), one_day


def _of_week(moments: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Weekday, Monday 0, and hour."""
    hours = moments.astype("datetime64[h]").astype(np.int64)
    return (hours // 24 + 3) % 7, hours % 24


def _weekday(events: Events, rng: np.random.Generator) -> Pattern | str:
    _, sure = _sure(events)
    if not sure.any():
        return "No event is known to the day."
    counts = np.bincount(_of_week(events.start[sure])[0], minlength=7)
    days = np.datetime64(events.of.first) + np.arange((events.of.last - events.of.first).days + 1)
    length = np.bincount((days.astype("datetime64[D]").astype(np.int64) + 3) % 7, minlength=7)
    if (length == 0).any():
        return "The days asked for are less than a week."
    test = g_test(counts, length, rng=rng)
    rate = counts / length
    most, least = int(np.argmax(rate)), int(np.argmin(rate))
    said = f"Most on {WEEKDAYS[most]}s ({rate[most]:.1f} a day), fewest on {WEEKDAYS[least]}s ({rate[least]:.1f})."
    how = "exact multinomial G" if test.exact else "multinomial G, simulated"
    return Pattern("weekday", said, int(sure.sum()), test.p, f"{how}, by the number of each weekday")


def _hour(events: Events, rng: np.random.Generator) -> Pattern | str:
    sure, _ = _sure(events)
    if not sure.any():
        return "No event is known to within an hour."
    counts = np.bincount(_of_week(events.start[sure])[1], minlength=24)
    test = g_test(counts, rng=rng)
    around = np.array([counts.take(range(hour, hour + BLOCK_HOURS), mode="wrap").sum() for hour in range(24)])
    first = int(np.argmax(around))
    said = (
        f"Most from {first:02d}:00 to {(first + BLOCK_HOURS) % 24:02d}:00, {around[first] / counts.sum():.0%} of "
        f"events in {BLOCK_HOURS} of 24 hours."
    )
    how = "exact multinomial G" if test.exact else "multinomial G, simulated"
    return Pattern("hour", said, int(sure.sum()), test.p, f"{how}, equal hours")


def _together(events: Events, rng: np.random.Generator) -> Pattern | str:
    """Whether the hours differ from weekday to weekday: the weekdays dealt out anew among the events."""
    sure, _ = _sure(events)
    if sure.sum() < 2:
        return "Fewer than two events are known to within an hour."
    weekday, hour = _of_week(events.start[sure])
    block = hour // BLOCK_HOURS
    blocks = 24 // BLOCK_HOURS
    expected = np.outer(np.bincount(weekday, minlength=7), np.bincount(block, minlength=blocks)) / len(block)

    def uneven(days: NDArray[np.int64]) -> float:
        table = np.bincount(days * blocks + block, minlength=7 * blocks).reshape(7, blocks)
        part = np.divide((table - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
        return float(part.sum())

    observed = uneven(weekday)
    drawn = np.array([uneven(row) for row in shuffles(weekday, DRAWS, rng)])
    table = np.bincount(weekday * blocks + block, minlength=7 * blocks).reshape(7, blocks)
    over = table - expected
    day, at = np.unravel_index(int(np.argmax(over)), over.shape)
    said = (
        f"Stands out most: {WEEKDAYS[int(day)]}s from {int(at) * BLOCK_HOURS:02d}:00 to "
        f"{(int(at) + 1) * BLOCK_HOURS % 24:02d}:00, {table[day, at]:,} events where {expected[day, at]:,.0f} would be "
        "by day and hour apart."
    )
    return Pattern("weekday and hour", said, int(sure.sum()), _p(drawn, observed), "chi-squared, weekdays permuted")


def _months(events: Events) -> tuple[tuple[int, int, int], ...]:
    first = np.datetime64(events.of.first, "M")
    number = int((np.datetime64(events.of.last, "M") - first).astype(int)) + 1
    counts = np.bincount((events.day.astype("datetime64[M]") - first).astype(np.int64), minlength=number)
    months = [(first + at).item() for at in range(number)]
    return tuple((month.year, month.month, int(n)) for month, n in zip(months, counts, strict=True))


def _season(events: Events, rng: np.random.Generator) -> Pattern | str:
    """Months of the year by their ranks within each whole year; the months dealt out anew within each."""
    end = events.of.last + dt.timedelta(days=1)
    years = (end.year - events.of.first.year) - ((end.month, end.day) < (events.of.first.month, events.of.first.day))
    if years < LEAST_YEARS or events.missing:
        return f"{LEAST_YEARS} whole years without a month missing are needed, {max(years, 0)} are held."
    at = np.datetime64(events.of.last, "M") - np.arange(12 * years)[::-1]
    counts = np.array([(events.day.astype("datetime64[M]") == month).sum() for month in at], np.float64)
    length = ((at + 1).astype("datetime64[D]") - at.astype("datetime64[D]")).astype(np.float64)
    rates = (counts / length).reshape(years, 12)
    order = rng.random((DRAWS, years, 12)).argsort(2)
    ranks = rates.argsort(1).argsort(1).astype(np.float64)

    def uneven(table: NDArray[np.float64]) -> NDArray[np.float64]:
        spread: NDArray[np.float64] = ((table.mean(-2) - 5.5) ** 2).sum(-1)
        return spread

    drawn = uneven(np.take_along_axis(np.broadcast_to(ranks, order.shape), order, 2))
    mean = rates.mean(0)
    names = [month.item().strftime("%B") for month in at[:12]]
    said = f"Most a day in {names[int(np.argmax(mean))]}, fewest in {names[int(np.argmin(mean))]}, over {years} years."
    method = "ranks of months within each year, permuted within years"
    return Pattern("time of year", said, int(counts.sum()), _p(drawn, float(uneven(ranks))), method)


def _special(events: Events, days: SpecialDays, rng: np.random.Generator) -> Pattern:
    """Events on special days beside as many days of the same weekdays, drawn from all days of which it is known."""
    number = len(days.special)
    counts = np.bincount((events.day - np.datetime64(events.of.first)).astype(np.int64), minlength=number)
    weekday = (np.datetime64(events.of.first).astype("datetime64[D]").astype(np.int64) + np.arange(number) + 3) % 7
    own = days.special & days.known
    drawn = np.zeros(DRAWS)
    for one in range(7):
        same = np.flatnonzero(days.known & (weekday == one))
        wanted = int(own[same].sum())
        if wanted:
            chosen = rng.random((DRAWS, len(same))).argsort(1)[:, :wanted]
            drawn += counts[same][chosen].sum(1)
    observed = int(counts[own].sum())
    low, high = np.quantile(drawn, _BAND)
    mean = float(drawn.mean())
    ratio = f"{observed / mean:.2f} times" if mean else "beside none, so not a ratio of"
    said = (
        f"{observed:,} events on {int(own.sum())} days, {ratio} the {mean:,.0f} of as many days of the same weekdays "
        f"(95% of draws {low:,.0f} to {high:,.0f})."
    )
    p = min(1.0, 2 * min(_p(drawn, observed), _p(-drawn, -observed)))
    return Pattern(days.name, said, int(counts[days.known].sum()), p, f"days drawn within weekdays ({days.source})")


def _daylight(events: Events, rng: np.random.Generator) -> Pattern | str:
    """Events in the dark beside those of the same clock hours on other days of the period."""
    sure, _ = _sure(events)
    place = np.isfinite(events.easting) & np.isfinite(events.northing)
    sure &= place
    if sure.sum() < 2:
        return "Fewer than two events are known to within an hour and have a point."
    degrees = to_degrees([events.easting[sure].mean()], [events.northing[sure].mean()])[0]
    start = events.start[sure]
    days, minute = start.astype("datetime64[D]"), (start - start.astype("datetime64[D]")).astype(np.int64)
    every, at = np.unique(days, return_inverse=True)
    dark = _dark(every, float(degrees[1]), float(degrees[0]))
    slot = minute // 10
    observed = int(dark[at, slot].sum())
    drawn = np.array([dark[row, slot].sum() for row in shuffles(at.astype(np.int64), DRAWS, rng)], np.float64)
    low, high = np.quantile(drawn, _BAND)
    said = (
        f"{observed / len(at):.0%} in the dark; events of the same clock hours on other days of the period would give "
        f"{drawn.mean() / len(at):.0%} ({low / len(at):.0%} to {high / len(at):.0%})."
    )
    p = min(1.0, 2 * min(_p(drawn, observed), _p(-drawn, -observed)))
    method = f"days permuted, the hour kept; dark: sun more than {-DARK_BELOW:g} degrees under the horizon"
    return Pattern("daylight", said, int(sure.sum()), p, method)


def _dark(days: NDArray[np.datetime64], latitude: float, longitude: float) -> NDArray[np.bool_]:
    """Whether it is dark in the middle of every ten minutes of the local clock: (days, 144)."""
    zone, hour_of_day = ZoneInfo(LOCAL_ZONE), range(24)
    clocks = [[dt.datetime.combine(day, dt.time(hour), zone) for hour in hour_of_day] for day in days.tolist()]
    ahead = [[(clock.utcoffset() or dt.timedelta()) // dt.timedelta(minutes=1) for clock in day] for day in clocks]
    minutes = np.arange(5, 1440, 10)
    local = days.astype("datetime64[m]")[:, None] + minutes
    utc = local - np.array(ahead)[:, minutes // 60].astype("timedelta64[m]")
    dark: NDArray[np.bool_] = sun_height(utc, latitude=latitude, longitude=longitude) < DARK_BELOW
    return dark


def _p(drawn: NDArray[np.float64], observed: float) -> float:
    return float((1 + (drawn >= observed - 1e-9).sum()) / (1 + len(drawn)))


def as_plain(found: Timing) -> dict[str, Any]:
    """Everything as JSON has it."""
    return {
        "week": [
            {"weekday": WEEKDAYS[day], "hour": hour, "events": float(found.week.weights[hour, day])}
            for day in range(7)
            for hour in range(24)
        ],
        "placed": found.week.events,
        "uncertain": found.week.uncertain,
        "over_a_week": found.week.over_a_week,
        "reversed": found.week.reversed,
        "months": [{"month": f"{year}-{month:02d}", "events": n} for year, month, n in found.months],
        "patterns": [
            {"name": one.name, "said": one.said, "events": one.events, "p": one.p, "q": one.q, "real": one.real,
             "method": one.method}
            for one in found.patterns
        ],
        "not_tested": found.not_tested,
    }  # fmt: skip
