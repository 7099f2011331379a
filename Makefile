# Every target installs what it needs and is missing. Rust and Node must be there.
#
#   make run       the desktop app, or the HTTP host where there is no display
#   make test      make check and every test
#   make check     format, lints, docs, types, generated files, licences, keys
#   make generate  the generated files
#   make screens   pictures of every screen, in docs/screens
#   make conformance  templates compared with handlebars.js and with the cases of dotprompt
#   make bench     the measurements of bench/
#   make soak      the long tests

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
MAKEFLAGS += --no-builtin-rules --no-print-directory

export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/formaops/target
# Playwright drives the browser of the system.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD = 1

BIN := $(CARGO_TARGET_DIR)/debug
PART := @scripts/part.sh
E2E := tests/e2e
CONFORMANCE := tests/conformance

.PHONY: run test check conformance bench soak generate screens page build-all e2e-ready
.PHONY: system-build system-test check-quick check-page check-rust test-rust test-page test-e2e
.PHONY: test-conformance

# --- what is needed first ---

system-build:
	@scripts/system-packages.sh build

system-test:
	@scripts/system-packages.sh test

%/node_modules/.installed: %/package.json %/package-lock.json
	@echo "Installing the npm packages of $*"
	@cd $* && npm ci --no-audit --no-fund
	@touch $@

PAGE_SOURCES = $(shell find ui assets -type f -not -path '*/node_modules/*' -not -path 'ui/dist/*' 2>/dev/null)

ui/dist/index.html: ui/node_modules/.installed $(PAGE_SOURCES)
	@echo "Building the page"
	@cd ui && npm run --silent build
	@touch $@

page: ui/dist/index.html

# With all targets, so that the tests and the programs they start are built once, with the same features.
build-all: ui/dist/index.html
	$(PART) build cargo build --workspace --all-targets --locked

# --- run ---

run: system-build ui/dist/index.html
	@echo "Building the app"
	@cargo build --locked -p formaops-desktop -p formaops-cli
	@if [ -n "$${DISPLAY-}$${WAYLAND_DISPLAY-}" ]; then \
		echo "Opening the window"; \
		exec "$(BIN)/formaops-desktop"; \
	else \
		echo "There is no display: serving the same screens to a browser"; \
		exec "$(BIN)/formaops" serve; \
	fi

# --- check ---

check: system-build check-quick check-page check-rust

check-quick: ui/node_modules/.installed $(E2E)/node_modules/.installed
	$(PART) keys node scripts/secrets.mjs
	$(PART) licences node scripts/licences.mjs --check
	$(PART) rust-format cargo fmt --all --check

check-page: ui/node_modules/.installed $(E2E)/node_modules/.installed
	$(PART) page-check npm run --silent --prefix ui check
	$(PART) e2e-check npm run --silent --prefix $(E2E) check

check-rust: ui/dist/index.html
	$(PART) clippy cargo clippy --workspace --all-targets --locked -- -D warnings
	$(PART) docs env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked
	$(PART) generated cargo test --workspace --lib --locked the_generated_files

# --- test ---

test: system-test check-quick check-page check-rust test-rust test-conformance test-page test-e2e
	@echo
	@echo "Everything is fine."

test-rust: build-all
	$(PART) rust-tests cargo test --workspace --locked --no-fail-fast

test-conformance: build-all $(CONFORMANCE)/node_modules/.installed
	$(PART) conformance npm run --silent --prefix $(CONFORMANCE) test

test-page: ui/node_modules/.installed
	$(PART) page-tests npm run --silent --prefix ui test

test-e2e: e2e-ready
	$(PART) browser-tests npm run --silent --prefix $(E2E) test -- --project browser
	$(PART) window-tests npm run --silent --prefix $(E2E) test -- --project window

e2e-ready: system-test build-all $(E2E)/node_modules/.installed

# --- the rest ---

conformance: system-build ui/dist/index.html $(CONFORMANCE)/node_modules/.installed
	@cargo build --quiet --locked -p formaops-cli
	@npm run --silent --prefix $(CONFORMANCE) test

generate: ui/node_modules/.installed
	@cargo run --quiet --locked -p formaops-api --bin formaops-generate
	@crates/store/prepare.sh
	@node scripts/licences.mjs --write

screens: e2e-ready
	@npm run --silent --prefix $(E2E) test -- --project screens

bench: system-test
	@bench/run

soak: system-build
	@scripts/soak.sh
