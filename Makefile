# The two commands: `make run` serves the desk, `make test` is everything that CI runs. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
NODE := scripts/with_node.sh
FRONTEND := $(shell find frontend/src frontend/public frontend/index.html frontend/*.ts -type f 2>/dev/null)
# A file's tests go to one of three workers: most of them wait for servers, more than they use a core.
PYTEST := $(BIN)/pytest --numprocesses 3 --dist loadfile
export REPLAY SPEED KEEP PORT HOST

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: .venv/runtime frontend/dist/index.html ## the desk at http://127.0.0.1:8000 (PORT=, REPLAY=path, SPEED=60|max, KEEP=1)
	@exec $(BIN)/python manage.py start_stack

test: check test-frontend test-browser test-postgres test-python ## everything: lint, types, import rules and all tests

check: .venv/development frontend/node_modules/ready ## lint, types, import rules, migrations, generated files
	@echo "· ruff, mypy, import rules"
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary .
	@$(BIN)/lint-imports --no-logo > .import-rules.txt || { cat .import-rules.txt; exit 1; }
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py export_contract --check
	@echo "· eslint, tsc"
	@$(NODE) npm --prefix frontend run --silent check

test-python: .venv/development ## pytest: unit, contract and acceptance tests
	@$(PYTEST)

test-postgres: .venv/development ## the tests that touch the database, on PostgreSQL
	@$(BIN)/python scripts/with_postgres.py $(PYTEST) bulk realtime jobs cutover identity GlobalMarkets ThorTrading \
		thor_project/tests/test_migrations.py

test-frontend: frontend/node_modules/ready ## vitest
	@$(NODE) npm --prefix frontend test

test-browser: .venv/development frontend/dist/index.html ## a real browser against a real server
	@CHROMIUM="$$(scripts/chromium.sh)" $(BIN)/pytest -c tests/browser/pytest.ini tests/browser

rehearsal: .venv/development frontend/dist/index.html ## whole cutovers by the plan's commands and in the browser, on evidence gathered meanwhile: eight minutes
	@$(BIN)/pytest -m "" tests/acceptance/test_guides.py
	@CHROMIUM="$$(scripts/chromium.sh)" $(BIN)/pytest -c tests/browser/pytest.ini -m rehearsal tests/browser

frontend: frontend/dist/index.html ## build the dashboard

frontend/dist/index.html: frontend/node_modules/ready $(FRONTEND)
	@echo "· building the dashboard"
	@$(NODE) npm --prefix frontend run --silent build

frontend/node_modules/ready: frontend/package-lock.json
	@echo "· installing the dashboard's packages (once)"
	@$(NODE) npm --prefix frontend ci --no-audit --no-fund --silent
	@touch $@

.venv/runtime: requirements.txt
	@scripts/python_env.sh "$(PYTHON)" requirements.txt
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@scripts/python_env.sh "$(PYTHON)" requirements-dev.txt
	@touch $@

bench: .venv/development ## one message to many sockets, clients that do not read, what publishing costs, a rollback (writes docs/performance.md)
	@$(BIN)/python scripts/bench_fanout.py
	@$(BIN)/python scripts/bench_stalled.py
	@$(BIN)/python scripts/bench_publish.py
	@$(BIN)/python scripts/bench_flip.py

bench-heartbeat: .venv/development ## how late ticks come while a job, another and Redis misbehave: ten minutes
	@$(BIN)/python scripts/bench_heartbeat.py

bench-load: .venv/development ## 1 000 dashboards that poll against 1 000 on sockets, and what a symbol costs: seven minutes
	@$(BIN)/python scripts/bench_load.py
	@$(BIN)/python scripts/bench_scale.py

chaos: .venv/development ## faults against a whole Thor while data flows (MINUTES=10, CLIENTS=200, SEED=1, FAULTS=words)
	@$(BIN)/python scripts/run_chaos.py --minutes "$(or $(MINUTES),10)" --clients "$(or $(CLIENTS),200)" \
		--seed "$(or $(SEED),1)" --faults "$(FAULTS)"

contract: .venv/development ## write the TypeScript types of the protocol
	@$(BIN)/python manage.py export_contract

format: .venv/development ## put the code into its format
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

clean: ## remove what was set up and built (not var/, where the data is)
	rm -rf .venv frontend/node_modules frontend/dist

.PHONY: help run test check test-python test-postgres test-frontend test-browser rehearsal frontend bench bench-heartbeat bench-load chaos contract format clean
