# `make` alone lists the targets. uv fetches everything else; it is itself fetched by pip, into
# this folder, because Debian keeps pip out of the system (PEP 668).
.DEFAULT_GOAL := help
.PHONY: help install demo run test test-clients check fix bench map migrate mutate soak coverage crash

UV := .uv/bin/uv
RUN := $(UV) run --locked
NIJA := .venv/bin/nija

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(NIJA) ## fetch what the bot needs; its command is then .venv/bin/nija

demo: $(NIJA) ## try the bot here: no token, no keys, no internet
	@$(NIJA) demo

run: $(NIJA) ## run the bot with the settings in .env
	@$(NIJA) run

test: $(UV) ## run the tests; the campaign of kills is apart: make crash
	$(RUN) pytest -q

test-clients: $(UV) ## drive the stand-ins with the venues' own SDKs, ccxt and aiogram
	UV_PROJECT_ENVIRONMENT=.uv/clients $(RUN) --no-default-groups --group clients pytest -q -n 0 tests/clients/test_*.py

check: $(UV) ## lint, format, types, import contracts, dependencies
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) deptry .

fix: $(UV) ## let ruff mend and format what it can
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

bench: $(UV) ## measure; every figure beside its floor; fail where one misses its aim
	@UV_COMPILE_BYTECODE=1 $(RUN) python -m bench

map: ## print packages, files, lines and which package imports which
	@python3 -m bench.house

migrate: $(NIJA) ## bring the database to the newest revision, after a backup
	@$(NIJA) migrate

mutate: $(UV) ## break the pure modules on purpose and count the tests that notice
	@rm -rf mutants
	$(RUN) --group mutation mutmut run
	$(RUN) --group mutation mutmut results
	$(RUN) --group mutation mutmut export-cicd-stats
	@$(RUN) --group mutation python -m bench.mutants 98

SEEDS := 20000
soak: $(UV) ## run SEEDS simulated scenarios full of faults and kills, count violations
	@$(RUN) python -m tests.simulation --seeds $(SEEDS)
	@echo "and where nothing but the market is shut, which meets what is rare above:"
	@$(RUN) python -m tests.simulation --seeds 500 --kind cancel-only

# No scenario buys, has fees that a venue books at the end of the day, or a venue that calls too small what its listing takes.
NOT_PLAYED := */orders/late_fees.py,*/orders/unreported.py,*/orders/too_small.py
coverage: $(UV) ## measure what a hundred scenarios run of the journal and its orders
	@$(RUN) coverage run --rcfile= --source=engine/orders -m tests.simulation --seeds 100 --lanes 1
	@$(RUN) coverage report --rcfile= --fail-under=93 --show-missing --skip-covered --omit='$(NOT_PLAYED)'

RUNS := 300
crash: $(UV) ## kill the real bot in RUNS exits, count violations
	@$(RUN) python -m tests.crash --runs $(RUNS)

# What runs the bot and no more. Without compiled bytecode each start takes seconds longer.
$(NIJA): pyproject.toml uv.lock | $(UV)
	@UV_COMPILE_BYTECODE=1 $(UV) sync --locked --no-dev --inexact
	@touch $@

$(UV):
	@python3 -m pip install -q --target .uv uv
