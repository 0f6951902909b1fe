"""PostgreSQL empties a table without looking at its rows (TRUNCATE), so the rule of each row does not refuse it."""

from django.db import migrations

TABLES = ("audit_auditevent", "audit_auditseal")


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
            )


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_index_of_moments")]
    operations = [migrations.RunPython(forbid, allow)]
