package alert

import (
	"fmt"
	"time"

	"steward/internal/refresh"
)

// Model is what is known now of a model's refreshes.
type Model struct {
	Thing
	// ID and Workspace are Microsoft's ids.
	ID, Workspace, Name string
	// Owner is an address, empty where it is not known.
	Owner string
	State refresh.State
	// Success is the share of those that ended well of Ended, 0 to 1.
	Success       float64
	Failed, Ended int
	// Slower is the median of the last week divided by the one before, 0 where
	// there are too few runs; Median is of the time looked at.
	Slower float64
	Median time.Duration
	Advice []refresh.Advice
}

// Known reports whether enough can be read to say that something is well.
func (m Model) Known() bool { return m.State != "" && m.State != refresh.StateUnknown }

// How much better than its line a figure must be before its alert is over: one
// that goes to and fro about the line is one alert.
const (
	successMargin = 0.02
	slowerMargin  = 0.1
)

// fewEnded is how many refreshes must have ended for a share to say anything.
const fewEnded = 3

// Findings lists what to warn of. stands tells whether an alert of a kind
// stands about the model by now.
func (m Model) Findings(rules Rules, stands func(Kind) bool) []Finding {
	var out []Finding
	for _, k := range Kinds() {
		reason := m.reason(k, rules, stands)
		if reason == "" {
			continue
		}
		rule, wanted := rules.For(m.Thing, k)
		if !wanted {
			continue
		}
		f := Finding{Kind: k, Key: m.ID, Name: m.Name, Workspace: m.Workspace, Item: m.ID, Reason: reason, Rule: rule, Owner: m.Owner}
		if k == OwnerLeft {
			f.Owner = ""
		}
		out = append(out, f)
	}
	return out
}

// reason says why there is something to warn of; empty when there is not.
func (m Model) reason(k Kind, rules Rules, stands func(Kind) bool) string {
	rule, _ := rules.For(m.Thing, k)
	switch k {
	case LowSuccess:
		return m.seldom(rule.Lines.Success, stands(k))
	case Drift:
		return m.drifts(rule.Lines.Slower, stands(k))
	case SwitchOff:
		return m.advised(refresh.AdviceOff, refresh.AdviceEnding)
	case OwnerLeft:
		return m.advised(refresh.AdviceOwner)
	case Unused:
		return m.advised(refresh.AdviceUnused)
	case NodeFailed, PlanLate:
	}
	return ""
}

func (m Model) seldom(line float64, stands bool) string {
	clear := line
	if stands {
		clear = min(1, line+successMargin)
	}
	if m.Ended < fewEnded || m.Success >= clear {
		return ""
	}
	says := fmt.Sprintf("%.0f %% of its refreshes succeed; the line is %.0f %%. %d of %d failed.", 100*m.Success, 100*line, m.Failed, m.Ended)
	for _, a := range m.Advice {
		switch a.Kind {
		case refresh.AdviceCredentials, refresh.AdviceGateway, refresh.AdviceRecurring:
			return says + " " + a.Says + " " + a.Do
		}
	}
	return says
}

func (m Model) drifts(line float64, stands bool) string {
	clear := line
	if stands {
		clear = line - slowerMargin
	}
	if m.Slower == 0 || m.Slower < clear || m.Median < time.Minute {
		return ""
	}
	return fmt.Sprintf("A refresh takes %.1f times as long as it did; the line is %.1f times. The median of the last seven days is compared with the days before; of all it is %s. Look for what grew: rows without an end, a new column, a query that no longer folds to the source.",
		m.Slower, line, refresh.Spoken(m.Median))
}

func (m Model) advised(kinds ...refresh.AdviceKind) string {
	for _, a := range m.Advice {
		for _, k := range kinds {
			if a.Kind == k {
				return a.Says + " " + a.Evidence + " " + a.Do
			}
		}
	}
	return ""
}
