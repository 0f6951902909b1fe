"""A database whose rows are really committed: for a live server, and for many writers at the same time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def audit_log_may_be_emptied() -> Iterator[None]:
    """After a test that commits, Django empties every table, which the audit log refuses: only for that moment its
    triggers are taken off."""
    from django.db import connection
    from django.test import TransactionTestCase

    names = ("0002_append_only", "0004_not_emptied")
    triggers = [import_module(f"upstream_web.audit.migrations.{name}") for name in names]
    empty = TransactionTestCase._fixture_teardown

    def emptied(case: TransactionTestCase) -> None:
        with connection.schema_editor() as editor:
            for one in reversed(triggers):
                one.allow(None, editor)
        try:
            empty(case)
        finally:
            with connection.schema_editor() as editor:
                for one in triggers:
                    one.forbid(None, editor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@pytest.fixture
def committed(audit_log_may_be_emptied: None, transactional_db: None) -> None:
    """What the test writes is committed, and gone afterwards."""


@contextmanager
def one_database_for_all(folder: Path) -> Iterator[None]:
    """New threads open the same database. That of the tests on SQLite is in memory, where threads cannot wait for one
    another as they do in a file, so it is copied into one."""
    from django.db import connection, connections

    if connection.vendor != "sqlite":
        yield
        return
    path = folder / "many.sqlite3"
    with sqlite3.connect(path) as file:
        connection.connection.backup(file)
    file.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "NAME", str(path))
        yield


def closing(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What a thread does, with its connection closed at the end."""
    from django.db import connection

    def one(given: Any) -> Any:
        try:
            return work(given)
        finally:
            connection.close()

    return one
