package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stateFile is what a state file holds: the changes that callers made, and what
// was under way. The tenant itself follows from its seed.
type stateFile struct {
	World json.RawMessage `json:"world"`
	Acts  json.RawMessage `json:"acts"`
}

// KeepState goes on from a state file, if it is there, and writes it after every
// change from then on, so that the tenant outlives the process, also one that is
// killed. Call it before Start. Scans and quotas are not kept.
func (c *Cloud) KeepState(name string) error {
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("read the state of the stand-in: %w", err)
	default:
		var f stateFile
		err := json.Unmarshal(text, &f)
		if err == nil {
			err = errors.Join(c.cfg.World.Load(bytes.NewReader(f.World)), c.Acts.Load(bytes.NewReader(f.Acts)))
		}
		if err != nil {
			return fmt.Errorf("read the state of the stand-in from %s: %w", name, err)
		}
	}
	c.stateName = name
	return c.saveState()
}

// saveState replaces the state file in one step.
func (c *Cloud) saveState() error {
	if c.stateName == "" {
		return nil
	}
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	var world, acts bytes.Buffer
	if err := errors.Join(c.cfg.World.Save(&world), c.Acts.Save(&acts)); err != nil {
		return err
	}
	text, err := json.Marshal(stateFile{world.Bytes(), acts.Bytes()})
	if err != nil {
		return fmt.Errorf("write the state of the stand-in: %w", err)
	}
	next := filepath.Join(filepath.Dir(c.stateName), "."+filepath.Base(c.stateName)+".new")
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return fmt.Errorf("write the state of the stand-in: %w", err)
	}
	if err := os.Rename(next, c.stateName); err != nil {
		return fmt.Errorf("write the state of the stand-in: %w", err)
	}
	return nil
}
