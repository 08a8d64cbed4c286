from django.db import migrations, models


def tell(apps, schema_editor):
    """Which decision lines gave their money as well, as the trail says."""
    entries = apps.get_model("core", "AuditEntry").objects.filter(
        action__in=["projects.track.approve", "projects.track.record_decision"],
        document__isnull=False,
    )
    lines = apps.get_model("projects", "DecisionLine").objects
    allotting = set()
    for entry in entries.iterator():
        if entry.changes.get("allots"):
            lines.filter(
                decision__document=entry.document_id,
                track__proposal=entry.subject_id,
                track__source__code=entry.changes.get("source", ""),
            ).update(allots=True)
            allotting.add(entry.document_id)
    apps.get_model("budgets", "Allocation").objects.filter(document__in=allotting).update(
        with_approval=True
    )


class Migration(migrations.Migration):
    """A decision line knows whether its decision gave the money."""

    dependencies = [("projects", "0015_annual"), ("budgets", "0004_with_approval")]

    operations = [
        migrations.AddField(
            model_name="decisionline",
            name="allots",
            field=models.BooleanField(
                default=False, help_text="the decision gave its money as well"
            ),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
