package web

import (
	"net/http"

	"steward/internal/auth"
)

// reading is the part of the table with the pages that only read what scans
// found.
func (s *Server) reading() []route {
	return []route{
		{http.MethodGet, "/", auth.ViewOverview, s.overview},
	}
}
