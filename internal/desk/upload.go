package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/request"
)

// Keep stores a file that somebody uploads to have it imported, under the
// SHA-256 of its bytes. Nothing is asked for by it yet. Invalid at the field
// file when Power BI would not take it.
func (d *Desk) Keep(ctx context.Context, by By, tenant, name string, from io.Reader) (request.Upload, error) {
	if !inTenant(by.Person, Asks(request.FileImport), tenant) {
		return request.Upload{}, auth.Hidden()
	}
	if d.files == nil {
		return request.Upload{}, fault.New(fault.Unavailable, "Files are not kept here, so none can be imported.")
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if why := request.CheckUpload(name); why != "" {
		return request.Upload{}, atFile(why)
	}
	sum, size, err := d.files.Put(func(w io.Writer) error { return copyPackage(w, from, name) })
	if err != nil {
		return request.Upload{}, err
	}
	u := request.Upload{Sum: sum, Name: name, Size: size, At: d.now()}
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.SaveUpload(ctx, tenant, by.Party(), u); err != nil {
			return err
		}
		e := by.entry(ledger.Configure, request.Request{Tenant: tenant})
		e.Object, e.After = ledger.Object{Kind: "upload", ID: sum, Name: name, Tenant: tenant}, sum
		return tx.Record(ctx, e)
	})
	return u, err
}

func atFile(sentence string) error {
	return &fault.Error{Kind: fault.Invalid, Field: "file", Sentence: sentence}
}

// copyPackage copies a file as it comes, and refuses one that is not what its
// name promises: a .pbix is a ZIP, an .rdl is XML.
func copyPackage(to io.Writer, from io.Reader, name string) error {
	head := make([]byte, 512)
	n, err := io.ReadFull(from, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("upload: %w", err)
	}
	head = head[:n]
	switch {
	case n == 0:
		return atFile("The file is empty.")
	case strings.EqualFold(path.Ext(name), ".pbix") && !bytes.HasPrefix(head, []byte("PK")):
		return atFile("This is no Power BI file, although its name ends in .pbix. A file protected by a sensitivity label cannot be imported by an application either.")
	case strings.EqualFold(path.Ext(name), ".rdl") && !bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))), []byte("<")):
		return atFile("This is no report definition, although its name ends in .rdl.")
	}
	copied, err := io.Copy(to, io.LimitReader(io.MultiReader(bytes.NewReader(head), from), request.MaxUpload+1))
	if err == nil && copied > request.MaxUpload {
		return atFile(fmt.Sprintf("The file has more than %d MB, which is the most that Power BI takes this way.", request.MaxUpload>>20))
	}
	return err
}

// uploaded fills in the file that an import is of, when whoever asks, or edited
// last, has uploaded it.
func (d *Desk) uploaded(ctx context.Context, r request.Request, params request.Params, e *request.Estate) error {
	p, ok := params.(*request.ImportParams)
	if !ok || p.File == "" {
		return nil
	}
	u, found, err := d.db.Reader().UploadOf(ctx, r.Tenant, p.File, r.Requester, r.Editor)
	if found {
		e.Upload = &u
	}
	return err
}
