from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def take_from_cards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Everybody reads the cards, so what came of a plan that is marked OFFICIAL-SENSITIVE stands in the plan alone."""
    using = editor.connection.alias
    marked = apps.get_model("problems", "Plan").objects.using(using).filter(marking="sensitive").values("ref")
    apps.get_model("evidence", "LocalResult").objects.using(using).filter(plan_ref__in=marked).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0004_withdrawn_by_somebody"),
        ("evidence", "0001_initial"),
    ]

    operations = [migrations.RunPython(take_from_cards, migrations.RunPython.noop)]
