# make install what everything else needs, in .venv
# make demo    install, generate the release, grade the demo class, write feedback and the report
# make test    everything that must pass
# make recovery class runs killed at random moments, a minute and a half on an idle machine; CI runs it last
# make check   the everyday loop, a minute and a half
# make release regenerate release/ after a change in source/ or nbgrader_config.py

PYTHON ?= python3
BIN := .venv/bin
NBGRADER := $(BIN)/python -m nbgrader
INSTALLED := .venv/.installed
ASSIGNMENTS := $(notdir $(wildcard source/*))
# $(call each,COMMAND) runs a command for every assignment, which it calls $$a.
each = set -e; for a in $(ASSIGNMENTS); do $(1); done

.PHONY: install demo test recovery lint check fix release submitted packages clean

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	$(BIN)/python -m convgrade.kernels
	touch $@

install: $(INSTALLED)

demo: $(INSTALLED) release
	$(call each,$(BIN)/convgrade grade $$a --force)
	$(call each,$(NBGRADER) generate_feedback $$a --force --log-level=ERROR)
	$(NBGRADER) export --to grades.csv --log-level=ERROR
	$(call each,$(BIN)/convgrade report $$a)
	$(call each,$(BIN)/python -m convgrade.summary $$a)

release: $(INSTALLED)
	$(call each,$(BIN)/python -m convgrade.kit source/$$a)
	$(call each,$(NBGRADER) generate_assignment $$a --force --create --log-level=ERROR)

# The demo class is built from the answers in tests/answers and from release/.
submitted: release
	$(BIN)/python tests/demo_class.py

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m convgrade.canonical source

check: lint
	$(BIN)/python -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder -m "not slow"

fix: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m convgrade.canonical --fix source

test: lint packages
	$(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder --ignore=tests/test_recovery.py

# Class runs killed at twenty random moments. They want both cores for themselves.
recovery: lint packages
	$(BIN)/python -m pytest tests/test_recovery.py

# A browser for the tests that look at pages; see CONTRIBUTING.md.
packages:
	.ci/packages

clean:
	rm -rf .venv gradebook.db feedback grades.csv report
