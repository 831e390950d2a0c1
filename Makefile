# The two commands a newcomer needs are `make run` and `make test`.
# Everything here needs Go, git and make; Chromium is fetched by `make test`
# where that is possible (Debian, root) and is only needed for browser tests.

GO       ?= go
LINT      = $(GO) tool -modfile=tools/go.mod golangci-lint
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS   = -s -w -X steward/internal/buildinfo.version=$(VERSION)
export CGO_ENABLED ?= 0

# What `make run` builds is for this machine and for now. Compiling is the longest
# part of a newcomer's first minutes, so what is not in the way of a scan is
# compiled without inlining, in half the time; SQLite, the standard library and
# the packages that a scan spends its time in keep it, without it SQLite is five
# times slower. The last pattern that fits a package wins. The linker leaves the
# debugging tables out in any case, so the compiler need not write them.
PLAIN     = -dwarf=false
QUICK     = -dwarf=false -l
HOT       = steward/internal/db steward/internal/scan steward/internal/tenant steward/internal/pbi \
            steward/internal/upstream steward/internal/policy steward/internal/sim/... \
            github.com/go-json-experiment/... golang.org/x/text/...
SLOWER    = net net/http/... net/mail crypto/tls crypto/x509/... crypto/dsa crypto/ecdsa crypto/rsa encoding/asn1 encoding/gob encoding/xml \
            go/... html/... text/... mime/... archive/zip vendor/golang.org/x/... expvar \
            github.com/... cel.dev/... google.golang.org/... golang.org/x/... go.opentelemetry.io/... go.yaml.in/... steward/...
QUICKLY   = -gcflags='all=$(PLAIN)' $(foreach p,$(SLOWER),-gcflags='$(p)=$(QUICK)') $(foreach p,$(HOT),-gcflags='$(p)=$(PLAIN)')

.PHONY: run build test check lint generate stale bench long fuzz drill mutants approvals kills pictures schema vendor fmt

## run: the portal over a lifelike tenant, in a browser, no account anywhere
run:
	$(GO) build $(QUICKLY) -trimpath -ldflags '$(LDFLAGS)' -o bin/demo/portal ./cmd/portal
	bin/demo/portal demo

## build: the single static binary bin/portal
build:
	$(GO) build -gcflags='all=$(PLAIN)' -trimpath -ldflags '$(LDFLAGS)' -o bin/portal ./cmd/portal

## test: every test; the last line says how many passed
test: stale
	@sh tools/chromium.sh
	@{ $(GO) test -json -timeout 15m ./...; $(GO) -C internal/auth/providertest test -json -timeout 5m ./... || echo '{"Action":"build-fail","ImportPath":"internal/auth/providertest"}'; } | $(GO) run ./internal/testreport

## check: what a change must pass before it is handed in
check: lint test

## lint: the linters, pinned in tools/go.mod
lint:
	$(LINT) run --timeout 10m ./...

## generate: write the Go code of the templates
generate:
	$(GO) tool templ generate -log-level error

## stale: fail when generated code does not fit its templates
stale:
	@sh tools/stale.sh

## bench: the figures of docs/performance.md, each beside its baseline
bench:
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./...
	$(GO) -C internal/policy/opabench test -run . -bench . -count 3 ./...

## long: campaigns that are too long for every run (kills, races, fuzz corpora)
long:
	STEWARD_LONG=1 $(GO) test -timeout 85m ./...

## fuzz: every fuzz target for FUZZTIME each (60s)
fuzz:
	@sh tools/fuzz.sh $(or $(FUZZTIME),60s)

## drill: copy a living portal, put the copy back, verify
drill:
	$(GO) test -count 1 -v -run 'TestBackup|TestRestore' ./cmd/portal

## mutants: take out one guard of approving after the other; a test must miss it
mutants:
	STEWARD_MUTANTS=all $(GO) test -count=1 -timeout 0 -v -run 'TestMutants|TestTriggersAreMissed' ./internal/desk

## approvals: the figures of docs/approvals.md: models, races, requests in flight
approvals:
	STEWARD_LONG=1 $(GO) test -count=1 -timeout 0 -v -run 'TestModelOfAgreeing' ./internal/request
	STEWARD_LONG=1 $(GO) test -count=1 -timeout 0 -v -run 'TestWallsAgree|TestRaces|TestModelOfApprovals' ./internal/desk
	$(GO) test -run '^$$' -bench InFlight -benchtime 1x -timeout 60m ./internal/desk

## kills: a real portal killed at every commit and every call in every weather (a
## night), then at 500 random moments; KILLS=TestKilledAtRandom for the latter
KILLS ?= TestKilled
kills:
	STEWARD_KILL_ALL=1 STEWARD_LONG=1 $(GO) test -count=1 -timeout 0 -v -run '$(KILLS)' ./internal/app

## pictures: take those of the docs again, from the demo
pictures:
	STEWARD_PICTURES=1 $(GO) test -count 1 -v -run TestPictures ./internal/app

## schema: keep the schema of a release for good, with a small tenant in it; VERSION=v1.2.0
schema:
	STEWARD_SCHEMA=$(CURDIR)/internal/db/testdata/schemas/$(VERSION).sql $(GO) test -count 1 -v -run TestWriteGolden ./internal/db

## vendor: fetch the pinned browser files again and check their sums
vendor:
	sh web/vendor.sh

fmt:
	gofmt -w $$(git ls-files '*.go' | grep -v _templ.go)
