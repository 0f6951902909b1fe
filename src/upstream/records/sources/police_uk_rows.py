"""The rows of police.uk files written to Parquet: fast for clean files, carefully for the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from upstream.errors import BadInput
from upstream.records.contract import code_list, contract
from upstream.records.entries import HeldMonth, Progress, Source, entries, entry_id
from upstream.records.month_replacement import PARQUET, ForceMonth, month_names
from upstream.records.quarantine import QuarantineFile, RefusedRow, quarantine_table
from upstream.records.sources import police_uk_layouts as layouts
from upstream.records.sources.lines import Scan, split_careful
from upstream.records.sources.police_uk_layouts import Layout
from upstream.records.sources.street_files import StreetFile, batches, clean_sql, key_sql, lines_sql, numbered_sql
from upstream.store import Store
from upstream.store.duckdb_session import duckdb_session, named, parquet_files, quoted

MOST_FAULTS: Final = 100_000
"""Faulty values of a large file that are looked up by one more query; beyond, the file is read line by line."""


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


def this_month() -> str:
    """The month that today is in, as YYYY-MM: nothing later can have been recorded."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m")


def scanned(scans: Scans, file: StreetFile) -> Scan:
    """The scan of a file, waiting for it if it is under way."""
    return scans[file.source.path].result()


Fast = tuple[Path, Mapping[ForceMonth, int]]
"""Rows written of one file, and how many of each month."""

Uncertain = tuple[StreetFile, Fast | None]
"""A file whose lines did not all come through, with what was written of it."""


class RowWriter:
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
        uncertain: list[Uncertain] = []
        places = sorted({file.source.path.parent for file in files})
        folders = [self.store.root, *places]
        with duckdb_session(folders, spill=self.workspace, joins_as_written=True) as connection:
            for batch in batches(files):
                self.progress(f"Reading {self.layout.kind} files", done, total)
                uncertain += self._fast(connection, batch)
                done += sum(file.size for file in batch)
            self.progress(f"Reading {self.layout.kind} files", done, total)
            book = list(entries(self.store, self.layout.table))
            checksums = [scanned(self.scans, file).sha256 for file in files]
            entry = entry_id(self.layout.table, checksums, book)
            refused = QuarantineFile(self.folder_of_refused(), entry)
            for number, (file, fast) in enumerate(uncertain):
                self.progress(f"Checking {file.source.name} line by line", number, len(uncertain))
                if fast is None or not self._values_only(connection, file, fast, refused):
                    self._careful(connection, file, refused, number)
            refused.close()
            unknown = self._unknown(connection)
        if refused.rows == 0:
            refused.path.unlink()
        self._refuse_overlap()
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

    def _refuse_overlap(self) -> None:
        """A file named for a month and a file whose rows say so could both bring the month."""
        keys = [(month.force, month.month) for month in self.months]
        twice = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
        if twice:
            raise BadInput(
                f"More than one of these files has rows of {some(month_names(twice))}.",
                allowed="one file for each force, kind and month",
                remedy="Add them one after the other; the later one replaces the month. Nothing was added now.",
            )

    def folder_of_refused(self) -> Path:
        name = quarantine_table(self.layout.table)
        return self.store.folder(name) / self.folder.name / "refused.parquet"

    def _fast(self, connection: duckdb.DuckDBPyConnection, batch: Sequence[StreetFile]) -> list[Uncertain]:
        """Write a batch in one pass and return the files whose lines did not all come through.

        What was written of a file that is a batch of its own is kept with it, for :meth:`_values_only`.
        """
        target = self.folder / f"rows_{len(self.written)}.parquet"
        try:
            self._copy(connection, lines_sql(batch), batch, target)
            counts = _counts(connection, target)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            counts = {}
        uncertain = [file for file in batch if not self._all_there(file, counts)]
        if uncertain and len(batch) == 1 and counts:
            return [(batch[0], (target.rename(target.with_name(f"large_{len(self.written)}.parquet")), counts))]
        if uncertain:
            target.unlink(missing_ok=True)
            sure = [file for file in batch if file not in uncertain]
            return [*((file, None) for file in uncertain), *(self._fast(connection, sure) if sure else [])]
        self._keep(target, counts)
        for file in batch:
            of_file = {file.key: counts.get(file.key, 0)} if file.key else counts
            self._note(file, scanned(self.scans, file).lines - 1, of_file)
        return []

    def _all_there(self, file: StreetFile, counts: Mapping[ForceMonth, int]) -> bool:
        seen = scanned(self.scans, file)
        rows = counts.get(file.key, 0) if file.key else sum(counts.values())
        return rows == seen.lines - 1 and not seen.has_nul and (bool(rows) or file.key is not None)

    def _values_only(
        self, connection: duckdb.DuckDBPyConnection, file: StreetFile, fast: Fast, refused: QuarantineFile
    ) -> bool:
        """Whether the lines that did not come through are sound lines with faulty values, and all are found.

        Then the rows written stay, and one more query finds the others; a large file need not be read line by line.
        """
        target, counts = fast
        seen, good = scanned(self.scans, file), sum(counts.values())
        missing = seen.lines - 1 - good
        if seen.has_nul or not 0 < missing <= MOST_FAULTS:
            target.unlink()
            return False
        lines = numbered_sql(file)
        faulty = list(self._faulty(connection, lines, file, self._forces_in(connection, lines, file)))
        if len(faulty) != missing:
            target.unlink()
            return False
        refused.extend(faulty)
        self._keep(target, counts)
        self._note(file, good + missing, {file.key: good} if file.key else counts)
        return True

    def _careful(
        self, connection: duckdb.DuckDBPyConnection, file: StreetFile, refused: QuarantineFile, number: int
    ) -> None:
        """Write one file's good rows and quarantine the others with the reason."""
        clean = self.workspace / f"clean_{number}.csv"
        target = self.folder / f"careful_{number}.parquet"
        before, reasons_before = refused.rows, dict(refused.reasons)
        refused.extend(split_careful(file.source.path, file.source.name, file.width, clean))
        lines = clean_sql(clean, file.width)
        forces = self._forces_in(connection, lines, file)
        self._copy(connection, lines, [file], target, forces)
        counts = _counts(connection, target)
        refused.extend(self._faulty(connection, lines, file, forces))
        clean.unlink()
        bad, good = refused.rows - before, sum(counts.values())
        if good == 0 and bad:
            new = {reason: n - reasons_before.get(reason, 0) for reason, n in refused.reasons.items()}
            raise _useless(file, {reason: n for reason, n in new.items() if n})
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
        joins = layouts.joins(first.layout, first.position, forces or layouts.known_forces(), this_month())
        connection.execute(
            f"COPY (SELECT {layouts.projection(first.layout, first.position)} FROM {lines} r {key_sql(batch)} {joins} "
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
            f"FROM {lines} r {key_sql([file])} {layouts.joins(file.layout, file.position, forces, this_month())}) "
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
        checksum, accepted = scanned(self.scans, file).sha256, sum(counts.values())
        self.sources.append(Source(file.source.name, checksum, read, accepted, read - accepted))
        self.months += [HeldMonth(force, month, checksum, rows) for (force, month), rows in counts.items()]
        if file.key is None:
            self.warnings.append(
                f"{file.source.name} is not named as data.police.uk names its files: force and month were taken from "
                f"its rows ({some(month_names(counts))})."
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


def _useless(file: StreetFile, reasons: Mapping[str, int]) -> BadInput:
    """The refusal of a file of which no row can be used: it must not stand as a month in which nothing was recorded."""
    contradictions = (layouts.OTHER_FORCE, layouts.OTHER_MONTH)
    if file.key and all(reason.endswith(contradictions) for reason in reasons):
        return BadInput(
            f"{file.source.name} is named as {file.force} {file.month}, but not one of its rows is.",
            allowed="files with the name they were downloaded with",
            remedy="Give the file back its own name; nothing was added.",
        )
    rows = sum(reasons.values())
    counted = "; ".join(f"{reason} ({n:,})" for reason, n in reasons.items())
    return BadInput(
        f"{file.source.name} has {rows:,} {'row' if rows == 1 else 'rows'} and none can be used: {counted}.",
        remedy="Add the file as it was downloaded from data.police.uk; nothing was added.",
    )


def _counts(connection: duckdb.DuckDBPyConnection, target: Path) -> dict[ForceMonth, int]:
    rows = connection.execute(f"SELECT force, month, count(*) FROM {parquet_files([target])} GROUP BY ALL").fetchall()
    return {(force, month): n for force, month, n in rows}


def some(names: Sequence[str], most: int = 5) -> str:
    """The first names of a long list, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
