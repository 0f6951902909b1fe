"""One problem in the records, as blocks of a document: demand, harm and cost; when, where and who again.

For readers who may not see small numbers every count goes through the public rule (nearest five, none under five), and
harm and cost are made of the counts so printed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from upstream.analyse.monthly import MonthOf
from upstream.analyse.profile_counts import Part, Profile
from upstream.analyse.when import WeekHours
from upstream.disclosure.published import published_count, to_unit
from upstream.harm.totals import Counted, cost_of, harm_of
from upstream.harm.weights import STANDING_WORDS
from upstream.measures.crime_types import ASB, counts_incidents
from upstream.periods import Month
from upstream.reports.charts import ControlChart, Point, draw_both
from upstream.reports.document import (
    Block,
    Callout,
    Cell,
    Chart,
    Column,
    Facts,
    Flag,
    Paragraph,
    Row,
    Run,
    Runs,
    Table,
    Text,
)
from upstream.reports.figures import Figure, FigureUnit, Provenance, figure
from upstream.reports.period_words import month_list
from upstream.reports.week_chart import WEEKDAYS, draw_bars, draw_week

WITHHELD: Final = "fewer than 5"
MOST_PLACES: Final = 10
_OPEN_DATA: Final = (
    "These are the street files of police.uk. Places are anonymous map points shared by many addresses, and each crime "
    "stands at the nearest of them: good for small areas, not for addresses, and near a boundary the small area may be "
    "the neighbour's. A crime has a month, no day or hour, and nobody can be seen to be a victim again."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A profile for a reader: ``public`` readers see no small number; ``place`` names it in words."""

    profile: Profile
    place: str
    public: bool

    @property
    def noun(self) -> str:
        """What is counted."""
        return "Incidents" if counts_incidents(self.profile.table, self.profile.of.types) else "Crimes"

    @property
    def is_open_data(self) -> bool:
        """Whether the records are those of police.uk."""
        return self.profile.table == "street_crimes"

    @property
    def period(self) -> str:
        """Its months in words."""
        first, last = self.profile.of.first, self.profile.of.last
        return first.label if first == last else f"{first.label} to {last.label}"

    def value(self, count: float) -> float:
        """A count as this reader may see it; NaN where withheld."""
        return published_count(count) if self.public else count

    def figure(self, value: float | None, what: str, unit: FigureUnit = "count", decimals: int = 0) -> Figure:
        """A number as printed, with what it rests on; withheld where it is NaN."""
        tables = tuple((one.table, one.version) for one in self.profile.tables)
        source = Provenance("problem", self.place, self.period, what, tables)
        if value is None or math.isnan(value):
            return figure(None, unit, source, decimals=decimals, absent=WITHHELD if value is not None else "not held")
        return figure(value, unit, source, decimals=decimals)

    def count(self, count: float, what: str, decimals: int = 0) -> Figure:
        """A count as this reader may see it."""
        return self.figure(self.value(count), what, decimals=0 if self.public else decimals)


def demand_blocks(shown: Shown) -> tuple[Block, ...]:
    """How much there is of it: crimes, calls, days of harm, pounds."""
    of = shown.profile
    facts: list[tuple[str, Runs]] = [
        (f"{shown.noun} recorded", (shown.count(of.total, "total"), Text(f", {shown.period}"))),
    ]
    if of.incidents is not None:
        words = (
            ("Incidents of anti-social behaviour", "")
            if shown.is_open_data
            else ("Calls for service there", " of every type")
        )
        calls = sum(part.count for part in of.incidents)
        facts.append((words[0], (shown.count(calls, "incidents"), Text(words[1]))))
    facts += [*_harm(shown), *_cost(shown)]
    blocks: list[Block] = [Facts(tuple(facts)), _parts(shown, "types", f"{shown.noun} by type", of.types)]
    if of.incidents and not shown.is_open_data:
        blocks.append(_parts(shown, "incidents", "Calls for service by type", of.incidents))
    if ASB in of.of.types and not counts_incidents(of.table, of.of.types):
        where = "by itself" if shown.is_open_data else "among the calls for service"
        said = f"It is incidents, never crimes: it stands {where} and is not in the other figures."
        blocks.append(Callout("note", "Anti-social behaviour", (Text(said),)))
    if shown.is_open_data:
        blocks.append(Callout("note", "Open data", (Text(_OPEN_DATA),)))
    if shown.public:
        blocks.append(Callout("note", "Small numbers", (Text(_PUBLIC),)))
    return tuple(blocks)


_PUBLIC: Final = (
    "Counts are to the nearest five, and counts under five are not shown, so that nobody can be told apart. Parts need "
    "not add up to totals. Harm and cost are made of the counts as shown."
)


def analysis_blocks(shown: Shown) -> tuple[Block, ...]:
    """When, where, and who again."""
    blocks: list[Block] = [_month_chart(shown), _signals(shown)]
    if shown.profile.hours is not None:
        blocks.append(_week(shown, shown.profile.hours))
    if shown.profile.small_areas:
        blocks.append(_places(shown))
    blocks += _repeats(shown)
    if shown.is_open_data:
        blocks.append(Callout("note", "Open data", (Text(_OPEN_DATA),)))
    return tuple(blocks)


def _counted(shown: Shown) -> tuple[Counted, ...]:
    """The crimes that may be weighed for this reader."""
    found = [(one, shown.value(one.crimes)) for one in shown.profile.counted]
    return tuple(one._replace(crimes=int(value)) for one, value in found if not math.isnan(value))


def _harm(shown: Shown) -> list[tuple[str, Runs]]:
    if shown.profile.harm is None:
        return []
    harm = harm_of(shown.profile.table, _counted(shown))

    def days(value: object, what: str) -> Figure:
        return shown.figure(float(str(value)), what, "days")

    runs: list[Run] = [
        days(harm.days, "harm"),
        Text(" of harm (Cambridge Crime Harm Index). By the mildest and the gravest offence of each group: "),
        days(harm.least, "harm_least"),
        Text(" and "),
        days(harm.most, "harm_most"),
        Text(". That is how wide the groups are, not an interval. "),
        Text("Without drug crimes and shop theft, which are mostly found by police or staff: "),
        days(harm.days_reported, "harm_reported"),
        Text("."),
    ]
    if harm.without:
        runs += [Text(" No weight: "), shown.count(harm.without, "harm_without"), Text(" crimes.")]
    words = "; ".join(STANDING_WORDS[one] for one in harm.standings)
    runs.append(Text(f" Weights: {words}." if words else ""))
    return [("Harm", tuple(runs))]


def _cost(shown: Shown) -> list[tuple[str, Runs]]:
    if shown.profile.cost is None:
        return []
    cost = cost_of(shown.profile.table, _counted(shown))
    years = ", ".join(cost.price_years)
    runs: list[Run] = []
    if cost.crimes_checked:
        runs += [
            shown.figure(float(cost.checked), "cost_checked", "pounds"),
            Text(" for "),
            shown.count(cost.crimes_checked, "cost_checked_crimes"),
            Text(" crimes, by unit costs seen in a source. "),
        ]
    if cost.crimes_unchecked:
        runs += [
            Text("Not verified: ", bold=True),
            shown.figure(float(cost.unchecked), "cost_unchecked", "pounds"),
            Text(" for "),
            shown.count(cost.crimes_unchecked, "cost_unchecked_crimes"),
            Text(" crimes, by unit costs that are recalled and not checked; not part of any sum. "),
        ]
    if cost.without:
        runs += [shown.count(cost.without, "cost_without"), Text(" crimes have no unit cost. ")]
    runs.append(Text(f"To society, in {years} prices." if years else "No unit cost is held for these types."))
    return [("Cost", tuple(runs))]


def _words(text: str) -> Cell:
    return Cell((Text(text),))


def _number(shown: Shown, count: float, what: str, decimals: int = 0) -> Cell:
    flag: Flag = "suppressed" if math.isnan(shown.value(count)) else ""
    return Cell((shown.count(count, what, decimals),), flag)


def _parts(shown: Shown, key: str, title: str, parts: tuple[Part, ...]) -> Table:
    rows = tuple(Row((_words(part.name), _number(shown, part.count, f"{key}:{part.key}"))) for part in parts)
    return Table(f"problem-{key}", title, (Column("Type", "text", wide=True), Column("Number")), rows)


# --- months ------------------------------


def _point(shown: Shown, month: MonthOf) -> Point:
    value = None if month.count is None else shown.value(month.count)
    withheld = value is not None and math.isnan(value)
    lower, centre, upper = (None if x is None else _limit(shown, x) for x in (month.lower, month.centre, month.upper))
    if value is None or withheld:
        return Point(month.month, None, lower, centre, upper, withheld=withheld)
    text = shown.figure(value, "month").text
    return Point(month.month, value, lower, centre, upper, _side(month), text)


def _side(month: MonthOf) -> Literal["", "above", "below"]:
    if "above its upper limit" in month.signals:
        return "above"
    return "below" if "below its lower limit" in month.signals else ""


def _limit(shown: Shown, limit: float) -> float:
    return to_unit(limit, "count") if shown.public else limit


def _month_chart(shown: Shown) -> Chart:
    points = tuple(_point(shown, month) for month in shown.profile.months)
    title = f"{shown.noun} each month, {shown.period}"
    outside = [p.month.label for p in points if p.flag]
    description = f"A line by month with control limits. Outside its limits: {', '.join(outside) or 'no month'}."
    chart = ControlChart("problem-months", title, description, "Number", points)
    columns = (
        Column("Month", "text"), Column("Number"), Column("Lower limit"), Column("Mean"), Column("Upper limit"),
        Column("What chance alone seldom makes", "text", wide=True),
    )  # fmt: skip
    rows = tuple(_month_row(shown, month) for month in shown.profile.months)
    data = Table("problem-months-figures", title, columns, rows)
    note = "Limits are for counts and rest on the months of the financial year before, as far as they are held."
    wide, narrow = draw_both(chart)
    return Chart("problem-months", title, description, wide, data, ((Text(note),),), narrow=narrow)


def _month_row(shown: Shown, month: MonthOf) -> Row:
    limits = (_limit_cell(shown, one) for one in (month.lower, month.centre, month.upper))
    said = [*month.signals, *(["part of the month's upload looks lacking"] if month.partial else [])]
    return Row((_words(month.month.label), _month_cell(shown, month), *limits, _words("; ".join(said))))


def _month_cell(shown: Shown, month: MonthOf) -> Cell:
    if month.count is None:
        return Cell((shown.figure(None, "month"),), "missing")
    return _number(shown, month.count, f"month:{month.month}")


def _limit_cell(shown: Shown, limit: float | None) -> Cell:
    if limit is None:
        return _words("none")
    return Cell((shown.figure(_limit(shown, limit), "limit", "limit", 0 if shown.public else 1),))


def _signals(shown: Shown) -> Paragraph:
    """Which months stand out, rule by rule."""
    by_rule: dict[str, list[Month]] = {}
    for month in shown.profile.months:
        for signal in month.signals:
            by_rule.setdefault(signal, []).append(month.month)
    if not any(month.upper is not None for month in shown.profile.months):
        return Paragraph((Text("No limits: fewer than ten months of the financial year before are held."),))
    if not by_rule:
        return Paragraph((Text("No month stands out from what chance alone gives."),))
    said = "; ".join(f"{rule}: {month_list(tuple(found))}" for rule, found in by_rule.items())
    return Paragraph((Text("What chance alone seldom makes. "), Text(f"{said[0].upper()}{said[1:]}.")))


# --- hours, places, people ------------------------------


def _week(shown: Shown, hours: WeekHours) -> Chart:
    cells = [[shown.value(float(value)) for value in row] for row in hours.cells]
    title = f"{shown.noun} by hour of the week, {shown.period}"
    seen = [(value, -d, -h) for d, row in enumerate(cells) for h, value in enumerate(row) if value > 0]
    most = [f" Most: {WEEKDAYS[-d]} from {-h:02d}:00." for _, d, h in sorted(seen)[-1:]]
    description = f"Seven rows of 24 hours, darker where there were more.{''.join(most)}"
    rows = tuple(
        Row((_words(f"{hour:02d}:00"), *(_number(shown, float(hours.cells[day][hour]), "hour", 1) for day in range(7))))
        for hour in range(24)
    )
    columns = (Column("Hour", "text"), *(Column(day[:3]) for day in WEEKDAYS))
    data = Table("problem-week-figures", title, columns, rows)
    note: Runs = (
        Text("Where only a span is known, the crime is shared equally among its hours, so numbers need not be whole. "),
        Text("Not placed, because no time or a span of more than a day is recorded: "),
        shown.count(hours.not_placed, "hours_not_placed"),
        Text("."),
    )
    return Chart(
        "problem-week", title, description, draw_week("problem-week", title, description, cells), data, (note,)
    )


def _places(shown: Shown) -> Chart:
    of = shown.profile
    top = of.small_areas[:MOST_PLACES]
    title = f"{shown.noun} by small area, the {len(top)} with most, {shown.period}"
    bars = [(p.name, shown.value(p.count), shown.count(p.count, "place").text) for p in top]
    in_top = sum(p.count for p in top)
    description = f"A bar for each of {len(top)} of {len(of.small_areas)} small areas, longest first."
    rows = tuple(Row((_words(p.name), _words(p.key), _number(shown, p.count, f"place:{p.key}"))) for p in top)
    columns = (Column("Small area", "text", wide=True), Column("Code", "text"), Column("Number"))
    note: Runs = (
        Text("Together: "),
        shown.count(in_top, "top_places"),
        Text(" of "),
        shown.count(of.total, "total"),
        Text(". Small areas hold about 1,500 residents each, but not all alike many, and visitors are not counted. "),
        Text("Place not known: "),
        shown.count(of.without_place, "without_place"),
        Text("."),
    )
    data = Table("problem-places-figures", title, columns, rows)
    return Chart(
        "problem-places", title, description, draw_bars("problem-places", title, description, bars), data, (note,)
    )


def _repeats(shown: Shown) -> list[Block]:
    found = shown.profile.repeats
    if found is None:
        return [Callout("not_held", "Victims again", (Text("No people are held beside these records."),))]
    items: tuple[tuple[str, Runs], ...] = (
        ("People who were victims", (shown.count(found.victims, "victims"),)),
        ("Of at least two of these crimes", (shown.count(found.again, "victims_again"),)),
        ("Crimes against those victims", (shown.count(found.offences_again, "offences_again"),)),
    )
    words = (
        "Counts of people within the place, types and months chosen. Businesses are left out; people are matched by "
        "keyed pseudonym, so a name spelt two ways counts as two people."
    )
    return [Facts(items), Paragraph((Text(words),))]
