from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("signals", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="look",
            name="more_to_come",
            field=models.BooleanField(
                default=False,
                help_text="Looks at newer months were to follow: alone, it is not the whole of what is held.",
            ),
        ),
    ]
