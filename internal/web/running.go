package web

import (
	"net/http"

	"steward/internal/auth"
	"steward/internal/web/guard"
)

// running is the part of the table with the pages about running the portal.
func (s *Server) running() []route {
	return []route{
		{http.MethodGet, "/scans", auth.ViewScans, s.named("scans", s.scans)},
		{http.MethodPost, "/scans", auth.StartScan, s.startScan},
		{http.MethodGet, "/scans/progress", auth.ViewScans, s.scanProgress},
		{http.MethodGet, "/scans/stop", auth.CancelScan, s.askStopScan},
		{http.MethodPost, "/scans/stop", auth.CancelScan, s.stopScan},
		{http.MethodGet, "/scans/:id", auth.ViewScans, s.scan},

		{http.MethodGet, "/runs", auth.ViewRuns, s.named("runs", s.runs)},
		{http.MethodGet, "/runs/hold", auth.HoldExecutor, s.askHold},
		{http.MethodPost, "/runs/hold", auth.HoldExecutor, s.holdRuns},
		{http.MethodPost, "/runs/release", auth.HoldExecutor, s.releaseRuns},
		{http.MethodGet, "/runs/:id", auth.ViewRuns, s.showRun},
		{http.MethodGet, "/runs/:id/steps", auth.ViewRuns, s.runSteps},
		{http.MethodPost, "/runs/:id/pause", auth.CancelRun, s.pauseRun},
		{http.MethodPost, "/runs/:id/resume", auth.CancelRun, s.resumeRun},
		{http.MethodPost, "/runs/:id/cancel", auth.CancelRun, s.cancelRun},
		{http.MethodGet, "/runs/:id/steps/:step", auth.ResolveStep, s.decideStep},
		{http.MethodPost, "/runs/:id/steps/:step", auth.ResolveStep, s.resolveStep},

		{http.MethodGet, "/setup", auth.ViewSetup, s.setup},
		{http.MethodPost, "/setup", auth.CheckSetup, s.checkSetup},

		{http.MethodGet, "/ledger", auth.ViewLedger, s.ledger},
		{http.MethodGet, "/ledger.csv", auth.ExportLedger, s.exportLedger("csv")},
		{http.MethodGet, "/ledger.json", auth.ExportLedger, s.exportLedger("json")},
		{http.MethodGet, "/ledger.jsonl", auth.ExportLedger, s.exportLedger("jsonl")},
		{http.MethodPost, "/ledger/verify", auth.VerifyLedger, s.verifyLedger},
		{http.MethodGet, "/ledger/:seq", auth.ViewLedger, s.ledgerEntry},

		{http.MethodGet, "/me", auth.ViewOwnSessions, s.me},
		{http.MethodPost, "/me/mail", auth.ViewOwnSessions, s.saveMailWish},
		{http.MethodPost, "/messages/again", auth.SendNotices, s.sendAgain},
		{http.MethodPost, "/me/preferences", auth.ViewOwnSessions, s.savePreferences},
		{http.MethodPost, "/me/sessions/revoke", auth.RevokeOwnSessions, s.revokeOwn},
		{http.MethodGet, savedViews, auth.ViewOwnSessions, s.savedViews},
		{http.MethodPost, savedViews, auth.ViewOwnSessions, s.saveView},
		{http.MethodGet, savedViews + "/new", auth.ViewOwnSessions, s.newView},
		{http.MethodGet, savedViews + "/:id", auth.ViewOwnSessions, s.openView},
		{http.MethodGet, savedViews + "/:id/edit", auth.ViewOwnSessions, s.editView},
		{http.MethodPost, savedViews + "/:id/edit", auth.ViewOwnSessions, s.changeView},
		{http.MethodPost, savedViews + "/:id/delete", auth.ViewOwnSessions, s.deleteView},
		{http.MethodGet, "/me/tokens", auth.ViewOwnSessions, s.tokens},
		{http.MethodPost, "/me/tokens", auth.MakeToken, s.makeToken},
		{http.MethodPost, "/me/tokens/revoke", auth.RevokeOwnToken, s.revokeOwnToken},
		{http.MethodGet, "/tokens/:id", auth.ViewTokens, s.token},
		{http.MethodPost, "/tokens/:id/revoke", auth.RevokeToken, s.revokeToken},
		{http.MethodGet, guard.KeptPath, auth.ViewOwnSessions, s.keptForm},
		{http.MethodPost, keptDiscard, auth.ViewOwnSessions, s.discardKept},
		{http.MethodGet, "/sessions", auth.ViewSessions, s.sessions},
		{http.MethodPost, "/sessions/revoke", auth.RevokeSessions, s.revokeAny},
	}
}
