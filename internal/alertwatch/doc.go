// Package alertwatch looks at what the database knows of refreshes and of plans,
// opens the alerts that internal/alert finds, ends those that are over, and
// writes down whom to tell: each way once that an alert stands, and once that it
// is over, both outside quiet hours. Sending is internal/notify's.
//
// Everything it goes by is in the database, and each turn is one transaction: a
// portal that is killed goes on where it was, and tells nothing twice.
package alertwatch
