"""Words of answers are held by stage. Those held so far do not say of which, so they go, and `reindex` brings them back."""

from typing import Any

from django.db import migrations, models


def forget_answers(apps: Any, editor: Any) -> None:
    """A word of an old plan with the least weight stands in its answers alone."""
    apps.get_model("search", "IndexedWord").objects.filter(object_type="problems.plan", weight=1).delete()


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.RunPython(forget_answers, migrations.RunPython.noop),
        migrations.AddField(
            model_name="indexedword",
            name="part",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="indexedword", name="a_word_once_an_object"),
        migrations.AddConstraint(
            model_name="indexedword",
            constraint=models.UniqueConstraint(
                fields=("object_type", "object_id", "part", "word"), name="a_word_once_a_part"
            ),
        ),
    ]
