"""Pages of figures as files: the report's own formats of a document of one section."""

from __future__ import annotations

import dataclasses
from typing import Final, get_args

from upstream.reports.appendices import definitions_section, provenance_section, queries_of
from upstream.reports.document import Document, Section, figures_of
from upstream.reports.figures import Figure
from upstream.reports.publishing import RENDERERS, Format
from upstream.reports.quarterly import HANDLING
from upstream_web.measures.engine.figures import Figures
from upstream_web.measures.engine.pages import measure_section_of

KINDS: Final = tuple(name for name in get_args(Format) if name != "html")
"""What one measure can be had as."""


def document_of(figures: Figures, title: str, keys: tuple[str, ...], sections: tuple[Section, ...]) -> Document:
    """A document of some sections, with how these measures are counted and what they rest on."""
    of = figures.results
    used = {table.table for key in keys if (made := of.measures[key].provenance) for table in made.tables}
    results = dataclasses.replace(
        of,
        measures={key: of.measures[key] for key in keys},
        tables=tuple(one for one in of.tables if one.table in used),
    )
    return Document(
        title=title,
        force=figures.force.name,
        period=str(results.to),
        subtitle=f"to {results.to.label}",
        marking=figures.force.settings.marking,
        handling=HANDLING,
        created=figures.records_as_at,
        sections=(*sections, definitions_section(results), provenance_section(results)),
        tables=tuple((one.table, one.version) for one in results.tables),
        queries=queries_of(results),
        engine_version=results.engine_version,
    )


def printed_of(figures: Figures, key: str) -> list[Figure]:
    """Every figure of a measure's own page, once each, in reading order."""
    return list(dict.fromkeys(one for one in figures_of(measure_section_of(figures, key)) if one.source.measure == key))


def measure_file(figures: Figures, key: str, kind: Format) -> bytes:
    """One measure's page in a format of the report."""
    section = measure_section_of(figures, key)
    return RENDERERS[kind](document_of(figures, figures.bindings[key].definition.title, (key,), (section,)))
