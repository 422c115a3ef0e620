# Everything that a command needs is set up by the command, in .venv.
PYTHON ?= python3
PROFILE ?= quick default
ENGINE ?= command
VENV := .venv
LOWEST := build/lowest
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KILLS := tests/mutation/test_kills.py
AT_LENGTH := tests/integration/stores/test_conformance.py tests/integration/examples/test_conformance.py

.DEFAULT_GOAL := help
.PHONY: help conformance test kills stores lowest mutants mechanical bench lint types lock clean

help: ## the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

conformance: $(READY) ## check the reference stores and ipyparallel's own against the specification
	@# Failing clauses (exit status 1) are the news here; only a run that could not be made is an error.
	@$(BIN)/taskdb check --profile quick dict none ipyparallel-dict ipyparallel-sqlite \
	  || test $$? -eq 1

test: $(READY) lint types ## the tests, on real servers; but for what `kills` and `stores` do at length
	@# Three processes on two cores: some tests wait for a store that hangs.
	$(BIN)/pytest -n 3 --dist worksteal -q $(addprefix --ignore=,$(KILLS) $(AT_LENGTH))

kills: $(READY) ## check that the suite kills every mutant at the profile `default`
	$(BIN)/pytest -n 2 --dist worksteal -q $(KILLS)

stores: $(READY) ## check the durable stores at the profile `default`, and the examples, on real servers
	TASKDB_TEST_PROFILE=default $(BIN)/pytest -n 2 -q $(AT_LENGTH)

lowest: $(READY) ## test the Hypothesis machine and the strategies with the lowest versions that are named
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check \
	  $$($(BIN)/python -m tests.checks.lowest_versions) pytest pytest-xdist
	@# How well an example shrinks depends on the version.
	PYTHONPATH=$(CURDIR)/spec:$(CURDIR)/reference $(LOWEST)/bin/python -m pytest -q -n 2 \
	  -k "not shrinks" tests/unit/conformance/integrations tests/unit/test_strategies.py

mutants: $(READY) ## run the suite on broken stores (PROFILE="quick default"), or ENGINE=machine
ifeq ($(ENGINE),machine)
	$(BIN)/python -m tests.mutation.machine_strength
else
	$(BIN)/python -m tests.false_alarms.trivial_score
	$(BIN)/python -m tests.mutation.report $(PROFILE)
endif

mechanical: $(READY) ## run the suite on mechanically changed stores, by hand (PROFILE="quick default")
	$(BIN)/python -m tests.mechanical.report $(PROFILE)

bench: $(READY) ## measure the speed of the stores and of the suite; write figures and plots to build/bench
	$(BIN)/python -m bench

lint: $(READY) ## rules of code, layers of imports, spelling, prose, subjects of commits
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell README.md CONTRIBUTING.md CHANGELOG.md docs spec reference tests bench examples
	$(BIN)/python -m tests.checks.prose
	$(BIN)/python -m tests.checks.commit_subjects

types: $(READY) ## mypy, strict
	$(BIN)/mypy

$(READY): pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; say which: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: ## pin the newest versions of all that the project uses
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev --group bench \
	  --no-header --no-annotate pyproject.toml -o requirements.txt

clean:
	rm -rf $(VENV)
