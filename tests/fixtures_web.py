"""A database whose rows are really committed: for a live server, and for many writers at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

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
