"""Every write of every area: audited, undone when the audit fails, called by keyword, and by somebody.

An area's file in `tests/web/changes_tables` says how to call each of its changes on objects made for it; they are then
called, with the log working and with the log broken. Of every area, table or not, the code is read: a function that
names who does it (`by`) comes to `record`, by itself or through another function of its room; and `record` refuses to
work outside a transaction.
"""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from django.apps import apps
from django.db import DatabaseError

import upstream_web
from upstream_web.audit.models import AuditEvent

TABLES = Path(__file__).parent / "changes_tables"
THE_LOG_ITSELF = {"upstream_web.audit.changes"}


def modules() -> Iterator[ModuleType]:
    """Every `changes` room, packages with their parts."""
    for found in pkgutil.walk_packages(upstream_web.__path__, "upstream_web."):
        rooms = found.name.split(".")
        if "changes" in rooms[2:] and found.name not in THE_LOG_ITSELF:
            yield importlib.import_module(found.name)


def changes() -> dict[str, FunctionType]:
    """Every public function that such a room defines, by area and name."""
    found = {}
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            here = inspect.unwrap(function).__module__ == module.__name__
            if here and not name.startswith("_"):
                found[f"{module.__name__.split('.')[1]}.{name}"] = function
    return found


def table(area: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"changes_table_{area}", TABLES / f"{area}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHANGES = changes()
WITH_TABLE = {path.stem: table(path.stem) for path in TABLES.glob("[a-z]*.py")}
CALLED = [key for key in CHANGES if key.partition(".")[0] in WITH_TABLE]


def call_of(key: str) -> Callable[[], object]:
    area, _, name = key.partition(".")
    assert name in WITH_TABLE[area].CALLS, f"changes_tables/{area}.py does not say how to call {name}"
    return WITH_TABLE[area].CALLS[name]()


def whole_database() -> dict[str, list[tuple]]:
    """Every row of every table but the log's."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model is not AuditEvent
    }


def names_called(function: FunctionType) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.id if isinstance(call, ast.Name) else getattr(call, "attr", "") for call in calls}


def comes_to_record(function: FunctionType, seen: frozenset[str] = frozenset()) -> bool:
    called = names_called(function)
    if {"record", "record_reading", "record_readings"} & called:
        return True
    room = vars(inspect.getmodule(inspect.unwrap(function)))
    inner = [room[name] for name in called - seen if inspect.isfunction(room.get(name))]
    inner = [other for other in inner if ".changes" in other.__module__ or other.__module__ == function.__module__]
    return any(comes_to_record(other, seen | called) for other in inner)


@pytest.mark.parametrize("key", CHANGES)
def test_a_change_reads_as_one(key: str) -> None:
    function = CHANGES[key]
    parameters = inspect.signature(function).parameters
    if "by" not in parameters and key not in BY_THE_PERSON_THEMSELVES:
        return  # it answers a question, or is a part of changes that have their own
    assert {p.kind for p in parameters.values()} <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    if key not in NOT_IN_THE_LOG:
        assert comes_to_record(inspect.unwrap(function)), f"{key} is not audited"


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


@pytest.mark.django_db
@pytest.mark.parametrize("key", CALLED)
def test_a_change_is_audited(key: str) -> None:
    call = call_of(key)
    before = AuditEvent.objects.count()
    call()
    assert AuditEvent.objects.count() > before


@pytest.mark.django_db
@pytest.mark.parametrize("key", CALLED)
def test_a_change_is_undone_when_the_audit_fails(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call = call_of(key)

    def fail(**_: object) -> None:
        raise DatabaseError("the log cannot be written")

    before = whole_database()
    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    with pytest.raises(DatabaseError, match="cannot be written"):
        call()
    assert whole_database() == before
