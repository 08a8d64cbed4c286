from django.core.management.base import BaseCommand

from reports import runs


class Command(BaseCommand):
    help = "Gọi lại các báo cáo đang chờ quá lâu hoặc đã mất tiến trình lập."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(str(runs.sweep()))
