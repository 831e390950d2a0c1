package db

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// history describes one table of versions to the one mechanism that writes
// them all: compare what is wanted with what is open, close what is no longer
// so, insert what is new. See Ingest.sync.
type history struct {
	table string
	// scope is the column that bounds one comparison (ws, grp …); empty when a
	// comparison covers the whole tenant. A scope of words is counted within
	// the tenant; a number is the tenant's already.
	scope string
	words bool
	// keys name one thing within a scope; cols are what a change means;
	// counts are compared, so that a version shows its own counts, and are
	// left out of the hash, so that a reader can tell a change from a recount.
	keys, cols, counts []string
	// hashed tables have an id and a hash column; the others are small enough
	// per row to be compared by their columns, and have neither.
	hashed bool
}

// row is one wanted version: its values in the order keys, cols, counts. Only
// nil, int64, float64, string and []byte are allowed, so that a value read
// back is equal to the one written.
type row []any

// stored is one version in the database that is open, or that the running
// scan closed.
type stored struct {
	id     int64
	key    string
	print  string // fingerprint: hash of cols, then counts
	vals   row    // keys only for hashed tables, all for the others
	from   int64
	closed bool
}

// width is the number of values in a row.
func (h *history) width() int { return len(h.keys) + len(h.cols) + len(h.counts) }

// key encodes the naming part of a row.
func (h *history) key(r row) string { return string(appendValues(nil, r[:len(h.keys)])) }

// hash is the 64-bit digest of what a change means. SHA-256 and not a fast
// hash: names come from the tenant, and nobody may craft one that hides a
// change.
func (h *history) hash(r row) int64 {
	sum := sha256.Sum256(appendValues(nil, r[len(h.keys):len(h.keys)+len(h.cols)]))
	return int64(binary.LittleEndian.Uint64(sum[:8]))
}

// print is what two versions of one thing are compared by.
func (h *history) print(hash int64, r row) string {
	if !h.hashed {
		return string(appendValues(nil, r[len(h.keys):]))
	}
	return string(appendValues(binary.LittleEndian.AppendUint64(nil, uint64(hash)), r[len(h.keys)+len(h.cols):]))
}

// appendValues encodes values so that different rows never encode alike.
func appendValues(b []byte, vals []any) []byte {
	for _, v := range vals {
		switch x := v.(type) {
		case nil:
			b = append(b, 0)
		case int64:
			b = binary.LittleEndian.AppendUint64(append(b, 1), uint64(x))
		case string:
			b = binary.LittleEndian.AppendUint32(append(b, 2), uint32(len(x)))
			b = append(b, x...)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, 3), math.Float64bits(x))
		case []byte:
			b = binary.LittleEndian.AppendUint32(append(b, 4), uint32(len(x)))
			b = append(b, x...)
		default:
			panic(fmt.Sprintf("db: history value of type %T", v))
		}
	}
	return b
}

// columns lists every column an insert fills, in the order of insertArgs.
func (h *history) columns() []string {
	cols := []string{"tenant", "from_scan"}
	if h.hashed {
		cols = append(cols, "hash")
	}
	return append(append(append(cols, h.keys...), h.cols...), h.counts...)
}

func (h *history) insertArgs(args []any, tenant, scan, hash int64, r row) []any {
	args = append(args, tenant, scan)
	if h.hashed {
		args = append(args, hash)
	}
	return append(args, r...)
}

// insertSQL is an insert of n rows at once.
func (h *history) insertSQL(n int) string {
	cols := h.columns()
	var b strings.Builder
	b.WriteString("INSERT INTO " + h.table + " (" + strings.Join(cols, ", ") + ") VALUES ")
	writeTuples(&b, n, len(cols))
	return b.String()
}

// writeTuples writes (?,?),(?,?) … for n rows of the given width. The marks are
// without numbers: those are names to the driver, which looks each up in a list
// of all, and with a hundred of them that costs more than the insert.
func writeTuples(b *strings.Builder, n, width int) {
	tuple := "(" + strings.Repeat("?,", width-1) + "?)"
	b.WriteString(strings.Repeat(tuple+",", n-1) + tuple)
}

// loadSQL reads the versions that matter to a comparison: the open ones, and
// those the running scan $1 itself closed, which it may have to open again
// when it hears of the thing a second time. where says of what, from $2 on.
func (h *history) loadSQL(where string) string {
	cols := append([]string{"from_scan", "to_scan"}, h.keys...)
	if h.hashed {
		cols = append(append(cols, "id", "hash"), h.counts...)
	} else {
		cols = append(append(cols, h.cols...), h.counts...)
	}
	return "SELECT " + strings.Join(cols, ", ") + " FROM " + h.table +
		" WHERE (to_scan IS NULL OR to_scan = $1) AND " + where
}

// scopeWhere is the condition on the scope and its arguments. It names the
// tenant only where it must: beside a workspace the tenant says nothing, but
// leads SQLite to the wrong index.
func (h *history) scopeWhere(tenant int64, scope []any) (string, []any) {
	switch {
	case h.scope == "":
		return "tenant = $2", []any{tenant}
	case h.words:
		return "tenant = $2 AND " + h.scope + " = $3", append([]any{tenant}, scope...)
	}
	return h.scope + " = $2", scope
}

// scanStored reads one row of loadSQL.
func (h *history) scanStored(rows *sql.Rows) (stored, error) {
	width := 2 + h.width()
	if h.hashed {
		width = 4 + len(h.keys) + len(h.counts)
	}
	vals, into := make([]any, width), make([]any, width)
	for i := range vals {
		into[i] = &vals[i]
	}
	if err := rows.Scan(into...); err != nil {
		return stored{}, err
	}
	s := stored{from: vals[0].(int64), closed: vals[1] != nil}
	rest := vals[2:]
	s.key = string(appendValues(nil, rest[:len(h.keys)]))
	if !h.hashed {
		s.vals, s.print = rest, string(appendValues(nil, rest[len(h.keys):]))
		return s, nil
	}
	s.vals = rest[:len(h.keys)]
	s.id = rest[len(h.keys)].(int64)
	hash := rest[len(h.keys)+1].(int64)
	s.print = string(appendValues(binary.LittleEndian.AppendUint64(nil, uint64(hash)), rest[len(h.keys)+2:]))
	return s, nil
}

// at returns the condition that names one stored version, with its arguments
// from $next on.
func (h *history) at(s stored, next int) (string, []any) {
	if h.hashed {
		return fmt.Sprintf("id = $%d", next), []any{s.id}
	}
	var conds []string
	for i, k := range h.keys {
		conds = append(conds, fmt.Sprintf("%s = $%d", k, next+i))
	}
	conds = append(conds, fmt.Sprintf("from_scan = $%d", next+len(h.keys)))
	return strings.Join(conds, " AND "), append(append([]any{}, s.vals[:len(h.keys)]...), s.from)
}
