"""A problem profile as a paper: the records of a problem, its trend, the same elsewhere, and who lives there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from upstream.analyse.alike import AlikePlaces
from upstream.analyse.near_by import NearBy
from upstream.analyse.problem_profile import ProblemProfile
from upstream.disclosure.published import to_unit
from upstream.reports.document import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Facts,
    Paragraph,
    Row,
    Runs,
    Section,
    Table,
    Text,
)
from upstream.reports.problem_people import people_blocks
from upstream.reports.problem_records import Shown, analysis_blocks, demand_blocks
from upstream.stats.intervals import Interval
from upstream.stats.similarity import MOST_SIMILAR

MOST_NAMED = 12
"""Small areas named beside a figure of all of them."""
MOST_FACILITIES = 40
HANDLING = "For those who work on this problem. It speaks of places and counts, never of one person."


def profile_paper(
    made: ProblemProfile, place: str, *, force: str, marking: str, public: bool, names: Mapping[str, str]
) -> Document:
    """The paper; ``names`` gives the name of each policing area by its code."""
    of = made.profile.of
    shown = Shown(made.profile, place, public)
    types = ", ".join(of.types) or "Every crime"
    newest = max(dt.datetime.fromisoformat(one.committed_at) for one in made.profile.tables)
    where = ", ".join(names.get(code, code) for code in of.areas or ()) or "The whole force"
    return Document(
        title=f"{types}: {place}",
        force=force,
        period=shown.period,
        subtitle="problem profile",
        marking=marking,
        handling=HANDLING,
        created=newest.astimezone(dt.UTC).replace(microsecond=0),
        sections=profile_sections(made, place, public=public),
        tables=tuple((one.table, one.version) for one in made.profile.tables),
        engine_version=made.profile.engine_version,
        facts=(("Area", (Text(where),)), ("Types", (Text(types),)), ("Months", (Text(shown.period),))),
        layout="paper",
    )


def profile_sections(made: ProblemProfile, place: str, *, public: bool) -> tuple[Section, ...]:
    """A profile by heading, for a paper and for pages alike."""
    shown = Shown(made.profile, place, public)
    return (
        Section("demand", "How much", (*_trend(shown, made), *demand_blocks(shown))),
        Section("analysis", "When, where and who again", analysis_blocks(shown)),
        Section("people", "Who is harmed, and who is suspected", people_blocks(shown, made.people)),
        Section("elsewhere", "The same elsewhere", _elsewhere(shown, made)),
        Section("place", "The place", _place(shown, made)),
        Section("lacking", "Not in this profile", _lacking(made)),
    )


def _trend(shown: Shown, made: ProblemProfile) -> tuple[Block, ...]:
    trend = made.trend
    if trend is None:
        return (Callout("not_held", "Trend", (Text("Two years of months that are held are needed, and are not."),)),)
    runs: Runs = (
        Text("In the last twelve months "),
        shown.count(trend.now, "trend_now"),
        Text(", in the twelve before "),
        shown.count(trend.then, "trend_then"),
    )
    if shown.public or trend.then == 0:
        return (Paragraph((*runs, Text("."))),)
    ratio = trend.ratio
    surely = "more" if ratio.lower > 1 else "fewer" if ratio.upper < 1 else ""
    words = f"{surely} than chance alone gives" if surely else "no more change than chance alone gives"
    return (
        Paragraph(
            (
                *runs,
                Text(", day for day "),
                shown.figure(100 * (ratio.estimate - 1), "trend_change", "percent"),
                Text(" (95% interval "),
                shown.figure(100 * (ratio.lower - 1), "trend_lower", "percent"),
                Text(" to "),
                shown.figure(100 * (ratio.upper - 1), "trend_upper", "percent"),
                Text(f"): {words}."),
            )
        ),
    )


def _elsewhere(shown: Shown, made: ProblemProfile) -> tuple[Block, ...]:
    if not made.comparators:
        return (Callout("not_held", "The same elsewhere", (Text("No population by small area is held."),)),)
    rows = []
    here, *areas = made.comparators
    rows.append(_rate_row(shown, f"{here.name} ({shown.place})" if here.here else here.name, here.count, here.rate))
    alike = made.alike
    if alike is not None:
        rows.append(_rate_row(shown, f"The {len(alike.codes)} small areas most like it", alike.count, alike.rate))
    rows += [_rate_row(shown, one.name, one.count, one.rate) for one in areas]
    columns = (
        Column("Area", "text", wide=True), Column("Number"), Column("A year for 1,000 residents"), Column("At least"),
        Column("At most"),
    )  # fmt: skip
    note = (
        "The same types and months. Intervals are 95% and hold chance in the counts alone. Rates are for each "
        "resident, though visitors are victims too; areas differ in much that no table holds."
    )
    return (
        Table("profile-elsewhere", "A year for each 1,000 residents", columns, tuple(rows)),
        Paragraph((Text(note),)),
        *_likeness(alike),
    )


def _rate_row(shown: Shown, name: str, count: int, rate: Interval) -> Row:
    # a rate of a rounded count tells no more than the count
    scale = shown.value(count) / count if shown.public and count else 1.0
    parts = (rate.estimate, rate.lower, rate.upper)
    cells = [Cell((shown.figure(part * scale, "rate", "per_1000", 1),)) for part in parts]
    return Row((Cell((Text(name),)), Cell((shown.count(count, "elsewhere"),)), *cells))


def _likeness(alike: AlikePlaces | None) -> tuple[Block, ...]:
    if alike is None:
        return ()
    named = ", ".join(alike.names[:MOST_NAMED])
    more = f" and {len(alike.names) - MOST_NAMED} more" if len(alike.names) > MOST_NAMED else ""
    said = (
        f"Alike by {', '.join(alike.variables)}, each as much as the others; never by crime. They are the "
        f"{MOST_SIMILAR} outside the place nearest to each of its small areas: {named}{more}."
    )
    return (Paragraph((Text(said),)),)


def _place(shown: Shown, made: ProblemProfile) -> tuple[Block, ...]:
    blocks: list[Block] = []
    place = made.place
    if place is not None:
        areas = "one small area" if place.small_areas == 1 else f"{place.small_areas} small areas"
        facts: list[tuple[str, Runs]] = [
            ("Residents", (Text(f"{to_unit(place.residents, 'count'):,.0f}, in {areas}"),)),
        ]
        if place.rural is not None:
            facts.append(("Rural", (Text(f"{place.rural} of {areas}"),)))
        if place.deprived is not None:
            said = f"{place.deprived} of {areas} in the most deprived fifth of England"
            facts.append(("Deprivation", (Text(f"{said} (index of {place.index_year})"),)))
        blocks.append(Facts(tuple(facts)))
    if made.beside:
        rows = tuple(
            Row((Cell((Text(one.title),)), Cell((shown.count(one.count, one.table),)),
                 Cell((Text("what is in force, as held" if one.whole else shown.period),))))
            for one in made.beside
        )  # fmt: skip
        columns = (Column("Held by partners", "text", wide=True), Column("In the place"), Column("Of", "text"))
        blocks.append(Table("profile-beside", "What partners hold of the place", columns, rows))
    return (*blocks, *_near(made.near))


def _near(near: NearBy | None) -> tuple[Block, ...]:
    """Facilities by name: registers are public, and none of them says anything of crime."""
    if near is None:
        return ()
    reach = f"within {near.metres:.0f} metres"
    named = [*((one, "in the place") for one in near.inside), *((one, reach) for one in near.around)]
    rows = tuple(
        Row(tuple(Cell((Text(words),)) for words in (one.name, one.kind, where)))
        for one, where in named[:MOST_FACILITIES]
    )
    columns = (Column("Facility", "text", wide=True), Column("Kind", "text"), Column("Where", "text"))
    said = [f"{len(near.inside)} in the place and {len(near.around)} more {reach} of it."]
    if len(named) > MOST_FACILITIES:
        said.append(f"The first {MOST_FACILITIES} are listed.")
    if near.without_point:
        said.append(f"{near.without_point} on the registers have no point: any of them may be near.")
    if near.not_held:
        said.append(f"No register is held of: {', '.join(near.not_held)}.")
    said.append("That a facility is near does not say that it brings crime.")
    table = (Table("profile-near", "Facilities near by", columns, rows),) if rows else ()
    return (*table, Paragraph((Text(" ".join(said)),)))


def _lacking(made: ProblemProfile) -> tuple[Block, ...]:
    if not made.not_held:
        return (Paragraph((Text("Everything that a profile has is held."),)),)
    return (Bullets(tuple((Text(one),) for one in made.not_held), ""),)
