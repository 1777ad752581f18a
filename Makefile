# Every command of the project. They need Python 3.11 or newer, git and make; the first call makes .venv.
#
#   make demo            mint, serve and hand in every baseline; goes on serving until Ctrl-C
#   make demo ARGS=--exit    ... and stops there; exit status 0 only if every baseline was scored
#   make test            all tests, then the audit; tests whose real part is missing here say so and skip
#   make quick           the tests that need no Docker, servers or browser
#   make check           ruff, mypy and the import contracts
#   make audit           prove every challenge: deterministic, no leak, baselines apart, rejected files refused
#   make bench           the figures of the README's performance table

PYTHON ?= python3
RUN := .venv/bin/python
ARGS ?=
CATALOG := tests/challenges/catalog
# Folders without a quick test: to import them all the same takes as long as many tests.
SLOW_FOLDERS := $(CATALOG) tests/browser tests/flows tests/web/pages
QUICK := not docker and not bubblewrap and not postgres and not redis and not browser and not slow and not catalog and not anchors

.PHONY: demo test quick check audit bench

demo:
	@$(PYTHON) scripts/bootstrap.py --sandbox
	@$(RUN) manage.py demo $(ARGS)

test:
	@$(PYTHON) scripts/bootstrap.py dev torch
	$(RUN) -m pytest -m "$(QUICK)" -n 2 $(SLOW_FOLDERS:%=--ignore=%) $(ARGS)
	$(RUN) -m pytest -m "not anchors" -n 2 --dist loadfile $(CATALOG) $(ARGS)
	$(RUN) -m pytest -m "not ($(QUICK)) and not anchors" --ignore=$(CATALOG) -n 2 --dist loadfile --no-loadscope-reorder --durations=15 $(ARGS)
	$(RUN) manage.py audit --all --secret "the secret of make test"

quick:
	@$(PYTHON) scripts/bootstrap.py dev torch
	$(RUN) -m pytest -m "$(QUICK)" -n 2 $(SLOW_FOLDERS:%=--ignore=%) $(ARGS)

check:
	@$(PYTHON) scripts/bootstrap.py dev torch
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

audit:
	@$(PYTHON) scripts/bootstrap.py dev torch
	$(RUN) manage.py audit $(or $(ARGS),--all)

bench:
	@$(PYTHON) scripts/bootstrap.py dev torch
	$(RUN) -m benchmarks $(ARGS)
