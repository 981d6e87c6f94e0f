# The whole build system: everything else is a command of a Python tool.

PYTHON ?= python3
UV_VERSION := 0.13.8
UV := $(CURDIR)/.vitrine/uv/bin/uv
SAM := $(CURDIR)/.vitrine/tools/sam/bin/sam
STACK ?= vitrine
PORT ?= 8000

export UV
export UV_PYTHON_DOWNLOADS ?= automatic

.PHONY: help setup run test unit bench lint types template check build gallery stack-name deploy clean

help:            ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: .venv/.ready  ## install everything into this folder, from the lock file

run: setup       ## a shop with pictures on this machine, until Ctrl-C
	@.venv/bin/vitrine up --demo --port $(PORT)

test: setup      ## all tests, with those of the stack deployed on this machine
	@.venv/bin/pytest -n 2 --dist loadgroup tests/stack tests/unit tests/adapters tests/contract tests/gallery

unit: setup      ## the tests that need no deployed stack
	@.venv/bin/pytest -n 2 tests/unit tests/adapters tests/contract tests/gallery

bench: setup     ## figures, printed
	@.venv/bin/pytest -q tests/benchmarks

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/python -m vitrine_cli.local.gallery_page format

types: setup
	@.venv/bin/mypy
	@.venv/bin/python -m vitrine_cli.local.gallery_page types

template: .vitrine/tools/sam/.ready .vitrine/tools/emulator/.ready .vitrine/tools/checkov/.ready
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint
	@.vitrine/tools/sam/bin/cfn-lint template.yaml
	@.vitrine/tools/emulator/bin/python tests/transform.py > .vitrine/transformed.json
	@.vitrine/tools/checkov/bin/checkov --config-file .checkov.yaml --file .vitrine/transformed.json

check: lint types template test  ## what CI runs

build: setup .vitrine/tools/sam/.ready  ## build for AWS
	@.venv/bin/python layers/build_layer.py find-python >/dev/null || $(UV) python install --quiet 3.13 || \
		{ echo "Python 3.13, which compiles the code for Lambda, is missing, and uv could not install it."; exit 1; }
	@.venv/bin/python layers/build_layer.py compile-functions functions
	@SAM_CLI_TELEMETRY=0 $(SAM) build

gallery: setup   ## build the gallery page into gallery/dist, and print its size
	@.venv/bin/python -m vitrine_cli.local.gallery_page

# The names of buckets and functions begin with the stack's name; the longest allows it 25 characters.
stack-name:
	@printf '%s' '$(STACK)' | grep -qE '^[a-z][a-z0-9-]{0,24}$$' || \
		{ echo "STACK=$(STACK) is no possible name: use up to 25 lowercase letters, digits and hyphens, a letter first."; exit 1; }

deploy: stack-name build gallery  ## build and deploy to the AWS account at hand: make deploy STACK=name
	@SAM_CLI_TELEMETRY=0 $(SAM) deploy --stack-name $(STACK) --tags vitrine:stack=$(STACK) $(DEPLOY_FLAGS)
	@.venv/bin/python -m vitrine_cli.operations.gallery_upload $(STACK)

clean:           ## remove everything that can be made again
	@if test -x .venv/bin/vitrine; then .venv/bin/vitrine down --all --forget; fi
	@rm -rf .venv .vitrine .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Vitrine needs Python 3.11 or newer; '$(PYTHON)' is missing or older. Try: make PYTHON=python3.12"; exit 1; }
	@echo "Installing uv $(UV_VERSION) into .vitrine/"
	@$(PYTHON) -m venv .vitrine/uv >/dev/null || \
		{ rm -rf .vitrine/uv; echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv"; exit 1; }
	@.vitrine/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || \
		{ rm -rf .vitrine/uv; echo "uv could not be installed: is the package index within reach?"; exit 1; }

.venv/.ready: $(UV) pyproject.toml uv.lock
	@echo "Installing packages"
	@$(UV) sync --locked --quiet --python $(PYTHON)
	@touch $@

.vitrine/tools/%/.ready: $(UV) pyproject.toml uv.lock
	@echo "Installing the tools of group $*"
	@UV_PROJECT_ENVIRONMENT=.vitrine/tools/$* $(UV) sync --locked --quiet --only-group $* --python $(PYTHON)
	@touch $@
