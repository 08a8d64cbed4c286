from django.db import migrations

from khuyencong.core.immutable import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0002_notice'),
    ]

    operations = [
        append_only('projects_statuschange', 'projects_snapshot'),
    ]
