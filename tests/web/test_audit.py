"""The audit log: in the transaction of the change, append-only, sealed into a chain that shows any later change."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from factories.people import AreaFactory, UserFactory
from upstream_web.audit import seals
from upstream_web.audit.changes import NotInTransaction, record
from upstream_web.audit.models import AuditEvent, AuditSeal
from upstream_web.audit.queries import history_of
from upstream_web.places.changes import add_area
from upstream_web.places.models import Area

pytestmark = pytest.mark.django_db


def some_events(number: int) -> None:
    user, area = UserFactory(), AreaFactory()
    for i in range(number):
        with transaction.atomic():
            record(by=user, action="area.renamed", of=area, before={"name": str(i)}, after={"name": str(i + 1)})


@pytest.mark.usefixtures("committed")
def test_a_record_outside_the_transaction_of_its_change_is_refused() -> None:
    user = UserFactory()
    with pytest.raises(NotInTransaction):
        record(by=user, action="area.renamed", of=user)


def test_a_failing_audit_write_rolls_the_change_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    with pytest.raises(DatabaseError):
        add_area(code="X", name="X", kind=Area.Kind.FORCE, parent=None, by=UserFactory())
    assert not Area.objects.filter(code="X").exists()


def test_only_what_changed_is_kept_and_history_shows_the_children_too() -> None:
    user, area = UserFactory(), AreaFactory()
    record(
        by=user,
        action="area.renamed",
        of=area,
        before={"name": "A", "kind": "beat"},
        after={"name": "B", "kind": "beat"},
    )
    record(by=user, action="person.noted", of=user, parent=area, details={"on": datetime.date(2026, 5, 1)})
    latest, first = history_of(area)
    assert first.details == {"name": {"old": "A", "new": "B"}}
    assert latest.details == {"on": "2026-05-01"}
    assert (first.by_name, first.object_id) == (user.name, str(area.pk))


@pytest.mark.parametrize("statement", ["UPDATE audit_auditevent SET by_name = 'x'", "DELETE FROM audit_auditevent"])
def test_the_database_refuses_to_change_or_remove_events(statement: str) -> None:
    some_events(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal"])
def test_the_database_refuses_to_empty_the_log_at_once(table: str) -> None:
    some_events(1)
    seals.seal()
    empty = f"TRUNCATE {table}" if connection.vendor == "postgresql" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(empty)
    assert (AuditEvent.objects.count(), AuditSeal.objects.count()) == (1, 1)


def tamper(statement: str) -> None:
    """As somebody would who owns the database and takes the triggers away first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE audit_auditseal DISABLE TRIGGER USER")
        else:
            for table in ("audit_auditevent", "audit_auditseal"):
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        cursor.execute(statement)


def test_a_chain_of_seals_holds() -> None:
    some_events(3)
    assert [link.events for link in seals.seal()] == [3]
    some_events(2)
    head = seals.seal()[-1].digest
    verdict = seals.verify(head)
    assert (verdict.seals, verdict.events, verdict.head, verdict.fault) == (2, 5, head, "")
    assert seals.seal() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET by_name = 'somebody else' WHERE id = (SELECT MIN(id) FROM audit_auditevent)",
        "DELETE FROM audit_auditevent WHERE id = (SELECT MAX(id) FROM audit_auditevent)",
        "UPDATE audit_auditseal SET digest = 'f' WHERE number = 1",
    ],
)
def test_tampering_shows(statement: str) -> None:
    some_events(3)
    seals.seal()
    some_events(2)
    seals.seal()
    tamper(statement)
    assert seals.verify().fault
    with pytest.raises(CommandError):
        call_command("audit_verify")


def test_one_seal_made_anew_breaks_the_next() -> None:
    for _ in range(2):
        some_events(2)
        seals.seal()
    first = AuditSeal.objects.get(number=1)
    tamper("UPDATE audit_auditevent SET by_name = 'somebody else' WHERE id = (SELECT MIN(id) FROM audit_auditevent)")
    rows = AuditEvent.objects.filter(id__lte=first.last_event).order_by("id").values(*seals.FIELDS)
    tamper(f"UPDATE audit_auditseal SET digest = '{seals.digest_of('', rows)}' WHERE number = 1")
    assert "are not as they were sealed" in seals.verify().fault


def test_a_seal_taken_away_and_an_event_slipped_in_show() -> None:
    some_events(2)
    seals.seal()
    last = AuditEvent.objects.order_by("id").last()
    copy = {field.name: getattr(last, field.name) for field in AuditEvent._meta.fields}
    AuditEvent.objects.create(**copy | {"id": last.pk + 2})
    seals.seal()
    assert seals.verify().fault == ""
    with transaction.atomic():
        AuditEvent.objects.create(**copy | {"id": last.pk + 1})
        assert "are not as they were sealed" in seals.verify().fault
        transaction.set_rollback(True)
    tamper("DELETE FROM audit_auditseal WHERE number = 1")
    assert seals.verify().fault == "Seal 1 is missing."


def test_a_chain_made_anew_is_found_by_its_exported_head() -> None:
    some_events(3)
    head = seals.seal()[-1].digest
    tamper("DELETE FROM audit_auditseal")
    tamper("DELETE FROM audit_auditevent WHERE id = (SELECT MIN(id) FROM audit_auditevent)")
    seals.seal()
    assert seals.verify().fault == ""
    assert "exported head" in seals.verify(head).fault


def test_the_commands_seal_verify_and_export_the_head(tmp_path, capsys) -> None:
    some_events(2)
    call_command("audit_seal", head=tmp_path / "heads.txt")
    assert AuditSeal.objects.get().digest in (tmp_path / "heads.txt").read_text()
    call_command("audit_verify", head=AuditSeal.objects.get().digest)
    assert "The chain holds: 1 seals over 2 events." in capsys.readouterr().out
