# `make help` lists what can be done. Everything builds on `setup`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
# A child process starts for every campaign that is rendered: without bytecode each one compiles everything.
unexport PYTHONDONTWRITEBYTECODE
# Three on two cores: many tests wait for processes and clocks.
SIDE_BY_SIDE := -n 3 --dist worksteal
# Tests that play whole commands, repositories or services: the slow half.
WHOLE := stories cli ses_double contracts delivery workspace approvals preview chaos

.DEFAULT_GOAL := help
.PHONY: help setup demo browser test quick chaos lint check bench pictures schema lock clean

help: ## list the targets
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1|\2/p' $(MAKEFILE_LIST) \
		| while IFS='|' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

setup: $(STAMP) ## make .venv with postmerge in it, from the hashed lock file

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Postmerge needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …"; exit 3; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## play the whole way on the example campaigns, in a temporary repository
	$(BIN)/postmerge demo

browser: ## a Chromium for the tests of the preview, where there is none and it may be installed
	@tests/browser/install.sh

test: setup browser ## all tests
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

quick: setup ## the fast half of the tests, without whole commands and repositories
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow" $(WHOLE:%=--ignore=tests/%)

chaos: setup ## a thousand runs of kill -9, faults, two senders, reverts and halts
	POSTMERGE_CHAOS_RUNS=1000 $(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/chaos
	POSTMERGE_KILLS=500 $(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/stories/test_kill.py

lint: setup ## style, types, layers, generated files, workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/postmerge schema --check
	$(BIN)/python -m pipeline.checklist.page --check
	$(BIN)/zizmor --offline --strict-collection --quiet .github
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/actionlint

check: test lint ## tests and lint

pictures: setup browser ## the two pictures of the README
	$(BIN)/python -m benchmarks.pictures

bench: setup browser ## the figures of the README, with the commands behind them
	$(BIN)/python -m benchmarks

schema: setup ## write the JSON Schemas for editors
	$(BIN)/postmerge schema

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
		--no-header --no-annotate --group dev --all-extras pyproject.toml -o requirements.lock

clean: ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .pytest_cache
