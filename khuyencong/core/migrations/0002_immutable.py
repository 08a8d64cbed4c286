from django.db import migrations

from khuyencong.core.immutable import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        append_only('core_auditentry', 'core_auditanchor'),
    ]
