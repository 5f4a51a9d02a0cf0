# make run    sets everything up and starts the demo: Telegram on your own desk
# make test   sets everything up and runs every check and every test
# make bench  measures what the project promises about speed and size

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test check bench locked clean

run: .venv/run.stamp
	$(BIN)/python -m bot demo

test: .venv/dev.stamp
	tests/browser/find_chromium.sh --install
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# What needs no test run: style, types, the direction of imports.
check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp
	$(BIN)/python -m tests.bench

# Pin the packages anew, with the hash of every file; no index is named.
locked:
	$(BIN)/python -m uv pip compile pyproject.toml --universal --generate-hashes \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements.txt
	$(BIN)/python -m uv pip compile pyproject.toml --extra dev -c requirements.txt --universal \
	  --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q \
	  -o requirements-dev.txt

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12 run"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.stamp

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
