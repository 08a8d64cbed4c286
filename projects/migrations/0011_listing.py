"""The list of proposals: each filter and order it offers has an index that ends in the sort key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0010_import_rows")]

    operations = [
        migrations.AddIndex(
            model_name="fundingline",
            index=models.Index(
                condition=models.Q(("requested__gt", 0)),
                fields=["source", "-proposal"],
                name="funding_line_by_source",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["plan_year", "-id"], name="proposal_year_id"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["kind", "-id"], name="proposal_kind_id"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["province", "title_key", "id"], name="proposal_title"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                fields=["implementing_unit", "title_key", "id"], name="proposal_own_title"
            ),
        ),
        migrations.AddIndex(
            model_name="proposalactivity",
            index=models.Index(fields=["activity", "-proposal"], name="proposal_by_activity"),
        ),
        migrations.AddIndex(
            model_name="proposalplace",
            index=models.Index(fields=["place", "-proposal"], name="proposal_by_place"),
        ),
    ]
