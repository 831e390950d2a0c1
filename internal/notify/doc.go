// Package notify tells people: by mail, in Microsoft Teams, and by webhook to
// other programs. It takes what others wrote down to be told, decides by which
// ways it goes and when, sends it, tries again, and writes down what became of
// it: who was told, through what, why, and why not.
//
// It does not decide what is worth telling; whoever makes a change writes that
// down with it, in the same transaction. It does not read workspaces or
// requests: a message is complete when it gets here.
//
// A message is sent at least once. A crash between sending and writing that
// down sends it again under the same number, which webhooks carry.
package notify
