from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("explore", "0004_problem_profile"),
    ]

    operations = [
        migrations.AlterField(
            model_name="analysis",
            name="kind",
            field=models.CharField(
                choices=[
                    ("near_repeats", "Near repeats"),
                    ("clusters", "New clusters"),
                    ("hot_spots", "Hot spots"),
                    ("when", "When it happens"),
                    ("profile", "Problem profile"),
                    ("concentration", "Concentration"),
                    ("facilities", "Risky facilities"),
                ],
                max_length=20,
            ),
        ),
    ]
