# One command each. Nothing is needed but Python 3.11 or 3.12, git and make.
# Ports, folders and servers are settings read from the environment (TRUCBAN_PORT, TRUCBAN_DATA_DIR, …),
# so two copies of this folder can run and test side by side.

VENV := .venv
BIN  := $(VENV)/bin
# Plain pip: it reads the machine's own package index settings, which uv does not.
# Wheels only, all hashed: no package runs code while it is being installed.
PIP  := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq
LOCKED := $(PIP) --only-binary :all: --require-hashes
SOURCES := trucban api flows incidents notifications playbooks
PYTEST := $(BIN)/python -m pytest

# Node comes as a locked wheel: no Node of the machine's own, no look-up of newer releases.
export PYRIGHT_PYTHON_GLOBAL_NODE := 0
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test bench chaos check lock clean browser

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.runtime $(VENV)/.project ## Start the desk, with the demonstration on an empty data folder
	@exec $(BIN)/trucban serve --demo

test: check browser ## Run every check and every story
	$(PYTEST) tests --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.dev $(VENV)/.project ## Measure, and print what was measured
	@$(BIN)/python -m tests.bench

chaos: $(VENV)/.dev $(VENV)/.project ## Kill the program at every commit point and look at what is left
	TRUCBAN_CHAOS=all $(PYTEST) tests/chaos

check: $(VENV)/.dev $(VENV)/.project ## Lint, format, types, direction of imports, templates, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet .
	$(BIN)/codespell

lock: $(VENV)/.dev ## Write the locks anew after a change in pyproject.toml (LOCK_FLAGS=--upgrade for newer releases)
	$(COMPILE) --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock

clean: ## Remove the environment and what tools leave behind; data stays
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find $(SOURCES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# One lock for every platform and both Pythons, each file by its hash, no address of anything.
COMPILE = $(BIN)/uv pip compile pyproject.toml --group build $(LOCK_FLAGS) --quiet --no-header \
	--universal --python-version 3.11 --generate-hashes --no-build --no-emit-index-url --no-emit-find-links

# --- what the commands above stand on ---

# A folder that was moved or copied carries an environment full of the old path: made for another place, made again.
ifneq ($(shell cat $(VENV)/.made-for 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.made-for
endif

$(VENV)/.made-for:
	@fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))'; \
	if grep -qsF "$(CURDIR)/$(VENV)/bin/" $(BIN)/pip && $(BIN)/python -c "$$fits" 2>/dev/null; then \
		echo "$(CURDIR)" > $@; exit 0; \
	fi; \
	for python in $(PYTHON) python3.11 python3.12 python3 python; do \
		"$$python" -c "$$fits" >/dev/null 2>&1 || continue; \
		echo "Making $(VENV) with $$("$$python" --version) …"; \
		if "$$python" -m venv --clear $(VENV); then echo "$(CURDIR)" > $@; exit 0; fi; \
		rm -rf $(VENV); \
		echo "$$python cannot make a virtual environment." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3-venv (as root), then run make again." >&2; \
		exit 1; \
	done; \
	echo "Python 3.11 or 3.12 is needed and none was found. Name one with: make PYTHON=/path/to/python3.11 …" >&2; \
	exit 1

$(VENV)/.runtime: requirements.lock $(VENV)/.made-for
	@echo "Installing what the desk runs on (half a minute or so) …"
	@$(LOCKED) -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the checks run on (half a minute or so) …"
	@$(LOCKED) -r requirements-dev.lock
	@touch $@

# The lock brings the build backend along, so building the project fetches nothing.
$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

# Debian ships Chromium itself, and Playwright drives that; elsewhere Playwright brings its own.
browser: $(VENV)/.dev
	@if [ -x /usr/bin/chromium ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing Debian's Chromium …"; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq; \
		apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 chromium >/dev/null; \
		if [ -x /usr/bin/chromium ]; then exit 0; fi; \
	fi; \
	if $(BIN)/playwright install chromium; then exit 0; fi; \
	echo "No Chromium could be had, and tests/smoke drives a real browser." >&2; \
	echo "Install one as /usr/bin/chromium (Debian: apt-get install chromium), then run make test again." >&2; \
	exit 1
