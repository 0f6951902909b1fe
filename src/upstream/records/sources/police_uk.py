"""data.police.uk street, outcomes and stop-and-search files, as downloaded, into the store.

A file replaces what is held of its force, kind and month. DuckDB reads the text, checks it and writes the rows in one
streamed pass, many small files at a time; meanwhile the bytes are counted and their checksum taken. Every line must be
found again as a row: a file for which the counts differ is read a second time, carefully, line by line, and the lines
that cannot be used are quarantined with the reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from upstream.errors import BadInput
from upstream.records.entries import (
    AddResult,
    Entry,
    Progress,
    Source,
    entries,
    no_progress,
    repeat_on_conflict,
    standing,
)
from upstream.records.month_replacement import ForceMonth, commit_months, month_names, months_of
from upstream.records.quarantine import commit_quarantine, quarantine_table
from upstream.records.sources import police_uk_layouts as layouts
from upstream.records.sources.archive import SourceFile, source_files
from upstream.records.sources.lines import header, scan
from upstream.records.sources.police_uk_layouts import Layout
from upstream.records.sources.police_uk_rows import RowWriter, Scans, Written, scanned, some, this_month
from upstream.records.sources.street_files import StreetFile
from upstream.store import Store

SCANNED_FIRST: Final = 256 * 2**20
"""Bytes: below this the checksums are taken first, so that files held already are not read again."""


def add(store: Store, paths: Sequence[Path], *, who: str, progress: Progress = no_progress) -> list[AddResult]:
    """Add police.uk files: one entry for each table they touch.

    Parameters
    ----------
    paths
        Folders, zips and CSV files as downloaded.
    who
        The person who adds them.

    Raises
    ------
    BadInput
        A file cannot be used as a whole (no such columns, damaged zip, wrong name). Nothing is written then.
    """
    with store.workspace() as workspace:
        sources = source_files(paths, workspace)
        files = [_recognised(source) for source in sources.files]
        result = []
        for layout in layouts.LAYOUTS:
            those = [file for file in files if file.layout is layout]
            if those:
                _sweep(store, layout.table)
                result.append(_add_table(store, layout, those, workspace, who, progress))
    if sources.left_out:
        number = len(sources.left_out)
        note = f"{number:,} other {'file was' if number == 1 else 'files were'} not read: {some(sources.left_out)}."
        result[0] = replace(result[0], warnings=(*result[0].warnings, note))
    return result


def _sweep(store: Store, table: str) -> None:
    """Remove what adds that were killed more than a day ago left behind."""
    for name in (table, quarantine_table(table)):
        if store.holds(name):
            store.sweep(name)


def _recognised(source: SourceFile) -> StreetFile:
    names = header(source.path, source.name)
    layout, position = layouts.recognise(source.name, names)
    parts = layouts.named_parts(source.base_name)
    if parts and parts[2] != layout.kind:
        raise BadInput(
            f"{source.name} is named as a {parts[2]} file but has the columns of a {layout.kind} file.",
            remedy="Give the file back its own name, or download it again; nothing was added.",
        )
    if parts is None and not layout.names_force:
        raise BadInput(
            f"{source.name} does not say which force and month it is of, and neither do its rows.",
            allowed="a name such as 2022-06-northumbria-stop-and-search.csv",
            remedy="Give the file back the name it was downloaded with.",
        )
    if parts and not layouts.FIRST_MONTH <= parts[0] <= this_month():
        raise BadInput(
            f"{source.name} is of {parts[0]}.", allowed=f"months from {layouts.FIRST_MONTH} to {this_month()}"
        )
    month, force = (parts[0], parts[1]) if parts else (None, None)
    return StreetFile(source, layout, position, len(names), force, month, source.path.stat().st_size)


def _add_table(
    store: Store, layout: Layout, files: Sequence[StreetFile], workspace: Path, who: str, progress: Progress
) -> AddResult:
    with ThreadPoolExecutor(max_workers=1) as pool:
        scans = {file.source.path: pool.submit(scan, file.source.path) for file in files}
        files, warnings = _each_once(files, scans)
        known: tuple[Source, ...] = ()
        if sum(file.size for file in files) <= SCANNED_FIRST:
            files, known = _not_held(store, layout.table, files, scans)
        if not files:
            return _nothing_new(store, layout.table, known, warnings)
        folder = store.folder(layout.table) / uuid.uuid4().hex[:12]
        folder.mkdir()
        written = RowWriter(store, layout, scans, folder, workspace, progress).write(files)
    written = replace(written, warnings=(*warnings, *written.warnings))
    return repeat_on_conflict(lambda: _commit(store, layout.table, written, known, folder, who))


def _each_once(files: Sequence[StreetFile], scans: Scans) -> tuple[tuple[StreetFile, ...], tuple[str, ...]]:
    """The files without copies of one another; two different files of one force and month are refused."""
    seen: dict[ForceMonth, StreetFile] = {}
    kept, warnings = [], []
    for file in files:
        twin = seen.get(file.key) if file.key else None
        if twin is None:
            kept.append(file)
            if file.key:
                seen[file.key] = file
        elif scanned(scans, file).sha256 == scanned(scans, twin).sha256:
            warnings.append(f"{file.source.name} is the same file as {twin.source.name} and was read once.")
        else:
            raise BadInput(
                f"{file.source.name} and {twin.source.name} are both of {file.force} {file.month} but differ.",
                allowed="one file for each force, kind and month",
                remedy="Add the one that is right.",
            )
    return tuple(kept), tuple(warnings)


def _not_held(
    store: Store, table: str, files: Sequence[StreetFile], scans: Scans
) -> tuple[tuple[StreetFile, ...], tuple[Source, ...]]:
    """The files whose very bytes are not what is held of their months, and what is known of the others."""
    book = list(entries(store, table))
    current = months_of(book)
    months_from: dict[str, list[ForceMonth]] = {}
    for key, (held, _) in current.items():
        months_from.setdefault(held.sha256, []).append(key)
    brought = {source.sha256: (source, entry) for entry in standing(book) for source in entry.sources}
    new, known = [], []
    for file in files:
        checksum = scanned(scans, file).sha256
        source, entry = brought.get(checksum, (None, None))
        there = set(months_from.get(checksum, ()))
        by_entry = {(m.force, m.month) for m in entry.months if m.sha256 == checksum} if entry else set()
        if source and there and (file.key in there if file.key else there == by_entry):
            known.append(replace(source, name=file.source.name))
        else:
            new.append(file)
    return tuple(new), tuple(known)


def _nothing_new(store: Store, table: str, known: Sequence[Source], warnings: Sequence[str]) -> AddResult:
    version = store.version(table)
    return AddResult(
        table=table,
        entry=None,
        files=tuple(source.name for source in known),
        read=sum(source.read for source in known),
        accepted=0,
        quarantined=sum(source.quarantined for source in known),
        already_held=sum(source.accepted for source in known),
        version_before=version,
        version_after=version,
        warnings=tuple(warnings),
    )


def _commit(store: Store, table: str, written: Written, known: Sequence[Source], folder: Path, who: str) -> AddResult:
    """Refused rows first, then the rows with the entry: only the second commit makes either count."""
    if written.refused:
        commit_quarantine(store, table, written.entry, written.refused)
    before = store.version(table) if store.holds(table) else None
    entry = Entry(
        id=written.entry,
        table=table,
        kind="add",
        who=who,
        at=dt.datetime.now(dt.UTC),
        sources=written.sources,
        read=sum(source.read for source in (*written.sources, *known)),
        accepted=sum(source.accepted for source in written.sources),
        quarantined=sum(source.quarantined for source in (*written.sources, *known)),
        already_held=sum(source.accepted for source in known),
        version_before=before,
        version_after=0 if before is None else before + 1,
        months=written.months,
    )
    replaced = [(month.force, month.month) for month in written.months]
    version = commit_months(store, entry, added=written.files, replaced=replaced, folder=folder / uuid.uuid4().hex[:8])
    return AddResult(
        table=table,
        entry=entry.id,
        files=tuple(source.name for source in (*written.sources, *known)),
        read=entry.read,
        accepted=entry.accepted,
        quarantined=entry.quarantined,
        already_held=entry.already_held,
        version_before=before,
        version_after=version,
        months=month_names(replaced),
        unknown_codes=written.unknown,
        reasons=written.reasons,
        warnings=written.warnings,
    )
