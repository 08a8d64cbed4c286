"""Rules of the house that a machine can keep."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT

APPS = ("khuyencong", "programmes", "budgets", "projects", "reports")
WRITTEN_BY_HAND = (".py", ".html", ".css", ".js", ".md", ".toml", ".yml", ".yaml", ".txt", "")
LOCKS = ("requirements.txt", "requirements-dev.txt")


def files(suffixes: tuple[str, ...], under: Path = ROOT) -> Iterator[Path]:
    for path in sorted(under.iterdir()):
        if path.name.startswith(".") or path.name in {"var", "node_modules", "bench-results"}:
            continue
        if path.is_dir():
            yield from files(suffixes, path)
        elif path.suffix in suffixes:
            yield path


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders or APPS:
        for path in files((".py",), ROOT / folder):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_imports_point_one_way():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_psycopg_3_does_not_stand_beside_psycopg2():
    assert importlib.util.find_spec("psycopg2")
    assert not importlib.util.find_spec("psycopg"), "Django would silently take it"


def test_no_file_is_longer_than_500_lines():
    def generated(path: Path) -> bool:
        return path.name in LOCKS or "migrations" in path.parts or "data" in path.parts

    long = {
        str(path.relative_to(ROOT)): lines
        for path in files(WRITTEN_BY_HAND)
        if not generated(path)
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) >= 500
    }
    assert not long


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("style attribute", r"<[^>]*\sstyle\s*="),
        ("style element", r"<style\b"),
        ("script without src", r"<script\b(?![^>]*\ssrc\s*=)"),
        ("event handler", r"<[^>]*\son[a-z]+\s*="),
        ("javascript address", r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:"),
    ],
)
def test_templates_have_nothing_the_content_policy_forbids(what: str, pattern: str):
    # Papers are read by WeasyPrint alone and bring their own style sheet.
    found = [
        f"{path.relative_to(ROOT)}: {match[0][:80]}"
        for path in files((".html", ".svg"), ROOT / "templates")
        if "print" not in path.parts
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert not found, what


def test_nothing_is_marked_safe():
    found = [
        str(path.relative_to(ROOT))
        for folder in (*APPS, "templates")
        for path in files((".html", ".py"), ROOT / folder)
        if re.search(r"\|\s*safe\b|mark_safe|autoescape off", path.read_text(encoding="utf-8"))
    ]
    assert not found


def status_writes(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[1] if name == "setattr" and len(node.args) > 1 else None
            if isinstance(first, ast.Constant) and first.value == "status":
                yield node.lineno
            if name == "update" and any(word.arg == "status" for word in node.keywords):
                yield node.lineno
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            if any(isinstance(part, ast.Attribute) and part.attr == "status" for part in parts):
                yield node.lineno


def test_a_status_is_written_in_one_place():
    found = [
        f"{path}:{line}"
        for path, tree in sources("projects")
        if str(path) != "projects/act.py"
        for line in status_writes(tree)
    ]
    assert not found


def test_the_search_for_status_writes_finds_each_kind():
    text = "a.status = 1\na.b, a.status = 1, 2\nx.update(status=1)\nsetattr(a, 'status', 1)\n"
    assert list(status_writes(ast.parse(text + "status = a.status == 1\n"))) == [1, 2, 3, 4]


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_weasyprint_is_known_to_one_module():
    users = {str(path) for path, tree in sources() if "weasyprint" in imported(tree)}
    assert users <= {"reports/pdf.py"}


def test_the_web_application_never_loads_weasyprint():
    code = """
import sys
import khuyencong.wsgi
from django.urls import get_resolver

def walk(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            walk(pattern)

walk(get_resolver())
loaded = sorted(name for name in sys.modules if name.partition(".")[0] in {"weasyprint", "pydyf"})
sys.exit(", ".join(loaded) if loaded else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_and_hash_everything_and_name_no_index(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)\b", text, re.MULTILINE)
    packages = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(packages) > 30
    for package in packages:
        assert re.match(r"[\w.-]+==\S+", package), package[:80]
        assert "--hash=sha256:" in package, package[:80]


def test_the_lock_of_the_tests_holds_that_of_the_portal():
    run, dev = (set((ROOT / name).read_text().split("\n")) for name in LOCKS)
    assert {line for line in run if "==" in line} <= dev


def test_every_dependency_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for name in wanted:
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{name}"'))
        assert re.search(r"#\s*\w", line), name


def test_every_verb_of_make_is_one_line_of_the_contract():
    made = set(re.findall(r"^([a-z ]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {word for words in made for word in words.split()} >= {
        *("run", "test", "lint", "fuzz", "soak", "bench")
    }
