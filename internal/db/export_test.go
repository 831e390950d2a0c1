package db

// LimitRows makes an Ingest commit after every n rows, so that tests see what
// happens between two transactions of one workspace.
func (in *Ingest) LimitRows(n int) { in.limit = n }
