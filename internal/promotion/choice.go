package promotion

import (
	"fmt"
	"strconv"
)

// Choice is what somebody wants to promote through one pipeline.
type Choice struct {
	// Pipeline is its id; From and To are orders of stages.
	Pipeline string
	From, To int
	// Items are the ids of the source's items; none means everything.
	Items []string
	// Options hold for all items that have none of their own in ItemOptions, by
	// the source item's id.
	Options     Options
	ItemOptions map[string]Options
	// UpdateApp publishes the target's app again with the deployment.
	UpdateApp bool
	// NewWorkspace is the name of a workspace to be made for a target stage that
	// has none, NewCapacity its capacity; empty means the source's.
	NewWorkspace, NewCapacity string
	// Mapping is what the target gets afterwards; zero for nothing.
	Mapping Mapping
	// Accepted are the checks whose failure the requester accepts, by id. Only
	// those count that are about what comes after the deployment.
	Accepted []string
}

// All reports whether everything in the source is to go.
func (c Choice) All() bool { return len(c.Items) == 0 }

// Backward reports whether it goes against the order of the stages.
func (c Choice) Backward() bool { return c.To < c.From }

// OptionsOf are the options that hold for a source item.
func (c Choice) OptionsOf(id string) Options {
	if own, ok := c.ItemOptions[id]; ok && own != (Options{}) {
		return own
	}
	return c.Options
}

// Options are what a deployment is allowed to do; each is needed for what it
// names, or the deployment fails (api guide, section 6.1).
type Options struct {
	Create    bool `json:"create,omitempty"`
	Overwrite bool `json:"overwrite,omitempty"`
	SkipTiles bool `json:"skip_tiles,omitempty"`
	// Purge lets a changed schema destroy the target's data.
	Purge    bool `json:"purge,omitempty"`
	TakeOver bool `json:"take_over,omitempty"`
	Label    bool `json:"label,omitempty"`
}

func count(n int) string { return strconv.Itoa(n) }

// some writes a number of things in the singular or plural.
func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
