# Every target sets up what it needs: a virtual environment in .venv, from pyproject.toml.
PYTHON ?= python3
BIN := .venv/bin
CACHE ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)
RUNTIME := $(CACHE)/muxi-client/runtime
OFFICIAL := $(CACHE)/muxi-client/official
PEERS := $(CACHE)/muxi-client/peers
PLAIN := $(CACHE)/muxi-client/plain
OURS := $(CACHE)/muxi-client/ours
ROUNDS ?= 4

# Tests start Python processes, which would compile the package each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo example test thorough faults lint types docs test-package test-browser screenshots \
	bulk-kills test-official test-runtime compare bench generate format clean

demo: .venv/user.stamp        ## the main jobs, on the embedded emulator
	$(BIN)/python -m muxi.testing --port 0 $(BIN)/python examples/quickstart.py
	$(BIN)/python -m muxi.testing --port 0 $(BIN)/python -u examples/deploy.py ./examples/hello-formation
	$(BIN)/python -m muxi.testing --port 0 $(BIN)/python examples/bulk_eval.py

test: .venv/dev.stamp         ## all tests that need nothing else installed
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

thorough: .venv/dev.stamp     ## the same with ten times the random examples, and what is too slow
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --thorough

faults: .venv/dev.stamp       ## each kind of call × each fault × each client × with and without retries
	MUXI_FAULTS=whole $(BIN)/python -m pytest tests/faults --numprocesses 5 --dist worksteal

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m tools.write_stubs --check
	$(BIN)/python -m tools.write_migrating --check

types: .venv/dev.stamp
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/python -m pytest --numprocesses 2 tests/typing

docs: .venv/docs.stamp        ## the documentation site, in .site
	$(BIN)/zensical build --strict --clean

test-package: .venv/dev.stamp ## the wheel and the sdist, the wheel in an environment of its own
	$(BIN)/python -m pytest tests/package

example: .venv/user.stamp     ## a chat page on FastAPI, on the emulator unless MUXI_CLIENT_KEY is set
	$(BIN)/python -m examples.fastapi_chat

test-browser: .venv/dev.stamp ## the chat page in Chromium, which it installs on Debian as root
	tests/browser/install.sh
	$(BIN)/python -m pytest tests/browser

screenshots: .venv/dev.stamp  ## pictures of the chat page, in docs/images
	tests/browser/install.sh
	$(BIN)/python -m tests.browser.screenshots

bulk-kills: .venv/dev.stamp   ## bulk runs of 4000 calls, of which processes are killed
	$(BIN)/python -m tests.bulk.kills 2000 10
	$(BIN)/python -m tests.bulk.kills 2000 2 dask

test-official: .venv/dev.stamp ## MUXI's own SDK, in an environment of its own, on the emulator
	tests/install.sh $(OFFICIAL) tests/official/requirements.txt
	MUXI_OFFICIAL_PYTHON=$(OFFICIAL)/bin/python $(BIN)/python -m pytest tests/official

test-runtime: .venv/dev.stamp ## tests on the real runtime, in an environment of its own
	tests/install.sh $(RUNTIME) tests/runtime/requirements.txt
	MUXI_RUNTIME_PYTHON=$(RUNTIME)/bin/python $(BIN)/python -m pytest tests/runtime

compare: .venv/dev.stamp      ## this SDK and MUXI's own, call by call, on the real runtime
	tests/install.sh $(RUNTIME) tests/runtime/requirements.txt
	tests/install.sh $(OFFICIAL) tests/official/requirements.txt
	MUXI_RUNTIME_PYTHON=$(RUNTIME)/bin/python MUXI_OFFICIAL_PYTHON=$(OFFICIAL)/bin/python \
		$(BIN)/python -m tests.runtime.side_by_side postgres

bench:                        ## speed and memory beside httpx and other SDKs (ONLY=stream: a part)
	tests/install.sh $(PLAIN) benchmarks/plain.txt
	tests/install.sh $(OURS) benchmarks/ours.txt
	tests/install.sh $(OFFICIAL) tests/official/requirements.txt
	tests/install.sh $(PEERS) benchmarks/peers.txt
	MUXI_PLAIN_PYTHON=$(PLAIN)/bin/python MUXI_OURS_PYTHON=$(OURS)/bin/python \
		MUXI_OFFICIAL_PYTHON=$(OFFICIAL)/bin/python MUXI_PEERS_PYTHON=$(PEERS)/bin/python \
		$(OURS)/bin/python benchmarks/run.py --only '$(or $(ONLY),*)' --rounds $(ROUNDS)

generate: .venv/dev.stamp     ## files that are written from others: stubs, a table of the docs
	$(BIN)/python -m tools.write_stubs
	$(BIN)/python -m tools.write_migrating

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .site dist

.venv/user.stamp: pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv  # says so if Debian lacks python3-venv
	$(BIN)/python -m pip install --quiet --editable '.[deploy,fastapi,testing]' itsdangerous
	touch $@

.venv/dev.stamp: pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv  # says so if Debian lacks python3-venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[deploy,distillery,testing]' --group dev
	touch .venv/user.stamp $@

.venv/docs.stamp: .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --group docs
	touch $@
