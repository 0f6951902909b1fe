"""Backing up the whole site into one file, and restoring it: the database, uploaded files and the engine's store.

The file is a tar. `manifest.json` in it says what was saved, with the SHA-256 of every member, the number of rows of
every table and the head of the audit log, and a restore is checked against all of them before it counts.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction

from upstream_web.audit import seals

FOLDERS = ("files", "store")
"""Folders of the site's data that are saved; built assets and letters of the demonstration are not."""

FORMAT = 1
PASSING = {"django_session", "upstream_cache"}
"""Tables whose rows come and go by themselves, so that their number proves nothing."""


class BadBackup(Exception):
    """A backup that cannot be made or restored, and why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    format : version of this layout
    vendor : `sqlite` or `postgresql`
    rows : number of rows by table
    audit_head : digest of the newest seal, empty for none
    sums : SHA-256 of every member by name
    """

    format: int
    vendor: str
    rows: dict[str, int]
    audit_head: str
    sums: dict[str, str]


def make(target: Path) -> Manifest:
    """Save the site into `target`, which must not exist. The site may go on working meanwhile."""
    if target.exists():
        raise BadBackup(f"{target} exists already: a backup never overwrites another.")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        work = Path(folder)
        seals.seal()
        head = seals.verify().head
        rows = _dump(work / "database")
        members = {"database": work / "database"}
        for name in FOLDERS:
            for path in _files(settings.DATA / name):
                members[str(path.relative_to(settings.DATA))] = path
        sums = {name: _sum(path) for name, path in members.items()}
        manifest = Manifest(FORMAT, connection.vendor, rows, head, sums)
        unfinished = work / "backup.tar"
        with tarfile.open(unfinished, "w") as tar:
            _add_bytes(tar, "manifest.json", json.dumps(asdict(manifest), indent=1, sort_keys=True).encode())
            for name, path in members.items():
                tar.add(path, arcname=name, recursive=False)
        unfinished.replace(target)
    return manifest


def restore(source: Path, *, replace: bool = False) -> Manifest:
    """Bring the site back as it was. A site that holds anything is left alone unless `replace`. Stop the site first."""
    if not replace and "people_user" in connection.introspection.table_names() and _rows().get("people_user"):
        raise BadBackup("This site has people in it. Say --replace to put the backup in the place of everything.")
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
        work = Path(folder)
        manifest = _unpack(source, work)
        if manifest.vendor != connection.vendor:
            raise BadBackup(f"The backup is of {manifest.vendor}, this site uses {connection.vendor}.")
        _load(work / "database")
        for name in FOLDERS:
            _swap(work / name, settings.DATA / name)
    _check(manifest)
    return manifest


def _check(manifest: Manifest) -> None:
    rows = _rows()
    wrong = {table for table in manifest.rows if rows.get(table) != manifest.rows[table]} - PASSING
    if wrong:
        raise BadBackup(f"Restored, but these tables hold other numbers of rows than were saved: {sorted(wrong)}")
    verdict = seals.verify(manifest.audit_head)
    if verdict.fault:
        raise BadBackup(f"Restored, but the audit log does not verify: {verdict.fault}")


def _unpack(source: Path, work: Path) -> Manifest:
    try:
        with tarfile.open(source) as tar:
            tar.extractall(work, filter="data")
        manifest = Manifest(**json.loads((work / "manifest.json").read_text()))
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise BadBackup(f"{source} is not a backup that can be read: {error}") from None
    if manifest.format != FORMAT:
        raise BadBackup(f"The backup has layout {manifest.format}, this version reads {FORMAT}.")
    for name, digest in manifest.sums.items():
        if not (work / name).is_file() or _sum(work / name) != digest:
            raise BadBackup(f"{name} in the backup is missing or damaged. Nothing was changed.")
    return manifest


def _tables(held: set[str]) -> list[str]:
    return sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} & held)


def _rows() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in _tables(set(connection.introspection.table_names(cursor))):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchone()[0]
    return found


def _dump(target: Path) -> dict[str, int]:
    """Save the database as of one moment; rows by table, of that same moment."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        copy = sqlite3.connect(target)
        connection.connection.backup(copy)
        held = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = {table: copy.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in _tables(held)}
        copy.close()
        return rows
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = f"--snapshot={cursor.fetchone()[0]}"
        rows = _rows()
        _postgresql("pg_dump", "--format=custom", "--no-owner", "--no-privileges", snapshot, "--file", str(target))
    return rows


def _load(dump: Path) -> None:
    if connection.vendor == "sqlite":
        check = sqlite3.connect(dump)
        check.execute("PRAGMA ignore_check_constraints = ON")  # they may call functions that the site itself brings
        if check.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BadBackup("The saved database is damaged. Nothing was changed.")
        check.close()
        path = Path(connection.settings_dict["NAME"])
        connections.close_all()
        for left_over in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            left_over.unlink(missing_ok=True)
        dump.replace(path)
    else:
        connections.close_all()
        options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
        _postgresql("pg_restore", *options, "--dbname", connection.settings_dict["NAME"], str(dump))


def _postgresql(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise BadBackup(f"{program} is not installed. It comes with PostgreSQL's client programs.")
    database = connection.settings_dict
    where = {"PGHOST": database["HOST"], "PGPORT": str(database["PORT"] or ""), "PGUSER": database["USER"]}
    where |= {"PGPASSWORD": database["PASSWORD"], "PGDATABASE": database["NAME"]}
    surroundings = os.environ | {key: value for key, value in where.items() if value}
    done = subprocess.run([program, *arguments], env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadBackup(f"{program} failed: {done.stderr.strip()}")


def _swap(saved: Path, live: Path) -> None:
    old = live.with_name(f"{live.name}.before-restore")
    shutil.rmtree(old, ignore_errors=True)
    if live.exists():
        live.replace(old)
    if saved.exists():
        saved.replace(live)
    shutil.rmtree(old, ignore_errors=True)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
