# Nothing is needed before the first target but Python >= 3.10, its venv module and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
N ?= 20000
TESTS ?= tests

.PHONY: help demo test lint format bench bench-quick fuzz fuzz-archive gitlab-ci-local conformance check wheel-check pyz lock \
  clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "cicdpack needs Python 3.10 or newer, found " + sys.version.split()[0] + ": try `make PYTHON=python3.12`")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.user: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -q cicdpack  # also where PYTHONDONTWRITEBYTECODE is set: start-up is a feature
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.user
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.user ## Build the bundle, prove its hash, apply it to an example monorepo, twice.
	@PATH="$(abspath $(BIN)):$$PATH" examples/demo.sh

test: $(VENV)/.dev ## Run all tests, or those in TESTS.
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(TESTS)

gitlab-ci-local: .cache/gitlab-ci-local/.made ## Install the GitLab runner that tests use where it is (needs node and npm).

.cache/gitlab-ci-local/.made: tools/gitlab-ci-local/package-lock.json
	@mkdir -p .cache/gitlab-ci-local
	cp tools/gitlab-ci-local/package.json tools/gitlab-ci-local/package-lock.json .cache/gitlab-ci-local
	cd .cache/gitlab-ci-local && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

conformance: $(VENV)/.dev ## Run the template engine's conformance vectors; VECTORS=DIR for another folder.
	$(BIN)/python -m pytest tests/conformance $(if $(VECTORS),--vectors $(VECTORS))

lint: $(VENV)/.dev ## Check style, types and the rooms' contracts.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Put the code into its form.
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure beside the peers: medians and ratios of one run.
	$(BIN)/python -m benchmarks

bench-quick: $(VENV)/.dev ## The same with few runs, as a smoke test.
	$(BIN)/python -m benchmarks --quick

fuzz: $(VENV)/.dev ## Differential and mutation fuzzing, N cases each.
	CICDPACK_FUZZ_CASES=$(N) $(BIN)/python -m pytest tests/gotemplate -k differential
	$(MAKE) fuzz-archive

fuzz-archive: .cache/atheris/.made ## Fuzz the archive's readers, guided by coverage (Linux), N runs.
	.cache/atheris/bin/python tests/archive/fuzz_decode.py -runs=$(N)

.cache/atheris/.made:
	$(PYTHON) -m venv .cache/atheris
	.cache/atheris/bin/python -m pip install --quiet --disable-pip-version-check atheris==3.0.0
	@touch $@

wheel-check: $(VENV)/.dev ## Build the wheel twice and compare the hashes.
	rm -rf .cache/wheel-a .cache/wheel-b
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir .cache/wheel-a .
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir .cache/wheel-b .
	cmp .cache/wheel-a/*.whl .cache/wheel-b/*.whl
	sha256sum .cache/wheel-a/*.whl

pyz: $(VENV)/.user ## Put cicdpack and what it needs into one file, dist/cicdpack.pyz, and print its SHA-256.
	@$(BIN)/python tools/make_pyz.py dist/cicdpack.pyz

check: lint test wheel-check ## Everything that has to pass before a commit is pushed.

lock: ## Renew both lock files (needs uv).
	uv pip compile --quiet --no-header --universal --generate-hashes --python-version 3.10 pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-header --universal --generate-hashes --python-version 3.10 --group dev pyproject.toml -o requirements-dev.lock

clean: ## Remove what the targets made.
	rm -rf $(VENV) .cache dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
