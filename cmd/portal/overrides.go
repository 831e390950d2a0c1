package main

import (
	"strings"

	"steward/internal/config"
)

// splitOverrides takes the flags that name a configuration key out of the
// arguments: --tenants.0.scan.full="0 2 * * 0", --data_dir=DIR, --data-dir
// DIR. Every key of the configuration is a flag this way, without a list of
// them that could go stale. What is no key is left for the verb's own flags.
func splitOverrides(args []string) ([]string, []config.Override) {
	var rest []string
	var found []config.Override
	if len(args) > 0 && args[0] == "simulate" {
		return args, nil // it reads no configuration, and its --listen is its own
	}
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(rest, args[i:]...), found
		}
		name, ok := strings.CutPrefix(args[i], "--")
		key, value, inline := strings.Cut(name, "=")
		key = strings.ReplaceAll(key, "-", "_")
		if !ok || ownFlag(key) || !config.Known(key) {
			rest = append(rest, args[i])
			continue
		}
		if !inline && i+1 < len(args) {
			i++
			value = args[i]
		}
		found = append(found, config.Override{Key: key, Value: value})
	}
	return rest, found
}

// ownFlag names flags of verbs that happen to be called like a key's part.
func ownFlag(key string) bool { return key == "tenants" }
