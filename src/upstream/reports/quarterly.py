"""The quarterly performance report: measures' results and commentary in, one document out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from upstream.errors import Refused
from upstream.measures.definition import Pack
from upstream.measures.result import FORCE, Results
from upstream.records.contract import contract, table_names
from upstream.reports.appendices import (
    definitions_section,
    methods_section,
    provenance_section,
    quality_section,
    queries_of,
)
from upstream.reports.area_tables import flag_of
from upstream.reports.binding import Binding
from upstream.reports.commentary import Commentary
from upstream.reports.crime_tables import crime_sections, exceptional_section
from upstream.reports.data_quality import Holding
from upstream.reports.document import Document, Runs, Section, Text
from upstream.reports.glance import glance_section
from upstream.reports.measure_page import Reading, anchor, first_ref, measure_section, unwritten
from upstream.reports.scorecard import scorecard_section
from upstream.reports.self_check import refuse_contradictions
from upstream.reports.supporting import lead_measures, supporting_blocks

HANDLING = (
    "Handle and store this document under the Government Security Classifications. Do not pass it, or anything in it, "
    "to others without the permission of the Information Asset Owner."
)


@dataclass(frozen=True, slots=True)
class Request:
    """What to report on.

    Attributes
    ----------
    results : Results
        Every measure, to the month of the report.
    packs : tuple of Pack
        In the report's order; pages, scorecards and crime tables come from them.
    force : str
        The force's name.
    marking : str
    public : bool
        Counts are rounded, small ones and what rests on them suppressed.
    commentary : mapping of measure key to Commentary
    holdings : tuple of Holding
        What the store holds, for the data quality pages.
    """

    results: Results
    packs: tuple[Pack, ...]
    force: str
    marking: str = "OFFICIAL"
    public: bool = False
    commentary: Mapping[str, Commentary] = field(default_factory=dict)
    holdings: tuple[Holding, ...] = ()


def quarterly_report(request: Request) -> Document:
    """The whole report as a document.

    Raises
    ------
    Refused
        Commentary that the figures do not back, or that belongs to no measure of the report; a fact printed with two
        values.
    """
    results = request.results
    bindings = {key: Binding(result, request.public) for key, result in results.measures.items()}
    reading = Reading(results.to, bindings, request.commentary)
    _check_commentary(request)
    sections: list[Section] = [glance_section(reading, request.packs, results)]
    for pack in request.packs:
        sections += _pack_sections(reading, pack, request)
    sections += [
        quality_section(results, request.holdings, public=request.public),
        methods_section(results, public=request.public),
        definitions_section(results),
        provenance_section(results),
    ]
    document = Document(
        title="Quarterly performance report",
        subtitle=f"{results.to.quarter}, to {results.to.label}",
        force=request.force,
        period=str(results.to),
        marking=request.marking,
        handling=HANDLING,
        created=newest_commit(results),
        sections=tuple(sections),
        tables=tuple((t.table, t.version) for t in results.tables),
        queries=queries_of(results),
        engine_version=results.engine_version,
        facts=_cover_facts(request),
    )
    refuse_contradictions(document)
    return document


def newest_commit(results: Results) -> dt.datetime:
    """The report's creation time: when the newest table version that it rests on was committed."""
    times = [dt.datetime.fromisoformat(t.committed_at.replace("Z", "+00:00")) for t in results.tables if t.committed_at]
    aware = [t if t.tzinfo else t.replace(tzinfo=dt.UTC) for t in times]
    newest = max(aware, default=dt.datetime(results.to.year, results.to.month, 1, tzinfo=dt.UTC))
    return newest.astimezone(dt.UTC).replace(microsecond=0)


def _check_commentary(request: Request) -> None:
    for key, written in sorted(request.commentary.items()):
        if key not in request.results.measures:
            raise Refused(
                f"{written.path.name}:1: there is no measure {key!r} in this report.",
                remedy="Rename the file to a measure's key (`upstream measures list`), or take it out of the folder.",
            )


def _cover_facts(request: Request) -> tuple[tuple[str, Runs], ...]:
    results = request.results
    areas = [name for key, name in results.areas.items() if key not in (FORCE, "not_known")]
    facts: list[tuple[str, Runs]] = [
        ("Period", (Text(f"{results.to.quarter}: {results.to.quarter.first_month.label} to {results.to.label}"),)),
        ("Areas", (Text(", ".join(areas) or "The force only: no areas are held"),)),
        ("Records as at", (Text(f"{newest_commit(results):%-d %B %Y, %H:%M} UTC"),)),
        (
            "Small numbers",
            (Text("Rounded and suppressed: for the public" if request.public else "Shown: for internal use"),),
        ),
    ]
    known = [contract(t.table) for t in results.tables if t.table in table_names()]
    facts += [("Attribution", (Text(words),)) for words in dict.fromkeys(c.attribution for c in known if c.attribution)]
    return tuple(facts)


def _pack_sections(reading: Reading, pack: Pack, request: Request) -> list[Section]:
    several = len(request.packs) > 1
    scorecard = scorecard_section(reading, pack)
    if several and pack is not request.packs[0]:
        scorecard = _renamed(scorecard, f"scorecard-{pack.key}".replace("_", "-"), f"Summary scorecard: {pack.title}")
    out = [scorecard]
    for objective in pack.objectives:
        pages = _objective_pages(reading, pack, objective.key)
        if pages:
            ident = f"objective-{pack.key}-{objective.key}".replace("_", "-")
            out.append(Section(ident, objective.title, (), pages, label=objective.number))
    tables = crime_sections(reading, pack)
    if tables:
        exceptional = exceptional_section(reading, pack, request.results.false_alarms)
        out.append(Section(f"tables-{pack.key}".replace("_", "-"), "Volumes by category", (), (*tables, exceptional)))
    return out


def _renamed(section: Section, ident: str, title: str) -> Section:
    return Section(ident, title, section.blocks, section.sections, section.label, section.kind)


def _objective_pages(reading: Reading, pack: Pack, objective: str) -> tuple[Section, ...]:
    """The pack's pages of an objective in order, then a page for each measure that is on none."""
    questions = {q.key: q for q in pack.key_questions if q.objective == objective}
    paged = {key for page in pack.pages for key in page.measures}
    out = []
    for question in questions.values():
        for page in pack.pages:
            keys = tuple(key for key in page.measures if key in reading.bindings)
            if page.key_question == question.key and keys:
                out.append(_page(reading, f"page-{page.key}".replace("_", "-"), page.title, keys))
        families: dict[str, list[str]] = {}
        for definition in pack.definitions:
            alone = definition.key not in paged and definition.alternative_of is None
            if alone and definition.key_question == question.key and not _in_tables(pack, definition.key):
                families.setdefault(definition.family or definition.key, []).append(definition.key)
        for family, members in families.items():
            held = tuple(key for key in members if key in reading.bindings)
            if held:
                titles = [reading.bindings[key].definition.title for key in held]
                title = titles[0] if len(held) == 1 else _family_title(family, titles)
                out.append(_page(reading, f"family-{family}".replace("_", "-"), title, held))
    return tuple(out)


def _family_title(family: str, titles: list[str]) -> str:
    """What the titles of a family have before their colon; else the family's own name."""
    stems = {title.split(":")[0] for title in titles if ":" in title}
    stem = stems.pop() if len(stems) == 1 else family.replace("_", " ").capitalize()
    return f"{stem}, by category"


def _in_tables(pack: Pack, key: str) -> bool:
    """Columns of a wide table have no page of their own; its rows have."""
    return any(key.startswith(f"{outcome}_in_") for table in pack.tables for outcome in table.outcomes)


def _unexplained(reading: Reading, key: str) -> bool:
    force = reading.bindings[key].result.series.get(FORCE)
    return key not in reading.commentary and force is not None and flag_of(reading.bindings[key], force) != ""


def _page(reading: Reading, ident: str, title: str, keys: tuple[str, ...]) -> Section:
    label = first_ref(reading.bindings[keys[0]].definition)
    leads = lead_measures(reading, keys)
    rest = tuple(key for key in keys if key not in leads)
    measured = [key for key in keys if reading.bindings[key].definition.kind != "page"]
    nobody = bool(measured) and not any(key in reading.commentary for key in keys)
    sections = [
        unwritten(measure_section(reading, key), page=nobody and key == leads[0], outside=_unexplained(reading, key))
        for key in leads
    ]
    if len(keys) == 1 and sections:
        return dataclasses.replace(sections[0], title=title, label=label)
    if not leads:
        listed = Section(ident, title, supporting_blocks(reading, ident, title, rest), (), label, "measure")
        return unwritten(listed, page=nobody, outside=False)
    if rest:
        blocks = supporting_blocks(reading, f"{ident}-others", f"{title}: other measures", rest)
        sections.append(Section(f"{ident}-others", "Other measures", blocks, kind="measure"))
    if sections[0].title == title:  # no heading twice: the page is its first measure's, the others follow
        return dataclasses.replace(sections[0], label=label, sections=tuple(sections[1:]))
    return Section(ident, title, (), tuple(sections), label, "measure")


__all__ = ["Request", "anchor", "newest_commit", "quarterly_report"]
