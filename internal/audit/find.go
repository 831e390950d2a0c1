package audit

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

	"steward/internal/tenant"
)

// byFind is the order of what a search found: as it came into the index. It is
// not asked for but follows from the filter find, where a list is asked for in
// no other order: the index answers a word that half the tenant bears without
// reading more than the page shows.
const byFind = "found"

// findFilter is the filter by words. id is the number in the index that belongs
// to a row, index what it is called: search_item.
func findFilter(index, id string) Filter {
	return Filter{Key: "find", Label: "Has the words", Kind: FilterWords, few: true, index: index, cond: findCond(index, id),
		Help: "Beginnings of words of the name, in any order, whatever their case and accents."}
}

func findCond(index, id string) string {
	return id + " IN (SELECT rowid FROM " + index + " WHERE " + index + " MATCH ?)"
}

// findPath reads a part along the index: from is its table, id as for
// findFilter.
func findPath(index, from, id string) path {
	return path{
		sort: byFind, needs: []string{"find"}, from: index + " f CROSS JOIN " + from, where: id + " = f.rowid",
		swap: [2]string{findCond(index, id), "f." + index + " MATCH ?"}, order: []string{"f.rowid"},
	}
}

// beginsFilter is the filter by the beginning of a name.
func beginsFilter(key string) Filter {
	any := key + " || ''"
	return Filter{Key: "begins", Label: "Name begins with", Kind: FilterText, ByLink: true,
		cond: "(" + any + " >= ? AND " + any + " < ? || char(1114111))"}
}

// beginsPath reads a part by name, only the names that begin so: a range of
// the index that order follows.
func beginsPath(key string, order ...string) path {
	return path{sort: "name", needs: []string{"begins"}, swap: [2]string{key + " || ''", key}, order: order}
}

// match is the question in the index's own words: each quoted, each the
// beginning of a word. They are letters only, so nothing that somebody types is
// read as a query. Without a word nothing is found.
func match(text string) string {
	return joined(tenant.Asked(text), nil)
}

// Beginnings of up to listed letters have lists of their own in the index.
// Longer ones are put together from every word that begins so, which takes long
// where one of them is in half of all names: a word that is itself in common
// names or more is looked for as it is.
const (
	listed = 6
	common = 1000
)

// joined is the question of some words; those that are whole are no beginnings.
func joined(words []string, whole map[string]bool) string {
	if len(words) == 0 {
		return `""`
	}
	var out []string
	for _, w := range words {
		q := `"` + w + `"`
		if !whole[w] {
			q += "*"
		}
		out = append(out, q)
	}
	return strings.Join(out, " ")
}

// matchIn is match for an index, of which it asks how common the longer words
// are.
func matchIn(ctx context.Context, tx *sql.Tx, index, text string) (string, error) {
	words, whole := tenant.Asked(text), map[string]bool{}
	for _, w := range words {
		if utf8.RuneCountInString(w) <= listed {
			continue
		}
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT rowid FROM "+index+" WHERE "+index+" MATCH $1 LIMIT $2)", `"`+w+`"`, common).Scan(&n); err != nil {
			return "", err
		}
		whole[w] = n == common
	}
	return joined(words, whole), nil
}

// found reports whether the query is to be answered in the index's order.
func (r *Report) found(q Query) bool {
	f := r.Filter("find")
	return f != nil && f.Kind == FilterWords && len(q.Where["find"]) == 1
}
