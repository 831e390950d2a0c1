// Package templates owns the pages: one .templ file per page with its view
// struct on top, and the layout that surrounds them. A view struct's fields are
// ready to display; a template fetches nothing, decides nothing and formats
// with package ui only. Package ui explains how to make a page.
//
// The layout itself leads to these addresses, which package web answers:
//
//	GET  /search?q=       what the box in the top bar and the palette ask
//	POST /me/preferences  theme (light, dark or empty), density (compact,
//	                      comfortable or empty), next (a path to come back to);
//	                      kept in cookies, read back into Page.Look
//	POST /logout          sign out
//	GET  /approvals, /me  the inbox and the person in the top bar
//
// Every page state is a story; the stories of pages live in package
// web/templates/stories and are looked at like those of ui.
package templates
