# Everything runs from a virtual environment in .venv, which the targets make themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CFLAGS_STRICT := -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Wconversion -Werror -fexceptions -Iruntime/include
RUNTIME_C := $(wildcard runtime/*.c)
# make test ARGS="-k name -x"
ARGS ?=
# Tests that run at a time; each compiles programs of its own, and none measures time.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST := $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal

.PHONY: help setup demo test test-long check check-c bench bench-ci coverage fmt clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install the compiler and its tools into .venv

# A plain path entry instead of setuptools' import hook, which costs every start of the compiler some milliseconds.
$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat -e '.[dev]'
	touch $@

demo: $(STAMP) ## Compile and run the examples, with what they print
	$(BIN)/python examples/demo.py

test: $(STAMP) ## Run the tests
	$(PYTEST) $(ARGS)

test-long: $(STAMP) ## Run the tests, with the long ones
	SIGILC_LONG_TESTS=1 $(PYTEST) $(ARGS)

check: $(STAMP) check-c ## Lint, check types, and compile the runtime with all warnings
	$(BIN)/ruff check sigilc tests bench examples
	$(BIN)/mypy --strict sigilc

check-c:
	@for file in $(RUNTIME_C); do \
	  echo "cc $$file"; $${SIGILC_CC:-cc} $(CFLAGS_STRICT) -c $$file -o /dev/null || exit 1; \
	done

bench: $(STAMP) ## Run the benchmarks against their peers
	$(BIN)/python bench/run.py

bench-ci: $(STAMP) ## Run the benchmarks in short, and fail on a slowdown
	$(BIN)/python bench/run.py --ci

coverage: $(STAMP) ## Run the tests and report which lines of the compiler they reach
	$(BIN)/python -m coverage run --source sigilc -m pytest -q $(ARGS)
	$(BIN)/python -m coverage report --skip-covered --sort=cover

fmt: $(STAMP) ## Sort imports and mend what the linter can mend
	$(BIN)/ruff check --fix sigilc tests bench examples

clean: ## Remove what building and testing leave behind
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage bench/results
	find sigilc tests bench examples -name __pycache__ -type d -prune -exec rm -rf {} +
