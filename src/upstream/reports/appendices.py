"""The last pages: data quality, methods, and where each figure came from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import tomllib

from upstream.measures.definition import Definition
from upstream.measures.result import FORCE, Results
from upstream.periods import months
from upstream.records.contract import contract, table_names
from upstream.reports.area_tables import number, words
from upstream.reports.binding import SUPPRESSED, Binding, query_id
from upstream.reports.crime_tables import not_held_rows
from upstream.reports.data_quality import Holding
from upstream.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Link,
    Paragraph,
    Prose,
    Query,
    Row,
    Section,
    Table,
    Text,
)
from upstream.reports.figures import Provenance, figure
from upstream.reports.html import TEMPLATES
from upstream.reports.measure_charts import chart_months
from upstream.reports.measure_page import anchor
from upstream.reports.period_words import month_list
from upstream.reports.small_numbers import published_rows
from upstream.stats.yardstick import BANDS
from upstream.stats.yardstick import SOURCE as YARDSTICK_SOURCE

DEFINITIONS_INTRO = (
    "Each measure is a reviewed definition with an owner. Where a note speaks of the source, the scorecard or the "
    "body, it means the published report whose measure the definition follows, and its summary and measure pages."
)
HOLDINGS_NOTE = (
    "Suspect: a month far below the months around it, or only part of which was added. In quarantine: rows that were "
    "refused and set aside with the reason; they are in no figure. Table version: the state of the records used."
)
HASH_SHOWN = 10
"""Characters of a definition's hash that are printed; report.json has it whole."""


def _count(value: int, holding: Holding, quantity: str, *, public: bool = False) -> Cell:
    source = Provenance("data_quality", quantity=quantity, tables=((holding.table, holding.version),))
    shown = published_rows(value) if public else float(value)
    known = math.isfinite(shown)
    return number(figure(shown if known else None, "count", source, absent=SUPPRESSED), "" if known else "suppressed")


def quality_section(results: Results, holdings: tuple[Holding, ...], *, public: bool = False) -> Section:
    """Months held and missing, what was refused, breaks of recording, codes in no list."""
    blocks: list[Block] = []
    if holdings:
        blocks.append(_holdings_table(holdings, public=public))
        partial = _partial_table(results, holdings, public=public)
        refused = _refused_table(holdings, public=public)
        unknown = _unknown_table(holdings, public=public)
        blocks += [table for table in (partial, refused, unknown) if table is not None]
    blocks.append(_months_table(results))
    breaks = _breaks_table(results)
    if breaks is not None:
        blocks.append(breaks)
    lacking = not_held_rows(results.measures)
    if lacking:
        rows = tuple(
            Row((Cell((Link(title, f"#{anchor(key)}") if _has_page(results, key) else Text(title),)), words(why)))
            for key, title, why in lacking
        )
        columns = (Column("Measure", "text", wide=True), Column("What is lacking", "text", wide=True))
        blocks.append(Table("not-held", "Measures that cannot be calculated", columns, rows))
    return Section("data-quality", "Data quality", tuple(blocks), kind="appendix")


def _has_page(results: Results, key: str) -> bool:
    definition = results.measures[key].definition
    return definition.alternative_of is None and "_in_" not in definition.key


def _holdings_table(holdings: tuple[Holding, ...], *, public: bool) -> Table:
    rows = tuple(
        Row(
            (
                words(h.title),
                _count(h.rows, h, "rows", public=public),
                words(f"{h.first.label} to {h.last.label}" if h.first and h.last else "none"),
                words(month_list(h.missing) or "none"),
                words(month_list(tuple(fact.month for fact in h.suspect)) or "none"),
                _count(h.quarantined, h, "quarantined", public=public),
                _count(h.version, h, "version"),
            )
        )
        for h in holdings
    )
    columns = (
        Column("Records", "text"),
        Column("Rows held"),
        Column("Months", "text", wide=True),
        Column("Missing", "text", wide=True),
        Column("Suspect", "text", wide=True),
        Column("Rows in quarantine"),
        Column("Table version"),
    )
    return Table("holdings", "What is held", columns, rows, ((Text(HOLDINGS_NOTE),),))


def _partial_table(results: Results, holdings: tuple[Holding, ...], *, public: bool) -> Table | None:
    """What is far too low in months that look only partly uploaded."""
    rows = []
    for h in holdings:
        for fact in h.suspect:
            for low in fact.low:
                area = results.areas.get(low.area, low.area) if low.area else "the whole force"
                of = f"{fact.month} {low.area or 'force'} {low.category or 'all'}"
                own = _count(low.rows, h, f"rows: {of}", public=public)
                around = _count(low.lowest_neighbour, h, f"lowest around: {of}", public=public)
                kind = (low.category or "all rows").replace("_", " ")
                rows.append(Row((words(h.title), words(fact.month.label), words(area), words(kind), own, around)))
    columns = (
        Column("Records", "text"),
        Column("Month", "text"),
        Column("Area", "text"),
        Column("What", "text", wide=True),
        Column("Rows"),
        Column("Lowest around"),
    )
    note = (
        Text(
            "Below 60% of the lowest of the two months before and after, by more than chance can explain: probably an "
            "incomplete upload. Measures that may count such rows print no figure for the month, here or in the force."
        ),
    )
    return Table("partial", "Months that look only partly uploaded", columns, tuple(rows), (note,)) if rows else None


def _refused_table(holdings: tuple[Holding, ...], *, public: bool) -> Table | None:
    rows = tuple(
        Row((words(h.title), words(reason), _count(count, h, f"quarantined: {reason}", public=public)))
        for h in holdings
        for reason, count in h.reasons
    )
    columns = (Column("Records", "text"), Column("Why", "text", wide=True), Column("Rows"))
    return Table("quarantine", "Rows refused and set aside", columns, rows) if rows else None


def _unknown_table(holdings: tuple[Holding, ...], *, public: bool) -> Table | None:
    rows = tuple(
        Row((words(h.title), words(column), words(code), _count(count, h, f"unknown {column} {code}", public=public)))
        for h in holdings
        for column, code, count in h.unknown
    )
    columns = (Column("Records", "text"), Column("Column", "text"), Column("Code", "text", wide=True), Column("Rows"))
    note = (Text("Such rows are kept and counted in totals, never dropped."),)
    return Table("unknown-codes", "Codes that are in no list", columns, rows, (note,)) if rows else None


def _months_table(results: Results) -> Table:
    """How many of the chart's months each table holds: those of the measure of it that has most."""
    shown = chart_months(results.to)
    fullest: dict[str, tuple[int, str]] = {}
    for key, result in results.measures.items():
        force = result.series.get(FORCE)
        if force is None or result.definition.frequency != "month":
            continue
        states = dict(zip(force.months, force.states, strict=True))
        missing = tuple(m for m in shown if states.get(m, "missing") == "missing")
        table = result.definition.tables[0] if result.definition.tables else ""
        if table and (table not in fullest or len(missing) < fullest[table][0]):
            fullest[table] = (len(missing), key)
    rows = []
    for table, (_, key) in fullest.items():
        force = results.measures[key].series[FORCE]
        states = dict(zip(force.months, force.states, strict=True))
        missing = tuple(m for m in shown if states.get(m, "missing") == "missing")
        part = tuple(m for m in shown if states.get(m) == "part")
        source = Binding(results.measures[key]).source(FORCE, f"{shown[0]} to {shown[-1]}", "months_held")
        rows.append(
            Row(
                (
                    words(_records(table)),
                    number(figure(float(len(shown) - len(missing)), "count", source)),
                    number(figure(float(len(shown)), "count", dataclasses.replace(source, quantity="months_wanted"))),
                    words(month_list(missing) or "none"),
                    words(month_list(part) or "none"),
                )
            )
        )
    columns = (
        Column("Records", "text"),
        Column("Months held"),
        Column("Months wanted"),
        Column("Missing", "text", wide=True),
        Column("Held in part", "text", wide=True),
    )
    title = f"Months held, {shown[0].label} to {shown[-1].label}"
    return Table("months-held", title, columns, tuple(rows))


def _records(table: str) -> str:
    return contract(table).title if table in table_names() else table.replace("_", " ")


def _breaks_table(results: Results) -> Table | None:
    seen: dict[tuple[str, str], list[str]] = {}
    for result in results.measures.values():
        for item in result.definition.breaks:
            if item.start <= results.to:
                seen.setdefault((str(item.start), item.what), []).append(result.definition.title)
    rows = tuple(
        Row((words(next(m for m in months(results.to - 600, results.to) if str(m) == start).label), words(what),
             words(", ".join(dict.fromkeys(titles)))))
        for (start, what), titles in sorted(seen.items())
    )  # fmt: skip
    columns = (
        Column("From", "text"),
        Column("Change of recording", "text", wide=True),
        Column("Measures", "text", wide=True),
    )
    return Table("breaks", "Changes of recording", columns, rows) if rows else None


def methods_section(results: Results, *, public: bool) -> Section:
    """How limits, comparisons, projections and likelihoods were made."""
    wording = tomllib.loads((TEMPLATES / "methods.toml").read_text("utf-8"))
    parts = [(part["title"], part["text"]) for part in wording["parts"]]
    parts.append(("Small numbers", wording["small_numbers"]["public" if public else "internal"]))
    blocks = tuple(Prose(title, (Paragraph((Text(" ".join(text.split())),)),)) for title, text in parts)
    engine = {"duckdb": "DuckDB", "spark": "Apache Spark"}.get(results.engine, results.engine)
    made = Paragraph((Text(f"Calculated by version {results.engine_version} of Upstream's methods, on {engine}."),))
    return Section("methods", "Methods", (*blocks, _yardstick_table(), made), kind="appendix")


def _yardstick_table() -> Table:
    """The words of a likelihood and the numbers that they stand for."""
    rows = tuple(
        Row(tuple(words(text) for text in (band.term, f"{band.lower:.0%} to {band.upper:.0%}"))) for band in BANDS
    )
    note = "Between two bands the nearer one is used; halfway, the one nearer to an even chance. Source: "
    return Table(
        "yardstick",
        "The probability yardstick",
        (Column("Words", "text"), Column("Chance", "text")),
        rows,
        ((Text(f"{note}{YARDSTICK_SOURCE}."),),),
    )


def _counted_words(definition: Definition) -> str:
    reading = f"Reading chosen: {definition.reading_reason}" if definition.reading_reason else ""
    owner = f"Owner: {definition.owner}; reviewed {definition.reviewed:%-d %B %Y}."
    said = [definition.about, *definition.caveats, reading, owner]
    return " ".join(part if part.endswith(".") else f"{part}." for part in said if part)


def definitions_section(results: Results) -> Section:
    """Every measure: what is counted, its caveats, the reading chosen, who owns the definition."""
    alike: dict[str, list[str]] = {}
    for key, result in results.measures.items():
        definition = result.definition
        if definition.kind != "page" and "_in_" not in key:
            alike.setdefault(_counted_words(definition), []).append(definition.title)
    rows = tuple(Row((words("; ".join(titles)), words(text))) for text, titles in alike.items())
    columns = (Column("Measure", "text", wide=True), Column("How it is counted", "text", wide=True))
    table = Table("definitions-table", "Measures and how they are counted", columns, rows)
    intro = Paragraph((Text(DEFINITIONS_INTRO),))
    return Section("definitions", "How each measure is counted", (intro, table), kind="appendix")


def queries_of(results: Results) -> tuple[Query, ...]:
    """Each different query once, with the first measure that asked it."""
    out: dict[str, Query] = {}
    for result in results.measures.values():
        provenance = result.provenance
        if provenance is not None:
            ident = query_id(provenance)
            tables = tuple((t.table, t.version) for t in provenance.tables)
            out.setdefault(
                ident, Query(ident, result.definition.key, result.definition.title, tables, provenance.query)
            )
    return tuple(out.values())


def _moment(text: str) -> str:
    """A commit time as a British reader writes it, to the second."""
    return f"{dt.datetime.fromisoformat(text):%-d %B %Y, %H:%M:%S}" if text else ""


def provenance_section(results: Results) -> Section:
    """For every measure its definition's hash, tables with versions, and query."""
    intro = Paragraph(
        (
            Text(
                "Each figure of this report was counted by the query named here from the table versions named here. "
                "The file report.csv lists every figure with both; report.json holds the text of each query, from "
                "which its name is made (SHA-256)."
            ),
        )
    )
    queries = _queries_table(results)
    blocks: list[Block] = [intro, _versions_table(results), queries]
    if not queries.rows:
        blocks.append(Callout("not_held", "Nothing was counted", (Text("No table that these measures need is held."),)))
    return Section("provenance", "Where each figure came from", tuple(blocks), kind="appendix")


def _versions_table(results: Results) -> Table:
    def version(table: str, number_held: int) -> Cell:
        source = Provenance("report", quantity="version", tables=((table, number_held),))
        return number(figure(float(number_held), "count", source))

    columns = (Column("Table", "text"), Column("Version"), Column("Committed (UTC)", "text", wide=True))
    rows = tuple(
        Row((words(one.table), version(one.table, one.version), words(_moment(one.committed_at))))
        for one in results.tables
    )
    return Table("table-versions", "Table versions", columns, rows)


def _queries_table(results: Results) -> Table:
    served: dict[str, list[str]] = {}
    for key, result in results.measures.items():
        if result.provenance is not None:
            served.setdefault(query_id(result.provenance), []).append(f"{key} ({result.provenance.hash[:HASH_SHOWN]})")
    columns = (
        Column("Query", "text"),
        Column("Tables and versions", "text", wide=True),
        Column("Measures (start of the definition's hash)", "text", wide=True),
    )
    rows = tuple(
        Row(
            (
                words(query.id),
                words(", ".join(f"{table} {version}" for table, version in query.tables)),
                words(", ".join(served[query.id])),
            )
        )
        for query in queries_of(results)
    )
    title = "Queries, the table versions they read, and the measures they count"
    return Table("queries", title, columns, rows)
