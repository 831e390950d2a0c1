package evaluate

import (
	"context"
	"encoding/binary"
	"fmt"

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

// sum adds up what all units of the tenant count for. Those judged by an
// earlier version of a rule (a workspace no scan could see since) count with
// it still: it is the last that is known of them.
func (r *run) sum(ctx context.Context) (map[string]policy.Tally, error) {
	byVersion := map[int64]policy.Tally{}
	err := r.reader.Tallies(ctx, r.view.Tenant, func(ws, _ int64, data []byte) error {
		return eachCount(ws, data, func(version int64, c count32) {
			t := byVersion[version]
			t.Passed += int64(c.passed)
			t.Failed += int64(c.failed)
			t.Unknown += int64(c.unknown)
			byVersion[version] = t
		})
	})
	if err != nil {
		return nil, err
	}
	out := map[string]policy.Tally{}
	for version, t := range byVersion {
		rule, ok := r.rules.Rules[version]
		if !ok {
			continue // a version that is no longer in force
		}
		sum := out[rule]
		sum.Passed += t.Passed
		sum.Failed += t.Failed
		sum.Unknown += t.Unknown
		out[rule] = sum
	}
	return out, nil
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
