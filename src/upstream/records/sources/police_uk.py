"""data.police.uk street, outcomes and stop-and-search files, as downloaded, into the store.

A file replaces what is held of its force, kind and month. DuckDB reads the text, checks it and writes the rows in one
streamed pass, many small files at a time; meanwhile the bytes are counted and their checksum taken. Every line must be
found again as a row: a file for which the counts differ is read a second time, carefully, line by line, and the lines
that cannot be used are quarantined with the reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from upstream.errors import BadInput
from upstream.records.contract import code_list, contract
from upstream.records.entries import (
    AddResult,
    Entry,
    HeldMonth,
    Progress,
    Source,
    entries,
    entry_id,
    no_progress,
    repeat_on_conflict,
    standing,
)
from upstream.records.month_replacement import PARQUET, ForceMonth, commit_months, month_names, months_of
from upstream.records.quarantine import QuarantineFile, RefusedRow, commit_quarantine, quarantine_table
from upstream.records.sources import police_uk_layouts as layouts
from upstream.records.sources.archive import SourceFile, source_files
from upstream.records.sources.lines import LONGEST_LINE, Scan, header, scan, split_careful
from upstream.records.sources.police_uk_layouts import Layout
from upstream.store import Store
from upstream.store.duckdb_session import duckdb_session, listed, named, parquet_files, quoted

SCANNED_FIRST: Final = 256 * 2**20
"""Bytes: below this the checksums are taken first, so that files held already are not read again."""

BATCH: Final = 512 * 2**20
"""Bytes of text read into one Parquet file; a larger file is a batch of its own."""


@dataclass(frozen=True, slots=True)
class StreetFile:
    """A file whose kind is known.

    Attributes
    ----------
    source
        Where it is.
    layout, position
        Its kind, and header -> place of each column.
    width
        Number of columns, known or not.
    force, month
        From the file name; ``None`` when its name says neither and the rows must.
    size
        Bytes.
    """

    source: SourceFile
    layout: Layout
    position: Mapping[str, int]
    width: int
    force: str | None
    month: str | None
    size: int

    @property
    def key(self) -> ForceMonth | None:
        return (self.force, self.month) if self.force and self.month else None


@dataclass(frozen=True, slots=True)
class Written:
    """Rows on disk that no commit names yet.

    Attributes
    ----------
    entry
        Id of the entry to be.
    files
        Parquet files.
    sources
        What became of each file's rows.
    months
        What the files hold of each force and month.
    refused
        Parquet file of refused rows, or ``None``.
    reasons, unknown
        Reason -> rows; column -> code -> rows.
    warnings
        Sentences for whoever added the files.
    """

    entry: str
    files: tuple[Path, ...]
    sources: tuple[Source, ...]
    months: tuple[HeldMonth, ...]
    refused: Path | None
    reasons: Mapping[str, int]
    unknown: Mapping[str, Mapping[str, int]]
    warnings: tuple[str, ...]


Scans = Mapping[Path, "Future[Scan]"]
"""Path -> the scan of the file, under way or done."""


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
        files = [_recognised(source) for source in source_files(paths, workspace)]
        result = []
        for layout in layouts.LAYOUTS:
            those = [file for file in files if file.layout is layout]
            if those:
                _sweep(store, layout.table)
                result.append(_add_table(store, layout, those, workspace, who, progress))
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
    if parts and not layouts.FIRST_MONTH <= parts[0] <= _this_month():
        raise BadInput(
            f"{source.name} is of {parts[0]}.", allowed=f"months from {layouts.FIRST_MONTH} to {_this_month()}"
        )
    month, force = (parts[0], parts[1]) if parts else (None, None)
    return StreetFile(source, layout, position, len(names), force, month, source.path.stat().st_size)


def _this_month() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m")


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
        written = _Writing(store, layout, scans, folder, workspace, progress).write(files)
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
        elif _scanned(scans, file).sha256 == _scanned(scans, twin).sha256:
            warnings.append(f"{file.source.name} is the same file as {twin.source.name} and was read once.")
        else:
            raise BadInput(
                f"{file.source.name} and {twin.source.name} are both of {file.force} {file.month} but differ.",
                allowed="one file for each force, kind and month",
                remedy="Add the one that is right.",
            )
    return tuple(kept), tuple(warnings)


def _scanned(scans: Scans, file: StreetFile) -> Scan:
    return scans[file.source.path].result()


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
        checksum = _scanned(scans, file).sha256
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


class _Writing:
    """The writing of one table's rows: holds what every step needs, and what has been written so far."""

    def __init__(
        self, store: Store, layout: Layout, scans: Scans, folder: Path, workspace: Path, progress: Progress
    ) -> None:
        self.store, self.layout, self.scans = store, layout, scans
        self.folder, self.workspace, self.progress = folder, workspace, progress
        self.written: list[Path] = []
        self.sources: list[Source] = []
        self.months: list[HeldMonth] = []
        self.warnings: list[str] = []

    def write(self, files: Sequence[StreetFile]) -> Written:
        """Read every file, fast where all its lines can be found again as rows, else carefully."""
        done, total = 0, sum(file.size for file in files)
        uncertain: list[StreetFile] = []
        places = sorted({file.source.path.parent for file in files})
        folders = [self.store.root, *places]
        with duckdb_session(folders, spill=self.workspace, joins_as_written=True) as connection:
            for batch in _batches(files):
                self.progress(f"Reading {self.layout.kind} files", done, total)
                uncertain += self._fast(connection, batch)
                done += sum(file.size for file in batch)
            self.progress(f"Reading {self.layout.kind} files", done, total)
            book = list(entries(self.store, self.layout.table))
            checksums = [_scanned(self.scans, file).sha256 for file in files]
            entry = entry_id(self.layout.table, checksums, book)
            refused = QuarantineFile(self.folder_of_refused(), entry)
            for number, file in enumerate(uncertain):
                self.progress(f"Checking {file.source.name} line by line", number, len(uncertain))
                self._careful(connection, file, refused, number)
            refused.close()
            unknown = self._unknown(connection)
        if refused.rows == 0:
            refused.path.unlink()
        return Written(
            entry=entry,
            files=tuple(self.written),
            sources=tuple(self.sources),
            months=tuple(sorted(self.months, key=lambda month: (month.force, month.month))),
            refused=refused.path if refused.rows else None,
            reasons=dict(sorted(refused.reasons.items())),
            unknown=unknown,
            warnings=tuple(self.warnings),
        )

    def folder_of_refused(self) -> Path:
        name = quarantine_table(self.layout.table)
        return self.store.folder(name) / self.folder.name / "refused.parquet"

    def _fast(self, connection: duckdb.DuckDBPyConnection, batch: Sequence[StreetFile]) -> list[StreetFile]:
        """Write a batch in one pass and return the files whose lines did not all come through."""
        target = self.folder / f"rows_{len(self.written)}.parquet"
        try:
            self._copy(connection, _lines_sql(batch), batch, target)
            counts = _counts(connection, target)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            counts = {}
        uncertain = [file for file in batch if not self._all_there(file, counts)]
        if uncertain:
            target.unlink(missing_ok=True)
            sure = [file for file in batch if file not in uncertain]
            return uncertain + (self._fast(connection, sure) if sure else [])
        self._keep(target, counts)
        for file in batch:
            of_file = {file.key: counts.get(file.key, 0)} if file.key else counts
            self._note(file, _scanned(self.scans, file).lines - 1, of_file)
        return []

    def _all_there(self, file: StreetFile, counts: Mapping[ForceMonth, int]) -> bool:
        seen = _scanned(self.scans, file)
        rows = counts.get(file.key, 0) if file.key else sum(counts.values())
        return rows == seen.lines - 1 and not seen.has_nul and (bool(rows) or file.key is not None)

    def _careful(
        self, connection: duckdb.DuckDBPyConnection, file: StreetFile, refused: QuarantineFile, number: int
    ) -> None:
        """Write one file's good rows and quarantine the others with the reason."""
        clean = self.workspace / f"clean_{number}.csv"
        target = self.folder / f"careful_{number}.parquet"
        before = refused.rows
        refused.extend(split_careful(file.source.path, file.source.name, file.width, clean))
        lines = _clean_sql(clean, file.width)
        forces = self._forces_in(connection, lines, file)
        self._copy(connection, lines, [file], target, forces)
        counts = _counts(connection, target)
        reasons_before = dict(refused.reasons)
        refused.extend(self._faulty(connection, lines, file, forces))
        clean.unlink()
        bad, good = refused.rows - before, sum(counts.values())
        if good == 0 and bad:
            new = {reason for reason, n in refused.reasons.items() if n > reasons_before.get(reason, 0)}
            _refuse_renamed(file, new)
        if good == 0 and not file.key:
            raise BadInput(
                f"{file.source.name} has no usable row that says its force and month, and its name does not either.",
                allowed="a name such as 2022-06-northumbria-street.csv, or rows with Month and Reported by",
            )
        self._keep(target, counts)
        self._note(file, good + bad, {file.key: good} if file.key else counts)

    def _copy(
        self,
        connection: duckdb.DuckDBPyConnection,
        lines: str,
        batch: Sequence[StreetFile],
        target: Path,
        forces: Mapping[str, str] | None = None,
    ) -> None:
        first = batch[0]
        checks = layouts.faults(first.layout, first.position)
        sound = " AND ".join(f"NOT coalesce({fault.condition}, true)" for fault in checks)
        joins = layouts.joins(first.layout, first.position, forces or layouts.known_forces(), _this_month())
        connection.execute(
            f"COPY (SELECT {layouts.projection(first.layout, first.position)} FROM {lines} r {_key_sql(batch)} {joins} "
            f"WHERE {sound}) TO {quoted(str(target))} {PARQUET}"
        )

    def _faulty(
        self, connection: duckdb.DuckDBPyConnection, lines: str, file: StreetFile, forces: Mapping[str, str]
    ) -> Iterator[RefusedRow]:
        checks = layouts.faults(file.layout, file.position)
        which = " ".join(f"WHEN coalesce({fault.condition}, true) THEN {n}" for n, fault in enumerate(checks))
        raw = " || ',' || ".join(f"as_field(r.c{column})" for column in range(file.width))
        fields = ", ".join(f"r.c{column}" for column in range(file.width))
        connection.execute(
            "CREATE OR REPLACE TEMP MACRO as_field(x) AS CASE WHEN x IS NULL THEN '' WHEN regexp_matches(x, '[,\"]') "
            "THEN '\"' || replace(x, '\"', '\"\"') || '\"' ELSE x END"
        )
        found = connection.execute(
            f"SELECT * FROM (SELECT r.line, CASE {which} END AS fault, {raw} AS raw, [{fields}] AS fields "
            f"FROM {lines} r {_key_sql([file])} {layouts.joins(file.layout, file.position, forces, _this_month())}) "
            "WHERE fault IS NOT NULL"
        )
        while rows := found.fetchmany(10_000):
            for line, number, text, values in rows:
                fault = checks[number]
                value = values[file.position[fault.header]]
                yield RefusedRow(file.source.name, line, fault.header, value, f"{fault.header} {fault.reason}", text)

    def _forces_in(self, connection: duckdb.DuckDBPyConnection, lines: str, file: StreetFile) -> Mapping[str, str]:
        if not file.layout.names_force:
            return {}
        column = f"c{file.position['Reported by']}"
        names = connection.execute(f"SELECT DISTINCT {column} FROM {lines} WHERE {column} IS NOT NULL").fetchall()
        return {name: slug for (name,) in names if (slug := layouts.force_slug(name))}

    def _keep(self, target: Path, counts: Mapping[ForceMonth, int]) -> None:
        if counts:
            self.written.append(target)
        else:
            target.unlink()

    def _note(self, file: StreetFile, read: int, counts: Mapping[ForceMonth, int]) -> None:
        checksum, accepted = _scanned(self.scans, file).sha256, sum(counts.values())
        self.sources.append(Source(file.source.name, checksum, read, accepted, read - accepted))
        self.months += [HeldMonth(force, month, checksum, rows) for (force, month), rows in counts.items()]
        if file.key is None:
            self.warnings.append(
                f"{file.source.name} is not named as data.police.uk names its files: force and month were taken from "
                f"its rows ({_some(month_names(counts))})."
            )

    def _unknown(self, connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for column in contract(self.layout.table).columns:
            codes = code_list(column.code_list) if column.code_list else None
            if codes is None or not self.written:
                continue
            rows = connection.execute(
                f"SELECT {named(column.name)}, count(*) FROM {parquet_files(self.written)} GROUP BY 1 ORDER BY 1"
            ).fetchall()
            strange = {code: n for code, n in rows if code is not None and code not in codes.codes}
            if strange:
                found[column.name] = strange
                listing = ", ".join(f"{code} ({n:,} rows)" for code, n in strange.items())
                self.warnings.append(
                    f"{column.name} has values that are not in the code list, kept as they are: {listing}."
                )
        return found


def _refuse_renamed(file: StreetFile, reasons: Iterable[str]) -> None:
    contradictions = (layouts.OTHER_FORCE, layouts.OTHER_MONTH)
    if file.key and all(reason.endswith(contradictions) for reason in reasons):
        raise BadInput(
            f"{file.source.name} is named as {file.force} {file.month}, but not one of its rows is.",
            allowed="files with the name they were downloaded with",
            remedy="Give the file back its own name; nothing was added.",
        )


def _batches(files: Sequence[StreetFile]) -> Iterator[list[StreetFile]]:
    """Files that can be read by one query, up to :data:`BATCH` bytes together; unnamed files alone."""
    groups: dict[tuple[object, ...], list[StreetFile]] = {}
    for file in sorted(files, key=lambda item: (item.force or "", item.month or "", item.source.name)):
        own = file.source.name if file.key is None else None
        groups.setdefault((tuple(sorted(file.position.items())), file.width, own), []).append(file)
    for group in groups.values():
        batch: list[StreetFile] = []
        for file in group:
            if batch and sum(item.size for item in batch) + file.size > BATCH:
                yield batch
                batch = []
            batch.append(file)
        yield batch


def _columns_sql(types: Sequence[str], *before: str) -> str:
    return "{" + ", ".join([*before, *(f"'c{place}': '{kind}'" for place, kind in enumerate(types))]) + "}"


_CSV: Final = f"delim = ',', quote = '\"', escape = '\"', auto_detect = false, max_line_size = {LONGEST_LINE}"


def _lines_sql(batch: Sequence[StreetFile]) -> str:
    paths = listed([str(file.source.path) for file in batch])
    several = ", filename = true" if len(batch) > 1 else ""
    # numbers and times are cheapest to check while the text is being read
    first = batch[0]
    types = ["VARCHAR"] * first.width
    for name, header_of in first.layout.columns.items():
        column = contract(first.layout.table).column(name)
        if header_of in first.position and column.type in {"number", "timestamp"}:
            types[first.position[header_of]] = column.duckdb_type
    columns = _columns_sql(types)
    return f"read_csv({paths}, columns = {columns}, header = true, ignore_errors = true, {_CSV}{several})"


def _clean_sql(clean: Path, width: int) -> str:
    columns = _columns_sql(["VARCHAR"] * width, "'line': 'BIGINT'")
    return f"read_csv({quoted(str(clean))}, columns = {columns}, header = false, {_CSV})"


def _key_sql(batch: Sequence[StreetFile]) -> str:
    """The force and month of each file's name, as ``k``."""
    if len(batch) == 1:
        force, month = (quoted(text) if text else "NULL::VARCHAR" for text in (batch[0].force, batch[0].month))
        return f"CROSS JOIN (SELECT {force} AS force, {month} AS month) k"
    values = ", ".join(
        f"({quoted(str(file.source.path))}, {quoted(file.force or '')}, {quoted(file.month or '')})" for file in batch
    )
    return f"JOIN (VALUES {values}) k(path, force, month) ON k.path = r.filename"


def _counts(connection: duckdb.DuckDBPyConnection, target: Path) -> dict[ForceMonth, int]:
    rows = connection.execute(f"SELECT force, month, count(*) FROM {parquet_files([target])} GROUP BY ALL").fetchall()
    return {(force, month): n for force, month, n in rows}


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


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
