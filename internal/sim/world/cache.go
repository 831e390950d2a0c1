package world

import "sync"

// dayCache remembers the answers that are costly and asked for page by page.
// It holds a few days at most.
type dayCache struct {
	mu           sync.Mutex
	refreshAt    moment
	refreshables []Refreshable
}
