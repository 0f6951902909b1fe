"""Back up, destroy everything, restore: the commands as an operator types them, on a database of their own."""

import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest

from fixtures_processes import site_command

ADMINISTRATOR = ("create_administrator", "sam@force.example", "Sam Field", "--body", "Northshire Police")
SETTINGS = "upstream_web.config.settings.demo"


@dataclass(frozen=True)
class Site:
    """A site of its own on this machine.

    data : its folder
    database : address of its PostgreSQL database; empty for SQLite in the folder
    """

    data: Path
    database: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        surroundings = os.environ | {"UPSTREAM_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": SETTINGS}
        surroundings.pop("UPSTREAM_DATABASE", None)
        if self.database:
            surroundings["UPSTREAM_DATABASE"] = self.database
        return site_command(*arguments, surroundings=surroundings)

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Rows of a question in SQL, asked of the database itself."""
        with closing(psycopg.connect(self.database) if self.database else sqlite3.connect(self.file)) as connection:
            return connection.execute(question).fetchall()

    @property
    def file(self) -> Path:
        """The SQLite database of a site."""
        return self.data / "upstream.sqlite3"

    def destroy(self) -> None:
        if self.database:
            recreate(self.database)
        shutil.rmtree(self.data)
        self.data.mkdir()


def recreate(address: str, template: str = "template1") -> None:
    wanted = dj_database_url.parse(address)["NAME"]
    with psycopg.connect(os.environ["UPSTREAM_TEST_DATABASE"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{wanted}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{wanted}" TEMPLATE "{template}"')


@pytest.fixture(scope="module")
def first_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Migrated, with its administrator, on the kind of database that the tests run on: made once, copied for each."""
    server = os.environ.get("UPSTREAM_TEST_DATABASE", "")
    database = f"{server}_backup_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}_first" if server else ""
    if database:
        recreate(database)
    made = Site(tmp_path_factory.mktemp("first") / "site", database)
    made.data.mkdir()
    made.ok("migrate", "--verbosity", "0")
    assert "/account/password/reset/key/" in made.ok(*ADMINISTRATOR)
    yield made
    if database:
        drop(database)


@pytest.fixture
def site(first_site: Site, tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "site", first_site.database.removesuffix("_first"))
    shutil.copytree(first_site.data, made.data)
    if made.database:
        recreate(made.database, dj_database_url.parse(first_site.database)["NAME"])
    yield made
    if made.database:
        drop(made.database)


def drop(address: str) -> None:
    with psycopg.connect(os.environ["UPSTREAM_TEST_DATABASE"], autocommit=True) as server:
        server.execute(f'DROP DATABASE "{dj_database_url.parse(address)["NAME"]}" WITH (FORCE)')


def test_a_destroyed_site_comes_back_as_it_was(site: Site, tmp_path: Path) -> None:
    (site.data / "files" / "deep").mkdir(parents=True)
    (site.data / "files" / "deep" / "minutes.pdf").write_bytes(b"%PDF minutes")
    (site.data / "store").mkdir()
    (site.data / "store" / "crimes.parquet").write_bytes(b"PAR1")
    site.ok("audit_seal")
    people = site.ask("SELECT email, name FROM people_user")
    events = site.ask("SELECT id, action, object_name FROM audit_auditevent ORDER BY id")
    assert ("sam@force.example", "Sam Field") in people
    safe = tmp_path / "monday.tar"
    assert "2 files" in site.ok("backup", str(safe))
    head = site.ask("SELECT digest FROM audit_auditseal ORDER BY number DESC")[0][0]

    site.destroy()
    assert site.run("audit_verify").returncode != 0
    assert "checked" in site.ok("restore", str(safe))

    assert site.ask("SELECT email, name FROM people_user") == people
    assert site.ask("SELECT id, action, object_name FROM audit_auditevent ORDER BY id")[: len(events)] == events
    assert (site.data / "files" / "deep" / "minutes.pdf").read_bytes() == b"%PDF minutes"
    assert (site.data / "store" / "crimes.parquet").read_bytes() == b"PAR1"
    site.ok("audit_verify", "--head", head)
    assert site.ask("SELECT action FROM audit_auditevent ORDER BY id DESC LIMIT 1") == [("site.restored",)]
    with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
        site.ask("DELETE FROM audit_auditevent RETURNING id")


def test_a_site_with_people_is_not_overwritten_by_mistake(site: Site, tmp_path: Path) -> None:
    safe = tmp_path / "monday.tar"
    site.ok("backup", str(safe))
    site.ok("create_administrator", "kim@force.example", "Kim", "--body", "Northshire Police")
    assert "--replace" in site.run("restore", str(safe)).stderr
    assert len(site.ask("SELECT email FROM people_user")) == 2
    site.ok("restore", str(safe), "--replace")
    assert site.ask("SELECT email FROM people_user") == [("sam@force.example",)]


def test_a_damaged_backup_changes_nothing(site: Site, tmp_path: Path) -> None:
    (site.data / "files").mkdir()
    (site.data / "files" / "minutes.pdf").write_bytes(b"%PDF minutes")
    safe, damaged = tmp_path / "monday.tar", tmp_path / "damaged.tar"
    site.ok("backup", str(safe))
    damaged.write_bytes(safe.read_bytes().replace(b"%PDF minutes", b"%PDF forgery"))
    assert "damaged" in site.run("restore", str(damaged), "--replace").stderr
    damaged.write_bytes(safe.read_bytes()[:2000])
    assert site.run("restore", str(damaged), "--replace").returncode == 1
    damaged.write_text("no backup")
    assert "not a backup" in site.run("restore", str(damaged), "--replace").stderr
    assert (site.data / "files" / "minutes.pdf").read_bytes() == b"%PDF minutes"
    assert site.ask("SELECT email FROM people_user") == [("sam@force.example",)]


def test_a_backup_never_overwrites_another_and_holds_no_secret_key(site: Site, tmp_path: Path) -> None:
    safe = tmp_path / "monday.tar"
    site.ok("backup", str(safe))
    assert "exists already" in site.run("backup", str(safe)).stderr
    with tarfile.open(safe) as tar:
        assert tar.getnames() == ["manifest.json", "database"]


def test_the_first_administrator_is_added_once(site: Site) -> None:
    assert "already" in site.run(*ADMINISTRATOR).stderr
