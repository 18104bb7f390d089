# The two commands are `make demo` and `make test`; each sets up what it needs.

PYTHON ?= python3
BIN := .venv/bin
DEMO := runs/demo
WORKERS ?= 2

# Each of these folders is tested by a process of its own, the long ones first: TensorFlow keeps what it
# compiles as long as its process lives.
ENGINE := $(addprefix tests/,layers/equations layers layers/saving convert sampling ctc optimizers)
APART := $(addprefix tests/apps/,ner sentiment lm music speech) $(ENGINE) \
  $(addprefix tests/,training commands apps/translation apps benchmarks)
GROUPS := $(APART:%=tensorflow/%) tensorflow/tests $(foreach other,jax torch,$(ENGINE:%=$(other)/%))
# Output in whole groups, where this make can (macOS has one that cannot).
TOGETHER := $(MAKE) --no-print-directory --keep-going --jobs $(WORKERS) $(if $(filter output-sync,$(.FEATURES)),--output-sync)

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

.PHONY: check
check: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

.PHONY: test
test: check  ## lint, check types, run the tests that are not slow (TESTS='-k peephole' passes options)
	@$(TOGETHER) $(filter tensorflow/%,$(GROUPS)) SELECTED="-m 'not slow'" 3>&1

.PHONY: test-all
test-all: check  ## lint, check types, run all tests on each backend there is (TESTS='--corpora DIR': real corpora)
	@$(TOGETHER) $(GROUPS) 3>&1

backend = $(firstword $(subst /, ,$@))
folder = $(@:$(backend)/%=%)
.PHONY: $(GROUPS)
# Status 5: none of them is selected.
$(GROUPS):
	@if $(BIN)/python -c 'import $(backend)' 2>/dev/null; then \
	  echo 'Testing $@' >&3; \
	  KERAS_BACKEND=$(backend) $(BIN)/python -m pytest $(folder) \
	    $(patsubst %,--ignore=%,$(filter $(folder)/%,$(APART))) $(SELECTED) $(TESTS) || [ $$? -eq 5 ]; \
	else \
	  echo '$(backend) is not installed: $@ is not run'; \
	fi

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
