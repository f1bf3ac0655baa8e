# Every target sets up what it needs: a virtual environment from hash-pinned requirements, nothing else.
# make demo | make test | make lint | make help

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
BROWSER := $(VENV)/browser-installed
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

$(STAMP): requirements.txt requirements-build.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Windlass needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (python3-venv on Debian)"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once, about a minute)"
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --require-hashes -r requirements-build.txt
	@$(BIN)/pip install -q --require-hashes --no-build-isolation -r requirements.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(BROWSER): requirements-browser.txt $(STAMP)
	@$(BIN)/pip install -q --require-hashes -r requirements-browser.txt
	@touch $@

setup: $(STAMP) ## the virtual environment alone

demo: $(STAMP) ## watch a governed upgrade happen (ARGS=--exit ends after the story)
	@$(BIN)/windlass demo $(ARGS)

dev: $(STAMP) ## everything up: chain, database, indexer, API
	@$(BIN)/windlass dev $(ARGS)

test: $(STAMP) ## every test but the long ones and those that need a validator, in WORKERS (2) processes
	@if command -v cargo >/dev/null; then cargo test --quiet --locked --manifest-path programs/Cargo.toml -p windlass-rules; \
	else echo "cargo is not here: windlass-rules' own tests are left out"; fi
	@$(BIN)/pytest -q -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder -m "not validator and not long and not browser" $(ARGS)

test-browser: $(BROWSER) ## the dashboard in Debian's Chromium; screenshots in WINDLASS_SCREENSHOTS (test-output)
	@$(BIN)/pytest -q -m browser tests/browser $(ARGS)

test-validator: $(STAMP) ## the same parts on Agave's solana-test-validator (SOLANA_TEST_VALIDATOR names it)
	@$(BIN)/pytest -q -m "validator and not long" $(ARGS)

test-long: $(STAMP) ## simulations of many minutes, and what takes long on the validator
	@$(BIN)/pytest -q -m long $(ARGS) || test $$? -eq 5

simulate: $(STAMP) ## the indexer against a faulty chain and database, SEEDS (0:50) of them
	@SEEDS=$(or $(SEEDS),0:50) $(BIN)/pytest -q -s tests/simulation -m "not long" $(ARGS)

bench-graphql: $(STAMP) ## requests a second beside PostGraphile 5 and plain Strawberry (needs node and npm)
	@$(BIN)/python benchmarks/read_api_throughput.py $(ARGS)

bench-latency: $(STAMP) ## slot's confirmation to subscriber's message
	@$(BIN)/python benchmarks/subscription_latency.py $(ARGS)

bench-fanout: $(STAMP) ## a commit to the messages of 1,000 subscribers
	@$(BIN)/python benchmarks/subscription_fanout.py measure $(ARGS)

bench-indexer: $(STAMP) ## decode, backfill, rebuild, live (ARGS="live --minutes 10" for some of it)
	@! command -v npm >/dev/null || npm ci --silent --prefix benchmarks/indexer/peers
	@PYTHONPATH=.:tests $(BIN)/python -m benchmarks.indexer $(ARGS)

test-rust: ## all Rust tests and lints (windlass-stateful's are test-stateful's)
	@cargo fmt --all --check --manifest-path programs/Cargo.toml
	@cargo fmt --check --manifest-path programs/fuzz/Cargo.toml
	@cargo clippy --quiet --locked --workspace --all-targets --manifest-path programs/Cargo.toml -- -D warnings
	@cargo clippy --quiet --locked --target-dir programs/target --manifest-path programs/fuzz/Cargo.toml -- -D warnings
	@cargo test --quiet --locked --workspace --manifest-path programs/Cargo.toml

test-model: ## every state of small multisigs, completely; then 4 members and 3 proposals for MINUTES (10) of processor time
	@cargo test --release --locked --manifest-path programs/Cargo.toml -p windlass-model --test scopes -- --include-ignored --nocapture --test-threads 1
	@cargo run --quiet --release --locked --manifest-path programs/Cargo.toml -p windlass-model -- 4 3 --minutes $(or $(MINUTES),10)

stateful: ## random lives of a multisig on the built program against the rules (SECONDS=60 SEED=1 TRANSITIONS=1000000 LIFE=3)
	@cargo run --quiet --release --locked --manifest-path programs/windlass-stateful/Cargo.toml -- \
		$(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TRANSITIONS),--transitions $(TRANSITIONS)) $(if $(LIFE),--life $(LIFE)) $(ARGS)

test-stateful: ## its lints, and that a rule broken in its model is noticed
	@cargo fmt --check --manifest-path programs/windlass-stateful/Cargo.toml
	@cargo clippy --quiet --release --locked --all-targets --manifest-path programs/windlass-stateful/Cargo.toml -- -D warnings
	@cargo test --quiet --release --locked --manifest-path programs/windlass-stateful/Cargo.toml

fuzz: ## inputs that coverage finds, against the rules and what is decoded, for MINUTES (30) of processor time; TARGET is accounts, loader, plans or lives
	@programs/fuzz/run.sh $(or $(MINUTES),30) $(TARGET)

mutants: ## take out or turn each line of the rules: which of their tests notice? (cargo-mutants; ARGS="--file proposal.rs")
	@cd programs && cargo mutants --package windlass-rules -j 2 --output "$${TMPDIR:-/tmp}/windlass-mutants" $(ARGS)

check-mutants: $(STAMP) ## take each account check out of the built program: which test notices? (SBF names the build tool)
	@PYTHONPATH=tests $(BIN)/python -m mutants.account_checks "$${TMPDIR:-/tmp}/windlass-check-mutants"

lint: $(STAMP) ## ruff, mypy, the import contract, the generated codecs and tables
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m windlass_programs.generate --check
	@$(BIN)/python -m windlass_programs.reference --check

format: $(STAMP) ## let ruff and cargo lay out the code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	@cargo fmt --all --manifest-path programs/Cargo.toml
	@cargo fmt --manifest-path programs/windlass-stateful/Cargo.toml
	@cargo fmt --manifest-path programs/fuzz/Cargo.toml

programs: ## build the programs and their IDLs from source (SBF names the build tool)
	@programs/build.sh && tests/programs/build.sh

lock: ## pin what pyproject.toml asks for, with hashes
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" \
		--extra dev pyproject.toml -o requirements.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" \
		--group build -o requirements-build.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" \
		-c requirements.txt tests/browser/requirements.in -o requirements-browser.txt

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help setup demo dev test test-browser test-validator test-long simulate bench-latency bench-fanout bench-indexer test-rust test-model stateful test-stateful fuzz mutants check-mutants lint format programs lock clean
