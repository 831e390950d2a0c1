package entra

import (
	"crypto/sha256"
	"encoding/base64"
)

// style is the sheet of the sign-in pages. The policy names it by its hash, so
// that the pages need no exception for inline style.
const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;background:light-dark(#f3f2f1,#1b1a19);color:light-dark(#201f1e,#f3f2f1)}
main{max-width:34rem;margin:6vh auto;padding:2rem;background:light-dark(#fff,#252423);border:1px solid light-dark(#d2d0ce,#484644);border-radius:6px}
h1{font-size:1.35rem;margin:0 0 .25rem}
p{margin:.25rem 0 1rem}
ul{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}
button{all:unset;box-sizing:border-box;display:block;width:100%;padding:.75rem 1rem;border:1px solid light-dark(#8a8886,#797775);border-radius:4px;cursor:pointer}
button:hover{background:light-dark(#edebe9,#323130)}
button:focus-visible{outline:3px solid light-dark(#0f6cbd,#62abf5);outline-offset:2px}
b,span,small{display:block;overflow-wrap:anywhere}
small{color:light-dark(#605e5c,#c8c6c4)}
`

var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

const pageHead = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Sign in (stand-in)</title>
<style>` + style + `</style></head><body><main>`

const pageText = `
{{define "people"}}` + pageHead + `
<h1>Pick an account</h1>
<p>{{.Tenant}} is a pretend tenant. There are no passwords: choose whom to be.{{if .StepUp}} The portal asks you to confirm that it is you.{{end}}</p>
<form method="post"><input type="hidden" name="request" value="{{.Query}}"><ul>
{{range .People}}<li><button name="person" value="{{.ObjectID}}" data-testid="person" data-upn="{{.UPN}}"><b><bdi>{{.Name}}</bdi></b><span><bdi>{{.UPN}}</bdi>{{if .Roles}} · {{range $i, $r := .Roles}}{{if $i}}, {{end}}{{$r}}{{end}}{{end}}</span>{{if .Note}}<small>{{.Note}}</small>{{end}}</button></li>
{{end}}</ul></form></main></body></html>{{end}}
{{define "out"}}` + pageHead + `<h1>You signed out</h1><p>Close the window, or go back to the portal to be somebody else.</p></main></body></html>{{end}}
{{define "problem"}}` + pageHead + `<h1>Sign-in is not possible</h1><p data-testid="problem">AADSTS{{.Code}}: {{.Text}}</p></main></body></html>{{end}}
`
