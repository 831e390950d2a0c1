// Package ask owns the forms of requests: which questions each kind asks, in
// which words, and how what is typed becomes the parameters of a request and
// comes back into the form. It knows neither HTTP nor pages nor the tenant:
// package web draws the forms, looks things up and answers. What may be asked,
// and whether it is right, is internal/request's business.
//
// The input's names are those of the parameters' JSON: members[0].who. A thing
// of the tenant is picked: beside the input with its id stand NAME.find with
// what was typed to find it and NAME.sought with what the choices shown were
// found by, so that a newer search is told from an older choice without a
// script.
package ask
