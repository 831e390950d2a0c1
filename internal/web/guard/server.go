package guard

import (
	"log/slog"
	"net/http"
	"time"
)

// Timeouts of the server. A download that takes longer than WriteTimeout moves
// its own deadline with http.ResponseController while it makes progress.
const (
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 30 * time.Second
	WriteTimeout      = 30 * time.Second
	IdleTimeout       = 60 * time.Second
	// MaxHeader is the most a request's headers may hold, in bytes.
	MaxHeader = 64 << 10
)

// NewServer returns a server with the limits that keep slow and greedy clients
// from taking it away from the others. The caller listens and shuts it down.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: ReadHeaderTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      WriteTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
