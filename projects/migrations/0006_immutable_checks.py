from django.db import migrations

from khuyencong.core.immutable import append_only


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_search")]

    operations = [append_only("projects_checkrecord", "projects_checkednorm")]
