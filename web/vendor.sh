#!/bin/sh
# Re-creates the pinned browser files in web/static/vendor (and axe-core, which
# is for tests only, in internal/browser/testdata) from the npm registry, and
# checks every one against SHA256SUMS. Run from anywhere; needs npm.
#
# To move to a new version: change it here, run with --update, read the diff.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
sums=web/static/vendor/SHA256SUMS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unpack NAME@VERSION leaves the package's files in $work/NAME.
unpack() {
	mkdir -p "$work/$2"
	(cd "$work/$2" && npm pack --silent "$1" >/dev/null && tar xzf ./*.tgz)
}

# keep PACKAGE FILE TARGET copies one file into the tree.
keep() {
	mkdir -p "$root/$(dirname "$3")"
	cp "$work/$1/package/$2" "$root/$3"
}

unpack @picocss/pico@2.1.1 pico
keep pico css/pico.classless.min.css web/static/vendor/pico.classless.min.css
keep pico LICENSE.md web/static/vendor/pico.LICENSE.md

unpack htmx.org@2.0.11 htmx
keep htmx dist/htmx.min.js web/static/vendor/htmx.min.js
keep htmx LICENSE web/static/vendor/htmx.LICENSE

unpack uplot@1.6.32 uplot
keep uplot dist/uPlot.iife.min.js web/static/vendor/uPlot.iife.min.js
keep uplot dist/uPlot.min.css web/static/vendor/uPlot.min.css
keep uplot LICENSE web/static/vendor/uPlot.LICENSE

unpack axe-core@4.14.1 axe
keep axe axe.min.js internal/browser/testdata/axe.min.js
keep axe LICENSE internal/browser/testdata/axe.LICENSE

cd "$root"
if [ "${1:-}" = --update ]; then
	sha256sum web/static/vendor/*.js web/static/vendor/*.css web/static/vendor/*LICENSE* \
		internal/browser/testdata/axe.min.js internal/browser/testdata/axe.LICENSE >"$sums"
fi
sha256sum --check --quiet "$sums"
echo "vendor: $(wc -l <"$sums") files match $sums"
