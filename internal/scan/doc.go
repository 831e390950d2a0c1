// Package scan reads a tenant through Microsoft's APIs into the database: it
// decides what to ask for, in which order and how often, what an answer means
// for the portal, and when enough was seen to publish. It owns the mapping
// from the wire (internal/pbi, internal/graph) to the words of the portal
// (internal/tenant). How rows are compared and stored is internal/db's
// business, tokens and limits are the clients', and what follows from a
// published scan (rules, mails) is not done here.
//
//	list ──▶ batches of 100 ──▶ getInfo ─▶ scanStatus ─▶ scanResult ──▶ archive
//	 │        (≤16 unfinished; state of each kept, so a kill loses nothing)  │
//	 │                                                                       ▼
//	 └─▶ parts: capacities, domains, apps, pipelines, …               db.Ingest
//	                                                                        │
//	                 what was not seen, what is gone for certain ◀──────────┘
//	                                     │
//	                                     ▼
//	                    publish: complete │ partial      (or: failed, cancelled)
//
// Three rules hold everywhere. An answer that is broken, empty or missing is
// never read as "nothing is there". A scan in progress is invisible. A part
// that fails costs that part and nothing else, and the scan says so.
package scan
