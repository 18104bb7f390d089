# The two commands are `make demo` and `make test`; each sets up what it needs.

PYTHON ?= python3
BIN := .venv/bin
DEMO := runs/demo
WORKERS ?= 2
# In their own order, which has the long ones first, so that no worker is left alone at the end.
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# What runs on every backend. In processes of its own: with all other tests in the same ones TensorFlow
# has been seen to run out of a resource, most likely memory for what XLA compiles, which stays.
ENGINE := tests/layers tests/convert tests/sampling tests/optimizers

.DEFAULT_GOAL := help

.PHONY: help
help:  ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# A stamp, so that a broken install is done again and a good one is not. Most modules are never
# imported: to compile each of them takes longer than the rest of the install.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable '.[dev]'
	touch $@

.PHONY: demo
demo: .venv/installed  ## train a small model of each application, and make a page of what they do
	rm -rf $(DEMO)
	$(BIN)/python -m apps.demo --run $(DEMO)

# Status 5: none of them is selected.
.PHONY: test
test: .venv/installed  ## lint, check types, run the tests that are not slow (TESTS='-k peephole' passes options)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	KERAS_BACKEND=tensorflow $(PYTEST) $(ENGINE) -m 'not slow' $(TESTS) || [ $$? -eq 5 ]
	KERAS_BACKEND=tensorflow $(PYTEST) tests $(ENGINE:%=--ignore=%) -m 'not slow' $(TESTS) || [ $$? -eq 5 ]

.PHONY: test-all
test-all: test  ## after test the slow tests, and each backend there is (TESTS='--corpora DIR': real corpora)
	KERAS_BACKEND=tensorflow $(PYTEST) tests -m slow $(TESTS) || [ $$? -eq 5 ]
	@for backend in jax torch; do \
	  if $(BIN)/python -c "import $$backend" 2>/dev/null; then \
	    echo "The layers, the sampler and the optimizer on $$backend:"; \
	    KERAS_BACKEND=$$backend $(PYTEST) $(ENGINE) $(TESTS) || [ $$? -eq 5 ] || exit 1; \
	  else \
	    echo "$$backend is not installed: its tests are not run"; \
	  fi; \
	done

.venv/docs: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable '.[docs]'
	touch $@

# Zensical's own warnings are errors when it is strict; those of what reads the docstrings are not.
.PHONY: docs
docs: .venv/docs  ## build the documentation into site/; open site/index.html
	@$(BIN)/zensical build --strict --clean >.venv/docs.log 2>&1 || { cat .venv/docs.log; exit 1; }
	@! grep -E '^(griffe|mkdocstrings):' .venv/docs.log
	@echo 'Wrote site/index.html'

.PHONY: format
format: .venv/installed  ## put the code into its one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: clean
clean:  ## remove the environment, the runs and the caches
	rm -rf .venv .cache runs build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
