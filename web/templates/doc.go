// Package templates owns the pages: one .templ file per page with its view
// struct on top, and the layout that surrounds them. A view struct's fields are
// ready to display; a template fetches nothing, decides nothing and formats
// with package ui only.
//
// Package ui explains how to make a page. Story lists for pages live beside
// them and are joined in package stories of ui's tests.
package templates
