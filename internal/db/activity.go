package db

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"steward/internal/tenant"
)

// ActivityDay is how far one UTC day of the activity log was read.
type ActivityDay struct {
	// Day is the beginning of the day.
	Day time.Time
	// ReadAt is when it was read last; Whole says that all its pages were.
	ReadAt time.Time
	Whole  bool
	Events int64
	Error  string
}

// dayNumber counts days since 1970-01-01 UTC.
func dayNumber(t time.Time) int64 { return t.Unix() / 86_400 }

const activitySQL = `INSERT INTO activity (tenant, event, at, day, activity, actor, ws, item, item_kind, item_name, ws_name, succeeded, via, raw)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
	ON CONFLICT (tenant, event) DO UPDATE SET at = excluded.at, day = excluded.day, activity = excluded.activity,
		actor = excluded.actor, ws = excluded.ws, item = excluded.item, item_kind = excluded.item_kind,
		item_name = excluded.item_name, ws_name = excluded.ws_name, succeeded = excluded.succeeded, via = excluded.via,
		raw = excluded.raw
	WHERE activity.at <> excluded.at OR activity.raw <> excluded.raw`

// Activity upserts events on their id: an event read twice is one event.
func (in *Ingest) Activity(ctx context.Context, events []tenant.Event) error {
	for i := range events {
		e := &events[i]
		err := in.within(ctx, "event "+e.ID, func() error {
			clear(in.local)
			ids, err := in.identsOf(e.WorkspaceID, e.ItemID)
			if err != nil {
				return err
			}
			if err := in.idents.flush(&in.bulk); err != nil {
				return err
			}
			_, err = in.exec(activitySQL, in.tenant, e.ID, Millis(e.At), dayNumber(e.At), e.Activity, e.Actor, ids[0], ids[1],
				e.ItemKind, e.ItemName, e.WorkspaceName, bit(e.Succeeded), e.Via, packEvent(e.Raw))
			return err
		})
		if err != nil {
			return err
		}
	}
	return in.flushed(nil)
}

// packers are compressors to use again: one is many times larger than an event,
// and making one for each was most of the cost of reading the log.
var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return w
}}

// packFrom is the size in bytes from which an event is compressed. Most are
// about one kilobyte, where compressing costs more than storing.
const packFrom = 2 << 10

// packEvent compresses a long event where that saves a third or more.
func packEvent(raw []byte) []byte {
	if raw == nil {
		return []byte{}
	}
	if len(raw) < packFrom {
		return raw
	}
	var b bytes.Buffer
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, _ = w.Write(raw) // a buffer does not fail
	_ = w.Close()
	if b.Len()*3 > len(raw)*2 {
		return raw
	}
	return b.Bytes()
}

// UnpackEvent returns an activity event's raw column as Microsoft sent it.
func UnpackEvent(raw []byte) ([]byte, error) {
	if len(raw) < 2 || raw[0] != 0x1f || raw[1] != 0x8b {
		return raw, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("unpack event: %w", err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("unpack event: %w", err)
	}
	return b.Bytes(), nil
}

// SaveActivityDay stores how far a day was read and rebuilds its usage
// figures.
func (d *DB) SaveActivityDay(ctx context.Context, tenantID int64, day ActivityDay) error {
	n := dayNumber(day.Day)
	err := d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO activity_day (tenant, day, read_at, whole, events, error)
			SELECT $1, $2, $3, $4, (SELECT count(*) FROM activity WHERE tenant = $1 AND at >= $6 AND at < $7), $5
			WHERE true
			ON CONFLICT (tenant, day) DO UPDATE SET read_at = excluded.read_at, whole = excluded.whole,
				events = excluded.events, error = excluded.error`,
			tenantID, n, Millis(day.ReadAt), bit(day.Whole), day.Error, n*86_400_000, (n+1)*86_400_000); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM usage_day WHERE tenant = $1 AND day = $2`, tenantID, n); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, usageSQL, tenantID, n, n*86_400_000, (n+1)*86_400_000)
		return err
	})
	if err != nil {
		return fmt.Errorf("activity of %s: %w", day.Day.Format(time.DateOnly), err)
	}
	return nil
}

// ActivityDays returns what is known of the days from the given one on, by
// the beginning of the day.
func (r *Reader) ActivityDays(ctx context.Context, tenantID int64, from time.Time) (map[time.Time]ActivityDay, error) {
	rows, err := r.Query(ctx, `SELECT day, read_at, whole, events, error FROM activity_day WHERE tenant = $1 AND day >= $2`, tenantID, dayNumber(from))
	if err != nil {
		return nil, fmt.Errorf("days of activity: %w", err)
	}
	defer func() { _ = rows.Close() }()
	days := map[time.Time]ActivityDay{}
	for rows.Next() {
		var n, readAt int64
		var d ActivityDay
		if err := rows.Scan(&n, &readAt, &d.Whole, &d.Events, &d.Error); err != nil {
			return nil, fmt.Errorf("days of activity: %w", classify(err))
		}
		d.Day, d.ReadAt = time.Unix(n*86_400, 0).UTC(), Time(readAt)
		days[d.Day] = d
	}
	return days, classify(rows.Err())
}

// Uses of an item, by the activity that shows them (api guide, section 4).
// Scans and other calls of the admin APIs name no item and count nowhere.
var (
	viewActivities    = []string{"ViewReport", "ViewDashboard", "ViewTile", "ViewDataflow", "AnalyzeInExcel", "AnalyzedByExternalApplication", "ViewArtifact", "GenerateScreenshot", "ConnectFromExternalApplication", "ViewUsageMetrics"}
	exportActivities  = []string{"ExportReport", "ExportArtifact", "DownloadReport", "PrintReport", "ExportTile", "ExportDataflow"}
	shareActivities   = []string{"ShareReport", "ShareDashboard", "ShareDataset", "PublishToWebReport", "ShareArtifact"}
	refreshActivities = []string{"RefreshDataset", "RefreshDataflow"}
	editActivities    = []string{"CreateReport", "EditReport", "RenameReport", "CopyReport", "CreateDashboard", "EditDashboard", "RenameDashboard",
		"CreateDataset", "EditDataset", "EditDatasetProperties", "Import", "CreateArtifact", "UpdateArtifact", "CreateDataflow", "UpdateDataflow",
		"SetScheduledRefresh", "TakeOverDataset", "UpdateDatasetParameters", "UpdateDatasources", "BindToGateway"}
)

var usageSQL = `INSERT INTO usage_day (tenant, day, item, ws, views, edits, exports, shares, refreshes, people)
	SELECT tenant, day, item, max(ws), ` +
	sumOf(viewActivities) + `, ` + sumOf(editActivities) + `, ` + sumOf(exportActivities) + `, ` +
	sumOf(shareActivities) + `, ` + sumOf(refreshActivities) + `,
		count(DISTINCT CASE WHEN activity IN (` + quoted(viewActivities) + `) THEN actor END)
	FROM activity WHERE tenant = $1 AND day = $2 AND at >= $3 AND at < $4 AND item IS NOT NULL AND succeeded = 1
		AND activity IN (` + quoted(viewActivities, editActivities, exportActivities, shareActivities, refreshActivities) + `)
	GROUP BY tenant, day, item`

func sumOf(activities []string) string {
	return "sum(CASE WHEN activity IN (" + quoted(activities) + ") THEN 1 ELSE 0 END)"
}

// quoted lists names of ours for SQL; none of them holds a quote.
func quoted(lists ...[]string) string {
	var all []string
	for _, l := range lists {
		for _, name := range l {
			all = append(all, "'"+name+"'")
		}
	}
	return strings.Join(all, ", ")
}
