# make start   the course in JupyterLab (PORT=8890, PYTHON=python3.12)
# make build   solutions/*.py -> solutions/*/*.ipynb and notebooks/*/*.ipynb
# make check   what is committed is what the sources build; lint and format
# make test    every test          make grade   the sample submissions, graded         make bench   how fast it is

PYTHON ?= python3
PORT ?=
TORCH_INDEX ?=
export PORT TORCH_INDEX

run := .venv/bin/python
ready = @command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or \
name yours: make start PYTHON=python3.12"; exit 1; }; $(PYTHON) -I autograder/environment.py

.PHONY: start build check test grade bench
.DEFAULT_GOAL := start

start:
	$(ready)
	@$(run) -m autograder.start

build:
	$(ready) build
	@$(run) -m autograder build

check:
	$(ready) build
	@$(run) -m autograder build --check && $(run) -m ruff check . && $(run) -m ruff format --check .

test:
	$(ready) test
	@$(run) -m pytest -n auto --maxprocesses 4 --dist loadgroup

grade:
	$(ready) build
	@$(run) -m autograder samples

bench:
	$(ready) build
	@$(run) -m bench
