package evaluate

import (
	"context"
	"encoding/binary"
	"fmt"

	"steward/internal/db"
	"steward/internal/policy"
)

// tally counts the verdicts on one unit, by the rule's place in the set.
type tally []count32

type count32 struct{ passed, failed, unknown int32 }

// encode writes a tally as numbers of rule versions and counts, rules without
// a verdict left out: some tens of bytes a workspace.
func (t tally) encode(r *run) []byte {
	out := []byte{}
	for i, rule := range r.set.Rules() {
		c := t[i]
		if c == (count32{}) {
			continue
		}
		for _, n := range []int64{r.rules.Versions[rule.Version], int64(c.passed), int64(c.failed), int64(c.unknown)} {
			out = binary.AppendUvarint(out, uint64(n))
		}
	}
	return out
}

// beginSums begins with the figures of the judging before, where this one
// judges only what changed since and nothing was cut off in between.
func (r *run) beginSums(ctx context.Context) error {
	if r.mode != Incremental {
		return nil
	}
	cut, err := r.reader.CutOff(ctx, r.since)
	if err != nil || cut {
		return err
	}
	r.sums, err = r.reader.RuleFigures(ctx, r.since.Scan)
	return err
}

// move takes what units counted for out of the sums (by -1), or puts it in.
func (r *run) move(unit int64, data []byte, by int64) error {
	return eachCount(unit, data, func(version int64, c count32) {
		rule, ok := r.rules.Rules[version]
		if !ok {
			return // a version that is no longer in force
		}
		sum := r.sums[rule]
		sum.Passed += by * int64(c.passed)
		sum.Failed += by * int64(c.failed)
		sum.Unknown += by * int64(c.unknown)
		r.sums[rule] = sum
	})
}

// leaving takes out what units counted for before they are judged again.
func (r *run) leaving(ctx context.Context, units []int64) error {
	if r.sums == nil {
		return nil
	}
	return r.reader.TalliesOf(ctx, r.view.Tenant, units, func(ws, _ int64, data []byte) error { return r.move(ws, data, -1) })
}

// write saves units, and counts them.
func (r *run) write(ctx context.Context, units []db.Unit) error {
	if r.sums != nil {
		for i := range units {
			if err := r.move(units[i].Workspace, units[i].Tally, 1); err != nil {
				return err
			}
		}
	}
	return r.store.SaveUnits(ctx, r.view, units)
}

// sum is what all units of the tenant count for. Those judged by an earlier
// version of a rule (a workspace no scan could see since) count with it still:
// it is the last that is known of them.
func (r *run) sum(ctx context.Context) (map[string]policy.Tally, error) {
	if r.sums != nil {
		return r.sums, nil
	}
	r.sums = map[string]policy.Tally{}
	err := r.reader.Tallies(ctx, r.view.Tenant, func(ws, _ int64, data []byte) error { return r.move(ws, data, 1) })
	return r.sums, err
}

// eachCount is the inverse of encode.
func eachCount(ws int64, data []byte, fn func(version int64, c count32)) error {
	for len(data) > 0 {
		var n [4]uint64
		for i := range n {
			v, size := binary.Uvarint(data)
			if size <= 0 {
				return fmt.Errorf("the tally of workspace %d is damaged", ws)
			}
			n[i], data = v, data[size:]
		}
		fn(int64(n[0]), count32{passed: int32(n[1]), failed: int32(n[2]), unknown: int32(n[3])})
	}
	return nil
}
