package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forms are the ways in which a secret may stand in a text: as it is, quoted
// for addresses and JSON, in hexadecimal, and in base64 wherever it begins in
// the encoded text.
func forms(secret string) map[string][]byte {
	quoted, _ := json.Marshal(secret)
	out := map[string][]byte{
		"raw": []byte(secret), "in an address": []byte(url.QueryEscape(secret)), "in a path": []byte(url.PathEscape(secret)),
		"in JSON": bytes.Trim(quoted, `"`), "in hex": []byte(hex.EncodeToString([]byte(secret))),
	}
	for shift := range 3 {
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 for addresses": base64.RawURLEncoding} {
			// The first and the last letters depend on what stands around.
			text := enc.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			from, to := (shift*8+5)/6, len(text)-2
			if to-from >= 16 {
				out[fmt.Sprintf("%s, shifted by %d", name, shift)] = []byte(text[from:to])
			}
		}
	}
	return out
}

// finder looks for secrets in whatever a run left behind.
type finder struct {
	needles map[uint64][]needle // by their first eight bytes
	found   []string
	seen    map[string]bool
	bytes   int
	parts   int
}

// needle is one form of one secret.
type needle struct {
	what, way string
	text      []byte
}

func newFinder(secrets map[string]string) *finder {
	f := &finder{needles: map[uint64][]needle{}, seen: map[string]bool{}}
	for what, s := range secrets {
		if len(s) < 8 {
			continue
		}
		for way, text := range forms(s) {
			key := binary.LittleEndian.Uint64(text)
			f.needles[key] = append(f.needles[key], needle{what, way, text})
		}
	}
	return f
}

// look searches a text and everything that is packed in it.
func (f *finder) look(where string, text []byte, depth int) {
	f.bytes += len(text)
	f.parts++
	for at := 0; at+8 <= len(text); at++ {
		for _, n := range f.needles[binary.LittleEndian.Uint64(text[at:])] {
			if key := n.what + n.way + where; bytes.HasPrefix(text[at:], n.text) && !f.seen[key] {
				f.seen[key] = true
				f.found = append(f.found, fmt.Sprintf("%s holds the %s, %s", where, n.what, n.way))
			}
		}
	}
	if depth == 0 {
		return
	}
	if z, err := zip.NewReader(bytes.NewReader(text), int64(len(text))); err == nil {
		for _, part := range z.File {
			if r, err := part.Open(); err == nil {
				f.look(where+"/"+part.Name, readSome(r), depth-1)
			}
		}
	}
	for at := 0; ; at++ {
		next := bytes.Index(text[at:], []byte{0x1f, 0x8b, 0x08})
		if next < 0 {
			return
		}
		at += next
		if r, err := gzip.NewReader(bytes.NewReader(text[at:])); err == nil {
			f.look(fmt.Sprintf("%s, packed at %d", where, at), readSome(r), depth-1)
		}
	}
}

// readSome reads what can be read: a damaged part may still hold something.
func readSome(r io.Reader) []byte {
	var b bytes.Buffer
	_, _ = io.Copy(&b, io.LimitReader(r, 64<<20))
	return b.Bytes()
}

// tree searches every file below a directory, except where the secrets live.
func (f *finder) tree(t *testing.T, dir string, except ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, e := range except {
			if d.Name() == e && d.IsDir() {
				return filepath.SkipDir
			}
		}
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f.look(strings.TrimPrefix(name, dir), text, 2)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// database searches every value of every table: a value that is spread over
// pages of the file cannot be found in the file, nor unpacked there.
func (f *finder) database(t *testing.T, file string) {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, table := range column(t, d, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		for _, col := range column(t, d, `SELECT name FROM pragma_table_info('`+table+`') WHERE type IN ('TEXT','BLOB','')`) {
			for i, v := range column(t, d, fmt.Sprintf(`SELECT CAST("%[1]s" AS BLOB) FROM "%[2]s" WHERE "%[1]s" IS NOT NULL`, col, table)) {
				depth := 0
				if strings.HasPrefix(v, "\x1f\x8b") {
					depth = 1
				}
				f.look(fmt.Sprintf("%s.%s row %d", table, col, i), []byte(v), depth)
			}
		}
	}
}

func column(t *testing.T, d *sql.DB, query string) []string {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTheSearchFindsWhatIsThere plants a secret in each of the forms and kinds
// of files that are searched: a search that finds nothing proves nothing.
func TestTheSearchFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	const secret = "zq~canary/of+the test=7f9c2ba4e88f827d"
	pack := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, s)
		_ = w.Close()
		return b.String()
	}
	sheet := func() string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, _ := z.Create("xl/sharedStrings.xml")
		_, _ = io.WriteString(w, "<t>"+secret+"</t>")
		_ = z.Close()
		return b.String()
	}
	quoted, _ := json.Marshal("a " + secret)
	plants := map[string]string{
		"raw": "level=warn msg=" + secret, "address": "GET /x?client_secret=" + url.QueryEscape(secret), "path": "/x/" + url.PathEscape(secret), "json": string(quoted),
		"hex": hex.EncodeToString([]byte(secret)), "gzip": "before" + pack("{"+secret+"}") + "after", "gzip in gzip": pack("a" + pack(secret)), "sheet": sheet(),
		"basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("client:"+secret)), "a cut archive": strings.TrimSuffix(pack(strings.Repeat(secret, 50)), "tail")[:60],
	}
	for shift := range 3 {
		plants[fmt.Sprint("base64 ", shift)] = base64.StdEncoding.EncodeToString([]byte("abc"[:shift] + secret + "tail"))
		plants[fmt.Sprint("url64 ", shift)] = base64.RawURLEncoding.EncodeToString([]byte("abc"[:shift] + secret + "tail"))
	}
	dir := t.TempDir()
	for name, text := range plants {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f := newFinder(map[string]string{"canary": secret})
		f.tree(t, dir)
		if len(f.found) == 0 {
			t.Errorf("%s: not found", name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "a.db")
	d, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ExecContext(t.Context(), `CREATE TABLE a (x TEXT, y BLOB); INSERT INTO a VALUES ('a', NULL), (NULL, ?)`, []byte(pack(strings.Repeat("noise ", 9000)+secret))); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	f := newFinder(map[string]string{"canary": secret})
	if f.database(t, file); len(f.found) == 0 {
		t.Errorf("packed in the database: %q", f.found)
	}
	f = newFinder(map[string]string{"canary": "another secret, which is nowhere"})
	if f.database(t, file); len(f.found) != 0 {
		t.Errorf("found what is not there: %q", f.found)
	}
}
