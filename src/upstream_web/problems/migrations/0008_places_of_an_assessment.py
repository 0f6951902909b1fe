"""What a named assessment counts, and where, is its own: a later change of the plan's details leaves it as it was named.

Words of kept rows that name one place become a reference to it; other words stay words.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_from_plans(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """Types and small areas as the plan has them, and the place that the comparison's words name."""
    named, place = apps.get_model("problems", "NamedAssessment"), apps.get_model("problems", "NamedPlace")
    areas = list(apps.get_model("places", "Area").objects.filter(valid_to__isnull=True))
    small = {area.code: area for area in areas if area.kind == "small_area"}
    for row in named.objects.select_related("plan").iterator():
        row.crime_types = row.plan.crime_types
        row.save(update_fields=["crime_types"])
        codes = set(row.plan.small_areas)
        treated = [small[code] for code in codes if code in small] if codes <= set(small) else []
        words = row.comparison.strip().lower()
        called = [area for area in areas if words in (area.name.lower(), area.code.lower())]
        compared = [area for area in called if area not in treated] if len(called) == 1 else []
        rows = [*((area, "treated") for area in treated), *((area, "compared") for area in compared)]
        place.objects.bulk_create(place(named=row, area=area, role=role) for area, role in rows)


class Migration(migrations.Migration):
    dependencies = (
        ("places", "0001_initial"),
        ("problems", "0007_assessed"),
    )

    operations = (
        migrations.AddField(
            model_name="namedassessment",
            name="crime_types",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="namedassessment",
            name="comparison",
            field=models.CharField(max_length=300, verbose_name="comparison, in words"),
        ),
        migrations.CreateModel(
            name="NamedPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("treated", "Treated"),
                            ("compared", "Compared with"),
                            ("buffer", "Near by, where the problem may move to"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.area"),
                ),
                (
                    "named",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="problems.namedassessment",
                    ),
                ),
            ],
            options={
                "ordering": ("area__path",),
                "constraints": [models.UniqueConstraint(fields=("named", "area"), name="assessed_place_has_one_role")],
            },
        ),
        migrations.RunPython(take_from_plans, migrations.RunPython.noop),
    )
