"""``upstream records``: add records, see what is held and what was refused, take an add back."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from upstream.cli.settings import load_settings, person_key, who
from upstream.cli.terminal import number, say, say_json, visible
from upstream.errors import BadInput, Refused

if TYPE_CHECKING:
    from upstream.periods import Month
    from upstream.records.entries import AddResult
    from upstream.records.quality import MonthFact
    from upstream.records.quarantine import RefusedRow
    from upstream.records.status import Holding
    from upstream.store import Store

POLICE_UK: Final = "police-uk"
SHOWN: Final = 20
"""Refused rows shown in the terminal; --csv has them all."""
SUSPICIONS_SHOWN: Final = 3
"""Low categories of one month shown in the terminal; --json has them all."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output, for programs.")


@click.group("records", context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Add records, see what is held and what was refused, take an add back.

    Example: upstream records add police-uk northumbria-street.zip
    """


def _store(config: str) -> Store:
    from upstream.store import Store

    return Store(load_settings(Path(config)).store)


def _day(_context: click.Context, _option: click.Parameter, value: str | None) -> dt.date | None:
    """The as-at date, refused before a file is opened when it cannot be one."""
    if value is None:
        return None
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"{value!r} is not a day.", allowed="YYYY-MM-DD, for example 2022-07-05") from None
    if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):  # it is tomorrow already in summer time
        raise BadInput(f"The as-at date {day} is after today.", allowed="the day the file was read from its system")
    return day


@group.command("add")
@click.argument("table")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="Mapping of the file's columns (TOML).")
@click.option("--as-at", metavar="YYYY-MM-DD", callback=_day, help="Day the file was read from its system.")
@_JSON
@click.pass_obj
def add(
    config: str, table: str, files: tuple[Path, ...], mapping: Path | None, as_at: dt.date | None, as_json: bool
) -> None:
    """Add FILES to TABLE; "police-uk" takes folders, zips and CSV files as downloaded from data.police.uk.

    Every row read is accepted, quarantined or already held, and the three are printed. An add is complete or has not
    happened; adding the same file again changes nothing.

    \b
    Example: upstream records add police-uk 2022-06.zip
    Example: upstream records add crimes crimes.csv --map crimes.mapping.toml --as-at 2022-07-05
    """
    if table == POLICE_UK and (mapping or as_at):
        raise BadInput("police-uk files take no --map and no --as-at: their columns are known.")
    with _progress() as tell:
        results = _add(config, table, files, mapping, as_at, tell)
    if as_json:
        say_json([_add_as_json(result) for result in results])
        return
    for result in results:
        _show_add(result)


def _add(
    config: str, table: str, files: Sequence[Path], mapping: Path | None, as_at: dt.date | None, tell: Any
) -> list[AddResult]:
    store = _store(config)
    if table == POLICE_UK:
        from upstream.records.sources import police_uk

        return police_uk.add(store, files, who=who(), progress=tell)
    from upstream.records.force_tables import add_file

    areas = [area.code for area in load_settings(Path(config)).areas]
    return [
        add_file(
            store,
            table,
            file,
            mapping=mapping,
            as_at=as_at,
            who=who(),
            person_key=person_key(),
            areas=areas,
            progress=tell,
        )
        for file in files
    ]


@contextmanager
def _progress() -> Iterator[Any]:
    """What is being done and how far, on standard error, gone when it is over."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(visible(what), total=total)
            bar.update(tasks[what], completed=done, total=total or None)

        yield tell


def _add_as_json(result: AddResult) -> dict[str, Any]:
    return {
        **dataclasses.asdict(result),
        "unknown_codes": {column: dict(codes) for column, codes in result.unknown_codes.items()},
        "reasons": dict(result.reasons),
    }


def _show_add(result: AddResult) -> None:
    say(
        f"{result.table}: {result.read:,} rows read = {result.accepted:,} accepted + {result.quarantined:,} "
        f"quarantined + {result.already_held:,} already held"
    )
    if result.entry is None:
        say("  Nothing new; nothing was written.")
    else:
        say(f"  Entry {result.entry}, version {result.version_after}, {number(len(result.months), 'month')}")
    for reason, rows in result.reasons.items():
        say(f"  Quarantined: {reason} ({number(rows, 'row')})")
    for warning in result.warnings:
        say(f"  Note: {warning}")
    if result.quarantined:
        say(f"  See them: upstream records quarantine {result.table}")


@group.command("template")
@click.argument("table")
@click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=".", help="Folder to write into."
)
def template(table: str, folder: Path) -> None:
    """Write an empty workbook and a mapping to fill for TABLE.

    Example: upstream records template crimes --out templates
    """
    from upstream.records.templates import write_template

    for path in write_template(table, folder):
        say(f"Wrote {path}")


@group.command("status")
@_JSON
@click.pass_obj
def status(config: str, as_json: bool) -> None:
    """Show what is held: months, missing and suspicious months, rows, entries, refused rows.

    Example: upstream records status
    """
    from upstream.records.status import status as holdings

    held = holdings(_store(config))
    if as_json:
        say_json([_holding_as_json(holding) for holding in held])
        return
    if not held:
        say("Nothing is held yet. Add records with: upstream records add police-uk FILE")
        return
    _show_holdings(held)


def _holding_as_json(holding: Holding) -> dict[str, Any]:
    return {
        "table": holding.table,
        "force": holding.force,
        "version": holding.version,
        "rows": holding.rows,
        "months_held": [str(fact.month) for fact in holding.months if fact.state != "missing"],
        "months_missing": [str(month) for month in holding.missing],
        "months_suspect": [
            {"month": str(fact.month), "low": [dataclasses.asdict(low) for low in fact.low]} for fact in holding.suspect
        ],
        "newest_entry": holding.newest.id if holding.newest else None,
        "newest_at": holding.newest.at.isoformat() if holding.newest else None,
        "entries": list(holding.entries),
        "quarantined": holding.quarantined,
    }


def _show_holdings(held: Sequence[Holding]) -> None:
    for holding in held:
        present = [str(fact.month) for fact in holding.months if fact.state != "missing"]
        span = f"{present[0]} to {present[-1]}, {number(len(present), 'month')}" if present else "no months"
        newest = f"newest entry {holding.newest.id}" if holding.newest else "no entry stands"
        name = f"{holding.table} {holding.force}" if holding.force else holding.table
        say(f"{name}: {holding.rows:,} rows, {span}, {newest} (version {holding.version})")
        if holding.missing:
            say(f"  Missing: {_runs(holding.missing)}")
        for fact in holding.suspect:
            for sentence in _suspicions(fact):
                say(f"  Looks partial: {sentence}")
        if holding.quarantined:
            refused = number(holding.quarantined, "row")
            say(f"  In quarantine: {refused}; see: upstream records quarantine {holding.table}")


def _suspicions(fact: MonthFact) -> list[str]:
    """One line a category; a month that is low all over gets one line."""
    lines = [
        f"{fact.month}: {low.category or 'all rows'}{f' in {low.area}' if low.area else ''} {low.rows:,}, but at least "
        f"{low.lowest_neighbour:,} in the months around it: probably an incomplete upload"
        for low in fact.low
    ]
    if len(lines) <= SUSPICIONS_SHOWN:
        return lines
    return [f"{lines[0]} (so is it with {len(lines) - 1} more of its parts)"]


def _runs(months: Sequence[Month]) -> str:
    """Months in a row as "first to last"."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][-1] + 1 == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


@group.command("quarantine")
@click.argument("table")
@click.option("--entry", help="Only what this entry refused.")
@click.option("--csv", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write every row to this file.")
@click.option("--purpose", help="Why you read them: needed for tables about people, and logged.")
@_JSON
@click.pass_obj
def quarantine(
    config: str, table: str, entry: str | None, target: Path | None, purpose: str | None, as_json: bool
) -> None:
    """Show the rows of TABLE that were refused, where they stand and why.

    \b
    Example: upstream records quarantine street_crimes --csv refused.csv
    Example: upstream records quarantine arrests --purpose "mending the July upload"
    """
    from upstream.records.entries import find_entry
    from upstream.records.quarantine import quarantine_table, quarantined
    from upstream.store import ReadingScope

    store = _store(config)
    name = quarantine_table(table)
    scope = ReadingScope(who(), purpose, frozenset({name}), personal=True) if purpose else None
    wanted = find_entry(store, entry).id if entry else None
    try:
        rows = quarantined(store, table, entry=wanted, scope=scope)
    except Refused as error:
        remedy = 'Say why you read them, as in --purpose "mending the July upload"; the reading is logged.'
        raise Refused(error.what, allowed="a stated purpose", remedy=remedy) from None
    if target is not None:
        _write_refused(rows, target)
        say(f"Wrote {number(len(rows), 'row')} to {target}", err=True)
    if as_json:
        say_json([dataclasses.asdict(row) for row in rows])
    elif target is None:
        _show_refused(table, rows)


def _write_refused(rows: Sequence[RefusedRow], target: Path) -> None:
    names = [field.name for field in dataclasses.fields(rows[0])] if rows else ["file", "line", "reason"]
    target.touch(mode=0o600)  # refused rows may be about people
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        for row in rows:
            writer.writerow([_not_a_formula(value) for value in dataclasses.astuple(row)])


def _not_a_formula(value: object) -> object:
    """A text that a spreadsheet would run as a formula, made plain text by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _show_refused(table: str, rows: Sequence[RefusedRow]) -> None:
    if not rows:
        say(f"{table}: no row is in quarantine.")
        return
    for row in rows[:SHOWN]:
        value = "" if row.value is None else f": {row.value!r}"
        say(f"{row.file}, line {row.line}: {row.reason}{value}")
    if len(rows) > SHOWN:
        say(f"... and {len(rows) - SHOWN:,} more; write them all with --csv FILE")


@group.command("undo")
@click.argument("entry")
@_JSON
@click.pass_obj
def undo(config: str, entry: str, as_json: bool) -> None:
    """Take ENTRY back: what it replaced is held again, in a new version.

    Example: upstream records undo 5b19e0936c2a
    """
    from upstream.records.undo import undo as take_back

    done = take_back(_store(config), entry, who=who())
    if as_json:
        say_json({"undone": done.undoes, "table": done.table, "version_after": done.version_after})
        return
    say(f"Took back entry {done.undoes}: {done.table} is now version {done.version_after}.")
