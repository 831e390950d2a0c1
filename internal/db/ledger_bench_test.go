package db_test

import (
	"fmt"
	"iter"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
)

// BenchmarkRecord is one entry in a transaction of its own: what a refusal or
// a sign-in costs.
func BenchmarkRecord(b *testing.B) {
	d := dbtest.Open(b, fixed)
	for i := range b.N {
		if err := d.Record(b.Context(), entry(ledger.SignIn, "", fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify checks a ledger of 100,000 entries.
func BenchmarkVerify(b *testing.B) {
	d := dbtest.Open(b, fixed)
	err := d.Write(b.Context(), func(tx *db.Tx) error {
		for i := range 100 {
			batch := make([]ledger.Entry, 1000)
			for j := range batch {
				batch[j] = entry(ledger.SignIn, "contoso", fmt.Sprint(i*1000+j))
			}
			if err := tx.Record(b.Context(), batch...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		err := d.Reader().LedgerSnapshot(b.Context(), func(id ledger.Identity, _ []string, es iter.Seq2[ledger.Record, error]) error {
			v, err := ledger.Verify(id, es, nil)
			if err == nil && (!v.OK() || v.Entries != 100000) {
				err = fmt.Errorf("verdict %+v", v)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
