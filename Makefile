# Every check and job of the project, one target each; `make` alone lists them.
# A fresh clone needs Python 3.11+, a JDK 25, Maven 3.8+ and a C compiler: the rest is set up here, in .venv-<version> and
# target/. The engine is built once for all Pythons, and again only when its sources have changed.

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
SOAK_ARGS ?=
FUZZ_ARGS ?=
COMPAT_ARGS ?=
# "quick" makes do with the engine of build-quick wherever one is installed: make test PYLOOP_BUILD=quick
PYLOOP_BUILD ?=
export PYLOOP_BUILD

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Several targets write target/ through Maven.
.NOTPARALLEL:

PYTHON_VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
VENV := .venv-$(PYTHON_VERSION)
BIN := $(VENV)/bin
# By itself, because some of these packages are plugins of pytest.
COMPAT := .venv-compat-$(PYTHON_VERSION)
MAVEN = $(PYTHON) tools/maven.py --batch-mode --no-transfer-progress
LOADGEN := benchmarks/network/loadgen
LOADGEN_MAVEN = $(PYTHON) tools/maven.py -f $(LOADGEN)/pom.xml --batch-mode --no-transfer-progress --quiet

# Directories too, so that a removed file counts as a change.
PACKAGE_SOURCES := pyproject.toml hatch_build.py pom.xml LICENSE NOTICE \
	$(shell find python src/main native tools LICENSES \( -name __pycache__ -o -name '_engine.abi3.*' \) -prune -o -print 2>/dev/null)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  PYTHON=python3.13 chooses the interpreter; PYTEST_ARGS, BENCH_ARGS, SOAK_ARGS, FUZZ_ARGS and COMPAT_ARGS are handed on"

bench: $(VENV)/installed-bench $(LOADGEN)/target/loadgen.jar ## compare PyLoop with asyncio, uvloop, rloop and others: 5 minutes
	$(BIN)/python -m benchmarks run $(BENCH_ARGS)

bench-full: $(VENV)/installed-bench $(LOADGEN)/target/loadgen.jar ## compare them in everything that is measured: 45 minutes
	$(BIN)/python -m benchmarks run --full $(BENCH_ARGS)

bench-compare: $(VENV)/installed-bench ## compare with an earlier result, BASELINE=FILE: has PyLoop become slower?
	@test -n "$(BASELINE)" || { echo "missing: BASELINE=FILE, a result of an earlier run: benchmarks/README.md says how to make one" >&2; exit 1; }
	$(BIN)/python -m benchmarks compare $(BASELINE) $(BENCH_ARGS)

test: $(VENV)/installed-test $(LOADGEN)/target/loadgen.jar java-test ## run all tests: the engine's in Java, then those in Python
	$(BIN)/pytest $(PYTEST_ARGS)

test-all: java-test ## run the Python tests on every supported Python of this machine
	@pythons=$$($(PYTHON) tools/find_pythons.py); failed=; \
	test -n "$$pythons" || { echo "no usable Python 3.11 to 3.15 was found" >&2; exit 1; }; \
	for python in $$pythons; do \
		echo "== $$python"; \
		$(MAKE) --no-print-directory python-test PYTHON="$$python" || failed="$$failed $$python"; \
	done; \
	test -z "$$failed" || { echo "failed on:$$failed" >&2; exit 1; }

python-test: $(VENV)/installed-test $(LOADGEN)/target/loadgen.jar ## run the Python tests alone
	$(BIN)/pytest $(PYTEST_ARGS)

java-test: $(VENV)/created ## run the Java tests alone
	$(MAVEN) test

lint: $(VENV)/installed-lint ## check format, style and types of Python and Java
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(MAVEN) --quiet -Plint test-compile
	$(LOADGEN_MAVEN) -Plint compile

format: $(VENV)/installed-lint ## rewrite Python and Java sources in the project's format
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(MAVEN) --quiet -Plint spotless:apply
	$(LOADGEN_MAVEN) -Plint spotless:apply

build: $(VENV)/created ## build the engine, for wheels and for the package in python/: 1 to 2 minutes
	$(PYTHON) tools/build_engine.py --copy

build-quick: $(VENV)/created ## the same in less time, for development: a slower engine
	$(PYTHON) tools/build_engine.py --copy --quick

wheel: $(VENV)/installed-wheel ## pack wheel and sdist into dist/ and check them
	rm -rf dist
	PYLOOP_BUILD= $(BIN)/python -m build --sdist --wheel
	$(BIN)/twine check --strict dist/*
	$(BIN)/python tools/check_wheel.py dist/*.whl

soak-io: $(VENV)/installed-bench $(LOADGEN)/target/loadgen.jar ## serve millions of messages and connections: wrong bytes, leaks? 4 minutes
	$(BIN)/python benchmarks/network/soak.py $(SOAK_ARGS)

soak: $(VENV)/installed-test ## mixed load for an hour: wrong answers, growth? SOAK_ARGS="--seconds 600" is shorter
	$(BIN)/python -m soak $(SOAK_ARGS)

fuzz: $(VENV)/installed-test ## compare PyLoop with asyncio on random programs: 10 minutes
	$(BIN)/python -m fuzz $(FUZZ_ARGS)

compat: $(COMPAT)/installed ## run real clients, servers and their tests on asyncio and on PyLoop: 20 minutes
	$(COMPAT)/bin/python -m compat --suites $(COMPAT_ARGS)

loadgen: $(LOADGEN)/target/loadgen.jar ## build the load generator of the benchmarks

clean: ## remove everything that was built or installed here
	rm -rf target $(LOADGEN)/target dist build .venv-* .mypy_cache .ruff_cache .pytest_cache python/data_bridge/pyloop/_engine.abi3.so
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(LOADGEN)/target/loadgen.jar: $(LOADGEN)/pom.xml $(shell find $(LOADGEN)/src -name '*.java' 2>/dev/null) | $(VENV)/created
	$(LOADGEN_MAVEN) package
	@touch $@

# Stamps: what is installed in the environment of this Python.

$(VENV)/created:
	@$(PYTHON) -c '' || { echo "missing: Python 3.11 or newer: $(PYTHON) does not start" >&2; exit 1; }
	@$(PYTHON) tools/check_requirements.py
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed-lint: $(VENV)/created pyproject.toml
	$(BIN)/python tools/extras.py lint
	@touch $@

$(VENV)/installed-wheel: $(VENV)/created pyproject.toml
	$(BIN)/python tools/extras.py wheel
	@touch $@

# The engine first and by itself: pip would hide how far its build is.
BUILD_ENGINE = $(PYTHON) tools/build_engine.py $(if $(filter quick,$(PYLOOP_BUILD)),--quick)

$(VENV)/installed-test: $(VENV)/created $(PACKAGE_SOURCES)
	$(BUILD_ENGINE)
	$(BIN)/python -m pip install --quiet --no-input '.[test]'
	@touch $@

# The rivals are installed one by one: one of them having no wheel for this Python must not stop the others.
$(VENV)/installed-rivals: $(VENV)/created pyproject.toml
	$(BIN)/python tools/extras.py --each bench bench-more
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed-rivals $(PACKAGE_SOURCES)
	$(BUILD_ENGINE)
	$(BIN)/python -m pip install --quiet --no-input .
	@touch $@

$(COMPAT)/installed: $(VENV)/created $(PACKAGE_SOURCES)
	$(BUILD_ENGINE)
	$(PYTHON) -m venv $(COMPAT)
	$(COMPAT)/bin/python tools/extras.py --each compat
	$(COMPAT)/bin/python -m pip install --quiet --no-input .
	@touch $@

.PHONY: help bench bench-full bench-compare soak-io soak fuzz compat loadgen test test-all python-test java-test lint format build build-quick wheel clean
