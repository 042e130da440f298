# Each target sets up .venv in this clone if there is none, then does what its name says.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Without bytecode and compiled caches every command would start by compiling again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: compare test test-slow test-hostile test-versions lint types contract docs site notebook evidence bench clean
.DEFAULT_GOAL := compare

compare: .venv/.installed
	$(BIN)/mes compare

test: .venv/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m 'not slow'

# Runs that are interrupted, killed and resumed, and other long ones.
test-slow: .venv/.dev
	$(BIN)/python -m pytest -m slow

# Every command that writes a folder, stopped at every moment, on a full disk, with workers killed; about an hour.
test-hostile: .venv/.dev
	$(BIN)/python -m pytest -m slow tests/hostile

# What `make test` runs, for each Python named, with pinned packages and with the newest; not in CI.
PYTHONS ?= python3.11 python3.13
test-versions:
	@set -e; for python in $(PYTHONS); do for pins in pinned newest; do \
	  place=.venv/versions/$$(basename $$python)-$$pins; echo "== $$place" ; \
	  $$python -m venv --clear $$place; \
	  $$place/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' \
	    $$(test $$pins = newest || echo -c constraints.txt); \
	  $$place/bin/python -m calibration.warm; \
	  $$place/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m 'not slow'; \
	done; done

lint: .venv/.dev
	$(BIN)/ruff check .

types: .venv/.dev
	$(BIN)/mypy

contract: .venv/.dev
	$(BIN)/lint-imports

docs: .venv/.dev
	$(BIN)/mes docs

# The guides and the reference of `import mes` as a site, in build/site; a broken link fails.
site: .venv/.site
	$(BIN)/python -m sphinx -q -W --keep-going -c docs/site . build/site
	@echo build/site/index.html

# Ships the notebook with the outputs that it has now.
notebook: .venv/.dev
	$(BIN)/python -m tests.notebook

# Remakes all shipped posteriors, tables and pictures; takes hours. EVIDENCE='--work DIR --resume' goes on.
evidence: .venv/.dev
	$(BIN)/mes evidence $(or $(EVIDENCE),--work runs/evidence)

# pip comes last when an environment is made: a half-made one is made again.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "mes needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
	  echo "Name another one: make compare PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) -e . -c constraints.txt
	$(BIN)/python -m calibration.warm
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) -e '.[dev]' -c constraints.txt
	$(BIN)/python -m calibration.warm
	@touch $@ .venv/.installed

.venv/.site: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) -e '.[docs]' -c constraints.txt
	@touch $@

.venv/.bench: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) -e '.[dev,bench]' -c constraints.txt
	$(BIN)/python -m calibration.warm
	@touch $@ .venv/.dev .venv/.installed

# BENCH='--only mesa' measures a part, BENCH=--all adds all of France.
bench: .venv/.bench
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build *.egg-info
