# What a stranger needs: GNU make and Python 3.11 or newer with venv. All else goes into .venv.
#
#   make demo       run the demonstration district; prints its headline and where its report is
#   make test       run the whole test suite
#   make check      what must hold besides the tests: lint, types, import contracts
#   make kernels    test the compiled kernels again, with bounds checked and with the compiler off
#   make docs       run every notebook and every example in the documentation
#   make clean      remove what the targets above made, but for the environment and the runs

PYTHON ?= $(shell for python in python3.11 python3; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin

# Without bytecode every start compiles the libraries again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check lint types contract kernels docs constraints clean

demo: .venv/with-report
	$(BIN)/evacsim run scenarios/gaocheng --seed 7 --out runs/gaocheng --if-exists replace --lang en

# Each worker takes a file at a time, so what the tests of a file share is made once. Notebooks need a gigabyte each.
test: .venv/with-test
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: lint types contract

lint: .venv/with-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/with-dev
	$(BIN)/mypy

contract: .venv/with-dev
	$(BIN)/lint-imports

kernels: .venv/with-test
	NUMBA_BOUNDSCHECK=1 $(BIN)/python -m pytest tests/kernels -m 'not slow'
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest tests/kernels -m 'not slow'

docs: .venv/with-test
	$(BIN)/python -m pytest --nbmake --doctest-glob='*.md' README.md docs notebooks

# The newest versions that fit together, on every Python from 3.11.
constraints: .venv/with-dev
	$(BIN)/uv pip compile setup.cfg --all-extras --universal --python-version 3.11 --upgrade --no-annotate \
		--custom-compile-command 'make constraints' --output-file constraints.txt

clean:
	rm -rf build dist *.egg-info .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/bin/python:
	$(if $(PYTHON),,$(error evacsim needs Python 3.11 or newer with venv (on Debian: apt install python3-venv)))
	$(PYTHON) -m venv .venv

.venv/with-%: setup.cfg pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing evacsim[$*] into .venv; the first time takes a minute or two."
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@
