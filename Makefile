# Every target needs Python 3.11 or newer, and nothing else: `make run PYTHON=python3.13` selects one.
PYTHON ?= python3
BIN := .venv/bin
COMPILE := .venv/lock/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links
TOOLS := .venv/security/bin
NPM := --no-audit --no-fund --omit-lockfile-registry-resolved
LINTERS := .venv/check
PIP := -qq --disable-pip-version-check --no-input --require-hashes --only-binary :all:
LOCKED := $(PYTHON) requirements/locked.py
SEMGREP := $(TOOLS)/semgrep scan -q --metrics off --disable-version-check
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome

# They belong to other Pythons than .venv's, and would make it find other modules, or none.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH

PYTEST := pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run demo test long coverage faults protections security audit production-test bench check check-python \
	check-scripts check-scripts-with-node check-rest format screenshots browser catalogues lock clean install

run: install  ## Start everything on http://127.0.0.1:8080 (PORT=8081: another port; HOST=0.0.0.0: also for a phone)
	@$(BIN)/python -m chatserver run

demo: install  ## The same, with three people and a few conversations to look at (SITE=1: of a Django site beside it)
	@$(BIN)/python -m chatserver run --demo $(if $(SITE),--site)

test: install  ## Run the tests (ARGS="-k sign_in" passes options to pytest)
	@$(BIN)/python -m $(PYTEST) -m "not long" $(ARGS)

long: install  ## Run the slow tests: byte-by-byte attacks, failing starts, whole commands
	@$(LOCKED) $(MAKE) -s .venv/installed-bench
	@$(BIN)/python -m $(PYTEST) -m long $(ARGS)

coverage: install  ## Run the tests, and list the lines of the server that none of them reached
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m $(PYTEST) -m "not long" $(ARGS); failed=$$?; \
	$(BIN)/coverage combine -q; $(BIN)/coverage report || failed=$$?; exit $$failed

faults: install  ## Break things while people talk, and count what was lost (FAULTS="disk-full" selects some)
	@$(BIN)/python -m tests.faults $(FAULTS)

protections: install  ## Disable each protection in a copy of the code, and check that its test fails
	@$(BIN)/python -m tests.faults.protections

security: .venv/security/installed  ## Look for vulnerabilities: bandit, semgrep, detect-secrets, schemathesis, tests/security, and the audit
	@echo "bandit ..."  # B104, B108, B608 and B704 are ruff's S104, S108, S608 and S704, in `make check`, and a rule of semgrep's
	@$(TOOLS)/bandit -q -ll -s B104,B108,B608,B704 -r chatserver requirements
	@echo "semgrep ..."
	@$(SEMGREP) --test tests/security/semgrep
	@$(SEMGREP) --strict --error --config tests/security/semgrep/rules.yml chatserver templates static
	@echo "detect-secrets ..."  # the people in tests, benchmarks and the demo have passwords; RFC 8291 shows its keys
	@git ls-files -z -- ':!tests' ':!bench' | xargs -0 $(TOOLS)/detect-secrets-hook --exclude-lines 'change-me|common_password|user:password@|//(key:secret|KEY:SECRET)@|(sessions|delete)_password' --exclude-secrets '^a demo, not a secret$$'
	@git ls-files -z -- tests bench ':!tests/courier/push/test_encryption.py' | xargs -0 $(TOOLS)/detect-secrets-hook --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector
	@echo "schemathesis ..."
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 tests/security/described_api.py
	@echo "tests/security ..."
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 tests/security
	@$(BIN)/python -m tests.security.audit --if-reachable

audit: .venv/security/installed  ## Check the pinned packages for known vulnerabilities (pip-audit); fails without its database
	@$(BIN)/python -m tests.security.audit

production-test: install  ## Test the whole story with haproxy, nginx, gunicorn and Debian's servers (ARGS="-k pgbouncer")
	@PRODUCTION_TEST=1 $(BIN)/python -m pytest -p no:cacheprovider -v --tb=short tests/production $(ARGS)

bench: install  ## Measure speed and size against the limits of the parts (BENCH="latency idle"; BASE=<commit> compares with it)
	@$(LOCKED) $(MAKE) -s .venv/installed-bench || true  # without it some scenarios run, and the others are listed
	@$(BIN)/python -m bench$(if $(BASE),.compare $(BASE)) $(BENCH)

check: check-python check-scripts check-rest  ## Check style and types of all files (`make format` fixes what it can)

check-python: install
	@$(LOCKED) $(MAKE) -s .venv/installed-bench
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy

check-scripts:  # scripts, style sheets, JSON; the product itself needs no Node
	@if command -v npm > /dev/null; then $(MAKE) -s check-scripts-with-node; \
	elif [ -n "$$REQUIRE_NODE" ]; then echo "There is no npm: scripts and style sheets cannot be checked." >&2; exit 1; \
	else echo "Skipped: scripts, style sheets and JSON (Biome, TypeScript), because there is no npm."; fi

check-scripts-with-node: node_modules/installed
	@node_modules/.bin/biome check --error-on-warnings .
	@node_modules/.bin/tsc

check-rest: $(LINTERS)/installed  # SQL, templates, shell, YAML
	@$(LINTERS)/bin/sqlfluff lint -q --disable-progress-bar sql
	@$(LINTERS)/bin/squawk --assume-in-transaction --exclude require-lock-timeout,require-statement-timeout \
		sql/migrations/*.sql > .venv/check/squawk || { cat .venv/check/squawk; exit 1; }  # migrations.py sets the timeouts
	@$(LINTERS)/bin/djlint --quiet --lint templates
	@$(LINTERS)/bin/shellcheck .ci/run
	@$(LINTERS)/bin/lint-imports setup.cfg > .venv/check/imports || { cat .venv/check/imports; exit 1; }
	@$(LINTERS)/bin/shellcheck --shell bash --severity warning $$(git ls-files '*.sh')
	@$(LINTERS)/bin/yamllint --strict -d '{extends: default, rules: {line-length: disable, document-start: disable, braces: {max-spaces-inside: 1}}}' \
		$$(git ls-files '*.yml' '*.yaml')

format: install  ## Fix layout and import order
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .
	@if command -v npm > /dev/null; then $(MAKE) -s node_modules/installed && node_modules/.bin/biome check --write . > /dev/null; fi

screenshots: install  ## Take the README's screenshots again
	@$(BIN)/python -m tests.browser.screenshots

browser: install  ## Install a Chromium for the browser tests, if there is none
	@if ! command -v chromium-headless-shell && [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		apt-get update -q; \
		for package in chromium-headless-shell chromium; do \
			DEBIAN_FRONTEND=noninteractive apt-get install -qy $$package && break; \
		done; \
	fi; \
	for name in $(BROWSERS); do \
		if command -v $$name; then echo "is a browser."; exit 0; fi; \
	done; \
	$(BIN)/playwright install chromium

catalogues: install  ## Collect new sentences into the Russian catalogue, for translation
	@$(BIN)/pybabel -q extract -F locale/extract.cfg -k plural_forms:1,2 --no-location -o .venv/messages.pot .
	@$(BIN)/pybabel update -N --ignore-pot-creation-date --no-wrap -l ru -i .venv/messages.pot -o locale/ru/LC_MESSAGES/messages.po

lock: install  ## Pin the newest versions of all requirements, with hashes
	@$(BIN)/python -m venv .venv/lock && .venv/lock/bin/pip install -q uv
	$(COMPILE) requirements/production.in -o requirements/production.txt
	$(COMPILE) requirements/development.in -c requirements/production.txt -o requirements/development.txt
	$(COMPILE) requirements/bench.in -c requirements/development.txt -o requirements/bench.txt
	$(COMPILE) --only-binary :all: requirements/check.in -o requirements/check.txt
	$(COMPILE) requirements/security.in -o requirements/security.txt
	@if command -v npm > /dev/null; then npm update --package-lock-only $(NPM); \
	else echo "Skipped: package-lock.json, because there is no npm."; fi

clean:  ## Remove everything installed and cached; the data in .data stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@echo "chatserver: private messages for any website, in real time."
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1	\2/p' Makefile | expand -t 24

install:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON): install Python 3.11 or newer." >&2; exit 1; }
	@$(LOCKED) $(MAKE) -s .venv/installed

# Changed requirements are installed over the former ones; what an install cut short left is made again.
.venv/installed: requirements/development.txt .venv/made-by
	@echo "Installing $$(grep -c == $<) packages into .venv (only once; a minute or two) ..."
	@rm -f $@
	@$(BIN)/pip install $(PIP) -r $< || { echo "The packages cannot be installed; is there a network?" >&2; exit 1; }
	@touch $@

.venv/installed-bench: requirements/bench.txt .venv/installed
	@$(BIN)/pip install $(PIP) -r $<
	@touch $@

# What an environment does not outlive: its Python, its kind of machine, its place. A link leads to the environment of
# another checkout, which must not be cleared.
.venv/made-by: FORCE
	@made_by=$$($(PYTHON) -c 'import os, sys; print("%d.%d" % sys.version_info[:2], sys.base_prefix, os.uname()[4], os.path.abspath(".venv"))'); \
	if [ -f .venv/installed ] && [ "$$(cat $@)" = "$$made_by" ]; then exit; fi; \
	if [ -L .venv ]; then \
		echo ".venv is a link to $$(readlink .venv): remove it, and the next make gives this checkout its own." >&2; exit 1; \
	elif ! $(PYTHON) -c 'import venv, ensurepip' 2> /dev/null; then \
		echo "$(PYTHON) lacks the modules venv and ensurepip: on Debian or Ubuntu, apt install $(notdir $(PYTHON))-venv." >&2; exit 1; \
	fi; \
	echo "Making a Python environment in .venv (only once) ..."; \
	$(PYTHON) -m venv --clear .venv && echo "$$made_by" > $@

FORCE:

node_modules/installed: package.json package-lock.json
	@echo "Installing the tools of package-lock.json into node_modules (only once) ..."
	@npm ci --loglevel error --ignore-scripts $(NPM)
	@touch $@

# In separate environments, so that they do not change the product's packages.
.venv/%/installed: requirements/%.txt | install
	@echo "Installing the tools of requirements/$*.txt into .venv/$* (only once; a minute or two) ..."
	@$(BIN)/python -m venv --clear .venv/$*
	@.venv/$*/bin/pip install $(PIP) -r $<
	@touch $@
