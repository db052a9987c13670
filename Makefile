# make run: a working server with sample data · make test: all checks and tests · make bench: the figures
# The tests of the pages need a Chromium (on Debian: apt install chromium); without one they are left out.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: run test bench check lock clean

run: $(VENV)/.run
	@$(BIN)/smalt demo

test: $(VENV)/.test check
	@$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/.test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports >$(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }

bench: $(VENV)/.test
	@$(BIN)/python -m bench

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Smalt needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module of $(PYTHON) is missing (on Debian: apt install python3-venv)." >&2; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	@$(PIP) install --no-deps -r requirements-test.lock
	@touch $@

# Needs uv. The lock files hold versions and hashes for every platform, and no address.
COMPILE := uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --quiet --upgrade

lock:
	@$(COMPILE) --group build -o requirements.lock
	@$(COMPILE) --group build --group test -c requirements.lock -o requirements-test.lock

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
