#!/bin/sh
# Fails when a template's generated Go code is not what the template gives
# now. Works on a copy, so that a failing check leaves the tree as it was.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
git ls-files -z -- '*.templ' '*_templ.go' go.mod go.sum | xargs -0 tar cf - | tar xf - -C "$dir"
bin="$dir/generator"
go build -o "$bin" github.com/a-h/templ/cmd/templ
(cd "$dir" && "$bin" generate -log-level error >/dev/null)
bad=0
for f in $(git ls-files -- '*.templ'); do
	g="${f%.templ}_templ.go"
	if [ ! -f "$g" ] || ! cmp -s "$g" "$dir/$g"; then
		echo "stale: $g does not fit $f; run 'make generate' and commit the result"
		bad=1
	fi
done
exit $bad
