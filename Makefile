# The two commands are `make demo` and `make test`; each sets up what it needs.

PYTHON ?= python3
BIN := .venv/bin
DEMO := runs/ner/demo
REVIEWS := runs/sentiment/demo
WORKERS ?= 2
# In their own order, which has the long ones first, so that no worker is left alone at the end.
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

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
demo: .venv/installed  ## train a tagger of names and a classifier of reviews on the embedded corpora, use them
	rm -rf $(DEMO) $(REVIEWS)
	$(BIN)/python -m apps.ner.train --run $(DEMO)
	$(BIN)/python -m apps.ner.export --run $(DEMO)
	@echo 'In a new process, with TensorFlow alone:'
	$(BIN)/python -m apps.ner.serve --export $(DEMO)/export/1 "Harry Potter and Hermione Granger invented a new spell."
	$(BIN)/python -m apps.sentiment.train --run $(REVIEWS)
	$(BIN)/python -m apps.sentiment.predict --run $(REVIEWS) --explain "The staff were friendly and the bed was perfect." "Broke after a week, what a waste of money."

.PHONY: test
test: .venv/installed  ## lint, check types, run the tests that are not slow (TESTS='-k peephole' passes options)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	KERAS_BACKEND=tensorflow $(PYTEST) tests -m 'not slow' $(TESTS)

.PHONY: test-all
test-all: test  ## after test the slow tests, and each backend there is (TESTS='--corpora DIR': real corpora)
	KERAS_BACKEND=tensorflow $(PYTEST) tests -m slow $(TESTS)
	@for backend in jax torch; do \
	  if $(BIN)/python -c "import $$backend" 2>/dev/null; then \
	    echo "The layers, the sampler and the optimizer on $$backend:"; \
	    KERAS_BACKEND=$$backend $(PYTEST) tests/layers tests/convert tests/sampling tests/optimizers $(TESTS) || exit 1; \
	  else \
	    echo "$$backend is not installed: its tests are not run"; \
	  fi; \
	done

.PHONY: format
format: .venv/installed  ## put the code into its one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: clean
clean:  ## remove the environment, the runs and the caches
	rm -rf .venv runs build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
