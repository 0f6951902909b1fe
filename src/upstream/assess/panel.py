"""Counts by place and period, what was treated from when, and what may be compared; unusable data are refused."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from upstream.assess.finding import Better, CountFree, Refused
from upstream.assess.overlaps import refuse_overlaps, refuse_spellings
from upstream.assess.period_labels import IN_A_YEAR, Step, calendar_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Role = Literal["treated", "buffer", "comparison", "comparison buffer", "unused"]
"""What a unit is: treated; near a treated one, where a problem may move to; compared with the treated; compared with
the buffer; in the data but in no comparison."""
_NAMED: Final = 8
"""Units that a refusal names."""
_SIDES: Final[tuple[Role, ...]] = ("treated", "comparison")
_GONE: Final = (
    "that is what was seen, not what is sure to go on. Read the end of the interval that is nearest to no change."
)
_NO_FACTOR: Final = "methods that compare factors of change cannot answer."
NEVER: Final = -1
"""In ``starts``: a unit that is never treated."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A change of recording rule: from this period on, counts are of another kind."""

    period: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Counts by unit and period. Made by :func:`panel_of`, which refuses what cannot be assessed.

    Attributes
    ----------
    outcome
        What is counted, plural: ``"burglaries"``.
    better
        Which way is good.
    units, roles
        (units,) names and what each is.
    periods, step
        (periods,) labels in order without a gap, and what one period is.
    counts
        (units, periods).
    starts
        (units,) index of a treated unit's first period after it began; :data:`NEVER` for others.
    exposure
        (units, periods) what a count is of: residents, days; ones where counts are compared as they are.
    weights
        (units,) what a unit counts for in a weighted form, such as its area or harm; ones unless given.
    markers
        Changes of recording rule within the periods.
    phase_in
        Periods from each start in which it was still coming in: they count neither as before nor as after.
    also_began
        Periods in which something else began in the treated places.
    rebased
        The change of recording rule before which everything was left out.
    measured
        Whether the values are measures (rates, scores, pounds) and not counts: they are averaged, never added up, and
        methods that rest on chance in counts do not answer.
    """

    outcome: str
    better: Better
    units: tuple[str, ...]
    roles: tuple[Role, ...]
    periods: tuple[str, ...]
    step: Step
    counts: Floats
    starts: NDArray[np.int64]
    exposure: Floats
    weights: Floats
    markers: tuple[Marker, ...] = ()
    phase_in: int = 0
    also_began: tuple[str, ...] = ()
    rebased: Marker | None = None
    measured: bool = False

    def mask(self, role: Role) -> Mask:
        """(units,) which units have a role."""
        return np.array([one == role for one in self.roles])

    @property
    def treated(self) -> Mask:
        return self.mask("treated")

    @property
    def comparison(self) -> Mask:
        return self.mask("comparison")

    @property
    def start(self) -> int:
        """Index of the first period after it began, where it began first."""
        return int(self.starts[self.treated].min())

    @property
    def counted(self) -> int:
        """Index of the first period that counts as after."""
        return self.start + self.phase_in

    @property
    def staggered(self) -> bool:
        """Whether treated units began at different times."""
        return len(set(self.starts[self.treated].tolist())) > 1

    @property
    def in_a_year(self) -> int:
        """How many periods a year has: the length of a season."""
        return IN_A_YEAR[self.step]

    def series(self, role: Role) -> Floats:
        """(periods,) total counts of the units of a role, or their mean measure; noughts when there are none."""
        total: Floats = self.counts[self.mask(role)].sum(axis=0)
        return total / max(int(self.mask(role).sum()), 1) if self.measured else total

    def exposed(self, role: Role) -> Floats:
        """(periods,) total exposure of the units of a role; ones for measures."""
        total: Floats = self.exposure[self.mask(role)].sum(axis=0)
        return np.ones_like(total) if self.measured else total

    @property
    def exposure_changes(self) -> bool:
        """Whether what counts are of changes over the periods: what changes, a method must divide by."""
        return bool(np.ptp(self.exposure, axis=1).any())

    def over(self, values: Floats) -> float:
        """Some periods as one number: the total of counts, the mean of measures."""
        return float(values.mean() if self.measured else values.sum())

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a finding on these data must say: changes of rule that the counts run across."""
        first = f"{self.phase_in} {self.step}s" if self.phase_in > 1 else self.step
        left_out = (CountFree(f"The first {first}, while it was coming in, count neither as before nor as after."),)
        others = (
            CountFree(f"Something else began there in {label}: only the interrupted series allow for it.")
            for label in self.also_began
        )
        return (*self._separated, *(left_out if self.phase_in else ()), *others, *self._rules)

    @property
    def _separated(self) -> tuple[str, ...]:
        """Perfect separation: times in which one side had nothing counted."""
        before, after = slice(0, self.start), slice(self.counted, None)
        nothing = {
            (role, when): self.mask(role).any() and not self.series(role)[part].any()
            for role in _SIDES
            for when, part in (("before", before), ("after", after))
        }
        return tuple(
            f"No {self.outcome} were counted in the {role} places {when} it began: "
            + (_GONE if (role, when) == ("treated", "after") else _NO_FACTOR)
            for (role, when), none in nothing.items()
            if none
        )

    @property
    def _rules(self) -> tuple[str, ...]:
        cut = () if self.rebased is None else (
            CountFree(
                f"What was counted before {self.rebased.period} is left out: the recording rule changed "
                f"({self.rebased.words})."
            ),
        )  # fmt: skip
        return cut + tuple(
            CountFree(
                f"From {one.period} counts follow another rule ({one.words}): part of the change may be recording."
            )
            for one in self.markers
        )


def panel_of(
    rows: Iterable[tuple[str, str, float]],
    *,
    outcome: str,
    treated: Collection[str] | Mapping[str, str],
    start: str | None = None,
    comparison: Collection[str] | None = None,
    buffer: Collection[str] = (),
    comparison_buffer: Collection[str] = (),
    better: Better = "lower",
    exposure: Mapping[tuple[str, str], float] | None = None,
    weights: Mapping[str, float] | None = None,
    markers: Iterable[Marker] = (),
    phase_in: int = 0,
    also_began: Collection[str] = (),
    measured: bool = False,
) -> Panel:
    """A panel from rows of unit, period and count.

    ``treated`` are units that began at ``start``, or a mapping of unit to its own start. ``comparison`` is every other
    unit unless named. ``exposure`` is by (unit, period). ``measured`` says that the
    values are measures, not counts. Refused: an intervention outside the data or without a period
    before it, missing or repeated periods, a unit in two roles, counts that are none, and a treated place where nothing
    was ever counted.
    """
    if measured and exposure is not None:
        raise Refused("Measures have no exposure: they are of it already.", allowed="counts with exposure, or measures")
    table = _table(rows)
    calendar = calendar_of(list(dict.fromkeys(period for _, period in table)))
    units = tuple(dict.fromkeys(unit for unit, _ in table))
    refuse_spellings(units)
    begun = dict(treated) if isinstance(treated, Mapping) else dict.fromkeys(treated, start or "")
    roles = _roles(units, {"treated": begun, "buffer": buffer, "comparison buffer": comparison_buffer}, comparison)
    counts = _grid(table, units, calendar.labels, "count")
    panel = Panel(
        outcome,
        better,
        units,
        roles,
        calendar.labels,
        calendar.step,
        counts,
        np.array([_start(begun[unit], calendar.labels) if unit in begun else NEVER for unit in units], np.int64),
        np.ones_like(counts) if exposure is None else _grid(exposure, units, calendar.labels, "exposure"),
        np.array([1.0 if weights is None else float(weights[unit]) for unit in units]),
        tuple(one for one in markers if one.period in calendar.labels[1:]),
        phase_in,
        tuple(also_began),
        measured=measured,
    )
    return _worth_asking(panel)


def rebaselined(panel: Panel) -> Panel:
    """The panel from the last change of recording rule before it began, so that before and after are counted alike.

    Changes after it began cannot be cut away: they stay as markers, and every finding says so.
    """
    at = [panel.periods.index(one.period) for one in panel.markers]
    first = max((index for index in at if index < panel.start), default=0)
    kept = tuple(one for one, index in zip(panel.markers, at, strict=True) if index > first)
    return replace(
        panel,
        periods=panel.periods[first:],
        counts=panel.counts[:, first:],
        exposure=panel.exposure[:, first:],
        starts=np.where(panel.starts == NEVER, NEVER, panel.starts - first),
        markers=kept,
        also_began=tuple(one for one in panel.also_began if panel.periods.index(one) > first),
        rebased=next((one for one, index in zip(panel.markers, at, strict=True) if 0 < index == first), panel.rebased),
    )


def _table(rows: Iterable[tuple[str, str, float]]) -> dict[tuple[str, str], float]:
    given = list(rows)
    if not given:
        raise Refused("There are no rows.", allowed="rows of unit, period and count")
    times = Counter((unit, period) for unit, period, _ in given)
    (unit, period), most = times.most_common(1)[0]
    if most > 1:
        raise Refused(
            f"{unit} has {most} rows for {period}.",
            allowed="one row a unit and period",
            remedy="Add them up if they are parts; remove all but one if they are copies.",
        )
    return {(unit, period): count for unit, period, count in given}


def _grid(
    table: Mapping[tuple[str, str], float], units: tuple[str, ...], periods: tuple[str, ...], name: str
) -> Floats:
    missing = [(unit, period) for unit in units for period in periods if (unit, period) not in table]
    if missing:
        raise Refused(
            f"{missing[0][0]} has no {name} for {missing[0][1]} ({len(missing)} missing in all).",
            allowed="one for every unit and period",
            remedy="A missing period is not nought: add it, leave the unit out, or begin after it.",
        )
    grid = np.array([[table[unit, period] for period in periods] for unit in units], np.float64)
    if not np.isfinite(grid).all() or (grid < 0).any() or (name == "exposure" and (grid == 0).any()):
        raise Refused(
            f"An {name} is below nought or not a number."
            if name == "exposure"
            else "A count is below nought or not a number.",
            allowed="numbers from 0 (exposure: above 0)",
        )
    return grid


def _roles(
    units: tuple[str, ...], named: Mapping[Role, Collection[str]], comparison: Collection[str] | None
) -> tuple[Role, ...]:
    taken: dict[str, Role] = {}
    for role, members in (*named.items(), ("comparison", comparison or ())):
        for unit in members:
            if unit not in units:
                raise _no_such(unit, role, units)
            if unit in taken:
                raise Refused(
                    f"{unit} is both {taken[unit]} and {role}.",
                    allowed="one role a unit",
                    remedy="A comparison that overlaps the treated place hides the effect: leave it out.",
                )
            taken[unit] = role
    rest: Role = "comparison" if comparison is None else "unused"
    return tuple(taken.get(unit, rest) for unit in units)


def _no_such(unit: str, role: str, units: tuple[str, ...]) -> Refused:
    known = {one.casefold(): one for one in units}
    near = [known[one] for one in difflib.get_close_matches(unit.casefold(), known, n=3, cutoff=0.7)]
    named = ", ".join(near or units[:_NAMED])
    more = f" (of {len(units)})" if len(units) > len(near or units[:_NAMED]) else ""
    return Refused(f"{unit} ({role}) has no rows.", allowed=f"a unit as the data write it: {named}{more}")


def _start(label: str, periods: tuple[str, ...]) -> int:
    """Index of the first period after it began."""
    if label not in periods:
        raise Refused(
            f"It began in {label or 'no period that was named'}, outside the data ({periods[0]} to {periods[-1]}).",
            allowed=f"a period from {periods[1] if len(periods) > 1 else periods[0]} to {periods[-1]}",
        )
    if periods.index(label) == 0:
        raise Refused(
            f"There is nothing before it began ({label}).",
            allowed="at least one period before",
            remedy="Add earlier periods: without a before there is no change to see.",
        )
    return periods.index(label)


def _worth_asking(panel: Panel) -> Panel:
    if not panel.treated.any():
        raise Refused("No unit is treated.", allowed="at least one")
    for label in panel.also_began:
        _start(label, panel.periods)
    most = len(panel.periods) - int(panel.starts[panel.treated].max()) - 1
    if not 0 <= panel.phase_in <= most:
        raise Refused(
            f"With {panel.phase_in} {panel.step}s of coming in nothing is left after.",
            allowed=f"0 to {most}",
            remedy="Wait for more periods, or leave out fewer.",
        )
    for role in ("treated", "comparison"):
        if panel.mask(role).any() and not panel.series(role).any():
            raise Refused(
                f"No {panel.outcome} were ever counted in the {role} units.",
                allowed="at least one count above 0",
                remedy="Look at more kinds of event, a larger place or a longer time.",
            )
    sides = [panel.series(role) for role in _SIDES]
    for when, part in (("before", slice(0, panel.start)), ("after", slice(panel.counted, None))):
        if panel.comparison.any() and not any(series[part].any() for series in sides):
            raise Refused(
                f"No {panel.outcome} were counted anywhere {when} it began ({panel.periods[panel.start]}).",
                allowed="at least one count above 0, before and after",
                remedy="If records begin later or end earlier, leave those periods out.",
            )
    refuse_overlaps(panel.units, panel.roles, panel.counts)
    return panel
