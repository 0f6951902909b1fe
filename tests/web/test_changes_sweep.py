"""Every write of every area: audited, undone when the audit fails, called by keyword, and by somebody.

An area's file in `tests/web/changes_tables` says how to call each of its changes on objects made for it (`CALLS`), what
it then writes in the log (`WRITES`), and who or what is refused (`REFUSED`), or why nobody is (`NO_PERSON_ASKS`). Each
is then called: with the log working, with the log broken, in a transaction that is undone, and by those who are
refused. A change without a row fails. `record` itself refuses to work outside a transaction.
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404

import upstream_web
from upstream.reports.commentary import NotBacked
from upstream_web.audit.models import AuditEvent
from upstream_web.measures.changes import Overtaken
from upstream_web.problems.changes.versions import EditClash
from upstream_web.reports.changes import NotAllowed

TABLES = Path(__file__).parent / "changes_tables"
THE_LOG_ITSELF = {"upstream_web.audit.changes"}


def modules() -> Iterator[ModuleType]:
    """Every `changes` room, packages with their parts."""
    for found in pkgutil.walk_packages(upstream_web.__path__, "upstream_web."):
        rooms = found.name.split(".")
        if "changes" in rooms[2:] and found.name not in THE_LOG_ITSELF:
            yield importlib.import_module(found.name)


def every_change() -> Iterator[FunctionType]:
    """Every public function that such a room defines."""
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if inspect.unwrap(function).__module__ == module.__name__ and not name.startswith("_"):
                yield function


def changes() -> dict[str, FunctionType]:
    """The same by area and name."""
    return {f"{one.__module__.split('.')[1]}.{one.__name__}": one for one in every_change()}


def table(area: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"changes_table_{area}", TABLES / f"{area}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHANGES = changes()
TABLE = {path.stem: table(path.stem) for path in TABLES.glob("[a-z]*.py")}
ONLY_ANSWERS = {
    "notices.notice": "a notice that is not written yet",
    "problems.missing_for": "what a plan still needs",
    "problems.content_of": "what a plan says",
    "problems.stage_reached": "how far a plan has come",
    "problems.changed_since": "which plans somebody worked on",
    "problems.locked": "a row, held",
    "problems.refuse_clash": "whether two changed the same words",
}
"""Functions of these rooms that write nothing."""

CALLED = [key for key in CHANGES if key not in ONLY_ANSWERS]


@pytest.fixture
def rests_on(request: pytest.FixtureRequest, key: str, db: None) -> None:
    """What the table of an area says that its calls need."""
    for fixture in getattr(TABLE[key.partition(".")[0]], "FIXTURES", ()):
        request.getfixturevalue(fixture)


def row_of(key: str, column: str) -> object:
    area, _, name = key.partition(".")
    assert area in TABLE, f"The changes of {area} have no table: add changes_tables/{area}.py"
    rows = getattr(TABLE[area], column)
    assert name in rows, f"changes_tables/{area}.py does not say {column} of {name}"
    return rows[name]


def call_of(key: str) -> partial:
    call = row_of(key, "CALLS")()
    assert inspect.unwrap(call.func) is inspect.unwrap(CHANGES[key]), f"the row of {key} calls something else"
    return call


@cache
def every_row() -> dict[str, str]:
    """How to read each table but the log's, put together once: it is read a thousand times."""
    models = (model for model in apps.get_models(include_auto_created=True) if model is not AuditEvent)
    return {one._meta.label: str(one._base_manager.order_by("pk").values_list().query) for one in models}


def whole_database() -> dict[str, list[tuple]]:
    """Every row of every table but the log's."""
    with connection.cursor() as cursor:
        found = {}
        for label, question in every_row().items():
            cursor.execute(question)
            found[label] = cursor.fetchall()
    return found


@pytest.mark.parametrize("key", CALLED)
def test_a_change_is_called_by_keyword_and_names_who_does_it(key: str) -> None:
    parameters = inspect.signature(CHANGES[key]).parameters
    if not row_of(key, "WRITES") and "by" not in parameters:
        return  # a part of other changes
    assert {p.kind for p in parameters.values()} <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert "by" in parameters or key in BY_THE_PERSON_THEMSELVES


BY_THE_PERSON_THEMSELVES = {"people.record_sign_in", "people.record_failed_sign_in", "people.record_account_change"}
NOT_IN_THE_LOG = {
    "problems.keep_draft": "what somebody types for themselves is nobody's business until it is sent",
    "problems.drop_draft": "the same",
    "notices.mark_read": "what somebody has seen of their own notices is nobody's business either",
    "problems.tell_of_step": "a part of changes that are audited themselves",
    "problems.tell_new_owner": "the same",
    "problems.tell_of_action": "the same",
    "problems.keep_version": "a part of changes that are audited themselves",
}


def test_whatever_names_who_does_it_is_in_the_log() -> None:
    named = {key for key in CALLED if "by" in inspect.signature(CHANGES[key]).parameters}
    assert {key for key in named if not row_of(key, "WRITES")} == set(NOT_IN_THE_LOG)


@pytest.mark.usefixtures("rests_on")
@pytest.mark.parametrize("key", CALLED)
def test_a_change_writes_just_what_its_row_says_in_the_name_of_whoever_does_it(key: str) -> None:
    call = call_of(key)
    before = AuditEvent.objects.count()
    call()
    events = list(AuditEvent.objects.order_by("id")[before:])
    assert tuple(event.action for event in events) == row_of(key, "WRITES")
    if "by" in call.keywords:
        assert {event.by_id for event in events} <= {call.keywords["by"].pk}


@pytest.mark.usefixtures("rests_on")
@pytest.mark.parametrize("key", CALLED)
def test_a_change_is_undone_when_the_audit_fails(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call = call_of(key)
    if not row_of(key, "WRITES"):
        return

    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("the log cannot be written")

    before = whole_database()
    for way in ("create", "bulk_create"):
        monkeypatch.setattr(AuditEvent.objects, way, fail)
    with pytest.raises(DatabaseError, match="cannot be written"):
        call()
    assert whole_database() == before


@pytest.mark.usefixtures("rests_on")
@pytest.mark.parametrize("key", CALLED)
def test_a_change_whose_transaction_is_undone_leaves_nothing(
    key: str, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list]]
) -> None:
    """Neither a row, nor a line in the log, nor a letter or a task that was to follow."""
    call = call_of(key)
    before, events = whole_database(), AuditEvent.objects.count()
    with django_capture_on_commit_callbacks() as follows, transaction.atomic():
        call()
        transaction.set_rollback(True)
    assert whole_database() == before
    assert (AuditEvent.objects.count(), follows, mail.outbox) == (events, [], [])


@pytest.mark.usefixtures("rests_on")
@pytest.mark.parametrize("key", CALLED)
def test_a_change_refuses_whoever_may_not_and_writes_nothing(key: str) -> None:
    area, _, name = key.partition(".")
    refused = TABLE[area].REFUSED.get(name, ())
    assert bool(refused) != (name in TABLE[area].NO_PERSON_ASKS), f"{key}: say who is refused, or why nobody is"
    for one in refused:
        with transaction.atomic():
            call = one()
            before, events = whole_database(), AuditEvent.objects.count()
            with pytest.raises(REFUSALS), transaction.atomic():
                call()
            assert (whole_database(), AuditEvent.objects.count()) == (before, events), f"{key}: {one.__name__}"
            transaction.set_rollback(True)


REFUSALS = (
    *(PermissionDenied, Http404, ValidationError, ValueError, LookupError, IntegrityError),
    *(EditClash, NotAllowed, Overtaken, NotBacked),
)


def test_no_row_is_of_a_change_that_is_gone() -> None:
    rows = {f"{area}.{name}" for area in TABLE for name in (*TABLE[area].CALLS, *TABLE[area].WRITES)}
    assert rows == set(CALLED)


def test_two_changes_of_an_area_have_two_names() -> None:
    public = [f"{key.__module__.split('.')[1]}.{key.__name__}" for key in every_change()]
    assert len(public) == len(set(public))
