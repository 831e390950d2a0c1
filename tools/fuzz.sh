#!/bin/sh
# Runs every fuzz target for a while, one after the other; a finding is kept in
# the package's testdata/fuzz and run by every test from then on.
set -u
each=${1:-60s}
bad=0
n=0
for file in $(git ls-files -- '*_test.go' | xargs grep -l '^func Fuzz'); do
	dir=$(dirname "$file")
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
		n=$((n + 1))
		if out=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$each" "./$dir" 2>&1); then
			echo "ok   $dir $target: $(echo "$out" | sed -n 's/.*\(execs: [0-9]*\).*/\1/p' | tail -1)"
		else
			echo "FAIL $dir $target"
			echo "$out"
			bad=1
		fi
	done
done
echo "$n targets, $each each"
exit $bad
