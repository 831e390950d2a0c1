// Package workflow keeps durable runs going: it asks which may go on, advances
// each of them step by step, one worker to a run, and comes back when a run
// said it should. It knows neither what a run is about nor where it is kept;
// both are its Work's.
//
// What is durable lies with the Work, in the same database as what is decided
// about it, so that one transaction covers both: a run is there exactly when
// it was ordered, and nothing has to be carried from one file to another after
// a crash. Whoever starts the runner asks the Work first to put in order what
// a crash has left (Recover).
//
//	Due ──▶ run 1 ── Advance, Advance, … ── Next{At} ──▶ Due again at that time
//	   └──▶ run 2 ── Advance ── Next{Ended}
package workflow
