# Everything a person runs. `make` alone lists it.
LINT_VERSION := v2.15.0
LINT         := $(CURDIR)/.bin/golangci-lint-$(LINT_VERSION)
DSN           = $$(go run ./wallet/db/dbtest/dsn)
IN_SCRATCH    = scratch=$$(.ci/scratch); TMPDIR=$${scratch:-$${TMPDIR:-/tmp}}

# Go needs a home for its caches; some build machines have none.
ifeq ($(strip $(HOME)),)
export HOME := /tmp/senti-home
endif

.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## run the whole product with a phone simulator; needs nothing but Go
	go run ./cmd/walletd demo

.PHONY: test
test: setup ## vet and all tests, on SQLite and a private MariaDB
	go vet ./...
	$(IN_SCRATCH) go test -timeout 20m ./...

.PHONY: check
check: $(LINT) ## lint, and all tests under the race detector
	.ci/setup mariadb chromium node kannel gcc
	$(LINT) run ./...
	CGO_ENABLED=1 go test -race -timeout 60m ./...

.PHONY: bench
bench: ## measure the ledger, whole conversations and every gateway on a durable MariaDB
	go build -trimpath -o .bin/walletd ./cmd/walletd
	.bin/walletd bench ledger --db "$(DSN)" --clients 1024 --seconds 15
	.bin/walletd bench dialogue --db "$(DSN)" --clients 256 --seconds 15
	.bin/walletd bench agents --db "$(DSN)" --clients 256 --seconds 15
	.bin/walletd bench gateways --db "$(DSN)" --seconds 5

.PHONY: drops
drops: setup ## drop ten thousand sessions on every HTTP gateway, then look for lost or doubled money
	SENTI_DROPS=long go test -count 1 -timeout 3h -v -run DroppedSessionsOnEveryGateway ./cmd/walletd

.PHONY: crash
crash: setup ## kill walletd and MariaDB a hundred times each under load, then look for lost or doubled money
	SENTI_CRASH=long go test -count 1 -timeout 3h -v -run Crash ./cmd/walletd

.PHONY: mariadb
mariadb: setup ## print the DSN of this machine's private MariaDB, started if need be
	@go run ./wallet/db/dbtest/dsn

.PHONY: setup
setup: ## install what the tests need and the machine lacks (Debian packages, as root)
	@.ci/setup mariadb chromium node kannel

.PHONY: clean
clean: ## stop the private MariaDB and remove what was built
	go run ./wallet/db/dbtest/dsn -stop
	$(IN_SCRATCH) go run ./wallet/db/dbtest/dsn -stop
	rm -rf .bin

$(LINT):
	mkdir -p .bin && GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv .bin/golangci-lint $@
