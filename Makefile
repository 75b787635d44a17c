# Every chore of the project is a target here; .ci/run calls only these.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test image-check soak-fleet bench-million lint format types rooms migration docs lock clean

help:            ## this list
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

.venv/ready: requirements.lock deploy/build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mobilize needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv from requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement deploy/build.lock
	@$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/ready   ## the whole loop on this machine; nothing leaves it
	$(BIN)/mobilize demo

test: .venv/ready   ## the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

soak: .venv/ready   ## kill -9 at 200 moments of a 2,000-letter campaign; 12,000 broken mails (minutes)
	MOBILIZE_SOAK=1 $(BIN)/python -m pytest tests/soak tests/desk/test_fuzz.py tests/inbox/test_limits.py -s

image-check:     ## build the image and run compose.yaml for real (root, debootstrap; minutes; exit 77: skipped)
	deploy/try/try_image.sh

soak-fleet: .venv/ready ## four workers over 20,000 letters, kill -9 of random ones, PostgreSQL started anew (minutes)
	MOBILIZE_SOAK_FLEET=1 $(BIN)/python -m pytest tests/soak/test_fleet.py -s

bench: .venv/ready  ## how fast letters leave (needs Postfix's smtp-sink)
	$(BIN)/python bench/send.py

bench-letters: .venv/ready ## how fast letters are written and set, beside bare Typst and WeasyPrint
	$(BIN)/python -m pip install --quiet --require-hashes --requirement bench/requirements.lock
	$(BIN)/python bench/letters.py
	$(BIN)/python bench/letters.py --memory 20000

bench-web: .venv/ready ## how fast the pages are, beside an empty route and bare Typst (minutes)
	$(BIN)/python bench/web.py

bench-scale: .venv/ready ## how many workers carry how much, over PostgreSQL (minutes)
	$(BIN)/python bench/scale.py workers 2000

bench-million: .venv/ready ## a million contacts read, queued and sent by two workers; LETTERS=20000 for fewer (half an hour and more)
	$(BIN)/python bench/scale.py million $(or $(LETTERS),1000000)

lint: .venv/ready   ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/ready ## put the code into ruff's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

types: .venv/ready  ## mypy, strict
	$(BIN)/mypy

rooms: .venv/ready  ## import-linter: the rivers run one way
	$(BIN)/lint-imports

lock: .venv/ready   ## write requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --group test --extra zh --extra web --extra fleet --output-file requirements.lock
	uv pip compile --group build --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --output-file deploy/build.lock
	uv pip compile pyproject.toml --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --extra zh --extra web --extra fleet --output-file deploy/requirements.lock
	uv pip compile --group bench --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --output-file bench/requirements.lock

migration: .venv/ready ## after a change of store/schema.py: make migration M="what is new"
	$(BIN)/python docs/write_migration.py "$(M)"

docs: .venv/ready   ## write docs/commands.md anew from --help
	$(BIN)/python docs/write_commands.py > docs/commands.md.new && mv docs/commands.md.new docs/commands.md
	$(BIN)/python docs/write_states.py > docs/states.md.new && mv docs/states.md.new docs/states.md
	$(BIN)/python docs/write_pictures.py

clean:           ## remove what was built, not what was sent or received
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build dist

.PHONY: score
score: .venv/ready  ## measure the parser on tests/corpus, against bench/targets.toml
	$(BIN)/python bench/score.py $(SCORE_ARGS)
