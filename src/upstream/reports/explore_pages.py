"""The explorer and the hot-spot page as blocks: a map, the same figures as a table, and counts by month."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.disclosure.published import published_count
from upstream.disclosure.published_arrays import published_counts
from upstream.measures.cube import Looked
from upstream.periods import Month
from upstream.reports.charts import ControlChart, Point, draw_both
from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Link, Paragraph, Row, Table, Text
from upstream.reports.explore_files import shown_spot
from upstream.reports.place_maps import Shaded, Sheet, draw_places, sheet_of

MOST_ROWS: Final = 25
OPEN_DATA: Final = (
    "Open data of police.uk: places are shared map points and only the month is known. It says which small areas have "
    "most, not which streets."
)
SMALL: Final = (
    "Counts are to the nearest five, and counts under five are not shown, so that nobody can be told apart. Parts need "
    "not add up to totals."
)
BEST_FIT: Final = (
    "These areas are made of whole small areas: each is counted in the one area that its look-up names, even where the "
    "true boundary cuts it. Places near a boundary may belong to the area beside it."
)
HOT_TITLE: Final = "More than chance, counting the places around"
RATES: Final = (
    "Gi* is taken here of events to 1,000 residents over the whole period, not of events. The rate of a place of few "
    "people is high or low by chance, so each is first drawn towards the rate of all places, the more the fewer live "
    "there (empirical Bayes). Rates ask whether living there is more dangerous; to send people somewhere, use counts. "
    "The other two maps and the tests below are of counts."
)
Plain = Mapping[str, Any]
Lead = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Places:
    """Small areas to draw, in one order: codes, names, outlines in metres, and those as they are drawn."""

    codes: NDArray[np.str_]
    names: NDArray[np.str_]
    outlines: NDArray[np.object_]
    sheet: Sheet


def places_of(codes: NDArray[np.str_], names: NDArray[np.str_], outlines: NDArray[np.object_]) -> Places:
    """Small areas with the sheet that they are drawn on; a code stands for a name that is not held."""
    return Places(codes, np.where(names == "", codes, names), outlines, sheet_of(outlines))


def count_of(value: float, *, small_numbers: bool) -> float:
    """A count as a reader may see it; not a number where it is withheld."""
    return float(value) if small_numbers else published_count(value)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Small areas with any record, (n,) each, the most first.

    Attributes
    ----------
    codes : of str
    counts : of float64
        As the reader may see them; not a number where withheld. Those withheld stand in the order of their codes: the
        order of their counts would give them away.
    """

    codes: NDArray[np.str_]
    counts: NDArray[np.float64]

    def rows(self, names: Mapping[str, str], most: int | None = None, *, key: str = "lsoa") -> list[dict[str, Any]]:
        """The first ``most`` as rows of a table or a file."""
        pairs = zip(self.codes[:most].tolist(), self.counts[:most].tolist(), strict=True)
        return [
            {key: code, "name": names.get(code, code), "count": None if math.isnan(count) else int(count)}
            for code, count in pairs
        ]


def ordered(looked: Looked, *, small_numbers: bool) -> Ordered:
    """The same figures for map, table and file."""
    shown = looked.counts.astype(np.float64) if small_numbers else published_counts(looked.counts)
    order = np.argsort(-np.nan_to_num(shown), kind="stable")
    return Ordered(looked.codes[order], shown[order])


def explored_blocks(
    looked: Looked, places: Places, *, noun: str, where: str, small_numbers: bool, open_data: bool,
    level: str = "small area", lead: Lead | None = None,
) -> tuple[Block, ...]:  # fmt: skip
    """A map, its table, months, and what a reader must know; ``lead`` gives the address of the page inside an area."""
    shown = ordered(looked, small_numbers=small_numbers)
    names = dict(zip(places.codes.tolist(), places.names.tolist(), strict=True))
    title = f"{noun.capitalize()} by {level}"
    table = _table(shown, names, title, level, lead)
    blocks: list[Block] = [_total(looked, noun, small_numbers, level)]
    if len(places.codes) and len(shown.codes):
        figures = replace(table, key="explore-map-figures", title=f"{title}, {where}")
        blocks.append(_map(shown, places, figures, level))
    blocks += [table, _months(looked, noun, where, small_numbers)]
    if open_data:
        blocks.append(Callout("note", "Open data", (Text(OPEN_DATA),)))
    if level != "small area":
        blocks.append(Callout("note", "Best fit", (Text(BEST_FIT),)))
    if not small_numbers:
        blocks.append(Callout("note", "Small numbers", (Text(SMALL),)))
    return tuple(blocks)


def _total(looked: Looked, noun: str, small_numbers: bool, level: str) -> Facts:
    facts = [("In all", _runs(f"{_shown(looked.total, small_numbers)} {noun}"))]
    if looked.without:
        facts.append((f"Without a {level}", _runs(f"{_shown(looked.without, small_numbers)}, on no map")))
    lacking = [month.label for month, count in looked.months if count is None]
    if lacking:
        facts.append(("Not held", _runs(f"{', '.join(lacking)}: missing, which is not none")))
    if looked.suspect:
        facts.append(("Looks half uploaded", _runs(", ".join(month.label for month in looked.suspect))))
    return Facts(tuple(facts))


def _map(shown: Ordered, places: Places, figures: Table, level: str) -> Chart:
    counts = dict(zip(shown.codes.tolist(), shown.counts.tolist(), strict=True))
    codes = places.codes.tolist()
    values = np.array([counts.get(code, 0.0) for code in codes])
    description = f"{len(codes):,} {level}s, the darker the more; the table has the same figures."
    picture = draw_places("explore-map", figures.title, description, Shaded(places.sheet, values))
    unknown = len(counts.keys() - set(codes))
    notes = ["Palest: none" + (", or too few to show." if np.isnan(shown.counts).any() else ".")]
    if unknown:
        notes.append(f"{level.capitalize()}s without an outline here, which are in the table alone: {unknown:,}.")
    return Chart("explore-map", figures.title, description, picture, figures, tuple(_runs(note) for note in notes))


def _table(shown: Ordered, names: Mapping[str, str], title: str, level: str, lead: Lead | None) -> Table:
    rows = tuple(
        Row((_led(row["name"], row["lsoa"], lead), _cell(row["lsoa"]),
             _cell("under 5" if row["count"] is None else f"{row['count']:,}")))
        for row in shown.rows(names, MOST_ROWS)
    )  # fmt: skip
    every = len(shown.codes)
    notes = (f"The first {MOST_ROWS} of {every:,}; the file has every one.",) if every > MOST_ROWS else ()
    columns = (Column(level.capitalize(), "text", wide=True), Column("Code", "text"), Column("Count"))
    return Table("explore-places", title, columns, rows, tuple(_runs(note) for note in notes))


def _led(name: str, code: str, lead: Lead | None) -> Cell:
    return Cell((Link(name, lead(code)),)) if lead else _cell(name)


def _months(looked: Looked, noun: str, where: str, small_numbers: bool) -> Chart:
    points, rows = [], []
    for month, count in looked.months:
        value = math.nan if count is None else count_of(count, small_numbers=small_numbers)
        words = "not held" if count is None else "under 5" if math.isnan(value) else f"{value:,.0f}"
        points.append(_point(month, None if math.isnan(value) else value, words))
        rows.append(Row((_cell(month.label), _cell(words))))
    title = f"{noun.capitalize()} by month, {where}"
    description = f"{len(points)} months; gaps are months that are not held or too few to show."
    data = Table("explore-months-figures", title, (Column("Month", "text"), Column("Count")), tuple(rows))
    wide, narrow = draw_both(ControlChart("explore-months", title, description, noun, tuple(points)))
    return Chart("explore-months", title, description, wide, data, narrow=narrow)


def _point(month: Month, value: float | None, words: str) -> Point:
    return Point(month=month, value=value, text=words if value is not None else "")


# --- hot spots -----------------------------------


def hot_spot_blocks(
    answer: Plain, places: Places, *, small_numbers: bool, lead: Lead | None = None
) -> tuple[Block, ...]:
    """Three maps of the same places beside one another: Gi*, harm, and counts alone; and how each would have done.

    ``lead`` gives the address of the problem profile of a small area.
    """
    rows = {row["lsoa"]: row for row in answer["places"]}
    blocks: list[Block] = [_said(answer)]
    if answer.get("of") == "rates":
        blocks.append(Callout("note", "Rates", _runs(RATES)))
    rated = answer.get("of") == "rates"
    hot = "Higher rates than chance, counting the places around" if rated else HOT_TITLE
    for key, title, words in (
        ("hot", hot, "Red outlines are hot; dashed ones are cold."),
        ("harm", "Most harm", "Red outlines are the places that lead in more than half of the draws."),
        ("naive", "The same places as before", "Red outlines are the places with most events: the naive map."),
    ):
        blocks.append(_spot_map(key, title, words, answer, rows, places, small_numbers))
    blocks += [_spot_table(answer, small_numbers, lead=lead), _back_test(answer), _spot_facts(answer)]
    blocks += [Callout("note", "What this rests on", _runs(note)) for note in answer["read"]["notes"]]
    if not small_numbers:
        blocks.append(Callout("note", "Small numbers", _runs(SMALL)))
    return tuple(blocks)


def _said(answer: Plain) -> Callout:
    hot = [row for row in answer["places"] if row["called"] == "hot"]
    if not hot:
        return Callout("note", "No hot spot", _runs(
            "No place, with those around it, has more than chance gives. The places with most events are below."
        ))  # fmt: skip
    names = ", ".join(row["name"] or row["lsoa"] for row in hot[:5])
    more = f" and {len(hot) - 5:,} more" if len(hot) > 5 else ""
    return Callout("note", f"{len(hot):,} hot spot{'' if len(hot) == 1 else 's'}", _runs(
        f"{names}{more}. Of all places called hot or cold about {answer['expected_false']:.1f} are so by chance, at "
        "most."
    ))  # fmt: skip


def _ringed(key: str, row: Plain) -> bool:
    return bool(row["called"] == "hot" if key == "hot" else row["leads"] > 0.5 if key == "harm" else row["naive"])


def _spot_map(
    key: str, title: str, words: str, answer: Plain, rows: Mapping[str, Plain], places: Places, small_numbers: bool
) -> Chart:
    own = [rows.get(code) for code in places.codes.tolist()]
    rated = key == "hot" and answer.get("of") == "rates"
    of = "harm_days" if key == "harm" else "rate_per_1000" if rated else "events"

    def value(row: Plain | None) -> float:
        shown = {of: 0.0} if row is None else shown_spot(row, small_numbers=small_numbers)
        hidden = row is not None and shown["events"] is None
        return math.nan if hidden else float(shown[of] or 0.0)

    ringed = [at for at, row in enumerate(own) if row is not None and _ringed(key, row)]
    cold = [at for at, row in enumerate(own) if row is not None and key == "hot" and row["called"] == "cold"]
    description = f"{len(ringed):,} of {len(own):,} places are outlined; the table below has the same figures."
    picture = draw_places(
        f"spots-{key}", title, description, Shaded(places.sheet, np.array([value(row) for row in own])),
        ringed=ringed, edges=cold,
    )  # fmt: skip
    shade = "days of harm" if key == "harm" else "events to 1,000 residents" if rated else "events"
    data = _spot_table(answer, small_numbers, f"spots-{key}-figures", title)
    return Chart(f"spots-{key}", title, description, picture, data, (_runs(f"{words} Darker: more {shade}."),))


def _spot_table(
    answer: Plain, small_numbers: bool, key: str = "spots", title: str = "Places", lead: Lead | None = None
) -> Table:
    rated = answer.get("of") == "rates"
    of_rates = (Column("To 1,000 residents"), Column("Drawn towards all")) if rated else ()
    columns = (Column("Small area", "text", wide=True), Column("Gi*", "text"), Column("Events"), *of_rates,
               Column("Rank by events"), Column("Days of harm (95% interval)"), Column("Rank by harm"))  # fmt: skip
    shown = []
    for place in answer["places"][:MOST_ROWS]:
        row = shown_spot(place, small_numbers=small_numbers)
        first, *rest = _spot_cells(row)
        rates = _rate_cells(row) if rated else ()
        words = (row["called"], first, *rates, *rest)
        shown.append(Row((_led(row["name"] or row["lsoa"], row["lsoa"], lead), *map(_cell, words))))
    note = f"The first {MOST_ROWS} of {len(answer['places']):,}: hot first, then by events."
    return Table(key, title, columns, tuple(shown), (_runs(note),))


def _rate_cells(row: Plain) -> tuple[str, str]:
    rate, smoothed = row["rate_per_1000"], row["smoothed_rate_per_1000"]
    return ("" if rate is None else f"{rate:,.1f}", "not shown" if smoothed is None else f"{smoothed:,.1f}")


def _spot_cells(row: Plain) -> tuple[str, str, str, str]:
    if row["events"] is None:
        return ("under 5", "", "", "")
    counted = (f"{row['events']:,}", f"{row['rank_by_events']:,}")
    if row["harm_days"] is None:
        return (*counted, "no weight", "")
    harm = f"{row['harm_days']:,.0f} ({row['harm_low']:,.0f} to {row['harm_high']:,.0f})"
    return (*counted, harm, f"{row['harm_rank_low']:,} to {row['harm_rank_high']:,}")


def _back_test(answer: Plain) -> Block:
    if not answer["back_test"]:
        return Paragraph(_runs("Too few months are held to test these maps on the months after them."))
    columns = (Column("Map", "text", wide=True), Column("Of the area"), Column("Of the events of the next month"),
               Column("Times chance (PAI)"), Column("Of the best possible (PEI)"),
               Column("Gain on the naive map (95% interval)"))  # fmt: skip
    rows = tuple(
        Row(
            (
                _cell(row["what"]), _cell(f"{row['of_area']:.1%}"), _cell(f"{row['hit_rate']:.0%}"),
                _cell(f"{row['accuracy_index']:.1f}"), _cell(f"{row['efficiency_index']:.0%}"), _cell(_gain(row)),
            )
        )
        for row in answer["back_test"]
    )  # fmt: skip
    note = (
        f"Each map was made of the months before and judged on {answer['tested']} months after. A map that was acted "
        "on looks worse than it was."
    )
    return Table("spots-tested", "Would these maps have helped?", columns, rows, (_runs(note),))


def _gain(row: Plain) -> str:
    if row["map"] == "same places":
        return "this is the naive map"
    if row["gain_lower"] is None:
        return f"{row['gain_on_same_places']:+.1%}"
    return f"{row['gain_on_same_places']:+.1%} ({row['gain_lower']:+.1%} to {row['gain_upper']:+.1%})"


def _spot_facts(answer: Plain) -> Facts:
    read = answer["read"]
    left = "; ".join(f"{count:,} {reason}" for reason, count in read["left_out"].items()) or "none"
    return Facts((
        ("Events", _runs(f"{read['read']:,} read, {read['first']} to {read['last']}")),
        ("Left out", _runs(left)),
        ("Method", _runs(f"Gi*, {answer['permutations']:,} conditional permutations; false discovery rate 5% "
                         "(Benjamini and Hochberg). Days of harm: compound Poisson.")),
    ))  # fmt: skip


def _shown(count: float, small_numbers: bool) -> str:
    value = count_of(count, small_numbers=small_numbers)
    return "under 5" if math.isnan(value) else f"{value:,.0f}"


def _runs(words: str) -> tuple[Text]:
    return (Text(words),)


def _cell(words: str) -> Cell:
    return Cell((Text(words),))
