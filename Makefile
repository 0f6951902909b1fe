# Two commands set everything up on a fresh machine with Python 3.11 and Node.js: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8765
# folder of downloaded police.uk zips, for the back-test on recorded crime
OPEN_DATA ?= ../shared/data/police-uk

.PHONY: help demo test lint types imports unit web-postgres styles docs reference check-docs calibrate bench faults lock clean

help:
	@echo "make demo       install, build the synthetic force, its report, people and plans; start the site"
	@echo "make test       lint, types, import contracts, every test, docs"
	@echo "make calibrate  long simulations and back-tests; writes docs/explanation/calibration.md, clusters.md and signals.md"
	@echo "make bench      speed and memory against the peers, in the same run"
	@echo "make faults     1,000 killed adds, and the other deep fault runs"
	@echo "make docs       the docs site, in site/"
	@echo "make lock       write requirements/*.txt anew from pyproject.toml"

# -- what is installed -------------------------------------------------------------------------------------------
$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml requirements/base.txt requirements/build.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.web: $(VENV)/.run requirements/web.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/web.txt
	touch $@

$(VENV)/.dev: $(VENV)/.web requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

# the peers that `make bench` compares with
$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@

STYLES := src/upstream_web/design/static/upstream/upstream.css
$(STYLES): package-lock.json $(wildcard src/upstream_web/design/assets/*)
	npm ci --silent
	npm run --silent build
	touch $@

# what Python alone can test is tested without Node.js, and said aloud; in CI nothing may be left out
styles:
	@if command -v npm >/dev/null || [ "$$CI" = true ]; then $(MAKE) --no-print-directory $(STYLES); \
	else echo "not built: the styles of the web's pages (npm is not installed)"; fi

# -- the two commands --------------------------------------------------------------------------------------------
demo: $(VENV)/.web $(STYLES)
	$(BIN)/upstream demo --folder demo --no-serve
	UPSTREAM_DATA=demo DJANGO_SETTINGS_MODULE=upstream_web.config.settings.demo $(BIN)/upstream-web demo --port $(PORT)

test: $(VENV)/.dev
	$(MAKE) --no-print-directory --jobs 2 --output-sync lint types imports check-docs
	$(MAKE) --no-print-directory unit web-postgres

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# where there is a PostgreSQL, what is long runs there alone, and SQLite has a short round: journeys of plans, partners and signals
LONG = $(addprefix tests/journeys/web/,test_assessing.py test_audit.py test_every_page.py test_explore.py test_needs.py test_profile.py test_reports.py) tests/web/test_access_sweep.py
unit: $(VENV)/.dev styles
	$(BIN)/pytest --numprocesses 2 \
		$(if $(UPSTREAM_POSTGRES),$(LONG:%=--ignore=%))

# the web tests and journeys once more, on the second database: its address is in UPSTREAM_POSTGRES
web-postgres: $(VENV)/.dev
	@if [ -n "$$UPSTREAM_POSTGRES" ]; then \
		UPSTREAM_TEST_DATABASE="$$UPSTREAM_POSTGRES" $(BIN)/pytest --numprocesses 2 tests/web tests/journeys/web; \
	elif [ "$$CI" = true ]; then echo "CI requires PostgreSQL: set UPSTREAM_POSTGRES"; exit 1; \
	else echo "not run: the web tests on PostgreSQL (UPSTREAM_POSTGRES is not set)"; fi

check-docs: $(VENV)/.dev
	$(BIN)/python docs/generate/all.py --check
	NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --strict --quiet --site-dir build/site

# -- deep runs ---------------------------------------------------------------------------------------------------
calibrate: $(VENV)/.dev
	$(BIN)/pytest -m deep tests/calibration
	$(BIN)/python bench/calibrate.py --data $(OPEN_DATA) --write docs/explanation/calibration.md
	$(BIN)/python bench/calibrate_scan.py --write docs/explanation/clusters.md
	$(BIN)/python bench/calibrate_signals.py --write
	$(BIN)/python bench/calibrate_truths.py --write
	$(BIN)/python bench/calibrate_assess.py --data $(OPEN_DATA)/.. --write docs/explanation/calibration-assess.md \
		--standing src/upstream/assess/standing.csv
	$(BIN)/python bench/calibrate_assess.py --simulated --single 2000 --write docs/explanation/calibration-assess.md
	$(BIN)/python bench/calibrate_planted.py --write docs/explanation/calibration-assess.md

bench: $(VENV)/.bench styles
	$(BIN)/python bench/all.py

faults: $(VENV)/.dev
	$(BIN)/pytest -m deep tests/engine

# -- docs and locks ----------------------------------------------------------------------------------------------
reference: $(VENV)/.dev
	$(BIN)/python docs/generate/all.py

docs: reference
	NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --strict --site-dir site

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

lock: $(VENV)/.dev
	$(COMPILE) requirements/build.in --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --output-file requirements/base.txt
	$(COMPILE) pyproject.toml --extra web --constraint requirements/base.txt --output-file requirements/web.txt
	$(COMPILE) pyproject.toml --extra web --extra dev --extra spark --extra docs --constraint requirements/web.txt \
		--output-file requirements/dev.txt
	$(COMPILE) requirements/bench.in --constraint requirements/dev.txt --output-file requirements/bench.txt

clean:
	rm -rf build site demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
