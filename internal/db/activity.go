package db

import (
	"context"
	"fmt"
	"strings"
	"time"
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
