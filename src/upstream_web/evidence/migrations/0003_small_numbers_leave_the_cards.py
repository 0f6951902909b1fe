from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FEWEST, NEAREST = 20, 5


def withhold(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Everybody reads the cards: effects of fewer events leave them, and numbers are to the nearest five."""
    rows = apps.get_model("evidence", "LocalResult").objects.using(editor.connection.alias)
    for row in rows.filter(cases__isnull=False, effect__isnull=False):
        expected = row.cases / (1 + row.effect / 100) if row.effect > -100 else 0
        if min(row.cases, expected) < FEWEST:
            row.effect = row.lower = row.upper = row.cases = None
        else:
            row.cases = (2 * row.cases + NEAREST) // (2 * NEAREST) * NEAREST
        row.save(update_fields=["effect", "lower", "upper", "cases"])


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_published_results"),
    ]

    operations = [migrations.RunPython(withhold, migrations.RunPython.noop)]
