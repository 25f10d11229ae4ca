# The commands of the course; `make help` lists them. Each may be interrupted and run again.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
export PYTHON
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
COURSE := build/class

# nbgrader calls alembic from PATH; one thread each, since tests and students' code run side by side.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export OMP_NUM_THREADS ?= 1

say = @printf '\n\033[1m%s\033[0m\n' '$(1)'

.PHONY: all
all: environment exercises book grade  ## everything: environment, exercises, site, a graded class (the default)

.PHONY: environment
environment:  ## .venv from requirements.txt
	@.ci/environment $(VENV)

.PHONY: exercises
exercises: environment  ## the students' notebooks, from solutions/
	$(call say,Exercises ▸ exercises/)
	@autograder release

.PHONY: book
book: environment exercises  ## the site, into _build/html; warnings are errors
	$(call say,Book ▸ _build/html)
	@jupyter-book build . -W -n --keep-going $(BOOK_OPTIONS)

.PHONY: pdf
pdf: book  ## the book as one PDF, _build/html/gradients.pdf, linked from the first page
	$(call say,PDF ▸ _build/html/gradients.pdf)
	@.ci/system chromium
	@.ci/system fonts-wqy-microhei || true
	@PYTHONPATH=book/_ext python -P -m course $(PDF_OPTIONS)

.PHONY: grade
grade: environment exercises  ## grade the sample class of tests/cohort, into build/class
	$(call say,Sample class ▸ $(COURSE))
	@.ci/system bubblewrap || echo 'Grading goes on with the strongest cage that there is.'
	@python -m tests.cohort.build $(COURSE)/submitted
	@autograder grade --submitted $(COURSE)/submitted --course $(COURSE) --workers $(WORKERS) \
	  --cell-seconds 5 $(GRADE_OPTIONS)
	@python -m tests.cohort.summary $(COURSE)

.PHONY: test
test: environment system exercises  ## every test
	$(call say,Site of the tests ▸ build/site)
	@python -m tests.site.built
	$(call say,Tests)
	@python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TEST_OPTIONS)

.PHONY: check
check: lint current quick  ## before a commit: format, lint, types, floors, generated files, strict book, the quick tests

.PHONY: quick
quick: environment  ## the tests that need no browser and are not long
	$(call say,Quick tests)
	@python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m 'not browser and not slow' $(TEST_OPTIONS)

# Left out: a test of what an import loads, which is more while it is measured, and one that kills the grader.
.PHONY: coverage
coverage: environment  ## which lines and branches of autograder and concepts their tests reach
	$(call say,Coverage)
	@mkdir -p -m 777 build/coverage
	@PYTHONPATH=$(CURDIR) python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov \
	  -m 'not browser' -k 'not import_is_light and not all_dies' tests/concepts tests/autograder $(TEST_OPTIONS)

.PHONY: lint
lint: environment  ## format, lint, types, import floors
	$(call say,Format · lint · types · import floors)
	@ruff format --check
	@ruff check
	@mypy
	@lint-imports

.PHONY: current
current: environment exercises  ## generated files are as they were committed; the book builds strictly from nothing
	$(call say,Generated files are current)
	@git diff --exit-code --stat -- exercises || { echo 'exercises/ was not current: commit it.'; exit 1; }
	@$(MAKE) book BOOK_OPTIONS=--all

.PHONY: bench
bench: bench-grading bench-site  ## what grading and the pages cost, into build/bench

.PHONY: bench-grading
bench-grading: environment exercises  ## how fast we grade, beside nbgrader and otter-grader
	$(call say,Bench ▸ build/bench/grading.md)
	@.ci/system bubblewrap || echo 'Grading goes on with the strongest cage that there is.'
	@python -m tests.bench $(BENCH_OPTIONS)

.PHONY: bench-site
bench-site: system book  ## what a page weighs, when it is painted, and how long it took to compute
	$(call say,Pages ▸ build/bench/site.md)
	@python -m tests.bench.site $(SITE_OPTIONS)

.PHONY: new-chapter
new-chapter:  ## begin a chapter: make new-chapter SLUG=word writes its five files
	@$(PYTHON) .ci/new_chapter.py "$${SLUG-}"

.PHONY: system
system:  ## Debian packages for the tests: bubblewrap, chromium, postgresql, npm
	@.ci/system bubblewrap chromium postgresql npm

.PHONY: clean
clean:  ## remove all that was built; the environment stays
	rm -rf build _build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help
help:  ## this list
	@sed -nE 's/^([a-z-]+):.*  ## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | sort | awk -F'\t' '{printf "make %-12s %s\n", $$1, $$2}'
