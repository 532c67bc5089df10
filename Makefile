# `make demo` and `make test` need Python 3.11 and make, and nothing else.

KERNEL ?= fixtures
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help demo test lint browser golden corpus outlets bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(VENV)/installed ## audit KERNEL (a folder; fixtures/ if not given): findings, then counts
	@$(BIN)/soundcheck check "$(KERNEL)" || test $$? -eq 1 # 1 says that there are findings
	@echo
	@$(BIN)/soundcheck count --by crate "$(KERNEL)"

test: $(VENV)/ready ## run the tests, but for those in a browser and on cloned kernels
	$(BIN)/pytest --numprocesses=auto -m "not browser and not corpus and not outlets" $(ARGS)

lint: $(VENV)/ready ## style, format, types, who may import whom, the action and the workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --persona=pedantic action.yml .github/workflows

browser: $(VENV)/ready ## run the tests of the HTML report in the Chromium of this machine
	$(BIN)/python -m pip install --quiet --group browser
	$(BIN)/pytest -m browser tests/browser $(ARGS)

golden: $(VENV)/ready ## write generated texts and expected outputs anew, to be read in the diff
	UPDATE_GOLDEN=1 $(BIN)/pytest --quiet tests/render tests/test_tidy.py

corpus: $(VENV)/ready ## run the tests on the kernels cloned below SOUNDCHECK_CLONES
	$(BIN)/pytest -m corpus $(ARGS)

outlets: $(VENV)/ready ## our hooks in real repositories, our SARIF in npm's tools (network)
	$(BIN)/pip install --quiet pre-commit prek playwright
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pytest -m outlets $(ARGS)

bench: $(VENV)/ready ## measure
	$(BIN)/python bench/bench_parse.py "$(KERNEL)"
	$(BIN)/python bench/bench_budgets.py "$(KERNEL)"

clean: ## remove what was built, and what tools remember
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .soundcheck_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'soundcheck needs Python 3.11 or later: make PYTHON=python3.12 …' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python -m compileall -q soundcheck # where runs may not keep it, each would do it anew
	@touch $@

# Groups of dependencies need pip 25.1.
$(VENV)/ready: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@
