package desk

import (
	"steward/internal/auth"
	"steward/internal/request"
)

// Asks is the action that asking for a kind of request is.
func Asks(request.Kind) auth.Action { return auth.MakeRequest }
