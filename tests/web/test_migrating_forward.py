"""A site that any earlier release left is brought up to date with what is in it: no row, value, constraint or link of
the audit chain is lost. On the database of the tests, SQLite or PostgreSQL.

A dump of an old database would be of one release, and of one kind of database. Instead the old database is made again
by the landed migrations themselves, which `test_a_landed_migration_is_never_edited` keeps as they were: from each
area's first migration on they are applied one by one, as a site that takes every release would, and before each one
every table that there is by then holds rows, made by the models of that moment and not by today's. So each migration,
those to come included, meets data as the commit before it left them; a new model, or a new rule of an old one, that
the rows here do not satisfy fails until `SAID` says how to fill it.

What a migration changes on purpose is named in `MEANT`; anything else must stay as it was.
"""

import datetime
import hashlib
import io
import tokenize
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps as apps_today
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

import upstream_web
from upstream_web.audit import seals
from upstream_web.audit.changes import System, record
from upstream_web.audit.models import AuditEvent
from upstream_web.people.models import User

LANDED = Path(__file__).with_name("migrations_landed.txt")
OURS = tuple(sorted(path.parent.name for path in Path(upstream_web.__file__).parent.glob("*/migrations")))
MOMENT = datetime.datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=datetime.UTC)
DAY = MOMENT.date()
LATER = MOMENT + datetime.timedelta(days=1)

SAID: dict[str, dict[str, Any]] = {
    "audit.auditseal": {"number": 1},
    "people.onetimelink": {"made_at": MOMENT, "expires_at": LATER, "purpose": "action", "target_id": "7"},
    "programs.apitoken": {"made_at": MOMENT, "expires_at": LATER},
    "evidence.publishedresult": {"effect": -20.0, "lower": -35.0, "upper": -2.0},
    "measures.calculation": {"month": "2026-03", "held_from": "2025-01", "held_to": "2026-03"},
    "needs.patrolplan": {
        "first": DAY,
        "last": DAY,
        "read_from": DAY,
        "read_to": DAY,
        "stop": 15,
        "minutes": 240,
        "teams": 2,
        "begins": datetime.time(18),
    },
    "problems.namedassessment": {
        "before_from": DAY,
        "before_to": DAY,
        "after_from": LATER.date(),
        "after_to": LATER.date(),
    },
    "problems.invitation": {"scanning": "read"},
    "problems.worthassumed": {"optimism": 15.0, "unit_least": 1.0, "unit_likely": 2.0, "unit_most": 3.0},
    "reports.finding": {"answer": ""},
    "reports.reportfile": {"kind": "pdf"},
    "runs.run": {"state": "waiting"},
    "signals.signal": {"reason": "", "first": DAY, "last": DAY},
    "signals.signalstep": {"from_state": "", "to_state": "waiting", "reason": ""},
}
"""Values by model that its rules ask for; everything else is made up by the kind of the field."""

MEANT: dict[tuple[str, str], dict[str, set[str]]] = {
    ("people", "0005_one_link_to_a_thing"): {"people.onetimelink": {"replaced_at"}},
    ("evidence", "0003_small_numbers_leave_the_cards"): {"evidence.localresult": {"effect", "lower", "upper", "cases"}},
}
"""Fields by model that a migration changes on purpose."""

SEALED = "f1e46071400f623f8e75acb2132a09321bd989d5fac5e2a1ac3998a7d18f8cc7"
"""The digest of the first events as a release of March 2026 sealed them: a later way of reckoning must still verify."""

Rows = dict[str, dict[Any, dict[str, Any]]]
Step = tuple[Migration, bool]


@contextmanager
def fresh_database(folder: Path) -> Iterator[None]:
    """New threads open an empty database beside that of the tests."""
    before = connections.settings["default"]
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setitem(before, "NAME", str(folder / "old.sqlite3"))
            yield
            return
        name = f"{before['NAME']}_old"
        server = {"host": before["HOST"], "port": before["PORT"], "user": before["USER"], "dbname": "postgres"}
        with psycopg.connect(**server, password=before["PASSWORD"] or None, autocommit=True) as postgres:
            postgres.execute(f'DROP DATABASE IF EXISTS "{name}"')
            postgres.execute(f'CREATE DATABASE "{name}"')
            try:
                patch.setitem(before, "NAME", name)
                yield
            finally:
                postgres.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def ours(apps: StateApps) -> list[type[models.Model]]:
    """Models of our areas, each after those that it needs."""
    found = {model._meta.label_lower: model for model in apps.get_models() if model._meta.app_label in OURS}
    needs = {
        label: {
            one.related_model._meta.label_lower
            for one in model._meta.concrete_fields
            if one.is_relation and not one.null and one.related_model is not model
        }
        & set(found)
        for label, model in found.items()
    }
    return [found[label] for label in TopologicalSorter(needs).static_order()]


def fill(apps: StateApps) -> None:
    """Two rows in every table of ours that has none."""
    for model in ours(apps):
        if not model.objects.exists():
            for number in (1, 2):
                model.objects.create(**values_of(model, number))


def values_of(model: type[models.Model], number: int) -> dict[str, Any]:
    """Values for a row: those said, and for the rest what the kind of the field takes."""
    said = {
        key: value(number) if callable(value) else value
        for key, value in SAID.get(model._meta.label_lower, {}).items()
        if key in {field.name for field in model._meta.concrete_fields}
    }
    wanted = [one for one in model._meta.concrete_fields if one.name not in said and not one.primary_key]
    return said | {one.name: made_up(one, number) for one in wanted if not (one.null or one.has_default())}


def made_up(field: models.Field, number: int) -> Any:
    """A value of the field's kind, another one for each row."""
    if field.is_relation:
        return field.related_model.objects.order_by("pk")[number - 1]
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return MOMENT
    if isinstance(field, models.DateField):
        return DAY
    if isinstance(field, models.JSONField):
        return {"words": "Überfall, “quoted”", "number": number}
    if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
        return number
    if isinstance(field, models.BooleanField):
        return False
    return f"{number} – {field.name} of {field.model._meta.model_name}, ø"[: field.max_length or 200]


def held(apps: StateApps) -> Rows:
    """Every row of ours."""
    return {
        model._meta.label_lower: {row["pk"]: row for row in model.objects.values("pk", *_columns(model))}
        for model in ours(apps)
    }


def _columns(model: type[models.Model]) -> list[str]:
    return [one.attname for one in model._meta.concrete_fields if not one.primary_key]


def kept(before: Rows, after: Rows, step: tuple[str, str]) -> None:
    """Everything that was there is there, as it was."""
    for label, rows in before.items():
        assert set(rows) <= set(after[label]), f"{step} lost rows of {label}"
        meant = MEANT.get(step, {}).get(label, set())
        for key, row in rows.items():
            now = after[label][key]
            changed = {name for name in row if name not in meant and now.get(name) != row[name]}
            assert not changed, f"{step} changed {', '.join(sorted(changed))} of {label} {key}"


def release_by_release(executor: MigrationExecutor) -> tuple[list[Step], list[Step]]:
    """The first migration of each area with all that it needs and all that is not ours; and what came after it."""
    graph = executor.loader.graph
    first = [min(key for key in graph.nodes if key[0] == app) for app in OURS]
    others = [key for key in graph.leaf_nodes() if key[0] not in OURS]
    needed = {key for of in (*first, *others) for key in graph.forwards_plan(of)}
    whole = executor.migration_plan(graph.leaf_nodes())
    begun = [step for step in whole if (step[0].app_label, step[0].name) in needed]
    return begun, [step for step in whole if step not in begun]


def seal_as_the_first_release_did(apps: StateApps) -> None:
    """Three events as March 2026 wrote them and the seal that it made, its digest written down here."""
    event, seal = apps.get_model("audit", "AuditEvent"), apps.get_model("audit", "AuditSeal")
    for number in (1, 2, 3):
        event.objects.create(
            at=MOMENT + datetime.timedelta(seconds=number), by_id=number, by_name="Officer Ash",
            action="plan.changed", object_type="problems.plan", object_id="1", object_name="T2026-0001 Überfälle",
            details={"title": {"old": "Thefts", "new": "“Thefts” – ø"}, "total": 1.5, "empty": None},
        )  # fmt: skip
    seal.objects.create(number=1, first_event=1, last_event=3, events=3, digest=SEALED, sealed_at=MOMENT)


def migrated_step_by_step() -> None:
    begun, since = release_by_release(MigrationExecutor(connection))
    assert since, "every area is at its first release: nothing is left to migrate"
    state = MigrationExecutor(connection).migrate(None, plan=begun)
    seal_as_the_first_release_did(state.apps)
    for step in since:
        key = (step[0].app_label, step[0].name)
        fill(state.apps)
        before = held(state.apps)
        state = MigrationExecutor(connection).migrate(None, plan=[step])
        kept(before, held(state.apps), key)
    fill(state.apps)


def as_today() -> None:
    """The database is as today's models say, and still refuses what they refuse."""
    out = io.StringIO()
    call_command("migrate", verbosity=1, stdout=out)
    assert "No migrations to apply" in out.getvalue()
    connection.check_constraints()
    with connection.cursor() as cursor:
        for model in ours(apps_today):
            table = connection.introspection.get_constraints(cursor, model._meta.db_table)
            assert {one.name for one in model._meta.constraints} <= set(table), model._meta.label
    for model in ours(apps_today):
        rows = list(model._default_manager.all())
        assert rows, f"{model._meta.label} has no rows"
        for row in rows:
            row.validate_constraints()


def the_chain_holds() -> None:
    """What the first release sealed verifies, is refused to change, and is sealed on."""
    assert seals.verify(SEALED).fault == ""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(pk=1).update(by_name="Somebody else")
    with transaction.atomic():
        record(by=System("test"), action="test.done", of=User.objects.first())
    seals.seal()
    verdict = seals.verify(SEALED)
    assert (verdict.fault, verdict.events) == ("", AuditEvent.objects.count())


def test_an_old_site_is_brought_up_to_date_with_what_is_in_it(django_db_blocker: Any, tmp_path: Path) -> None:
    def whole() -> None:
        try:
            migrated_step_by_step()
            as_today()
            the_chain_holds()
        finally:
            connection.close()

    with django_db_blocker.unblock(), fresh_database(tmp_path), ThreadPoolExecutor(1) as pool:
        pool.submit(whole).result()


def digest(path: Path) -> str:
    """Of what a migration says, whatever its layout and comments."""
    beside = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT)
    with path.open("rb") as source:
        said = [
            one.string for one in tokenize.tokenize(source.readline) if one.type not in beside and one.string != ","
        ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def test_a_landed_migration_is_never_edited() -> None:
    root = Path(upstream_web.__file__).parent
    landed = dict(line.split() for line in LANDED.read_text("utf-8").splitlines())
    found = {path.relative_to(root).as_posix(): digest(path) for path in sorted(root.glob("*/migrations/0*.py"))}
    assert {name: found.get(name) for name in landed} == landed, "sites have applied these: add a migration instead"
    newest = {max(name for name in found if name.startswith(f"{app}/")) for app in OURS}
    missing = "\n".join(f"{name} {found[name]}" for name in sorted(set(found) - set(landed) - newest))
    assert not missing, f"these have landed, so add them to {LANDED.name}:\n{missing}"
