package acts

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// saved is what is under way, as a file holds it.
type saved struct {
	Moves     map[string]Move
	Assigned  map[string]time.Time
	Runs      []*run
	Enhanced  map[string]Enhanced
	Forgotten map[string]bool
	Started   map[string]string
	Imports   map[string]*Import
	Longs     map[string]*Long
}

// Save writes what is under way, as JSON. It belongs to the state of the world
// at the same moment.
func (b *Book) Save(to io.Writer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := json.NewEncoder(to).Encode(saved{b.moves, b.assigned, b.runs, b.enhanced, b.forgotten, b.started, b.imports, b.longs}); err != nil {
		return fmt.Errorf("save what is under way: %w", err)
	}
	return nil
}

// Load goes on with what was under way.
func (b *Book) Load(from io.Reader) error {
	var s saved
	if err := json.NewDecoder(from).Decode(&s); err != nil {
		return fmt.Errorf("load what is under way: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.Moves == nil || s.Assigned == nil || s.Enhanced == nil || s.Forgotten == nil || s.Started == nil {
		return fmt.Errorf("load what is under way: a part is missing")
	}
	if s.Imports != nil {
		b.imports = s.Imports
	}
	if s.Longs != nil {
		b.longs = s.Longs
	}
	b.moves, b.assigned, b.runs, b.enhanced, b.forgotten, b.started = s.Moves, s.Assigned, s.Runs, s.Enhanced, s.Forgotten, s.Started
	return nil
}
