"""House rules of the web platform that an import contract cannot say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src" / "upstream_web"
CALCULATIONS = ("scan", "analyse", "respond", "assess", "stats")


def files(*rooms: str) -> list[Path]:
    """Modules of rooms, such as views, with the parts of a room that is a package; all of the web without rooms."""
    found = [path for path in WEB.rglob("*.py") if "migrations" not in path.parts]
    if not rooms:
        return found
    return [path for path in found if {path.stem, path.parent.name} & {*rooms}]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(paths: list[Path]) -> list[str]:
    return sorted(str(path.relative_to(WEB)) for path in paths)


def test_views_obtain_objects_for_a_person_and_never_by_themselves() -> None:
    found = [
        f"{path.relative_to(WEB)}:{node.lineno}"
        for path in files("views", "api", "presenters")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]
    assert not found, "ask `access` or `queries` instead"


def test_views_write_nothing_themselves() -> None:
    writes = {"save", "delete", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
    of_the_orm = {None, "update_fields", "using", "force_insert", "commit"}
    found = [
        f"{path.relative_to(WEB)}:{node.lineno}"
        for path in files("views", "api", "queries", "presenters", "access")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writes
        if {keyword.arg for keyword in node.keywords} <= of_the_orm
    ]
    assert not found, "every write is a function in `changes`"


def test_nobody_listens_to_signals() -> None:
    listening = ("django.dispatch", "django.db.models.signals", "django.core.signals", "allauth.account.signals")
    found = [path for path in files() if any(name.startswith(listening) for name in imports(path))]
    assert not named(found), "what follows a change is called by the change"


def test_only_the_engine_room_calls_the_engines_calculations() -> None:
    doors = tuple(f"upstream.{package}" for package in CALCULATIONS)
    found = [
        path
        for path in files()
        if any(name.startswith(doors) for name in imports(path))
        and not {path.stem, path.parent.name} & {"engine", "commands"}
    ]
    assert not named(found)


def test_no_template_marks_text_as_safe() -> None:
    found = [
        f"{path.relative_to(WEB)}:{number}"
        for path in WEB.rglob("*.jinja")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"(?<!svg)\s*\|\s*safe", line) or " style=" in line or "autoescape false" in line
    ]
    assert not found, "only the engine's charts are markup; styles are classes: the content security policy asks for it"


@pytest.fixture(scope="module")
def our_models() -> list[type[models.Model]]:
    django.setup()
    return [model for model in apps.get_models() if model.__module__.startswith("upstream_web.")]


def conditions(model: type[models.Model]) -> list[str]:
    return [str(getattr(constraint, "condition", "")) for constraint in model._meta.constraints]


def test_what_has_a_first_and_a_last_day_ends_after_it_begins(our_models: list[type[models.Model]]) -> None:
    loose = []
    for model in our_models:
        names = {field.name for field in model._meta.concrete_fields if isinstance(field, models.DateField)}
        for name in names:
            first = name.removesuffix("_to") + "_from"
            if name.endswith("_to") and first in names:
                tied = any(name in text and first in text for text in conditions(model))
                loose += [] if tied else [f"{model._meta.label}.{name}"]
    assert not loose, "tie them with a check constraint"


def test_when_and_by_whom_are_both_known_or_neither(our_models: list[type[models.Model]]) -> None:
    loose = []
    for model in our_models:
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name, field in fields.items():
            by = fields.get(name.removesuffix("_at") + "_by")
            # one that is emptied when an account goes cannot be tied: the moment must outlive the account
            emptied = by is not None and by.is_relation and by.remote_field.on_delete is models.SET_NULL
            if name.endswith("_at") and by is not None and field.null and by.null and not emptied:
                tied = any(name in text and by.name in text for text in conditions(model))
                loose += [] if tied else [f"{model._meta.label}.{name}"]
    assert not loose, "tie them with a check constraint"


def test_foreign_keys_point_down_the_order_of_the_areas(our_models: list[type[models.Model]]) -> None:
    from django.conf import settings

    order = [app.rpartition(".")[2] for app in settings.INSTALLED_APPS if app.startswith("upstream_web.")]
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in our_models
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model._meta.app_label in order
        if order.index(field.related_model._meta.app_label) > order.index(model._meta.app_label)
    ]
    assert not wrong
