# The front door: `make` runs the pipeline over example/, `make help` lists the rest.

.DEFAULT_GOAL := coverage
SHELL := /bin/sh

PROJECT ?= example
PREFIX ?= $(HOME)/.local
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
TOOLS := cov-run cov-merge cov-report cov-gate diff-cov

# The example brings its own Python environment and the diff that diff-cov judges.
example_python := $(abspath $(TARGET))/example-venv/bin/python
ifeq ($(PROJECT),example)
PYTHON ?= $(example_python)
DIFF ?= $(if $(BASE),,example/changes.diff)
DIFF_FAIL_UNDER ?= 90
endif

COV_BIN := $(TARGET)/release/
include cov.mk

$(OUT)/inputs.txt: | tools $(filter $(example_python),$(PYTHON))

.PHONY: tools test unit lint fmt doc check bench exactness fuzz bless install uninstall help

tools: ## build the five tools
	@$(CARGO) build --quiet --release $(TOOLS:%=--package %)

$(example_python): example/requirements.txt
	python3 -m venv --clear $(@D)/..
	$@ -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

test: tools ## run all tests
	$(CARGO) test --quiet --workspace

lint: ## clippy, warnings denied
	$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings

fmt: ## format the code
	$(CARGO) fmt --all

doc: ## build the documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --workspace --no-deps --document-private-items

check: ## all that CI runs
	$(CARGO) fmt --all --check
	$(MAKE) lint doc
	$(MAKE) test
	$(MAKE) coverage

bench: tools ## compare speed with the peers; prints the table of docs/BENCHMARKS.md
	python3 bench/pipeline.py
	python3 bench/contexts.py --changes 0
	python3 bench/reports.py
	python3 bench/diff.py
	python3 bench/shards.py

exactness: tools ## compare outcomes and numbers with pytest and coverage.py on real projects
	python3 bench/analysis.py
	python3 bench/monitor.py
	python3 bench/exactness.py
	python3 bench/contexts.py --runs 0
	python3 bench/end_to_end.py

fuzz: ## any bytes as each input, for SECONDS (60) each; what fails is kept in fuzz/artifacts
	$(MAKE) -C fuzz

bless: ## rewrite the expected outputs of the tests; read the diff as code
	TRYCMD=overwrite SNAPSHOTS=overwrite $(CARGO) test --quiet --workspace

share = $(DESTDIR)$(PREFIX)/share
installed = $(TOOLS:%=$(DESTDIR)$(PREFIX)/bin/%) $(TOOLS:%=$(share)/man/man1/%.1) $(DESTDIR)$(PREFIX)/include/cov.mk \
  $(TOOLS:%=$(share)/bash-completion/completions/%) $(TOOLS:%=$(share)/fish/vendor_completions.d/%.fish) \
  $(TOOLS:%=$(share)/zsh/site-functions/_%)

install: tools ## put the tools, their man pages and completions, and cov.mk under PREFIX (~/.local)
	install -d $(sort $(dir $(installed)))
	install $(TOOLS:%=$(TARGET)/release/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 cov.mk $(DESTDIR)$(PREFIX)/include
	@for tool in $(TOOLS); do set -e; \
	  install -m 644 $$tool/$$tool.1 $(share)/man/man1; \
	  install -m 644 $$tool/completions/$$tool.bash $(share)/bash-completion/completions/$$tool; \
	  install -m 644 $$tool/completions/$$tool.fish $(share)/fish/vendor_completions.d; \
	  install -m 644 $$tool/completions/$$tool.zsh $(share)/zsh/site-functions/_$$tool; \
	done

uninstall: ## take them away again
	rm -f $(installed)

help: ## this list
	@echo 'make [coverage] [PROJECT=DIR] [N=4] [FAIL_UNDER=95] [BASE=origin/main] [DIFF_FAIL_UNDER=90] [OUT=DIR] [PYTHON=EXE]'
	@echo '                 run the pipeline over PROJECT (default: example)'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 17
