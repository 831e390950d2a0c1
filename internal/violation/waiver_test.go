package violation_test

import (
	"testing"
	"time"

	"steward/internal/fault"
	"steward/internal/violation"
)

func good() violation.Waiver {
	return violation.Waiver{State: violation.Asked, Owner: "ana", Reason: "Migration ends in May", Ends: noon.AddDate(0, 2, 0), AskedBy: "bo"}
}

func TestWaiverRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*violation.Waiver)
		never  bool
		field  string
		kind   fault.Kind
	}{
		"good":            {func(*violation.Waiver) {}, false, "", ""},
		"no owner":        {func(w *violation.Waiver) { w.Owner = " " }, false, "owner", fault.Invalid},
		"no reason":       {func(w *violation.Waiver) { w.Reason = "ok" }, false, "reason", fault.Invalid},
		"no end":          {func(w *violation.Waiver) { w.Ends = time.Time{} }, false, "ends", fault.Invalid},
		"end in the past": {func(w *violation.Waiver) { w.Ends = noon }, false, "ends", fault.Invalid},
		"end far away":    {func(w *violation.Waiver) { w.Ends = noon.AddDate(3, 0, 0) }, false, "ends", fault.Invalid},
		"of a waiver":     {func(*violation.Waiver) {}, true, "", fault.Denied},
	}
	for name, tc := range tests {
		w := good()
		tc.change(&w)
		err := w.CheckRequest(noon, tc.never)
		if tc.kind == "" && err != nil || tc.kind != "" && !fault.Is(err, tc.kind) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWaiverNeedsSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		by   string
		kind fault.Kind
	}{"another": {"cy", ""}, "who asked": {"bo", fault.Denied}, "who would own it": {"ana", fault.Denied}, "nobody": {"", fault.Denied}} {
		err := good().CheckDecision(tc.by, noon)
		if tc.kind == "" && err != nil || tc.kind != "" && !fault.Is(err, tc.kind) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	late := good()
	if !fault.Is(late.CheckDecision("cy", late.Ends), fault.Conflict) {
		t.Error("a waiver whose end has passed was approved")
	}
	late.State = violation.Rejected
	if !fault.Is(late.CheckDecision("cy", noon), fault.Conflict) {
		t.Error("a waiver was decided twice")
	}
}

func TestWaiverInForce(t *testing.T) {
	t.Parallel()
	w := good()
	if w.InForce(noon) {
		t.Error("a waiver nobody approved is in force")
	}
	w.State = violation.Approved
	if !w.InForce(noon) || w.InForce(w.Ends) {
		t.Error("a waiver runs until its end and not longer")
	}
	if got := w.RemindAt(14 * 24 * time.Hour); !got.Equal(w.Ends.AddDate(0, 0, -14)) {
		t.Errorf("reminder at %v", got)
	}
}

func TestTriage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to violation.State
		reason   string
		want     fault.Kind
		ok       bool
	}{
		{violation.Open, violation.InProgress, "", "", true},
		{violation.Open, violation.FalsePositive, "", fault.Invalid, false},
		{violation.Open, violation.FalsePositive, "The group is nested", "", true},
		{violation.FalsePositive, violation.Open, "", "", true},
		{violation.Open, violation.Resolved, "I mended it", fault.Conflict, false},
		{violation.Resolved, violation.Open, "", fault.Conflict, false},
		{violation.Open, violation.Waived, "we accept it", fault.Conflict, false},
		{violation.Waived, violation.Open, "", fault.Conflict, false},
		{violation.Open, "nonsense", "", fault.Invalid, false},
	}
	for _, tc := range tests {
		err := violation.Triage(tc.from, tc.to, tc.reason)
		if tc.ok != (err == nil) || !tc.ok && !fault.Is(err, tc.want) {
			t.Errorf("%s to %s: got %v", tc.from, tc.to, err)
		}
	}
}
