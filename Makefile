SHELL := /bin/bash
python := .venv/bin/python
pytest := $(python) -m pytest
# Two processes, each with servers of its own; a file's tests stay together.
spread := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: run test lint fuzz soak bench

run:
	@scripts/setup run
	@exec $(python) -m khuyencong.supervisor programmes/data/lai-chau-2021-2025.yaml

# PostgreSQL comes last, so that the closing line is that of the whole suite.
test:
	@scripts/setup test
	@scripts/lint
	KC_TEST_DB=sqlite $(pytest) $(spread) -m "(sqlite or both) and not fuzz and not soak"
	$(pytest) $(spread)

lint:
	@scripts/setup test
	@scripts/lint

fuzz soak:
	@scripts/setup test
	$(pytest) -m $@

bench:
	@scripts/setup test
	@scripts/with-temp-data $(python) -m tests.bench
