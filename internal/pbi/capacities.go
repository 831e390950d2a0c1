package pbi

import (
	"context"
	"net/url"
	"time"
)

// Capacity is one capacity of the tenant (guide, section 5).
type Capacity struct {
	ID, Name string
	// Admins are user principal names or object ids; may be empty.
	Admins []string
	// SKU is P1, A1, EM1, F2, PP3 (Premium per user) and the like.
	SKU string
	// State is Active, Suspended, ... or one that is not known yet.
	State, Region string
	// AccessRight is what the calling app may do: None, Assign, Admin.
	AccessRight string
	// TenantKeyID is the key of one's own that encrypts it; usually empty.
	TenantKeyID string
}

// Capacities returns the capacities of the tenant.
// GET admin/capacities, 200 an hour.
func (c *Client) Capacities(ctx context.Context) ([]Capacity, error) {
	return wholeList(ctx, c, c.powerBI, OpCapacities, "admin/capacities", nil, readCapacity, "value")
}

func readCapacity(c *cursor) Capacity {
	var k Capacity
	c.object(func(key, _ string) {
		switch key {
		case "id":
			k.ID = c.id()
		case "displayname":
			k.Name = c.text()
		case "admins":
			k.Admins = c.texts()
		case "sku":
			k.SKU = c.word()
		case "state":
			k.State = c.word()
		case "region":
			k.Region = c.word()
		case "capacityuseraccessright":
			k.AccessRight = c.word()
		case "tenantkeyid":
			k.TenantKeyID = c.id()
		}
	})
	return k
}

// Refreshable is a dataset on a capacity with how its refreshes went in the
// last seven days.
type Refreshable struct {
	ID, Name, Kind string
	// Start and End bound the window; zero when there was no refresh (the
	// service writes null, or the year 1).
	Start, End time.Time
	// Refreshes and Failures are counts within the window.
	Refreshes, Failures int
	// AverageDuration and MedianDuration are of a refresh.
	AverageDuration, MedianDuration time.Duration
	RefreshesPerDay                 int
	LastRefresh                     *Refresh
	Schedule                        *Schedule
	ConfiguredBy                    []string
	CapacityID                      string
	WorkspaceID, WorkspaceName      string
}

// Refreshables returns the datasets on capacities that refresh, each once
// (the service lists some twice).
// GET admin/capacities/refreshables, 200 an hour.
func (c *Client) Refreshables(ctx context.Context) ([]Refreshable, error) {
	rows := []Refreshable{}
	err := skipPages(ctx, c, OpRefreshable, "admin/capacities/refreshables", url.Values{"$expand": {"capacity,group"}}, 1000,
		readRefreshable, func(r Refreshable) string { return r.ID }, func(page []Refreshable) error {
			rows = append(rows, page...)
			return nil
		})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func readRefreshable(c *cursor) Refreshable {
	var r Refreshable
	c.object(func(key, _ string) {
		switch key {
		case "id":
			r.ID = c.id()
		case "name":
			r.Name = c.text()
		case "kind":
			r.Kind = c.word()
		case "starttime":
			r.Start = c.time()
		case "endtime":
			r.End = c.time()
		case "refreshcount":
			r.Refreshes = c.integer()
		case "refreshfailures":
			r.Failures = c.integer()
		case "averageduration":
			r.AverageDuration = seconds(c.number())
		case "medianduration":
			r.MedianDuration = seconds(c.number())
		case "refreshesperday":
			r.RefreshesPerDay = c.integer()
		case "lastrefresh":
			if c.kind() == '{' {
				last := readRefresh(c)
				r.LastRefresh = &last
			}
		case "refreshschedule":
			r.Schedule = readSchedule(c)
		case "configuredby":
			r.ConfiguredBy = c.textOrTexts()
		case "capacity":
			r.CapacityID, _ = readNamed(c)
		case "group":
			r.WorkspaceID, r.WorkspaceName = readNamed(c)
		}
	})
	return r
}

// readNamed reads an object with id and name.
func readNamed(c *cursor) (id, name string) {
	c.object(func(key, _ string) {
		switch key {
		case "id":
			id = c.id()
		case "name", "displayname":
			name = c.text()
		}
	})
	return id, name
}

// textOrTexts reads a string or an array of them.
func (c *cursor) textOrTexts() []string {
	if c.kind() != '"' {
		return c.texts()
	}
	if s := c.text(); s != "" {
		return []string{s}
	}
	return nil
}

func seconds(f float64) time.Duration {
	if f < 0 || f > 1e8 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}
