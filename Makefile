# Every target makes .venv first if it is missing or older than pyproject.toml or constraints.txt.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install quickstart test lint format bench docs architecture train-reference clean

help: ## Show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

install: $(INSTALLED) ## Make .venv and install the project with pinned versions

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed (name one: make PYTHON=python3.12)"; exit 2; }
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) .venv && uv pip install --quiet --python $(BIN)/python -e '.[dev]' -c constraints.txt; \
	else \
	  $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet -e '.[dev]' -c constraints.txt; \
	fi
	@touch $@

quickstart: $(INSTALLED) ## Draw a sample corpus, measure a model whose values are known, write a report
	$(BIN)/valuespectrum quickstart --out quickstart-out

test: $(INSTALLED) ## Run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(INSTALLED) ## Check style, formatting and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(INSTALLED) ## Format the code
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(INSTALLED) ## Measure the claims of the documentation into bench/results.json
	$(BIN)/python -m bench.measure

docs: $(INSTALLED) ## Write docs/cli.md from the command line's own help
	$(BIN)/python -m valuespectrum.cli.documentation docs/cli.md

architecture: $(INSTALLED) ## Draw which folder needs which into docs/architecture.svg
	$(BIN)/python -m tests.draw_house docs/architecture.svg

# Without these settings glibc hands the memory of every step back to the kernel; faulting it in again takes most of the time.
# It knows no mmap threshold above 32 MiB, so larger ones need MMAP_MAX.
KEEP_MEMORY := MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456 MALLOC_ARENA_MAX=1 \
  GLIBC_TUNABLES=glibc.malloc.hugetlb=1

SEED ?= 0
train-reference: $(INSTALLED) ## Train the reference embedder and models from nothing (SEED=1 for another training)
	$(KEEP_MEMORY) $(BIN)/python -m valuespectrum.reference.training.train --seed $(SEED)

clean: ## Remove what make made, except your own data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis quickstart-out
