"""The check: what contradicts itself in anybody's report or tables.

``check_paths`` reads files and folders, ``check_tables`` takes a document in memory; both return a ``CheckReport``.
"""

from __future__ import annotations

from pathlib import Path

from upstream.reports.check.changes_in_tables import changes_read
from upstream.reports.check.evidence import Evidence, rounding_seen
from upstream.reports.check.findings import RULES, CheckReport, Figure, Finding, Severity, Where, in_order
from upstream.reports.check.grids import understand
from upstream.reports.check.reading import files_of, read_file
from upstream.reports.check.reading.model import Pages, Sentence, Table
from upstream.reports.check.relations import Relations, check_relations, read_relations
from upstream.reports.check.rules import ALL
from upstream.reports.check.scopes import scopes_of

__all__ = [
    "RULES",
    "CheckReport",
    "Figure",
    "Finding",
    "Relations",
    "Sentence",
    "Severity",
    "Table",
    "Where",
    "check_paths",
    "check_tables",
    "check_text",
    "evidence_of",
]


def check_tables(
    tables: list[Table] | tuple[Table, ...],
    sentences: list[Sentence] | tuple[Sentence, ...] = (),
    relations: Relations | None = None,
) -> CheckReport:
    """Check tables and sentences already in memory (our own report before it is published).

    ``tables`` and ``sentences`` are in the order of the document; ``relations`` adds what no rule can infer.
    """
    evidence = evidence_of(tables, sentences)
    found = [finding for rule in ALL for finding in rule(evidence)]
    if relations is not None:
        found += check_relations(relations, evidence.grids)
    files = tuple(dict.fromkeys([t.file for t in tables] + [s.file for s in sentences]))
    return CheckReport(in_order(found, files), files, len(tables), len(sentences))


def evidence_of(
    tables: list[Table] | tuple[Table, ...], sentences: list[Sentence] | tuple[Sentence, ...] = ()
) -> Evidence:
    """What the rules look at: tables and sentences of a document, understood."""
    grids = rounding_seen(tuple(changes_read(grid) for grid in understand(list(tables))))
    return Evidence(tuple(tables), grids, tuple(sentences), scopes_of(grids, sentences))


def _checked(pages: list[Pages], relations: Relations | None) -> CheckReport:
    tables = [t for page in pages for t in page.tables]
    sentences = [s for page in pages for s in page.sentences]
    report = check_tables(tables, sentences, relations)
    return CheckReport(report.findings, tuple(page.file for page in pages), report.tables, report.sentences)


def check_paths(paths: list[Path] | tuple[Path, ...] | Path, relations: Path | None = None) -> CheckReport:
    """Check files and folders (.md .html .txt .csv .xlsx) together.

    Parameters
    ----------
    paths
        Files, or folders that are searched for readable files.
    relations
        A TOML file of sums, per cents, limits, ratios and same facts that must hold (docs/how-to/check-a-report.md).

    Raises
    ------
    BadInput
        A file is not there, not readable, too large or not what its name says; or the relations file is wrong.
    """
    given = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(p) for p in paths]
    stated = read_relations(relations) if relations is not None else None
    return _checked([read_file(path) for path in files_of(given)], stated)


def check_text(text: str, name: str = "text", *, markdown: bool = True) -> CheckReport:
    """Check a text in memory."""
    from upstream.reports.check.reading.text import read_text

    return _checked([read_text(text, name, markdown=markdown)], None)
