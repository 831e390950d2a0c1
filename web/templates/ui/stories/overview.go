package stories

import (
	"math"
	"time"

	"steward/web/templates/ui"
)

func overviewStories(now time.Time) []Story {
	home := frame("Are we in good shape?")
	home.Primary = &ui.Action{Label: "Scan now", Href: "/scans", Post: true}
	return []Story{
		{"overview/full", framed(home, ui.Tiles(stats()), ui.Cards(
			ui.InCard(ui.PlotView(trend(now))), ui.InCard(ui.PlotView(refreshes(now))),
			ui.InCard(ui.SharesView(roles())), ui.InCard(ui.PlotView(ages()))))},
		{"overview/no data", framed(frame("Overview"), ui.Tiles(noStats()), ui.Cards(
			ui.InCard(ui.PlotView(ui.Plot{ID: "none", Title: "Are we getting better?"})), ui.InCard(ui.SharesView(ui.Shares{ID: "no", Title: "Who has access?"})),
			ui.InCard(ui.PlotView(ui.Plot{ID: "one", Title: "One day", Unit: "things", Desc: "One point.", X: []string{"21 Nov"}, Series: []ui.Series{{Name: "Open", Values: []float64{7}}}}))))},
	}
}

func stats() []ui.Stat {
	return []ui.Stat{
		{Label: "Open violations", Value: "12,806", Href: "/violations", Delta: "412 fewer than last week", Tone: ui.Good, Trend: []float64{14, 15, 14.5, 13.9, 13.2, 13.3, 12.8}},
		{Label: "Critical", Value: "41", Href: "/violations?severity=critical", Delta: "3 more than last week", Tone: ui.Bad, Trend: []float64{30, 33, 38, 38, 41}},
		{Label: "Workspaces", Value: "4,019", Href: "/workspaces", Delta: "26 more than last week"},
		{Label: "Without an admin", Value: "7", Href: "/workspaces?admins=0", Delta: "as last week"},
		{Label: "Failed refreshes", Unknown: "the executor may not read refresh history", Href: "/refreshes"},
	}
}

func noStats() []ui.Stat {
	return []ui.Stat{
		{Label: "Open violations", Unknown: "no scan has finished yet"},
		{Label: "Workspaces", Unknown: "no scan has finished yet"},
	}
}

// days are the last n days as labels, oldest first.
func days(now time.Time, n int) []string {
	var out []string
	for i := n - 1; i >= 0; i-- {
		out = append(out, now.AddDate(0, 0, -i).Format("2 Jan"))
	}
	return out
}

func wave(n int, base, swing, slope float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Round(base + swing*math.Sin(float64(i)/5) + slope*float64(i))
	}
	return out
}

func trend(now time.Time) ui.Plot {
	return ui.Plot{
		ID: "trend", Title: "Are we getting better?", Unit: "violations", X: days(now, 60), Bars: true,
		Desc: "Open violations by severity on each of the last 60 days, with those opened and closed below.",
		Series: []ui.Series{
			{Name: "Critical", Class: "sev-critical", Values: wave(60, 60, 8, -0.3)}, {Name: "High", Class: "sev-high", Values: wave(60, 180, 20, -1)},
			{Name: "Medium", Class: "sev-medium", Values: wave(60, 400, 40, -2)}, {Name: "Low", Class: "sev-low", Values: wave(60, 300, 10, 1)},
		},
		Up:   &ui.Series{Name: "Opened", Values: wave(60, 20, 12, 0)},
		Down: &ui.Series{Name: "Closed", Values: wave(60, 24, -10, 0)},
	}
}

func refreshes(now time.Time) ui.Plot {
	p := ui.Plot{
		ID: "refreshes", Title: "How long do refreshes take?", Unit: "minutes", X: days(now, 28),
		Desc:   "Median and slowest tenth of refresh durations per day; 9 to 11 days ago they are not known.",
		Series: []ui.Series{{Name: "p50", Values: wave(28, 6, 1, 0.05)}, {Name: "p90", Values: wave(28, 7.5, 2, 0.02)}, {Name: "Limit", Class: "4", Values: wave(28, 30, 0, 0)}},
	}
	for i := 17; i < 20; i++ {
		p.Series[0].Values[i], p.Series[1].Values[i] = ui.NoValue(), ui.NoValue()
	}
	return p
}

func roles() ui.Shares {
	row := func(label string, admin, member, viewer float64) ui.Share {
		return ui.Share{Label: label, Href: "/access?kind=" + label, Value: admin + member + viewer, Parts: []ui.Part{{Name: "Admin", Value: admin}, {Name: "Member or contributor", Value: member, Class: "3"}, {Name: "Viewer", Value: viewer, Class: "quiet"}}}
	}
	return ui.Shares{ID: "roles", Title: "Who has which role?", Desc: "Roles by kind of principal.", Unit: "grants", Rows: []ui.Share{
		row("People", 5201, 9800, 21044), row("Groups", 310, 2100, 8100), row("Service principals", 88, 420, 12), row("Guests", 12, 61, 904)}}
}

func ages() ui.Plot {
	return ui.Plot{ID: "ages", Title: "How old are open violations?", Unit: "violations", XName: "Age", Bars: true, Desc: "Open violations by age.",
		X: []string{"< 1 d", "1–7 d", "8–30 d", "31–90 d", "> 90 d"}, Series: []ui.Series{{Name: "Open", Values: []float64{31, 212, 480, 150, 1922}}}}
}
