# Concierge: `make` alone explains what there is. Every target can be run twice and from a fresh clone.

PORT ?= 8080
DATA ?= var
PYTEST_ARGS ?=
BENCH_ARGS ?=
JOBS ?= 2

# Our own environment, whatever is active in the shell.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PYTHONUTF8 = 1

BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run demo test check torture bench lint format types e2e screenshots messages locks clean setup setup-test peers

help: ## this list
	@echo "Concierge: remote-support sessions, recorded as evidence."
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=$(PORT)  where the server listens      DATA=$(DATA)  where it keeps everything"
	@echo "  JOBS=$(JOBS)  how many tests may run at once"
	@echo "  PYTEST_ARGS=, BENCH_ARGS=  passed on, as in: make test PYTEST_ARGS='-x -k invite'"

run: setup ## set up, then serve a demonstration organisation on localhost; data is kept
	@exec $(BIN)/concierge demo --port $(PORT) --data-dir $(DATA)

demo: setup ## the same with fresh data that is thrown away at the end
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && $(BIN)/concierge demo --port $(PORT) --data-dir "$$data"

test: setup-test peers lint types ## everything: style, types, contracts, and all tests with real browsers and databases
	@echo "test: $(JOBS) at once; first everything without a browser's journey, then the journeys in real browsers"
	@# 5 is "no test": fine for one half when tests were chosen by PYTEST_ARGS.
	@failed=0; chosen='$(if $(PYTEST_ARGS),5)'; \
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not e2e" $(PYTEST_ARGS) || [ $$? = "$$chosen" ] || failed=1; \
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m e2e $(PYTEST_ARGS) || [ $$? = "$$chosen" ] || failed=1; \
	exit $$failed

check: setup-test lint types ## the quick subset, no browser: style, types, contracts, unit tests
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m "not e2e and not torture and not peer" $(PYTEST_ARGS)

torture: setup-test peers ## the long runs at their full counts instead of a seeded sample
	CONCIERGE_TORTURE=1 $(BIN)/pytest -m torture --timeout 7200 $(PYTEST_ARGS)
	deploy/dev/mutants.sh

bench: setup-test peers ## measure the figures of docs/benchmarks.md, as ratios in one run
	$(BIN)/python -m tests.bench $(BENCH_ARGS)

e2e: setup-test peers ## only the journeys through a real server in real browsers
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m e2e $(PYTEST_ARGS)

screenshots: setup-test peers ## take the screenshot of every page anew, into docs/screenshots
	$(BIN)/python -m tests.e2e.screenshots docs/screenshots

lint: setup-test ## style and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache

format: setup-test ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup-test ## mypy --strict for Python, tsc for TypeScript
	$(BIN)/mypy
	$(BIN)/python deploy/dev/bundle.py types

messages: setup-test ## gather all texts for people and carry them into the translations
	$(BIN)/python deploy/dev/catalogues.py update
	$(BIN)/python deploy/dev/catalogues.py compile

locks: setup-test ## resolve the lock files anew from pyproject.toml and web/package.json
	deploy/dev/locks.sh

clean: ## remove what was installed and built; the data is kept
	rm -rf .venv web/node_modules web/static/build build dist test-artifacts
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find concierge recorder -name '*.mo' -delete

setup:
	@deploy/dev/setup.sh run

setup-test:
	@deploy/dev/setup.sh test

peers:
	@deploy/dev/peers.sh
