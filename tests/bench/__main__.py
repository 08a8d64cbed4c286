"""``python -m tests.bench [name …] [--strict]``: run benchmarks and print what they found."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import Result, stage

HEADINGS = ("what", "figure", "limit", "verdict", "from")


def names() -> list[str]:
    package = importlib.import_module("tests.bench")
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in found if name not in {"__main__", "stage"})


def rows(results: list[Result]) -> Iterator[tuple[str, ...]]:
    for one in results:
        figure = (
            f"{one.figure:,.2f}{one.unit}" if one.figure < 1000 else f"{one.figure:,.0f}{one.unit}"
        )
        yield one.name, figure, one.limit_text, one.verdict, one.detail


def print_table(results: list[Result]) -> None:
    lines = [HEADINGS, *rows(results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        print(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="name", help="benchmarks to run; all if none")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a limit is missed")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    results: list[Result] = []
    try:
        stage.prepare(folder)
        for name in chosen.names or names():
            module = importlib.import_module(f"tests.bench.{name}")
            if not hasattr(module, "run"):
                continue  # what benchmarks share
            print(f"{name} …", file=sys.stderr, flush=True)
            results += module.run()
    finally:
        stage.end()
        shutil.rmtree(folder, ignore_errors=True)
    print_table(results)
    missed = [one for one in results if one.verdict == "MISSED"]
    return 1 if missed and chosen.strict else 0


if __name__ == "__main__":
    sys.exit(main())
