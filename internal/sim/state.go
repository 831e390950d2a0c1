package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// mostKept is how many writes a state file remembers, the latest ones.
const mostKept = 10_000

// stateFile is what a state file holds: the changes that callers made, what was
// under way, and the calls that did it. The tenant itself follows from its seed.
type stateFile struct {
	World  json.RawMessage `json:"world"`
	Acts   json.RawMessage `json:"acts"`
	Writes []Entry         `json:"writes"`
}

// KeepState goes on from a state file, if it is there, and from then on writes it
// before any change is answered, so that the tenant and the journal of its writes
// outlive the process, also one that is killed. Call it before Start. A file of
// another tenant is refused with a *world.OtherTenant. Scans and quotas are not
// kept.
func (c *Cloud) KeepState(name string) error {
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("read the state of the stand-in: %w", err)
	default:
		if err := c.loadState(text); err != nil {
			return fmt.Errorf("read the state of the stand-in from %s: %w", name, err)
		}
	}
	c.stateName = name
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.saveState()
}

func (c *Cloud) loadState(text []byte) error {
	var f stateFile
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if err := c.cfg.World.Load(bytes.NewReader(f.World)); err != nil {
		return err
	}
	if err := c.Acts.Load(bytes.NewReader(f.Acts)); err != nil {
		return err
	}
	c.kept = f.Writes
	c.journal.goOn(f.Writes)
	return nil
}

// keep performs a call with its effect written down before its answer leaves:
// whoever was told of a change finds it after a crash, and a change that is there
// after a crash stands in the journal once.
func (v *visit) keep() {
	c, call, w := v.cloud, v.call, v.call.W
	if !call.Op.Writes() {
		c.settleKept(call.Now)
		call.Op.Handle(call)
		return
	}
	h := newHeld()
	call.W = h
	c.performKept(v, h)
	call.W = w
	for k, vals := range h.header {
		w.Header()[k] = vals
	}
	w.WriteHeader(h.status)
	// A failed write means that the caller has gone.
	_, _ = w.Write(h.body.Bytes())
}

func (c *Cloud) performKept(v *visit, h *held) {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	c.Acts.Settle(v.call.Now)
	v.call.Op.Handle(v.call)
	v.entry.Seq = c.journal.number()
	e := v.entry
	e.Outcome, e.Status, e.Bytes = h.status, h.status, int64(h.body.Len())
	c.kept = append(c.kept, e)
	if extra := len(c.kept) - mostKept; extra > 0 {
		c.kept = slices.Delete(c.kept, 0, extra)
	}
	c.saveOrSay()
}

// settleKept lets time pass, and keeps what has become of it.
func (c *Cloud) settleKept(now time.Time) {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	if c.Acts.Settle(now) {
		c.saveOrSay()
	}
}

func (c *Cloud) saveOrSay() {
	if err := c.saveState(); err != nil {
		c.cfg.Logf("stand-in: %v", err)
	}
}

func (c *Cloud) forgetWrites() {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	c.kept = nil
	if c.stateName != "" {
		c.saveOrSay()
	}
}

// saveState replaces the state file in one step; stateMu is held.
func (c *Cloud) saveState() error {
	var w, a bytes.Buffer
	if err := errors.Join(c.cfg.World.Save(&w), c.Acts.Save(&a)); err != nil {
		return err
	}
	text, err := json.Marshal(stateFile{w.Bytes(), a.Bytes(), c.kept})
	if err != nil {
		return fmt.Errorf("write the state of the stand-in: %w", err)
	}
	next := filepath.Join(filepath.Dir(c.stateName), "."+filepath.Base(c.stateName)+".new")
	if err := replaceFile(next, c.stateName, text); err != nil {
		return fmt.Errorf("write the state of the stand-in: %w", err)
	}
	return nil
}

// replaceFile writes a file beside and puts it in place when it is on the disk:
// a power cut leaves the old one or the new one.
func replaceFile(next, name string, text []byte) error {
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(next, name)
}
