package acts

import (
	"strings"
	"time"

	"steward/internal/sim/world"
)

// AddDashboard makes an empty dashboard.
func (b *Book) AddDashboard(a Actor, workspace, name string, t time.Time) (*world.Workspace, *world.Item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, err := b.enter(a, workspace, world.RightContributor, t)
	if err != nil {
		return nil, nil, err
	}
	if strings.TrimSpace(name) == "" {
		return nil, nil, invalid("The name of the dashboard is required.")
	}
	it, err := b.added(a, ws, world.Item{Kind: world.KindDashboard, Name: name, Dashboard: &world.Dashboard{}}, "CreateDashboard", t)
	return ws, it, err
}

// Dashboard finds a dashboard of a workspace in which the actor may look.
func (b *Book) Dashboard(a Actor, workspace, id string, t time.Time) (*world.Workspace, *world.Item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.item(a, workspace, id, world.RightViewer, t, isDashboard)
}

// CloneTile is a tile to copy. Target workspace, report and model are those of
// the tile when empty.
type CloneTile struct {
	Dashboard, Tile                  string
	TargetDashboard, TargetWorkspace string
	TargetReport, TargetModel        string
	Position                         string
}

// Clone copies a tile to a dashboard. A tile of a report that goes to another
// workspace needs a report there, or a model; else it is refused.
func (b *Book) Clone(a Actor, workspace string, c CloneTile, t time.Time) (world.Tile, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws, from, err := b.item(a, workspace, c.Dashboard, world.RightContributor, t, isDashboard)
	if err != nil {
		return world.Tile{}, err
	}
	where := c.TargetWorkspace
	if where == "" {
		where = ws.ID
	}
	to, target, err := b.item(a, where, c.TargetDashboard, world.RightContributor, t, isDashboard)
	if err != nil {
		return world.Tile{}, err
	}
	for _, tile := range from.Dashboard.Tiles {
		if !sameID(tile.ID, c.Tile) {
			continue
		}
		if tile, err = b.tileFor(a, tile, c, ws, to, t); err != nil {
			return world.Tile{}, err
		}
		_, err = b.edited(a, to, target.ID, "EditDashboard", t, func(_ *world.Workspace, x *world.Item) {
			d := *x.Dashboard
			d.Tiles = append(append([]world.Tile(nil), d.Tiles...), tile)
			x.Dashboard = &d
		})
		return tile, err
	}
	return world.Tile{}, notFound()
}

func (b *Book) tileFor(a Actor, tile world.Tile, c CloneTile, from, to *world.Workspace, t time.Time) (world.Tile, error) {
	tile.ID = b.world.NewID()
	if c.TargetReport != "" {
		where, rep, err := b.item(a, "", c.TargetReport, world.RightViewer, t, isReport)
		if err != nil {
			return tile, err
		}
		if where.ID != to.ID {
			return tile, invalid("The target report is in another workspace.")
		}
		tile.ReportID, tile.ModelID = rep.ID, rep.Report.ModelID
	}
	if c.TargetModel != "" {
		_, model, err := b.item(a, "", c.TargetModel, world.RightViewer, t, isModel)
		if err != nil {
			return tile, err
		}
		tile.ModelID = model.ID
	}
	if to.ID != from.ID && (tile.ReportID != "" && c.TargetReport == "" || tile.ModelID != "" && c.TargetModel == "" && c.TargetReport == "") {
		return tile, invalid("targetReportId or targetModelId is required when the tile goes to another workspace.")
	}
	return tile, nil
}
