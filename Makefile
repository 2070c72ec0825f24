# Two commands do everything on a machine with Python 3.11+, Node 20+ and make: `make demo` and `make test`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CONSOLE := utm/static/console/index.html
GUIDE := utm/static/guide/index.html
GUIDE_SOURCES := docs/mkdocs.yml utm/guide_build.py utm/problem_catalogue.py $(shell find docs/guide utm/api -type f 2>/dev/null)
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' 2>/dev/null)
export PYTHONSAFEPATH = 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-long test-web screenshots bench bench-web lint types format web guide lock check-separation clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

demo: $(VENV)/.runtime $(CONSOLE) $(GUIDE) ## Set up, build the console, start the city and print its URL
	@$(BIN)/hexlane demo

test: $(VENV)/.dev $(CONSOLE) $(GUIDE) lint types test-web ## Set up and run every check and every test but those that take minutes each
	@sh .ci/system-packages.sh
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not e2e"
	$(BIN)/python -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder -m "slow and not e2e and not long"
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "e2e and not long"

test-long: $(VENV)/.dev $(CONSOLE) ## The tests that take minutes each: lost links, reroutes, bad links, autopilots, planted leaks, ten thousand requests, every picture
	$(BIN)/python -m pytest -q -n 4 --dist load -m long

test-fast: $(VENV)/.dev ## The tests for the inner loop: no servers, no browser, no foreign clients
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not e2e" tests/unit

test-web: web/node_modules/.installed ## The console's own unit tests and type check
	cd web && npm run --silent check && npm run --silent test

screenshots: $(VENV)/.dev $(CONSOLE) ## Every screen in both languages and sizes, into var/artifacts/console
	@sh .ci/system-packages.sh
	$(BIN)/python -m pytest -q tests/e2e/console -k screenshots

bench-web: $(VENV)/.dev $(CONSOLE) ## The console's frame time, memory over 30 minutes and bundle sizes (BENCH="--minutes 2" shortens it)
	@sh .ci/system-packages.sh
	$(BIN)/python -m tests.bench.web $(BENCH)

bench: $(VENV)/.dev ## Measure, each figure beside its baseline in the same run (BENCH="--quick filing" narrows it)
	$(BIN)/python -m tests.bench $(BENCH)

lint: $(VENV)/.dev ## Style and likely mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## Strict static types
	$(BIN)/mypy

format: $(VENV)/.dev ## Rewrite the sources in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

web: $(CONSOLE) ## Build the console into the Python package

guide: $(GUIDE) ## Build the guide into the Python package

lock: $(VENV)/.uv ## Resolve the dependencies anew into the lock files
	$(BIN)/uv pip compile pyproject.toml $(LOCK_OPTIONS) --extra serial -o requirements.lock
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --group docs -c requirements.lock -o requirements-docs.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCK_OPTIONS) --group dev --extra serial --extra terrain --extra grib -o requirements-dev.lock

clean: ## Remove what was built and installed
	rm -rf $(VENV) web/node_modules utm/static/console utm/static/guide build dist

LOCK_OPTIONS := --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet
# The constraints that keep foreign packages with our names out belong to resolving; the locks are resolved already.
INSTALL := $(BIN)/uv pip install --no-config --quiet --python $(BIN)/python

$(VENV)/.uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.uv
	$(INSTALL) --no-deps --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.docs: requirements-docs.lock $(VENV)/.runtime
	$(INSTALL) --no-deps --require-hashes -r requirements-docs.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(INSTALL) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(CONSOLE): web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

$(GUIDE): $(GUIDE_SOURCES) | $(VENV)/.docs
	@$(BIN)/python -m utm.guide_build
	@touch $@
