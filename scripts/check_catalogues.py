"""Refuse a compiled catalogue that says something else than its source."""

import gettext
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def messages(path: Path) -> dict:
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def main() -> int:
    stale = []
    for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        with tempfile.NamedTemporaryFile(suffix=".mo") as fresh:
            subprocess.run(["msgfmt", "--check-format", "-o", fresh.name, str(source)], check=True)
            if not compiled.exists() or messages(compiled) != messages(Path(fresh.name)):
                stale.append(compiled.relative_to(ROOT))
    for path in stale:
        print(f"{path} is not current: python manage.py compilemessages", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
