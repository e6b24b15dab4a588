# Every target sets itself up: all it needs is make, Python 3.11 or newer and a network.

VENV := .venv
RUN := $(VENV)/bin/python
PORT ?= 5000

# Tests start hundreds of programs that load the same modules: these are compiled once.
export PYTHONDONTWRITEBYTECODE :=

# Processes that run tests: they wait a third of the time, so three keep two cores busy.
JOBS ?= 3

# The first interpreter that is new enough; name another with PYTHON=...
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach python,$(CANDIDATES),\
	$(shell $(python) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(python))))

ANSWERS := import socket, sys; socket.create_connection(("localhost", int(sys.argv[1])), 1)

EXTRAS = cloud,media,serve,watch
OLDEST_PYTHON ?= python3.11

# Folders of tests that start servers, and those that start other programs.
WITH_SERVERS := benchmarks docs e2e
WITH_PROGRAMS := $(WITH_SERVERS) example media

# What a busy machine made fail gets a second chance, without the others.
tested = $(RUN) -m pytest -p tests.support.alone $(1) || \
  { [ $$? = 1 ] && $(RUN) -m tests.support.alone $(1); }

.PHONY: fuzz help example test check matrix lowest lowest-installed lint docs wheel bench bench-listing bench-media bench-mp4 bench-storage soak corpus clean
.DELETE_ON_ERROR:

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

example: $(VENV)/.installed ## serve the example at http://localhost:5000/ (PORT=... for another)
	@! $(RUN) -c '$(ANSWERS)' $(PORT) 2>/dev/null || { echo >&2 \
	  "Port $(PORT) is in use: by another example that runs, or by AirPlay on a Mac." \
	  "Take another one: make example PORT=5001"; exit 1; }
	QUART_APP=example:app $(RUN) -m quart run --port $(PORT)

test: $(VENV)/.installed-test ## run the tests (ARGS=... for pytest, as -n0)
	$(call tested,-n $(JOBS) $(ARGS))

check: $(VENV)/.installed-test ## run the tests that need no other program, in less than a minute
	$(RUN) -m pytest -n 2 --hypothesis-profile=check -m "not slow and not matrix and not thorough" \
	  $(addprefix --ignore=tests/,$(WITH_PROGRAMS)) $(ARGS)

matrix: $(VENV)/.installed-test ## run what is left out of the tables over the wire, two minutes
	$(call tested,-n 2 -m "matrix and not slow" $(ARGS))

OLDEST = env -u CI $(MAKE) VENV=build/lowest PYTHON=$(OLDEST_PYTHON) \
  PIP_OPTIONS='--constraint build/lowest.txt'

lowest: lowest-installed ## run the tests without servers with the oldest packages that pyproject.toml allows
	$(OLDEST) test ARGS='$(addprefix --ignore=tests/,$(WITH_SERVERS)) $(ARGS)'

lowest-installed:
	mkdir -p build
	$(OLDEST_PYTHON) tests/support/lowest.py pyproject.toml >build/lowest.txt
	$(OLDEST) build/lowest/.installed-test

soak: $(VENV)/.installed-soak ## run the tests that take minutes
	$(call tested,--hypothesis-profile=soak -m slow $(ARGS))

fuzz: $(VENV)/.installed-fuzz ## try every parser with odd inputs, guided by what they reach, two minutes
	timeout 600 $(RUN) -m pytest -n 2 --hypothesis-profile=fuzz tests/fuzz
	PYTHONHASHSEED=0 timeout 600 $(RUN) -m tests.fuzz.guided $(ARGS)

lint: $(VENV)/.installed-dev ## check style, types and layers
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-logo

docs: $(VENV)/.installed-dev ## build the documentation into docs/_build/html
	$(RUN) -m sphinx -W --keep-going -n -q docs docs/_build/html

wheel: $(VENV)/.installed-dev ## build the wheel into dist/, and serve a video from nothing but it
	rm -rf dist
	$(RUN) -m build --outdir dist
	$(RUN) -m pytest tests/wheel.py

bench: $(VENV)/.installed-bench ## measure sending beside its peers, ten minutes (ARGS=--quick for one)
	$(RUN) -m benchmarks run $(ARGS)

bench-listing: $(VENV)/.installed-bench ## measure listing beside its peers, five minutes (ARGS=--quick for one)
	$(RUN) -m benchmarks run listing $(ARGS)

bench-storage: $(VENV)/.installed-bench ## measure an object store beside a folder, three minutes
	$(RUN) -m benchmarks run storage $(ARGS)

bench-media: $(VENV)/.installed-bench ## measure looking into videos beside ffmpeg (ARGS=--quick)
	$(RUN) -m benchmarks.media $(ARGS)

bench-mp4: $(VENV)/.installed-bench ## measure the virtual MP4 beside ffmpeg, and beside the video (ARGS=--quick)
	$(RUN) -m benchmarks.mp4 $(ARGS)

corpus: $(VENV)/.installed ## check all videos in DIR=..., and put their posters into corpus.html
	$(if $(DIR),,$(error Name the folder: make corpus DIR=/srv/videos))
	$(RUN) -m quart_video.serve check $(DIR) --html corpus.html

clean: ## remove everything these targets made
	rm -rf $(VENV) build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Extras are what users install, groups what only those need who work on it.
$(VENV)/.installed: EXTRAS := media
$(VENV)/.installed-test: GROUPS := test docs
$(VENV)/.installed-test: OPTIONAL := store
$(VENV)/.installed-soak: GROUPS := test docs
$(VENV)/.installed-soak: OPTIONAL := store fronts
$(VENV)/.installed-fuzz: GROUPS := test fuzz
$(VENV)/.installed-dev: GROUPS := dev
$(VENV)/.installed-bench: GROUPS := bench

# pip compiles what it installs, all of it, one file after the other: half of its time. Here all
# processors do it, and without what no test loads; were it loaded, it would be compiled then.
UNUSED = /site-packages/(pip|setuptools|(.*/)?(tests?|extractor|lexers))/
install = $(RUN) -m pip install --quiet --disable-pip-version-check --no-compile $(PIP_OPTIONS) \
  --editable '.[$(EXTRAS)]' $(addprefix --group ,$(1))
compile = $(RUN) -W ignore -m compileall -qq -j 0 -x '$(UNUSED)' $(VENV)/lib >/dev/null || true

$(VENV)/.installed $(VENV)/.installed-test $(VENV)/.installed-soak $(VENV)/.installed-fuzz \
$(VENV)/.installed-dev $(VENV)/.installed-bench: pyproject.toml | $(RUN)
	@echo "Installing what is needed into $(VENV); the first time this takes a minute."
	@$(RUN) -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(call install,$(GROUPS) $(OPTIONAL)) $(if $(OPTIONAL),|| { \
	  echo "Some tests are skipped without $(OPTIONAL)." && $(call install,$(GROUPS)); })
	@$(compile)
	@touch $@

# A venv whose interpreter has gone is made anew, and the marks in it go with the old one.
$(RUN):
	@$(if $(PYTHON),$(PYTHON) -c '$(NEW_ENOUGH)',false) || { echo >&2 \
	  "quart-video needs Python 3.11 or newer, which $(or $(PYTHON),$(firstword $(CANDIDATES))) is not." \
	  "Install one, or name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo >&2 \
	  "$(PYTHON) cannot make virtual environments." \
	  "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
