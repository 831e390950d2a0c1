package config

import (
	"fmt"
	"net/url"

	"go.yaml.in/yaml/v3"
)

// Print returns the configuration in force as YAML, without the keys that are
// not set. Secrets are references, and an address keeps neither a password nor
// a query: both are where people put tokens.
func (c *Config) Print() (string, error) {
	shown := *c
	shown.Ledger.SecondSink = withoutTokens(c.Ledger.SecondSink)
	var tree yaml.Node
	if err := tree.Encode(shown); err != nil {
		return "", fmt.Errorf("print configuration: %w", err)
	}
	prune(&tree)
	text, err := yaml.Marshal(&tree)
	if err != nil {
		return "", fmt.Errorf("print configuration: %w", err)
	}
	return string(text), nil
}

// prune removes keys without a value, and reports whether anything is left.
func prune(n *yaml.Node) bool {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.Value != "" && n.Value != "null" && n.Value != "0" && n.Value != "false"
	case yaml.SequenceNode:
		for _, one := range n.Content {
			prune(one)
		}
		return len(n.Content) > 0
	case yaml.MappingNode:
		var left []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if prune(n.Content[i+1]) || saidZero(n.Content[i].Value, n.Content[i+1]) {
				left = append(left, n.Content[i], n.Content[i+1])
			}
		}
		n.Content = left
		return len(left) > 0
	}
	return true
}

// meant are keys whose zero is something that was said, because they are
// unset otherwise.
var meant = map[string]bool{"personal_workspaces": true, "archive_days": true, "unused_workspaces": true}

func saidZero(key string, n *yaml.Node) bool { return meant[key] && n.Tag != "!!null" }

// withoutTokens shortens an address to where it leads.
func withoutTokens(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "file" || u.Host == "" && u.Opaque == "" {
		return text
	}
	if inner, err := url.Parse(u.Opaque); err == nil && inner.Host != "" {
		return u.Scheme + ":" + withoutTokens(u.Opaque) // https:https://… is written, too
	}
	if u.Host == "" {
		return text
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
