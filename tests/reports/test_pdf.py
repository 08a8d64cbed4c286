"""The only module that knows WeasyPrint: what it reads, what it refuses, what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports import pdf
from reports.pdf import PdfError
from tests.processes import ROOT
from tests.reports.boxes import families

PAGE = '<html lang="vi"><title>Thử</title><body><p>{}</p></body></html>'


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/a.png",
        "https://example.com/a.png",
        "ftp://example.com/a.png",
        "data:text/css,p{color:red}",
        "static:../manage.py",
        "static:/etc/passwd",
        "static:css/../../manage.py",
        "static:css/none.css",
        "static:",
        "css/papers.css",
    ],
)
def test_nothing_but_our_static_files_is_read(address: str):
    with pytest.raises(ValueError, match="static"):
        pdf.static_file(address)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:1/a.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<style>@import url("http://127.0.0.1:1/a.css");</style>',
        '<p style="background: url(file:///etc/passwd)">x</p>',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<svg viewBox="0 0 9 9"><image href="http://127.0.0.1:1/a.png"/></svg>',
    ],
)
def test_a_paper_that_asks_for_more_is_not_made(html: str):
    with pytest.raises(PdfError, match="Mẫu báo cáo"):
        pdf.render(html)


def test_a_paper_with_a_broken_drawing_is_not_made():
    with pytest.raises(PdfError, match="không dựng được"):
        pdf.render('<svg viewBox="0 0 9 9"><image href="file:///etc/passwd"/></svg>')


def test_a_link_inside_the_static_folder_leads_no_further(tmp_path: Path, settings):
    (tmp_path / "static").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "static" / "link").symlink_to(tmp_path / "secret")
    settings.BASE_DIR = tmp_path
    with pytest.raises(ValueError, match="static"):
        pdf.static_file("static:link")


def test_our_own_style_sheet_is_read():
    assert pdf.static_file("static:css/papers.css").name == "papers.css"
    assert pdf.render('<link rel="stylesheet" href="static:css/papers.css"><p>Ế</p>')


def test_bytes_are_the_same_in_another_process():
    html = PAGE.format("Đề án: Ế Ỗ Ậ ợ ữ ỵ")
    code = (
        "import django, sys; django.setup(); from reports import pdf;"
        "sys.stdout.buffer.write(pdf.render(sys.argv[1]))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, html], cwd=ROOT, capture_output=True, check=True
    )
    assert other.stdout == pdf.render(html)


def test_each_page_is_heard_of():
    heard: list[int] = []
    page = '<p style="break-after: page">x</p>'
    pdf.render(f"<html>{page * 3}</html>", on_page=heard.append)
    assert sorted(set(heard)) == [1, 2, 3]


def test_who_listens_can_stop_it():
    class Enough(Exception):
        pass

    def stop(_page: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        pdf.render(PAGE.format("x"), on_page=stop)
    assert pdf.render(PAGE.format("x"))


def test_every_vietnamese_letter_comes_from_one_family():
    letters = "".join(map(chr, sorted(pdf.letters())))
    html = f'<html lang="vi"><style>p {{ font-family: "{pdf.FAMILIES[0]}", "{pdf.FAMILIES[1]}" }}'
    escaped = letters.replace("&", "&amp;").replace("<", "&lt;")
    html += f"</style><p>{escaped}</p><p><b>{escaped}</b></p><p><i>{escaped}</i></p></html>"
    assert len(families(pdf.render(html))) == 1


# --- what a machine lacks ---------------------------------------------------------------------


def ask(env: dict[str, str]) -> str:
    """What another process on such a machine says is missing."""
    code = (
        "import django; django.setup(); from reports import pdf; print(pdf.available());"
        "import sys; assert 'weasyprint' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def only_fonts(folder: Path, fonts: Path) -> dict[str, str]:
    """An environment in which fontconfig knows the fonts of one folder only."""
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig><dir>{fonts}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(file)}


def test_this_machine_has_everything():
    assert pdf.available() is None


def test_without_fonts_the_package_is_named(tmp_path: Path):
    (tmp_path / "none").mkdir()
    said = ask(only_fonts(tmp_path, tmp_path / "none"))
    assert "fonts-liberation2" in said
    assert "apt-get install" in said


def test_fonts_without_the_vietnamese_letters_are_not_enough(tmp_path: Path):
    from fontTools import subset
    from fontTools.ttLib import TTFont

    whole = subprocess.run(
        ["fc-match", "-f", "%{file}", "Liberation Serif"], capture_output=True, text=True
    ).stdout
    (tmp_path / "old").mkdir()
    for name, text in (("whole", None), ("old", "ABCabc 0123")):
        font = TTFont(whole)
        if text:
            cutter = subset.Subsetter()
            cutter.populate(text=text)
            cutter.subset(font)
        font.save(tmp_path / name if text is None else tmp_path / "old" / "Serif.ttf")
    assert "fonts-liberation2" in ask(only_fonts(tmp_path, tmp_path / "old"))


def test_without_libraries_each_package_is_named(monkeypatch: pytest.MonkeyPatch):
    absent = {"libpango-none.so.0": "libpango-1.0-0", "libpangoft2-none.so.0": "libpangoft2-1.0-0"}
    monkeypatch.setattr(pdf, "LIBRARIES", absent)
    assert pdf.missing_packages() == ["libpango-1.0-0", "libpangoft2-1.0-0"]


def test_a_machine_that_lacks_something_makes_no_paper(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pdf, "available", lambda: "thiếu gói fonts-liberation2")
    with pytest.raises(PdfError, match="fonts-liberation2"):
        pdf.render(PAGE.format("x"))


def test_a_good_answer_is_kept_and_a_bad_one_asked_again(monkeypatch: pytest.MonkeyPatch):
    answers = [["fonts-liberation2"], [], ["never asked"]]
    monkeypatch.setattr(pdf, "missing_packages", lambda: answers.pop(0))
    pdf._complete.clear()
    assert "fonts-liberation2" in pdf.available()
    assert pdf.available() is None
    assert pdf.available() is None
    assert answers == [["never asked"]]
