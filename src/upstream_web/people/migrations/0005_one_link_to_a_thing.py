from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone


def end_all_but_the_newest(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Two links made at the same instant could both open: the later one stays."""
    links = apps.get_model("people", "OneTimeLink").objects.using(editor.connection.alias)
    live = links.filter(used_at__isnull=True, replaced_at__isnull=True)
    newer = live.filter(purpose=OuterRef("purpose"), target_id=OuterRef("target_id"), pk__gt=OuterRef("pk"))
    earlier = list(live.filter(Exists(newer)).values_list("pk", flat=True))
    links.filter(pk__in=earlier).update(replaced_at=timezone.now())


class Migration(migrations.Migration):
    # PostgreSQL makes no index in a transaction that has changed rows of the table
    atomic = False

    dependencies = [
        ("people", "0004_one_link_at_a_time"),
    ]

    operations = [
        migrations.RunPython(end_all_but_the_newest, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="onetimelink",
            constraint=models.UniqueConstraint(
                condition=Q(("replaced_at__isnull", True), ("used_at__isnull", True)),
                fields=("purpose", "target_id"),
                name="link_to_a_thing_is_one",
            ),
        ),
    ]
