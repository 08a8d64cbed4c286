from django.db import migrations

from khuyencong.core.immutable import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('budgets', '0001_initial'),
    ]

    operations = [
        append_only('budgets_ledgerentry'),
    ]
