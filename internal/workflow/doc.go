// Package workflow keeps durable runs going: it asks which may go on, advances
// each of them step by step, one worker to a run, and comes back when a run
// said it should. It knows neither what a run is about nor where it is kept;
// both are its Work's.
//
// A run is one durable workflow of DBOS, in a database of its own: workflow.db
// beside the portal's, or PostgreSQL. Its turns and its waits are written down
// there, so that a run that waits for an hour goes on after that hour, also
// when the portal was stopped in between.
//
//	Due ──▶ start (id = the run's) ──▶ turn ── wait until or woken ──▶ turn … ended
//
// What a run is about, what it has done and what it means to do is not in that
// database but with the Work, where one transaction covers it and what was
// decided about it. A turn may therefore happen twice, after a crash between
// the two databases; Advance must bear that, and looks where its run stands.
// The same makes the two heal each other: a run that the Work holds open and
// no workflow carries is started, and losing workflow.db loses nothing.
//
// Whoever starts the runner asks each Work first to put in order what a crash
// has left (Recover).
package workflow
