"""The English catalogue: complete, current, and with the same places for figures and names."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests import make

ROOT = Path(__file__).resolve().parents[2]
PO = "locale/en/LC_MESSAGES/django.po"
PLACES = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)[sd]")


def entries(path: Path) -> dict[str, list[str]]:
    """msgid → its translations, read from gettext's own normal form."""
    text = subprocess.run(
        ["msgattrib", "--no-obsolete", "--no-wrap", str(path)],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout
    found: dict[str, list[str]] = {}
    for block in text.split("\n\n"):
        lines: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if match := re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', line):
                key = match[1]
                lines[key] = ast.literal_eval(match[2])
            elif line.startswith('"') and key:
                lines[key] += ast.literal_eval(line)
        if lines.get("msgid"):
            found[lines["msgid"]] = [
                value for name, value in lines.items() if name.startswith("msgstr")
            ]
    return found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The texts of the code as it stands, extracted in a copy of the tree."""
    copy = tmp_path_factory.mktemp("texts")
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py", "*.html", "*.po"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout.split()
    for name in names:
        if name.startswith("tests/") or not (ROOT / name).exists():
            continue
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (copy / "static").mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "en", "--no-location", "-v0"],
        cwd=copy,
        check=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "DATA_DIR": str(copy / "var")},
    )
    return entries(copy / PO)


def test_every_text_has_its_english_and_no_english_lost_its_text(fresh):
    kept = entries(ROOT / PO)
    assert sorted(fresh.keys() - kept.keys()) == []
    assert sorted(kept.keys() - fresh.keys()) == []
    assert [text for text, english in kept.items() if not all(english)] == []
    assert "fuzzy" not in (ROOT / PO).read_text()


def test_figures_and_names_keep_their_places():
    for text, english in entries(ROOT / PO).items():
        for one in english:
            assert set(PLACES.findall(one)) <= set(PLACES.findall(text)), text
        assert set(PLACES.findall(text)) == set().union(*map(PLACES.findall, english)), text


@pytest.mark.django_db
def test_a_page_speaks_english_when_it_was_picked():
    place = make.world()
    client = Client()
    client.force_login(place.people.canbo)
    assert "Lập đề án" in client.get("/de-an/").content.decode()
    client.post("/ngon-ngu/", {"language": "en", "next": "/de-an/"})
    page = client.get("/de-an/").content.decode()
    assert '<html lang="en">' in page
    assert "Lập đề án" not in page
    with translation.override("en"):
        assert translation.gettext("Lập đề án") in page
