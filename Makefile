# What people and CI type. Everything runs in a virtual environment of its own, under .venv.
PYTHON = python3
VENV = .venv
PORT = 8000
# Each has servers of its own, of some two gigabytes.
WORKERS = 2

.PHONY: help demo test faults soak check bench sdl clean

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 14

demo: $(VENV)/.installed  ## run everything on sample data: make demo PORT=8000
	$(VENV)/bin/jiandu demo --port $(PORT)

test: $(VENV)/.installed-dev  ## run all tests, on a real PostgreSQL and a real Elasticsearch
	$(VENV)/bin/python tests/elasticsearch_server.py
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile -m 'not alone'
	$(VENV)/bin/python -m pytest -m alone

faults: $(VENV)/.installed-dev  ## kill, cut off and starve the sync for up to ten minutes; a short form is among the tests
	$(VENV)/bin/python tests/elasticsearch_server.py
	FAULTS=long $(VENV)/bin/python -m pytest tests/faults

soak: $(VENV)/.installed-dev  ## lead 100,000 random lives through each machine and 10,000 through the API on PostgreSQL: an hour
	SOAK=long $(VENV)/bin/python -m pytest tests/soak

check: $(VENV)/.installed-dev  ## format, lint, types, the printed SDL, migrations equal to the models
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/jiandu sdl --check
	$(VENV)/bin/jiandu migrate --check

bench: $(VENV)/.installed-dev  ## measure
	$(VENV)/bin/python -m bench

sdl: $(VENV)/.installed-dev  ## print the schema into schema/schema.graphql
	$(VENV)/bin/jiandu sdl --write

clean:  ## remove the virtual environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/bin/pip
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt $(VENV)/bin/pip
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.installed

# bin/pip is the last thing venv makes: one that was interrupted, or made without ensurepip, is made again.
$(VENV)/bin/pip:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON). Type: apt-get install python3 python3-venv (or: make PYTHON=/path/to/python3)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1). Type: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. Type: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
